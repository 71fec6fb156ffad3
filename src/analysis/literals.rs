//! Literals: which texts can matter, found without parsing them (docs/design.md section 9).
//!
//! In: the symbols of the rules and the names derived from them. Out: a verdict on a text. A file can name a symbol only
//! if it contains the symbol's last literal segment as a whole word, and if that word can have come in: the front end's
//! gate looks at what the text imports and where the word stands.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::detect::symbols::{Entry, Symbols};
use crate::facts::{COMMENT_MARK, Name};
use crate::lang::{Gate, WordUse};
use crate::resolve::is_class_like;
use crate::rule::{RuleSet, SegmentPattern};
use crate::source::Language;

use super::interest::Names;
use super::needs::Needs;

/// Words to search for.
#[derive(Debug)]
pub struct Literals {
    /// Last segments of symbols, and derived names.
    words: BTreeSet<Name>,
    /// First segments of symbols outside the tree: an import of them can be re-exported under another name.
    roots: BTreeSet<Name>,
    /// Parts of words, from segments with a wildcard.
    parts: BTreeSet<Name>,
    /// A pattern has no literal at all: every file can matter.
    all: bool,
    /// The mark of suppressions, where it is searched for as well: a file that has nothing else is relevant too, since
    /// its suppressions may be wrong or unused. It is no word, and no name can hide it.
    mark: Option<Finder<'static>>,
    /// What rules need that speak of more than symbols.
    needs: Option<Needs>,
    search: Search,
}

/// The automaton of a set of literals: words first, then roots, then parts.
#[derive(Debug, Default)]
struct Search {
    automaton: Option<AhoCorasick>,
    words: usize,
    roots: usize,
    overlapping: bool,
}

impl Literals {
    /// The literals of the rules' symbols. `external` tells whether a top-level name is outside the tree; `renames` are
    /// names under which manifests know packages.
    #[must_use]
    pub fn of_rules(
        rules: &RuleSet,
        symbols: &Symbols,
        external: &dyn Fn(&Name) -> bool,
        renames: &[(Name, Name)],
    ) -> Self {
        let mut literals = Self {
            words: BTreeSet::new(),
            roots: BTreeSet::new(),
            parts: BTreeSet::new(),
            all: false,
            mark: Some(Finder::new(COMMENT_MARK)),
            needs: Needs::of_rules(rules),
            search: Search::default(),
        };
        for entry in symbols.entries() {
            match &entry.pattern.word {
                Some(word) => {
                    literals.words.insert(word.clone());
                }
                None => literals.add_pattern(&entry.pattern.segments),
            }
            literals.roots.extend(entry.pattern.root().filter(|root| external(root)).cloned());
        }
        for alias in &rules.aliases {
            // An alias of something around a symbol changes nothing: the symbol's own last segment is still written.
            let (Some(path), Some(real)) = (alias.path.literal(), alias.is.literal()) else { continue };
            let names_symbol = |entry: &Entry| entry.pattern.matches_prefix(&symbols.normalise(&real)).is_some();
            if symbols.entries().iter().any(names_symbol) {
                literals.words.extend(path.last().cloned());
            }
            literals.roots.extend(path.first().filter(|root| external(root)).cloned());
        }
        let renamed = renames.iter().filter(|(_, real)| literals.roots.contains(real)).map(|(seen, _)| seen.clone());
        let renamed: Vec<Name> = renamed.collect();
        literals.roots.extend(renamed);
        literals.all |= literals.needs.as_ref().is_some_and(|needs| needs.everything);
        literals.search = Search::new(&literals.words, &literals.roots, &literals.parts);
        literals
    }

    /// The last literal segment of a pattern; of a member of a type the type, because that is the rarer word.
    fn add_pattern(&mut self, segments: &[SegmentPattern]) {
        match segments {
            [.., SegmentPattern::Literal(class), _] if is_class_like(class) => {
                self.words.insert(class.clone());
            }
            [.., SegmentPattern::Literal(name)] => {
                self.words.insert(name.clone());
            }
            [.., SegmentPattern::Wildcard(glob)] if glob.split('*').any(|part| part.len() > 2) => {
                let longest = glob.split('*').max_by_key(|part| part.len()).unwrap_or_default();
                self.parts.insert(longest.into());
            }
            [rest @ .., _] => self.add_pattern(rest),
            [] => self.all = true,
        }
    }

