//! One line for each violation: `path:line:col: severity[rule] message`, then one line that sums up.
//!
//! In: the report. Out: lines that editors and `grep` understand.

use std::io::{self, Write};

use crate::problem::{Problem, ProblemSeverity};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::Violation;

use super::statistics;
use crate::render::style::text::{self, Paint, clean};
use crate::render::style::{RenderOptions, Verbosity, sentences};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.statistics {
        return statistics::render(report, options, out);
    }
    let paint = Paint::new(options);
    for violation in text::listed(report, options) {
        line(violation, sentences::acceptance(violation), paint, out)?;
    }
    if options.show_exempted {
        for place in report.set_apart() {
            let why = place.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            line(place, Some(format!("exempted{why}")), paint, out)?;
        }
    }
    for problem in &report.problems {
        if options.verbosity > Verbosity::Quiet || problem.severity == ProblemSeverity::Error {
            problem_line(problem, paint, out)?;
        }
    }
    text::unresolved(report, options, out)?;
    let overall = report.score.overall;
    let score = match overall.measured() {
        true => format!("score {}", text::score(overall, report.score.unmeasured(), paint)),
        false => "no score".to_owned(),
    };
    if options.verbosity == Verbosity::Quiet {
        return writeln!(out, "{score}; {}", text::verdict(report, paint));
    }
    let hidden = text::hidden(report, options).map(|hidden| format!("; {hidden}")).unwrap_or_default();
    let since = text::comparison(report).map(|since| format!("; {since}")).unwrap_or_default();
    writeln!(
        out,
        "{}; {score}{since}; {}; {}{hidden}",
        text::violations(report),
        text::verdict(report, paint),
        text::checked(report)
    )
}

fn line(violation: &Violation, state: Option<String>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let label = paint.severity(violation.severity, format!("{}[{}]", violation.severity.name(), violation.rule));
    let state = state.map(|state| format!(" ({})", clean(&state))).unwrap_or_default();
    let instead = violation.instead().map(|it| format!("; use {}", clean(&it))).unwrap_or_default();
    let message = text::message(violation);
    let (path, message) = (clean(&violation.path), clean(&message));
    writeln!(out, "{path}:{}:{}: {label}{state} {message}{instead}", violation.start.line, violation.start.column)
}

fn problem_line(problem: &Problem, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (severity, word) = match problem.severity {
        ProblemSeverity::Error => (Severity::Error, "error"),
        ProblemSeverity::Warning => (Severity::Warning, "warning"),
    };
    if !problem.path.is_empty() {
        write!(out, "{}:", clean(&problem.path))?;
        if problem.line > 0 {
            write!(out, "{}:{}:", problem.line, problem.column.max(1))?;
        }
        write!(out, " ")?;
    }
    let help = problem.help.as_ref().map(|help| format!(" ({})", clean(help))).unwrap_or_default();
    writeln!(out, "{}: {}{help}", paint.severity(severity, word), clean(&problem.message))
}
