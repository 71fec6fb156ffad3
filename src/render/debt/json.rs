//! The debt report as JSON: the objects of `ssot check --format json` where they are the same, and what is added to them.
//!
//! In: the debt report. Out: one JSON document, two spaces deep, with a final line end.

use std::io::{self, Write};

use serde::Serialize;

use crate::criteria::{JudgedCriterion, MeasuredValue};
use crate::debt::{ComponentChange, Counts, DebtChanges, DebtReport, DebtTotals, PhasePlan, PlanStep, PlannedChange};
use crate::render::check::json::{
    Hundredths, ImplementationJson, PartJson, ProblemJson, ScorecardJson, SummaryJson, Thousandths, Tool,
    ViolationJson, write,
};
use crate::render::impact::json::{ExposureJson, ImpactJson};
use crate::rule::RuleKind;

/// Writes the report as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn report_json(debt: &DebtReport, out: &mut dyn Write) -> io::Result<()> {
    write(&DebtDocument::of(debt), out)
}

#[derive(Serialize)]
struct DebtDocument<'r> {
    schema: u32,
    tool: Tool,
    title: &'r str,
    counts: CountsJson,
    score: ScorecardJson<'r>,
    sources: Vec<SourceDebtJson<'r>>,
    rules: Vec<RuleDebtJson<'r>>,
    violations: Vec<ViolationJson<'r>>,
    implementations: Vec<ImplementationJson<'r>>,
    components: Vec<ComponentDebtJson<'r>>,
    impact: ImpactJson<'r>,
    files: Vec<FileJson<'r>>,
    replacements: Vec<ReplacementJson<'r>>,
    plan: Vec<PhaseJson<'r>>,
    criteria: Vec<CriterionJson<'r>>,
    method: MethodJson<'r>,
    problems: Vec<ProblemJson<'r>>,
    priority: PriorityJson<'r>,
    labels: &'r [String],
    changes: Option<ChangesJson<'r>>,
}

#[derive(Serialize)]
struct PriorityJson<'r> {
    name: &'r str,
    why: &'r str,
}

#[derive(Serialize)]
struct ChangesJson<'r> {
    reference: &'r str,
    commit: &'r str,
    merge_base: bool,
    rules_differ: bool,
    before: TotalsJson,
    after: TotalsJson,
    components: Vec<ComponentChangeJson<'r>>,
    new: Vec<ViolationJson<'r>>,
    gone: Vec<ViolationJson<'r>>,
    unseen: u64,
}

#[derive(Serialize)]
struct TotalsJson {
    score: Hundredths,
    production: Hundredths,
    rivals: u64,
    counts: CountsJson,
}

#[derive(Serialize)]
struct ComponentChangeJson<'r> {
    id: &'r str,
    before: u64,
    after: u64,
    new: u64,
    gone: u64,
}

impl<'r> ChangesJson<'r> {
    fn of(it: &'r DebtChanges) -> Self {
        let component = |it: &'r ComponentChange| {
            let ComponentChange { ref id, before, after, new, gone } = *it;
            ComponentChangeJson { id, before, after, new, gone }
        };
        Self {
            reference: &it.reference.name,
            commit: &it.reference.commit,
            merge_base: it.reference.merge_base,
            rules_differ: it.rules_differ,
            before: TotalsJson::of(&it.before),
            after: TotalsJson::of(&it.after),
            components: it.components.iter().map(component).collect(),
            new: it.new.iter().map(ViolationJson::of).collect(),
            gone: it.gone.iter().map(ViolationJson::of).collect(),
            unseen: it.unseen,
        }
    }
}

impl TotalsJson {
    fn of(it: &DebtTotals) -> Self {
        let [score, production] = [it.overall, it.production].map(|it| Hundredths(it.hundredths()));
        Self { score, production, rivals: it.rivals, counts: CountsJson::of(it.counts) }
    }
}

