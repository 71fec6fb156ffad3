//! The next baseline: what a command adds, keeps, refreshes and removes.
//!
//! In: the baseline, what became of its entries, and the findings after triage. Out: entries to write.

use std::collections::BTreeSet;

use crate::findings::Findings;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::{Policy, Rule, RuleSet, select::RuleFilter};
use crate::source::Span;
use crate::violation::{State, Violation};

use super::follow::{Matching, can_hold};
use super::{Anchors, Baseline, BaselineEntry, EntryKey};

/// Entries to write, and how they came about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The entries.
    pub entries: Vec<BaselineEntry>,
    /// Violations that were not in the baseline, as indices of the findings.
    pub added: Vec<usize>,
    /// The number of entries that are left out.
    pub removed: usize,
}

impl Matching {
    /// The entries that stand for no active violation any more. What the run could not see (a rule that the command line
    /// leaves out, a file that could not be parsed or read) is not stale.
    #[must_use]
    pub fn stale(&self, baseline: &Baseline, findings: &Findings, selection: &RuleFilter) -> Vec<usize> {
        let lost = |problem: &&Problem| matches!(problem.kind, ProblemKind::Read | ProblemKind::Parse);
        let unseen: BTreeSet<&str> = findings.problems.iter().filter(lost).map(|problem| &*problem.path).collect();
        let is_stale = |entry: &usize| match self.violation_of[*entry] {
            Some(violation) => findings.violations[violation].state != State::Baselined,
            None => {
                let key = &baseline.entries[*entry].key;
                selection.has(&key.rule) && !unseen.contains(&*key.path)
            }
        };
        (0..baseline.entries.len()).filter(is_stale).collect()
    }
}

/// A warning for each stale entry, at its place in the baseline.
#[must_use]
pub fn problems(baseline: &Baseline, stale: &[usize], matching: &Matching, rules: &RuleSet) -> Vec<Problem> {
    let is_stale: BTreeSet<usize> = stale.iter().copied().collect();
    let live = baseline.entries.iter().enumerate().filter(|(at, _)| !is_stale.contains(at));
    let live: BTreeSet<(&EntryKey, &Anchors)> = live.map(|(_, entry)| (&entry.key, &entry.anchors)).collect();
    let warn = |&entry: &usize| {
        let BaselineEntry { key, anchors, offset, .. } = &baseline.entries[entry];
        let end = baseline.text[*offset as usize..].find('\n').unwrap_or_default();
        let span = Span::new(*offset, offset + u32::try_from(end).unwrap_or(0));
        let message = if live.contains(&(key, anchors)) {
            "stale baseline entry: it stands here twice".to_owned()
        } else if matching.violation_of.get(entry).is_some_and(Option::is_some) {
            format!("stale baseline entry: a comment accepts what breaks `{}` in `{}`", key.rule, key.path)
        } else if let Some(why) = unheld(rules, &key.rule, &key.path) {
            format!("stale baseline entry: {why}")
        } else {
            format!("stale baseline entry: `{}` no longer breaks `{}` with `{}`", key.path, key.rule, key.symbol)
        };
        let severity = ProblemSeverity::Warning;
        Problem::at(severity, ProblemKind::DeadEntry, &baseline.name, &baseline.text, span, message)
            .with_help("`ssot baseline prune` removes it, `ssot check --prune` in the same run")
    };
    stale.iter().map(warn).collect()
}

/// Returns the reason for which no entry of a rule can stand for anything, if that is so.
fn unheld(rules: &RuleSet, id: &str, path: &str) -> Option<String> {
    let is = |rule: &Rule| *rule.id == *id && rule.within.holds(path);
    match rules.rules.iter().find(|rule| is(rule)) {
        Some(rule) => (rule.policy == Policy::Strict).then(|| format!("rule `{id}` is strict and takes no baseline")),
        None if rules.disabled.iter().any(is) => Some(format!("rule `{id}` is switched off")),
        None => Some(format!("there is no rule `{id}`")),
    }
}

fn held_by(rules: &RuleSet, violation: &Violation) -> bool {
    can_hold(rules, &violation.rule, &violation.path)
}

/// A baseline of everything that is active and can be in one; the others are given as a count.
#[must_use]
pub fn create(findings: &Findings, matching: &Matching, rules: &RuleSet, reason: Option<&str>) -> (Draft, usize) {
    let active: Vec<usize> = active(findings);
    let held: Vec<usize> = active.iter().copied().filter(|&at| held_by(rules, &findings.violations[at])).collect();
    let entries = held.iter().map(|&at| entry(findings, matching, at, reason)).collect();
    let refused = active.len() - held.len();
    (Draft { entries, added: held, removed: 0 }, refused)
}

/// The baseline as the code is now: entries are refreshed, stale ones left out, new violations added.
#[must_use]
pub fn update(
    baseline: &Baseline,
    findings: &Findings,
    matching: &Matching,
    stale: &[usize],
    rules: &RuleSet,
    reason: Option<&str>,
) -> Draft {
    let mut draft = Draft { removed: stale.len(), ..Draft::default() };
    let stale: BTreeSet<usize> = stale.iter().copied().collect();
    // In the order of the code, so that entries of one key stay in it.
    let mut kept: Vec<(usize, BaselineEntry)> = Vec::new();
    for (at, old) in baseline.entries.iter().enumerate().filter(|(at, _)| !stale.contains(at)) {
        match matching.violation_of[at] {
            Some(violation) => kept.push((violation, entry(findings, matching, violation, old.reason.as_deref()))),
            None => draft.entries.push(old.clone()),
        }
    }
    for at in active(findings) {
        if held_by(rules, &findings.violations[at]) {
            kept.push((at, entry(findings, matching, at, reason)));
            draft.added.push(at);
        }
    }
    kept.sort_by_key(|(violation, _)| *violation);
    draft.entries.extend(kept.into_iter().map(|(_, entry)| entry));
    draft
}

/// The baseline without its stale entries, and otherwise as it is.
#[must_use]
pub fn prune(baseline: &Baseline, stale: &[usize]) -> Draft {
    let stale: BTreeSet<usize> = stale.iter().copied().collect();
    let kept = baseline.entries.iter().enumerate().filter(|(at, _)| !stale.contains(at));
    Draft { entries: kept.map(|(_, entry)| entry.clone()).collect(), added: Vec::new(), removed: stale.len() }
}

fn active(findings: &Findings) -> Vec<usize> {
    let is_active = |(at, violation): (usize, &Violation)| violation.is_active().then_some(at);
    findings.violations.iter().enumerate().filter_map(is_active).collect()
}

fn entry(findings: &Findings, matching: &Matching, violation: usize, reason: Option<&str>) -> BaselineEntry {
    let key = EntryKey::of(&findings.violations[violation]);
    let anchors = matching.anchors.get(&violation).cloned().unwrap_or_default();
    BaselineEntry { key, anchors, reason: reason.map(str::to_owned), offset: 0 }
}
