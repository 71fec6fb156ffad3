//! A history for people: a line with a sparkline for the score and for each source, then the commits that moved it.

use std::io::{self, Write};

use crate::history::{History, HistoryPoint, PastViolation, ScoreMove};
use crate::render::style::text::{Align, Paint, clean, count, hundredths, table};
use crate::render::style::{RenderOptions, Verbosity};
use crate::score::{Grade, Score};
use crate::suppress::Date;

/// The heights of a sparkline, the lowest first.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A sparkline is not longer.
const LONGEST_LINE: usize = 20;

/// So many violations of each kind are named for a commit.
const MOST_NAMED: usize = 5;

/// So many commits that could not be compared are named.
const MOST_NOTES: usize = 10;

/// Writes a history for people.
///
/// # Errors
/// Those of the writer.
pub fn history_text(history: &History, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    let points: Vec<&HistoryPoint> = history.listed().collect();
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        let commits = count(points.len() as u64, "commit");
        writeln!(out, "{commits}, {} to {}\n", day(first), day(last))?;
        write!(out, "{}", trends(history, &points, options))?;
    }
    for it in &history.moves {
        writeln!(out)?;
        write_move(it, paint, out)?;
    }
    write_notes(&points, paint, out)?;
    if options.verbosity != Verbosity::Quiet {
        for notice in &history.notices {
            writeln!(out, "\n{}: {}", paint.bold("note"), clean_lines(notice))?;
        }
    }
    Ok(())
}

fn day(point: &HistoryPoint) -> Date {
    Date::of_seconds(point.commit.seconds)
}

/// Text of several lines without what could move the cursor.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// A row for the score, one for that of production code, and one for each source.
fn trends(history: &History, points: &[&HistoryPoint], options: &RenderOptions) -> String {
    let columns = [
        ("score of", Align::Left),
        ("first", Align::Right),
        ("last", Align::Right),
        ("change", Align::Right),
        ("violations", Align::Right),
        ("rivals", Align::Right),
        ("trend", Align::Left),
    ];
    let counts = |source: Option<&str>, rivals: bool| {
        let number = |point: &&HistoryPoint| {
            let it = point.measurement()?;
            Some(if rivals { it.rival_count(source) } else { it.violation_count(source) })
        };
        let mut numbers = points.iter().filter_map(number);
        let first = numbers.next();
        match (first, numbers.next_back().or(first)) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(first), _) => first.to_string(),
            _ => "-".to_owned(),
        }
    };
    let row = |name: &str, source: Option<&str>, scores: Vec<Option<Score>>| {
        let scores: Vec<Option<u32>> = scores.into_iter().map(|score| score.map(Score::hundredths)).collect();
        let known: Vec<u32> = scores.iter().copied().flatten().collect();
        let ends = known.first().zip(known.last());
        let shown = |score: Option<&u32>| score.map_or("-".to_owned(), |score| hundredths(*score));
        vec![
            name.to_owned(),
            shown(known.first()),
            shown(known.last()),
            ends.map_or("-".to_owned(), |(first, last)| change([*first, *last])),
            counts(source, false),
            counts(source, true),
            sparkline(&scores),
        ]
    };
    let production = |point: &&HistoryPoint| point.comparable().and(point.measurement()).map(|it| it.production);
    let mut rows = vec![
        row("everything", None, points.iter().map(|it| it.comparable()).collect()),
        row("production", None, points.iter().map(production).map(|it| it.filter(|it| it.measured())).collect()),
    ];
    rows[1][4..6].iter_mut().for_each(|cell| *cell = "-".to_owned());
    rows.extend(history.sources.iter().map(|id| {
        let scores = points.iter().map(|point| point.comparable_source(id)).collect();
        row(&format!("source {id}"), Some(id), scores)
    }));
    table(&columns, rows, options)
}

/// `+1.50`, `-0.25`, `0.00`.
fn change([before, after]: [u32; 2]) -> String {
    let sign = match after.cmp(&before) {
        std::cmp::Ordering::Less => "-",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => "+",
    };
    format!("{sign}{}", hundredths(before.abs_diff(after)))
}

/// A sign for each score, or for each group of them the last, from the lowest to the highest; a space where there is none.
fn sparkline(scores: &[Option<u32>]) -> String {
    let known = || scores.iter().copied().flatten();
    let (Some(least), Some(most)) = (known().min(), known().max()) else { return String::new() };
    let height = |score: u32| match most - least {
        0 => HEIGHTS[3],
        range => HEIGHTS[((score - least) as usize * (HEIGHTS.len() - 1) + range as usize / 2) / range as usize],
    };
    let length = scores.len().min(LONGEST_LINE);
    let group = |at: usize| &scores[at * scores.len() / length..(at + 1) * scores.len() / length];
    let sign = |at: usize| group(at).iter().rev().find_map(|score| *score).map_or(' ', height);
    (0..length).map(sign).collect()
}

fn write_move(it: &ScoreMove, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let [before, after] = it.scores;
    let moved = paint.verdict(after > before, change(it.scores));
    let after = paint.grade(Grade::of(after), hundredths(after));
    let (id, day) = (short(&it.commit), Date::of_seconds(it.seconds));
    writeln!(out, "{} {day} {moved} ({} to {after}) {}", paint.bold(id), hundredths(before), clean(&it.subject))?;
    write_violations("fixed", &it.fixed, out)?;
    write_violations("brought", &it.brought, out)
}

fn write_violations(what: &str, list: &[PastViolation], out: &mut dyn Write) -> io::Result<()> {
    for it in list.iter().take(MOST_NAMED) {
        let identity = &it.identity;
        let (path, symbol) = (clean(&identity.path), clean(&identity.symbol));
        writeln!(out, "  {what} {path}:{} [{}] {symbol}", it.line, clean(&identity.rule))?;
    }
    match list.len().saturating_sub(MOST_NAMED) {
        0 => Ok(()),
        more => writeln!(out, "  {what} {more} more"),
    }
}

/// Says which commits were left out of comparisons, and why.
fn write_notes(points: &[&HistoryPoint], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let noted: Vec<(&&HistoryPoint, String)> = points.iter().filter_map(|point| Some((point, point.note()?))).collect();
    if noted.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold(format!("left out of comparisons: {}", count(noted.len() as u64, "commit"))))?;
    for (point, note) in noted.iter().rev().take(MOST_NOTES) {
        writeln!(out, "  {} {} {}", short(&point.commit.id), day(point), clean(note))?;
    }
    match noted.len().saturating_sub(MOST_NOTES) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} older ones"),
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_goes_from_the_lowest_to_the_highest() {
        assert_eq!(sparkline(&[Some(0), None, Some(5_000), Some(10_000)]), "▁ ▅█");
        assert_eq!(sparkline(&[Some(9_000), Some(9_000)]), "▄▄");
        assert_eq!(sparkline(&[None]), "");
        let long: Vec<Option<u32>> = (0..400).map(Some).collect();
        let line = sparkline(&long);
        assert_eq!((line.chars().count(), line.chars().last()), (LONGEST_LINE, Some('█')));
    }

    #[test]
    fn changes_have_a_sign() {
        assert_eq!([change([100, 250]), change([250, 100]), change([7, 7])], ["+1.50", "-1.50", "0.00"]);
    }
}
