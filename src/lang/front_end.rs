//! A front end: all that a language is to the rest of the program, and the list of front ends.
//!
//! In: a language. Out: the [`FrontEnd`] that reads it. Nothing outside this module asks which language a file is in.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use encoding_rs::Encoding;

use super::calling::Callee;
use super::disguise::{Disguise, DisguisedSymbol, DisguisedUse};
use super::fixing::Fixer;
use super::words::WordStyle;
use super::{EntryPoint, FileImports, ImportScan, Layout, LookupPolicy, Occurrence, python, rust};
use crate::facts::{FileFacts, Name};
use crate::source::{FileId, Language};
use crate::tree::{Texts, Tree, TwoTrees};

/// A language: how its files are read and how its names are looked up.
pub trait FrontEnd: Sync {
    /// Returns the language that it reads.
    fn language(&self) -> Language;
    /// Returns how names are looked up.
    fn policy(&self) -> &'static LookupPolicy;
    /// Returns the facts of one file by itself. A broken file gives what could be recovered and its problems, never an
    /// error.
    fn extract(&self, path: &str, text: &Arc<str>) -> FileFacts;
    /// Returns where the modules of a tree are; `roots` are the import roots that the rules list.
    fn layout(&self, tree: &Tree, texts: &dyn Texts, roots: Option<&[String]>) -> Box<dyn Layout>;
    /// Scans the imports of a text without parsing it.
    fn scan_imports<'t>(&self, text: &'t str) -> ImportScan<'t>;
    /// Returns as what the word at a place of a scanned text stands.
    fn occurrence(&self, scan: &ImportScan<'_>, text: &str, place: Range<usize>) -> Occurrence;
    /// Returns what begins a comment that ends with its line.
    fn comment_sign(&self) -> &'static str;
    /// Returns whether two texts are the same code, token by token: they differ in comments and white space at most.
    fn same_code(&self, one: &str, other: &str) -> bool;
    /// Returns how its texts are taken apart into words and logical lines.
    fn word_style(&self) -> WordStyle;
    /// Returns the names by which imports could tell apart two trees with the same manifests, given the paths of their files of
    /// this language; none if more than imports could.
    fn names_of_change(&self, _trees: TwoTrees<'_>, _manifests: &[Arc<str>]) -> Option<Vec<Name>> {
        None
    }
    /// Returns true if a package of this name comes with the language.
    fn is_standard(&self, _root: &str) -> bool {
        false
    }
    /// Returns what formatters put between code and a comment behind it.
    fn comment_gap(&self) -> &'static str {
        " "
    }
    /// Returns another way to write a name.
    fn other_spelling(&self, _name: &Name) -> Option<Name> {
        None
    }
    /// Returns the label of the encoding that the bytes of a file declare.
    fn declared_encoding(&self, _bytes: &[u8]) -> Option<String> {
        None
    }
    /// Returns the encoding that a label means.
    fn encoding(&self, _label: &str) -> Option<&'static Encoding> {
        None
    }
    /// Returns true if the encoding that a label means leaves ASCII as it is, though nothing else of it can be read.
    fn extends_ascii(&self, _label: &str) -> bool {
        false
    }
    /// Returns what to do with a file that is not UTF-8.
    fn encoding_help(&self) -> &'static str {
        "save it as UTF-8"
    }
    /// Returns a name in a path without the signs that only say that it is one.
    fn plain_name<'n>(&self, name: &'n str) -> &'n str {
        name
    }
    /// Returns whether a name keeps a sign that tells it from another of the same spelling.
    fn is_marked(&self, _name: &str) -> bool {
        false
    }
    /// Returns whether a name at the head of a path says from where the path counts.
    fn is_anchor(&self, _name: &str) -> bool {
        false
    }
    /// Returns whether a symbol can be used in a file that imports nothing of it: a builtin, or one of a library whose
    /// names a prelude brings.
    fn needs_no_import(&self, _path: &[Name]) -> bool {
        false
    }
    /// Returns names of files that say where modules are.
    fn manifests(&self) -> &'static [&'static str] {
        &[]
    }
    /// Returns whether its layout depends on what its manifests say, and not only on where they stand.
    fn reads_manifests(&self) -> bool {
        true
    }
    /// Returns the manifests in which rules may stand.
    fn rules_manifests(&self) -> &'static [RulesManifest] {
        &[]
    }
    /// Returns names of directories in which compiled files are kept among the sources.
    fn compiled_directories(&self) -> &'static [&'static str] {
        &[]
    }
    /// Returns the paths of files that files of the tree include as code though their names say no language; `among` are
    /// the paths whose texts are looked at.
    fn included(&self, _tree: &Tree, _texts: &dyn Texts, _among: &[Arc<str>]) -> Vec<Arc<str>> {
        Vec::new()
    }
    /// Returns the pass that reads imports and entry points alone, given path and text; where there is none they are taken
    /// from the facts.
    fn import_pass(&self) -> Option<fn(&str, &str) -> FileImports> {
        None
    }
    /// Returns the points at which a file can be entered, where no pass over imports tells them; its `main` is known.
    fn entry_points(&self, _text: &str) -> Vec<EntryPoint> {
        Vec::new()
    }
    /// Returns the files that programs enter which the manifests of a tree install.
    fn installed_programs(&self, _tree: &Tree, _texts: &dyn Texts, _layout: &dyn Layout) -> Vec<(FileId, EntryPoint)> {
        Vec::new()
    }
    /// Returns what proposes fixes for its files, if there is something.
    fn fixer(&self) -> Option<&'static dyn Fixer> {
        None
    }
    /// Returns the code that calls a function; none where a call alone is not how it is used.
    fn call(&self, _callee: &Callee<'_>) -> Option<String> {
        None
    }
    /// Returns the statement that brings a name of a module; none where code names it in full.
    fn import(&self, _module: &[Name], _name: &Name) -> Option<String> {
        None
    }
    /// Returns the ways to use a symbol, each as a file of its own; `shim` names the module that may hand it on.
    fn disguises(&self, _usage: DisguisedUse, _symbol: &DisguisedSymbol, _shim: &str) -> Vec<Disguise> {
        Vec::new()
    }
    /// Returns whether a file is test code by its place and name.
    fn is_test_path(&self, path: &str) -> bool {
        is_usual_test_path(path)
    }
}

