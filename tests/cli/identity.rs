//! What identity must survive: each event as the baseline sees it and as `--against` sees it, in both languages.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::git::{check, commit, counts};
use crate::support::Tree;

const RULES: &str = "\
[[source]]
id = \"redis\"
owners = [\"owner.py\"]

[[rule]]
id = \"raw\"
source = \"redis\"
kind = \"construct\"
ban = [\"redis.Redis\", \"redis::Client::open\"]
";

/// How a language writes what the events need.
struct Writes {
    path: &'static str,
    other: &'static str,
    head: &'static str,
    comment: &'static str,
    /// A function with this name and these statements.
    function: fn(&str, &[&str]) -> String,
    call: &'static str,
    with_argument: &'static str,
    reflowed: &'static str,
    step: fn(u32) -> String,
}

fn python(name: &str, lines: &[&str]) -> String {
    format!("\n\ndef {name}():\n    {}\n", lines.join("\n    "))
}

fn rust(name: &str, lines: &[&str]) -> String {
    format!("\npub fn {name}() {{\n    {}\n}}\n", lines.join("\n    "))
}

const PYTHON: Writes = Writes {
    path: "app/a.py",
    other: "app/b.py",
    head: "import redis\n",
    comment: "# shifted\n",
    function: python,
    call: "r = redis.Redis(host='a', port=1)",
    with_argument: "r = redis.Redis(host='a', port=1, db=3)",
    reflowed: "r = redis.Redis(\n        host=\"a\",\n        port=1,\n    )",
    step: |number| format!("step({number})"),
};

const RUST: Writes = Writes {
    path: "src/a.rs",
    other: "src/b.rs",
    head: "use redis::Client;\n",
    comment: "// shifted\n",
    function: rust,
    call: "let r = Client::open(address(1));",
    with_argument: "let r = Client::open(address(1, timeout));",
    reflowed: "let r =\n        Client::open(\n            address(1),\n        );",
    step: |number| format!("step({number});"),
};

struct Project {
    tree: Tree,
    writes: Writes,
}

impl Project {
    /// Committed, with a baseline of what is there.
    fn new(writes: Writes, before: &[(&str, String)]) -> Self {
        let tree = Tree::new(&[
            ("ssot.toml", RULES),
            ("owner.py", "import redis\n\nclient = redis.Redis()\n"),
            ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\n\n[dependencies]\nredis = \"1\"\n"),
            ("src/lib.rs", "pub mod a;\npub mod b;\npub mod c;\n"),
        ]);
        before.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
        tree.git(&["init", "-q", "-b", "main"]);
        commit(&tree, "first");
        tree.run(&["baseline", "create", "--baseline", "../base.toml", "--reason", "old"]).exits(0);
        Self { tree, writes }
    }

    /// The lines of new violations and the number of stale entries, then `new fixed moved unchanged`.
    fn after(&self, gone: &[&str], now: &[(&str, String)]) -> (Vec<String>, u64, [u64; 4]) {
        gone.iter().for_each(|path| std::fs::remove_file(self.tree.path(path)).unwrap());
        now.iter().for_each(|(path, text)| self.tree.write(path, text.as_bytes()));
        // Before anything is staged: a plain run scans unstaged edits and untracked files.
        let run = check(&self.tree, &["--baseline", "../base.toml"]);
        let json = run.json();
        let new = json["violations"].as_array().unwrap().iter().filter(|it| it["state"] == "new");
        let new = new.map(|it| format!("{}:{}", it["path"].as_str().unwrap(), it["line"])).collect();
        let stale = json["summary"]["stale"].as_u64().unwrap();
        self.tree.git(&["add", "-A"]);
        (new, stale, counts(&check(&self.tree, &["--against", "HEAD"])))
    }
}

fn each(test: impl Fn(Writes)) {
    test(PYTHON);
    test(RUST);
}

/// The file with one function that has two violations of the same text among other statements.
fn file(writes: &Writes, statements: &[&str]) -> String {
    format!("{}{}", writes.head, (writes.function)("first", statements))
}

fn statements<'s>(writes: &Writes, one: &'s str, steps: &'s [String]) -> Vec<&'s str> {
    let _ = writes;
    vec![&steps[0], one, &steps[1], one, &steps[2]]
}

fn steps(writes: &Writes) -> Vec<String> {
    (1..9).map(writes.step).collect()
}

const SAME: (Vec<String>, u64) = (Vec::new(), 0);

#[test]
fn shifts_reflows_and_arguments() {
    each(|writes| {
        let steps = steps(&writes);
        let before = file(&writes, &statements(&writes, writes.call, &steps));
        for (what, after) in [
            ("lines shift", writes.comment.repeat(7) + &before),
            ("a formatter reflows", before.replace(writes.call, writes.reflowed)),
            ("an argument is added", before.replace(writes.call, writes.with_argument)),
            ("an argument is added to one", before.replacen(writes.call, writes.with_argument, 1)),
            ("all at once", writes.comment.repeat(2) + &before.replacen(writes.call, writes.reflowed, 1)),
        ] {
            let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
            let (new, stale, counts) = project.after(&[], &[(writes.path, after)]);
            assert_eq!(((new, stale), counts), (SAME, [0, 0, 0, 2]), "{what} in {}", writes.path);
        }
    });
}

/// What black and rustfmt make of code that is written tightly: one line becomes several, brackets and quotes change.
#[test]
fn formatters_change_nothing() {
    let before = "import redis\ndef f( a ):\n  \"\"\"Says\n  what.\"\"\"\n  if a: b=redis.Redis(f'{a}', 0XF); c=redis.Redis( )\n  \
                  else: return redis.Redis(u'x')\nx = f(1); y = redis.Redis(1E5)\n";
    let after = "import redis\n\n\ndef f(a):\n    \"\"\"Says\n    what.\"\"\"\n    if a:\n        b = redis.Redis(f\"{a}\", 0xF)\n        c = redis.Redis()\n    \
                 else:\n        return redis.Redis(\"x\")\n\n\nx = f(1)\ny = redis.Redis(1e5)\n";
    let project = Project::new(PYTHON, &[(PYTHON.path, before.to_owned())]);
    let (new, stale, counts) = project.after(&[], &[(PYTHON.path, after.to_owned())]);
    assert_eq!(((new, stale), counts), (SAME, [0, 0, 0, 4]));
    let before = "use redis::Client;\npub fn f(a:u8){if a>1{return Client::open(\"q\")}let z=|x|{Client::open(x)};match a{1=>{Client::open(a)}_=>h(||Client::open(b)),};g(Client::open(\"1\"),Client::open(\"2\"),);}\n";
    let after = "use redis::Client;\npub fn f(a: u8) {\n    if a > 1 {\n        return Client::open(\"q\");\n    }\n    let z = |x| Client::open(x);\n    match a {\n        1 => Client::open(a),\n        _ => h(|| {\n            Client::open(b)\n        }),\n    };\n    g(Client::open(\"1\"), Client::open(\"2\"));\n}\n";
    let project = Project::new(RUST, &[(RUST.path, before.to_owned())]);
    let (new, stale, counts) = project.after(&[], &[(RUST.path, after.to_owned())]);
    assert_eq!(((new, stale), counts), (SAME, [0, 0, 0, 6]));
}

#[test]
fn files_renamed_and_code_moved() {
    each(|writes| {
        let steps = steps(&writes);
        let before = file(&writes, &statements(&writes, writes.call, &steps));
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let (new, stale, counts) = project.after(&[writes.path], &[(writes.other, before.clone())]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 2, 0]), "renamed {}", writes.path);
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let edited = writes.comment.repeat(3) + &before + &(writes.function)("more", &[&steps[4]]);
        let (new, stale, counts) = project.after(&[writes.path], &[(writes.other, edited)]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 2, 0]), "renamed and edited {}", writes.path);
        // The only one of the file, with an argument added on the way, or with something new beside it.
        let one = file(&writes, &[&steps[0], writes.call, &steps[1]]);
        let edited = one.replace(writes.call, writes.with_argument);
        let longer = one.replace(&*steps[1], &steps[5]) + &(writes.function)("more", &[&steps[6]]);
        for (after, what) in [(edited, "argument"), (longer, "function")] {
            let project = Project::new(Writes { ..writes }, &[(writes.path, one.clone())]);
            let (new, stale, _) = project.after(&[writes.path], &[(writes.other, after)]);
            assert_eq!((new, stale), SAME, "renamed with another {what} {}", writes.path);
        }
        let other = file(&writes, &[&steps[2], writes.call, &steps[3]]);
        let project = Project::new(Writes { ..writes }, &[(writes.path, one)]);
        let (new, stale, _) = project.after(&[writes.path], &[(writes.other, other)]);
        assert_eq!((new.len(), stale), (1, 1), "another file than {}", writes.path);
        let mover = (writes.function)("mover", &[&steps[3], writes.call, &steps[4]]);
        let stay = (writes.function)("stay", &[&steps[5]]);
        let from = format!("{}{stay}{mover}", writes.head);
        let project = Project::new(Writes { ..writes }, &[(writes.path, from), (writes.other, writes.head.to_owned())]);
        let now = [(writes.path, format!("{}{stay}", writes.head)), (writes.other, format!("{}{mover}", writes.head))];
        let (new, stale, counts) = project.after(&[], &now);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 1, 0]), "moved from {}", writes.path);
        // Several of one kind, and one that is edited on the way.
        for call in [writes.call, writes.with_argument] {
            let twice = |call| (writes.function)("mover", &[&steps[3], writes.call, &steps[4], call, &steps[6]]);
            let from = format!("{}{stay}{}", writes.head, twice(writes.call));
            let before = [(writes.path, from), (writes.other, writes.head.to_owned())];
            let project = Project::new(Writes { ..writes }, &before);
            let now = [
                (writes.path, format!("{}{stay}", writes.head)),
                (writes.other, format!("{}{}", writes.head, twice(call))),
            ];
            let (new, stale, counts) = project.after(&[], &now);
            assert_eq!(((new, stale), counts), (SAME, [0, 0, 2, 0]), "two moved from {}", writes.path);
        }
    });
}

