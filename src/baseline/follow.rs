//! Matching a whole baseline: each file with itself, then files that were renamed, then code that was moved, then
//! definitions that were renamed.
//!
//! In: entries and findings. Out: for each entry the violation that it stands for. A file is followed where the old path
//! is gone and what is left without a partner fits one new path better than all others; code that moved between files
//! where nothing else of its kind is left on both sides.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::findings::{FileText, Findings};
use crate::rule::{Policy, PublicNames, RuleSet};
use crate::source::FileId;
use crate::tree::Snapshot;
use crate::violation::Violation;

use super::anchors::{Anchors, FileWords, logical_lines};
use super::matching::{AnchoredLine, neighbours, pairs};
use super::{Baseline, BaselineEntry, EntryKey};

/// A baseline matched with the findings of today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    /// For each entry the index of the violation that it stands for.
    pub violation_of: Vec<Option<usize>>,
    /// For each violation that can be in a baseline its anchors.
    pub anchors: BTreeMap<usize, Anchors>,
}

impl Snapshot<'_> {
    fn exists(&self, path: &str) -> bool {
        self.tree.by_path(path).is_some()
    }

    /// The hashes of the logical lines of a file; none if it is not there.
    #[must_use]
    pub fn lines(&self, path: &str) -> Vec<u32> {
        let text = self.tree.by_path(path).and_then(|file| {
            let file = self.tree.file(file);
            Some((file.language, self.texts.read(&file.path).ok()?))
        });
        text.map(|(language, text)| logical_lines(language, &text)).unwrap_or_default()
    }
}

/// Finds the violation of each entry.
#[must_use]
pub fn match_findings(baseline: &Baseline, findings: &Findings, rules: &RuleSet, files: Snapshot<'_>) -> Matching {
    let terms = MatchTerms { holds: &|id, path| can_hold(rules, id, path), names: &PublicNames::new(rules) };
    match_entries(&baseline.entries, findings, terms, files)
}

/// Says by what entries and violations are matched.
#[derive(Clone, Copy)]
pub struct MatchTerms<'a> {
    /// Of which rules there are entries.
    pub holds: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// The names of symbols.
    pub names: &'a PublicNames,
}

/// Finds the violation of each entry.
#[must_use]
pub fn match_entries(
    entries: &[BaselineEntry],
    findings: &Findings,
    terms: MatchTerms<'_>,
    files: Snapshot<'_>,
) -> Matching {
    let one_name = |entry: &BaselineEntry| BaselineEntry { key: entry.key.clone().under(terms.names), ..entry.clone() };
    let entries: Vec<BaselineEntry> = entries.iter().map(one_name).collect();
    let mut follower = Follower::new(&entries, findings, terms);
    follower.same_path();
    follower.renamed(files);
    follower.moved(files);
    follower.rehoused(files);
    let anchors = follower.places.into_iter().map(|(violation, place)| (violation, place.anchors)).collect();
    Matching { violation_of: follower.violation_of, anchors }
}

/// Returns true if violations of a rule in a file can be in a baseline; those of the built-in rules are to be corrected at once.
#[must_use]
pub fn can_hold(rules: &RuleSet, id: &str, path: &str) -> bool {
    rules.rule_at(id, path).is_some_and(|rule| rule.policy == Policy::Ratchet)
}

/// A key without its path.
type PathlessKey<'f> = (&'f str, &'f str, &'f str, &'f str);

fn kind(key: &EntryKey) -> PathlessKey<'_> {
    (&key.rule, &key.scope, &key.symbol, &key.form)
}

struct Follower<'f> {
    entries: &'f [BaselineEntry],
    violations: &'f [Violation],
    names: &'f PublicNames,
    /// The violations that can be in a baseline.
    places: BTreeMap<usize, AnchoredLine>,
    lines: BTreeMap<FileId, Vec<u32>>,
    violation_of: Vec<Option<usize>>,
    taken: BTreeSet<usize>,
    /// Entries that count at all.
    live: Vec<usize>,
}

