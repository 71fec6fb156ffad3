//! Words: what is searched for in the texts of one language, for rules of all kinds, with one automaton.
//!
//! In: the symbols of the rules, the names that rules list, and the names that files derive from symbols. Out: where a
//! text has one of them, and how each counts there ([`Uses`]). What the text makes of an occurrence is for
//! [`super::prefilter`].

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashSet;

use crate::cache::{FingerprintBuilder, Vocabulary, WordFilter};
use crate::facts::{COMMENT_MARK, Name};
use crate::lang::text::{identifier_around, is_whole_word};
use crate::source::FileId;
use crate::tree::Tree;

/// The ways in which a word counts. More of any field admits more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// By itself, wherever it stands: what needs no import, and what is judged without resolving.
    pub alone: bool,
    /// As a symbol of any package.
    pub anywhere: bool,
    /// As a symbol outside the tree, in files that name one of the roots.
    pub rooted: bool,
    /// As more than a member of a class or of its instances.
    pub bare: bool,
    /// In files that see the crate or project of one of these: they define the symbol.
    pub defined: BTreeSet<FileId>,
    /// The same, where the word is derived.
    pub given: BTreeSet<FileId>,
    /// In these files: one gives the word to what stands inside its modules.
    pub inside: BTreeSet<FileId>,
}

impl Uses {
    fn fingerprint(&self, tree: &Tree, builder: &mut FingerprintBuilder) {
        let Self { alone, anywhere, rooted, bare, defined, given, inside } = self;
        builder.add([alone, anywhere, rooted, bare].map(|way| u8::from(*way)));
        for files in [defined, given, inside] {
            builder.add(files.len().to_le_bytes());
            for file in files {
                builder.add(if *file == FileId::ABSENT { "" } else { &tree.file(*file).path });
            }
        }
    }

    /// Counts wherever one of the two does; returns whether that is more than before.
    pub fn widen(&mut self, other: &Self) -> bool {
        let before = self.clone();
        self.alone |= other.alone;
        self.anywhere |= other.anywhere;
        self.rooted |= other.rooted;
        self.bare |= other.bare;
        self.defined.extend(&other.defined);
        self.given.extend(&other.given);
        self.inside.extend(&other.inside);
        before != *self
    }
}

/// The words of one language.
#[derive(Debug, Default)]
pub struct Words {
    /// Last segments of symbols, and derived names.
    whole: BTreeMap<Name, Uses>,
    /// Parts of words, from segments with a wildcard and from names that rules list.
    parts: BTreeMap<Name, Uses>,
    /// First segments of symbols outside the tree, and other names of such packages.
    roots: BTreeMap<Name, Uses>,
    /// The words that count as more than members.
    bare: FxHashSet<Name>,
    /// The case of letters does not count in a part.
    any_case: bool,
    /// The mark of comments is searched for too.
    marks: bool,
    automaton: Option<AhoCorasick>,
}

/// A word that was found in a text.
#[derive(Debug, Clone, Copy)]
pub struct Found<'w> {
    /// First byte of the word, of a part of the whole word around it.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The word, package or mark that was found.
    pub what: What<'w>,
}

/// A word, package or mark that was found.
#[derive(Debug, Clone, Copy)]
pub enum What<'w> {
    /// A word or a part of one.
    Word(&'w Uses),
    /// The name of a package that holds symbols.
    Root,
    /// The mark of a comment that speaks to the program. A file that has one is relevant, since its suppressions may be
    /// wrong or unused.
    Mark,
}

impl Words {
    /// Adds a word; returns whether it counts in more places than before.
    pub fn add(&mut self, word: &Name, uses: &Uses) -> bool {
        self.automaton = None;
        if uses.bare && !self.bare.contains(word) {
            self.bare.insert(word.clone());
        }
        self.whole.entry(word.clone()).or_default().widen(uses)
    }

    /// Adds a part of words, in any case of its letters if so.
    pub fn add_part(&mut self, part: &str, uses: &Uses, any_case: bool) {
        self.automaton = None;
        self.any_case |= any_case;
        self.parts.entry(part.into()).or_default().widen(uses);
    }

    /// Adds the name of a package that holds symbols; returns whether it counts in more places than before.
    pub fn add_root(&mut self, root: &Name, uses: &Uses) -> bool {
        self.automaton = None;
        self.roots.entry(root.clone()).or_default().widen(uses)
    }

    /// Returns how a word counts.
    #[must_use]
    pub fn uses_of(&self, word: &str) -> Option<&Uses> {
        self.whole.get(word)
    }

