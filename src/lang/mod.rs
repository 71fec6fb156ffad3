//! The table of front ends: one row for each language.
//!
//! In: a language. Out: its extractor, its module layout and the constants by which its names are looked up. Nothing
//! outside this module and `source` asks which language a file is in.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::facts::{Anchor, FileFacts, Name, ScopeId};
use crate::source::{FileId, Language};
use crate::tree::{Texts, Tree, TreeFile};

mod import_scan;
mod imports;
mod module;
pub mod python;
pub mod rust;
pub mod text;
pub mod words;

pub use import_scan::{ImportScan, Occurrence};
pub use imports::{EntryPoint, EntryPointKind, FileImports, Import};
pub use module::{Located, ModuleRef};

use python::layout::PythonLayout;
use rust::layout::RustLayout;

/// The facts of one file by itself. A broken file gives what could be recovered and its problems, never an error.
#[must_use]
pub fn extract(language: Language, path: &str, text: &Arc<str>) -> FileFacts {
    match language {
        Language::Python => python::extract(path, text),
        Language::Rust => rust::extract(path, text),
    }
}

/// The tree with the files that others include as code though their names say no language (`include!("x.in")`), as far
/// as `admit` lets them in.
#[must_use]
pub fn with_included(mut tree: Tree, texts: &dyn Texts, admit: &dyn Fn(&str) -> bool) -> Tree {
    let rust = tree.files().iter().filter(|file| file.language == Language::Rust);
    let mut among: Vec<Arc<str>> = rust.map(|file| Arc::clone(&file.path)).collect();
    while !among.is_empty() {
        among = rust::layout::includes::included(&tree, texts, &among);
        among.retain(|path| admit(path));
        if !among.is_empty() {
            tree = tree.with(among.iter().map(|path| (Arc::clone(path), Language::Rust)));
        }
    }
    tree
}

/// Scans the imports of a text without parsing it.
#[must_use]
pub fn scan_imports(language: Language, text: &str) -> ImportScan<'_> {
    match language {
        Language::Python => python::import_scan::scan(text),
        Language::Rust => rust::import_scan::scan(text),
    }
}

/// Returns as what the word at a place of a scanned text stands.
#[must_use]
pub fn occurrence(language: Language, scan: &ImportScan<'_>, text: &str, place: Range<usize>) -> Occurrence {
    match language {
        Language::Python => python::import_scan::occurrence(text, place),
        Language::Rust => rust::import_scan::occurrence(scan, place),
    }
}

/// Returns how a name can be written.
pub fn spellings(language: Language, name: &Name) -> impl Iterator<Item = Name> {
    let other = match language {
        Language::Python => python::unmangled(name),
        Language::Rust => None,
    };
    std::iter::once(name.clone()).chain(other)
}

/// What begins a comment that ends with its line.
#[must_use]
pub fn comment_sign(language: Language) -> &'static str {
    match language {
        Language::Python => "#",
        Language::Rust => "//",
    }
}

/// Whether two texts are the same code, token by token: they differ in comments and white space at most.
#[must_use]
pub fn same_code(language: Language, one: &str, other: &str) -> bool {
    match language {
        Language::Python => python::same_code(one, other),
        Language::Rust => {
            let tokens = |text: &str| text.parse().map(|tokens: proc_macro2::TokenStream| tokens.to_string());
            matches!((tokens(one), tokens(other)), (Ok(one), Ok(other)) if one == other)
        }
    }
}

/// The module whose members are the builtins, where a language has such names.
pub const BUILTINS: &str = "builtins";

