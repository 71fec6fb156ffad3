//! Comparison with a reference: which violations are new, fixed, moved or unchanged, and which only the rules hide.
//!
//! In: the findings of two trees under the same rules, what git knows of renames, and the findings under the rules and
//! the baseline of the reference. Out: a [`Comparison`]; violations that the reference has too are given the state
//! `baselined`. The identities are those of the baseline.

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::baseline::{Anchors, BaselineEntry, EntryKey, MatchTerms, match_entries};
use crate::findings::Findings;
use crate::rule::PublicNames;
use crate::score::Score;
use crate::tree::Snapshot;
use crate::violation::{State, Violation};

pub use rules::{Loosened, ScoredRules, hidden, loosened_floors, loosened_gate, widened_canonical};

/// The changes since a reference. Counts and lists are of what is reported.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The reference as the user names it.
    pub reference: String,
    /// The full name of the commit that is compared with.
    pub commit: String,
    /// That commit is the merge base of the reference and `HEAD`.
    pub merge_base: bool,
    /// Active violations that the reference does not have.
    pub new: u64,
    /// Active violations of the reference that are gone.
    pub fixed: Vec<Violation>,
    /// Violations that the reference has at another place.
    pub moved: Vec<Moved>,
    /// Violations that the reference has too.
    pub unchanged: u64,
    /// A violation with points that the reference does not have, whatever its state.
    pub new_points: bool,
    /// The overall score of the reference under the rules of today.
    pub score: Score,
    /// The rules are not those of the reference.
    pub rules_differ: bool,
    /// The baseline is not that of the reference.
    pub baseline_differs: bool,
    /// Violations under the rules and the baseline of the reference that those of today do not report. Those that the
    /// reference has too are `baselined`. Also violations of the reference in files that are there and passed over.
    pub hidden: Vec<Violation>,
    /// The reason for which each of those files is passed over, by its path today.
    pub passed_over: BTreeMap<String, String>,
    /// Other parts of the rules that accept more than those of the reference.
    pub loosened: Vec<Loosened>,
}

/// A violation that the reference has at another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its fingerprint today.
    pub fingerprint: String,
    /// Its place today.
    pub to: (Arc<str>, u32),
    /// Its place in the reference.
    pub from: (Arc<str>, u32),
}

/// A commit to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As the user names it.
    pub name: String,
    /// The full name of the commit: the reference itself, or its merge base with `HEAD`.
    pub commit: String,
    /// The commit is the merge base.
    pub merge_base: bool,
}

/// The knowledge of git about the two trees.
pub struct Trees<'a> {
    /// Files that were renamed: old path, new path.
    pub renames: &'a [(String, String)],
    /// The files of today.
    pub files: Snapshot<'a>,
    /// The names of symbols.
    pub names: &'a PublicNames,
    /// Files that are there today and passed over, with the reason.
    pub passed_over: &'a BTreeMap<String, String>,
    /// Tells whether a violation in the file that has this path today is reported.
    pub reported: &'a dyn Fn(&Violation, &str) -> bool,
}

/// A comparison, and what only a baseline accepts.
#[derive(Debug, Default)]
pub struct Compared {
    /// The comparison.
    pub comparison: Comparison,
    /// Violations of today that the reference does not have and a baseline accepts, as indices.
    pub accepted: BTreeSet<usize>,
}

/// Compares the findings of today with those of a reference, and marks what the reference has too.
#[must_use]
pub fn compare(old: &Findings, today: &mut Findings, trees: &Trees<'_>, reference: &str) -> Compared {
    let partner = partners(old, today, trees);
    let mut comparison = Comparison::default();
    let mut accepted = BTreeSet::new();
    let mut gone: BTreeSet<usize> = (0..old.violations.len()).collect();
    for (at, violation) in today.violations.iter_mut().enumerate() {
        let known = partner.get(&at).map(|&before| (before, &old.violations[before]));
        let reported = (trees.reported)(violation, &violation.path);
        let Some((before, known)) = known else {
            comparison.new += u64::from(violation.is_active() && reported);
            comparison.new_points |= violation.points > 0;
            if violation.state == State::Baselined {
                accepted.insert(at);
            }
            continue;
        };
        gone.remove(&before);
        if violation.is_active() && !known.is_active() {
            // The reference accepted it by a comment that is no longer there.
            comparison.new += u64::from(reported);
            continue;
        }
        if known.path == violation.path && known.scope == violation.scope {
            comparison.unchanged += u64::from(reported);
        } else if reported {
            comparison.moved.push(Moved {
                fingerprint: violation.fingerprint.clone(),
                to: (Arc::clone(&violation.path), violation.start.line),
                from: (Arc::clone(&known.path), known.start.line),
            });
        }
        if violation.is_active() {
            violation.state = State::Baselined;
            violation.reason = Some(format!("it is in {reference} too"));
        }
    }
    let new_path = trees.new_paths();
    let path_today = |path: &'_ str| new_path.get(path).copied().map_or_else(|| path.to_owned(), str::to_owned);
    let reported = |violation: &&Violation| (trees.reported)(violation, &path_today(&violation.path));
    for violation in gone.into_iter().map(|at| &old.violations[at]).filter(|violation| violation.is_active()) {
        let path = path_today(&violation.path);
        if let Some(reason) = trees.passed_over.get(&path) {
            // Nobody fixed it: nobody looks at it any more.
            comparison.hidden.push(Violation { path: path.as_str().into(), ..violation.clone() });
            comparison.passed_over.insert(path, reason.clone());
        } else if reported(&violation) {
            comparison.fixed.push(violation.clone());
        }
    }
    Compared { comparison, accepted }
}

impl Trees<'_> {
    /// The path today of each file that was renamed.
    fn new_paths(&self) -> BTreeMap<&str, &str> {
        self.renames.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect()
    }
}

/// For each violation of today that has one, its partner in the reference.
fn partners(old: &Findings, today: &Findings, trees: &Trees<'_>) -> BTreeMap<usize, usize> {
    let terms = MatchTerms { holds: &|_, _| true, names: trees.names };
    let new_path = trees.new_paths();
    let before = match_entries(&[], old, terms, trees.files).anchors;
    let entry = |(&at, anchors): (&usize, &Anchors)| {
        let mut key = EntryKey::of(&old.violations[at]);
        if let Some(&path) = new_path.get(&*key.path) {
            key.path = path.into();
        }
        BaselineEntry { key, anchors: anchors.clone(), reason: None, offset: 0 }
    };
    let entries: Vec<BaselineEntry> = before.iter().map(entry).collect();
    let olds: Vec<usize> = before.keys().copied().collect();
    let matching = match_entries(&entries, today, terms, trees.files);
    let found = matching.violation_of.iter().enumerate();
    found.filter_map(|(entry, violation)| Some(((*violation)?, olds[entry]))).collect()
}
