//! Statements that make, hand on and hide classes.

use crate::expression::is_dotted;
use crate::python::{Kind, Names, Writer};

/// Writes one statement, with suites at most so deep.
pub fn write(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
    if depth > 2 {
        return call(writer, names);
    }
    match writer.dice.roll(34) {
        0..=5 => call(writer, names),
        6..=9 => assign(writer, names),
        10 => writer.library_import(names),
        11..=12 => classes::subclass(writer, names),
        13 => classes::holder(writer, names),
        14 => classes::methods(writer, names),
        15 => classes::overridden(writer, names),
        16..=18 => functions::function(writer, names, depth),
        19 => functions::defaults(writer, names),
        20 => functions::shared(writer, names),
        21 => functions::decorated(writer, names),
        22 => functions::partial(writer, names),
        23 => functions::lambda(writer, names),
        24 => comprehension(writer, names),
        25..=26 => blocks::branch(writer, names, depth),
        27 => blocks::loops(writer, names, depth),
        28 => blocks::attempt(writer, names, depth),
        29 => blocks::with(writer, names),
        30 => blocks::matches(writer, names),
        31 => delete(writer, names),
        32 if writer.subscripts => table(writer, names),
        _ => unpack(writer, names),
    }
}

/// Calls a class.
pub fn call(writer: &mut Writer<'_>, names: &mut Names) {
    let (class, kind) = writer.class(names);
    match writer.dice.roll(12) {
        0 => writer.line(&format!("{class}(1, key=\"v\")")),
        1 => writer.line(&format!("{class}(\n    1,\n)")),
        2 => writer.line(&format!("print({class}(), end=\"\", file=open(\"/dev/null\", \"w\"))")),
        3 => writer.line(&format!("_ = [1, {class}()]")),
        5 => writer.line(&format!("assert {class}()")),
        6 => writer.line(&format!("{class}.from_url(\"redis://h\")")),
        7 => {
            let name = writer.target(names);
            writer.line(&format!("{name} = {class}()"));
            names.bind(&name, Kind::Instance(Box::new(kind)));
        }
        8 => {
            writer.line(&format!("(lambda: {class}())()"));
            names.fix_all();
        }
        _ => writer.line(&format!("{class}()")),
    }
}

fn assign(writer: &mut Writer<'_>, names: &mut Names) {
    let (class, kind) = writer.class(names);
    let name = writer.target(names);
    match writer.dice.roll(6) {
        0 => writer.line(&format!("{name}: object = {class}")),
        1 => {
            let other = writer.name("v");
            writer.line(&format!("{other} = {name} = {class}"));
            names.bind(&other, kind.clone());
        }
        2 if writer.walrus => writer.line(&format!("({name} := {class})")),
        _ => writer.line(&format!("{name} = {class}")),
    }
    names.bind(&name, kind);
}

fn comprehension(writer: &mut Writer<'_>, names: &mut Names) {
    let before = writer.walrus;
    writer.walrus = false;
    let (class, _) = writer.class(names);
    writer.walrus = before;
    let item = if writer.dice.percent(50) { "item".to_owned() } else { writer.name("c") };
    match writer.dice.roll(5) {
        0 => writer.line(&format!("[{class}() for _ in range(1)]")),
        1 => writer.line(&format!("[{item}() for {item} in ({class},)]")),
        2 => writer.line(&format!("list({item}() for {item} in [{class}, {class}])")),
        3 => writer.line(&format!("{{1: {item}() for {item} in ({class},) if {item}}}")),
        _ => {
            let (other, _) = {
                writer.walrus = false;
                let it = writer.class(names);
                writer.walrus = before;
                it
            };
            writer.line(&format!("[{item} for {item} in ({other},) for Redis in ({class},) if Redis()]"));
        }
    }
}

