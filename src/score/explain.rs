//! Every term of the scores, so that a reader can redo the sums by hand.
//!
//! In: findings after triage, rules, tree and the scorecard made of them. Out: an [`Explanation`], plain data that
//! `ssot score --explain` prints. Computes nothing that the scorecard does not hold; it names what was added up.

use std::sync::Arc;

use crate::findings::Findings;
use crate::rule::{Component, RuleKind, RuleSet, Severity, SourceIndex};
use crate::tree::Tree;
use crate::violation::{State, Violation};

use super::{Score, Scorecard, SourceScore};

/// The terms of every source's score.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Adopters and debt pooled over sources.
    pub overall: Score,
    /// Each source, in the order of the rule set.
    pub sources: Vec<SourceExplanation>,
}

/// The terms of one source's score.
#[derive(Debug, Clone)]
pub struct SourceExplanation {
    /// Its scores, whole and by part.
    pub score: SourceScore,
    /// Its adopters, in path order.
    pub adopters: Vec<AdopterTerm>,
    /// Its violations of every state, in path, line, column, rule order.
    pub violations: Vec<ViolationTerm>,
}

/// A file that counts two points for the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdopterTerm {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line of its first canonical use.
    pub line: u32,
    /// The canonical symbol used there.
    pub symbol: String,
    /// Components that the file belongs to.
    pub components: Vec<Arc<str>>,
}

/// A violation and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViolationTerm {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's kind.
    pub kind: Option<RuleKind>,
    /// The cost if true.
    pub severity: Severity,
    /// The rule's weight, in thousandths.
    pub weight: u32,
    /// The cost in thousandths of a point; 0 for a form outside the score, whatever the severity.
    pub points: u64,
    /// The state that triage gave it; every state is debt.
    pub state: State,
    /// Components that the file belongs to.
    pub components: Vec<Arc<str>>,
}

/// Lists the terms of `score`, which is made of the same findings, rules and tree.
#[must_use]
pub fn explain(findings: &Findings, rules: &RuleSet, tree: &Tree, score: &Scorecard) -> Explanation {
    let sources = score
        .sources
        .iter()
        .enumerate()
        .map(|(index, source)| SourceExplanation {
            score: source.clone(),
            adopters: adopters(findings, index, tree, &rules.components),
            violations: violations(findings, SourceIndex(index), rules),
        })
        .collect();
    Explanation { overall: score.overall, sources }
}

fn adopters(findings: &Findings, source: usize, tree: &Tree, components: &[Component]) -> Vec<AdopterTerm> {
    let Some(known) = findings.sources.get(source) else { return Vec::new() };
    let mut adopters: Vec<_> = known.adopters.iter().collect();
    adopters.sort_by_key(|adopter| (adopter.file, adopter.span));
    adopters.dedup_by_key(|adopter| adopter.file);
    adopters
        .into_iter()
        .map(|adopter| {
            let path = Arc::clone(&tree.file(adopter.file).path);
            let components = components_of(&path, components);
            AdopterTerm { path, line: adopter.line, symbol: adopter.symbol.clone(), components }
        })
        .collect()
}

fn violations(findings: &Findings, source: SourceIndex, rules: &RuleSet) -> Vec<ViolationTerm> {
    let of_source = |violation: &&Violation| {
        violation.source.as_ref().and_then(|id| rules.source_index_at(id, &violation.path)) == Some(source)
    };
    findings
        .violations
        .iter()
        .filter(of_source)
        .map(|violation| ViolationTerm {
            path: Arc::clone(&violation.path),
            line: violation.start.line,
            column: violation.start.column,
            rule: Arc::clone(&violation.rule),
            kind: violation.kind,
            severity: violation.severity,
            weight: rules.rule_at(&violation.rule, &violation.path).map_or(1_000, |rule| rule.weight),
            points: violation.points,
            state: violation.state,
            components: components_of(&violation.path, &rules.components),
        })
        .collect()
}

fn components_of(path: &str, components: &[Component]) -> Vec<Arc<str>> {
    components.iter().filter(|component| component.has(path)).map(|component| Arc::clone(&component.id)).collect()
}
