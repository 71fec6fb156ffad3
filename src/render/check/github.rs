//! Workflow commands of GitHub Actions, which become annotations, then the verdict as a plain line.
//!
//! In: the report. Out: `::error file=...::message` lines, the worst first. GitHub shows ten annotations of each
//! severity for one step and drops the others without a word, so no more are written and a notice counts the rest.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::problem::Problem;
use crate::render::style::RenderOptions;
use crate::render::style::sentences;
use crate::render::style::text::{self, Paint, count};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::Violation;

/// Annotations of one severity that GitHub shows for one step.
const SHOWN: usize = 10;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut annotations: Vec<Annotation> = text::listed(report, options)
        .map(Annotation::of)
        .chain(report.problems.iter().map(Annotation::of_problem))
        .collect();
    annotations.sort_by_key(|it| std::cmp::Reverse(it.level));
    let of = |level| annotations.iter().filter(move |it| it.level == level);
    let full = of(Severity::Note).count();
    let over = [Severity::Error, Severity::Warning].iter().any(|&level| of(level).count() > SHOWN);
    // The notice about the rest is one of the ten notices.
    let notes = if over || full > SHOWN { SHOWN - 1 } else { SHOWN };
    let mut rest = Rest::default();
    for (level, shown) in [(Severity::Error, SHOWN), (Severity::Warning, SHOWN), (Severity::Note, notes)] {
        for (at, annotation) in of(level).enumerate() {
            if at < shown {
                writeln!(out, "{}", annotation.command)?;
            } else {
                rest.add(annotation);
            }
        }
    }
    rest.write(out)?;
    let score = text::score(report.score.overall, report.score.unmeasured(), Paint::new(&RenderOptions::default()));
    let verdict = text::verdict(report, Paint::new(&RenderOptions::default()));
    let since = text::comparison(report).map(|since| format!("; {since}")).unwrap_or_default();
    let hidden = text::hidden(report, options).map(|hidden| format!("; {hidden}")).unwrap_or_default();
    let checked = text::checked(report);
    writeln!(out, "{}; score {score}{since}; {verdict}; {checked}{hidden}", text::violations(report))
}

/// One workflow command.
struct Annotation {
    level: Severity,
    problem: bool,
    command: String,
}

impl Annotation {
    fn of(violation: &Violation) -> Self {
        let accepted = sentences::acceptance(violation);
        let level = if accepted.is_some() { Severity::Note } else { violation.severity.max(Severity::Note) };
        let accepted = accepted.map(|it| format!(" ({it})")).unwrap_or_default();
        let message = format!("{}{accepted}", sentences::sentence_with_chain(violation));
        let (start, end) = (violation.start, violation.end);
        let mut place = format!(",line={},endLine={}", start.line, end.line);
        // GitHub takes columns only for a range inside one line.
        if start.line == end.line {
            let _infallible = write!(place, ",col={},endColumn={}", start.column, end.column);
        }
        Self::new(level, &violation.path, &place, &format!("ssot ({})", violation.rule), &message)
    }

    fn of_problem(problem: &Problem) -> Self {
        let mut place = String::new();
        if problem.line > 0 {
            let _infallible = write!(place, ",line={}", problem.line);
        }
        if problem.line > 0 && problem.column > 0 {
            let _infallible = write!(place, ",col={}", problem.column);
        }
        let message = sentences::problem_sentence(problem);
        Self { problem: true, ..Self::new(sentences::problem_level(problem), &problem.path, &place, "ssot", &message) }
    }

    fn new(level: Severity, path: &str, place: &str, title: &str, message: &str) -> Self {
        let file = if path.is_empty() { String::new() } else { format!("file={}{place},", property(path)) };
        let command = format!("::{} {file}title={}::{}", word(level), property(title), data(message));
        Self { level, problem: false, command }
    }
}

/// The violations and problems that are not annotated.
#[derive(Default)]
struct Rest {
    violations: u64,
    problems: u64,
}

impl Rest {
    fn add(&mut self, annotation: &Annotation) {
        *if annotation.problem { &mut self.problems } else { &mut self.violations } += 1;
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let parts: Vec<String> = [(self.violations, "violation"), (self.problems, "problem")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| count(number, &format!("more {word}")))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{} without an annotation: GitHub shows {SHOWN} of each severity for one step",
            parts.join(" and ")
        );
        writeln!(out, "::notice title=ssot::{}", data(&message))
    }
}

fn word(level: Severity) -> &'static str {
    match level {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Off => "notice",
    }
}

/// The message of a command.
fn data(text: &str) -> String {
    escaped(text, &[])
}

/// The value of a property.
fn property(text: &str) -> String {
    escaped(text, &[':', ','])
}

/// Percent escapes as the runner undoes them; other control characters, which it would pass on to the log, in words.
fn escaped(text: &str, more: &[char]) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '\r' | '\n') || more.contains(&c) {
            let _infallible = write!(result, "%{:02X}", u32::from(c));
        } else if text::steers(c) {
            result.extend(c.escape_default());
        } else {
            result.push(c);
        }
    }
    result
}
