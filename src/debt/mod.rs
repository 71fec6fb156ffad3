//! The debt report: the measured debt of a project as the sections of a document, plain data.
//!
//! In: the report of a check, the impact, the judged criteria, the migration plan. Out: one [`DebtReport`] that the
//! renderers of `ssot report` take. Every number comes from this run or names its source; what is listed and what is
//! counted come from the same violations that `ssot check --format json` lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::criteria::JudgedCriterion;
use crate::findings::{ImplementationRole, Rival};
use crate::impact::{Exposure, Impact};
use crate::report::Report;
use crate::rule::{RuleKind, Severity, SourceIndex};
use crate::score::{PartScore, SourceScore};
use crate::violation::{Context, Violation};

mod changes;
mod directories;
mod merge;
mod plan;
mod priority;

pub use changes::{ChangeParts, ComponentChange, DebtChanges, DebtTotals, MeasuredSide, changes};
pub use merge::{MergedReport, ProjectReport, ReportDocument, RivalPlace, SourceSum, merge};
pub use plan::{PhasePlan, PlanBasis, PlanStep, PlannedChange, plan};
pub use priority::Priority;

/// Everything that `ssot report` says.
#[derive(Debug, Clone)]
pub struct DebtReport {
    /// The report of the check that it is made of, with nothing filtered.
    pub report: Report,
    /// One line that names the debt.
    pub title: String,
    /// The urgency of the debt.
    pub priority: Priority,
    /// The labels to file it under.
    pub labels: Vec<String>,
    /// The changes since a reference.
    pub changes: Option<DebtChanges>,
    /// Counts of all violations.
    pub counts: Counts,
    /// Each source, in the order of the rule set.
    pub sources: Vec<SourceDebt>,
    /// Each active rule, in the order of the rule set, then built-in rules with a violation.
    pub rules: Vec<RuleDebt>,
    /// Each component, in the order of the rule set.
    pub components: Vec<ComponentDebt>,
    /// Files with a violation, the most points first.
    pub files: Vec<FileDebt>,
    /// Symbols in use with their replacements, the most frequent first.
    pub replacements: Vec<Replacement>,
    /// The entry points and modules that reach a violation or a rival.
    pub impact: Impact,
    /// Steps that have no file in common.
    pub plan: Vec<PhasePlan>,
    /// Acceptance criteria.
    pub criteria: Vec<JudgedCriterion>,
    /// The method of measuring.
    pub method: Method,
}

/// Counts of some violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All, of every state and severity.
    pub violations: u64,
    /// Those accepted by a comment or the baseline.
    pub accepted: u64,
    /// Of severity error.
    pub errors: u64,
    /// Of severity warning.
    pub warnings: u64,
    /// Of severity note.
    pub notes: u64,
    /// Distinct lines.
    pub lines: u64,
    /// Distinct files.
    pub files: u64,
    /// Outside test code.
    pub production: u64,
    /// In test code.
    pub in_tests: u64,
    /// Points in thousandths.
    pub points: u64,
}

impl Counts {
    /// Counts these.
    pub fn of<'v>(violations: impl IntoIterator<Item = &'v Violation>) -> Self {
        let (mut counts, mut lines, mut files) = (Self::default(), BTreeSet::new(), BTreeSet::new());
        for it in violations {
            counts.violations += 1;
            counts.accepted += u64::from(!it.is_active());
            match it.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note | Severity::Off => counts.notes += 1,
            }
            let test = it.context == Context::Test;
            counts.in_tests += u64::from(test);
            counts.production += u64::from(!test);
            counts.points = counts.points.saturating_add(it.points);
            lines.insert((&it.path, it.start.line));
            files.insert(&it.path);
        }
        Self { lines: lines.len() as u64, files: files.len() as u64, ..counts }
    }
}

/// The debt of one source.
#[derive(Debug, Clone)]
pub struct SourceDebt {
    /// Its id.
    pub id: Arc<str>,
    /// Its title.
    pub title: String,
    /// The reason for which there must be only one.
    pub reason: Option<String>,
    /// The symbols that code shall use.
    pub canonical: Vec<String>,
    /// Its scores.
    pub score: SourceScore,
    /// Its violations.
    pub counts: Counts,
    /// Its rivals, without shims and doubles; none if no rule looks for them.
    pub rivals: Option<u64>,
    /// The modules and entry points that reach one of its violations or rivals, counted.
    pub exposure: Exposure,
}

