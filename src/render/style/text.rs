//! Pieces that the text formats share: colours, numbers, tables, the closing lines.
//!
//! In: values of the report. Out: strings, or lines on a writer.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableStyle, Width, presets};

use crate::findings::ImplementationRole;
use crate::report::{GateCondition, Report};
use crate::rule::Severity;
use crate::score::{Grade, PartScore, Score};
use crate::violation::{Context, Violation};

use super::{RenderOptions, Verbosity};

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::BrightRed.on_default().bold();
const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();
const CALM: Style = AnsiColor::BrightGreen.on_default().bold();

/// Applies styles, or leaves them out.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Paint {
    color: bool,
}

impl Paint {
    pub(in crate::render) fn new(options: &RenderOptions) -> Self {
        Self { color: options.color }
    }

    fn with(self, style: Style, text: impl Display) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    pub(in crate::render) fn bold(self, text: impl Display) -> String {
        self.with(BOLD, text)
    }

    pub(in crate::render) fn faint(self, text: impl Display) -> String {
        self.with(FAINT, text)
    }

    pub(in crate::render) fn severity(self, severity: Severity, text: impl Display) -> String {
        let style = match severity {
            Severity::Error => BAD,
            Severity::Warning => CAREFUL,
            Severity::Note | Severity::Off => CALM,
        };
        self.with(style, text)
    }

    pub(in crate::render) fn grade(self, grade: Grade, text: impl Display) -> String {
        let style = match grade {
            Grade::Compliant => GOOD,
            Grade::Fair | Grade::Poor => CAREFUL,
            Grade::Critical => BAD,
        };
        self.with(style, text)
    }

    pub(in crate::render) fn verdict(self, passed: bool, text: impl Display) -> String {
        self.with(if passed { GOOD } else { BAD }, text)
    }
}

/// Text of the project without characters that could move the cursor of a terminal or turn the direction of a line.
pub(in crate::render) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if steers(c) { c.escape_default().to_string() } else { c.to_string() }).collect())
}

/// Returns true if a character steers a display instead of being shown: control characters, line separators, and the
/// marks that set the direction of text.
pub(in crate::render) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The violation's sentence; one made of its kind and symbol where the detector gave none.
pub(in crate::render) fn message(violation: &Violation) -> Cow<'_, str> {
    if !violation.message.is_empty() {
        return Cow::Borrowed(&violation.message);
    }
    let kind = violation.kind.map_or("rule", crate::rule::RuleKind::name);
    Cow::Owned(format!("{kind} of `{}`", violation.symbol))
}

/// `71.00` of 7100.
pub(in crate::render) fn hundredths(value: u32) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

/// `2` of 2000, `1.5` of 1500.
pub(in crate::render) fn thousandths(value: u128) -> String {
    let whole = value / 1_000;
    match value % 1_000 {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// `1 file`, `2 files`.
pub(in crate::render) fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

/// `71.00 (poor)`, or why it is not measured.
pub(in crate::render) fn score(score: Score, why: &str, paint: Paint) -> String {
    if !score.measured() {
        return why.to_owned();
    }
    let grade = score.grade();
    paint.grade(grade, format!("{} ({})", hundredths(score.hundredths()), grade.name()))
}

/// The score of a part, for a table: a dash where there is nothing to measure.
pub(in crate::render) fn part_score(part: &PartScore) -> String {
    score(part.score, "-", Paint { color: false })
}

/// `71.00 (poor): 120 adopters, 98 points of debt`, or why it is not measured.
pub(in crate::render) fn score_with_terms(it: Score, why: &str, paint: Paint) -> String {
    if !it.measured() {
        return why.to_owned();
    }
    let points = if it.debt == 1_000 { "point" } else { "points" };
    let debt = thousandths(u128::from(it.debt));
    format!("{}: {}, {debt} {points} of debt", score(it, why, paint), count(it.adopters, "adopter"))
}

/// Violations that a format lists, in its order.
pub(in crate::render) fn listed<'r>(
    report: &'r Report,
    options: &RenderOptions,
) -> impl Iterator<Item = &'r Violation> {
    let least = options.min_severity.unwrap_or(Severity::Note);
    let shown = |it: &&Violation| it.severity >= least && (options.show_suppressed || it.is_active());
    let mut listed: Vec<&Violation> = report.violations.iter().filter(shown).collect();
    if options.production_first {
        listed.sort_by_key(|violation| violation.context == Context::Test);
    }
    listed.into_iter()
}

/// Takes the violations together that stand at one place in one state, the gravest of each first.
pub(in crate::render) fn places<'r>(listed: impl Iterator<Item = &'r Violation>) -> Vec<Vec<&'r Violation>> {
    places_of(listed, |it| it)
}

