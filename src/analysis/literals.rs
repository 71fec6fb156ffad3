//! Literals: which texts can matter, found without parsing them (docs/design.md section 9).
//!
//! In: the symbols of the rules and the names derived from them. Out: a verdict on a text. A file can name a symbol only
//! if it contains the symbol's last literal segment as a whole word, and if that word can have come in: the front end's
//! gate looks at what the text imports and where the word stands.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;

use crate::detect::symbols::{Entry, Symbols, searched};
use crate::detect::{Derived, Extent, Giver};
use crate::facts::{COMMENT_MARK, Name};
use crate::lang::focus::{self, changed_by_nfkc, identifier_around, is_whole};
use crate::lang::{Focus, Gate, Known, Layouts, WordUse};
use crate::rule::{RuleSet, SegmentPattern};
use crate::source::{FileId, Language};
use crate::tree::{Tree, TreeFile};

use super::definers::Definers;
use super::homes;
use super::interest::Names;
use super::needs::Needs;

/// Words to search for.
#[derive(Debug, Default)]
pub struct Literals {
    /// Last segments of symbols, and derived names, with where they count.
    words: BTreeMap<Name, Uses>,
    /// First segments of symbols outside the tree: an import of them can be re-exported under another name.
    roots: BTreeMap<Name, Uses>,
    /// Those of them that are also packages of the tree, which only some files find by that name.
    inner: BTreeSet<Name>,
    /// Parts of words, from segments with a wildcard.
    parts: BTreeMap<Name, Uses>,
    /// Files that stand inside a module of which the rules speak: what it holds is named there without its name.
    homes: BTreeSet<FileId>,
    /// Which files can define a symbol.
    definers: Definers,
    /// A pattern has no literal at all: every file can matter.
    all: bool,
    /// The mark of suppressions, where it is searched for as well: a file that has nothing else is relevant too, since
    /// its suppressions may be wrong or unused. No name can hide it: before it stands none.
    mark: bool,
    /// What rules need that speak of more than symbols.
    needs: Option<Needs>,
    search: Search,
}

/// Where a word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Uses {
    /// In Python files.
    python: Option<InPython>,
    /// In Rust files, and there where.
    rust: Option<Spread>,
}

/// As what a word counts in Python code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum InPython {
    /// As a member of a class or of its instances.
    Member,
    /// As any name.
    Name,
    /// As any name, of a symbol that can be one of any package.
    Anywhere,
}

/// Where in Rust code a word counts: wherever one of these holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Spread {
    /// In files that also write the name of a crate, or module, that holds the symbol.
    rooted: bool,
    /// Anywhere: a symbol whose crate is not known.
    anywhere: bool,
    /// In crates that can see one of these, given by their root files: they define the symbol.
    own: BTreeSet<FileId>,
    /// The same, where another file gives the word: it is derived.
    given: BTreeSet<FileId>,
    /// In these files: one gives the word to what stands inside its modules.
    inside: BTreeSet<FileId>,
}

impl Spread {
    fn rooted() -> Self {
        Self { rooted: true, ..Self::default() }
    }

    fn anywhere() -> Self {
        Self { anywhere: true, ..Self::default() }
    }

    /// Counts wherever one of the two does; whether that is more than before.
    fn widen(&mut self, other: Self) -> bool {
        let extent = |it: &Self| (it.rooted, it.anywhere, it.own.len(), it.given.len(), it.inside.len());
        let before = extent(self);
        self.rooted |= other.rooted;
        self.anywhere |= other.anywhere;
        self.own.extend(other.own);
        self.given.extend(other.given);
        self.inside.extend(other.inside);
        before != extent(self)
    }
}

impl Uses {
    fn python() -> Self {
        Self { python: Some(InPython::Name), rust: None }
    }

    fn rust(spread: Spread) -> Self {
        Self { python: None, rust: Some(spread) }
    }

    /// Whether it counts only as a member of a class or of its instances.
    fn only_members(&self) -> bool {
        self.python == Some(InPython::Member) && self.rust.is_none()
    }

    /// Counts wherever one of the two does; whether that is more than before.
    fn widen(&mut self, other: Self) -> bool {
        let more = other.python > self.python;
        self.python = self.python.max(other.python);
        match (&mut self.rust, other.rust) {
            (Some(known), Some(other)) => known.widen(other) || more,
            (known @ None, other @ Some(_)) => {
                *known = other;
                true
            }
            (_, None) => more,
        }
    }
}

