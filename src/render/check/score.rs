//! `ssot score`: the scores alone, as text, JSON or a badge.
//!
//! In: a scorecard. Out: a table for each source and the overall score, or the contract's `score` object.

use std::io::{self, Write};

use serde::Serialize;

use crate::score::{Grade, PartScore, Scorecard, SourceScore};

use super::json::{self, ScorecardJson};
use crate::render::style::RenderOptions;
use crate::render::style::text::{self, Align, Paint, clean};

/// Writes each source's score by rule kind, component and directory, then the overall score.
///
/// # Errors
/// Those of the writer.
pub fn score_text(card: &Scorecard, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    for source in &card.sources {
        let score = text::score_with_terms(source.total, source.unmeasured(), paint);
        writeln!(out, "{} {}: {score}", paint.bold("source"), clean(&source.name()))?;
        if let Some(owner) = &source.inferred_owner {
            writeln!(out, "owner inferred: {}, as {}", clean(owner), clean(&source.inferred_names.join(", ")))?;
        }
        let rows = rows(source);
        if !rows.is_empty() {
            let columns = [
                ("part", Align::Left),
                ("violations", Align::Right),
                ("adopters", Align::Right),
                ("debt", Align::Right),
                ("score", Align::Right),
            ];
            write!(out, "{}", text::table(&columns, rows, options))?;
        }
        writeln!(out)?;
    }
    let overall = text::score_with_terms(card.overall, card.unmeasured(), paint);
    writeln!(out, "{} {overall}", paint.bold("score"))
}

fn rows(source: &SourceScore) -> Vec<Vec<String>> {
    let kinds = source.by_kind.iter().map(|(kind, part)| row("kind", kind.name(), part));
    let components = source.components.iter().map(|(id, part)| row("component", id, part));
    let directories = source.directories.iter().map(|(path, part)| row("directory", path, part));
    kinds.chain(components).chain(directories).flatten().collect()
}

/// A row for a part that has violations: of all others there is nothing to do.
fn row(what: &str, name: &str, part: &PartScore) -> Option<Vec<String>> {
    (part.violations > 0).then(|| {
        vec![
            format!("{what} {name}"),
            part.violations.to_string(),
            part.score.adopters.to_string(),
            text::thousandths(u128::from(part.score.debt)),
            text::part_score(part),
        ]
    })
}

/// Writes the `score` object of the JSON contract as a document of its own.
///
/// # Errors
/// Those of the writer.
pub fn score_json(card: &Scorecard, out: &mut dyn Write) -> io::Result<()> {
    json::write(&ScorecardJson::of(card), out)
}

/// A badge as the endpoint of shields.io reads it (<https://shields.io/badges/endpoint-badge>).
#[derive(Serialize)]
struct BadgeJson {
    #[serde(rename = "schemaVersion")]
    schema_version: u32,
    label: &'static str,
    message: String,
    color: &'static str,
}

/// Writes the overall score as a badge, in the colour of its grade.
///
/// # Errors
/// Those of the writer.
pub fn score_badge(card: &Scorecard, out: &mut dyn Write) -> io::Result<()> {
    let color = match card.overall.grade() {
        _ if !card.overall.measured() => "lightgrey",
        Grade::Compliant => "brightgreen",
        Grade::Fair => "yellow",
        Grade::Poor => "orange",
        Grade::Critical => "red",
    };
    let message = match card.overall.measured() {
        true => text::hundredths(card.overall.hundredths()),
        false => "not measured".to_owned(),
    };
    json::write(&BadgeJson { schema_version: 1, label: "ssot", message, color }, out)
}
