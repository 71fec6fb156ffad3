//! Diagnostics: what a check reports, as the protocol has it.
//!
//! In: the report of a project with the texts of its files. Out: the diagnostics of each file, with an identity by which a
//! client knows that nothing has changed. Suppressed and recorded violations are left out, as a check leaves them out.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use gen_lsp_types as lsp;
use rayon::prelude::*;
use rustc_hash::FxHasher;
use serde_json::json;

use super::addresses;
use super::client::ClientFeatures;
use super::positions::TextPositions;
use crate::problem::{Problem, ProblemSeverity};
use crate::render;
use crate::report::Report;
use crate::rule::{BUILT_IN_RULES, RuleKind, Severity};
use crate::source::{FileId, Span};
use crate::violation::Violation;

/// The diagnostics of one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FileDiagnostics {
    /// They are the same as others of the same id.
    pub id: String,
    /// In the order of the report.
    pub items: Vec<lsp::Diagnostic>,
}

impl FileDiagnostics {
    fn new(items: Vec<lsp::Diagnostic>) -> Self {
        let mut hasher = FxHasher::default();
        serde_json::to_string(&items).unwrap_or_default().hash(&mut hasher);
        Self { id: format!("{:016x}", hasher.finish()), items }
    }

    /// Returns those of a file without any.
    pub fn none() -> Self {
        Self::new(Vec::new())
    }
}

/// Returns the diagnostics of every file that has some, by its path.
pub(super) fn of_report(report: &Report, root: &Path, client: &ClientFeatures) -> BTreeMap<PathBuf, FileDiagnostics> {
    let texts = report.texts.par_iter().map(|(file, text)| (*file, TextPositions::read(text, client.encoding)));
    let view = ReportView { report, root, client, texts: texts.collect() };
    let mut files: BTreeMap<PathBuf, Vec<lsp::Diagnostic>> = BTreeMap::new();
    for violation in report.violations.iter().filter(|violation| violation.is_active()) {
        files.entry(root.join(&*violation.path)).or_default().push(view.violation(violation));
    }
    let files = files.into_iter().chain(of_problems(&report.problems, root, client));
    let mut merged: BTreeMap<PathBuf, Vec<lsp::Diagnostic>> = BTreeMap::new();
    files.for_each(|(path, items)| merged.entry(path).or_default().extend(items));
    merged.into_iter().map(|(path, items)| (path, FileDiagnostics::new(items))).collect()
}

/// Returns the diagnostics of problems that concern a file, by its path.
pub(super) fn of_problems(
    problems: &[Problem],
    root: &Path,
    client: &ClientFeatures,
) -> BTreeMap<PathBuf, Vec<lsp::Diagnostic>> {
    let mut files: BTreeMap<PathBuf, Vec<lsp::Diagnostic>> = BTreeMap::new();
    for problem in problems.iter().filter(|problem| !problem.path.is_empty()) {
        files.entry(root.join(&*problem.path)).or_default().push(of_problem(problem, client));
    }
    files
}

/// Returns those of a project whose rules are refused.
pub(super) fn of_refusal(
    problems: &[Problem],
    root: &Path,
    client: &ClientFeatures,
) -> BTreeMap<PathBuf, FileDiagnostics> {
    of_problems(problems, root, client).into_iter().map(|(path, items)| (path, FileDiagnostics::new(items))).collect()
}

/// A report with what its diagnostics need.
struct ReportView<'r> {
    report: &'r Report,
    root: &'r Path,
    client: &'r ClientFeatures,
    texts: BTreeMap<FileId, TextPositions<'r>>,
}

impl ReportView<'_> {
    fn violation(&self, violation: &Violation) -> lsp::Diagnostic {
        let rule = self.report.rules.rule_at(&violation.rule, &violation.path);
        let link = rule.and_then(|rule| rule.docs.as_deref()).filter(|docs| docs.starts_with("http"));
        let related = violation.via.iter().map(|step| lsp::DiagnosticRelatedInformation {
            location: lsp::Location {
                uri: addresses::uri_of(&self.root.join(&*step.path)).into(),
                range: self.range(step.file, step.span, step.line, 1),
            },
            message: step.note.clone(),
        });
        lsp::Diagnostic {
            range: self.range(Some(violation.file), violation.span, violation.start.line, violation.start.column),
            severity: Some(severity(violation.severity)),
            code: Some(lsp::Code::String(violation.rule.to_string())),
            code_description: link.map(|link| lsp::CodeDescription { href: link.into() }),
            source: Some("ssot".to_owned()),
            message: lsp::Message::String(render::sentence(violation)),
            tags: self.client.shows_tags.then(|| tags(violation)).filter(|tags| !tags.is_empty()),
            related_information: (self.client.shows_related && !violation.via.is_empty()).then(|| related.collect()),
            data: Some(json!({ "rule": &*violation.rule, "fingerprint": violation.fingerprint })),
        }
    }

    /// Returns the range of a place: by its bytes where the text is known, else its first character.
    fn range(&self, file: Option<FileId>, span: Span, line: u32, column: u32) -> lsp::Range {
        match file.and_then(|file| self.texts.get(&file)) {
            Some(positions) => positions.range(span),
            None => point(line, column),
        }
    }
}

fn of_problem(problem: &Problem, client: &ClientFeatures) -> lsp::Diagnostic {
    let range = match &problem.excerpt {
        Some(excerpt) => TextPositions::new(&excerpt.text, client.encoding).range(excerpt.span),
        None => point(problem.line, problem.column),
    };
    let severity = match problem.severity {
        ProblemSeverity::Error => lsp::DiagnosticSeverity::Error,
        ProblemSeverity::Warning => lsp::DiagnosticSeverity::Warning,
    };
    lsp::Diagnostic {
        range,
        severity: Some(severity),
        source: Some("ssot".to_owned()),
        message: lsp::Message::String(render::problem_sentence(problem)),
        ..lsp::Diagnostic::default()
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::Error,
        Severity::Warning => lsp::DiagnosticSeverity::Warning,
        Severity::Note | Severity::Off => lsp::DiagnosticSeverity::Information,
    }
}

/// A superseded import is struck through, a comment that accepts nothing is greyed out.
fn tags(violation: &Violation) -> Vec<lsp::DiagnosticTag> {
    if *violation.rule == *BUILT_IN_RULES[1] {
        return vec![lsp::DiagnosticTag::Unnecessary];
    }
    let superseded = violation.kind == Some(RuleKind::Import) && violation.use_instead.is_some();
    superseded.then_some(lsp::DiagnosticTag::Deprecated).into_iter().collect()
}

/// The place at a 1-based line and column; 0 is the beginning.
fn point(line: u32, column: u32) -> lsp::Range {
    let position = lsp::Position { line: line.saturating_sub(1), character: column.saturating_sub(1) };
    lsp::Range { start: position, end: position }
}