/// A manifest in which rules may stand beside the settings of other tools.
#[derive(Debug)]
pub struct RulesManifest {
    /// The name of the file.
    pub name: &'static str,
    /// The tables that hold rules, of which a file has one; each by its keys.
    pub tables: &'static [&'static [&'static str]],
}

/// The front ends that the program has.
pub static FRONT_ENDS: [&dyn FrontEnd; 2] = [&python::FRONT_END, &rust::FRONT_END];

static INSTALLED: OnceLock<&'static [&'static dyn FrontEnd]> = OnceLock::new();

/// Puts another list in the place of [`FRONT_ENDS`], for the whole process.
///
/// # Errors
/// When the list was asked for or replaced before: then the other front ends are in use.
pub fn install(front_ends: &'static [&'static dyn FrontEnd]) -> Result<(), FrontEndsInUse> {
    INSTALLED.set(front_ends).map_err(|_| FrontEndsInUse)
}

/// The list of front ends cannot be replaced any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the front ends are in use")]
pub struct FrontEndsInUse;

/// Returns every front end.
#[must_use]
pub fn front_ends() -> &'static [&'static dyn FrontEnd] {
    INSTALLED.get_or_init(|| &FRONT_ENDS)
}

/// Returns the front end of a language.
#[must_use]
pub fn front_end(language: Language) -> &'static dyn FrontEnd {
    front_ends()[place(language)]
}

/// Returns the place of a language in the list of front ends.
#[must_use]
pub fn place(language: Language) -> usize {
    // Every language is that of a front end in the list.
    front_ends().iter().position(|it| it.language() == language).unwrap_or(0)
}

/// Returns whether a file is test code by its place and name, as most languages have it.
fn is_usual_test_path(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    directory.split('/').any(|part| part == "tests" || part == "test")
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
}
