//! The merged report in Markdown.

use std::io::{self, Write};

use crate::debt::MergedReport;
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::count;

use super::super::markdown::{fold, table};
use super::{commit, criteria, first, part, title};

/// Writes a merged report as Markdown.
///
/// # Errors
/// Those of the writer.
pub fn merged_markdown(merged: &MergedReport, out: &mut dyn Write) -> io::Result<()> {
    let sum = |of: fn(&crate::debt::ProjectReport) -> u64| merged.projects.iter().map(of).sum::<u64>();
    let (violations, production) = (sum(|it| it.violations), sum(|it| it.in_production));
    let grade = if merged.overall.measured() { merged.overall.grade().name() } else { "nothing is measured" };
    write!(
        out,
        "# {}\n\n- **Production score {}**\n- **Score {}** ({grade}), pooled over all projects\n- **{}**: {production} in \
         production code, {} in test code\n\n",
        title(merged),
        figures::score(merged.production),
        figures::score(merged.overall),
        count(violations, "violation"),
        violations - production,
    )?;
    let projects = merged.projects.iter().map(|it| {
        vec![
            code(&it.name),
            figures::score(it.production),
            figures::score(it.overall),
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
    writeln!(out, "{}", table(&columns, projects))?;
    let steps: String = merged
        .projects
        .iter()
        .filter_map(|it| Some(format!("- {}: {}\n", code(&it.name), prose(&first(it)?))))
        .collect();
    if !steps.is_empty() {
        writeln!(out, "## What to do first\n\n{steps}")?;
    }
    let sources = merged.sources.iter().map(|it| {
        let numbers = [it.projects, it.violations].map(|number| number.to_string());
        let scores = [figures::score(it.production), figures::score(it.overall)];
        std::iter::once(code(&it.id)).chain(scores).chain(numbers).collect()
    });
    let columns = ["Source", "#Production score", "#Score", "#Projects", "#Violations"];
    writeln!(out, "## Sources\n\n{}", table(&columns, sources))?;
    let rivals: Vec<Vec<String>> = merged
        .projects
        .iter()
        .flat_map(|project| project.rivals.iter().map(move |it| (project, it)))
        .map(|(project, it)| vec![code(&project.name), code(&it.symbol), code(&format!("{}:{}", it.path, it.line))])
        .collect();
    if !rivals.is_empty() {
        let line = count(rivals.len() as u64, "rival implementation");
        writeln!(out, "## Rival implementations\n\n{}", fold(&line, &table(&["Project", "Class", "Place"], rivals)))?;
    }
    let measured: String = merged
        .projects
        .iter()
        .map(|it| (it, commit(it)))
        .map(|(it, commit)| {
            format!("- {}{}\n", code(&it.name), if commit.is_empty() { commit } else { format!(": {commit}") })
        })
        .collect();
    let how = format!("{measured}\nMerged by `ssot` {} from a JSON report of each.\n", env!("CARGO_PKG_VERSION"));
    write!(out, "## How this was measured\n\n{}", fold("Commits", &how))
}
