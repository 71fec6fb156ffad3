//! Homes: files that stand inside a module of which the rules speak.
//!
//! In: the symbols of the rules and the names of the tree's files as modules. Out: the files in which a symbol can be
//! named without any word of it: a name of the module itself, `from . import x`, `super::x`.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use crate::detect::symbols::Symbols;
use crate::facts::{Name, ScopeId};
use crate::lang::{Layouts, ModuleRef};
use crate::rule::{SegmentPattern, SymbolPattern};
use crate::source::{FileId, Language};
use crate::tree::Tree;

/// The files inside modules that symbols name, or that lead to symbols without a further word: a wildcard follows, or the
/// module is called like a class. Besides the owners in which symbols were found.
#[must_use]
pub fn of_symbols(symbols: &Symbols, tree: &Tree, layouts: &Layouts) -> BTreeSet<FileId> {
    let owners: BTreeSet<(Language, Vec<Name>)> =
        symbols.entries().iter().filter_map(|entry| owner(&entry.pattern)).collect();
    // A module has its last name in its path, or is the root of a crate, which may be called anything.
    let patterns = symbols.entries().iter().map(|entry| &entry.pattern).chain(symbols.ways());
    let names = owners.iter().map(|(_, name)| name.as_slice()).chain(symbols.aliased());
    let modules: Vec<Option<&str>> = patterns.map(last).chain(names.map(name_of)).collect();
    let open = modules.contains(&None);
    let Ok(finder) = AhoCorasick::new(modules.iter().flatten()) else { return BTreeSet::new() };
    let candidate = |language: Language, path: &str| open || language == Language::Rust || finder.is_match(path);
    let inside = |language: Language, name: &[Name]| {
        !symbols.matches(language, name, name.len()).is_empty()
            || (1..=name.len()).any(|length| symbols.is_way(language, &symbols.normalise(&name[..length])))
            || owners.contains(&(language, name.to_vec()))
    };
    let files = tree.files().iter().filter(|file| candidate(file.language, &file.path));
    files
        .filter(|file| {
            let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
            layouts.of(file.language).names(module).iter().any(|name| inside(file.language, name))
        })
        .map(|file| file.id)
        .collect()
}

/// The module of a name that was found in an owner: others name it on the way to that name, the owner itself does not.
fn owner(pattern: &SymbolPattern) -> Option<(Language, Vec<Name>)> {
    pattern.word.as_ref()?;
    let mut path = pattern.literal()?;
    path.pop();
    Some((pattern.language, path))
}

fn name_of(module: &[Name]) -> Option<&str> {
    module.last().map(Name::as_str)
}

fn last(pattern: &SymbolPattern) -> Option<&str> {
    match pattern.segments.last() {
        Some(SegmentPattern::Literal(name)) => Some(name.as_str()),
        _ => None,
    }
}
