//! The migration plan in Markdown: its phases as a table, and the first steps with what is to be written.
//!
//! In: the debt report. Out: the text of a section.

use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::hundredths;

use super::markdown::{Sheet, table};

/// Changes that are told of one of them.
const CHANGES: usize = 4;

/// Writes the plan.
pub(super) fn section(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    if debt.plan.is_empty() {
        return "Nothing is left to do.\n".to_owned();
    }
    let mut text =
        "No two phases touch the same file. Scores and the entry points left are computed anew without the violations \
                    and rivals of a phase and all before it; the last column, if their files use the canonical symbol as \
                    well.\n\n"
            .to_owned();
    text += &table(
        &[
            "#Phase",
            "What",
            "#Files",
            "#Violations",
            "#Entry points left",
            "#Production score",
            "#Score at least",
            "#With adoption",
        ],
        debt.plan.iter().take(sheet.rows).zip(1..).map(|(phase, number)| {
            vec![
                number.to_string(),
                prose(&phase.title),
                phase.files.len().to_string(),
                phase.counts.violations.to_string(),
                figures::reach(phase.left),
                figures::production_gain(phase),
                figures::gain(phase),
                hundredths(phase.adopted.hundredths()),
            ]
        }),
    );
    text += &sheet.more(debt.plan.len(), sheet.rows, "phase", "phases");
    text += &figures::unplanned(debt).map(|it| format!("\n_{it}_\n")).unwrap_or_default();
    text + &steps(sheet)
}

/// The first files of the plan with what is to be written in them.
fn steps(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    // Ten of twenty-five rows: each has lines below it.
    let shown = sheet.rows.saturating_mul(2).div_ceil(5);
    let steps: Vec<_> =
        debt.plan.iter().zip(1..).flat_map(|(phase, at)| phase.steps.iter().map(move |it| (at, it))).collect();
    let mut text = String::new();
    for (phase, step) in steps.iter().take(shown) {
        text += &format!("- Phase {phase}, {}: {}\n", code(&step.path), prose(&figures::step(step)));
        for change in step.changes.iter().take(CHANGES) {
            let write = change.write.as_ref().map(|write| format!(" → {}", code(write))).unwrap_or_default();
            text += &format!("  - {}{write} ({})\n", code(&change.symbol), prose(&figures::trust(change)));
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("\nFirst steps:\n\n{text}{}", sheet.more(steps.len(), shown, "file", "files"))
    }
}
