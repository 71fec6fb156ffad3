//! The reports of several projects as one document, in Markdown and as a page.
//!
//! In: the merged report. Out: bytes.

mod html;
mod markdown;

pub use html::merged_html;
pub use markdown::merged_markdown;

use crate::debt::{MergedReport, ProjectReport};
use crate::render::style::figures::short;
use crate::render::style::text::count;

/// One line that names the debt.
fn title(merged: &MergedReport) -> String {
    let violations: u64 = merged.projects.iter().map(|it| it.violations).sum();
    let (projects, violations) = (count(merged.projects.len() as u64, "project"), count(violations, "violation"));
    format!("{projects}: {violations} against the single sources of truth")
}

/// The commit of a project with its day; empty where its report has none.
fn commit(project: &ProjectReport) -> String {
    let parts = [project.commit.as_deref().map(short), project.date.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `2 of 7`; a dash where nothing was measured.
fn part(numbers: Option<(u64, u64)>) -> String {
    numbers.map_or_else(|| "-".to_owned(), |(part, all)| format!("{part} of {all}"))
}

/// The criteria of a project that has some.
fn criteria(project: &ProjectReport) -> String {
    part(Some(project.criteria).filter(|(_, all)| *all > 0))
}

/// The first phase of the plan, with its violations.
fn first(project: &ProjectReport) -> Option<String> {
    let (title, violations) = project.first.as_ref()?;
    Some(format!("{title} ({})", count(*violations, "violation")))
}
