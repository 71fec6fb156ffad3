//! The answers of the layout of a language about modules: which one it is, and where an import leads.
//!
//! In: nothing. Out: the two types by which layouts and name resolution speak of modules; no names, no files.

use crate::facts::{Name, ScopeId};
use crate::source::FileId;

/// A module of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleRef {
    /// The module of a file, or an inline module inside it.
    File {
        /// The file.
        file: FileId,
        /// The module's scope.
        scope: ScopeId,
    },
    /// A directory without a file of its own (a namespace package); an index given out by the layout.
    Directory(u32),
}

/// The place of an imported module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// In the tree.
    Module(ModuleRef),
    /// Outside the tree, under this path.
    External(Vec<Name>),
    /// In the tree or outside, under this path: the text does not tell which.
    Either(ModuleRef, Vec<Name>),
    /// Nowhere: the import cannot work.
    Nowhere,
}

impl Located {
    /// The module of the tree and the path outside it that an import can mean.
    #[must_use]
    pub fn meanings(self) -> (Option<ModuleRef>, Option<Vec<Name>>) {
        match self {
            Self::Module(module) => (Some(module), None),
            Self::External(path) => (None, Some(path)),
            Self::Either(module, path) => (Some(module), Some(path)),
            Self::Nowhere => (None, None),
        }
    }
}