impl<'r> DebtDocument<'r> {
    fn of(debt: &'r DebtReport) -> Self {
        let report = &debt.report;
        Self {
            schema: 1,
            tool: Tool::of_this(),
            title: &debt.title,
            counts: CountsJson::of(debt.counts),
            score: ScorecardJson::of(&report.score),
            sources: debt
                .sources
                .iter()
                .map(|it| SourceDebtJson {
                    id: &it.id,
                    title: &it.title,
                    reason: it.reason.as_deref(),
                    canonical: &it.canonical,
                    counts: CountsJson::of(it.counts),
                    rivals: it.rivals,
                    exposure: ExposureJson::of(it.exposure),
                })
                .collect(),
            rules: debt.rules.iter().map(RuleDebtJson::of).collect(),
            violations: report.violations.iter().map(ViolationJson::of).collect(),
            implementations: report.implementations.iter().map(ImplementationJson::of).collect(),
            components: debt.components.iter().map(ComponentDebtJson::of).collect(),
            impact: ImpactJson::of(&debt.impact),
            files: debt
                .files
                .iter()
                .map(|it| FileJson { path: &it.path, counts: CountsJson::of(it.counts), rules: refs(&it.rules) })
                .collect(),
            replacements: debt
                .replacements
                .iter()
                .map(|it| ReplacementJson {
                    old: &it.old,
                    new: it.new.as_deref(),
                    violations: it.violations,
                    files: it.files,
                })
                .collect(),
            plan: debt.plan.iter().map(PhaseJson::of).collect(),
            criteria: debt.criteria.iter().map(CriterionJson::of).collect(),
            method: MethodJson::of(debt),
            problems: report.problems.iter().map(ProblemJson::of).collect(),
            priority: PriorityJson { name: &debt.priority.name, why: &debt.priority.why },
            labels: &debt.labels,
            changes: debt.changes.as_ref().map(ChangesJson::of),
        }
    }
}

fn refs(list: &[std::sync::Arc<str>]) -> Vec<&str> {
    list.iter().map(|it| &**it).collect()
}

#[derive(Serialize)]
struct CountsJson {
    violations: u64,
    accepted: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    lines: u64,
    files: u64,
    production: u64,
    in_tests: u64,
    points: Thousandths,
}

impl CountsJson {
    fn of(it: Counts) -> Self {
        let Counts { violations, accepted, errors, warnings, notes, lines, files, production, in_tests, points } = it;
        let points = Thousandths(points);
        Self { violations, accepted, errors, warnings, notes, lines, files, production, in_tests, points }
    }
}

#[derive(Serialize)]
struct SourceDebtJson<'r> {
    id: &'r str,
    title: &'r str,
    reason: Option<&'r str>,
    canonical: &'r [String],
    counts: CountsJson,
    rivals: Option<u64>,
    exposure: ExposureJson,
}

#[derive(Serialize)]
struct RuleDebtJson<'r> {
    id: &'r str,
    source: Option<&'r str>,
    kind: Option<RuleKind>,
    reason: Option<&'r str>,
    counts: CountsJson,
}

impl<'r> RuleDebtJson<'r> {
    fn of(it: &'r crate::debt::RuleDebt) -> Self {
        Self {
            id: &it.id,
            source: it.source.as_deref(),
            kind: it.kind,
            reason: it.reason.as_deref(),
            counts: CountsJson::of(it.counts),
        }
    }
}

#[derive(Serialize)]
struct ComponentDebtJson<'r> {
    id: &'r str,
    counts: CountsJson,
    scores: Vec<ComponentScoreJson<'r>>,
    exposure: ExposureJson,
    impact: Option<&'r str>,
}

#[derive(Serialize)]
struct ComponentScoreJson<'r> {
    source: &'r str,
    #[serde(flatten)]
    part: PartJson,
}

impl<'r> ComponentDebtJson<'r> {
    fn of(it: &'r crate::debt::ComponentDebt) -> Self {
        let score = |(source, part): &'r (std::sync::Arc<str>, crate::score::PartScore)| ComponentScoreJson {
            source,
            part: PartJson::of(part),
        };
        Self {
            id: &it.id,
            counts: CountsJson::of(it.counts),
            scores: it.scores.iter().map(score).collect(),
            exposure: ExposureJson::of(it.exposure),
            impact: it.impact.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct FileJson<'r> {
    path: &'r str,
    counts: CountsJson,
    rules: Vec<&'r str>,
}

#[derive(Serialize)]
struct ReplacementJson<'r> {
    old: &'r str,
    new: Option<&'r str>,
    violations: u64,
    files: u64,
}

#[derive(Serialize)]
struct PhaseJson<'r> {
    id: &'r str,
    title: &'r str,
    declared: bool,
    files: Vec<&'r str>,
    counts: CountsJson,
    before: Hundredths,
    after: Hundredths,
    with_adoption: Hundredths,
    production_before: Hundredths,
    production_after: Hundredths,
    /// Entry points that still reach a violation or a rival after the phase, and those that load one.
    entry_points_left: u64,
    load_time_entry_points_left: u64,
    steps: Vec<StepJson<'r>>,
}

#[derive(Serialize)]
struct StepJson<'r> {
    path: &'r str,
    violations: u64,
    unused: bool,
    changes: Vec<ChangeJson<'r>>,
}

#[derive(Serialize)]
struct ChangeJson<'r> {
    symbol: &'r str,
    write: Option<&'r str>,
    applicability: &'static str,
    why: Option<&'r str>,
    places: u64,
}