/// Takes a name away.
fn delete(writer: &mut Writer<'_>, names: &mut Names) {
    let (class, _) = writer.class(names);
    let name = writer.name("v");
    writer.line(&format!("{name} = {class}\ndel {name}"));
    let (class, kind) = writer.class(names);
    writer.line(&format!("{name} = {class}"));
    names.bind(&name, kind);
}

fn table(writer: &mut Writer<'_>, names: &mut Names) {
    let (first, first_kind) = writer.class(names);
    let (second, second_kind) = writer.class(names);
    let name = writer.name("t");
    let keys = match writer.dice.roll(3) {
        0 => {
            writer.line(&format!("{name} = {{\"a\": {first}, \"b\": {second}}}"));
            ["\"a\"", "\"b\""]
        }
        1 => {
            writer.line(&format!("{name} = [{first}, {second}]"));
            ["0", "1"]
        }
        _ => {
            writer.line(&format!("{name} = ({first}, {second})"));
            ["-2", "-1"]
        }
    };
    let entries = keys.iter().map(|key| (*key).to_owned()).zip([first_kind, second_kind]).collect();
    names.bind(&name, Kind::Table(entries));
}

fn unpack(writer: &mut Writer<'_>, names: &mut Names) {
    let (class, kind) = writer.class(names);
    let (other, second) = writer.class(names);
    let name = writer.target(names);
    let rest = writer.name("u");
    match writer.dice.roll(3) {
        0 => writer.line(&format!("{name}, {rest} = {class}, {other}")),
        1 => writer.line(&format!("[{name}, {rest}] = ({class}, {other})")),
        _ => {
            writer.line(&format!("({name}, *_), {rest} = ({class}, 1, 2), {other}"));
        }
    }
    names.bind(&name, kind);
    names.bind(&rest, second);
}

/// Whether a class can stand where only a dotted name reads well.
fn dotted(writer: &mut Writer<'_>, names: &mut Names) -> Option<(String, Kind)> {
    let (class, kind) = writer.class(names);
    is_dotted(&class).then_some((class, kind))
}

pub mod classes {
    use super::{Kind, Names, Writer};

    pub fn subclass(writer: &mut Writer<'_>, names: &mut Names) {
        let (base, kind) = writer.class(names);
        let name = if writer.dice.percent(30) { writer.target(names) } else { writer.name("K") };
        match writer.dice.roll(4) {
            0 => writer.line(&format!("class {name}({base}):\n    def __init__(self, *a, **k):\n        super().__init__()")),
            1 => writer.line(&format!("class Mixin:\n    pass\nclass {name}(Mixin, {base}):\n    extra = 1")),
            2 => writer.line(&format!("class {name}({base}):\n    @classmethod\n    def made(cls):\n        return cls()\n    def again(self):\n        return type(self)()\n{name}().again()")),
            _ => writer.line(&format!("class {name}({base}): pass")),
        }
        names.bind(&name, kind);
    }

    /// A class whose attributes are classes.
    pub fn holder(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, kind) = writer.class(names);
        let (other, second) = writer.class(names);
        let name = writer.name("A");
        writer.line(&format!("class {name}:\n    factory = {class}\n    Redis = {other}\n    made = Redis()\n    def go(self):\n        return self.factory()\n    @classmethod\n    def make(cls):\n        return cls.Redis()\n    @staticmethod\n    def build():\n        return {name}.factory()\n    @property\n    def one(self):\n        return self.factory\n{name}().go()\n{name}.make()\n{name}.build()\n{name}().one()"));
        names.bind(&name, Kind::Members(vec![("factory".to_owned(), kind), ("Redis".to_owned(), second)]));
    }

    /// A class that keeps a class on the instance.
    pub fn methods(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, _) = writer.class(names);
        let name = writer.name("A");
        writer.line(&format!("class {name}:\n    def __init__(self):\n        self.kind = {class}\n        self.made = self.kind()\n    def go(self):\n        if self.made:\n            return self.kind()\n        return None\n{name}().go()"));
        names.fix_all();
    }

    /// A class attribute that a subclass sets.
    pub fn overridden(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, kind) = writer.class(names);
        let other = crate::expression::classes(names)
            .into_iter()
            .find(|it| !it.0.contains('('))
            .map_or("dict".to_owned(), |it| it.0);
        let base = writer.name("B");
        let sub = writer.name("S");
        writer.line(&format!("class {base}:\n    kind = {class}\n    def go(self):\n        return self.kind()\nclass {sub}({base}):\n    kind = {other}\n{base}().go()\n{sub}().go()"));
        names.bind(&base, Kind::Members(vec![("kind".to_owned(), kind)]));
    }
}