/// The automaton of a set of literals: words and roots first, then parts, then the mark if that is searched for.
#[derive(Debug, Default)]
struct Search {
    automaton: Option<AhoCorasick>,
    /// What each of the first patterns is: a word, a root, or both.
    names: Vec<(Option<Uses>, Option<Uses>)>,
    /// Where each of the other patterns counts.
    parts: Vec<Uses>,
    /// The words that count as more than members.
    bare: FxHashSet<Name>,
}

impl Literals {
    /// The literals of the rules' symbols.
    #[must_use]
    pub fn of_rules(rules: &RuleSet, symbols: &Symbols, tree: &Tree, layouts: &Layouts) -> Self {
        let mut literals = Self { mark: true, needs: Needs::of_rules(rules), ..Self::default() };
        // A package of the tree that stands below no root is found by this name from the files beside it.
        let packages = symbols.entries().iter().map(|entry| &entry.pattern).filter_map(|pattern| {
            let path = pattern.literal_prefix();
            (path.len() > 2 && pattern.language == Language::Python).then(|| path[..2].to_vec())
        });
        let packages: BTreeSet<Vec<Name>> = packages.collect();
        let inner = packages
            .into_iter()
            .filter(|package| layouts.is_external(&package[0]) && layouts.python.stands_somewhere(package));
        let inner = inner.filter_map(|package| package.into_iter().next());
        literals.inner = inner.collect();
        let python_root = |root: &Name| layouts.is_external(root);
        let is_relative = |root: &Name| matches!(root.as_str(), "crate" | "self" | "super");
        for entry in symbols.entries() {
            let pattern = &entry.pattern;
            let (uses, root) = match pattern.language {
                Language::Python => {
                    let uses = match pattern.root() {
                        Some(_) => Uses::python(),
                        None => Uses { python: Some(InPython::Anywhere), rust: None },
                    };
                    (uses, pattern.root().filter(|root| python_root(root)))
                }
                Language::Rust => {
                    let root = pattern.root().filter(|root| !is_relative(root));
                    let own = root.map(|root| layouts.rust.crates_called(root)).unwrap_or_default();
                    (
                        Uses::rust(Spread {
                            rooted: root.is_some(),
                            anywhere: root.is_none(),
                            own,
                            ..Spread::default()
                        }),
                        root,
                    )
                }
            };
            match &pattern.word {
                Some(word) => {
                    literals.word(word, uses.clone());
                }
                None => literals.add_pattern(&pattern.segments, &uses),
            }
            if let Some(root) = root {
                let uses = if uses.python.is_some() { uses } else { Uses::rust(Spread::anywhere()) };
                literals.roots.entry(root.clone()).or_default().widen(uses);
            }
        }
        for alias in &rules.aliases {
            // An alias of something around a symbol changes nothing where the word of the symbol is still written.
            let (Some(path), Some(real)) = (alias.path.literal(), alias.is.literal()) else { continue };
            let python = alias.path.language == Language::Python;
            let real = symbols.normalise(&real);
            let names_symbol = |entry: &Entry| entry.pattern.matches_prefix(&real).is_some();
            let uses = if python { Uses::python() } else { Uses::rust(Spread::anywhere()) };
            if (symbols.is_way(alias.is.language, &real) || symbols.entries().iter().any(names_symbol))
                && let Some(last) = path.last()
            {
                literals.word(last, uses.clone());
            }
            if let Some(root) = path.first().filter(|root| if python { python_root(root) } else { !is_relative(root) })
            {
                literals.roots.entry(root.clone()).or_default().widen(uses);
            }
        }
        for (seen, real) in layouts.renames() {
            if let Some(uses) = literals.roots.get(&real).cloned() {
                literals.roots.entry(seen.clone()).or_default().widen(uses);
            }
            literals.rename(&seen, &real);
        }
        literals.homes = homes::of_symbols(symbols, tree, layouts);
        literals.definers = Definers::of_symbols(rules, symbols);
        literals.all |= literals.needs.as_ref().is_some_and(|needs| needs.everything);
        literals.search = Search::new(&literals.words, &literals.roots, &literals.parts, literals.mark);
        literals
    }

    fn word(&mut self, word: &Name, uses: Uses) -> bool {
        self.words.entry(word.clone()).or_default().widen(uses)
    }

    /// A package that is a symbol itself, or whose members a wildcard names, is searched for by its other name too.
    fn rename(&mut self, seen: &Name, real: &Name) {
        let word = self.words.get(real).into_iter();
        let parts = self.parts.iter().filter(|(part, _)| real.contains(part.as_str())).map(|(_, uses)| uses);
        let spreads: Vec<Spread> = word.chain(parts).filter_map(|uses| uses.rust.clone()).collect();
        for spread in spreads {
            self.word(seen, Uses::rust(spread));
        }
    }

