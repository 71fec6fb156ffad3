//! The symbols that the rules and sources name, indexed so that a path is looked up in a few hash probes.
//!
//! In: the rule set. Out: for a full name, the rules that ban it and the sources whose canonical symbol it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::Name;
use crate::resolve::{KnownPaths, is_class_like};
use crate::rule::subtree::is_below;
use crate::rule::{Alias, RuleIndex, RuleKind, RuleSet, SegmentPattern, SourceIndex, Subtree, SymbolPattern};
use crate::source::Language;

/// The meaning that the rules give a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// It is banned.
    Ban(RuleIndex),
    /// It is canonical.
    Canonical(SourceIndex),
    /// A class that wraps it is a rival.
    Wrapped(RuleIndex),
}

/// All symbols that the rules name.
#[derive(Debug, Default)]
pub struct Symbols {
    entries: Vec<SymbolEntry>,
    /// Entries whose last segment is a literal, by it.
    by_last: FxHashMap<Name, Vec<u32>>,
    /// Entries whose last segment is not a literal.
    open: Vec<u32>,
    /// Paths that lead to symbols without being symbols and without being followed by a word that is searched for, by
    /// their last segment if that is a literal.
    ways: FxHashMap<Option<Name>, Vec<SymbolPattern>>,
    aliases: Vec<(Vec<Name>, Vec<Name>)>,
    /// The symbols that count in the files of a directory with a rules file of its own, the innermost directories last;
    /// first those of the files that are in none. Empty where all count everywhere.
    of_directories: Vec<(Arc<str>, Symbols)>,
}

/// A pattern with what it means.
#[derive(Debug, Clone)]
pub struct SymbolEntry {
    /// The pattern; literal ones after alias normalisation.
    pub pattern: SymbolPattern,
    /// The meaning of the pattern.
    pub meaning: Meaning,
    /// Index of the pattern in its list in the rules file.
    pub index: usize,
    /// Its number among all symbols that the rules name, wherever they count.
    pub id: usize,
}

/// A symbol of the rules that a path names.
#[derive(Debug, Clone, Copy)]
pub struct Match<'s> {
    /// The entry that names it.
    pub entry: &'s SymbolEntry,
    /// The number of segments of the path that the pattern names; fewer than all when a module covers what is reached
    /// through it.
    pub length: usize,
}

/// The word that a file must have to name a symbol: the last segment; of a member of a type the type, because that is the
/// rarer word. None if it is no literal.
#[must_use]
pub fn searched(segments: &[SegmentPattern]) -> Option<&Name> {
    match segments {
        [.., SegmentPattern::Literal(class), _] if is_class_like(class) => Some(class),
        [.., SegmentPattern::Literal(name)] => Some(name),
        _ => None,
    }
}

/// Returns the patterns on the way from the word that is searched for to the symbol: a class whose members are symbols,
/// a module of which a wildcard names all. Under another name such a thing must be searched for by that name.
fn on_the_way(pattern: &SymbolPattern) -> impl Iterator<Item = SymbolPattern> {
    let segments = &pattern.segments;
    let word = match segments.as_slice() {
        [.., SegmentPattern::Literal(class), _] if is_class_like(class) => Some(segments.len() - 2),
        _ => segments.iter().rposition(|segment| segment.part().is_some()),
    };
    let lengths = word.map_or(0..0, |at| at + 1..segments.len());
    lengths.map(|length| SymbolPattern { segments: segments[..length].to_vec(), ..pattern.clone() })
}

