//! Random valid Rust crates. What they construct is not computed here: they are compiled and run, and the stand-in for the
//! library records its callers (`#[track_caller]`). All that is written is executed, so what is reported must be exactly that.
//!
//! A function that is passed as a value has no caller that the compiler records; a mark in a comment stands before it. Left
//! out, because design.md leaves it undecided or silent: generic functions, values that reach a parameter, items of the
//! library under another of its own paths.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::program::Program;

mod body;
mod imports;
pub mod judge;

/// Names that are bound again and again, so that scopes shadow each other.
const TYPES: [&str; 5] = ["Client", "Other", "Conn", "Pool", "Link"];
const FUNCTIONS: [&str; 4] = ["connect", "other", "dial", "join"];
const MODULES: [&str; 4] = ["net", "db", "redis", "io"];

/// The name spaces of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    Type,
    Value,
    Macro,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A type with a function `open`; whether it is the library's.
    Type(bool),
    /// A function of one number; whether it is the library's.
    Function(bool),
    Module(usize),
    /// The library itself.
    Library,
    /// A macro with this number.
    Macro(usize),
}

/// One thing that a name can stand for: two of one meaning may be different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub meaning: Meaning,
    pub id: usize,
}

impl Item {
    pub const LIBRARY: Self = Self { meaning: Meaning::Library, id: 4 };

    pub fn space(self) -> Space {
        match self.meaning {
            Meaning::Type(_) | Meaning::Module(_) | Meaning::Library => Space::Type,
            Meaning::Function(_) => Space::Value,
            Meaning::Macro(_) => Space::Macro,
        }
    }
}

/// What the library has.
pub const LIBRARY: [(&str, Item); 4] = [
    ("Client", Item { meaning: Meaning::Type(true), id: 0 }),
    ("Other", Item { meaning: Meaning::Type(false), id: 1 }),
    ("connect", Item { meaning: Meaning::Function(true), id: 2 }),
    ("other", Item { meaning: Meaning::Function(false), id: 3 }),
];

/// Names with what they stand for, and whether others may take them.
pub type Names = BTreeMap<(Space, String), (Item, bool)>;

/// Where the text of a module stands.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    Inline,
    File(String),
}

#[derive(Debug)]
pub struct Module {
    parent: Option<usize>,
    name: String,
    place: Place,
    /// An attribute before its declaration.
    path: Option<String>,
    /// The directory in which its children's files stand.
    directory: String,
    /// Names that it binds itself.
    own: Names,
    /// Modules whose names it takes all, and whether it hands them on.
    globs: Vec<(Item, bool)>,
    /// Its items, less its children and its function.
    items: Vec<String>,
    /// Own names, and those that globs bring.
    names: Names,
}

/// A crate while it is written.
pub struct Crate<'a> {
    pub dice: &'a mut Dice,
    pub modules: Vec<Module>,
    /// Texts of macros by their numbers: how each is called.
    pub macros: Vec<Taken>,
    fresh: usize,
}

/// What a macro takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken {
    Nothing,
    Expression,
    Type,
    Ident,
    Function,
    Tokens,
}

impl Crate<'_> {
    pub fn fresh(&mut self) -> usize {
        self.fresh += 1;
        self.fresh
    }

    pub fn name(&mut self, prefix: &str) -> String {
        let number = self.fresh();
        format!("{prefix}{number}")
    }

    /// The modules around one, itself first.
    pub fn around(&self, module: usize) -> Vec<usize> {
        std::iter::successors(Some(module), |at| self.modules[*at].parent).collect()
    }

    /// The path of a module from the root of the crate.
    pub fn path(&self, module: usize) -> Vec<String> {
        let mut path: Vec<String> =
            self.around(module).iter().filter(|at| **at != 0).map(|at| self.modules[*at].name.clone()).collect();
        path.reverse();
        path
    }
}