#[test]
fn functions_and_classes_renamed() {
    each(|writes| {
        let steps = steps(&writes);
        let body = [&*steps[0], writes.call, &steps[1], writes.call, &steps[2], writes.with_argument];
        let named = |name: &str| format!("{}{}", writes.head, (writes.function)(name, &body));
        let project = Project::new(Writes { ..writes }, &[(writes.path, named("first"))]);
        let (new, stale, counts) = project.after(&[], &[(writes.path, writes.comment.to_owned() + &named("begin"))]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 3, 0]), "in {}", writes.path);
        let edited = named("begin").replacen(writes.call, writes.with_argument, 1);
        let project = Project::new(Writes { ..writes }, &[(writes.path, named("first"))]);
        let (new, stale, counts) = project.after(&[], &[(writes.path, edited)]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 3, 0]), "with an argument in {}", writes.path);
        // The name goes to another function, and the old one keeps what it had around the call.
        let before = named("first") + &(writes.function)("second", &[&steps[3]]);
        let after = before.replacen(writes.call, &steps[6], 1).replace(&*steps[3], writes.call);
        let line = after.lines().enumerate().filter(|(_, line)| line.contains(writes.call)).last().unwrap().0 + 1;
        let project = Project::new(Writes { ..writes }, &[(writes.path, before)]);
        let (new, stale, _) = project.after(&[], &[(writes.path, after)]);
        assert_eq!((new, stale), (vec![format!("{}:{line}", writes.path)], 1), "in {}", writes.path);
    });
    let class = |name: &str| {
        let method = |name: &str| format!("    def {name}(self):\n        self.r = redis.Redis()\n");
        format!("import redis\n\n\nclass {name}:\n    x = 1\n\n{}\n{}", method("f"), method("g"))
    };
    let project = Project::new(PYTHON, &[(PYTHON.path, class("Old"))]);
    let (new, stale, counts) = project.after(&[], &[(PYTHON.path, class("New"))]);
    assert_eq!(((new, stale), counts), (SAME, [0, 0, 2, 0]));
}

