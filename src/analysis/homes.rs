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

/// The files inside modules that symbols name, or whose members they name by a wildcard.
#[must_use]
pub fn of_symbols(symbols: &Symbols, tree: &Tree, layouts: &Layouts) -> BTreeSet<FileId> {
    let modules: Vec<SymbolPattern> = symbols.entries().iter().flat_map(|entry| around(&entry.pattern)).collect();
    // A module has its last name in its path, or is the root of a crate, which may be called anything.
    let lasts: Vec<&str> = modules.iter().filter_map(last).collect();
    let open = modules.iter().any(|pattern| last(pattern).is_none());
    let Ok(finder) = AhoCorasick::new(&lasts) else { return BTreeSet::new() };
    let inside = |language: Language, name: &[Name]| {
        modules.iter().any(|pattern| pattern.language == language && pattern.matches_prefix(name).is_some())
    };
    let candidate = |language: Language, path: &str| open || language == Language::Rust || finder.is_match(path);
    let files = tree.files().iter().filter(|file| candidate(file.language, &file.path));
    files
        .filter(|file| {
            let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
            layouts.of(file.language).names(module).iter().any(|name| inside(file.language, name))
        })
        .map(|file| file.id)
        .collect()
}

/// What a pattern can name as a module: itself, and what is left without each wildcard at its end.
fn around(pattern: &SymbolPattern) -> Vec<SymbolPattern> {
    let mut all = vec![pattern.clone()];
    let mut segments = pattern.segments.as_slice();
    while let [rest @ .., last] = segments
        && last.part().is_none()
    {
        segments = rest;
        if rest.iter().any(|segment| segment.part().is_some()) {
            all.push(SymbolPattern { segments: rest.to_vec(), ..pattern.clone() });
        }
    }
    all
}

fn last(pattern: &SymbolPattern) -> Option<&str> {
    match pattern.segments.last() {
        Some(SegmentPattern::Literal(name)) => Some(name.as_str()),
        _ => None,
    }
}
