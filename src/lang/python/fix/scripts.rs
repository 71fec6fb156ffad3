//! The files of a project as fixes see them, and where a name ends: its one definition, followed through every branch.
//!
//! In: the surroundings of a file. Out: parsed files, kept; for a path all [`End`]s that it can have. Unlike resolving this
//! tells instances of one class apart, since a fix must put the same object in the place of another.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::script::{BoundTo, ImportStatement, ImportedName, NameUse, Script};
use crate::facts::{Anchor, Name};
use crate::lang::fixing::Surroundings;
use crate::lang::{Located, ModuleRef};
use crate::source::FileId;

/// The parsed files, each read once.
pub(super) struct Scripts<'a> {
    pub around: &'a dyn Surroundings,
    read: RefCell<FxHashMap<FileId, Option<Rc<Script>>>>,
    open: RefCell<Vec<(ModuleRef, Name)>>,
}

/// An end of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// A name that a file of the tree defines; with a dot, a member of one.
    Definition(FileId, Name),
    /// A module of the tree.
    Module(ModuleRef),
    /// Something outside the tree.
    External(Vec<Name>),
    /// Nothing has the name.
    Missing,
    /// It cannot be told.
    Unknown,
}

impl<'a> Scripts<'a> {
    pub fn new(around: &'a dyn Surroundings) -> Self {
        Self { around, read: RefCell::default(), open: RefCell::default() }
    }

    /// Returns a file; none if it cannot be read without an error.
    pub fn script(&self, file: FileId) -> Option<Rc<Script>> {
        if let Some(known) = self.read.borrow().get(&file) {
            return known.clone();
        }
        let text = self.around.text(file);
        let script = text.and_then(|text| Script::read(file, self.around.path(file), text)).map(Rc::new);
        self.read.borrow_mut().insert(file, script.clone());
        script
    }

    /// Returns where a module is that an import names; for `from` imports the module before the names.
    pub fn module_of(&self, script: &Script, import: &ImportStatement, name: &ImportedName) -> Located {
        match &import.from {
            Some(from) => self.around.locate(script.file, anchor(from.level), &from.path),
            None => self.around.locate(script.file, Anchor::Absolute, &name.path),
        }
    }

    /// Returns the full names under which the rules can know what an import names: those of the module, and of the member.
    pub fn full_names(&self, script: &Script, import: &ImportStatement, name: &ImportedName) -> Vec<Vec<Name>> {
        let names: Vec<Vec<Name>> = match self.module_of(script, import, name) {
            Located::Module(module) | Located::Either(module, _) => self.around.names(module),
            Located::External(path) => vec![path],
            Located::Nowhere => Vec::new(),
        };
        match import.from {
            Some(_) if !name.star => {
                names.into_iter().map(|path| path.into_iter().chain(name.path.clone()).collect()).collect()
            }
            _ => names,
        }
    }

    /// Returns where a name of an import statement ends.
    pub fn ends_of_import(&self, script: &Script, import: &ImportStatement, name: &ImportedName) -> Vec<End> {
        match &import.from {
            Some(_) => self.ends_in(&self.module_of(script, import, name), &name.path),
            None if name.asname.is_some() => vec![end_of(self.module_of(script, import, name))],
            None => vec![end_of(self.around.locate(script.file, Anchor::Absolute, &name.path[..1]))],
        }
    }

    /// Returns where members of a module end.
    fn ends_in(&self, module: &Located, members: &[Name]) -> Vec<End> {
        match module {
            Located::Module(module) => self.members(vec![End::Module(*module)], members),
            Located::External(path) => vec![End::External(path.iter().chain(members).cloned().collect())],
            Located::Either(..) => vec![End::Unknown],
            Located::Nowhere => vec![End::Missing],
        }
    }

    /// Returns the module that the longest prefix of a full path names, seen from a file, and how long that is.
    pub fn longest_module(&self, from: FileId, path: &[Name]) -> Option<(ModuleRef, usize)> {
        (1..=path.len()).rev().find_map(|length| match self.around.locate(from, Anchor::Absolute, &path[..length]) {
            Located::Module(module) => Some((module, length)),
            _ => None,
        })
    }

    /// Returns where a full path ends, seen from a file.
    pub fn ends(&self, from: FileId, path: &[Name]) -> Vec<End> {
        match self.longest_module(from, path) {
            Some((module, length)) => self.members(vec![End::Module(module)], &path[length..]),
            None => vec![End::External(path.to_vec())],
        }
    }

    /// Returns where members of some ends end.
    pub fn members(&self, ends: Vec<End>, members: &[Name]) -> Vec<End> {
        let Some((first, rest)) = members.split_first() else { return ends };
        let mut found = Vec::new();
        for end in ends {
            match end {
                End::Module(module) => found.extend(self.member(module, first)),
                End::External(path) => found.push(End::External(path.into_iter().chain([first.clone()]).collect())),
                End::Definition(file, name) => found.push(End::Definition(file, Name::from(format!("{name}.{first}")))),
                End::Missing | End::Unknown => found.push(end),
            }
        }
        found.sort();
        found.dedup();
        self.members(found, rest)
    }

    /// Returns where a member of a module ends, through every branch that binds it.
    pub fn member(&self, module: ModuleRef, name: &Name) -> Vec<End> {
        let key = (module, name.clone());
        if self.open.borrow().contains(&key) {
            return Vec::new();
        }
        self.open.borrow_mut().push(key);
        let mut found = self.own_member(module, name);
        self.open.borrow_mut().pop();
        found.sort();
        found.dedup();
        found
    }