#[test]
fn swaps_of_statements_and_functions() {
    each(|writes| {
        let steps = steps(&writes);
        let one = (writes.function)("one", &[&steps[0], writes.call, &steps[1]]);
        let two = (writes.function)("two", &[&steps[2], writes.with_argument, &steps[3]]);
        let before = format!("{}{one}{two}", writes.head);
        let project = Project::new(Writes { ..writes }, &[(writes.path, before)]);
        let (new, stale, counts) = project.after(&[], &[(writes.path, format!("{}{two}{one}", writes.head))]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 0, 2]), "functions in {}", writes.path);
        let before = file(&writes, &[&steps[0], writes.call, &steps[1], writes.with_argument, &steps[2]]);
        let after = file(&writes, &[&steps[0], writes.with_argument, &steps[1], writes.call, &steps[2]]);
        let project = Project::new(Writes { ..writes }, &[(writes.path, before)]);
        let (new, stale, counts) = project.after(&[], &[(writes.path, after)]);
        assert_eq!(((new, stale), counts), (SAME, [0, 0, 0, 2]), "statements in {}", writes.path);
    });
}

#[test]
fn one_fixed_and_one_added() {
    each(|writes| {
        let steps = steps(&writes);
        let function = |name, call| (writes.function)(name, &[&steps[0], call, &steps[1]]);
        let fixed = &*steps[7];
        // In another function, and in another file, each with the same text as what was fixed.
        let before = format!("{}{}{}", writes.head, function("one", writes.call), function("two", fixed));
        let after = format!("{}{}{}", writes.head, function("one", fixed), function("two", writes.call));
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let line = after.lines().position(|line| line.contains(writes.call)).unwrap() + 1;
        let (new, stale, counts) = project.after(&[], &[(writes.path, after)]);
        assert_eq!((new, stale), (vec![format!("{}:{line}", writes.path)], 1), "in {}", writes.path);
        assert_eq!(counts, [1, 1, 0, 0], "in {}", writes.path);
        let elsewhere = format!("{}{}", writes.head, function("three", writes.call));
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let line = elsewhere.lines().position(|line| line.contains(writes.call)).unwrap() + 1;
        let (new, stale, counts) =
            project.after(&[], &[(writes.path, before.replace(writes.call, fixed)), (writes.other, elsewhere)]);
        assert_eq!((new, stale), (vec![format!("{}:{line}", writes.other)], 1), "beside {}", writes.path);
        assert_eq!(counts, [1, 1, 0, 0], "beside {}", writes.path);
        // In another file that has the same function.
        let twin = format!("{}{}", writes.head, function("one", writes.call));
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let (new, stale, counts) =
            project.after(&[], &[(writes.path, before.replace(writes.call, fixed)), (writes.other, twin)]);
        assert_eq!((new, stale), (vec![format!("{}:{line}", writes.other)], 1), "twin of {}", writes.path);
        assert_eq!(counts, [1, 1, 0, 0], "twin of {}", writes.path);
        // In the same function, above and below what was fixed.
        for added in [0, 4] {
            let mut lines = vec![&*steps[0], &*steps[1], writes.call, &*steps[2], &*steps[3]];
            let before = file(&writes, &lines);
            lines[2] = fixed;
            lines.insert(added, writes.with_argument);
            lines.insert(added, &*steps[4]);
            let after = file(&writes, &lines);
            let line = after.lines().position(|line| line.contains(writes.with_argument)).unwrap() + 1;
            let project = Project::new(Writes { ..writes }, &[(writes.path, before)]);
            let (new, stale, counts) = project.after(&[], &[(writes.path, after)]);
            assert_eq!((new, stale), (vec![format!("{}:{line}", writes.path)], 1), "{added} in {}", writes.path);
            assert_eq!(counts, [1, 1, 0, 0], "{added} in {}", writes.path);
        }
    });
}

