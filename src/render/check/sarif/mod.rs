//! SARIF 2.1.0 with what GitHub's code scanning reads, within its limits.
//!
//! In: the report. Out: one JSON document with one run. Fingerprints stand under a key of our own, because GitHub's
//! `primaryLocationLineHash` is an algorithm over lines that would lose what ours survives. There is no
//! `security-severity`: a violation is debt, not a vulnerability.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::render::style::text::{count, hundredths, thousandths};
use crate::render::style::{RenderOptions, sentences};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::{State, Violation};

mod fixes;
mod limits;
mod rules;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
/// The category of the analysis, so that results of several tools and projects in one repository are kept apart; where the
/// project is follows.
const CATEGORY: &str = "ssot/";

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let listed = sentences::listed(report, options);
    let rules = rules::descriptors(report, listed.iter().map(|(violation, _)| &*violation.rule));
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (&*rule.id, at)).collect();
    let mut lines = BTreeMap::new();
    let all = listed
        .iter()
        .map(|(violation, fingerprint)| {
            let rule_index = index.get(&*violation.rule).copied().unwrap_or_default();
            let fixes = fixes::of(report, violation, &mut lines);
            let result = SarifResult { fixes, ..SarifResult::of(violation, fingerprint, rule_index, options) };
            Ok((violation.severity, serde_json::to_string(&result)?))
        })
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    let kept = limits::within(all);
    let run = Head {
        tool: SarifTool { driver: Driver { rules: &rules, ..Driver::default() } },
        automation_details: json!({ "id": format!("{CATEGORY}{}", report.below) }),
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: json!({ ROOT: { "description": { "text": "the top of the work tree of git, or the root of the project outside one" } } }),
        invocations: [invocation(report, kept.left_out)],
        properties: verdict(report),
    };
    write(&run, &kept.results, out)
}

/// Writes the document: the head pretty, one result a line, so that the size of many stays small.
fn write(run: &Head<'_>, results: &[String], out: &mut dyn Write) -> io::Result<()> {
    let head = serde_json::to_string_pretty(run)?;
    let head = head.strip_suffix("\n}").unwrap_or(&head);
    writeln!(out, "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{head},\n  \"results\": [")?;
    for (at, result) in results.iter().enumerate() {
        let comma = if at + 1 < results.len() { "," } else { "" };
        writeln!(out, "{result}{comma}")?;
    }
    writeln!(out, "  ]\n}}]\n}}")
}

/// The run without its results.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'r> {
    tool: SarifTool<'r>,
    automation_details: Value,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: [Value; 1],
    properties: Value,
}

#[derive(Serialize)]
struct SarifTool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: &'r [rules::Descriptor],
}

impl Default for Driver<'_> {
    fn default() -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self { name: "ssot", version, semantic_version: version, rules: &[] }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'r> {
    rule_id: &'r str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    partial_fingerprints: BTreeMap<&'static str, &'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<fixes::SarifFix<'r>>,
    properties: Value,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl<'r> SarifResult<'r> {
    fn of(violation: &'r Violation, fingerprint: &'r str, rule_index: usize, options: &RenderOptions) -> Self {
        let related = violation.via.iter().enumerate().map(|(at, via)| SarifLocation {
            id: Some(at + 1),
            message: Some(Message { text: via.note.clone() }),
            ..SarifLocation::new(
                &via.path,
                (via.line > 0).then(|| Region { start_line: via.line, ..Region::default() }),
            )
        });
        Self {
            rule_id: &violation.rule,
            rule_index,
            level: level(violation.severity),
            message: Message { text: text_with_links(violation) },
            locations: [SarifLocation::new(&violation.path, Some(region(violation)))],
            related_locations: related.collect(),
            partial_fingerprints: [("ssotFingerprint/v1", fingerprint)].into(),
            // Either every result of a run has the member or none has.
            suppressions: options.show_suppressed.then(|| suppressions(violation)),
            fixes: Vec::new(),
            properties: json!({
                "symbol": violation.symbol, "scope": violation.scope, "form": violation.form,
                "context": violation.context, "confidence": violation.confidence,
            }),
        }
    }
}

impl SarifLocation {
    fn new(path: &str, region: Option<Region>) -> Self {
        let artifact_location = ArtifactLocation { uri: uri(path), uri_base_id: ROOT };
        Self { id: None, physical_location: PhysicalLocation { artifact_location, region }, message: None }
    }
}