/// The violations of one rule.
#[derive(Debug, Clone)]
pub struct RuleDebt {
    /// Its id.
    pub id: Arc<str>,
    /// The source it protects; none for a built-in rule.
    pub source: Option<Arc<str>>,
    /// Its kind; none for a built-in rule.
    pub kind: Option<RuleKind>,
    /// The reason for the rule.
    pub reason: Option<String>,
    /// Its violations.
    pub counts: Counts,
}

/// The debt of one component.
#[derive(Debug, Clone)]
pub struct ComponentDebt {
    /// Its id.
    pub id: Arc<str>,
    /// The danger of its debt, in a sentence.
    pub impact: Option<String>,
    /// Its violations.
    pub counts: Counts,
    /// Its score for each source.
    pub scores: Vec<(Arc<str>, PartScore)>,
    /// Its modules that reach a violation or a rival, counted.
    pub exposure: Exposure,
}

/// The debt of one file.
#[derive(Debug, Clone)]
pub struct FileDebt {
    /// The file.
    pub path: Arc<str>,
    /// Its violations.
    pub counts: Counts,
    /// The rules that it breaks, by id.
    pub rules: Vec<Arc<str>>,
}

/// A symbol in use and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The banned symbol.
    pub old: String,
    /// The replacement; none if no rule names one.
    pub new: Option<String>,
    /// Violations that use it.
    pub violations: u64,
    /// Distinct files.
    pub files: u64,
}

/// The method by which the report was measured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Method {
    /// Rules files with the SHA-256 of their text.
    pub rules: Vec<(Arc<str>, String)>,
    /// Imports between files of the tree.
    pub imports: u64,
    /// Files whose imports could not be read.
    pub unread: u64,
}

/// The parts of a debt report.
#[derive(Debug)]
pub struct DebtParts {
    /// The report of the check, with nothing filtered.
    pub report: Report,
    /// The entry points and modules that reach a violation or a rival.
    pub impact: Impact,
    /// The same for each source alone, in the order of the rule set.
    pub exposures: Vec<Exposure>,
    /// Steps that have no file in common.
    pub plan: Vec<PhasePlan>,
    /// Acceptance criteria.
    pub criteria: Vec<JudgedCriterion>,
    /// The method of measuring.
    pub method: Method,
    /// The changes since a reference.
    pub changes: Option<DebtChanges>,
}

/// Puts the debt report together.
#[must_use]
pub fn build(inputs: DebtParts) -> DebtReport {
    let DebtParts { report, impact, exposures, plan, criteria, method, changes } = inputs;
    let counts = Counts::of(&report.violations);
    let sources = sources(&report, &exposures);
    DebtReport {
        title: title(&report, counts),
        priority: Priority::of(&report, impact.reaching().loading),
        labels: priority::labels(&report.rules.report, &sources),
        changes,
        counts,
        sources,
        rules: rules(&report),
        components: components(&report, &impact),
        files: files(&report.violations),
        replacements: replacements(&report.violations),
        impact,
        plan,
        criteria,
        method,
        report,
    }
}

impl DebtReport {
    /// Counts the rivals; none if no rule looks for them.
    #[must_use]
    pub fn rivals(&self) -> Option<u64> {
        self.sources.iter().filter_map(|source| source.rivals).reduce(|all, more| all + more)
    }

    /// Implementations of a role.
    pub fn implementations(&self, role: ImplementationRole) -> impl Iterator<Item = &Rival> {
        self.report.implementations.iter().filter(move |it| it.role == role)
    }
}

fn title(report: &Report, counts: Counts) -> String {
    let titles: Vec<&str> = report.rules.sources.iter().map(|source| source.title.as_str()).collect();
    let plural = |number: u64, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let of = if titles.is_empty() { "No source of truth".to_owned() } else { titles.join(", ") };
    let found = format!("{} in {}", plural(counts.violations, "violation"), plural(counts.files, "file"));
    format!("{of}: {found} against the single source of truth")
}

fn sources(report: &Report, exposures: &[Exposure]) -> Vec<SourceDebt> {
    let known = report.rules.sources.iter().zip(&report.score.sources).enumerate();
    known
        .map(|(at, (source, score))| SourceDebt {
            exposure: exposures.get(at).copied().unwrap_or_default(),
            id: score.name(),
            title: source.title.clone(),
            reason: source.reason.clone(),
            canonical: source.canonical.iter().map(|pattern| pattern.text.clone()).collect(),
            score: score.clone(),
            counts: Counts::of(
                report.violations.iter().filter(|it| counts_in(report, it.source.as_ref(), &it.path, at)),
            ),
            rivals: rivals(report, at),
        })
        .collect()
}