/// Makes the program of a seed.
pub fn program(seed: u64) -> Program {
    let mut dice = Dice::new(seed);
    let edition = *dice.pick(&["2018", "2021", "2021", "2024"]);
    let root = Module {
        parent: None,
        name: String::new(),
        place: Place::File("src/main.rs".to_owned()),
        path: None,
        directory: "src".to_owned(),
        own: Names::new(),
        globs: Vec::new(),
        items: Vec::new(),
        names: Names::new(),
    };
    let mut it = Crate { dice: &mut dice, modules: vec![root], macros: Vec::new(), fresh: 100 };
    for _ in 0..1 + it.dice.roll(6) {
        it.add_module();
    }
    for module in 0..it.modules.len() {
        it.items(module);
    }
    for _ in 0..2 {
        for module in 0..it.modules.len() {
            for _ in 0..1 + it.dice.roll(3) {
                it.import(module);
            }
        }
    }
    it.complete_names();
    let bodies: Vec<String> = (0..it.modules.len()).map(|module| it.body(module)).collect();
    let mut files = vec![(
        "Cargo.toml".to_owned(),
        format!(
            "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n\n[dependencies]\nredis = \"1\"\n",
            crate::program::PACKAGE
        ),
    )];
    it.write(0, &bodies, &mut files);
    Program { seed, files }
}

