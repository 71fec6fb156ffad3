//! The macros that the code of a file can mean.
//!
//! In: the macros of a tree, where its files stand, and what a file says of a name. Out: the definitions that the name
//! can mean. What they make of an invocation is left to [`crate::lang::rust::macros`].

use super::RustLayout;
use crate::facts::Name;
use crate::lang::rust::macros::definition::MacroDef;
use crate::lang::rust::macros::table::MacroTable;
use crate::source::FileId;

/// So many definitions of a name are tried that are not likely: a `use` may pass them on anywhere.
const MOST_TRIED: usize = 16;

/// The way that a path takes by the names of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The place where it begins.
    pub root: Root,
    /// The names after it, the last one first.
    pub names: Vec<Name>,
}

/// The beginning of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The crate of the file itself.
    Own,
    /// The crate of another file.
    CrateOf(FileId),
    /// Another crate.
    Named(Name),
    /// A name that a glob may bring in.
    Glob,
    /// No name of the file: the macro is one of an ancestor, or of a crate whose macros are names everywhere.
    Unbound,
}

/// The macros of a tree as one file sees them.
#[derive(Debug, Clone, Copy)]
pub struct MacroScope<'m> {
    table: &'m MacroTable,
    layout: Option<&'m RustLayout>,
    file: FileId,
}

impl<'m> MacroScope<'m> {
    /// The macros that a file by itself defines.
    #[must_use]
    pub fn alone(table: &'m MacroTable) -> Self {
        Self { table, layout: None, file: FileId(0) }
    }

    /// The macros of a tree as a file of it sees them.
    #[must_use]
    pub fn of_file(layout: &'m RustLayout, file: FileId) -> Self {
        Self { table: &layout.macros, layout: Some(layout), file }
    }

    /// Returns whether the tree defines a macro of this name, or passes one on by it.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.table.defines(name)
    }

    /// Returns whether anything in the tree invokes a macro of this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.table.is_called(name)
    }

    /// Returns whether the tree has a crate of this name.
    #[must_use]
    pub fn has_crate(&self, name: &Name) -> bool {
        self.table.crates.contains(name)
    }

    /// The definitions that a bare name means at a place of the file by its text alone.
    #[must_use]
    pub fn visible(&self, name: &str, at: u32) -> Vec<&'m MacroDef> {
        self.table.visible(name, self.file, at)
    }

    /// Returns the definitions to which a way can lead: those of its last name. The likely ones are marked: those of the
    /// crate and of the module before it, or all where that does not decide.
    #[must_use]
    pub fn at(&self, way: &Way) -> Vec<(&'m MacroDef, bool)> {
        let likely = self.likely(way);
        let all = match (&way.root, way.names.first()) {
            (Root::Named(name), _) if !self.has_crate(name) => Vec::new(),
            (Root::Unbound, _) | (_, None) => Vec::new(),
            (_, Some(name)) => self.table.named(name),
        };
        let is_likely = |it: &&MacroDef| likely.iter().any(|other| std::ptr::eq(*other, *it));
        let is_near = |it: &&MacroDef| self.layout.is_none_or(|layout| layout.share_crate(it.file, self.file));
        let (near, far): (Vec<_>, Vec<_>) = all.into_iter().filter(|it| !is_likely(it)).partition(is_near);
        let others = near.into_iter().chain(far).take(MOST_TRIED);
        likely.iter().map(|it| (*it, true)).chain(others.map(|it| (it, false))).collect()
    }

    /// Returns whether code of the file can name the crate in which a macro is defined.
    fn sees_crate_of(&self, rules: &MacroDef) -> bool {
        let root = |layout: &RustLayout| layout.root(rules.file);
        self.layout.is_none_or(|layout| root(layout).is_none_or(|root| layout.sees_one(self.file, &[root].into())))
    }

    fn likely(&self, Way { root, names }: &Way) -> Vec<&'m MacroDef> {
        let Some(name) = names.first() else { return Vec::new() };
        let mut found = self.table.named(name);
        let layout = self.layout;
        let in_crate = |it: &&MacroDef, root: FileId| layout.is_none_or(|layout| layout.is_in(it.file, root));
        let shared = |it: &&MacroDef, file: FileId| layout.is_none_or(|layout| layout.share_crate(it.file, file));
        match root {
            Root::Named(name) if !self.has_crate(name) => return Vec::new(),
            Root::Named(name) => {
                if let Some(root) = layout.and_then(|layout| layout.crate_seen(self.file, name)) {
                    narrow(&mut found, |it| in_crate(it, root));
                }
            }
            Root::Own => narrow(&mut found, |it| shared(it, self.file)),
            Root::CrateOf(file) => narrow(&mut found, |it| shared(it, *file)),
            Root::Unbound => {
                found.retain(|it| it.file != self.file && (shared(it, self.file) || self.sees_crate_of(it)));
                narrow(&mut found, |it| shared(it, self.file));
            }
            Root::Glob => {}
        }
        if let Some(module) = names.get(1) {
            let file_is = |file| layout.and_then(|layout| layout.module_name(file)) == Some(module);
            narrow(&mut found, |it| it.module == *module || (it.module.is_empty() && file_is(it.file)));
        }
        found
    }
}

/// Keeps what is wanted, if there is any.
fn narrow(found: &mut Vec<&MacroDef>, wanted: impl Fn(&&MacroDef) -> bool) {
    if found.iter().any(&wanted) {
        found.retain(wanted);
    }
}
