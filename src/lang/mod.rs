//! The languages: what a front end is, and those that there are.
//!
//! In: the text of a file; the paths of a tree. Out: facts, layouts and the constants by which names are looked up, all
//! through [`FrontEnd`]. Nothing outside this module asks which language a file is in.

use std::path::Path;
use std::sync::Arc;

use crate::facts::Name;
use crate::source::Language;
use crate::tree::{Texts, Tree};

pub mod calling;
pub mod disguise;
pub mod fixing;
mod front_end;
mod import_scan;
mod imports;
mod layout;
mod module;
mod policy;
pub mod python;
pub mod rust;
pub mod text;
pub mod words;

pub use front_end::{FRONT_ENDS, FrontEnd, FrontEndsInUse, RulesManifest, front_end, front_ends, install, place};
pub use import_scan::{ImportScan, Occurrence};
pub use imports::{EntryPoint, EntryPointKind, FileImports, Import, ImportTime};
pub use layout::{Layout, Layouts};
pub use module::{Located, ModuleRef};
pub use policy::{BUILTINS, BUILTINS_NAME, Environment, Importer, Interfaces, LookupPolicy, MEMBER_HOOK, Unbound};

/// The language of `.py` and `.pyi` files.
pub const PYTHON: Language = Language(&python::NAMES);
/// The language of `.rs` files.
pub const RUST: Language = Language(&rust::NAMES);

/// Lists every language, in the order of the front ends.
pub fn languages() -> impl Iterator<Item = Language> {
    front_ends().iter().map(|it| it.language())
}

/// Returns the extensions of source files, of all languages.
#[must_use]
pub fn extensions() -> Vec<&'static str> {
    languages().flat_map(|language| language.0.extensions.iter().copied()).collect()
}

/// Returns the language of a file, by its extension; none if no front end reads it.
#[must_use]
pub fn of_path(path: &Path) -> Option<Language> {
    let extension = path.extension()?.to_str()?;
    languages().find(|language| language.0.extensions.contains(&extension))
}

/// Returns the language of a name that has no separator and of which nothing else says the language: the first.
#[must_use]
pub fn of_bare_names() -> Language {
    front_ends()[0].language()
}

/// Returns the word that is written for a name, without the mark that tells it from another of the same spelling.
#[must_use]
pub fn unmarked(name: &str) -> &str {
    name.strip_suffix('!').unwrap_or(name)
}

/// Returns the languages whose separator stands in a path, in their order.
pub fn of_symbol(path: &str) -> impl Iterator<Item = Language> {
    languages().filter(|language| path.contains(language.separator()))
}

/// Returns the language of a path by its separator: `bare` if it is without one or `bare` has that one too.
///
/// # Errors
/// When the separators of two languages stand in it: these two.
pub fn language_of_symbol(path: &str, bare: Language) -> Result<Language, [Language; 2]> {
    let Some(first) = of_symbol(path).next() else { return Ok(bare) };
    match of_symbol(path).find(|it| it.separator() != first.separator()) {
        Some(other) => Err([first, other]),
        None if bare.separator() == first.separator() => Ok(bare),
        None => Ok(first),
    }
}

/// Returns the names of all languages for a sentence: "Python or Rust".
#[must_use]
pub fn titles() -> String {
    let titles: Vec<&str> = languages().map(|language| language.0.title).collect();
    titles.join(" or ")
}

/// Lists the manifests in which rules may stand beside the settings of other tools.
pub fn rules_manifests() -> impl Iterator<Item = &'static RulesManifest> {
    front_ends().iter().flat_map(|it| it.rules_manifests())
}

/// Returns whether a file of this name says where modules are.
#[must_use]
pub fn is_manifest(name: &str) -> bool {
    front_ends().iter().any(|it| it.manifests().contains(&name))
}

/// Returns whether the places of modules depend on what a manifest of this name says.
#[must_use]
pub fn reads_manifest(name: &str) -> bool {
    front_ends().iter().any(|it| it.reads_manifests() && it.manifests().contains(&name))
}

/// Returns whether a directory of this name holds what a language compiled.
#[must_use]
pub fn holds_compiled_files(name: &str) -> bool {
    front_ends().iter().any(|it| it.compiled_directories().contains(&name))
}

/// Returns a path without the extension by which a front end reads it.
#[must_use]
pub fn without_extension(path: &str) -> &str {
    let stem = of_path(Path::new(path)).and_then(|_| path.rsplit_once('.'));
    stem.map_or(path, |(stem, _)| stem)
}

/// Returns whether a file is test code by its place and name.
#[must_use]
pub fn is_test_path(language: Language, path: &str) -> bool {
    front_end(language).is_test_path(path)
}

/// Returns the lookup policy of a language.
#[must_use]
pub fn policy(language: Language) -> &'static LookupPolicy {
    front_end(language).policy()
}

/// Returns the last names of the functions that import what no name in their file announces.
#[must_use]
pub fn importers() -> Vec<&'static str> {
    let paths = languages().flat_map(|language| policy(language).importers);
    paths.filter_map(|(path, _)| path.last().copied()).collect()
}

/// Returns how a name can be written.
pub fn spellings(language: Language, name: &Name) -> impl Iterator<Item = Name> {
    std::iter::once(name.clone()).chain(front_end(language).other_spelling(name))
}

/// The tree with the files that others include as code though their names say no language (`include!("x.in")`), as far
/// as `admit` lets them in.
#[must_use]
pub fn with_included(mut tree: Tree, texts: &dyn Texts, admit: &dyn Fn(&str) -> bool) -> Tree {
    for front_end in front_ends() {
        let language = front_end.language();
        let files = tree.files().iter().filter(|file| file.language == language);
        let mut among: Vec<Arc<str>> = files.map(|file| Arc::clone(&file.path)).collect();
        while !among.is_empty() {
            among = front_end.included(&tree, texts, &among);
            among.retain(|path| admit(path));
            if !among.is_empty() {
                tree = tree.with(among.iter().map(|path| (Arc::clone(path), language)));
            }
        }
    }
    tree
}
