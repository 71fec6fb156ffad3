//! reviewdog's `DiagnosticResult`, as rdjson.
//!
//! In: the report with the texts of its files. Out: one JSON document whose columns count bytes of UTF-8; where a text is
//! not known, lines only. The verdict has no place in this format.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::lang::fixing::TextEdit;
use crate::problem::Problem;
use crate::report::Report;
use crate::rule::Severity;
use crate::source::{FileId, LineIndex};
use crate::violation::Violation;

use super::json;
use crate::render::style::{RenderOptions, sentences, text};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut columns = Columns { report, indexes: BTreeMap::new() };
    let docs: BTreeMap<&str, &str> =
        report.rules.rules.iter().filter_map(|rule| Some((&*rule.id, rule.docs.as_deref()?))).collect();
    let violations = text::listed(report, options).map(|it| {
        let url = docs.get(&*it.rule).copied().filter(|url| url.starts_with("http"));
        Diagnostic { suggestions: columns.suggestions(it), ..Diagnostic::of(it, columns.range(it), url) }
    });
    let mut diagnostics: Vec<Diagnostic<'_>> = violations.collect();
    diagnostics.extend(report.problems.iter().map(|problem| Diagnostic::of_problem(problem, columns.start(problem))));
    json::write(&DiagnosticResult { source: RdjsonSource { name: "ssot" }, diagnostics }, out)
}

#[derive(Serialize)]
struct DiagnosticResult<'r> {
    source: RdjsonSource,
    diagnostics: Vec<Diagnostic<'r>>,
}

#[derive(Serialize)]
struct RdjsonSource {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'r> {
    message: String,
    location: RdjsonLocation<'r>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'r>>,
}

/// One edit of a safe fix.
#[derive(Serialize)]
struct Suggestion<'r> {
    range: Range,
    text: &'r str,
}

#[derive(Serialize)]
struct RdjsonLocation<'r> {
    path: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: RdjsonPosition,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<RdjsonPosition>,
}

#[derive(Serialize)]
struct RdjsonPosition {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

#[derive(Serialize)]
struct Code<'r> {
    value: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
}

impl<'r> Diagnostic<'r> {
    fn of(violation: &'r Violation, range: Range, url: Option<&'r str>) -> Self {
        let accepted = sentences::acceptance(violation);
        let level = if accepted.is_some() { Severity::Note } else { violation.severity };
        let accepted = accepted.map(|it| format!(" ({it})")).unwrap_or_default();
        Self {
            message: format!("{}{accepted}", sentences::sentence_with_chain(violation)),
            location: RdjsonLocation { path: &violation.path, range: Some(range) },
            severity: word(level),
            code: Some(Code { value: &violation.rule, url }),
            suggestions: Vec::new(),
        }
    }

    fn of_problem(problem: &'r Problem, start: Option<RdjsonPosition>) -> Self {
        Self {
            message: sentences::problem_sentence(problem),
            location: RdjsonLocation {
                path: sentences::problem_path(problem),
                range: start.map(|start| Range { start, end: None }),
            },
            severity: word(sentences::problem_level(problem)),
            code: None,
            suggestions: Vec::new(),
        }
    }
}

fn word(level: Severity) -> &'static str {
    match level {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note | Severity::Off => "INFO",
    }
}

/// Byte columns, with the line index of each file that was asked for.
struct Columns<'r> {
    report: &'r Report,
    indexes: BTreeMap<FileId, LineIndex>,
}

impl<'r> Columns<'r> {
    /// Returns the edits of the safe fix for a violation, if there is one.
    fn suggestions(&mut self, violation: &Violation) -> Vec<Suggestion<'r>> {
        let report = self.report;
        let Some(text) = report.texts.get(&violation.file) else { return Vec::new() };
        let edits = report.fixes.get(violation).map_or(&[][..], |fix| &fix.edits);
        let mut place = |offset: u32| {
            let line = self.indexes.entry(violation.file).or_default().position(text, offset).line;
            RdjsonPosition { line, column: self.column(violation.file, line, offset) }
        };
        let suggestion = |edit: &'r TextEdit| Suggestion {
            range: Range { start: place(edit.span.start), end: Some(place(edit.span.end)) },
            text: &edit.text,
        };
        edits.iter().map(suggestion).collect()
    }

    fn range(&mut self, violation: &Violation) -> Range {
        let (start, end) = (violation.start.line.max(1), violation.end.line.max(violation.start.line).max(1));
        let mut column = |line, offset| self.column(violation.file, line, offset);
        let columns = column(start, violation.span.start).zip(column(end, violation.span.end));
        Range {
            start: RdjsonPosition { line: start, column: columns.map(|(start, _)| start) },
            end: Some(RdjsonPosition { line: end, column: columns.map(|(_, end)| end) }),
        }
    }

    /// The 1-based column in bytes of `offset` in `line`; none if the text is not known or the offset not in that line.
    fn column(&mut self, file: FileId, line: u32, offset: u32) -> Option<u32> {
        let text = self.report.texts.get(&file)?;
        let index = self.indexes.entry(file).or_default();
        byte_column(text, index, line, offset)
    }

    /// Returns the place of a problem; its excerpt has the text.
    fn start(&self, problem: &Problem) -> Option<RdjsonPosition> {
        let excerpt = problem.excerpt.as_ref();
        let column = excerpt.and_then(|it| byte_column(&it.text, &LineIndex::default(), problem.line, it.span.start));
        (problem.line > 0).then_some(RdjsonPosition { line: problem.line, column })
    }
}

fn byte_column(text: &str, index: &LineIndex, line: u32, offset: u32) -> Option<u32> {
    let span = index.line_span(text, line)?;
    (span.start..=span.end).contains(&offset).then(|| offset - span.start + 1)
}