pub mod functions {
    use super::{Kind, Names, Writer, call, write};
    use crate::python::SHARED;

    /// A function with statements of its own, called at once.
    pub fn function(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
        let name = writer.name("f");
        // Whatever it reads stays what it is: it may be called later.
        names.fix_all();
        let mut inner = names.clone();
        inner.fixed.clear();
        // A name that it binds is local in all of it: it is bound before it is read, or never.
        for name in SHARED {
            if writer.dice.percent(50) {
                inner.forget(name);
            } else {
                inner.fixed.insert(name.to_owned());
            }
        }
        writer.line(&format!("def {name}():"));
        let (was_in, walrus) = (writer.in_function, writer.walrus);
        writer.depth += 1;
        (writer.in_function, writer.walrus) = (true, true);
        for _ in 0..1 + writer.dice.roll(3) {
            write(writer, &mut inner, depth + 1);
        }
        let (class, kind) = writer.class(&mut inner);
        let returned = match writer.dice.roll(4) {
            0 => {
                writer.line(&format!("if {class}:\n    return {class}\nreturn None"));
                kind
            }
            1 => {
                writer.line(&format!("return {class}()"));
                Kind::Instance(Box::new(kind))
            }
            _ => {
                writer.line(&format!("return {class}"));
                kind
            }
        };
        writer.depth -= 1;
        (writer.in_function, writer.walrus) = (was_in, walrus);
        writer.line(&format!("{name}()"));
        names.bind(&name, Kind::Returns(Box::new(returned)));
    }

    pub fn defaults(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, _) = writer.class(names);
        let name = writer.name("f");
        match writer.dice.roll(3) {
            0 => writer.line(&format!("def {name}(x, item={class}):\n    return item()\n{name}(1)")),
            1 => writer
                .line(&format!("def {name}(*, item=None):\n    item = item or {class}\n    return item()\n{name}()")),
            _ => writer.line(&format!("def {name}(x, item={class}()):\n    return item\n{name}(1)")),
        }
        names.fix_all();
    }

    /// Names that a function shares with the scope around it.
    pub fn shared(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, kind) = writer.class(names);
        let (outer, inner, name) = (writer.name("f"), writer.name("f"), writer.name("g"));
        if writer.dice.percent(50) {
            writer.line(&format!("def {outer}():\n    global {name}\n    {name} = {class}\n{outer}()\ndef {inner}():\n    return {name}()\n{inner}()\n{name}()"));
            if !writer.in_function {
                names.bind(&name, kind);
            }
        } else {
            let (other, _) = writer.class(names);
            writer.line(&format!("def {outer}():\n    {name} = {other}\n    def {inner}():\n        nonlocal {name}\n        {name} = {class}\n        return {name}()\n    {inner}()\n    return {name}()\n{outer}()"));
        }
        names.fix_all();
    }

    pub fn decorated(writer: &mut Writer<'_>, names: &mut Names) {
        let Some((class, _)) = super::dotted(writer, names) else { return call(writer, names) };
        let (same, name) = (writer.name("d"), writer.name("f"));
        match writer.dice.roll(3) {
            0 => writer.line(&format!("def {same}(it): return it\n@{same}\n@{class}\ndef {name}(): pass")),
            1 => writer.line(&format!("@{class}\nclass {name}: pass")),
            _ => writer.line(&format!("@{class}()\ndef {name}(): pass")),
        }
        names.fix_all();
    }

    pub fn partial(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, _) = writer.class(names);
        let name = writer.name("p");
        if writer.dice.percent(50) {
            writer.line(&format!("from functools import partial as {name}\n{name}({class}, 1)()"));
        } else {
            writer.line(&format!("import functools\n{name} = functools.partial({class})\n{name}()"));
        }
    }

    pub fn lambda(writer: &mut Writer<'_>, names: &mut Names) {
        let walrus = writer.walrus;
        writer.walrus = false;
        let (class, kind) = writer.class(names);
        writer.walrus = walrus;
        let name = writer.name("l");
        if writer.dice.percent(50) {
            writer.line(&format!("{name} = lambda: {class}"));
            names.bind(&name, Kind::Returns(Box::new(kind)));
        } else {
            writer.line(&format!("{name} = lambda Redis={class}: Redis()\n{name}()"));
        }
        names.fix_all();
    }
}

