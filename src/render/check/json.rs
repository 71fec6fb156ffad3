//! The JSON contract, version 1 (docs/design.md section 8): keys in its order, additions only at the end of an object.
//!
//! In: the report. Out: one JSON document, two spaces deep, with a final line end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::findings::Rival;
use crate::problem::{Problem, ProblemSeverity};
use crate::report::{GateOutcome, Report, Summary};
use crate::rule::{RuleKind, Severity};
use crate::score::{Grade, PartScore, Score, Scorecard, SourceScore};
use crate::violation::{Confidence, Context, Form, State, Via, Violation};

mod comparison;

use comparison::ComparisonJson;

use crate::render::style::RenderOptions;
use crate::render::style::text::message;

pub(in crate::render) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    write(&CheckDocument::of(report, options), out)
}

/// Writes a value as this format does.
pub(in crate::render) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    writeln!(out)
}

/// A number given in thousandths: an integer when it is whole.
pub(in crate::render) struct Thousandths(pub(in crate::render) u64);

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1_000) {
            serializer.serialize_u64(self.0 / 1_000)
        } else {
            // The nearest double prints with the decimals it was made of, up to 2^53 thousandths.
            #[allow(clippy::cast_precision_loss)]
            serializer.serialize_f64(self.0 as f64 / 1_000.0)
        }
    }
}

/// A score given in hundredths.
pub(in crate::render) struct Hundredths(pub(in crate::render) u32);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 100.0)
    }
}

#[derive(Serialize)]
struct CheckDocument<'r> {
    schema: u32,
    tool: Tool,
    violations: Vec<ViolationJson<'r>>,
    notices: &'r [String],
    score: ScorecardJson<'r>,
    gate: GateJson<'r>,
    implementations: Vec<ImplementationJson<'r>>,
    summary: SummaryJson<'r>,
    problems: Vec<ProblemJson<'r>>,
    unresolved: Vec<UnresolvedJson<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exempted: Option<Vec<ViolationJson<'r>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<&'r BTreeMap<&'static str, u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonJson<'r>>,
}

impl<'r> CheckDocument<'r> {
    fn of(report: &'r Report, options: &RenderOptions) -> Self {
        Self {
            schema: 1,
            tool: Tool::of_this(),
            violations: report.violations.iter().map(ViolationJson::of).collect(),
            notices: &report.notices,
            score: ScorecardJson::of(&report.score),
            gate: GateJson::of(&report.gate),
            implementations: report.implementations.iter().map(ImplementationJson::of).collect(),
            summary: SummaryJson::of(&report.summary),
            problems: report.problems.iter().map(ProblemJson::of).collect(),
            unresolved: report
                .unresolved
                .iter()
                .map(|it| UnresolvedJson {
                    path: &it.path,
                    line: it.line,
                    column: it.column,
                    written: &it.written,
                    reason: it.reason.describe(),
                })
                .collect(),
            exempted: options.show_exempted.then(|| report.exempted.iter().map(ViolationJson::of).collect()),
            elapsed_ms: report.elapsed_ms.as_ref(),
            comparison: report.comparison.as_ref().map(|it| ComparisonJson::of(it, report)),
        }
    }
}

#[derive(Serialize)]
pub(in crate::render) struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(in crate::render) struct ViolationJson<'r> {
    rule: &'r str,
    source: Option<&'r str>,
    kind: Option<RuleKind>,
    severity: Severity,
    confidence: Confidence,
    points: Thousandths,
    path: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    symbol: &'r str,
    written: &'r str,
    form: Form,
    scope: &'r str,
    context: Context,
    via: &'r [Via],
    message: Cow<'r, str>,
    use_instead: Option<&'r str>,
    fingerprint: &'r str,
    state: State,
    reason: Option<&'r str>,
}

impl Tool {
    pub(in crate::render) fn of_this() -> Self {
        Self { name: "ssot", version: env!("CARGO_PKG_VERSION") }
    }
}