impl<'f> Follower<'f> {
    fn new(entries: &'f [BaselineEntry], findings: &'f Findings, terms: MatchTerms<'f>) -> Self {
        let MatchTerms { holds, names } = terms;
        let anchored = |text: &FileText| {
            let from = findings.violations.partition_point(|violation| violation.file < text.file);
            let to = findings.violations.partition_point(|violation| violation.file <= text.file);
            if from == to {
                return None;
            }
            let page = FileWords::new(text);
            let held = (from..to).filter(|&at| holds(&findings.violations[at].rule, &findings.violations[at].path));
            let places = held.map(|at| {
                let (anchors, line) = page.anchors(findings.violations[at].span, findings.violations[at].statement);
                (at, AnchoredLine { anchors, line })
            });
            Some((places.collect::<Vec<_>>(), (text.file, page.lines.iter().map(|(_, hash)| *hash).collect())))
        };
        let of_files: Vec<_> = findings.texts.par_iter().filter_map(anchored).collect();
        let (places, lines): (Vec<_>, BTreeMap<FileId, Vec<u32>>) = of_files.into_iter().unzip();
        let places: BTreeMap<usize, AnchoredLine> = places.into_iter().flatten().collect();
        let live =
            (0..entries.len()).filter(|&entry| holds(&entries[entry].key.rule, &entries[entry].key.path)).collect();
        let violation_of = vec![None; entries.len()];
        let (violations, taken) = (findings.violations.as_slice(), BTreeSet::new());
        Self { entries, violations, names, places, lines, violation_of, taken, live }
    }

    /// The key of a violation, with the one name of its symbol.
    fn key(&self, violation: usize) -> EntryKey {
        EntryKey::of(&self.violations[violation]).under(self.names)
    }

