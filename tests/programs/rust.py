"""Random Rust crates, compiled and run by rustc: the truth for tests/programs.rs.

Called with a first seed, a number of seeds and a directory. Makes a directory of each seed with a crate in it that uses a
crate `redis`, whose `Client::open` notes the place of its caller, and prints a line of JSON for each: the seed, and where
the function was called. Every line of a program runs. A program that does not compile is left out.
"""
import json
import os
import random
import subprocess
import sys

REDIS = """
pub struct Client;
pub struct Other;
impl Client {
    #[track_caller]
    pub fn open(_: &str) -> Client {
        let at = std::panic::Location::caller();
        println!("{}:{}", at.file(), at.line());
        Client
    }
}
impl Other {
    pub fn open(_: &str) -> Other { Other }
}
"""
MANIFEST = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nredis = "1"\n'


class Program:
    """Makes the files of one crate; which names are types that can be opened is kept beside them."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.count = 0
        self.files = {}
        self.macros = []
        self.public = []  # Paths from the root of types that can be opened.

    def fresh(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def type_path(self, names):
        """Writes a type that can be opened as it may be written in a module with these names."""
        choices = ["redis::Client", "::redis::Client", "redis::Other"] + sorted(names) * 2
        choices += ["crate::" + path for path in self.public]
        return self.r.choice(choices)

    def bindings(self, names):
        """Declares names of a module: imports, aliases, and types that hide others."""
        r, lines, new = self.r, [], set()
        for _ in range(r.randint(1, 3)):
            public = r.choice(["pub ", "pub(crate) ", ""])
            k = r.random()
            if k < 0.2 and "Client" not in new:
                lines.append(f"{public}use redis::Client;")
                new.add("Client")
            elif k < 0.35:
                name = self.fresh("A")
                lines.append(f"{public}use redis::{{self as {self.fresh('r')}, Client as {name}, Other as {self.fresh('O')}}};")
                new.add(name)
            elif k < 0.5:
                lines.append(f"{public}use redis::*;")
                new |= {"Client", "Other"}
            elif k < 0.65:
                name = self.fresh("T")
                lines.append(f"pub type {name} = {self.type_path(names | new)};")
                new.add(name)
            elif k < 0.75 and "Client" not in new:
                lines.append("pub struct Client; impl Client { pub fn open(_: &str) -> Self { Client } }")
                new.add("Client")
            elif self.public:
                name = self.fresh("P")
                lines.append(f"{public}use crate::{r.choice(self.public)} as {name};")
                new.add(name)
        return lines, new

    def statement(self, names, indent):
        r, path = self.r, self.type_path(names)
        k = r.random()
        pad = "    " * indent
        if k < 0.4:
            return [f'{pad}let _ = {path}::open("x");']
        if k < 0.5:
            return [f'{pad}let _ = <{path}>::open("x");']
        if k < 0.6:
            name = self.fresh("Q")
            source = r.choice(["redis::Client", "redis::Other"] + ["crate::" + it for it in self.public])
            return [f"{pad}{{", f"{pad}    use {source} as {name};", f'{pad}    {name}::open("x");', f"{pad}}}"]
        if k < 0.68:
            inner = ["struct Client; impl Client { fn open(_: &str) {} }", "use redis::Client;", "use redis::*;"]
            return [f"{pad}{{", f"{pad}    {r.choice(inner)}", f'{pad}    Client::open("x");', f"{pad}}}"]
        if k < 0.78 and self.macros:
            name, takes = r.choice(self.macros)
            return [f"{pad}{name}!({path});" if takes else f"{pad}{name}!();"]
        if k < 0.86:
            return [f'{pad}std::hint::black_box(&[{path}::open("x"), {path}::open("y")].len());']
        if k < 0.93:
            return [f"{pad}for _ in 0..1 {{ {path}::open(\"x\"); }}"]
        return [f'{pad}let f = || {path}::open("x");', f"{pad}f();"]

    def module(self, path, names, depth):
        """Returns the lines of a module, and the names that others can use in it."""
        r = self.r
        lines, new = self.bindings(names if r.random() < 0.3 and depth else set())
        own = set(new)
        if depth and r.random() < 0.4:
            lines.append("use super::*;")
            own |= names
        for name in sorted(new):
            if any(line.startswith("pub ") and name in line for line in lines):
                self.public.append("::".join(path + [name]))
        children = []
        for _ in range(r.randint(0, 2) if depth < 3 else 0):
            child = self.fresh("m")
            text, given = self.module(path + [child], own, depth + 1)
            children.append(child)
            k = r.random()
            if k < 0.4 or depth:
                lines += [f"pub mod {child} {{"] + ["    " + line for line in text] + ["}"]
            else:
                file = f"{child}.rs" if k < 0.7 else f"other_{child}.rs"
                if k >= 0.7:
                    lines.append(f'#[path = "{file}"]')
                lines.append(f"pub mod {child};")
                self.files["src/" + file] = "\n".join(text) + "\n"
            if given and r.random() < 0.5:
                name, alias = r.choice(sorted(given)), self.fresh("N")
                lines.append(f"pub use {child}::{name} as {alias};")
                own.add(alias)
            elif given and r.random() < 0.4:
                lines.append(f"pub use self::{child}::*;")
                own |= given
        functions = []
        for _ in range(r.randint(1, 3)):
            name = self.fresh("f")
            functions.append(name)
            body = [line for _ in range(r.randint(1, 4)) for line in self.statement(own, 1)]
            lines += [f"fn {name}() {{"] + body + ["}"]
        calls = [f"{name}();" for name in functions] + [f"{child}::run();" for child in children]
        lines.append(f"pub fn run() {{ {' '.join(calls)} }}")
        return lines, new

    def make(self):
        head = []
        for _ in range(self.r.randint(0, 2)):
            name = self.fresh("make")
            takes = self.r.random() < 0.5
            self.macros.append((name, takes))
            of = self.r.choice(["redis::Client", "::redis::Client", "redis::Other"])
            rule = '($t:ty) => { <$t>::open("x") }' if takes else f'() => {{ {of}::open("x") }}'
            head.append(f"macro_rules! {name} {{ {rule}; }}")
        lines, _ = self.module([], set(), 0)
        # The body of a macro that nobody calls counts itself.
        calls = [f"{name}!(redis::Other);" if takes else f"{name}!();" for name, takes in self.macros]
        self.files["src/main.rs"] = "\n".join(head + lines + ["fn main() {"] + calls + ["run();", "}"]) + "\n"
        self.files["Cargo.toml"] = MANIFEST


def rustc(arguments, directory):
    command = ["rustc", "--edition=2021", "-Awarnings", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True).returncode == 0


def run(seed, root):
    program = Program(seed)
    program.make()
    directory = os.path.join(root, str(seed))
    for name, text in program.files.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    made = os.path.join(root, "program")
    if not rustc(["src/main.rs", "--extern", f"redis={root}/libredis.rlib", "-o", made], directory):
        return
    ran = subprocess.run([made], cwd=directory, capture_output=True, text=True, timeout=60)
    places = {tuple(line.rsplit(":", 1)) for line in ran.stdout.splitlines()}
    constructed = sorted((path, int(line)) for path, line in places)
    print(json.dumps({"seed": seed, "constructed": constructed, "ran": None}), flush=True)


if __name__ == "__main__":
    first, count, root = int(sys.argv[1]), int(sys.argv[2]), os.path.realpath(sys.argv[3])
    with open(os.path.join(root, "redis.rs"), "w") as file:
        file.write(REDIS)
    if not rustc(["--crate-type=rlib", "redis.rs"], root):
        sys.exit("rustc does not work")
    for seed in range(first, first + count):
        run(seed, root)