impl<'r> ViolationJson<'r> {
    pub(in crate::render) fn of(violation: &'r Violation) -> Self {
        Self {
            rule: &violation.rule,
            source: violation.source.as_deref(),
            kind: violation.kind,
            severity: violation.severity,
            confidence: violation.confidence,
            points: Thousandths(violation.points),
            path: &violation.path,
            line: violation.start.line,
            column: violation.start.column,
            end_line: violation.end.line,
            end_column: violation.end.column,
            symbol: &violation.symbol,
            written: &violation.written,
            form: violation.form,
            scope: &violation.scope,
            context: violation.context,
            via: &violation.via,
            message: message(violation),
            use_instead: violation.use_instead.as_deref(),
            fingerprint: &violation.fingerprint,
            state: violation.state,
            reason: violation.reason.as_deref(),
        }
    }
}

/// The `score` object.
#[derive(Serialize)]
pub(in crate::render) struct ScorecardJson<'r> {
    overall: Hundredths,
    grade: Grade,
    measured: bool,
    adopters: u64,
    debt: Thousandths,
    production: ScoreJson,
    sources: Vec<SourceJson<'r>>,
}

/// A score of production code alone.
#[derive(Serialize)]
struct ScoreJson {
    score: Hundredths,
    grade: Grade,
    measured: bool,
    adopters: u64,
    debt: Thousandths,
}

impl ScoreJson {
    fn of(score: Score) -> Self {
        Self {
            score: Hundredths(score.hundredths()),
            grade: score.grade(),
            measured: score.measured(),
            adopters: score.adopters,
            debt: Thousandths(score.debt),
        }
    }
}

impl<'r> ScorecardJson<'r> {
    pub(in crate::render) fn of(card: &'r Scorecard) -> Self {
        Self {
            overall: Hundredths(card.overall.hundredths()),
            grade: card.overall.grade(),
            measured: card.overall.measured(),
            adopters: card.overall.adopters,
            debt: Thousandths(card.overall.debt),
            production: ScoreJson::of(card.production),
            sources: card.sources.iter().map(SourceJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct SourceJson<'r> {
    id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<&'r str>,
    score: Hundredths,
    grade: Grade,
    measured: bool,
    adopters: u64,
    debt: Thousandths,
    production: ScoreJson,
    inferred_owner: Option<&'r str>,
    inferred_names: &'r [String],
    by_kind: BTreeMap<RuleKind, PartJson>,
    components: Vec<ComponentJson<'r>>,
    directories: Vec<DirectoryJson<'r>>,
}

impl<'r> SourceJson<'r> {
    fn of(source: &'r SourceScore) -> Self {
        Self {
            id: &source.id,
            below: (!source.below.is_empty()).then_some(&*source.below),
            score: Hundredths(source.total.hundredths()),
            grade: source.total.grade(),
            measured: source.total.measured(),
            adopters: source.total.adopters,
            debt: Thousandths(source.total.debt),
            production: ScoreJson::of(source.production),
            inferred_owner: source.inferred_owner.as_deref(),
            inferred_names: &source.inferred_names,
            by_kind: source.by_kind.iter().map(|(kind, part)| (*kind, PartJson::of(part))).collect(),
            components: source
                .components
                .iter()
                .map(|(id, part)| ComponentJson { id, part: PartJson::of(part) })
                .collect(),
            directories: source
                .directories
                .iter()
                .map(|(path, part)| DirectoryJson { path, part: PartJson::of(part) })
                .collect(),
        }
    }
}

#[derive(Serialize)]
pub(in crate::render) struct PartJson {
    violations: u64,
    adopters: u64,
    debt: Thousandths,
    score: Hundredths,
    production: ScoreJson,
    /// Left out where there is something to score.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<bool>,
}

impl PartJson {
    pub(in crate::render) fn of(part: &PartScore) -> Self {
        let Score { adopters, debt } = part.score;
        Self {
            violations: part.violations,
            adopters,
            debt: Thousandths(debt),
            score: Hundredths(part.score.hundredths()),
            production: ScoreJson::of(part.production),
            measured: (!part.score.measured()).then_some(false),
        }
    }
}

#[derive(Serialize)]
struct ComponentJson<'r> {
    id: &'r str,
    #[serde(flatten)]
    part: PartJson,
}

#[derive(Serialize)]
struct DirectoryJson<'r> {
    path: &'r str,
    #[serde(flatten)]
    part: PartJson,
}

#[derive(Serialize)]
struct GateJson<'r> {
    passed: bool,
    conditions: Vec<ConditionJson<'r>>,
}