impl<'r> StepJson<'r> {
    fn of(it: &'r PlanStep) -> Self {
        let change = |it: &'r PlannedChange| ChangeJson {
            symbol: &it.symbol,
            write: it.write.as_deref(),
            applicability: it.applicability.name(),
            why: it.why.as_deref(),
            places: it.places,
        };
        let changes = it.changes.iter().map(change).collect();
        Self { path: &it.path, violations: it.violations, unused: it.unused, changes }
    }
}

impl<'r> PhaseJson<'r> {
    fn of(it: &'r PhasePlan) -> Self {
        Self {
            id: &it.id,
            title: &it.title,
            declared: it.declared,
            files: refs(&it.files),
            counts: CountsJson::of(it.counts),
            before: Hundredths(it.before.hundredths()),
            after: Hundredths(it.after.hundredths()),
            with_adoption: Hundredths(it.adopted.hundredths()),
            production_before: Hundredths(it.production_before.hundredths()),
            production_after: Hundredths(it.production_after.hundredths()),
            entry_points_left: it.left.reaching,
            load_time_entry_points_left: it.left.loading,
            steps: it.steps.iter().map(StepJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct CriterionJson<'r> {
    id: &'r str,
    title: &'r str,
    outcome: &'static str,
    subject: &'r str,
    bound: String,
    limit: Thousandths,
    value: Option<f64>,
    detail: &'r str,
    evidence: Option<EvidenceJson<'r>>,
}

#[derive(Serialize)]
struct EvidenceJson<'r> {
    path: &'r str,
    time: Option<&'r str>,
}

impl<'r> CriterionJson<'r> {
    fn of(it: &'r JudgedCriterion) -> Self {
        // Counts and terms of shares are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let number = |value| match value {
            MeasuredValue::Count(count) => count as f64,
            MeasuredValue::Score(hundredths) => f64::from(hundredths) / 100.0,
            MeasuredValue::Share { part, whole } => 100.0 * part as f64 / whole as f64,
            MeasuredValue::Number(number) => number,
        };
        Self {
            id: &it.id,
            title: &it.title,
            outcome: it.outcome.name(),
            subject: &it.subject,
            bound: it.limit.bound.to_string(),
            limit: Thousandths(u64::from(it.limit.value)),
            value: it.value.map(number),
            detail: &it.detail,
            evidence: it.evidence.as_ref().map(|it| EvidenceJson { path: &it.path, time: it.time.as_deref() }),
        }
    }
}

#[derive(Serialize)]
struct MethodJson<'r> {
    commit: Option<&'r str>,
    changed: bool,
    rules: Vec<RulesFileJson<'r>>,
    files_skipped: u64,
    imports: u64,
    unread: u64,
    #[serde(flatten)]
    summary: SummaryJson<'r>,
    project: &'r str,
    date: Option<&'r str>,
}

#[derive(Serialize)]
struct RulesFileJson<'r> {
    name: &'r str,
    sha256: &'r str,
}

impl<'r> MethodJson<'r> {
    fn of(debt: &'r DebtReport) -> Self {
        let (method, checked_out) = (&debt.method, &debt.report.checked_out);
        Self {
            commit: checked_out.commit.as_deref(),
            changed: checked_out.changed,
            rules: method.rules.iter().map(|(name, sha256)| RulesFileJson { name, sha256 }).collect(),
            files_skipped: debt.report.summary.files_skipped,
            imports: method.imports,
            unread: method.unread,
            summary: SummaryJson::of(&debt.report.summary),
            project: &checked_out.project,
            date: checked_out.date.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, RenderOptions, render};
    use crate::sample;

    fn document() -> serde_json::Value {
        let mut bytes = Vec::new();
        report_json(&sample::debt(), &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn the_report_of_the_sample() {
        let mut document = document();
        // What is the same as in the format `json` of a check is held by the test below.
        for shared in ["violations", "implementations", "score", "problems"] {
            document.as_object_mut().unwrap().remove(shared);
        }
        insta::assert_snapshot!("report_json", format!("{document:#}"));
    }

    #[test]
    fn what_a_check_says_too_is_the_same() {
        let mut bytes = Vec::new();
        render(&sample::report(), Format::Json, &RenderOptions::default(), &mut bytes).unwrap();
        let check: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let report = document();
        for shared in ["violations", "implementations", "score", "problems", "tool"] {
            assert_eq!(check[shared], report[shared], "{shared}");
        }
        for count in ["files_scanned", "files_relevant", "by_rule", "violations", "unresolved", "not_parsed"] {
            assert_eq!(check["summary"][count], report["method"][count], "{count}");
        }
    }
}