    fn free_entries(&self) -> impl Iterator<Item = usize> + '_ {
        self.live.iter().copied().filter(|&entry| self.violation_of[entry].is_none())
    }

    fn free_violations(&self) -> impl Iterator<Item = usize> + '_ {
        self.places.keys().copied().filter(|violation| !self.taken.contains(violation))
    }

    fn pair(&mut self, entry: usize, violation: usize) {
        self.violation_of[entry] = Some(violation);
        self.taken.insert(violation);
    }

    /// The pairs of some entries and violations of one kind.
    fn pairs(&self, entries: &[usize], violations: &[usize], lines: Option<&[u32]>) -> Vec<(usize, usize)> {
        let anchors: Vec<&Anchors> = entries.iter().map(|&entry| &self.entries[entry].anchors).collect();
        let places: Vec<AnchoredLine> =
            violations.iter().filter_map(|violation| self.places.get(violation)).cloned().collect();
        pairs(&anchors, &places, lines).into_iter().map(|(i, j)| (entries[i], violations[j])).collect()
    }

    fn same_path(&mut self) {
        let mut groups: BTreeMap<EntryKey, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for entry in self.free_entries() {
            groups.entry(self.entries[entry].key.clone()).or_default().0.push(entry);
        }
        for violation in self.free_violations() {
            // Most violations of a young baseline have an entry; the others need no group.
            if let Some(group) = groups.get_mut(&self.key(violation)) {
                group.1.push(violation);
            }
        }
        for (entries, violations) in groups.into_values() {
            let Some(&first) = violations.first() else { continue };
            let lines = self.lines.get(&self.violations[first].file).map(Vec::as_slice);
            for (entry, violation) in self.pairs(&entries, &violations, lines) {
                self.pair(entry, violation);
            }
        }
    }

    /// Follows files whose path is gone.
    fn renamed(&mut self, files: Snapshot<'_>) {
        let candidates = self.candidates(files);
        let best = |it: &&Candidate<'_>| {
            let rivals = candidates.iter().filter(|other| (other.from == it.from) != (other.to == it.to));
            rivals.map(|other| other.fit).all(|fit| fit < it.fit)
        };
        let chosen: Vec<(usize, usize)> = candidates.iter().filter(best).flat_map(|it| it.pairs.clone()).collect();
        for (entry, violation) in chosen {
            self.pair(entry, violation);
        }
    }

    /// Pairs of an old path that is gone and a path that the baseline does not know, which have something in common.
    fn candidates(&self, files: Snapshot<'_>) -> Vec<Candidate<'f>> {
        let entries = self.entries;
        let known: BTreeSet<&str> = entries.iter().map(|entry| &*entry.key.path).collect();
        let mut old: BTreeMap<&'f str, Vec<usize>> = BTreeMap::new();
        for entry in self.free_entries().filter(|&entry| !files.exists(&entries[entry].key.path)) {
            old.entry(&entries[entry].key.path).or_default().push(entry);
        }
        let mut new: BTreeMap<&'f str, Vec<usize>> = BTreeMap::new();
        let violations = self.violations;
        for violation in self.free_violations().filter(|&at| !known.contains(&*violations[at].path)) {
            new.entry(&violations[violation].path).or_default().push(violation);
        }
        // For each kind of violation the new files that have one, so that unrelated files are never compared.
        let keys: BTreeMap<usize, EntryKey> = new.values().flatten().map(|&at| (at, self.key(at))).collect();
        let mut files_with: BTreeMap<PathlessKey<'_>, BTreeSet<&'f str>> = BTreeMap::new();
        for (&violation, key) in &keys {
            files_with.entry(kind(key)).or_default().insert(&violations[violation].path);
        }
        let mut candidates = Vec::new();
        for (from, gone) in old {
            let files = gone.iter().filter_map(|&entry| files_with.get(&kind(&entries[entry].key))).flatten();
            for to in files.copied().collect::<BTreeSet<&'f str>>() {
                let pairs = self.of_files(&gone, new.get(to).map_or(&[][..], Vec::as_slice), &keys);
                let sure = pairs.iter().filter(|(entry, violation)| self.is_exact(*entry, *violation)).count();
                let likely = pairs.iter().filter(|(entry, violation)| self.is_likely(*entry, *violation)).count();
                if sure + likely > 0 {
                    let fit = Fit { sure, likely, pairs: pairs.len(), path: common_end(from, to) };
                    candidates.push(Candidate { from, to, fit, pairs });
                }
            }
        }
        candidates
    }

    /// The pairs of entries of one file with violations of another.
    fn of_files(
        &self,
        entries: &[usize],
        violations: &[usize],
        keys: &BTreeMap<usize, EntryKey>,
    ) -> Vec<(usize, usize)> {
        let mut groups: BTreeMap<PathlessKey<'_>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for &entry in entries {
            groups.entry(kind(&self.entries[entry].key)).or_default().0.push(entry);
        }
        for &violation in violations {
            if let Some(group) = keys.get(&violation).and_then(|key| groups.get_mut(&kind(key))) {
                group.1.push(violation);
            }
        }
        groups.into_values().flat_map(|(entries, violations)| self.pairs(&entries, &violations, None)).collect()
    }

    fn is_exact(&self, entry: usize, violation: usize) -> bool {
        let old = &self.entries[entry].anchors;
        self.places.get(&violation).is_some_and(|place| {
            let new = &place.anchors;
            old.statement == new.statement && same_sides(old, new) == 2
        })
    }

    /// Returns true if a pair looks like an edit on the way: the statement with all that is kept of one side, or both
    /// sides around another statement.
    fn is_likely(&self, entry: usize, violation: usize) -> bool {
        let old = &self.entries[entry].anchors;
        self.places.get(&violation).is_some_and(|place| {
            let new = &place.anchors;
            let (before, after) = (old.before == new.before, old.after == new.after);
            let shared = |same: bool, side: &[u32]| if same { side.len() } else { 0 };
            let kept = shared(before, &old.before) + shared(after, &old.after);
            kept >= 2 && (before && after || old.statement == new.statement)
        })
    }

    /// Follows code that was moved to another file, if nothing else of its kind is without a partner, and what was around
    /// it has left the old file too. First what was moved as it is, then what was edited on the way.
    fn moved(&mut self, files: Snapshot<'_>) {
        let no_path = |key: EntryKey| EntryKey { path: "".into(), ..key };
        for as_it_is in [true, false] {
            for (entries, violations) in self.groups(as_it_is, &no_path) {
                let pairs: Vec<(usize, usize)> = entries.into_iter().zip(violations).collect();
                let paths = |&(entry, violation): &(usize, usize)| {
                    (&*self.entries[entry].key.path, &*self.violations[violation].path)
                };
                let Some((from, to)) = pairs.first().map(paths) else { continue };
                // Inside one file what has left its surroundings is another violation.
                if from == to || pairs.iter().any(|pair| paths(pair) != (from, to)) {
                    continue;
                }
                let lines = files.lines(from);
                let left = |&(entry, violation): &(usize, usize)| {
                    let old = &self.entries[entry];
                    let needed = if old.key.scope.is_empty() || !as_it_is { 2 } else { 1 };
                    let count = if as_it_is { neighbours } else { same_sides };
                    let near = self.places.get(&violation).map_or(0, |place| count(&old.anchors, &place.anchors));
                    near >= needed && !old.anchors.remain(&lines, None)
                };
                if pairs.iter().all(left) {
                    pairs.into_iter().for_each(|(entry, violation)| self.pair(entry, violation));
                }
            }
        }
    }

    /// Groups what is left without a partner by keys in which something is loosened, and by statement if it is to be the
    /// same. Only groups with as many entries as violations are kept.
    fn groups(&self, same_statement: bool, loose: &dyn Fn(EntryKey) -> EntryKey) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut groups: BTreeMap<(EntryKey, u32), (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        let statement = |anchors: &Anchors| if same_statement { anchors.statement } else { 0 };
        for entry in self.free_entries() {
            let it = &self.entries[entry];
            groups.entry((loose(it.key.clone()), statement(&it.anchors))).or_default().0.push(entry);
        }
        for violation in self.free_violations() {
            let statement = self.places.get(&violation).map_or(0, |place| statement(&place.anchors));
            if let Some(group) = groups.get_mut(&(loose(self.key(violation)), statement)) {
                group.1.push(violation);
            }
        }
        groups.into_values().filter(|(entries, violations)| entries.len() == violations.len()).collect()
    }

    /// Follows statements to another definition of their file: a function or class was renamed, or code moved between
    /// functions. First where the innermost name stayed, then where it did not; and first the same statements, then
    /// edited ones.
    fn rehoused(&mut self, files: Snapshot<'_>) {
        for (by_name, as_it_is) in [(true, true), (false, true), (true, false), (false, false)] {
            let loose = |key: EntryKey| {
                let scope = if by_name { last_name(&key.scope).to_owned() } else { String::new() };
                EntryKey { scope, ..key }
            };
            for (entries, violations) in self.groups(as_it_is, &loose) {
                let pairs: Vec<(usize, usize)> = entries.into_iter().zip(violations).collect();
                let Some(&(first, _)) = pairs.first() else { continue };
                let lines = files.lines(&self.entries[first].key.path);
                if self.is_one_to_one(&pairs)
                    && pairs.iter().all(|&(entry, violation)| self.left_for(entry, violation, as_it_is, &lines))
                {
                    pairs.into_iter().for_each(|(entry, violation)| self.pair(entry, violation));
                }
            }
        }
    }

    /// Returns true if all pairs lead from one definition to one other.
    fn is_one_to_one(&self, pairs: &[(usize, usize)]) -> bool {
        let scopes = |&(entry, violation): &(usize, usize)| {
            (self.entries[entry].key.scope.as_str(), self.violations[violation].scope.as_str())
        };
        let Some((from, to)) = pairs.first().map(scopes) else { return false };
        from != to && pairs.iter().all(|pair| scopes(pair) == (from, to))
    }

    /// Returns true if a violation is what is left of an entry: one of the two lines beside it is beside the entry, or both
    /// sides are the same around an edited statement; and the code before the entry is gone.
    fn left_for(&self, entry: usize, violation: usize, as_it_is: bool, lines: &[u32]) -> bool {
        let Some(place) = self.places.get(&violation) else { return false };
        let (old, new) = (&self.entries[entry].anchors, &place.anchors);
        let near = neighbours(old, new) > 0 && (as_it_is || same_sides(old, new) == 2);
        near && !old.remain(lines, Some(new))
    }
}

/// Counts the equal sides of two places: their nearest line, or the end of the file.
fn same_sides(old: &Anchors, new: &Anchors) -> usize {
    let ends = |old: &[u32], new: &[u32]| usize::from(old.is_empty() && new.is_empty());
    neighbours(old, new) + ends(&old.before, &new.before) + ends(&old.after, &new.after)
}

/// The innermost name of a scope.
fn last_name(scope: &str) -> &str {
    scope.rsplit('.').next().unwrap_or_default()
}

/// A file that may have been renamed.
struct Candidate<'f> {
    from: &'f str,
    to: &'f str,
    fit: Fit,
    pairs: Vec<(usize, usize)>,
}

/// The likeness of a new path to an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// Pairs whose statement and neighbours are the same.
    sure: usize,
    /// Pairs that an edit may have changed on the way.
    likely: usize,
    /// All pairs.
    pairs: usize,
    /// The number of last segments that the paths share.
    path: usize,
}

fn common_end(a: &str, b: &str) -> usize {
    a.rsplit('/').zip(b.rsplit('/')).take_while(|(a, b)| a == b).count()
}