/// Takes things together whose violations stand at one place in one state, the gravest of each first.
pub(in crate::render) fn places_of<T>(
    listed: impl Iterator<Item = T>,
    violation: impl Fn(&T) -> &Violation,
) -> Vec<Vec<T>> {
    let mut places: Vec<Vec<T>> = Vec::new();
    for item in listed {
        match places.last_mut() {
            Some(place) if is_same_place(violation(&place[0]), violation(&item)) => place.push(item),
            _ => places.push(vec![item]),
        }
    }
    places.iter_mut().for_each(|place| place.sort_by_key(|it| std::cmp::Reverse(violation(it).severity)));
    places
}

fn is_same_place(one: &Violation, other: &Violation) -> bool {
    one.path == other.path && one.span == other.span && one.state == other.state && one.span.start < one.span.end
}

/// The rules that a place breaks: `one, two`.
pub(in crate::render) fn rules_of(place: &[&Violation]) -> String {
    place.iter().map(|it| &*it.rule).collect::<Vec<_>>().join(", ")
}

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Align {
    Left,
    Right,
}

/// Below this width a table of more than [`FEW`] columns is written as one record for each row.
const NARROW: usize = 72;
const FEW: usize = 3;

/// A table that keeps to the width, as text that ends in a line end.
pub(in crate::render) fn table(columns: &[(&str, Align)], rows: Vec<Vec<String>>, options: &RenderOptions) -> String {
    let narrow = is_narrow(options);
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at).map(String::as_str)).chain([columns[at].0]);
    let longest = |at: usize| cells(at).flat_map(words).map(|word| word.trim_end().chars().count()).max().unwrap_or(0);
    let least: Vec<usize> = (0..columns.len()).map(longest).collect();
    let space = options.width.saturating_sub(1 + PADDING * columns.len());
    if columns.len() > FEW && (narrow || least.iter().sum::<usize>() > space) {
        return rows.iter().map(|row| record(columns, row, options)).chain(["\n".to_owned()]).collect();
    }
    let natural = (0..columns.len()).map(|at| cells(at).map(|cell| cell.chars().count()).max().unwrap_or(0));
    let natural: Vec<usize> = natural.collect();
    let mut table = empty_table(options);
    table.set_header(columns.iter().map(|(title, align)| cell(title, *align)));
    table.add_rows(rows.iter().map(|row| row.iter().zip(columns).map(|(text, (_, align))| cell(text, *align))));
    if narrow {
        table.column_iter_mut().for_each(|column| {
            column.set_padding((0, 1));
        });
        return printed(&table) + "\n";
    }
    table.load_style(presets::UTF8_FULL_CONDENSED.with_rounded_corners());
    if natural.iter().sum::<usize>() > space {
        for (column, width) in table.column_iter_mut().zip(widths(least, &natural, space)) {
            let width = u16::try_from(width + PADDING - 1).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
    }
    printed(&table)
}

/// The columns that a cell takes beside its text: a space on each side and a line.
const PADDING: usize = 3;

/// Widens columns, the narrowest first, until all of the space is used or none needs more.
fn widths(mut widths: Vec<usize>, natural: &[usize], space: usize) -> Vec<usize> {
    for _ in widths.iter().sum()..space {
        let wanting = widths.iter_mut().zip(natural).filter(|(width, natural)| **width < **natural);
        let Some((width, _)) = wanting.min_by_key(|(width, _)| **width) else { break };
        *width += 1;
    }
    widths
}

/// A mark where a cell may be broken, so that no word is cut; never printed.
const BREAK: char = '\u{200b}';

/// Returns the words of a text, each with what ends it: paths and names have several.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| matches!(c, ' ' | '/' | '\\' | '.' | ':' | ',' | '_' | '-' | '(' | '=');
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = rest.char_indices().find(|&(at, c)| ends(c) && !rest[at + c.len_utf8()..].starts_with(' '));
        let (word, after) = rest.split_at(at.map_or(rest.len(), |(at, c)| at + c.len_utf8()));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Returns true if tables go without lines and end in an empty line instead.
pub(in crate::render) fn is_narrow(options: &RenderOptions) -> bool {
    options.width < NARROW
}

fn empty_table(options: &RenderOptions) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(options.width).unwrap_or(u16::MAX));
    table
}

fn printed(table: &Table) -> String {
    table.lines().flat_map(|line| [line.replace(BREAK, "").trim_end().to_owned(), "\n".to_owned()]).collect()
}