/// Tells whether something of a source at `path` counts to the source with this index.
fn counts_in(report: &Report, id: Option<&Arc<str>>, path: &str, source: usize) -> bool {
    id.and_then(|id| report.rules.source_index_at(id, path)) == Some(SourceIndex(source))
}

fn rivals(report: &Report, source: usize) -> Option<u64> {
    let mut rules = report.rules.rules.iter().filter(|rule| rule.kind == RuleKind::Implement);
    let looked = rules.any(|rule| rule.source == SourceIndex(source));
    let rivals = report.implementations.iter().filter(|it| it.role == ImplementationRole::Rival);
    let found = rivals.filter(|it| counts_in(report, Some(&it.source), &it.path, source)).count();
    (looked || found > 0).then_some(found as u64)
}

fn rules(report: &Report) -> Vec<RuleDebt> {
    let mut of_rule: BTreeMap<&Arc<str>, Vec<&Violation>> = BTreeMap::new();
    for violation in &report.violations {
        of_rule.entry(&violation.rule).or_default().push(violation);
    }
    let mut ids = BTreeSet::new();
    let declared = report.rules.rules.iter().filter(|rule| ids.insert(&rule.id)).map(|rule| RuleDebt {
        id: Arc::clone(&rule.id),
        source: Some(Arc::clone(&report.rules.sources[rule.source.0].id)),
        kind: Some(rule.kind),
        reason: rule.reason.clone(),
        counts: Counts::of(of_rule.get(&rule.id).into_iter().flatten().copied()),
    });
    let mut rules: Vec<RuleDebt> = declared.collect();
    let built_in = of_rule.iter().filter(|(id, _)| !report.rules.rules.iter().any(|rule| rule.id == ***id));
    rules.extend(built_in.map(|(id, violations)| RuleDebt {
        id: Arc::clone(id),
        source: None,
        kind: None,
        reason: None,
        counts: Counts::of(violations.iter().copied()),
    }));
    rules
}

fn components(report: &Report, impact: &Impact) -> Vec<ComponentDebt> {
    report
        .rules
        .components
        .iter()
        .enumerate()
        .map(|(index, component)| {
            let covers = |path: &str| component.has(path);
            let score = |source: &SourceScore| Some((Arc::clone(&source.id), source.components.get(index)?.1));
            ComponentDebt {
                id: Arc::clone(&component.id),
                impact: component.impact.clone(),
                counts: Counts::of(report.violations.iter().filter(|it| covers(&it.path))),
                scores: report.score.sources.iter().filter_map(score).collect(),
                exposure: impact.components.get(index).map(|(_, exposure)| *exposure).unwrap_or_default(),
            }
        })
        .collect()
}

fn files(violations: &[Violation]) -> Vec<FileDebt> {
    let mut of_file: BTreeMap<&Arc<str>, Vec<&Violation>> = BTreeMap::new();
    for violation in violations {
        of_file.entry(&violation.path).or_default().push(violation);
    }
    let mut files: Vec<FileDebt> = of_file
        .into_iter()
        .map(|(path, violations)| FileDebt {
            path: Arc::clone(path),
            counts: Counts::of(violations.iter().copied()),
            rules: violations.iter().map(|it| Arc::clone(&it.rule)).collect::<BTreeSet<_>>().into_iter().collect(),
        })
        .collect();
    files.sort_by_key(|file| (std::cmp::Reverse((file.counts.points, file.counts.violations)), Arc::clone(&file.path)));
    files
}

fn replacements(violations: &[Violation]) -> Vec<Replacement> {
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<&Violation>> = BTreeMap::new();
    for it in violations.iter().filter(|it| it.source.is_some()) {
        groups.entry((&it.symbol, it.replacement())).or_default().push(it);
    }
    let mut found: Vec<Replacement> = groups
        .into_iter()
        .map(|((old, new), uses)| {
            let counts = Counts::of(uses.iter().copied());
            let (old, new) = (old.to_owned(), new.map(str::to_owned));
            Replacement { old, new, violations: counts.violations, files: counts.files }
        })
        .collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.violations));
    found
}

#[cfg(test)]
mod tests;
