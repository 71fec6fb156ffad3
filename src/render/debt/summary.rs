//! The summary in Markdown: what is measured in a few lines, how urgent it is, what it endangers.
//!
//! In: the debt report. Out: the text of a section.

use std::fmt::Write as _;

use crate::debt::{Counts, DebtReport};
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::{count, thousandths};
use crate::score::Scorecard;

use super::update::state_line;

/// Writes the section; `changes` are lines on what changed since the report before.
pub(super) fn section(debt: &DebtReport, changes: &[String]) -> String {
    let Counts { violations, production, in_tests, lines, files, accepted, .. } = debt.counts;
    let score = debt.report.score.overall;
    let mut text = format!("# {}\n\n", prose(&debt.title));
    for source in &debt.sources {
        let reason = source.reason.as_ref().map(|it| format!(": {}", prose(it))).unwrap_or_default();
        let canonical: Vec<String> = source.canonical.iter().map(|it| code(it)).collect();
        let instead =
            if canonical.is_empty() { String::new() } else { format!(" Code shall use {}.", canonical.join(", ")) };
        let _infallible = writeln!(text, "**{}**{reason}.{instead}\n", prose(&source.title));
    }
    let grade = if score.measured() { format!(" ({})", score.grade().name()) } else { String::new() };
    let production_score = debt.report.score.production;
    let mut points = vec![
        format!("**Production score {}**", figures::score(production_score)),
        format!("**Score {}{grade}**: {}", figures::score(score), terms(&debt.report.score)),
        format!(
            "**{}** on {} in {}: {production} in production code, {in_tests} in test code",
            count(violations, "violation"),
            count(lines, "line"),
            count(files, "file")
        ),
    ];
    if accepted > 0 {
        points.push(format!("{accepted} of them accepted by a comment or the baseline; they remain debt"));
    }
    if let Some(rivals) = debt.rivals() {
        points.push(format!("**{}** beside the canonical one", count(rivals, "rival implementation")));
    }
    points.push(format!(
        "**{} of {}** outside test code reach a violation or a rival",
        debt.impact.entries.len(),
        count(debt.impact.entry_points, "entry point")
    ));
    if !debt.criteria.is_empty() {
        points.push(format!("**{}**", figures::criteria(debt)));
    }
    let (priority, why) = (prose(&debt.priority.name), prose(&debt.priority.why));
    points.push(format!("**Priority {priority}**: {why}"));
    if !debt.labels.is_empty() {
        let labels: Vec<String> = debt.labels.iter().map(|it| code(it)).collect();
        points.push(format!("Labels: {}", labels.join(", ")));
    }
    points.iter().for_each(|point| {
        let _infallible = writeln!(text, "- {point}");
    });
    text += &endangered(debt);
    text.extend(changes.iter().map(|line| format!("\n{line}\n")));
    text += &format!("\n{}\n", state_line(debt));
    text
}

/// The components with debt of which the rules file says what that endangers.
fn endangered(debt: &DebtReport) -> String {
    let told = debt.components.iter().filter(|it| it.counts.violations > 0);
    let lines: String = told
        .filter_map(|it| {
            let impact = it.impact.as_ref()?;
            let violations = count(it.counts.violations, "violation");
            Some(format!("- {}, {violations}: {}\n", code(&it.id), prose(impact)))
        })
        .collect();
    if lines.is_empty() { lines } else { format!("\nWhat it endangers:\n\n{lines}") }
}

fn terms(card: &Scorecard) -> String {
    let score = card.overall;
    if !score.measured() {
        return card.unmeasured().to_owned();
    }
    format!("{}, {} points of debt", count(score.adopters, "adopter"), thousandths(u128::from(score.debt)))
}