#[derive(Serialize)]
struct ConditionJson<'r> {
    id: &'r str,
    limit: Amount,
    value: Amount,
    passed: bool,
}

/// A score with decimals, or a count.
#[derive(Serialize)]
#[serde(untagged)]
enum Amount {
    Score(Hundredths),
    Count(Thousandths),
}

impl<'r> GateJson<'r> {
    fn of(gate: &'r GateOutcome) -> Self {
        let amount = |score: bool, value: i64| {
            let value = value.unsigned_abs();
            if score {
                Amount::Score(Hundredths(u32::try_from(value / 10).unwrap_or(u32::MAX)))
            } else {
                Amount::Count(Thousandths(value))
            }
        };
        let conditions = gate
            .conditions
            .iter()
            .map(|it| ConditionJson {
                id: &it.id,
                limit: amount(it.is_score(), it.limit),
                value: amount(it.is_score(), it.value),
                passed: it.passed,
            })
            .collect();
        Self { passed: gate.passed, conditions }
    }
}

#[derive(Serialize)]
pub(in crate::render) struct ImplementationJson<'r> {
    source: &'r str,
    symbol: &'r str,
    path: &'r str,
    line: u32,
    role: &'r str,
    wraps: &'r [String],
    shared_methods: &'r [String],
    importers: u64,
    rule: &'r str,
    name: &'r str,
    scope: &'r str,
    column: u32,
    context: Context,
    canonical_methods: u64,
}

impl<'r> ImplementationJson<'r> {
    pub(in crate::render) fn of(it: &'r Rival) -> Self {
        Self {
            source: &it.source,
            symbol: &it.symbol,
            path: &it.path,
            line: it.line,
            role: it.role.name(),
            wraps: &it.wraps,
            shared_methods: &it.shared_methods,
            importers: it.importers,
            rule: &it.rule,
            name: &it.name,
            scope: &it.scope,
            column: it.column,
            context: it.context,
            canonical_methods: it.canonical_methods,
        }
    }
}

#[derive(Serialize)]
pub(in crate::render) struct SummaryJson<'r> {
    files_scanned: u64,
    files_relevant: u64,
    violations: StatesJson,
    by_rule: Vec<RuleJson<'r>>,
    unresolved: u64,
    not_parsed: u64,
    stale: u64,
}

#[derive(Serialize)]
struct StatesJson {
    new: u64,
    baselined: u64,
    suppressed: u64,
    exempted: u64,
}

#[derive(Serialize)]
struct RuleJson<'r> {
    rule: &'r str,
    violations: u64,
    files: u64,
    lines: u64,
    in_tests: u64,
}

impl<'r> SummaryJson<'r> {
    pub(in crate::render) fn of(summary: &'r Summary) -> Self {
        Self {
            files_scanned: summary.files_scanned,
            files_relevant: summary.files_relevant,
            violations: StatesJson {
                new: summary.new,
                baselined: summary.baselined,
                suppressed: summary.suppressed,
                exempted: summary.exempted,
            },
            by_rule: summary
                .by_rule
                .iter()
                .map(|it| RuleJson {
                    rule: &it.rule,
                    violations: it.violations,
                    files: it.files,
                    lines: it.lines,
                    in_tests: it.in_tests,
                })
                .collect(),
            unresolved: summary.unresolved,
            not_parsed: summary.not_parsed,
            stale: summary.stale,
        }
    }
}

#[derive(Serialize)]
pub(in crate::render) struct ProblemJson<'r> {
    severity: ProblemSeverity,
    path: &'r str,
    line: u32,
    message: &'r str,
    column: u32,
    help: Option<&'r str>,
}

impl<'r> ProblemJson<'r> {
    pub(in crate::render) fn of(problem: &'r Problem) -> Self {
        Self {
            severity: problem.severity,
            path: &problem.path,
            line: problem.line,
            message: &problem.message,
            column: problem.column,
            help: problem.help.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct UnresolvedJson<'r> {
    path: &'r str,
    line: u32,
    column: u32,
    written: &'r str,
    reason: &'static str,
}
