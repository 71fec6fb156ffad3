//! The migration plan in Markdown: its phases as a table, and the first steps with what is to be written.
//!
//! In: the debt report. Out: the text of a section.

use crate::debt::PlannedChange;
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::{clean, hundredths};

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
    let steps: Vec<_> =
        sheet.debt.plan.iter().zip(1..).flat_map(|(phase, at)| phase.steps.iter().map(move |it| (at, it))).collect();
    let mut text = String::new();
    for (phase, step) in steps.iter().take(sheet.steps) {
        text += &format!("- Phase {phase}, {}: {}\n", code(&step.path), prose(&figures::step(step)));
        text.extend(step.changes.iter().take(CHANGES).map(|it| change(it, &step.path)));
    }
    if text.is_empty() {
        text
    } else {
        format!("\nFirst steps:\n\n{text}{}", sheet.more(steps.len(), sheet.steps, "file", "files"))
    }
}

/// A change with what to write: in its line, or below it where that is several lines.
fn change(it: &PlannedChange, path: &str) -> String {
    let (symbol, trust) = (code(&it.symbol), prose(&figures::trust(it)));
    match it.write.as_deref().map(str::trim_end) {
        None => format!("  - {symbol} ({trust})\n"),
        Some(write) if !write.contains('\n') => format!("  - {symbol} → {} ({trust})\n", code(write)),
        Some(write) => format!("  - {symbol} ({trust}) →\n{}", block(write, path)),
    }
}

/// Code in a fence that it cannot end, set in below an item of an item.
fn block(code: &str, path: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let extension = path.rsplit('.').next().filter(|it| it.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let lines: String = code.lines().map(|line| format!("    {}\n", clean(&line.replace('\t', "    ")))).collect();
    format!("    {fence}{}\n{lines}    {fence}\n", extension.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::fixing::Applicability;

    fn planned(write: &str) -> PlannedChange {
        let (symbol, applicability) = ("redis.Redis".to_owned(), Applicability::Manual);
        PlannedChange { symbol, write: Some(write.to_owned()), applicability, why: None, places: 1 }
    }

    #[test]
    fn what_is_to_be_written_in_several_lines_stands_in_a_block() {
        let one = change(&planned("cache.client"), "app/a.py");
        assert_eq!(one, "  - `redis.Redis` → `cache.client` (1 place, manual)\n");
        let two = change(&planned("from app import cache\ncache.client(\"```\")\n"), "app/a.py");
        assert_eq!(
            two,
            "  - `redis.Redis` (1 place, manual) →\n    ````py\n    from app import cache\n    cache.client(\"```\")\n    ````\n"
        );
    }
}
