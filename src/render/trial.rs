//! The outcome of `ssot test`, as text and as JSON.
//!
//! In: a [`TrialReport`]. Out: the examples that are wrong with their places, and a table of the disguises. Decides nothing.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::text::{Align, Paint, clean, count, table};
use super::style::{self, RenderOptions};
use crate::trial::{Evasion, TrialReport, TriedExample, evaded};

/// Writes the outcome for people.
///
/// # Errors
/// Those of the writer.
pub fn trial_text(report: &TrialReport, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for problem in report.wrong().filter_map(TriedExample::problem) {
        style::problem(&problem, options, out)?;
        writeln!(out)?;
    }
    if let Some(evasions) = &report.evasions {
        evasions_text(evasions, options, out)?;
    }
    let wrong = report.wrong().count();
    let paint = Paint::new(options);
    let verdict = match wrong {
        0 => paint.verdict(true, "all do as they say"),
        _ => paint.verdict(false, format!("{wrong} wrong")),
    };
    let all = count(report.examples.len() as u64, "example");
    write!(out, "{all}: {verdict}")?;
    match report.without.as_slice() {
        [] => writeln!(out),
        [only] => writeln!(out, "; rule `{}` has none", clean(only)),
        several => writeln!(out, "; {} have none", count(several.len() as u64, "rule")),
    }
}

fn evasions_text(evasions: &[Evasion], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for rule in evaded(evasions) {
        for way in rule.ways {
            let caught = match (way.hidden.len(), way.tried) {
                (0, _) => "yes".to_owned(),
                (hidden, tried) if hidden == tried => "no".to_owned(),
                (hidden, tried) => format!("{} of {tried}", tried - hidden),
            };
            // Where all are hidden there is nothing to name.
            let hidden = if way.hidden.len() == way.tried { Vec::new() } else { way.hidden };
            let language = rule.language.0.title.to_owned();
            rows.push(vec![rule.rule.to_owned(), language, way.disguise.to_owned(), caught, hidden.join(", ")]);
        }
    }
    if rows.is_empty() {
        return writeln!(out, "no rule bans a symbol that could be disguised\n");
    }
    let columns = ["rule", "language", "disguise", "caught", "not caught"].map(|title| (title, Align::Left));
    writeln!(out, "{}", table(&columns, rows, options))?;
    let caught = evasions.iter().filter(|evasion| evasion.caught).count();
    writeln!(out, "{}: {caught} caught", count(evasions.len() as u64, "disguise"))
}

/// Writes the outcome as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn trial_json(report: &TrialReport, out: &mut dyn Write) -> io::Result<()> {
    let evasions = report.evasions.as_ref().map(|list| list.iter().map(evasion_json).collect::<Vec<_>>());
    let document = json!({
        "schema": 1,
        "passed": report.wrong().next().is_none(),
        "examples": report.examples.iter().map(example_json).collect::<Vec<_>>(),
        "without_examples": report.without.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
        "evasions": evasions,
    });
    writeln!(out, "{document:#}")
}

fn example_json(example: &TriedExample) -> Value {
    json!({
        "rule": &*example.rule,
        "expected": if example.bad { "bad" } else { "good" },
        "path": &*example.origin.file,
        "line": example.origin.line(),
        "passed": example.fault.is_none(),
        "message": example.fault.as_ref().map(|fault| &fault.message),
    })
}

fn evasion_json(evasion: &Evasion) -> Value {
    json!({
        "rule": &*evasion.rule,
        "ban": evasion.ban,
        "language": evasion.language.name(),
        "disguise": evasion.disguise,
        "caught": evasion.caught,
        "code": evasion.code,
    })
}