    /// The word of a pattern, or else a part of one.
    fn add_pattern(&mut self, segments: &[SegmentPattern], uses: &Uses) {
        if let Some(word) = searched(segments) {
            self.word(word, uses.clone());
            return;
        }
        match segments {
            [rest @ .., last] => match last.part() {
                Some(part) => {
                    self.parts.entry(part.into()).or_default().widen(uses.clone());
                }
                None => self.add_pattern(rest, uses),
            },
            [] => self.all = true,
        }
    }

    /// Adds derived names, each with the files that give it; what is new of them is given back, ready to search for.
    #[must_use]
    pub fn add(&mut self, names: &BTreeMap<Derived, BTreeSet<Giver>>, tree: &Tree, layouts: &Layouts) -> Self {
        let mut fresh = Self::default();
        for (derived, givers) in names {
            let mut uses = Uses::default();
            for &(file, extent) in givers {
                uses.widen(match (tree.file(file).language, extent) {
                    (Language::Python, Extent::Member) => Uses { python: Some(InPython::Member), rust: None },
                    (Language::Python, _) => Uses::python(),
                    (Language::Rust, Extent::Inside) => {
                        Uses::rust(Spread { inside: layouts.rust.inside_of(file), ..Spread::default() })
                    }
                    (Language::Rust, _) => {
                        let given = layouts.rust.root(file).map(|root| BTreeSet::from([root]));
                        let anywhere = given.is_none();
                        Uses::rust(Spread { anywhere, given: given.unwrap_or_default(), ..Spread::default() })
                    }
                });
            }
            match derived {
                Derived::Symbol(name) => {
                    // A private name of a class is written without the class.
                    let python = uses.python.is_some();
                    for spelling in focus::spellings(name).take(if python { 2 } else { 1 }).map(Name::new) {
                        if self.word(&spelling, uses.clone()) {
                            fresh.word(&spelling, uses.clone());
                        }
                    }
                }
                Derived::Module(name) => {
                    if self.roots.entry(name.clone()).or_default().widen(uses.clone()) {
                        fresh.roots.insert(name.clone(), uses);
                    }
                }
            }
        }
        if !fresh.roots.is_empty() {
            let rooted = |uses: &Uses| uses.rust.as_ref().is_some_and(|spread| spread.rooted);
            for (word, _) in self.words.iter().filter(|(_, uses)| rooted(uses)) {
                fresh.word(word, Uses::rust(Spread::rooted()));
            }
        }
        fresh.search = Search::new(&fresh.words, &fresh.roots, &fresh.parts, fresh.mark);
        fresh
    }

    /// Whether this is one of the words or roots.
    #[must_use]
    pub fn contains(&self, derived: &Derived) -> bool {
        match derived {
            Derived::Symbol(name) => self.words.contains_key(name),
            Derived::Module(name) => self.roots.contains_key(name),
        }
    }

