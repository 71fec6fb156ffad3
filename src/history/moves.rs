//! Moves: the commits that moved the score most, and the violations that they fixed or brought.

use std::collections::{BTreeMap, BTreeSet};

use super::{HistoryPoint, PastFindings, PastIdentity, PastViolation, RenamesBetween};

/// So many are named.
const MOST_MOVES: usize = 5;

/// A commit that moved the score.
#[derive(Debug, Clone)]
pub struct ScoreMove {
    /// The full name of the commit.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// The time at which it was made, in seconds since 1970.
    pub seconds: i64,
    /// The commit that it is compared with: the nearest before it that can be.
    pub since: String,
    /// The scores of both, in hundredths, that of the earlier one first.
    pub scores: [u32; 2],
    /// Violations of the earlier one that are gone.
    pub fixed: Vec<PastViolation>,
    /// Violations that the earlier one does not have.
    pub brought: Vec<PastViolation>,
}

/// Returns the greatest moves, the greatest first and the newer of two equal ones.
pub(super) fn greatest(
    points: &[HistoryPoint],
    parents: &BTreeMap<String, String>,
    renames: &RenamesBetween<'_>,
) -> Vec<ScoreMove> {
    let at: BTreeMap<&str, &HistoryPoint> = points.iter().map(|point| (point.commit.id.as_str(), point)).collect();
    let moved = points.iter().rev().filter(|point| !point.before).filter_map(|point| {
        let now = point.comparable()?.hundredths();
        let before = predecessor(point, parents, &at)?;
        let then = before.comparable()?.hundredths();
        (now != then).then_some((point, before, [then, now]))
    });
    let mut moved: Vec<_> = moved.collect();
    moved.sort_by_key(|(.., scores)| std::cmp::Reverse(scores[0].abs_diff(scores[1])));
    moved.truncate(MOST_MOVES);
    let whole = |(point, before, scores): (&HistoryPoint, &HistoryPoint, [u32; 2])| {
        let (old, new) = (before.measurement()?, point.measurement()?);
        let renames = renames(&before.commit.id, &point.commit.id);
        let (fixed, brought) = difference(old, new, &renames);
        let commit = point.commit.clone();
        let since = before.commit.id.clone();
        Some(ScoreMove {
            commit: commit.id,
            subject: commit.subject,
            seconds: commit.seconds,
            since,
            scores,
            fixed,
            brought,
        })
    };
    moved.into_iter().filter_map(whole).collect()
}

/// Returns the nearest commit on the branch of another that can be compared with it.
fn predecessor<'p>(
    point: &HistoryPoint,
    parents: &BTreeMap<String, String>,
    at: &BTreeMap<&str, &'p HistoryPoint>,
) -> Option<&'p HistoryPoint> {
    let mut parent = parents.get(&point.commit.id);
    while let Some(id) = parent {
        if let Some(found) = at.get(id.as_str()).filter(|point| point.comparable().is_some()) {
            return Some(found);
        }
        parent = parents.get(id);
    }
    None
}

/// Returns what is only in the old and only in the new, by fingerprint; a violation in a file that was renamed is in both.
fn difference(
    old: &PastFindings,
    new: &PastFindings,
    renames: &[(String, String)],
) -> (Vec<PastViolation>, Vec<PastViolation>) {
    let known = |it: &PastFindings| -> BTreeSet<String> {
        it.violations.iter().map(|violation| violation.identity.fingerprint.clone()).collect()
    };
    let only = |of: &PastFindings, other: &BTreeSet<String>| -> Vec<PastViolation> {
        of.violations.iter().filter(|it| !other.contains(&it.identity.fingerprint)).cloned().collect()
    };
    let (mut fixed, mut brought) = (only(old, &known(new)), only(new, &known(old)));
    let new_path: BTreeMap<&str, &str> = renames.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    fixed.retain(|it| {
        let Some(&path) = new_path.get(&*it.identity.path) else { return true };
        let same = brought.iter().position(|other| is_same(&it.identity, &other.identity, path));
        same.map(|at| brought.remove(at)).is_none()
    });
    (fixed, brought)
}

/// Returns whether two violations are one in a file that is now at a path.
fn is_same(old: &PastIdentity, new: &PastIdentity, path: &str) -> bool {
    *new.path == *path && old.rule == new.rule && old.symbol == new.symbol && old.scope == new.scope
}
