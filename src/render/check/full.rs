//! The default format: snippets, problems, tables by rule and component, score, verdict, what was checked.
//!
//! In: the report. Out: text for a person at a terminal or in a log.

use std::io::{self, Write};

use crate::findings::ImplementationRole;
use crate::problem::ProblemSeverity;
use crate::report::{Report, RuleSummary};

use super::statistics;
use crate::render::style::snippet::{self, Snippets};
use crate::render::style::text::{self, Align, Paint};
use crate::render::style::{RenderOptions, Verbosity};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.statistics {
        return statistics::render(report, options, out);
    }
    text::notices(report, options, out)?;
    let mut snippets = Snippets::new(report, options);
    for place in text::places(text::listed(report, options)) {
        snippets.place(&place, false, out)?;
    }
    if options.show_exempted {
        for place in text::places(report.exempted.iter()) {
            snippets.place(&place, true, out)?;
        }
    }
    problems(report, options, out)?;
    text::unresolved(report, options, out)?;
    closing(report, options, out)
}

/// Problems with carets; only errors when quiet.
pub(super) fn problems(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        if options.verbosity > Verbosity::Quiet || problem.severity == ProblemSeverity::Error {
            snippet::problem(problem, options, out)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Tables, score, verdict, and last the line that says what was checked.
pub(super) fn closing(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    if options.verbosity == Verbosity::Quiet {
        scores(report, paint, out)?;
        return writeln!(out, "{}", text::verdict(report, paint));
    }
    if !report.summary.by_rule.is_empty() {
        write!(out, "{}", by_rule(report, options))?;
    }
    let components = components(report);
    if !components.is_empty() {
        let columns = [
            ("component", Align::Left),
            ("source", Align::Left),
            ("violations", Align::Right),
            ("adopters", Align::Right),
            ("debt", Align::Right),
            ("score", Align::Right),
        ];
        write!(out, "{}", text::table(&columns, components, options))?;
    }
    implementations(report, options, out)?;
    scores(report, paint, out)?;
    writeln!(out, "{}", text::violations(report))?;
    if let Some(hidden) = text::hidden(report, options) {
        writeln!(out, "{hidden}")?;
    }
    if let Some(comparison) = text::comparison(report) {
        writeln!(out, "{comparison}")?;
    }
    writeln!(out, "{}", text::verdict(report, paint))?;
    writeln!(out, "{}", text::checked(report))
}

/// The table by rule; a column of active violations where some are accepted.
fn by_rule(report: &Report, options: &RenderOptions) -> String {
    let active_of = |rule: &RuleSummary| {
        report.violations.iter().filter(|violation| violation.is_active() && violation.rule == rule.rule).count()
    };
    let accepted = report.summary.baselined + report.summary.suppressed > 0;
    let mut columns = vec![("rule", Align::Left), ("violations", Align::Right)];
    if accepted {
        columns.push(("active", Align::Right));
    }
    columns.extend([("files", Align::Right), ("lines", Align::Right), ("in tests", Align::Right)]);
    let rows = report
        .summary
        .by_rule
        .iter()
        .map(|rule| {
            let mut row = vec![rule.rule.to_string(), rule.violations.to_string()];
            if accepted {
                row.push(active_of(rule).to_string());
            }
            row.extend([rule.files, rule.lines, rule.in_tests].map(|number| number.to_string()));
            row
        })
        .collect();
    text::table(&columns, rows, options)
}

/// A table of rivals and shims, and how many implementations there are of each role.
fn implementations(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let shown = report.implementations.iter();
    let shown = shown.filter(|it| matches!(it.role, ImplementationRole::Rival | ImplementationRole::Shim));
    let rows: Vec<Vec<String>> = shown
        .map(|it| {
            vec![
                it.role.name().to_owned(),
                it.name.clone(),
                format!("{}:{}", it.path, it.line),
                it.wraps.join(", "),
                format!("{} of {}", it.shared_methods.len(), it.canonical_methods),
                it.importers.to_string(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let left = ["role", "implementation", "place", "wraps"].map(|title| (title, Align::Left));
        let columns: Vec<_> =
            left.into_iter().chain([("shared methods", Align::Right), ("importers", Align::Right)]).collect();
        write!(out, "{}", text::table(&columns, rows, options))?;
    }
    match text::implementations(report) {
        Some(line) => writeln!(out, "{line}"),
        None => Ok(()),
    }
}

/// A row for each component and source that has something in it.
fn components(report: &Report) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for source in &report.score.sources {
        for (id, part) in source.components.iter().filter(|(_, part)| part.violations > 0 || part.score.measured()) {
            rows.push(vec![
                id.to_string(),
                source.name().to_string(),
                part.violations.to_string(),
                part.score.adopters.to_string(),
                text::thousandths(u128::from(part.score.debt)),
                text::part_score(part),
            ]);
        }
    }
    rows
}

/// The overall score, and each source's when there are several.
fn scores(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if !report.score.overall.measured() {
        let ownerless = report.score.sources.iter().any(|source| source.ownerless);
        let why = if ownerless {
            "it is not known who owns the source"
        } else {
            "no file uses a canonical symbol, and there is no debt"
        };
        return writeln!(out, "no score: {why}");
    }
    writeln!(
        out,
        "{} {}",
        paint.bold("score"),
        text::score_with_terms(report.score.overall, report.score.unmeasured(), paint)
    )?;
    if report.score.sources.len() > 1 {
        for source in &report.score.sources {
            let score = text::score_with_terms(source.total, source.unmeasured(), paint);
            writeln!(out, "  {}: {score}", text::clean(&source.name()))?;
        }
    }
    Ok(())
}