    /// Returns how the name of a package counts.
    #[must_use]
    pub fn uses_of_root(&self, root: &str) -> Option<&Uses> {
        self.roots.get(root)
    }

    /// Returns the words, with how they count.
    pub fn whole(&self) -> impl Iterator<Item = (&Name, &Uses)> {
        self.whole.iter()
    }

    /// Returns the parts, with how they count.
    pub fn parts(&self) -> impl Iterator<Item = (&Name, &Uses)> {
        self.parts.iter()
    }

    /// Returns the names of packages that hold symbols.
    pub fn roots(&self) -> impl Iterator<Item = &Name> {
        self.roots.keys()
    }

    /// Adds the parts that are searched for to a fingerprint.
    pub fn fingerprint(&self, tree: &Tree, builder: &mut FingerprintBuilder) {
        builder.add([u8::from(self.any_case)]);
        builder.add(self.parts.len().to_le_bytes());
        for (word, uses) in &self.parts {
            builder.add(word.as_str());
            uses.fingerprint(tree, builder);
        }
    }

    /// Adds the words that are searched for to a vocabulary, for one of several purposes.
    pub fn add_to(&self, vocabulary: &mut Vocabulary, purpose: &str, tree: &Tree) {
        for (kind, words) in [("word", &self.whole), ("root", &self.roots)] {
            for (word, uses) in words {
                let mut builder = FingerprintBuilder::default().with(purpose).with(kind);
                uses.fingerprint(tree, &mut builder);
                vocabulary.add(word, builder.finish());
            }
        }
    }

    /// Returns whether there is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.parts.is_empty() && self.roots.is_empty()
    }

    /// Returns whether a name is one of the words, or has one of the parts, as more than a member.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.bare.contains(name) || self.parts.iter().any(|(part, uses)| !uses.alone && name.contains(part.as_str()))
    }

    /// Makes the automaton; to be called once all words are added. `mark` says whether the mark is searched for too.
    pub fn build(&mut self, mark: bool) {
        let names: BTreeSet<&Name> = self.whole.keys().chain(self.roots.keys()).collect();
        let mut patterns: Vec<&str> =
            names.iter().chain(&self.parts.keys().collect::<Vec<_>>()).map(|it| it.as_str()).collect();
        patterns.extend(mark.then_some(COMMENT_MARK));
        self.marks = mark;
        // Parts can hide in a longer match; whole words cannot.
        let kind = if self.parts.is_empty() { MatchKind::LeftmostLongest } else { MatchKind::Standard };
        self.automaton =
            AhoCorasick::builder().match_kind(kind).ascii_case_insensitive(self.any_case).build(patterns).ok();
    }
}

/// The words of one language, ready to be searched for.
#[derive(Debug)]
pub struct Search<'w> {
    words: &'w Words,
    /// The meaning of each pattern of the automaton, in its order.
    patterns: Vec<Pattern<'w>>,
}

#[derive(Debug)]
enum Pattern<'w> {
    Whole { text: &'w str, word: Option<&'w Uses>, root: Option<&'w Uses> },
    Part { text: &'w str, uses: &'w Uses },
}

impl<'w> Search<'w> {
    /// A search for these words, whose automaton is built.
    #[must_use]
    pub fn new(words: &'w Words) -> Self {
        let names: BTreeSet<&Name> = words.whole.keys().chain(words.roots.keys()).collect();
        let whole = names.into_iter().map(|name| Pattern::Whole {
            text: name,
            word: words.whole.get(name),
            root: words.roots.get(name),
        });
        let parts = words.parts.iter().map(|(text, uses)| Pattern::Part { text, uses });
        Self { words, patterns: whole.chain(parts).collect() }
    }

    /// Returns whether there can be something to find in a text with these words. Parts and marks are no whole words.
    #[must_use]
    pub fn may_find(&self, words: &WordFilter) -> bool {
        let Words { whole, parts, roots, .. } = self.words;
        let any_word = || whole.keys().chain(roots.keys()).any(|word| words.may_contain(word));
        self.words.marks || !parts.is_empty() || any_word()
    }

    /// Returns the words of a text in order; one that is both a word and a root comes twice.
    pub fn find<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = Found<'w>> + 't> {
        let Some(automaton) = &self.words.automaton else { return Box::new(std::iter::empty()) };
        let found = move |found: aho_corasick::Match| self.found(text, found.pattern().as_usize(), found.range());
        match self.words.parts.is_empty() {
            true => Box::new(automaton.find_iter(text).flat_map(found)),
            false => Box::new(automaton.find_overlapping_iter(text).flat_map(found)),
        }
    }

