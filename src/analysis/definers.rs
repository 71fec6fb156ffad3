//! Definers: whether a file can define a symbol of the rules itself.
//!
//! In: the patterns of the symbols and the names of a file as a module. Out: a verdict on one word of its text. A
//! definition of that name in any other file has nothing to do with the symbol.

use memchr::memmem;

use crate::detect::symbols::Symbols;
use crate::facts::{Name, ScopeId};
use crate::lang::focus::{SPACE, is_whole};
use crate::lang::{Layouts, ModuleRef};
use crate::rule::pattern::matches_segments;
use crate::rule::{RuleSet, SegmentPattern, SymbolPattern};
use crate::tree::TreeFile;

/// What the symbols are called in full.
#[derive(Debug, Default)]
pub struct Definers {
    patterns: Vec<SymbolPattern>,
    /// Names that stand for others: what is defined under them can be a symbol.
    aliases: Vec<SymbolPattern>,
}

impl Definers {
    /// The definers of the rules' symbols.
    #[must_use]
    pub fn of_symbols(rules: &RuleSet, symbols: &Symbols) -> Self {
        Self {
            patterns: symbols.entries().iter().map(|entry| entry.pattern.clone()).collect(),
            aliases: rules.aliases.iter().map(|alias| alias.path.clone()).collect(),
        }
    }

    /// Whether a definition of `word` in this file can be that of a symbol, or of something around one.
    #[must_use]
    pub fn can_define(&self, layouts: &Layouts, file: &TreeFile, word: &str, text: &str) -> bool {
        let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
        let names = layouts.of(file.language).names(module);
        let of_language = |patterns: &[SymbolPattern], test: &dyn Fn(&SymbolPattern, &[Name]) -> bool| {
            let of_language = patterns.iter().filter(|pattern| pattern.language == file.language);
            of_language.into_iter().any(|pattern| names.iter().any(|name| test(pattern, name)))
        };
        of_language(&self.aliases, &|alias, name| touches(alias, name))
            || of_language(&self.patterns, &|pattern, name| {
                pattern.word.is_some() || can_hold(&pattern.segments, name, word, text)
            })
    }
}

/// Whether a module is what an alias names, around it or inside it.
fn touches(alias: &SymbolPattern, module: &[Name]) -> bool {
    let literal = alias.literal_prefix();
    literal.len() < alias.segments.len() || literal.iter().zip(module).all(|(one, other)| one == other)
}

/// Whether a pattern can name something of that name inside the module: its beginning names the module, the rest is
/// written in the text.
fn can_hold(segments: &[SegmentPattern], module: &[Name], word: &str, text: &str) -> bool {
    (0..segments.len()).any(|split| {
        let (outer, inner) = segments.split_at(split);
        let is_word = |segment: &SegmentPattern| segment.matches(word);
        let written = |at: usize, segment: &SegmentPattern| match segment {
            SegmentPattern::Literal(name) if at + 1 < inner.len() => binds(text, name),
            SegmentPattern::Literal(name) => memmem::find(text.as_bytes(), name.as_bytes()).is_some(),
            SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => true,
        };
        // A pattern of one name is met by a definition anywhere.
        let of_module = segments.len() == 1 || matches_segments(outer, module);
        of_module && inner.iter().any(is_word) && inner.iter().enumerate().all(|(at, segment)| written(at, segment))
    })
}

/// Whether a text gives a name a meaning, as far as the words around it tell: as a class, by an import or an assignment.
fn binds(text: &str, name: &str) -> bool {
    memmem::find_iter(text.as_bytes(), name).any(|at| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let keyword = before.trim_end_matches(SPACE);
        is_whole(text.as_bytes(), at, at + name.len())
            && (after.trim_start_matches(SPACE).starts_with(['=', ':', ','])
                || keyword.len() < before.len()
                    && ["class", "as", "import", ","].iter().any(|it| keyword.ends_with(it)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Origin;
    use crate::source::Language;

    fn holds(pattern: &str, module: &str, word: &str, text: &str) -> bool {
        let pattern = SymbolPattern::parse(pattern, Language::Python, Origin::default()).unwrap();
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
        assert!(!holds("**.managers.redis", "any", "redis", "from app.managers import b\nredis = 1"));
        assert!(holds("**.managers.redis", "any", "redis", "class A:\n    redis = 1\nmanagers = A"));
        assert!(holds("**.managers.redis", "any", "redis", "from app import A as managers\nclass B:\n    redis = 1"));
        assert!(!holds("redis.Redis", "app.redis_mock", "redis", "redis = Mock()"));
    }
}