    /// There is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.roots.is_empty() && self.parts.is_empty() && !self.all
    }

    /// Whether a pattern without any literal makes every file relevant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.all
    }

    /// Whether a text can name one of the symbols, also after NFKC normalisation.
    #[must_use]
    pub fn admit(&self, layouts: &Layouts, file: &TreeFile, text: &str) -> bool {
        self.all
            || self.homes.contains(&file.id)
            || self.admit_as_is(layouts, file, text)
            || (changed_by_nfkc(text) && self.admit_as_is(layouts, file, &text.nfkc().collect::<String>()))
    }

    fn admit_as_is(&self, layouts: &Layouts, file: &TreeFile, text: &str) -> bool {
        let inside = |root: &str| layouts.is_in_tree(file, &root.into());
        let names =
            |name: &str| self.search.bare.contains(name) || self.parts.keys().any(|part| name.contains(part.as_str()));
        let roots = |name: &str| self.roots.contains_key(name) && !(self.inner.contains(name) && inside(name));
        let defines = |word: &str| self.definers.can_define(layouts, file, word, text);
        let mut gate =
            Gate::new(file.language, text, Known { names: &names, roots: &roots, defines: &defines, inside: &inside });
        let sees = |crates: &BTreeSet<FileId>| !crates.is_empty() && layouts.rust.sees(file.id, crates);
        let gives = |spread: &Spread| sees(&spread.given) || spread.inside.contains(&file.id);
        let (mut word_found, mut root_found) = (false, false);
        let needed = self.needs.as_ref().is_some_and(|needs| needs.admit(file.language, text));
        needed
            || self.search.find(text).any(|(used, uses)| {
                let Some(uses) = uses else { return true };
                match (file.language, &uses.rust) {
                    (Language::Python, _) => uses.python.is_some_and(|kind| {
                        let (member, anywhere) = (kind == InPython::Member, kind == InPython::Anywhere);
                        gate.admits(&WordUse { member, anywhere, ..used })
                    }),
                    (Language::Rust, None) => false,
                    (Language::Rust, Some(spread)) if used.root => {
                        let here = (spread.anywhere || gives(spread)) && gate.names_package(&used);
                        root_found |= here;
                        here && (word_found || gate.admits(&used))
                    }
                    (Language::Rust, Some(spread)) => {
                        word_found |= spread.rooted;
                        spread.anywhere
                            || spread.rooted && root_found
                            || sees(&spread.own)
                            || gives(spread) && (layouts.rust.shares_scope(file.id) || gate.admits(&used))
                    }
                }
            })
    }

    /// Files of which everything matters.
    #[must_use]
    pub fn homes(&self) -> &BTreeSet<FileId> {
        &self.homes
    }

    /// The words and parts as a focus.
    #[must_use]
    pub fn focus(&self) -> Option<Focus> {
        Focus::new(self.names_of(false), self.names_of(true), self.parts.keys())
    }

    /// The words that count only as members, or the others.
    fn names_of(&self, members: bool) -> impl Iterator<Item = &Name> {
        self.words.iter().filter(move |(_, uses)| uses.only_members() == members).map(|(word, _)| word)
    }

    /// The names that can be on the way to a symbol.
    #[must_use]
    pub fn names(&self) -> Names {
        Names {
            words: self.names_of(false).cloned().collect(),
            members: self.names_of(true).cloned().collect(),
            parts: self.parts.keys().cloned().collect(),
            roots: self.roots.keys().cloned().collect(),
            all: self.all,
        }
    }
}

impl Search {
    fn new(
        words: &BTreeMap<Name, Uses>,
        roots: &BTreeMap<Name, Uses>,
        parts: &BTreeMap<Name, Uses>,
        mark: bool,
    ) -> Self {
        let names: BTreeSet<&Name> = words.keys().chain(roots.keys()).collect();
        let mut patterns: Vec<&str> = names.iter().copied().chain(parts.keys()).map(|word| word.as_str()).collect();
        patterns.extend(mark.then_some(COMMENT_MARK));
        // Parts can hide in a longer match; whole words cannot.
        let kind = if parts.is_empty() { MatchKind::LeftmostLongest } else { MatchKind::Standard };
        let automaton = AhoCorasick::builder().match_kind(kind).build(patterns).ok();
        let names = names.iter().map(|&name| (words.get(name).cloned(), roots.get(name).cloned())).collect();
        let bare = words.iter().filter(|(_, uses)| !uses.only_members()).map(|(word, _)| word.clone()).collect();
        Self { automaton, names, parts: parts.values().cloned().collect(), bare }
    }

    /// The occurrences in a text, each with where its word counts, or none for the mark; of a part the whole word around it.
    fn find<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = (WordUse, Option<&'t Uses>)> + 't> {
        let Some(automaton) = &self.automaton else { return Box::new(std::iter::empty()) };
        let word_use = move |found: aho_corasick::Match| {
            let (start, end) = (found.start(), found.end());
            let used = |root: bool| WordUse { start, end, root, member: false, anywhere: false };
            let whole = || is_whole(text.as_bytes(), start, end);
            let pattern = found.pattern().as_usize();
            let [first, second] = match self.names.get(pattern) {
                None => {
                    let uses = self.parts.get(pattern - self.names.len());
                    let (start, end) = uses.map_or((start, end), |_| identifier_around(text, start, end));
                    [Some((WordUse { start, end, root: false, member: false, anywhere: false }, uses)), None]
                }
                Some((word, root)) if whole() => [
                    word.as_ref().map(|uses| (used(false), Some(uses))),
                    root.as_ref().map(|uses| (used(true), Some(uses))),
                ],
                Some(_) => [None, None],
            };
            first.into_iter().chain(second)
        };
        if self.parts.is_empty() {
            Box::new(automaton.find_iter(text).flat_map(word_use))
        } else {
            Box::new(automaton.find_overlapping_iter(text).flat_map(word_use))
        }
    }
}