#[test]
fn duplicates_blame_the_right_line() {
    each(|writes| {
        let steps = steps(&writes);
        let before = [&*steps[0], writes.call, &steps[1], writes.call, &steps[2]];
        for (at, what) in [(0, "above all"), (2, "between"), (5, "below all")] {
            let mut after = before.to_vec();
            after.insert(at, &*steps[6]);
            after.insert(at, writes.call);
            after.insert(at, &*steps[5]);
            let text = file(&writes, &after);
            let nth = after[..at].iter().filter(|line| **line == writes.call).count();
            let line = text.lines().enumerate().filter(|(_, line)| line.contains(writes.call)).nth(nth).unwrap().0 + 1;
            let project = Project::new(Writes { ..writes }, &[(writes.path, file(&writes, &before))]);
            let (new, stale, counts) = project.after(&[], &[(writes.path, text)]);
            assert_eq!((new, stale), (vec![format!("{}:{line}", writes.path)], 0), "{what} in {}", writes.path);
            assert_eq!(counts, [1, 0, 0, 2], "{what} in {}", writes.path);
        }
    });
}

#[test]
fn what_is_added_inside_one_rust_statement_is_what_is_new() {
    let file = |open: &str, items: &[&str], close: &str| {
        format!("use redis::Client;\n\npub fn f(x: u8) {{\n{open}\n{}\n{close}\n}}\n", items.join("\n"))
    };
    for (open, old, added, close) in [
        ("let v = vec![", ["Client::open(1),", "Client::open(2),"], "Client::open(3),", "];"),
        ("S {", ["a: Client::open(1),", "b: Client::open(1),"], "c: Client::open(1),", "}"),
        ("match x {", ["1 => Client::open(0),", "2 => Client::open(0),"], "3 => Client::open(0),", "}"),
    ] {
        for at in 0..3 {
            let mut items = old.to_vec();
            items.insert(at, added);
            let project = Project::new(RUST, &[(RUST.path, file(open, &old, close))]);
            let (new, stale, counts) = project.after(&[], &[(RUST.path, file(open, &items, close))]);
            assert_eq!((new, stale), (vec![format!("{}:{}", RUST.path, 5 + at)], 0), "{open} {at}");
            assert_eq!(counts, [1, 0, 0, 2], "{open} {at}");
        }
    }
}

