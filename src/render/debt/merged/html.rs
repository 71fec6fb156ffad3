//! The merged report as one page.

use std::io::{self, Write};

use crate::debt::{MergedReport, SourceSum};
use crate::render::style::figures;
use crate::render::style::page::{Page, code, escaped, gauge, graded, prose, section, table, tiles};
use crate::render::style::text::count;
use crate::score::Scorecard;

use super::{commit, criteria, first, part, title};

/// Writes a merged report as one HTML page.
///
/// # Errors
/// Those of the writer.
pub fn merged_html(merged: &MergedReport, out: &mut dyn Write) -> io::Result<()> {
    let sections = vec![
        section("summary", "Summary", "Summary", summary(merged)),
        section("projects", "Projects", "Projects", projects(merged)),
        section("sources", "Sources", "Sources", sources(&merged.sources)),
        section("rivals", "Rivals", "Rival implementations", rivals(merged)),
    ];
    let about = format!("{}, ssot {}", count(merged.projects.len() as u64, "project"), env!("CARGO_PKG_VERSION"));
    Page { title: title(merged), about, sections, places: &[] }.write(out)
}

fn summary(merged: &MergedReport) -> String {
    let sum = |of: fn(&crate::debt::ProjectReport) -> u64| merged.projects.iter().map(of).sum::<u64>();
    let (violations, production) = (sum(|it| it.violations), sum(|it| it.in_production));
    let rivals = sum(|it| it.rivals.len() as u64);
    let card = Scorecard { overall: merged.overall, production: merged.production, ..Scorecard::default() };
    let numbers = [
        (production.to_string(), "violations in production code".to_owned()),
        ((violations - production).to_string(), "in test code".to_owned()),
        (rivals.to_string(), if rivals == 1 { "rival implementation" } else { "rival implementations" }.to_owned()),
        (figures::score(merged.production), "production score, pooled".to_owned()),
    ];
    let steps: String = merged
        .projects
        .iter()
        .filter_map(|it| Some(format!("<li>{}: {}</li>\n", code(&it.name), escaped(&first(it)?))))
        .collect();
    let steps = if steps.is_empty() { steps } else { format!("<h3>What to do first</h3>\n<ul>{steps}</ul>\n") };
    format!("{}<br>{steps}", tiles(&gauge(&card), &numbers))
}

fn projects(merged: &MergedReport) -> String {
    let rows = merged.projects.iter().map(|it| {
        vec![
            format!("{}<div class=\"soft\">{}</div>", code(&it.name), escaped(&commit(it))),
            graded(it.production),
            graded(it.overall),
            it.in_production.to_string(),
            it.violations.to_string(),
            it.rivals.len().to_string(),
            part(it.entry_points),
            it.priority.as_deref().map_or_else(|| "-".to_owned(), prose),
            criteria(it),
        ]
    });
    let columns = [
        "Project",
        "#Production score",
        "#Score",
        "#In production",
        "#Violations",
        "#Rivals",
        "#Entry points",
        "Priority",
        "#Criteria met",
    ];
    table(&columns, rows)
}

fn sources(sources: &[SourceSum]) -> String {
    let rows = sources.iter().map(|it| {
        let numbers = [it.projects, it.violations].map(|number| number.to_string());
        std::iter::once(code(&it.id)).chain([graded(it.production), graded(it.overall)]).chain(numbers).collect()
    });
    table(&["Source", "#Production score", "#Score", "#Projects", "#Violations"], rows)
}

fn rivals(merged: &MergedReport) -> String {
    let all = merged.projects.iter().flat_map(|project| project.rivals.iter().map(move |it| (project, it)));
    let rows: Vec<Vec<String>> = all
        .map(|(project, it)| vec![code(&project.name), code(&it.symbol), code(&format!("{}:{}", it.path, it.line))])
        .collect();
    if rows.is_empty() { String::new() } else { table(&["Project", "=Class", "=Place"], rows) }
}