    fn found(
        &self,
        text: &str,
        pattern: usize,
        range: std::ops::Range<usize>,
    ) -> impl Iterator<Item = Found<'w>> + use<'w> {
        let (start, end) = (range.start, range.end);
        let at = move |what: What<'w>| Found { start, end, what };
        let [first, second] = match self.patterns.get(pattern) {
            None => [Some(at(What::Mark)), None],
            Some(Pattern::Whole { text: word, word: uses, root }) => {
                let is_word =
                    is_whole_word(text.as_bytes(), start, end) && (!self.words.any_case || text[start..end] == **word);
                [uses.map(What::Word), root.map(|_| What::Root)].map(|what| what.filter(|_| is_word).map(at))
            }
            Some(Pattern::Part { text: part, uses }) => {
                let exact = uses.alone || !self.words.any_case || text[start..end] == **part;
                let (start, end) = identifier_around(text, start, end);
                [exact.then_some(Found { start, end, what: What::Word(uses) }), None]
            }
        };
        first.into_iter().chain(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_way() -> Uses {
        let files = BTreeSet::from([FileId(1)]);
        let (defined, given, inside) = (files.clone(), files.clone(), files);
        Uses { alone: true, anywhere: true, rooted: true, bare: true, defined, given, inside }
    }

    #[test]
    fn uses_only_widen() {
        let mut uses = Uses::default();
        assert!(uses.widen(&every_way()) && uses == every_way());
        assert!(!uses.widen(&Uses::default()) && uses == every_way());
        let ways = [
            Uses { alone: true, ..Uses::default() },
            Uses { anywhere: true, ..Uses::default() },
            Uses { rooted: true, ..Uses::default() },
            Uses { bare: true, ..Uses::default() },
            Uses { defined: BTreeSet::from([FileId(1)]), ..Uses::default() },
            Uses { given: BTreeSet::from([FileId(1)]), ..Uses::default() },
            Uses { inside: BTreeSet::from([FileId(1)]), ..Uses::default() },
        ];
        for way in ways {
            let mut uses = Uses::default();
            assert!(uses.widen(&way) && uses == way, "{way:?}");
        }
    }

    fn found(words: &Words, text: &str) -> Vec<String> {
        let found = Search::new(words);
        found.find(text).map(|it| format!("{}..{} {:?}", it.start, it.end, matches!(it.what, What::Root))).collect()
    }

    #[test]
    fn whole_words_and_roots_are_found() {
        let mut words = Words::default();
        assert!(words.is_empty());
        assert!(words.add(&"Redis".into(), &every_way()) && !words.add(&"Redis".into(), &Uses::default()));
        assert!(words.add_root(&"Redis".into(), &every_way()));
        words.build(false);
        assert_eq!(found(&words, "Redis RedisX xRedis redis"), ["0..5 false", "0..5 true"]);
        assert_eq!(found(&words, "ssot: ignore"), [""; 0]);
        words.build(true);
        assert_eq!(found(&words, "# ssot: ignore").len(), 1);
    }

    #[test]
    fn a_text_without_the_words_has_nothing_to_find_unless_parts_or_marks_are_sought() {
        let of = |text: &str| WordFilter::of(text.split(' '), text.len());
        let mut words = Words::default();
        words.add(&"Redis".into(), &every_way());
        words.add_root(&"redis".into(), &every_way());
        words.build(false);
        let search = Search::new(&words);
        assert!(search.may_find(&of("x Redis")) && search.may_find(&of("redis y")) && !search.may_find(&of("x y")));
        words.build(true);
        assert!(Search::new(&words).may_find(&of("x y")));
        words.build(false);
        words.add_part("_url", &every_way(), false);
        assert!(Search::new(&words).may_find(&of("x y")));
    }

    #[test]
    fn parts_are_found_inside_words_in_any_case_if_they_count_alone() {
        let mut words = Words::default();
        words.add_part("_url", &Uses { alone: true, ..Uses::default() }, true);
        words.add(&"Redis".into(), &every_way());
        words.build(false);
        assert_eq!(found(&words, "REDIS_URL redis Redis"), ["0..9 false", "16..21 false"]);
        assert!(words.names("Redis") && !words.names("redis") && !words.names("x_url"));
        let mut words = Words::default();
        words.add_part("Redis", &Uses { bare: true, ..Uses::default() }, false);
        words.build(false);
        assert_eq!(found(&words, "x = MyRedisClient() redis"), ["4..17 false"]);
        assert!(words.names("MyRedis") && !words.names("Rabbit"));
    }
}
