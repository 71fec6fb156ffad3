//! Definitions: which files can define a symbol of the rules, or stand inside a module that is one.
//!
//! In: the symbols of the rules and the names of the tree's files as modules. Out: verdicts on a file. In a file inside
//! such a module a symbol is named without any word of it (`from . import x`, `super::x`); a definition in any other file
//! has nothing to do with the symbol.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use crate::cache::FingerprintBuilder;
use crate::detect::symbols::Symbols;
use crate::facts::{Name, ScopeId};
use crate::lang::{Layouts, ModuleRef};
use crate::rule::pattern::matches_segments;
use crate::rule::{RuleSet, SegmentPattern, SymbolPattern};
use crate::source::{FileId, Language};
use crate::tree::{Tree, TreeFile};

/// The full names of the symbols, and the files inside modules that are symbols.
#[derive(Debug, Default)]
pub struct Definitions {
    patterns: Vec<SymbolPattern>,
    /// Names that stand for others: what is defined under them can be a symbol.
    aliases: Vec<SymbolPattern>,
    inside: BTreeSet<FileId>,
}

impl Definitions {
    /// Builds the definitions of the rules' symbols over a tree.
    #[must_use]
    pub fn of_rules(rules: &RuleSet, symbols: &Symbols, tree: &Tree, layouts: &Layouts) -> Self {
        Self {
            patterns: symbols.entries().iter().map(|entry| entry.pattern.clone()).collect(),
            aliases: rules.aliases.iter().map(|alias| alias.path.clone()).collect(),
            inside: inside(symbols, tree, layouts),
        }
    }

    /// Adds the definitions to a fingerprint.
    pub fn fingerprint(&self, tree: &Tree, builder: &mut FingerprintBuilder) {
        for patterns in [&self.patterns, &self.aliases] {
            builder.add(patterns.len().to_le_bytes());
            for pattern in patterns {
                builder.add(&pattern.text);
                builder.add(pattern.language.name());
                builder.add(pattern.word.as_deref().unwrap_or_default());
            }
        }
        for file in &self.inside {
            builder.add(&*tree.file(*file).path);
        }
    }

    /// Returns whether a file stands inside a module of which the rules speak: everything in it matters.
    #[must_use]
    pub fn is_inside(&self, file: FileId) -> bool {
        self.inside.contains(&file)
    }

    /// Returns the files that stand inside a module that is a symbol.
    pub fn inside(&self) -> impl Iterator<Item = FileId> {
        self.inside.iter().copied()
    }

    /// Returns whether a definition of `word` in this file can be that of a symbol, or of something around one.
    #[must_use]
    pub fn can_define(&self, layouts: &Layouts, file: &TreeFile, word: &str, text: &str) -> bool {
        let names = layouts.of(file.language).names(ModuleRef::File { file: file.id, scope: ScopeId::MODULE });
        let any = |patterns: &[SymbolPattern], test: &dyn Fn(&SymbolPattern, &[Name]) -> bool| {
            let mut of_language = patterns.iter().filter(|pattern| pattern.language == file.language);
            of_language.any(|pattern| names.iter().any(|name| test(pattern, name)))
        };
        any(&self.aliases, &touches)
            || any(&self.patterns, &|pattern, name| {
                pattern.word.is_some() || can_hold(&pattern.segments, name, word, text)
            })
    }
}

/// Returns whether a module is what an alias names, or stands around it or inside it.
fn touches(alias: &SymbolPattern, module: &[Name]) -> bool {
    let literal = alias.literal_prefix();
    literal.len() < alias.segments.len() || literal.iter().zip(module).all(|(one, other)| one == other)
}

