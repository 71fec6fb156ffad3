//! Seeds: the words that the rules themselves give, before any file is read.
//!
//! In: the rules, their symbols, the layouts. Out: for each language its [`Words`]. Rules that judge without resolving
//! (names of environment variables, URL schemes, names of definitions) give words that count by themselves.

use crate::detect::configure::{is_any, listed, literal_part, settings};
use crate::detect::symbols::{SymbolEntry, Symbols, searched};
use crate::facts::Name;
use crate::lang::{self, Layouts};
use crate::rule::{Rule, RuleSet, SegmentPattern, SymbolPattern};
use crate::source::{FileId, Language};

use super::words::{Uses, Words};

/// The words of the rules.
#[derive(Debug, Default)]
pub struct Seeds {
    /// For each language, in the order of the front ends.
    pub words: Vec<Words>,
    /// A pattern has no literal at all: every file can matter.
    pub everything: bool,
}

impl Seeds {
    /// Collects the words of a rule set.
    #[must_use]
    pub fn of_rules(rules: &RuleSet, symbols: &Symbols, layouts: &Layouts) -> Self {
        let mut seeds = Self { words: lang::languages().map(|_| Words::default()).collect(), everything: false };
        for entry in symbols.entries() {
            seeds.symbol(&entry.pattern, layouts);
        }
        for alias in &rules.aliases {
            let real = alias.is.literal().map(|real| symbols.normalise(&real));
            let leads = real.is_some_and(|real| {
                let names_symbol = |entry: &SymbolEntry| entry.pattern.matches_prefix(&real).is_some();
                symbols.is_way(alias.is.language, &real) || symbols.entries().iter().any(names_symbol)
            });
            seeds.alias(&alias.path, leads, layouts);
        }
        for (language, layout) in layouts.all() {
            layout.renames().iter().for_each(|(seen, real)| seeds.renamed(language, seen, real));
        }
        for rule in &rules.rules {
            if rule.kind.reads("env") || rule.kind.reads("schemes") {
                seeds.configuration(rule);
            }
            if rule.kind.reads("names") {
                rule.parameters.names.iter().for_each(|pattern| seeds.definition(rule, pattern));
            }
        }
        seeds
    }

    fn of(&mut self, language: Language) -> &mut Words {
        &mut self.words[lang::place(language)]
    }

    fn symbol(&mut self, pattern: &SymbolPattern, layouts: &Layouts) {
        let layout = layouts.of(pattern.language);
        let root = pattern.root();
        let outside = root.filter(|root| layout.is_package(root));
        let uses = Uses {
            alone: lang::front_end(pattern.language).needs_no_import(&pattern.literal_prefix()),
            bare: true,
            anywhere: root.is_none(),
            rooted: outside.is_some(),
            defined: root.map(|root| layout.packages_called(root)).unwrap_or_default(),
            // Where a tree is one package, what a file of it gives counts where the symbol does.
            given: layout.package_of(FileId::ABSENT).into_iter().collect(),
            ..Uses::default()
        };
        match &pattern.word {
            Some(word) => {
                self.of(pattern.language).add(word, &uses);
            }
            None => self.segments(pattern.language, &pattern.segments, &uses),
        }
        if uses.alone {
            // A variant of the prelude is written without its type.
            for (name, path) in lang::policy(pattern.language).prelude {
                let path: Vec<Name> = path.iter().map(|name| Name::from(*name)).collect();
                if pattern.matches(&path) {
                    self.of(pattern.language).add(&Name::from(*name), &uses);
                }
            }
        }
        if let Some(root) = outside {
            self.of(pattern.language).add_root(root, &Uses { anywhere: true, ..Uses::default() });
        }
    }

    /// The word of a pattern, or else a part of one.
    fn segments(&mut self, language: Language, segments: &[SegmentPattern], uses: &Uses) {
        if let Some(word) = searched(segments) {
            self.of(language).add(&Name::from(lang::unmarked(word)), uses);
            return;
        }
        match segments {
            [rest @ .., last] => match last.part() {
                Some(part) => self.of(language).add_part(part, uses, false),
                None => self.segments(language, rest, uses),
            },
            [] => self.everything = true,
        }
    }

    /// Adds the words that stand for a symbol, or for something around one: then the word of the symbol is still
    /// written.
    fn alias(&mut self, path: &SymbolPattern, leads: bool, layouts: &Layouts) {
        let Some(segments) = path.literal() else { return };
        let uses = Uses { bare: true, anywhere: true, ..Uses::default() };
        if let Some(last) = segments.last().filter(|_| leads) {
            self.of(path.language).add(last, &uses);
        }
        if let Some(root) = segments.first().filter(|root| layouts.of(path.language).is_package(root)) {
            self.of(path.language).add_root(root, &uses);
        }
    }

    /// A package under the name by which a manifest knows it; one that is a symbol itself, or whose members a wildcard
    /// names, is searched for by that name too.
    fn renamed(&mut self, language: Language, seen: &Name, real: &Name) {
        let words = self.of(language);
        if let Some(uses) = words.uses_of_root(real).cloned() {
            words.add_root(seen, &uses);
        }
        let whole = words.uses_of(real).into_iter();
        let parts = words.parts().filter(|(part, _)| real.contains(part.as_str())).map(|(_, uses)| uses);
        let uses: Vec<Uses> = whole.chain(parts).cloned().collect();
        for uses in uses {
            words.add(seen, &uses);
        }
    }

    fn configuration(&mut self, rule: &Rule) {
        let alone = Uses { alone: true, ..Uses::default() };
        for language in lang::languages().filter(|&it| rule.language.is_none_or(|only| only == it)) {
            for pattern in listed(&rule.parameters.env) {
                if is_any(pattern) {
                    for word in lang::policy(language).environment.words {
                        self.of(language).add(&Name::from(*word), &alone);
                    }
                } else {
                    self.of(language).add_part(literal_part(pattern), &alone, true);
                    self.of(language).add_part(settings::PREFIX, &alone, true);
                }
            }
            for scheme in &rule.parameters.schemes {
                self.of(language).add_part(&format!("{scheme}://"), &alone, true);
            }
        }
    }

    fn definition(&mut self, rule: &Rule, pattern: &SymbolPattern) {
        let alone = Uses { alone: true, ..Uses::default() };
        let of_pattern = (pattern.segments.len() > 1).then_some(pattern.language);
        let only = rule.language.or(of_pattern);
        for language in lang::languages().filter(|&it| only.is_none_or(|only| only == it)) {
            match pattern.segments.last() {
                Some(SegmentPattern::Literal(name)) => {
                    self.of(language).add(name, &alone);
                }
                Some(SegmentPattern::Wildcard(glob)) if !literal_part(glob).is_empty() => {
                    self.of(language).add_part(literal_part(glob), &alone, false);
                }
                Some(_) => self.everything = true,
                None => {}
            }
        }
    }

    /// Makes what is searched for first, with the mark of suppressions.
    pub fn build(&mut self) {
        self.words.iter_mut().for_each(|words| words.build(true));
    }
}
