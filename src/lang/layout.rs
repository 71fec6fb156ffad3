//! The places of modules: the questions that a layout answers, and the layouts of all languages.
//!
//! In: a tree and its texts, by way of the front ends. Out: [`Layout`], which resolving, selecting and detecting ask of one
//! language, and [`Layouts`] with that of each.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{FrontEnd, Located, ModuleRef, front_ends};
use crate::facts::{Anchor, BindingId, FileFacts, Name, ScopeId};
use crate::problem::Problem;
use crate::source::{FileId, Language};
use crate::tree::{Texts, Tree, TreeFile};

/// The places of the modules of one language.
pub trait Layout: Debug + Send + Sync {
    /// The innermost module around a scope of a file.
    fn module_around(&self, facts: Option<&FileFacts>, file: FileId, scope: ScopeId) -> ModuleRef;
    /// The module that `anchor` and `path` name when written in module `from`.
    fn locate(&self, from: ModuleRef, anchor: Anchor, path: &[Name]) -> Located;
    /// The module whose own names come before packages when a path is absolute (the crate's root in Rust 2015).
    fn absolute_root(&self, _file: FileId) -> Option<ModuleRef> {
        None
    }
    /// The submodule of a module that is a file or directory of its own.
    fn child(&self, module: ModuleRef, name: &str) -> Option<ModuleRef>;
    /// Other files that the same declaration can mean as this module (under opposite `cfg`s).
    fn alternatives(&self, _module: ModuleRef) -> Vec<ModuleRef> {
        Vec::new()
    }
    /// The `impl` blocks, among the files learnt of, for types written with this name: file and index.
    fn implementations(&self, _name: &str) -> &[(FileId, u32)] {
        &[]
    }
    /// Other names under which what has this name is called where no path of a file leads to it: renamed macros.
    fn other_names(&self, _name: &Name) -> Vec<Name> {
        Vec::new()
    }
    /// Returns whether code in module `from` sees the private names of `module`, so that a star import takes them.
    fn sees_private(&self, _module: ModuleRef, _from: ModuleRef) -> bool {
        false
    }
    /// Returns whether code in other files sees the private names of a file's modules.
    fn shows_private(&self, _file: FileId) -> bool {
        true
    }
    /// Returns what a file inside a module makes a member of it though the module does not say so: exported macros.
    fn exported(&self, _module: ModuleRef, _name: &Name) -> Option<(FileId, BindingId)> {
        None
    }
    /// Returns whether the layout takes in the facts of each file that is loaded, so that files cannot be added while
    /// others are resolved.
    fn learns(&self) -> bool {
        false
    }
    /// Returns the packages of the tree that are called so, by a file that stands for each.
    fn packages_called(&self, _name: &str) -> BTreeSet<FileId> {
        BTreeSet::from([FileId::ABSENT])
    }
    /// Returns the package that a file belongs to, by the file that stands for it; none for a file of no package. Where a
    /// tree is not divided, all files are of one.
    fn package_of(&self, _file: FileId) -> Option<FileId> {
        Some(FileId::ABSENT)
    }
    /// Returns whether code in a file can name what one of these packages defines.
    fn sees(&self, _file: FileId, _packages: &BTreeSet<FileId>) -> bool {
        true
    }
    /// Returns the files that see the private names of a file.
    fn inside_of(&self, file: FileId) -> BTreeSet<FileId> {
        BTreeSet::from([file])
    }
    /// Returns whether a file shares its names with another, so that they are used there without a path or an import.
    fn shares_scope(&self, _file: FileId) -> bool {
        false
    }
    /// The names of a module, the most natural one first.
    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>>;
    /// Returns the facts of one file of the tree, with what its language takes from other files (macros).
    fn extract(&self, file: &TreeFile, text: &Arc<str>) -> FileFacts;
    /// Takes in the facts of a file, where the layout [learns](Self::learns).
    fn learn(&mut self, _file: FileId, _facts: &FileFacts) {}
    /// Returns whether a directory without a file of its own is one of this layout's modules.
    fn has_directory(&self, _directory: u32) -> bool {
        false
    }
    /// Returns the module that a path names from anywhere, also by its longest prefix, and how many segments name it; none
    /// where a path says nothing of files.
    fn longest_module(&self, _path: &[Name]) -> Option<(ModuleRef, usize)> {
        None
    }
    /// Returns how many segments of a path name a module, where its first name is the tree's whatever file imports it.
    fn longest_own(&self, path: &[Name]) -> Option<usize> {
        self.longest_module(path).map(|(_, length)| length)
    }
    /// Returns the files that run before a module that is imported by a path, because they are packages on its way.
    fn packages_on_the_way(&self, _module: ModuleRef, _length: usize) -> Vec<FileId> {
        Vec::new()
    }
    /// Declares the first names that the rules give as third-party (docs/design.md section 4).
    fn set_third_party(&mut self, _names: FxHashSet<Name>) {}
    /// Returns whether the rules give a first name as third-party.
    fn is_third_party(&self, _root: &str) -> bool {
        false
    }
    /// Returns the file that captures a third-party name; docs/design.md section 4 wants a warning for it.
    fn capturing(&self, _root: &Name) -> Option<FileId> {
        None
    }
    /// Returns whether the first name of a path can be that of a package outside the tree.
    fn is_package(&self, root: &Name) -> bool {
        self.is_third_party(root) || self.longest_module(std::slice::from_ref(root)).is_none()
    }
    /// Returns names under which manifests know packages that have another name: written, real.
    fn renames(&self) -> Vec<(Name, Name)> {
        Vec::new()
    }
    /// Returns the programs of the tree: root file and name.
    fn binaries(&self) -> Vec<(FileId, Name)> {
        Vec::new()
    }
    /// Returns whether a file is test code by what leads to it.
    fn is_test(&self, _file: FileId) -> bool {
        false
    }
    /// Returns what is wrong with manifests.
    fn problems(&self) -> &[Problem] {
        &[]
    }
}

