//! Answers of `ssot explain` for a place, as text and as JSON.
//!
//! In: a [`PlaceReport`]. Out: each name with what it denotes, the rules that were considered, and why there is silence.
//! Decides nothing.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fix;
use super::style::RenderOptions;
use super::style::text::{Paint, clean};
use crate::explain::{ExplainedViolation, MeaningReport, NameReport, PlaceReport};

/// Writes what is known of a place for people.
///
/// # Errors
/// Those of the writer.
pub fn place_text(report: &PlaceReport, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    let column = report.place.column.map(|column| format!(":{column}")).unwrap_or_default();
    writeln!(out, "{}", paint.bold(format!("{}:{}{column}", clean(&report.path), report.place.line)))?;
    for name in &report.names {
        writeln!(out, "`{}`, {}", clean(&name.written), name.standing.describe())?;
        if name.meanings.is_empty() {
            writeln!(out, "  denotes nothing that could be found")?;
        }
        for meaning in &name.meanings {
            meaning_text(meaning, out)?;
        }
    }
    for ExplainedViolation { violation, fix: planned } in &report.violations {
        writeln!(
            out,
            "{} {}",
            paint.bold(format!("{}[{}]", violation.severity.name(), violation.rule)),
            clean(&violation.message)
        )?;
        if let Some(instead) = violation.instead() {
            writeln!(out, "  use instead: {}", clean(&instead))?;
        }
        if let Some(planned) = planned {
            writeln!(out, "  fix: {}", fix::named(planned))?;
            fix::details(planned, "    ", out)?;
        }
    }
    if report.violations.is_empty() {
        writeln!(out, "nothing is reported here")?;
    }
    for why in &report.silence {
        writeln!(out, "  {}", clean(why))?;
    }
    Ok(())
}

fn meaning_text(meaning: &MeaningReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  denotes {}", clean(&meaning.what))?;
    let others: Vec<&str> = meaning.paths.iter().map(String::as_str).filter(|it| !named(&meaning.what, it)).collect();
    if !others.is_empty() {
        writeln!(out, "    also named {}", clean(&others.join(", ")))?;
    }
    for hop in &meaning.hops {
        writeln!(out, "    {}:{} {}", clean(&hop.path), hop.line, clean(&hop.note))?;
    }
    for source in &meaning.canonical {
        writeln!(out, "    canonical for source `{source}`")?;
    }
    for rule in &meaning.rules {
        let mark = if rule.reported { "applies" } else { "does not apply" };
        writeln!(out, "    rule `{}` {mark}: {}", rule.rule, clean(&rule.why))?;
    }
    if let Some(near) = &meaning.near {
        writeln!(out, "    near miss: {}", clean(near))?;
    } else if meaning.rules.is_empty() && meaning.canonical.is_empty() {
        writeln!(out, "    no rule speaks of it")?;
    }
    Ok(())
}

/// Returns true if a description begins with a name.
fn named(what: &str, name: &str) -> bool {
    what.strip_prefix(name).is_some_and(|rest| rest.starts_with([',', ' ']) || rest.is_empty())
}

/// Writes what is known of a place as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn place_json(report: &PlaceReport, out: &mut dyn Write) -> io::Result<()> {
    let document = json!({
        "schema": 1,
        "path": report.path,
        "line": report.place.line,
        "column": report.place.column,
        "names": report.names.iter().map(name_json).collect::<Vec<_>>(),
        "violations": report.violations.iter().map(violation_json).collect::<Vec<_>>(),
        "silence": report.silence,
    });
    writeln!(out, "{document:#}")
}

fn name_json(name: &NameReport) -> Value {
    let meanings: Vec<Value> = name
        .meanings
        .iter()
        .map(|meaning| {
            let rules: Vec<Value> = meaning
                .rules
                .iter()
                .map(|it| json!({"rule": &*it.rule, "symbol": it.symbol, "reported": it.reported, "why": it.why}))
                .collect();
            let canonical: Vec<&str> = meaning.canonical.iter().map(AsRef::as_ref).collect();
            json!({"what": meaning.what, "names": meaning.paths, "hops": meaning.hops, "rules": rules,
                   "canonical": canonical, "near": meaning.near})
        })
        .collect();
    json!({"written": name.written, "standing": name.standing.describe(), "meanings": meanings})
}

fn violation_json(explained: &ExplainedViolation) -> Value {
    let ExplainedViolation { violation, fix: planned } = explained;
    json!({
        "rule": &*violation.rule,
        "severity": violation.severity,
        "line": violation.start.line,
        "column": violation.start.column,
        "message": violation.message,
        "state": violation.state,
        "reason": violation.reason,
        "use_instead": violation.use_instead,
        "fix": planned.as_ref().map(fix::FixJson::of),
        "write": violation.replacement(),
        "with_import": violation.advice.import,
        "alternatives": violation.advice.others,
    })
}
