//! Random valid Python programs. What they construct is not computed here: CPython executes them.
//!
//! Left out, because design.md leaves it undecided or silent: values that reach a parameter from its calls (no types are
//! inferred); callables that are handed to other functions (`map(Redis, ..)` is a `reference`); computed names (`vars`,
//! `globals()`, `exec`); a name that is rebound after a nested function that reads it was called (a nested function sees the
//! bindings alive at the end of the scope that owns the name, section 4); class attributes that a call gives. Calls in f-strings are left out because CPython 3.11
//! gives wrong columns for them, and calls of a method that returns `cls()` because they are constructions too (section 3).
//!
//! A known gap, not one by design: a class that is put into a container and taken out with a constant subscript
//! (`{"a": Redis}["a"]()`) is not found. `SSOT_SUBSCRIPTS=1` writes such programs, and the test then fails.

use std::collections::BTreeSet;

use crate::dice::Dice;
use crate::expression::{class_expression, classes};
use crate::program::{PACKAGE, Program};
use crate::statement;

/// What a name stands for, as far as the generator has to know in order to write programs that run.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `redis.Redis` or a subclass.
    Banned,
    /// Another class.
    Safe,
    /// The module `redis`.
    Library,
    /// A module, a class with attributes: what is reached through a dot.
    Members(Vec<(String, Kind)>),
    /// A function without parameters that returns this.
    Returns(Box<Kind>),
    /// A container: constant subscripts.
    Table(Vec<(String, Kind)>),
    /// An instance of a banned or another class.
    Instance(Box<Kind>),
}

/// Names that are bound again and again, so that scopes shadow each other.
pub const SHARED: [&str; 8] = ["redis", "Redis", "Client", "make", "item", "R", "Other", "cache"];

/// The names of one scope, and those around it.
#[derive(Clone, Default)]
pub struct Names {
    /// The last one of a name counts.
    pub all: Vec<(String, Kind)>,
    /// Names that a nested function may read later: they are not bound again.
    pub fixed: BTreeSet<String>,
}

impl Names {
    pub fn bind(&mut self, name: &str, kind: Kind) {
        self.all.retain(|it| it.0 != name);
        self.all.push((name.to_owned(), kind));
    }

    pub fn forget(&mut self, name: &str) {
        self.all.retain(|it| it.0 != name);
    }

    /// Whether none of these was read by a function that may have been called: what it read stays what it is.
    pub fn are_free<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        names.into_iter().all(|name| !self.fixed.contains(name))
    }

    pub fn fix_all(&mut self) {
        self.fixed.extend(self.all.iter().map(|it| it.0.clone()));
        self.fixed.extend(SHARED.iter().map(|name| (*name).to_owned()));
    }
}

/// Writes one file.
pub struct Writer<'a> {
    pub dice: &'a mut Dice,
    pub fresh: &'a mut usize,
    pub lines: Vec<String>,
    pub depth: usize,
    /// Whether the scope is the module's.
    pub in_function: bool,
    /// Whether `:=` may stand in expressions (not in the body of a class, a default, a comprehension).
    pub walrus: bool,
    /// Whether containers are subscripted with constants: a known gap, see the module.
    pub subscripts: bool,
}

impl Writer<'_> {
    pub fn line(&mut self, text: &str) {
        for line in text.lines() {
            self.lines.push(format!("{}{line}", "    ".repeat(self.depth)));
        }
    }

    /// A name that nothing else has.
    pub fn name(&mut self, prefix: &str) -> String {
        *self.fresh += 1;
        format!("{prefix}{}", self.fresh)
    }

    /// A name to bind: often one that is bound elsewhere too.
    pub fn target(&mut self, names: &Names) -> String {
        if self.dice.percent(45) {
            let name = *self.dice.pick(&SHARED);
            if !names.fixed.contains(name) {
                return name.to_owned();
            }
        }
        self.name("v")
    }
}

/// Makes the program of a seed.
pub fn program(seed: u64) -> Program {
    let mut dice = Dice::new(seed);
    let mut fresh = 0;
    let mut files = vec![("__init__.py".to_owned(), String::new())];
    let mut modules: Vec<(String, Names)> = Vec::new();
    let count = dice.roll(4);
    for at in 0..count {
        let nested = dice.percent(30);
        let name = if nested { format!("sub{at}") } else { format!("mod{at}") };
        let (text, names) = module(&mut dice, &mut fresh, &modules, 1 + usize::from(nested));
        if nested {
            files.push((format!("{name}/__init__.py"), text));
        } else {
            files.push((format!("{name}.py"), text));
        }
        modules.push((name, names));
    }
    let (text, _) = module(&mut dice, &mut fresh, &modules, 1);
    files.push(("main.py".to_owned(), text));
    Program { seed, files }
}