/// The layouts of all languages.
#[derive(Debug)]
pub struct Layouts(Vec<(Language, Box<dyn Layout>)>);

impl Layouts {
    /// Makes the layouts of a tree; `roots` are the import roots that the rules list for a language.
    #[must_use]
    pub fn new<'r>(tree: &Tree, texts: &dyn Texts, roots: &dyn Fn(Language) -> Option<&'r [String]>) -> Self {
        let layout = |it: &&dyn FrontEnd| (it.language(), it.layout(tree, texts, roots(it.language())));
        Self(front_ends().iter().map(layout).collect())
    }

    /// The layout of a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &dyn Layout {
        &*self.0[self.at(language)].1
    }

    /// The layout of a language, to tell it more.
    pub fn of_mut(&mut self, language: Language) -> &mut dyn Layout {
        let at = self.at(language);
        &mut *self.0[at].1
    }

    fn at(&self, language: Language) -> usize {
        self.0.iter().position(|(it, _)| *it == language).unwrap_or(0)
    }

    /// The layout that knows a module.
    #[must_use]
    pub fn of_module(&self, tree: &Tree, module: ModuleRef) -> &dyn Layout {
        match module {
            ModuleRef::File { file, .. } => self.of(tree.file(file).language),
            ModuleRef::Directory(directory) => {
                let at = self.0.iter().position(|(_, layout)| layout.has_directory(directory)).unwrap_or(0);
                &*self.0[at].1
            }
        }
    }

    /// Each language with its layout.
    pub fn all(&self) -> impl Iterator<Item = (Language, &dyn Layout)> {
        self.0.iter().map(|(language, layout)| (*language, &**layout))
    }

    /// Extracts the facts of one file of the tree, with what its language takes from other files (macros).
    #[must_use]
    pub fn extract(&self, file: &TreeFile, text: &Arc<str>) -> FileFacts {
        self.of(file.language).extract(file, text)
    }

    /// Returns whether an absolute import in a file can find a module of the tree by this first name.
    #[must_use]
    pub fn is_in_tree(&self, file: &TreeFile, root: &Name) -> bool {
        let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
        let found = self.of(file.language).locate(module, Anchor::Absolute, std::slice::from_ref(root));
        !matches!(found, Located::External(_))
    }
}
