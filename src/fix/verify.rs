//! Verification: whether a project with changed texts is as it was but for what the fixes were for.
//!
//! In: findings before and after. Out: what is wrong, by file. Nothing new of any rule, nothing unresolved that was
//! resolved, no text that cannot be read any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::Findings;
use crate::violation::{State, Violation};

/// The number of times that each of some keys occurs.
type Tally = BTreeMap<(Arc<str>, String), usize>;

/// Returns for each file what is worse than before, in a sentence.
pub(super) fn worse(before: &Findings, after: &Findings) -> BTreeMap<Arc<str>, String> {
    let mut found = BTreeMap::new();
    let key = |it: &Violation| (Arc::clone(&it.path), format!("{} of rule `{}`", it.symbol, it.rule));
    let active =
        |findings: &Findings| tally(findings.violations.iter().filter(|it| it.state != State::Suppressed).map(key));
    let suppressed = |findings: &Findings| {
        tally(
            findings
                .violations
                .iter()
                .filter(|it| it.state == State::Suppressed)
                .map(|it| (Arc::clone(&it.path), it.symbol.clone())),
        )
    };
    compare(&active(before), &active(after), "there would be a new violation: ", &mut found);
    compare(&suppressed(after), &suppressed(before), "a suppressed violation would be gone: ", &mut found);
    let unresolved = |findings: &Findings| {
        tally(
            findings
                .unresolved
                .iter()
                .map(|it| (Arc::clone(&it.path), format!("`{}`, {}", it.written, it.reason.describe()))),
        )
    };
    compare(&unresolved(before), &unresolved(after), "a use would not be decided any more: ", &mut found);
    found
}

/// Returns how many violations a file has that a fix could be for.
pub(super) fn count(findings: &Findings, path: &str) -> usize {
    findings.violations.iter().filter(|it| *it.path == *path && it.state != State::Suppressed).count()
}

fn tally(keys: impl Iterator<Item = (Arc<str>, String)>) -> Tally {
    let mut tally = Tally::new();
    for key in keys {
        *tally.entry(key).or_default() += 1;
    }
    tally
}

fn compare(before: &Tally, after: &Tally, words: &str, found: &mut BTreeMap<Arc<str>, String>) {
    for ((path, what), count) in after {
        if *count > before.get(&(Arc::clone(path), what.clone())).copied().unwrap_or(0) {
            found.entry(Arc::clone(path)).or_insert_with(|| format!("{words}{what}"));
        }
    }
}