fn cell(text: &str, align: Align) -> Cell {
    let text = clean(text);
    let parts = words(&text).collect::<Vec<_>>().join(&BREAK.to_string());
    Cell::new(parts).set_delimiter(BREAK).set_alignment(match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    })
}

/// A row as a paragraph: its first cell, then indented the others with the titles of their columns.
fn record(columns: &[(&str, Align)], row: &[String], options: &RenderOptions) -> String {
    let mut fields = row.iter().zip(columns).map(|(text, (title, _))| (text, title));
    let head = fields.next().map(|(text, _)| text.clone()).unwrap_or_default();
    let rest: Vec<String> = fields.map(|(text, title)| format!("{title} {text}")).collect();
    paragraph(&head, 0, options) + &paragraph(&rest.join(", "), 2, options)
}

/// Text wrapped at the width, each line indented.
fn paragraph(text: &str, indent: u16, options: &RenderOptions) -> String {
    let mut table = empty_table(options);
    let fits = |word: &str| word.chars().count() + usize::from(indent) <= options.width;
    // Words are cut at spaces alone unless one is too long.
    let cell = if text.split(' ').all(fits) { Cell::new(clean(text)) } else { cell(text, Align::Left) };
    table.add_row([cell]);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((indent, 0));
    });
    printed(&table)
}

/// `fail-under 71.00, at least 95.00`.
pub(in crate::render) fn condition(condition: &GateCondition) -> String {
    let [name, value, limit] = condition_parts(condition);
    format!("{name} {value}, {limit}")
}

/// Returns the name of a condition, its value and its limit: `fail-under`, `71.00`, `at least 95.00`.
pub(in crate::render) fn condition_parts(condition: &GateCondition) -> [String; 3] {
    let number = |amount: i64| match condition.is_score() {
        true => hundredths(u32::try_from(amount.unsigned_abs() / 10).unwrap_or(u32::MAX)),
        false => thousandths(u128::from(amount.unsigned_abs())),
    };
    let name = if condition.id == "violations" { "errors and warnings" } else { &condition.id };
    let bound = if condition.is_floor() { "at least" } else { "at most" };
    [name.to_owned(), number(condition.value), format!("{bound} {}", number(condition.limit))]
}

/// The verdict with each condition, its value and its limit, on one line.
pub(in crate::render) fn verdict(report: &Report, paint: Paint) -> String {
    let word = if report.gate.passed { "gate passed" } else { "gate failed" };
    let conditions: Vec<String> = match report.gate.conditions.as_slice() {
        [only] => vec![condition(only)],
        several => {
            let outcome = |it: &GateCondition| if it.passed { "passed" } else { "failed" };
            several.iter().map(|it| format!("{} ({})", condition(it), outcome(it))).collect()
        }
    };
    format!("{}: {}", paint.verdict(report.gate.passed, word), conditions.join("; "))
}

/// Sums up on one line what was checked.
pub(in crate::render) fn checked(report: &Report) -> String {
    let summary = &report.summary;
    format!(
        "checked {} ({} relevant) against {}; {} unresolved, {} skipped, {} not parsed",
        count(summary.files_scanned, "file"),
        summary.files_relevant,
        count(summary.rules, "rule"),
        count(summary.unresolved, "use"),
        summary.files_skipped,
        summary.not_parsed,
    )
}

/// `3 violations (2 errors, 1 note)`, of the active ones.
pub(in crate::render) fn violations(report: &Report) -> String {
    let parts = severities(report);
    let total = count(report.summary.new, "violation");
    if parts.is_empty() { total } else { format!("{total} ({parts})") }
}

/// `2 errors, 1 note`, of the active violations.
pub(in crate::render) fn severities(report: &Report) -> String {
    let known = report.summary.by_severity.iter().rev().filter(|(_, number)| **number > 0);
    known.map(|(severity, number)| count(*number, severity.name())).collect::<Vec<_>>().join(", ")
}

/// Sums up the changes since the reference: `since main: 1 new, 2 fixed, 0 moved, 40 unchanged; score -1.50`.
pub(in crate::render) fn comparison(report: &Report) -> Option<String> {
    let it = report.comparison.as_ref()?;
    let commit = &it.commit[..it.commit.len().min(12)];
    let base = if it.merge_base { "merge base " } else { "" };
    let passed_over = it.hidden.iter().filter(|violation| it.passed_over.contains_key(&*violation.path)).count();
    let rules = match (it.rules_differ, it.baseline_differs, it.hidden.len() - passed_over) {
        (false, false, _) => String::new(),
        (true, _, 0) => "; other rules, which hide nothing".to_owned(),
        (true, _, hidden) => format!("; other rules, which hide {}", count(hidden as u64, "violation")),
        (false, true, 0) => "; another baseline, which hides nothing".to_owned(),
        (false, true, hidden) => format!("; another baseline, which hides {}", count(hidden as u64, "violation")),
    };
    let rules = match it.loosened.len() as u64 {
        0 => rules,
        number => format!("{rules} and loosen {}", count(number, "limit")),
    };
    let rules = match passed_over as u64 {
        0 => rules,
        number => format!("{rules}; {} in files that are passed over now", count(number, "violation")),
    };
    Some(format!(
        "since {} ({base}{commit}): {} new, {} fixed, {} moved, {} unchanged; score {}{rules}",
        clean(&it.reference),
        it.new,
        it.fixed.len(),
        it.moved.len(),
        it.unchanged,
        delta(report.score.overall, it.score),
    ))
}

