//! Ends of paths: the one definition in the tree, followed through `pub use` and modules, whatever the configuration.
//!
//! In: a path and the module in which it is written. Out: all [`RustEnd`]s that it can have.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::items::{RustItemKind, RustItems};
use crate::facts::{Anchor, Name, ScopeId};
use crate::lang::fixing::Surroundings;
use crate::lang::{Located, ModuleRef};
use crate::source::FileId;

/// A module: its file and the inline modules in it.
pub(super) type RustModule = (FileId, Vec<Name>);

/// An end of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RustEnd {
    /// An item of a module, or with more segments a member of it.
    Item(FileId, Vec<Name>, Vec<Name>),
    /// A module of the tree.
    Module(FileId, Vec<Name>),
    /// Something outside the tree.
    External(Vec<Name>),
    /// Nothing has the name, or nothing that can be seen from outside.
    Missing,
}

/// The files of a project by their tokens, each read once.
pub(super) struct RustNames<'a> {
    pub around: &'a dyn Surroundings,
    read: RefCell<FxHashMap<FileId, Option<Rc<RustItems>>>>,
    open: RefCell<Vec<(RustModule, Name)>>,
}

impl<'a> RustNames<'a> {
    pub fn new(around: &'a dyn Surroundings) -> Self {
        Self { around, read: RefCell::default(), open: RefCell::default() }
    }

    /// Returns a file.
    pub fn items(&self, file: FileId) -> Option<Rc<RustItems>> {
        if let Some(known) = self.read.borrow().get(&file) {
            return known.clone();
        }
        let items = self.around.text(file).map(|text| Rc::new(RustItems::read(file, text)));
        self.read.borrow_mut().insert(file, items.clone());
        items
    }

    /// Returns the root module of a crate that code in a file can name.
    pub fn root_of(&self, file: FileId, name: &Name) -> Option<RustModule> {
        match self.around.locate(file, Anchor::Absolute, std::slice::from_ref(name)) {
            Located::Module(ModuleRef::File { file, .. }) => Some((file, Vec::new())),
            _ => None,
        }
    }

    /// Returns where a full path ends that begins with the name of a crate, seen from a file.
    pub fn ends(&self, file: FileId, path: &[Name]) -> Vec<RustEnd> {
        let Some((first, rest)) = path.split_first() else { return vec![RustEnd::Missing] };
        match self.root_of(file, first) {
            Some((root, inline)) => self.members(vec![RustEnd::Module(root, inline)], rest),
            None => vec![RustEnd::External(path.to_vec())],
        }
    }

    fn members(&self, ends: Vec<RustEnd>, path: &[Name]) -> Vec<RustEnd> {
        let Some((first, rest)) = path.split_first() else { return ends };
        let mut found = Vec::new();
        for end in ends {
            match end {
                RustEnd::Module(file, inline) => found.extend(self.member(&(file, inline), first)),
                RustEnd::Item(file, inline, mut names) => {
                    names.push(first.clone());
                    found.push(RustEnd::Item(file, inline, names));
                }
                RustEnd::External(mut path) => {
                    path.push(first.clone());
                    found.push(RustEnd::External(path));
                }
                RustEnd::Missing => found.push(RustEnd::Missing),
            }
        }
        found.sort();
        found.dedup();
        self.members(found, rest)
    }

    /// Returns where a public name of a module ends.
    fn member(&self, module: &RustModule, name: &Name) -> Vec<RustEnd> {
        let key = (module.clone(), name.clone());
        if self.open.borrow().contains(&key) {
            return Vec::new();
        }
        self.open.borrow_mut().push(key);
        let mut found = self.own_member(module, name);
        self.open.borrow_mut().pop();
        found.sort();
        found.dedup();
        if found.is_empty() { vec![RustEnd::Missing] } else { found }
    }

    fn own_member(&self, module: &RustModule, name: &Name) -> Vec<RustEnd> {
        let (file, inline) = module;
        let Some(items) = self.items(*file) else { return Vec::new() };
        let mut found = Vec::new();
        let mut globs = Vec::new();
        let scopes = items.scopes.iter().enumerate().filter(|(_, scope)| scope.is_module && scope.path == *inline);
        for (at, scope) in scopes {
            for item in scope.items.iter().filter(|it| it.name == *name && it.public) {
                found.push(match item.kind {
                    RustItemKind::InlineModule => {
                        RustEnd::Module(*file, inline.iter().cloned().chain([name.clone()]).collect())
                    }
                    RustItemKind::FileModule => match self.around.child(own_module(*file), name) {
                        Some(ModuleRef::File { file, .. }) if inline.is_empty() => RustEnd::Module(file, Vec::new()),
                        _ => RustEnd::Missing,
                    },
                    _ => RustEnd::Item(*file, inline.clone(), vec![name.clone()]),
                });
            }
            for item in items.uses.iter().filter(|it| it.scope == at && it.public) {
                for leaf in &item.leaves {
                    if leaf.bound() == Some(name) {
                        found.extend(self.ends_of_written(&items, at, &leaf.names(), leaf.leading));
                    } else if leaf.glob {
                        globs.push((at, leaf.names(), leaf.leading));
                    }
                }
            }
        }
        if found.is_empty() {
            let given = globs.into_iter().flat_map(|(at, path, leading)| {
                let modules = self.ends_of_written(&items, at, &path, leading);
                self.members(modules, std::slice::from_ref(name))
            });
            found.extend(given.filter(|end| *end != RustEnd::Missing));
        }
        found
    }

