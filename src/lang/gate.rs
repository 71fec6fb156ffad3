//! The gate: whether a word found in a text can denote a symbol there, judged by the language's front end without parsing.

use std::cell::OnceCell;

use crate::source::Language;

use super::{python, rust};

/// One occurrence of a literal in a text.
#[derive(Debug, Clone, Copy)]
pub struct WordUse {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// It is the first segment of symbols outside the tree, not the last of a symbol.
    pub root: bool,
    /// It counts only as a member of a class or of its instances.
    pub member: bool,
    /// The symbol can be one of any package.
    pub anywhere: bool,
}

/// What the rules and the tree say of words.
pub struct Known<'t> {
    /// A word leads to a symbol.
    pub names: &'t dyn Fn(&str) -> bool,
    /// The first name of a path leads out of the tree to what holds symbols.
    pub roots: &'t dyn Fn(&str) -> bool,
    /// A definition of that name in this file can be that of a symbol.
    pub defines: &'t dyn Fn(&str) -> bool,
    /// A module of the tree can have this as the first name of its path.
    pub inside: &'t dyn Fn(&str) -> bool,
}

/// Judges the occurrences of one text; what it reads of the text it reads once.
pub struct Gate<'t> {
    language: Language,
    text: &'t str,
    known: Known<'t>,
    imports: OnceCell<python::gate::Imports>,
    ways: rust::prefilter::Ways,
}

impl<'t> Gate<'t> {
    /// A gate for a text.
    #[must_use]
    pub fn new(language: Language, text: &'t str, known: Known<'t>) -> Self {
        Self { language, text, known, imports: OnceCell::new(), ways: rust::prefilter::Ways::default() }
    }

    /// Whether the occurrence of a root can be the name of a package in code.
    #[must_use]
    pub fn names_package(&self, word: &WordUse) -> bool {
        match self.language {
            Language::Python => true,
            Language::Rust => rust::prefilter::names_crate(self.text, word),
        }
    }

    /// Whether the occurrence can denote a symbol; false only if no name of the file can lead there.
    #[must_use]
    pub fn admits(&mut self, word: &WordUse) -> bool {
        match self.language {
            Language::Python => {
                let imports = self.imports.get_or_init(|| python::gate::Imports::of(self.text, &self.known));
                imports.admits(self.text, word, self.known.defines)
            }
            Language::Rust if word.root => rust::prefilter::admits_root(self.text, word),
            Language::Rust => self.ways.admits(self.text, word),
        }
    }
}