    fn own_member(&self, module: ModuleRef, name: &Name) -> Vec<End> {
        let child = || self.around.child(module, name).map(End::Module);
        let ModuleRef::File { file, .. } = module else { return vec![child().unwrap_or(End::Missing)] };
        let Some(script) = self.script(file) else { return vec![End::Unknown] };
        let bound = script.bound(0, name);
        let at_run_time = bound.iter().any(|it| !it.type_checking);
        let counting: Vec<_> = bound.iter().filter(|it| !(at_run_time && it.type_checking)).collect();
        if counting.is_empty() {
            return self.given_otherwise(&script, name).unwrap_or_else(|| vec![child().unwrap_or(End::Missing)]);
        }
        let own = End::Definition(file, name.clone());
        let mut found = Vec::new();
        for it in &counting {
            match &it.to {
                BoundTo::Import(statement, at) => {
                    let import = &script.imports[*statement];
                    let ends = self.ends_of_import(&script, import, &import.names[*at]);
                    // `from . import name` in the package itself is the submodule.
                    found.extend(if ends.is_empty() { child().into_iter().collect() } else { ends });
                }
                BoundTo::Path(path) if counting.len() == 1 && script.scopes[0].bound.contains_key(&path[0]) => {
                    let ends = self.member(module, &path[0]);
                    found.extend(self.members(ends, &path[1..]));
                }
                _ => found.push(own.clone()),
            }
        }
        found
    }

    /// Returns where a name ends that a module does not bind itself: through star imports or `__getattr__`.
    fn given_otherwise(&self, script: &Script, name: &Name) -> Option<Vec<End>> {
        let stars = script.imports.iter().rev().filter(|it| it.scope == 0 && it.names.iter().any(|name| name.star));
        for import in stars {
            match self.module_of(script, import, &import.names[0]) {
                Located::Module(module) if self.exports(module, name) => return Some(self.member(module, name)),
                Located::Module(_) | Located::Nowhere => {}
                Located::External(_) | Located::Either(..) => return Some(vec![End::Unknown]),
            }
        }
        script.scopes[0].bound.contains_key("__getattr__").then(|| vec![End::Unknown])
    }

    /// Returns whether a star import of a module brings a name.
    pub fn exports(&self, module: ModuleRef, name: &Name) -> bool {
        let ModuleRef::File { file, .. } = module else { return false };
        let Some(script) = self.script(file) else { return true };
        match &script.exports {
            Some(listed) => listed.contains(name),
            None => !name.starts_with('_') && self.member(module, name) != [End::Missing],
        }
    }

    /// Returns the class that an end is an instance of: the file and name of its definition; none if it is not known.
    pub fn class_of(&self, end: &End) -> Option<End> {
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        let module = ModuleRef::File { file: *file, scope: crate::facts::ScopeId::MODULE };
        let mut called = script.bound(0, name).iter().filter(|it| !matches!(it.to, BoundTo::Nothing));
        let (Some(first), None) = (called.next(), called.next()) else { return None };
        let BoundTo::Called(path) = &first.to else { return None };
        let ends = self.members(self.member(module, &path[0]), &path[1..]);
        match ends.as_slice() {
            [end] if self.is_class(end) => Some(end.clone()),
            _ => None,
        }
    }

    /// Returns whether an end is a class of the tree.
    pub fn is_class(&self, end: &End) -> bool {
        matches!(self.binding_of(end), Some(BoundTo::Class))
    }

    /// Returns what a definition of the tree is.
    pub fn binding_of(&self, end: &End) -> Option<BoundTo> {
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        let bound = script.bound(0, name);
        bound.iter().find(|it| !it.type_checking).or(bound.first()).map(|it| it.to.clone())
    }

    /// Returns whether a function of the defining file gives the name another object later.
    pub fn rebound_later(&self, end: &End) -> Option<(FileId, u32)> {
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        let later =
            script.bound(0, name).iter().find(|it| script.is_deferred(script.scope_at(it.range.start().to_u32())))?;
        Some((*file, later.range.start().to_u32()))
    }

    /// Returns the place of a definition.
    pub fn place(&self, end: &End) -> Option<(FileId, u32)> {
        let End::Definition(file, name) = end else { return None };
        let script = self.script(*file)?;
        let first = name.split('.').next().unwrap_or(name);
        Some((*file, script.bound(0, first).first()?.range.start().to_u32()))
    }

    /// Returns the file of a module, if it has one.
    pub fn file_of(module: ModuleRef) -> Option<FileId> {
        match module {
            ModuleRef::File { file, .. } => Some(file),
            ModuleRef::Directory(_) => None,
        }
    }

    /// Returns the module of a file.
    pub fn own_module(file: FileId) -> ModuleRef {
        ModuleRef::File { file, scope: crate::facts::ScopeId::MODULE }
    }

    /// Returns the uses of what an import binds.
    pub fn uses<'s>(script: &'s Script, import: &'s ImportStatement, name: &'s ImportedName) -> Vec<&'s NameUse> {
        let bound = name.bound(import.from.is_some());
        script.uses_of(script.owner(import.scope, bound).unwrap_or(import.scope), bound).collect()
    }
}

/// Returns the anchor of a `from` import with so many leading dots.
pub(super) fn anchor(level: u32) -> Anchor {
    if level == 0 { Anchor::Absolute } else { Anchor::Package(level) }
}

fn end_of(located: Located) -> End {
    match located {
        Located::Module(module) => End::Module(module),
        Located::External(path) => End::External(path),
        Located::Either(..) => End::Unknown,
        Located::Nowhere => End::Missing,
    }
}
