//! A history as JSON (docs/design.md section 14): keys in the order of the contract, additions at the end of an object.

use std::io::{self, Write};

use serde::Serialize;

use crate::history::{History, HistoryPoint, PastSource, PastViolation, ScoreMove};
use crate::render::check::json::{Hundredths, Thousandths, write};
use crate::suppress::Date;

#[derive(Serialize)]
struct HistoryJson<'r> {
    schema: u32,
    commits: Vec<CommitJson<'r>>,
    moved: Vec<MoveJson<'r>>,
    notices: &'r [String],
}

/// One commit; its numbers are null where it could not be read.
#[derive(Serialize)]
struct CommitJson<'r> {
    commit: &'r str,
    date: String,
    score: Option<Hundredths>,
    production: Option<Hundredths>,
    violations: Option<u64>,
    rivals: Option<u64>,
    sources: Vec<PastSourceJson<'r>>,
    unread: u64,
    subject: &'r str,
    measured: bool,
    comparable: bool,
    note: Option<String>,
}

#[derive(Serialize)]
struct PastSourceJson<'r> {
    id: &'r str,
    score: Hundredths,
    production: Hundredths,
    violations: u64,
    rivals: u64,
    adopters: u64,
    debt: Thousandths,
    measured: bool,
    comparable: bool,
}

#[derive(Serialize)]
struct MoveJson<'r> {
    commit: &'r str,
    since: &'r str,
    change: f64,
    fixed: Vec<PastViolationJson<'r>>,
    brought: Vec<PastViolationJson<'r>>,
}

#[derive(Serialize)]
struct PastViolationJson<'r> {
    rule: &'r str,
    source: Option<&'r str>,
    path: &'r str,
    line: u32,
    symbol: &'r str,
    scope: &'r str,
    fingerprint: &'r str,
}

/// Writes a history as JSON.
///
/// # Errors
/// Those of the writer.
pub fn history_json(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let commits = history.listed().map(CommitJson::of).collect();
    let moved = history.moves.iter().map(MoveJson::of).collect();
    write(&HistoryJson { schema: 1, commits, moved, notices: &history.notices }, out)
}

impl<'r> CommitJson<'r> {
    fn of(point: &'r HistoryPoint) -> Self {
        let it = point.measurement();
        let unread = match &point.reading {
            crate::history::PastOutcome::Unread { files, .. } => *files,
            crate::history::PastOutcome::Measured(_) => 0,
        };
        Self {
            commit: &point.commit.id,
            date: Date::moment(point.commit.seconds),
            score: it.map(|it| Hundredths(it.overall.hundredths())),
            production: it.map(|it| Hundredths(it.production.hundredths())),
            violations: it.map(|it| it.violation_count(None)),
            rivals: it.map(|it| it.rival_count(None)),
            sources: it
                .map(|it| it.sources.iter().map(|source| PastSourceJson::of(source, point)).collect())
                .unwrap_or_default(),
            unread,
            subject: &point.commit.subject,
            measured: it.is_some_and(|it| it.overall.measured()),
            comparable: point.comparable().is_some(),
            note: point.note(),
        }
    }
}

impl<'r> PastSourceJson<'r> {
    fn of(source: &'r PastSource, point: &HistoryPoint) -> Self {
        let count = |of: fn(&crate::history::PastFindings, Option<&str>) -> u64| {
            point.measurement().map_or(0, |it| of(it, Some(&source.id)))
        };
        Self {
            id: &source.id,
            score: Hundredths(source.total.hundredths()),
            production: Hundredths(source.production.hundredths()),
            violations: count(crate::history::PastFindings::violation_count),
            rivals: count(crate::history::PastFindings::rival_count),
            adopters: source.total.adopters,
            debt: Thousandths(source.total.debt),
            measured: source.total.measured(),
            comparable: point.comparable_source(&source.id).is_some(),
        }
    }
}

impl<'r> MoveJson<'r> {
    fn of(it: &'r ScoreMove) -> Self {
        let list = |list: &'r [PastViolation]| list.iter().map(PastViolationJson::of).collect();
        let [before, after] = it.scores.map(f64::from);
        Self {
            commit: &it.commit,
            since: &it.since,
            change: (after - before) / 100.0,
            fixed: list(&it.fixed),
            brought: list(&it.brought),
        }
    }
}

impl<'r> PastViolationJson<'r> {
    fn of(it: &'r PastViolation) -> Self {
        let identity = &it.identity;
        Self {
            rule: &identity.rule,
            source: identity.source.as_deref(),
            path: &identity.path,
            line: it.line,
            symbol: &identity.symbol,
            scope: &identity.scope,
            fingerprint: &identity.fingerprint,
        }
    }
}
