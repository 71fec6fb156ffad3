//! The changes of the debt since a reference: totals of both sides, what is new and what is gone, component by component.
//!
//! In: what was found in both trees under the rules of today, and which of it has a partner on the other side. Out: plain
//! data. What a comment or the baseline accepts counts as any other: it is debt.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compare::Reference;
use crate::findings::{Findings, ImplementationRole};
use crate::rule::{Component, RuleSet};
use crate::score::{Score, Scorecard};
use crate::violation::{Context, Violation};

use super::Counts;

/// The changes since a reference.
#[derive(Debug, Clone)]
pub struct DebtChanges {
    /// The reference, and the commit that is compared with.
    pub reference: Reference,
    /// The rules are not those of the reference; both sides are measured with those of today.
    pub rules_differ: bool,
    /// The numbers of the reference.
    pub before: DebtTotals,
    /// Those of today.
    pub after: DebtTotals,
    /// Violations that the reference does not have, those in production code first.
    pub new: Vec<Violation>,
    /// Violations of the reference that are gone, likewise.
    pub gone: Vec<Violation>,
    /// Violations of the reference in files that are there and no longer looked at: nobody fixed them.
    pub unseen: u64,
    /// Components with a violation on either side, in the order of the rule set.
    pub components: Vec<ComponentChange>,
}

/// The numbers of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DebtTotals {
    /// Its violations.
    pub counts: Counts,
    /// Its score.
    pub overall: Score,
    /// The score of its production code.
    pub production: Score,
    /// Its rival implementations.
    pub rivals: u64,
}

/// The changes of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentChange {
    /// Its id.
    pub id: Arc<str>,
    /// The violations of the reference.
    pub before: u64,
    /// Those of today.
    pub after: u64,
    /// Those that the reference does not have.
    pub new: u64,
    /// Those that are gone.
    pub gone: u64,
}

/// The findings of one side.
#[derive(Debug, Clone, Copy)]
pub struct MeasuredSide<'a> {
    /// Its findings.
    pub findings: &'a Findings,
    /// Its scores.
    pub score: &'a Scorecard,
}

/// The parts of the changes.
#[derive(Debug)]
pub struct ChangeParts<'a> {
    /// The rules of today.
    pub rules: &'a RuleSet,
    /// The rules of the reference are others.
    pub rules_differ: bool,
    /// The reference.
    pub reference: Reference,
    /// Its side.
    pub before: MeasuredSide<'a>,
    /// The side of today.
    pub after: MeasuredSide<'a>,
    /// The violations of today without a partner, as indices.
    pub new: BTreeSet<usize>,
    /// The violations of the reference without one.
    pub gone: Vec<Violation>,
    /// Those in files that are there and no longer looked at.
    pub unseen: u64,
}

/// Puts the changes together.
#[must_use]
pub fn changes(parts: ChangeParts<'_>) -> DebtChanges {
    let ChangeParts { rules, rules_differ, reference, before, after, new, gone, unseen } = parts;
    let new: Vec<Violation> = new.into_iter().filter_map(|at| after.findings.violations.get(at)).cloned().collect();
    let components = rules.components.iter().map(|component| ComponentChange {
        id: Arc::clone(&component.id),
        before: within(component, &before.findings.violations),
        after: within(component, &after.findings.violations),
        new: within(component, &new),
        gone: within(component, &gone),
    });
    let components = components.filter(|it| it.before + it.after > 0).collect();
    DebtChanges {
        reference,
        rules_differ,
        before: before.totals(),
        after: after.totals(),
        new: production_first(new),
        gone: production_first(gone),
        unseen,
        components,
    }
}

impl MeasuredSide<'_> {
    fn totals(&self) -> DebtTotals {
        let rivals = self.findings.rivals.iter().filter(|it| it.role == ImplementationRole::Rival);
        DebtTotals {
            counts: Counts::of(&self.findings.violations),
            overall: self.score.overall,
            production: self.score.production,
            rivals: rivals.count() as u64,
        }
    }
}

fn within(component: &Component, violations: &[Violation]) -> u64 {
    violations.iter().filter(|it| component.has(&it.path)).count() as u64
}

/// Puts production code before tests, otherwise in the order of their places.
fn production_first(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.sort_by(|a, b| {
        let rank = |it: &Violation| (it.context == Context::Test, std::cmp::Reverse(it.severity));
        rank(a).cmp(&rank(b)).then_with(|| (&a.path, a.start.line).cmp(&(&b.path, b.start.line)))
    });
    violations
}
