//! The few lines that a coding agent or a reviewer needs: for each file the places, what to write, and how far that can be
//! trusted.
//!
//! In: the report with its planned fixes. Out: plain lines without colour, tables or snippets; the last one is the verdict.
//! The form is stable: a path at the beginning of a line, `LINE:COLUMN severity rule: message` behind two blanks, and what
//! there is to say of the place behind four.

use std::io::{self, Write};

use crate::fix::PlannedFix;
use crate::render::style::text::{self, Paint, clean};
use crate::render::style::{RenderOptions, sentences};
use crate::report::Report;
use crate::violation::Violation;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut path = "";
    for violation in text::listed(report, options) {
        if path != &*violation.path {
            path = &violation.path;
            writeln!(out, "{}", clean(path))?;
        }
        place(violation, out)?;
        let is_of = |fix: &&PlannedFix| fix.violation.span == violation.span && fix.violation.rule == violation.rule;
        let of_file = |fix: &&PlannedFix| fix.violation.file == violation.file;
        if let Some(fix) = report.plan.iter().filter(of_file).find(is_of) {
            describe(fix, out)?;
        }
    }
    for problem in &report.problems {
        let line = if problem.line > 0 { format!(":{}", problem.line) } else { String::new() };
        let sentence = sentences::problem_sentence(problem);
        writeln!(out, "{}{line} problem: {}", clean(sentences::problem_path(problem)), clean(&sentence))?;
    }
    let plain = Paint::new(&RenderOptions::default());
    writeln!(out, "{}; {}", text::violations(report), text::verdict(report, plain))
}

fn place(violation: &Violation, out: &mut dyn Write) -> io::Result<()> {
    let state = sentences::acceptance(violation).map(|state| format!(" ({})", clean(&state))).unwrap_or_default();
    let (start, severity) = (violation.start, violation.severity.name());
    let said = sentences::sentence_with_chain(violation);
    writeln!(out, "  {}:{} {severity} {}{state}: {}", start.line, start.column, violation.rule, clean(&said))
}

/// Writes the fix: what it does and the code, or the guarantee that is lacking.
fn describe(fix: &PlannedFix, out: &mut dyn Write) -> io::Result<()> {
    let named = crate::render::fix::named(fix);
    let lacks: Vec<String> = fix.failures.iter().map(|it| it.describe(&fix.violation.path)).collect();
    let lacks = if lacks.is_empty() { String::new() } else { format!(": {}", lacks.join("; ")) };
    writeln!(out, "    fix {named}{}", clean(&lacks))?;
    for line in fix.suggestion.iter().flat_map(|text| text.lines()) {
        writeln!(out, "    write {}", clean(line))?;
    }
    Ok(())
}