/// The text of a module, and the names that it exports.
fn module(dice: &mut Dice, fresh: &mut usize, others: &[(String, Names)], dots: usize) -> (String, Names) {
    let mut names = Names::default();
    let subscripts = std::env::var_os("SSOT_SUBSCRIPTS").is_some();
    let mut writer = Writer { dice, fresh, lines: Vec::new(), depth: 0, in_function: false, walrus: true, subscripts };
    writer.imports(&mut names, others, dots);
    for _ in 0..3 + writer.dice.roll(7) {
        statement::write(&mut writer, &mut names, 0);
    }
    writer.exports(&mut names);
    (writer.lines.join("\n") + "\n", names)
}

impl Writer<'_> {
    fn imports(&mut self, names: &mut Names, others: &[(String, Names)], dots: usize) {
        if self.dice.percent(70) || others.is_empty() {
            self.library_import(names);
        }
        for (module, exported) in others {
            if self.dice.percent(70) {
                self.tree_import(names, module, exported, dots);
            }
        }
    }

    /// Imports from the library, in one of the ways there are.
    pub fn library_import(&mut self, names: &mut Names) {
        let alias = self.target(names);
        match self.dice.roll(9) {
            0 => {
                self.line("import redis");
                names.bind("redis", Kind::Library);
            }
            1 => {
                self.line(&format!("import redis as {alias}"));
                names.bind(&alias, Kind::Library);
            }
            2 => {
                self.line("from redis import Redis");
                names.bind("Redis", Kind::Banned);
            }
            3 => {
                self.line(&format!("from redis import Other as {alias}"));
                names.bind(&alias, Kind::Safe);
            }
            4 if names.are_free(["Other"]) => {
                self.line(&format!("from redis import (\n    Other,\n    Redis as {alias},\n)"));
                names.bind("Other", Kind::Safe);
                names.bind(&alias, Kind::Banned);
            }
            5 if !self.in_function && self.depth == 0 && names.are_free(["Redis", "Other"]) => {
                self.line("from redis import *");
                names.bind("Redis", Kind::Banned);
                names.bind("Other", Kind::Safe);
            }
            6 => {
                self.line(&format!(
                    "try:\n    from redis import Redis as {alias}\nexcept ImportError:\n    {alias} = None"
                ));
                names.bind(&alias, Kind::Banned);
            }
            7 => {
                self.line(&format!("try:\n    from nowhere import Redis as {alias}\nexcept ImportError:\n    from redis import Redis as {alias}"));
                names.bind(&alias, Kind::Banned);
            }
            _ => {
                self.line(&format!(
                    "import sys\nif sys.version_info >= (3,):\n    import redis as {alias}\nelse:\n    {alias} = None"
                ));
                names.bind(&alias, Kind::Library);
            }
        }
    }

    fn tree_import(&mut self, names: &mut Names, module: &str, exported: &Names, dots: usize) {
        let members: Vec<(String, Kind)> = exported.all.clone();
        let relative = format!("{}{module}", ".".repeat(dots));
        let absolute = format!("{PACKAGE}.{module}");
        let path = if self.dice.percent(50) { relative } else { absolute.clone() };
        let alias = self.target(names);
        match self.dice.roll(6) {
            0 | 1 if !members.is_empty() => {
                let (name, kind) = self.dice.pick(&members).clone();
                if self.dice.percent(50) && names.are_free([name.as_str()]) {
                    self.line(&format!("from {path} import {name}"));
                    names.bind(&name, kind);
                } else {
                    self.line(&format!("from {path} import {name} as {alias}"));
                    names.bind(&alias, kind);
                }
            }
            2 if names.are_free(members.iter().map(|it| it.0.as_str())) => {
                self.line(&format!("from {path} import *"));
                for (name, kind) in members.into_iter().filter(|it| !it.0.starts_with('_')) {
                    names.bind(&name, kind);
                }
            }
            3 => {
                self.line(&format!("from {} import {module}", ".".repeat(dots)));
                names.bind(module, Kind::Members(members));
            }
            4 => {
                self.line(&format!("import {absolute} as {alias}"));
                names.bind(&alias, Kind::Members(members));
            }
            _ => {
                self.line(&format!("import {absolute}"));
                let module = vec![(module.to_owned(), Kind::Members(members))];
                names.bind(PACKAGE, Kind::Members(module));
            }
        }
    }

    /// Sometimes says what a star takes.
    fn exports(&mut self, names: &mut Names) {
        names.all.retain(|it| it.0 != PACKAGE);
        if self.dice.percent(15) && !names.all.is_empty() {
            let listed: Vec<String> =
                names.all.iter().filter(|_| self.dice.percent(60)).map(|it| format!("\"{}\"", it.0)).collect();
            self.line(&format!("__all__ = [{}]", listed.join(", ")));
            // Whoever takes a star then has fewer names; the others are private to it.
            names.all.retain(|it| listed.contains(&format!("\"{}\"", it.0)));
        }
        names.fixed.clear();
    }

    /// An expression for a class, with what it is; imports one where there is none.
    pub fn class(&mut self, names: &mut Names) -> (String, Kind) {
        if classes(names).is_empty() {
            self.library_import(names);
        }
        class_expression(self, names, 0)
    }
}
