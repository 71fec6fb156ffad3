//! What can matter: literals for the search in texts, and names for the look at facts.
//!
//! A file cannot name a symbol of the rules, nor anything derived from one, without containing one of the literals as a
//! whole word; inside a file a value cannot denote such a symbol unless one of these names is on its way.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashSet;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::detect::symbols::{Entry, Symbols};
use crate::facts::{BindingId, COMMENT_MARK, DefinitionId, FileFacts, Name, Reach, Target, Value, ValueId};
use crate::rule::{RuleSet, SegmentPattern};

/// Words to search for.
#[derive(Debug)]
pub struct Literals {
    words: BTreeSet<Name>,
    /// Parts of words, from segments with a wildcard.
    parts: BTreeSet<Name>,
    /// A pattern has no literal at all: every file can matter.
    all: bool,
    search: Option<AhoCorasick>,
}

impl Literals {
    /// The literals of the rules' symbols: the last literal segment of each pattern.
    #[must_use]
    pub fn of_rules(rules: &RuleSet, symbols: &Symbols) -> Self {
        let mut literals = Self { words: BTreeSet::new(), parts: BTreeSet::new(), all: false, search: None };
        for entry in symbols.entries() {
            match entry.pattern.segments.last() {
                Some(SegmentPattern::Literal(name)) => {
                    literals.words.insert(name.clone());
                }
                Some(SegmentPattern::Wildcard(glob)) if glob.split('*').any(|part| part.len() > 2) => {
                    let longest = glob.split('*').max_by_key(|part| part.len()).unwrap_or_default();
                    literals.parts.insert(longest.into());
                }
                _ => literals.fall_back(&entry.pattern.segments),
            }
        }
        for alias in &rules.aliases {
            // An alias of something around a symbol changes nothing: the symbol's own last segment is still written.
            let (Some(path), Some(real)) = (alias.path.literal(), alias.is.literal()) else { continue };
            let names_symbol = |entry: &Entry| entry.pattern.matches_prefix(&symbols.normalise(&real)).is_some();
            if symbols.entries().iter().any(names_symbol) {
                literals.words.extend(path.last().cloned());
            }
        }
        literals.build();
        literals
    }

    /// For a pattern that ends in a wildcard, the literal before it.
    fn fall_back(&mut self, segments: &[SegmentPattern]) {
        let literal = segments.iter().rev().find_map(|segment| match segment {
            SegmentPattern::Literal(name) => Some(name),
            _ => None,
        });
        match literal {
            Some(name) => {
                self.words.insert(name.clone());
            }
            None => self.all = true,
        }
    }

    fn build(&mut self) {
        // A file whose only literal is a suppression is relevant too: the suppression may be wrong or unused. The mark
        // is no word and stands among the parts, which are found whatever is around them.
        let names = self.words.iter().chain(&self.parts).map(|word| word.as_str());
        let patterns: Vec<&str> = names.chain([COMMENT_MARK]).collect();
        self.search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
    }