/// Returns whether a pattern can name something of that name inside the module: its beginning names the module, the
/// rest is written in the text.
fn can_hold(segments: &[SegmentPattern], module: &[Name], word: &str, text: &str) -> bool {
    (0..segments.len()).any(|split| {
        let (outer, inner) = segments.split_at(split);
        let written = |segment: &SegmentPattern| match segment {
            SegmentPattern::Literal(name) => memmem::find(text.as_bytes(), name.as_bytes()).is_some(),
            SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => true,
        };
        // A pattern of one name is met by a definition anywhere.
        let of_module = segments.len() == 1 || matches_segments(outer, module);
        of_module && inner.iter().any(|segment| segment.matches(word)) && inner.iter().all(written)
    })
}

/// The files inside modules that symbols name, or that lead to symbols without a further word: a wildcard follows, or the
/// module is called like a class. Besides the owners in which symbols were found.
fn inside(symbols: &Symbols, tree: &Tree, layouts: &Layouts) -> BTreeSet<FileId> {
    let owners: BTreeSet<(Language, Vec<Name>)> =
        symbols.entries().iter().filter_map(|entry| owner(&entry.pattern)).collect();
    // A module has its last name in its path, or is the root of a package, which may be called anything.
    let patterns = symbols.entries().iter().map(|entry| &entry.pattern).chain(symbols.ways());
    let names = owners.iter().map(|(_, name)| name.as_slice()).chain(symbols.aliased());
    let modules: Vec<Option<&str>> =
        patterns.map(last).chain(names.map(|module| module.last().map(Name::as_str))).collect();
    let open = modules.contains(&None);
    let Ok(finder) = AhoCorasick::new(modules.iter().flatten()) else { return BTreeSet::new() };
    let candidate = |file: &TreeFile| {
        open || crate::lang::policy(file.language).paths_import || finder.is_match(file.path.as_bytes())
    };
    let names_symbol = |language: Language, name: &[Name]| {
        !symbols.matches(language, name, name.len()).is_empty()
            || (1..=name.len()).any(|length| symbols.is_way(language, &symbols.normalise(&name[..length])))
            || owners.contains(&(language, name.to_vec()))
    };
    let is_inside = |file: &&TreeFile| {
        let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
        candidate(file) && layouts.of(file.language).names(module).iter().any(|name| names_symbol(file.language, name))
    };
    tree.files().iter().filter(is_inside).map(|file| file.id).collect()
}

/// The module of a name that was found in an owner: others name it on the way to that name, the owner itself does not.
fn owner(pattern: &SymbolPattern) -> Option<(Language, Vec<Name>)> {
    pattern.word.as_ref()?;
    let mut path = pattern.literal()?;
    path.pop();
    Some((pattern.language, path))
}

fn last(pattern: &SymbolPattern) -> Option<&str> {
    match pattern.segments.last() {
        Some(SegmentPattern::Literal(name)) => Some(name.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Origin;

    fn holds(pattern: &str, module: &str, word: &str, text: &str) -> bool {
        let pattern = SymbolPattern::parse(pattern, crate::lang::PYTHON, Origin::default()).unwrap();
        let module: Vec<Name> = module.split('.').map(Name::from).collect();
        can_hold(&pattern.segments, &module, word, text)
    }

    #[test]
    fn a_definition_counts_in_the_module_of_the_symbol() {
        assert!(holds("app.core.Redis", "app.core", "Redis", "class Redis: ..."));
        assert!(holds("app.core.Redis", "app", "core", "class core:\n    Redis = 1"));
        assert!(holds("**.managers.redis", "any.managers", "redis", "redis = 1"));
        assert!(holds("**.managers.redis", "any", "redis", "class managers:\n    redis = 1"));
        assert!(holds("**.*Redis", "any.module", "MyRedis", "class MyRedis: ..."));
        assert!(holds("MyRedis", "any.module", "MyRedis", "class MyRedis: ..."));
        assert!(!holds("app.core.Redis", "app.other", "Redis", "class Redis: ..."));
        assert!(!holds("app.core.Redis", "app", "Redis", "class Redis: ..."));
        assert!(!holds("**.managers.redis", "any.other", "redis", "redis = 1"));
        assert!(!holds("redis.Redis", "app.redis_mock", "redis", "redis = Mock()"));
    }
}