impl Symbols {
    /// The symbols of a rule set.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let mut symbols = Self::that(rules, &|_| true);
        if !rules.projects.is_empty() {
            let directories: BTreeSet<Arc<str>> = rules.projects.iter().cloned().chain(["".into()]).collect();
            let of = |directory: &Arc<str>| Self::that(rules, &|within| within.holds(directory));
            symbols.of_directories = directories.into_iter().map(|it| (Arc::clone(&it), of(&it))).collect();
        }
        symbols
    }

    /// Returns those that count in the file at `path`.
    #[must_use]
    pub fn in_file(&self, path: &str) -> &Self {
        let around = self.of_directories.iter().rev().find(|(directory, _)| is_below(path, directory));
        around.map_or(self, |(_, symbols)| symbols)
    }

    /// The symbols of the rules, sources and aliases that hold where it is asked for.
    fn that(rules: &RuleSet, counts: &dyn Fn(&Subtree) -> bool) -> Self {
        let aliases = rules.aliases.iter().filter(|alias| counts(&Subtree::of(&alias.path.origin.base)));
        let mut symbols = Self { aliases: aliases.filter_map(literal_alias).collect(), ..Self::default() };
        let mut id = 0;
        let mut add = |within: &Subtree, pattern: &SymbolPattern, meaning: Meaning, index: usize| {
            if counts(within) {
                symbols.add(SymbolEntry { pattern: pattern.clone(), meaning, index, id });
            }
            id += 1;
        };
        for (at, rule) in rules.rules.iter().enumerate() {
            for (index, pattern) in rule.ban.iter().enumerate() {
                if rule.language.is_none_or(|language| language == pattern.language) {
                    add(&rule.within, pattern, Meaning::Ban(RuleIndex(at)), index);
                }
            }
            if rule.kind == RuleKind::Implement {
                for (index, pattern) in rule.parameters.wraps.iter().enumerate() {
                    add(&rule.within, pattern, Meaning::Wrapped(RuleIndex(at)), index);
                }
            }
        }
        for (at, source) in rules.sources.iter().enumerate() {
            for (index, pattern) in source.canonical.iter().enumerate() {
                add(&source.within, pattern, Meaning::Canonical(SourceIndex(at)), index);
            }
        }
        symbols
    }

    fn add(&mut self, mut entry: SymbolEntry) {
        let pattern = &mut entry.pattern;
        if let Some(path) = pattern.literal() {
            pattern.segments = self.normalise(&path).into_iter().map(SegmentPattern::Literal).collect();
        }
        if let Some(SegmentPattern::Literal(root)) = pattern.segments.first_mut()
            && let Some((_, real)) =
                crate::lang::policy(pattern.language).same_packages.iter().find(|(alias, _)| alias == root)
        {
            *root = Name::from(*real);
        }
        let at = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        match pattern.segments.last() {
            Some(SegmentPattern::Literal(name)) => self.by_last.entry(name.clone()).or_default().push(at),
            _ => self.open.push(at),
        }
        for way in on_the_way(pattern) {
            let last = match way.segments.last() {
                Some(SegmentPattern::Literal(name)) => Some(name.clone()),
                _ => None,
            };
            self.ways.entry(last).or_default().push(way);
        }
        self.entries.push(entry);
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[SymbolEntry] {
        &self.entries
    }

    /// The path under the names that the alias table gives as the real ones.
    #[must_use]
    pub fn normalise(&self, path: &[Name]) -> Vec<Name> {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let longest =
                self.aliases.iter().filter(|(from, _)| path.starts_with(from)).max_by_key(|(from, _)| from.len());
            let Some((from, to)) = longest else { break };
            path = to.iter().chain(&path[from.len()..]).cloned().collect();
        }
        path
    }

    /// The paths that stand for others by the alias table.
    pub fn aliased(&self) -> impl Iterator<Item = &[Name]> {
        self.aliases.iter().map(|(from, _)| from.as_slice())
    }

    /// Returns the matches of a full name whose first `module` segments name a module of the tree (0: outside the
    /// tree).
    #[must_use]
    pub fn matches(&self, language: Language, path: &[Name], module: usize) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        self.collect(language, path, module, &mut found);
        let normal = self.normalise(path);
        if normal != path {
            // What an alias says stands elsewhere is not covered by the module in which it is written.
            let aliased = self.aliases.iter().map(|(from, _)| from).filter(|from| path.starts_with(from));
            let moved = aliased.map(Vec::len).max().unwrap_or(0);
            found.retain(|covering| covering.length >= moved);
            // What follows the module stays as long as it was: an alias of a class moves no class into the module's place.
            let module = if module == 0 { 0 } else { (normal.len() + module).saturating_sub(path.len()).max(1) };
            self.collect(language, &normal, module, &mut found);
        }
        found
    }

    fn collect<'s>(&'s self, language: Language, path: &[Name], module: usize, found: &mut Vec<Match<'s>>) {
        for length in 1..=path.len() {
            let covers = if module > 0 { length <= module } else { !is_class_like(&path[length - 1]) };
            if length < path.len() && !covers {
                continue;
            }
            let prefix = &path[..length];
            let literal = self.by_last.get(&path[length - 1]).into_iter().flatten();
            for &at in literal.chain(&self.open) {
                let entry = &self.entries[at as usize];
                let known = found.iter().any(|m| std::ptr::eq(m.entry, entry));
                if !known && entry.pattern.language == language && entry.pattern.matches(prefix) {
                    found.push(Match { entry, length });
                }
            }
        }
    }

    /// Returns the entries for members of a class that the rules name one by one: a client is known by its
    /// constructors.
    #[must_use]
    pub fn of_members(&self, language: Language, path: &[Name]) -> Vec<&SymbolEntry> {
        let path = self.normalise(path);
        let of_class = |entry: &&SymbolEntry| match entry.pattern.segments.split_last() {
            Some((_, class)) if class.len() == path.len() && entry.pattern.language == language => class
                .iter()
                .zip(&path)
                .all(|(segment, name)| matches!(segment, SegmentPattern::Literal(n) if n == name)),
            _ => false,
        };
        self.entries.iter().filter(of_class).collect()
    }

    /// Returns whether a path is a proper prefix of a symbol of the rules, so that a computed member of it could be
    /// one.
    #[must_use]
    pub fn holds_symbols(&self, language: Language, path: &[Name]) -> bool {
        self.entries.iter().any(|entry| {
            let segments = &entry.pattern.segments;
            entry.pattern.language == language
                && segments.len() > path.len()
                && segments
                    .iter()
                    .zip(path)
                    .all(|(segment, name)| matches!(segment, SegmentPattern::Literal(n) if n == name))
        })
    }

    /// Returns the paths that lead to symbols whose own names no file need write.
    pub fn ways(&self) -> impl Iterator<Item = &SymbolPattern> {
        self.ways.values().flatten()
    }

    /// Returns whether a path leads to symbols whose own names no file need write.
    #[must_use]
    pub fn is_way(&self, language: Language, path: &[Name]) -> bool {
        let ways = [path.last().cloned(), None].into_iter().filter_map(|last| self.ways.get(&last));
        ways.flatten().any(|way| way.language == language && way.matches(path))
    }

    /// The next segments of all symbols that begin with this path.
    pub fn below(&self, path: &[Name]) -> Vec<Name> {
        let next = |entry: &SymbolEntry| match entry.pattern.segments.get(path.len()) {
            Some(SegmentPattern::Literal(name)) if entry.pattern.literal_prefix().starts_with(path) => {
                Some(name.clone())
            }
            _ => None,
        };
        self.entries.iter().filter_map(next).collect()
    }

    /// The literal paths outside the tree that the rules name, aliases included.
    #[must_use]
    pub fn known_paths(&self) -> KnownPaths {
        let mut known = KnownPaths::default();
        for path in self.entries.iter().map(|entry| entry.pattern.literal_prefix()) {
            for (from, to) in &self.aliases {
                if path.starts_with(to) {
                    known.insert(&from.iter().chain(&path[to.len()..]).cloned().collect::<Vec<_>>());
                }
            }
            known.insert(&path);
        }
        for (from, _) in &self.aliases {
            known.insert(from);
        }
        known
    }

    /// Returns whether any import rule of a source bans the path or a module it is reached through.
    #[must_use]
    pub fn bans_import(
        &self,
        rules: &RuleSet,
        source: SourceIndex,
        language: Language,
        path: &[Name],
        module: usize,
    ) -> bool {
        self.matches(language, path, module).iter().any(|found| match found.entry.meaning {
            Meaning::Ban(rule) => rules.rules[rule.0].source == source && rules.rules[rule.0].kind == RuleKind::Import,
            Meaning::Canonical(_) | Meaning::Wrapped(_) => false,
        })
    }
}

fn literal_alias(alias: &Alias) -> Option<(Vec<Name>, Vec<Name>)> {
    Some((alias.path.literal()?, alias.is.literal()?))
}