    /// Returns where a path ends that is written in a scope of a file.
    pub fn ends_of_written(&self, items: &RustItems, scope: usize, path: &[Name], leading: bool) -> Vec<RustEnd> {
        let full = self.full_path(items, scope, path, leading);
        match full {
            Some(Written::Module(module, rest)) => self.members_seen(vec![RustEnd::Module(module.0, module.1)], &rest),
            Some(Written::Full(path)) => self.ends(items.file, &path),
            None => vec![RustEnd::Missing],
        }
    }

    /// As [`Self::members`], for code of the same crate: it sees private items too.
    fn members_seen(&self, ends: Vec<RustEnd>, path: &[Name]) -> Vec<RustEnd> {
        let Some((first, rest)) = path.split_first() else { return ends };
        let mut found = Vec::new();
        for end in &ends {
            let RustEnd::Module(file, inline) = end else { continue };
            let Some(items) = self.items(*file) else { continue };
            for scope in items.scopes.iter().filter(|scope| scope.is_module && scope.path == *inline) {
                for item in scope.items.iter().filter(|it| it.name == *first) {
                    found.push(match item.kind {
                        RustItemKind::InlineModule => {
                            RustEnd::Module(*file, [inline.as_slice(), std::slice::from_ref(first)].concat())
                        }
                        RustItemKind::FileModule => match self.around.child(own_module(*file), first) {
                            Some(ModuleRef::File { file, .. }) => RustEnd::Module(file, Vec::new()),
                            _ => RustEnd::Missing,
                        },
                        _ => RustEnd::Item(*file, inline.clone(), vec![first.clone()]),
                    });
                }
            }
        }
        match found.is_empty() {
            true => self.members(ends, path),
            false => self.members_seen_or(found, rest),
        }
    }

    fn members_seen_or(&self, ends: Vec<RustEnd>, rest: &[Name]) -> Vec<RustEnd> {
        let modules = ends.iter().all(|end| matches!(end, RustEnd::Module(..)));
        if modules && !rest.is_empty() { self.members_seen(ends, rest) } else { self.members(ends, rest) }
    }

    /// Returns what a written path begins with, in full.
    pub fn full_path(&self, items: &RustItems, scope: usize, path: &[Name], leading: bool) -> Option<Written> {
        let (first, rest) = path.split_first()?;
        let module = items.module_around(scope);
        let own = (items.file, items.scopes[module].path.clone());
        match first.as_str() {
            "crate" | "$crate" => {
                let root = self.around.locate(items.file, Anchor::Crate, &[]);
                let Located::Module(ModuleRef::File { file, .. }) = root else { return None };
                Some(Written::Module((file, Vec::new()), rest.to_vec()))
            }
            "self" => Some(Written::Module(own, rest.to_vec())),
            "super" => {
                let parent = self.parent(own)?;
                let mut above = Written::Module(parent, rest.to_vec());
                while let Written::Module(at, rest) = &above
                    && rest.first().is_some_and(|it| it == "super")
                {
                    above = Written::Module(self.parent(at.clone())?, rest[1..].to_vec());
                }
                Some(above)
            }
            _ if !leading && self.is_bound(items, module, first) => Some(Written::Module(own, path.to_vec())),
            _ => Some(Written::Full(path.to_vec())),
        }
    }

    fn parent(&self, (file, mut inline): RustModule) -> Option<RustModule> {
        if inline.pop().is_some() {
            return Some((file, inline));
        }
        match self.around.locate(file, Anchor::Module(1), &[]) {
            Located::Module(ModuleRef::File { file, .. }) => Some((file, Vec::new())),
            _ => None,
        }
    }

    /// Returns whether a module of a file binds a name itself.
    pub fn is_bound(&self, items: &RustItems, module: usize, name: &Name) -> bool {
        items.scopes[module].items.iter().any(|it| it.name == *name && it.kind != RustItemKind::ExternCrate)
            || items.uses.iter().any(|it| {
                it.scope == module && it.leaves.iter().any(|leaf| leaf.bound() == Some(name) && leaf.path.len() > 1)
            })
    }
}

/// A written path with what its first segments mean.
pub(super) enum Written {
    /// It begins in a module of the tree.
    Module(RustModule, Vec<Name>),
    /// It begins with a crate.
    Full(Vec<Name>),
}

/// Returns the module of a file.
fn own_module(file: FileId) -> ModuleRef {
    ModuleRef::File { file, scope: ScopeId::MODULE }
}
