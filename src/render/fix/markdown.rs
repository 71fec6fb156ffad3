//! The plan of fixes as Markdown: a section for each phase, a table for each file.

use std::io::{self, Write};

use super::{PlanPhase, PlanSums, PlanView};
use crate::lang::fixing::Guarantee;
use crate::render::style::markdown::{code, prose};

pub(super) fn plan(view: &PlanView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sums = PlanSums::of(view.fixes.iter());
    writeln!(out, "# Plan of fixes\n\n{}.\n", sums.describe())?;
    if !sums.by_guarantee.is_empty() {
        writeln!(out, "| first guarantee that fails | violations |\n| --- | ---: |")?;
        for guarantee in Guarantee::ALL {
            if let Some(number) = sums.by_guarantee.get(&guarantee) {
                writeln!(out, "| {guarantee} | {number} |")?;
            }
        }
        writeln!(out)?;
    }
    for phase in PlanPhase::of(view) {
        let of_phase = PlanSums::of(phase.files.values().flatten().copied());
        if let Some(title) = phase.title {
            writeln!(out, "## {}\n\n{}.\n", prose(title), of_phase.describe())?;
        }
        for (path, fixes) in phase.files {
            writeln!(out, "### {}\n", code(path))?;
            writeln!(
                out,
                "| line | rule | symbol | fix | why not safe | write |\n| ---: | --- | --- | --- | --- | --- |"
            )?;
            for fix in fixes {
                let at = &fix.violation;
                let action = fix.action.map(|action| format!(", {}", action.name())).unwrap_or_default();
                let why: Vec<String> =
                    fix.failures.iter().map(|it| prose(&format!("{}: {}", it.guarantee, it.describe(path)))).collect();
                let write: Vec<String> = fix.suggestion.iter().flat_map(|text| text.lines()).map(code).collect();
                writeln!(
                    out,
                    "| {} | {} | {} | {}{action} | {} | {} |",
                    at.start.line,
                    code(&at.rule),
                    code(&at.symbol),
                    fix.applicability.name(),
                    why.join("<br>"),
                    write.join("<br>"),
                )?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