fn region(violation: &Violation) -> Region {
    let (start, end) = (violation.start, violation.end);
    Region {
        start_line: start.line.max(1),
        start_column: Some(start.column.max(1)),
        end_line: Some(end.line.max(start.line).max(1)),
        end_column: Some(end.column.max(1)),
    }
}

/// The sentence, then the chain as links to the related locations: GitHub shows only those that the text names.
fn text_with_links(violation: &Violation) -> String {
    let links: Vec<String> = violation
        .via
        .iter()
        .enumerate()
        .map(|(at, via)| {
            format!("[{}]({})", via.note.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]"), at + 1)
        })
        .collect();
    let chain = if links.is_empty() { String::new() } else { format!(" ({})", links.join("; ")) };
    format!("{}{chain}", sentences::sentence(violation))
}

fn suppressions(violation: &Violation) -> Vec<Value> {
    let kind = match violation.state {
        State::New => return Vec::new(),
        State::Suppressed => "inSource",
        State::Baselined => "external",
    };
    let mut suppression = json!({ "kind": kind });
    if let Some(reason) = &violation.reason {
        suppression["justification"] = reason.as_str().into();
    }
    vec![suppression]
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
        Severity::Off => "none",
    }
}

/// A relative reference: what RFC 3986 does not allow in a path is percent-encoded, and a colon too, since it would end a
/// scheme.
fn uri(path: &str) -> String {
    let mut result = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

/// Describes the run itself: inputs that failed, and results that were left out.
fn invocation(report: &Report, left_out: limits::LeftOut) -> Value {
    let of_rules = |problem: &&Problem| matches!(problem.kind, ProblemKind::Config | ProblemKind::DeadEntry);
    let configuration: Vec<Value> = report.problems.iter().filter(of_rules).map(notification).collect();
    let mut execution: Vec<Value> = report.problems.iter().filter(|it| !of_rules(it)).map(notification).collect();
    execution.extend(
        report
            .notices
            .iter()
            .map(|text| json!({ "level": "note", "message": { "text": text }, "descriptor": { "id": "notice" } })),
    );
    execution.extend(left_out.sentence().map(
        |text| json!({ "level": "warning", "message": { "text": text }, "descriptor": { "id": "results-left-out" } }),
    ));
    json!({
        "executionSuccessful": report.problems.iter().all(|it| it.severity != ProblemSeverity::Error),
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": configuration,
    })
}

fn notification(problem: &Problem) -> Value {
    let id = match problem.kind {
        ProblemKind::Config => "configuration",
        ProblemKind::DeadEntry => "dead-entry",
        ProblemKind::Read => "read",
        ProblemKind::Parse => "parse",
        ProblemKind::Note => "note",
    };
    let mut value = json!({
        "level": level(sentences::problem_level(problem)),
        "message": { "text": sentences::problem_sentence(problem) },
        "descriptor": { "id": id },
    });
    if !problem.path.is_empty() {
        let start_column = (problem.column > 0).then_some(problem.column);
        let region = Region { start_line: problem.line, start_column, ..Region::default() };
        value["locations"] = json!([SarifLocation::new(&problem.path, (problem.line > 0).then_some(region))]);
    }
    value
}

/// Verdict and score, for whoever reads the file rather than the alerts.
fn verdict(report: &Report) -> Value {
    let score = report.score.overall;
    let conditions = report.gate.conditions.iter().map(|it| {
        let number = |value: i64| {
            let value = value.unsigned_abs();
            if it.is_score() {
                hundredths(u32::try_from(value / 10).unwrap_or(u32::MAX))
            } else {
                thousandths(value.into())
            }
        };
        json!({ "id": it.id, "limit": number(it.limit), "value": number(it.value), "passed": it.passed })
    });
    let counts = &report.summary;
    json!({
        "violations": {
            "new": counts.new,
            "baselined": counts.baselined,
            "suppressed": counts.suppressed,
            "exempted": counts.exempted,
        },
        "stale": counts.stale,
        "gate": { "passed": report.gate.passed, "conditions": conditions.collect::<Vec<_>>() },
        "score": hundredths(score.hundredths()),
        "measured": score.measured(),
    })
}