/// How the names of a language are looked up, where languages differ.
#[derive(Debug)]
pub struct LookupPolicy {
    /// What a name means that nothing in its file binds.
    pub unbound: Unbound,
    /// Whether a name is that of a builtin.
    pub is_builtin: fn(&str) -> bool,
    /// Functions that import a module named by a string, by their path.
    pub importers: &'static [(&'static [&'static str], Importer)],
    /// Functions that bind arguments to a callable, by their path.
    pub partials: &'static [&'static [&'static str]],
    /// A path that denotes a banned function or constructor and is passed as a value constructs (form `value`).
    pub values_construct: bool,
    /// What a class makes instances by, its instances do too.
    pub instances_construct: bool,
    /// A path to a variant builds its enum when it is called or filled in.
    pub variants_construct: bool,
    /// A path that begins with a package's name imports what it names, as an import of it would.
    pub paths_import: bool,
    /// An import names its path itself, also as a member of a module of the tree; judged without following re-exports.
    pub member_imports_follow: bool,
    /// How environment variables are read.
    pub environment: Environment,
}

/// How a language's programs read environment variables; everything by its path outside the tree.
#[derive(Debug)]
pub struct Environment {
    /// Mappings from names of variables to values.
    pub mappings: &'static [&'static [&'static str]],
    /// Methods of such a mapping that take the name of a variable first and give its value.
    pub lookups: &'static [&'static str],
    /// Functions that take the name of a variable first and give its value.
    pub readers: &'static [&'static [&'static str]],
    /// Classes of which an instance, called or by any of its methods, takes the name of a variable first.
    pub handles: &'static [&'static [&'static str]],
    /// Classes whose subclasses have a field for each variable.
    pub settings: &'static [&'static [&'static str]],
    /// Whole words, one of which stands in each file that reads any variable.
    pub words: &'static [&'static str],
}

/// What a name means that nothing in its file binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    /// Nothing, unless it is a builtin ([`LookupPolicy::is_builtin`]), a member of the module `builtins`.
    Builtins,
    /// A package outside the file, if the layout knows one of that name.
    Package,
}

/// What an importing function makes of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importer {
    /// `import_module(name, package=None)`: the module that is named.
    Named,
    /// `__import__(name, globals, locals, fromlist, level)`: the first segment, or the module if `fromlist` is given.
    Builtin,
}

/// The lookup policy of a language.
#[must_use]
pub fn policy(language: Language) -> &'static LookupPolicy {
    match language {
        Language::Python => &python::POLICY,
        Language::Rust => &LookupPolicy {
            unbound: Unbound::Package,
            is_builtin: |_| false,
            importers: &[],
            partials: &[],
            values_construct: true,
            instances_construct: false,
            variants_construct: true,
            paths_import: true,
            member_imports_follow: true,
            environment: rust::ENVIRONMENT,
        },
    }
}

/// Where the modules of one language are.
pub trait Layout: Sync {
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
    /// Whether code in module `from` sees the private names of `module`, so that a star import takes them.
    fn sees_private(&self, _module: ModuleRef, _from: ModuleRef) -> bool {
        false
    }
    /// Whether code in other files sees the private names of a file's modules.
    fn shows_private(&self, _file: FileId) -> bool {
        true
    }
    /// Whether the layout takes in the facts of each file that is loaded, so that files cannot be added while others
    /// are resolved.
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
}

/// The layouts of all languages.
#[derive(Debug, Default)]
pub struct Layouts {
    /// Python.
    pub python: PythonLayout,
    /// Rust.
    pub rust: RustLayout,
}

impl Layouts {
    /// Extracts the facts of one file of the tree, with what its language takes from other files (macros).
    #[must_use]
    pub fn extract(&self, file: &TreeFile, text: &Arc<str>, texts: &dyn Texts) -> FileFacts {
        match file.language {
            Language::Python => python::extract(&file.path, text),
            Language::Rust => self.rust.extract(file, text, false, texts),
        }
    }

    /// The layout of a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &dyn Layout {
        match language {
            Language::Python => &self.python,
            Language::Rust => &self.rust,
        }
    }

    /// Whether a top-level name is that of a module or crate outside the tree.
    #[must_use]
    pub fn is_external(&self, root: &Name) -> bool {
        self.python.is_external(root)
    }

    /// Returns whether the first name of a path can be that of a package outside the tree.
    #[must_use]
    pub fn is_package(&self, language: Language, root: &Name) -> bool {
        match language {
            Language::Python => self.is_external(root),
            Language::Rust => !matches!(root.as_str(), "crate" | "self" | "super"),
        }
    }

    /// Whether an absolute import in a file can find a module of the tree by this first name.
    #[must_use]
    pub fn is_in_tree(&self, file: &TreeFile, root: &Name) -> bool {
        let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
        let found = self.of(file.language).locate(module, Anchor::Absolute, std::slice::from_ref(root));
        !matches!(found, Located::External(_))
    }

    /// Returns names under which manifests know packages that have another name: language, written, real.
    #[must_use]
    pub fn renames(&self) -> Vec<(Language, Name, Name)> {
        self.rust.renames().map(|(written, real)| (Language::Rust, written.clone(), real.clone())).collect()
    }

    /// The layout that knows a module.
    #[must_use]
    pub fn of_module(&self, tree: &Tree, module: ModuleRef) -> &dyn Layout {
        match module {
            ModuleRef::File { file, .. } => self.of(tree.file(file).language),
            ModuleRef::Directory(_) => &self.python,
        }
    }
}