pub mod blocks {
    use super::{Names, Writer, write};

    fn suite(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
        writer.depth += 1;
        for _ in 0..1 + writer.dice.roll(2) {
            write(writer, names, depth + 1);
        }
        writer.depth -= 1;
    }

    pub fn branch(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
        let condition = *writer.dice.pick(&["True", "1 < 2", "not None", "len([1])"]);
        writer.line(&format!("if {condition}:"));
        let mut other = names.clone();
        suite(writer, names, depth);
        if writer.dice.percent(50) {
            writer.line("else:");
            suite(writer, &mut other, depth);
            names.fixed.extend(other.fixed);
        }
    }

    pub fn loops(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
        let (class, kind) = writer.class(names);
        let name = writer.target(names);
        if writer.dice.percent(30) {
            writer.line("while True:");
            suite(writer, names, depth);
            writer.line("    break");
            return;
        }
        writer.line(&format!("for {name} in ({class},):"));
        names.bind(&name, kind);
        suite(writer, names, depth);
        if writer.dice.percent(30) {
            writer.line("    continue\nelse:");
            suite(writer, names, depth);
        }
    }

    pub fn attempt(writer: &mut Writer<'_>, names: &mut Names, depth: usize) {
        let name = writer.target(names);
        writer.line("try:");
        if writer.dice.percent(50) {
            suite(writer, names, depth);
            writer.line(&format!("except ValueError as {name}:\n    pass\nfinally:"));
            suite(writer, names, depth);
        } else {
            writer.line("    raise ValueError");
            writer.line(&format!("except ValueError as {name}:"));
            // It is an exception here and gone afterwards.
            names.forget(&name);
            suite(writer, names, depth);
            names.forget(&name);
        }
    }

    pub fn with(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, kind) = writer.class(names);
        let name = writer.target(names);
        writer.line(&format!("import contextlib\nwith contextlib.nullcontext({class}) as {name}:\n    pass"));
        // What a context manager of a library hands out is not known; the name is bound again.
        writer.line(&format!("{name} = {class}\nwith contextlib.suppress(ValueError):\n    {name}()"));
        names.bind(&name, kind);
    }

    pub fn matches(writer: &mut Writer<'_>, names: &mut Names) {
        let (class, kind) = writer.class(names);
        let name = writer.target(names);
        match writer.dice.roll(3) {
            0 => writer
                .line(&format!("match {class}:\n    case None:\n        pass\n    case {name}:\n        {name}()")),
            1 => writer.line(&format!("match ({class}, 1):\n    case ({name}, 1):\n        {name}()")),
            _ => writer.line(&format!("match {{\"k\": {class}}}:\n    case {{\"k\": {name}}}:\n        {name}()")),
        }
        names.bind(&name, kind);
    }
}
