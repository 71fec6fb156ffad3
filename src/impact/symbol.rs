//! The files that a symbol stands in or is imported by.
//!
//! In: a path as a user writes it (`app.redis_manager.RedisManager`, `redis.asyncio`, `redis::Client`). Out: the file that
//! defines it, or where it is outside the tree, the files that import it.

use std::collections::BTreeSet;

use crate::facts::Name;
use crate::lang::{Layouts, of_bare_names, of_symbol};
use crate::source::{FileId, Language};
use crate::tree::Tree;

use super::graph::ImportGraph;
use super::links::file_of;

/// The files that a symbol leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SymbolFiles {
    /// The file of the tree that is or holds it.
    Inside(FileId),
    /// The files that import it, with the line; none if nothing does.
    Outside(Vec<(FileId, u32)>),
}

impl SymbolFiles {
    /// The files.
    #[must_use]
    pub fn files(&self) -> BTreeSet<FileId> {
        match self {
            Self::Inside(file) => [*file].into(),
            Self::Outside(files) => files.iter().map(|(file, _)| *file).collect(),
        }
    }
}

/// Finds the files of a symbol.
#[must_use]
pub fn find(graph: &ImportGraph, tree: &Tree, symbol: &str) -> SymbolFiles {
    match defining_file(&graph.layouts, tree, symbol) {
        Some(file) => SymbolFiles::Inside(file),
        None => SymbolFiles::Outside(importing(graph, tree, language_of(symbol), symbol)),
    }
}

/// Finds the file of the tree that is or holds a symbol.
#[must_use]
pub fn defining_file(layouts: &Layouts, tree: &Tree, symbol: &str) -> Option<FileId> {
    let language = language_of(symbol);
    let segments: Vec<Name> = symbol.split(language.separator()).map(Name::from).collect();
    match layouts.of(language).longest_module(&segments) {
        // A namespace package holds no symbol, and one segment too many is a name that the file may define.
        Some((module, length)) => file_of(module).filter(|_| length + 2 >= segments.len() || length > 1),
        None => longest_named(layouts, tree, language, &segments),
    }
}

fn language_of(symbol: &str) -> Language {
    of_symbol(symbol).last().unwrap_or_else(of_bare_names)
}

fn longest_named(layouts: &Layouts, tree: &Tree, language: Language, segments: &[Name]) -> Option<FileId> {
    let layout = layouts.of(language);
    let files = tree.files().iter().filter(|file| file.language == language);
    let named = files.flat_map(|file| {
        let module = crate::lang::ModuleRef::File { file: file.id, scope: crate::facts::ScopeId::MODULE };
        layout.names(module).into_iter().map(move |name| (name, file.id))
    });
    let matching = named.filter(|(name, _)| segments.starts_with(name));
    matching.max_by_key(|(name, file)| (name.len(), std::cmp::Reverse(*file))).map(|(_, file)| file)
}

fn importing(graph: &ImportGraph, tree: &Tree, language: Language, symbol: &str) -> Vec<(FileId, u32)> {
    let separator = language.separator();
    let covers = |name: &str| {
        // What is imported may be the symbol, something in it, or the module that it stands in.
        let below = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(separator));
        name == symbol || below(name, symbol)
    };
    let files = tree.files().iter().filter(|file| file.language == language);
    files
        .filter_map(|file| {
            let outside = &graph.node(file.id).outside;
            let lines = outside.iter().filter(|(name, _)| covers(name)).map(|(_, line)| *line);
            lines.min().map(|line| (file.id, line))
        })
        .collect()
}
