//! The faults that `ssot doctor` found, as text and as JSON.
//!
//! In: [`Ailment`]s. Out: each with its place and remedy, and sums. Decides nothing.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::text::{Paint, count};
use super::style::{self, RenderOptions};
use crate::doctor::{Ailment, Check};

/// Writes what is wrong for people.
///
/// # Errors
/// Those of the writer.
pub fn ailments_text(ailments: &[Ailment], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for ailment in ailments {
        style::problem(&ailment.problem, options, out)?;
        writeln!(out)?;
    }
    let wrong = ailments.iter().filter(|ailment| !ailment.check.is_hint()).count();
    let paint = Paint::new(options);
    let verdict = match wrong {
        0 => paint.verdict(true, "nothing is wrong with the rules"),
        _ => paint.verdict(false, count(wrong as u64, "fault")),
    };
    let sums = Check::ALL.iter().filter_map(|check| {
        let number = ailments.iter().filter(|ailment| ailment.check == *check).count();
        (number > 0).then(|| format!("{number} {}", check.name()))
    });
    let sums: Vec<String> = sums.collect();
    let sums = if sums.is_empty() { String::new() } else { format!(" ({})", sums.join(", ")) };
    writeln!(out, "{verdict}{sums}")
}

/// Writes what is wrong as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn ailments_json(ailments: &[Ailment], out: &mut dyn Write) -> io::Result<()> {
    let passed = ailments.iter().all(|ailment| ailment.check.is_hint());
    let findings: Vec<Value> = ailments.iter().map(ailment_json).collect();
    writeln!(out, "{:#}", json!({ "schema": 1, "passed": passed, "findings": findings }))
}

fn ailment_json(ailment: &Ailment) -> Value {
    let Ailment { check, rule, problem } = ailment;
    json!({
        "check": check.name(),
        "rule": rule,
        "path": &*problem.path,
        "line": problem.line,
        "column": problem.column,
        "severity": if check.is_hint() { json!("note") } else { json!(problem.severity) },
        "message": problem.message,
        "help": problem.help,
    })
}