    /// Adds words; gives those that are new, ready to search for.
    #[must_use]
    pub fn add(&mut self, names: BTreeSet<Name>) -> Self {
        let fresh: BTreeSet<Name> = names.into_iter().filter(|name| !self.words.contains(name)).collect();
        self.words.extend(fresh.iter().cloned());
        let search = AhoCorasick::new(fresh.iter().map(|word| word.as_str())).ok();
        Self { words: fresh, parts: BTreeSet::new(), all: false, search }
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

    /// Whether a text contains one of them, also after NFKC normalisation.
    #[must_use]
    pub fn found_in(&self, text: &str) -> bool {
        if self.all || self.found_as_is(text) {
            return true;
        }
        !text.is_ascii()
            && is_nfkc_quick(text.chars()) != IsNormalized::Yes
            && self.found_as_is(&text.nfkc().collect::<String>())
    }

    fn found_as_is(&self, text: &str) -> bool {
        let Some(search) = &self.search else { return true };
        let bytes = text.as_bytes();
        let words = self.words.len();
        search.find_overlapping_iter(text).any(|found| {
            let whole = !bytes.get(found.end()).copied().is_some_and(is_word)
                && !found.start().checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(is_word);
            found.pattern().as_usize() >= words || whole
        })
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

/// ASCII part of identifiers; other characters of identifiers only make a match more likely, never less.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Names that can be on the way to a symbol.
#[derive(Debug, Default)]
pub struct Names {
    words: FxHashSet<Name>,
    parts: Vec<Name>,
    all: bool,
}

/// Judges which values of a file can matter.
#[derive(Debug)]
pub struct Interest {
    names: Names,
}

impl Interest {
    /// Interest in these names.
    #[must_use]
    pub fn new(names: Names) -> Self {
        Self { names }
    }

    fn named(&self, name: &str) -> bool {
        self.names.all
            || self.names.words.contains(name)
            || IMPORTERS.contains(&name)
            || self.names.parts.iter().any(|part| name.contains(part.as_str()))
    }

    /// A judge of one file's values.
    #[must_use]
    pub fn judge<'f>(&'f self, facts: &'f FileFacts) -> Judge<'f> {
        Judge {
            interest: self,
            facts,
            values: vec![Verdict::Unknown; facts.values.len()],
            bindings: vec![Verdict::Unknown; facts.bindings.len()],
            cycles: 0,
        }
    }
}

/// Functions that bring in what no name in the file announces.
const IMPORTERS: [&str; 2] = ["import_module", "__import__"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unknown,
    /// Being judged: a cycle through it adds nothing.
    Open,
    No,
    Yes,
}

/// Remembers its verdicts on one file's values.
#[derive(Debug)]
pub struct Judge<'f> {
    interest: &'f Interest,
    facts: &'f FileFacts,
    values: Vec<Verdict>,
    bindings: Vec<Verdict>,
    /// How often a cycle was met; a "no" that was found while one was open is not remembered.
    cycles: u32,
}

/// After so many cycles everything that depends on one is taken to matter: only work is lost by that.
const MOST_CYCLES: u32 = 10_000;

impl Judge<'_> {
    /// Whether a value can denote something the rules speak of.
    pub fn value(&mut self, id: ValueId) -> bool {
        match self.values[id.index()] {
            Verdict::Yes => return true,
            Verdict::No => return false,
            Verdict::Open => {
                self.cycles += 1;
                return self.cycles > MOST_CYCLES;
            }
            Verdict::Unknown => self.values[id.index()] = Verdict::Open,
        }
        let before = self.cycles;
        let facts = self.facts;
        let yes = match &facts.values[id.index()].value {
            Value::Name { name, reach } => self.interest.named(name) || self.reach(reach),
            Value::Member { object, name, .. } => self.interest.named(name) || self.value(*object),
            Value::Module { path, .. } => path.iter().any(|name| self.interest.named(name)),
            Value::Call { callee, arguments } => {
                self.value(*callee) || arguments.iter().any(|argument| self.value(argument.value))
            }
            Value::Subscript { object } | Value::InstanceOf(object) => self.value(*object),
            Value::AnyOf(options) => options.iter().any(|&option| self.value(option)),
            Value::Text(text) => text.split('.').any(|part| self.interest.named(part)),
            Value::Texts(texts) => texts.iter().any(|text| self.interest.named(text)),
            Value::Receiver { class, .. } | Value::Super { class, .. } => self.class(*class),
            Value::SelfType(index) => facts
                .implementations
                .get(*index as usize)
                .is_some_and(|implementation| self.value(implementation.target)),
            // What it holds need not be named here.
            Value::Undecided(_) => true,
            Value::Opaque => false,
        };
        self.values[id.index()] = self.verdict(yes, before);
        yes
    }

    fn verdict(&self, yes: bool, cycles_before: u32) -> Verdict {
        match yes {
            true => Verdict::Yes,
            false if self.cycles == cycles_before => Verdict::No,
            false => Verdict::Unknown,
        }
    }

    fn reach(&mut self, reach: &Reach) -> bool {
        reach.bindings.iter().any(|&binding| self.binding(binding))
    }

    fn binding(&mut self, id: BindingId) -> bool {
        match self.bindings[id.index()] {
            Verdict::Yes => return true,
            Verdict::No => return false,
            Verdict::Open => {
                self.cycles += 1;
                return self.cycles > MOST_CYCLES;
            }
            Verdict::Unknown => self.bindings[id.index()] = Verdict::Open,
        }
        let before = self.cycles;
        let facts = self.facts;
        let yes = match &facts.bindings[id.index()].target {
            Target::Value(value) => self.value(*value),
            Target::Definition(definition) => self.class(*definition),
            Target::Star { modules, otherwise } => {
                self.interest.named(&facts.bindings[id.index()].name)
                    || modules.iter().any(|&module| self.value(module))
                    || self.reach(otherwise)
            }
            Target::Absent | Target::Opaque => false,
        };
        self.bindings[id.index()] = self.verdict(yes, before);
        yes
    }

    /// A class or function can matter by its own name, by its bases, or by what it returns.
    fn class(&mut self, id: DefinitionId) -> bool {
        let facts = self.facts;
        let definition = &facts.definitions[id.index()];
        self.interest.named(&definition.name)
            || definition.bases.iter().chain(&definition.returns).any(|&value| self.value(value))
    }
}