    /// Adds words; gives those that are new, ready to search for.
    #[must_use]
    pub fn add(&mut self, names: BTreeSet<Name>) -> Self {
        let fresh: BTreeSet<Name> = names.into_iter().filter(|name| !self.words.contains(name)).collect();
        self.words.extend(fresh.iter().cloned());
        let search = Search::new(&fresh, &BTreeSet::new(), &BTreeSet::new());
        Self {
            words: fresh,
            roots: BTreeSet::new(),
            parts: BTreeSet::new(),
            all: false,
            mark: None,
            needs: None,
            search,
        }
    }

    /// Whether this is one of the words.
    #[must_use]
    pub fn contains(&self, name: &Name) -> bool {
        self.words.contains(name)
    }

    /// There is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.parts.is_empty() && !self.all
    }

    /// Whether a pattern without any literal makes every file relevant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.all
    }

    /// Whether a text can name one of the symbols, also after NFKC normalisation.
    #[must_use]
    pub fn admit(&self, language: Language, text: &str) -> bool {
        let marked = || self.mark.as_ref().is_some_and(|mark| mark.find(text.as_bytes()).is_some());
        self.all
            || self.admit_as_is(language, text)
            || marked()
            || (changed_by_nfkc(text) && self.admit_as_is(language, &text.nfkc().collect::<String>()))
    }

    fn admit_as_is(&self, language: Language, text: &str) -> bool {
        let names = |name: &str| {
            self.words.contains(name)
                || self.roots.contains(name)
                || self.parts.iter().any(|part| name.contains(part.as_str()))
        };
        let mut gate = Gate::new(language, text, &names);
        self.search.find(text).any(|used| gate.admits(&used))
            || self.needs.as_ref().is_some_and(|needs| needs.admit(language, text))
    }

    /// The names that can be on the way to a symbol.
    #[must_use]
    pub fn names(&self) -> Names {
        Names {
            words: self.words.iter().cloned().collect(),
            parts: self.parts.iter().cloned().collect(),
            all: self.all,
        }
    }
}

/// Whether NFKC normalisation may change a text. Most texts are ASCII but for a few characters that it leaves alone, so
/// only blocks with others are looked at by character.
fn changed_by_nfkc(text: &str) -> bool {
    const BLOCK: usize = 256;
    let bytes = text.as_bytes();
    let starts = (0..bytes.len()).step_by(BLOCK).filter(|&at| !bytes[at..bytes.len().min(at + BLOCK)].is_ascii());
    let mut characters = starts.flat_map(|at| {
        let from = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let to = (at + BLOCK..bytes.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(bytes.len());
        text[from..to].chars().filter(|c| !c.is_ascii())
    });
    characters.any(|c| is_nfkc_quick(std::iter::once(c)) != IsNormalized::Yes)
}

impl Search {
    fn new(words: &BTreeSet<Name>, roots: &BTreeSet<Name>, parts: &BTreeSet<Name>) -> Self {
        let patterns: Vec<&str> = words.iter().chain(roots).chain(parts).map(|word| word.as_str()).collect();
        // Parts can hide in a longer match; whole words cannot.
        let overlapping = !parts.is_empty();
        let kind = if overlapping { MatchKind::Standard } else { MatchKind::LeftmostLongest };
        let automaton = AhoCorasick::builder().match_kind(kind).build(patterns).ok();
        Self { automaton, words: words.len(), roots: roots.len(), overlapping }
    }

    fn find<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = WordUse> + 't> {
        let Some(automaton) = &self.automaton else { return Box::new(std::iter::empty()) };
        let word_use = move |found: aho_corasick::Match| {
            let (start, end) = (found.start(), found.end());
            let pattern = found.pattern().as_usize();
            let part = pattern >= self.words + self.roots;
            let root = !part && pattern >= self.words;
            (part || is_whole(text.as_bytes(), start, end)).then_some(WordUse { start, end, root })
        };
        if self.overlapping {
            Box::new(automaton.find_overlapping_iter(text).filter_map(word_use))
        } else {
            Box::new(automaton.find_iter(text).filter_map(word_use))
        }
    }
}

/// Whether no ASCII part of an identifier touches the match; others only make a match more likely, never less.
fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !bytes.get(end).copied().is_some_and(word)
        && !start.checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(word)
}