impl Crate<'_> {
    fn add_module(&mut self) {
        let parent = self.dice.roll(self.modules.len());
        let inline = self.dice.percent(40);
        let shared = (*self.dice.pick(&MODULES)).to_owned();
        let taken = self.modules.iter().any(|it| it.parent == Some(parent) && it.name == shared);
        let name = if inline && !taken { shared } else { self.name("part") };
        let above = &self.modules[parent];
        let (directory, is_inline) = (above.directory.clone(), above.place == Place::Inline);
        let mut path = None;
        let (place, own) = if inline {
            (Place::Inline, format!("{directory}/{name}"))
        } else if !is_inline && self.dice.percent(25) {
            let Place::File(file) = &above.place else { unreachable!("it is in a file") };
            let beside = file.rsplit_once('/').map_or("", |it| it.0).to_owned();
            path = Some(format!("odd/{name}_text.rs"));
            (Place::File(format!("{beside}/odd/{name}_text.rs")), format!("{beside}/odd"))
        } else if self.dice.percent(40) {
            (Place::File(format!("{directory}/{name}/mod.rs")), format!("{directory}/{name}"))
        } else {
            (Place::File(format!("{directory}/{name}.rs")), format!("{directory}/{name}"))
        };
        let number = self.modules.len();
        let item = Item { meaning: Meaning::Module(number), id: 1_000 + number };
        self.modules[parent].own.insert((Space::Type, name.clone()), (item, true));
        self.modules.push(Module {
            parent: Some(parent),
            name,
            place,
            path,
            directory: own,
            own: Names::new(),
            globs: Vec::new(),
            items: Vec::new(),
            names: Names::new(),
        });
    }

    /// Types, functions and macros of a module's own.
    fn items(&mut self, module: usize) {
        if self.dice.percent(25) {
            let name = (*self.dice.pick(&TYPES)).to_owned();
            if self.binds(module, &name, Meaning::Type(false)) {
                self.modules[module].items.push(safe_type("pub ", &name));
            }
        }
        if self.dice.percent(20) {
            let name = (*self.dice.pick(&FUNCTIONS)).to_owned();
            if self.binds(module, &name, Meaning::Function(false)) {
                self.modules[module].items.push(safe_function("pub ", &name));
            }
        }
        if self.dice.percent(20) {
            let name = (*self.dice.pick(&TYPES)).to_owned();
            let (target, banned) = *self.dice.pick(&[("Client", true), ("Other", false)]);
            if self.binds(module, &name, Meaning::Type(banned)) {
                self.modules[module].items.push(format!("pub type {name} = ::redis::{target};"));
            }
        }
        if self.dice.percent(35) {
            let name = self.name("make");
            let (taken, text) = self.macro_text(&name, false);
            let number = self.macros.len();
            self.macros.push(taken);
            self.binds(module, &name, Meaning::Macro(number));
            // Before all others: a macro is known below its definition.
            self.modules[module].items.insert(0, format!("{text}\npub(crate) use {name};"));
        }
    }

    /// Binds a name to a new item, unless the module has the name.
    pub fn binds(&mut self, module: usize, name: &str, meaning: Meaning) -> bool {
        let id = self.fresh();
        let item = Item { meaning, id };
        let key = (item.space(), name.to_owned());
        if self.modules[module].own.contains_key(&key) {
            return false;
        }
        self.modules[module].own.insert(key, (item, true));
        true
    }

    /// Whether a module bears the library's name: where a glob brings it, the library's name alone is ambiguous.
    pub fn has_own_redis(&self) -> bool {
        self.modules.iter().any(|it| it.name == "redis")
    }

    /// The text of a macro, and what it takes. Only one that is called below its definition can call itself.
    pub fn macro_text(&mut self, name: &str, is_local: bool) -> (Taken, String) {
        let library = if self.has_own_redis() || self.dice.percent(50) { "::redis" } else { "redis" };
        let (taken, arms) = match self.dice.roll(if is_local { 10 } else { 9 }) {
            0 => (Taken::Nothing, format!("() => {{ {library}::Client::open(1) }};")),
            1 => (Taken::Expression, "($e:expr) => { $e };".to_owned()),
            2 => (Taken::Type, "($t:ty) => { <$t>::open(1) };".to_owned()),
            3 => (Taken::Ident, "($n:ident) => { $n::open(1) };".to_owned()),
            4 => (Taken::Function, "($f:path) => { $f(1) };".to_owned()),
            5 => (Taken::Tokens, "($($t:tt)*) => { $($t)* };".to_owned()),
            6 => (Taken::Nothing, format!("() => {{ {library}::Other::open(1) }};")),
            // One that takes several, and one that calls itself until nothing is left.
            7 => (Taken::Expression, "($($e:expr),* $(,)?) => { $(let _ = $e;)* };".to_owned()),
            9 => (
                Taken::Expression,
                format!("() => {{}}; ($e:expr $(, $rest:expr)*) => {{ {{ let _ = $e; {name}!($($rest),*); }} }};"),
            ),
            // A function of its own, called at once.
            _ => (
                Taken::Type,
                format!("($t:ty) => {{ {{ fn made() {{ {library}::Client::open(1); <$t>::open(1); }} made(); }} }};"),
            ),
        };
        (taken, format!("macro_rules! {name} {{ {arms} }}"))
    }

    /// Writes a module and those inside it into their files; gives its text.
    fn write(&self, number: usize, bodies: &[String], files: &mut Vec<(String, String)>) {
        let text = self.text(number, bodies, files);
        let Place::File(path) = &self.modules[number].place else { unreachable!("it has a file") };
        files.push((path.clone(), text));
    }

    fn text(&self, number: usize, bodies: &[String], files: &mut Vec<(String, String)>) -> String {
        let module = &self.modules[number];
        let mut text = String::new();
        for item in &module.items {
            text += &format!("{item}\n");
        }
        let children = (0..self.modules.len()).filter(|at| self.modules[*at].parent == Some(number));
        for child in children {
            let it = &self.modules[child];
            match (&it.place, &it.path) {
                (Place::Inline, _) => {
                    let inner = indent(&self.text(child, bodies, files));
                    text += &format!("pub mod {} {{\n{inner}}}\n", it.name);
                }
                (Place::File(_), path) => {
                    if let Some(path) = path {
                        text += &format!("#[path = \"{path}\"]\n");
                    }
                    text += &format!("pub mod {};\n", it.name);
                    self.write(child, bodies, files);
                }
            }
        }
        text + &bodies[number]
    }
}

/// A type of the crate's own with the function that the library's has.
pub fn safe_type(public: &str, name: &str) -> String {
    format!(
        "{public}struct {name};\nimpl {name} {{\n    #[track_caller]\n    pub fn open(_: u32) -> Self {{\n        ::redis::note();\n        \
         Self\n    }}\n}}"
    )
}

/// A function of the crate's own that is called like the library's.
pub fn safe_function(public: &str, name: &str) -> String {
    format!("#[track_caller]\n{public}fn {name}(_: u32) {{\n    ::redis::note();\n}}")
}

pub fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