#[test]
fn what_is_added_inside_one_python_statement_is_what_is_new() {
    let file = |open: &str, items: &[&str], close: &str| {
        format!("import redis\n\n\ndef f():\n    {open}\n        {}\n    {close}\n", items.join("\n        "))
    };
    for (open, old, added, close) in [
        ("x = {", ["'a': redis.Redis(),", "'b': redis.Redis(),"], "'c': redis.Redis(),", "}"),
        ("x = g(", ["a=redis.Redis(),", "b=redis.Redis(),"], "c=redis.Redis(),", ")"),
        ("x = [", ["redis.Redis(1),", "redis.Redis(2),"], "redis.Redis(3),", "]"),
    ] {
        for at in 0..3 {
            let mut items = old.to_vec();
            items.insert(at, added);
            let project = Project::new(PYTHON, &[(PYTHON.path, file(open, &old, close))]);
            let (new, stale, counts) = project.after(&[], &[(PYTHON.path, file(open, &items, close))]);
            assert_eq!((new, stale), (vec![format!("{}:{}", PYTHON.path, 6 + at)], 0), "{open} {at}");
            assert_eq!(counts, [1, 0, 0, 2], "{open} {at}");
        }
    }
}

#[test]
fn unstaged_edits_and_untracked_files_are_scanned() {
    each(|writes| {
        let steps = steps(&writes);
        let before = file(&writes, &[&steps[0], writes.call]);
        let project = Project::new(Writes { ..writes }, &[(writes.path, before.clone())]);
        let added = before.clone() + &(writes.function)("second", &[&steps[1], writes.call]);
        let untracked = file(&writes, &[&steps[2], writes.with_argument]);
        let (new, stale, _) = project.after(&[], &[(writes.path, added), (writes.other, untracked)]);
        assert_eq!((new.len(), stale), (2, 0), "{new:?}");
        assert!(new[0].starts_with(project.writes.path) && new[1].starts_with(project.writes.other), "{new:?}");
    });
}