/// The score and its change since the reference, if there is one: `71.00 (-1.50)`.
pub(in crate::render) fn score_and_delta(report: &Report) -> Option<String> {
    let before = report.comparison.as_ref()?.score;
    let now = report.score.overall;
    Some(format!("{} ({})", hundredths(now.hundredths()), delta(now, before)))
}

/// `+1.50`, `-0.25` or `+0.00`.
pub(in crate::render) fn delta(now: Score, before: Score) -> String {
    let (now, before) = (now.hundredths(), before.hundredths());
    let sign = if now < before { '-' } else { '+' };
    format!("{sign}{}", hundredths(now.abs_diff(before)))
}

/// Counts the implementations of sources by role, if there is any.
pub(in crate::render) fn implementations(report: &Report) -> Option<String> {
    let count = |role: ImplementationRole| report.implementations.iter().filter(|it| it.role == role).count();
    let word = |role: ImplementationRole| match role {
        ImplementationRole::Rival => "rival",
        ImplementationRole::Shim => "shim",
        ImplementationRole::Double => "test double",
        ImplementationRole::User => "user",
    };
    let some =
        ImplementationRole::ALL.into_iter().map(|role| (count(role), word(role))).filter(|(count, _)| *count > 0);
    let parts: Vec<String> =
        some.map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" })).collect();
    (!parts.is_empty()).then(|| format!("implementations: {}", parts.join(", ")))
}

/// Counts what is not listed, and the entries of the baseline that stand for nothing, if there are any.
pub(in crate::render) fn hidden(report: &Report, options: &RenderOptions) -> Option<String> {
    let summary = &report.summary;
    let parts: Vec<String> = [
        (summary.suppressed, "suppressed", options.show_suppressed),
        (summary.baselined, "baselined", options.show_suppressed),
        (summary.exempted, "exempted", options.show_exempted),
    ]
    .into_iter()
    .filter(|(number, _, shown)| *number > 0 && !shown)
    .map(|(number, word, _)| format!("{number} {word}"))
    .chain(notes_left_out(report, options))
    .collect();
    let stale = match summary.stale {
        0 => None,
        1 => Some("1 stale baseline entry".to_owned()),
        stale => Some(format!("{stale} stale baseline entries")),
    };
    let hidden = (!parts.is_empty()).then(|| format!("not listed: {}", parts.join(", ")));
    let both: Vec<String> = hidden.into_iter().chain(stale).collect();
    (!both.is_empty()).then(|| both.join("; "))
}

/// Counts the active violations that the format leaves out for their severity.
fn notes_left_out(report: &Report, options: &RenderOptions) -> Option<String> {
    let least = options.min_severity.unwrap_or(Severity::Note);
    let left = report.violations.iter().filter(|it| it.is_active() && it.severity < least).count() as u64;
    (left > 0).then(|| format!("{} (`--min-severity note` lists them)", count(left, "note")))
}

/// The notices, each a paragraph.
pub(in crate::render) fn notices(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.verbosity == Verbosity::Quiet {
        return Ok(());
    }
    let paint = Paint::new(options);
    for notice in &report.notices {
        let mut lines = notice.lines();
        writeln!(out, "{}: {}", paint.severity(Severity::Note, "note"), clean(lines.next().unwrap_or_default()))?;
        for line in lines {
            writeln!(out, "    {}", clean(line))?;
        }
    }
    if report.notices.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Each undecided use with its reason, with `-v`.
pub(in crate::render) fn unresolved(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.verbosity < Verbosity::Verbose {
        return Ok(());
    }
    for it in &report.unresolved {
        let (path, written) = (clean(&it.path), clean(&it.written));
        writeln!(out, "{path}:{}:{}: unresolved `{written}`: {}", it.line, it.column, it.reason.describe())?;
    }
    if report.unresolved.is_empty() { Ok(()) } else { writeln!(out) }
}
