//! A history as CSV (RFC 4180, with plain line ends): a row for each commit, oldest first, columns for each source.

use std::io::{self, Write};

use crate::history::{History, HistoryPoint, PastFindings, PastOutcome};
use crate::render::style::text::hundredths;
use crate::score::Score;
use crate::suppress::Date;

/// The columns of every history.
const COLUMNS: [&str; 8] = ["commit", "date", "score", "production", "violations", "rivals", "unread", "comparable"];

/// Writes a history as CSV; what was not measured is an empty field.
///
/// # Errors
/// Those of the writer.
pub fn history_csv(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let of_source = |id: &str| ["score", "production", "violations", "rivals"].map(|what| format!("{id}.{what}"));
    let head = COLUMNS.into_iter().map(str::to_owned).chain(history.sources.iter().flat_map(|id| of_source(id)));
    row(head, out)?;
    for point in history.listed() {
        let sources = history.sources.iter().flat_map(|id| source_fields(point, id));
        row(commit_fields(point).into_iter().chain(sources), out)?;
    }
    Ok(())
}

fn row(fields: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", fields.map(quoted).collect::<Vec<_>>().join(","))
}

fn quoted(field: String) -> String {
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

fn commit_fields(point: &HistoryPoint) -> [String; COLUMNS.len()] {
    let of = |value: &dyn Fn(&PastFindings) -> String| point.measurement().map(value).unwrap_or_default();
    let unread = match &point.reading {
        PastOutcome::Unread { files, .. } => *files,
        PastOutcome::Measured(_) => 0,
    };
    [
        point.commit.id.clone(),
        Date::moment(point.commit.seconds),
        of(&|it| shown(it.overall)),
        of(&|it| shown(it.production)),
        of(&|it| it.violation_count(None).to_string()),
        of(&|it| it.rival_count(None).to_string()),
        unread.to_string(),
        point.comparable().is_some().to_string(),
    ]
}

fn source_fields(point: &HistoryPoint, id: &str) -> [String; 4] {
    let Some((it, source)) = point.measurement().and_then(|it| Some((it, it.source(id)?))) else {
        return Default::default();
    };
    let [violations, rivals] = [it.violation_count(Some(id)), it.rival_count(Some(id))].map(|count| count.to_string());
    [shown(source.total), shown(source.production), violations, rivals]
}

fn shown(score: Score) -> String {
    hundredths(score.hundredths())
}
