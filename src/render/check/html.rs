//! The result of a check as one HTML page that needs nothing else: no network, no other file.
//!
//! In: the report. Out: the verdict with its conditions, the score, counts, and the violations in a table that filters and
//! sorts. What a check does not measure (impact, plan, criteria) is left to the page of `ssot report`.

use std::io::{self, Write};

use crate::compare::{Comparison, Moved};
use crate::findings::ImplementationRole;
use crate::problem::{Problem, ProblemSeverity};
use crate::report::Report;
use crate::score::PartScore;
use crate::violation::Violation;

use super::statistics;
use crate::render::style::page::{
    LONG, Page, about, breakdown, code, escaped, gauge, graded, inputs, more, places, prose, rivals, scores, section,
    table, tiles, violations,
};
use crate::render::style::{RenderOptions, Verbosity, sentences, text};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let places = places(report, options);
    let listed: Vec<&Violation> = text::listed(report, options).collect();
    let hidden = text::hidden(report, options).map(|it| format!("<p class=\"soft\">{}</p>\n", escaped(&it)));
    let mut sections = vec![
        section("verdict", "Verdict", "Verdict", verdict(report, options)),
        section(
            "violations",
            "Violations",
            "Violations",
            violations(&places, nothing(report)) + &hidden.unwrap_or_default(),
        ),
        section("problems", "Problems", "Problems with inputs", problems(report, options)),
    ];
    if report.gate.is_incomplete() {
        // What could not be judged comes before what was found.
        sections.swap(1, 2);
    }
    if options.verbosity > Verbosity::Quiet {
        let changes = report.comparison.as_ref().map(changes).unwrap_or_default();
        let counts = if options.statistics { counts(&listed) } else { String::new() };
        sections.insert(1, section("breakdown", "Where they are", "Where they are", breakdown(&report.rules, &listed)));
        sections.insert(2, section("changes", "Changes", "Changes", changes));
        sections.extend([
            section("rivals", "Rivals", "Rival implementations", rivals(report)),
            section("scores", "Scores", "Scores", scores(report)),
            section("directories", "Directories", "Scores by directory", directories(report)),
            section("counts", "Counts", "Counts of what is listed", counts),
            section("unresolved", "Undecided", "Undecided uses", unresolved(report, options)),
            section("checked", "Checked", "What was checked", checked(report)),
        ]);
    }
    Page { title: title(report), about: about(report, "ssot check"), sections, places: &places }.write(out)
}

fn title(report: &Report) -> String {
    let verdict = if report.gate.passed { "Gate passed" } else { "Gate failed" };
    match report.gate.is_empty() {
        true => format!("{verdict}: nothing was scanned"),
        false => format!("{verdict}: {}", text::violations(report)),
    }
}

/// Returns the words for a table that lists nothing.
fn nothing(report: &Report) -> &'static str {
    match (report.gate.is_empty(), report.violations.is_empty()) {
        (true, _) => "Nothing was scanned.",
        (_, false) => "None that is active.",
        (_, true) => "None.",
    }
}

/// The score, counts by state, each condition of the gate, and what a person should read.
fn verdict(report: &Report, options: &RenderOptions) -> String {
    let score = report.score.overall;
    let before = report.comparison.as_ref().filter(|it| score.measured() || it.score.measured());
    let delta = before.map(|it| {
        let delta = text::delta(score, it.score);
        format!("<p class=\"soft terms\">{delta} since {}</p>", escaped(&it.reference))
    });
    let conditions = report.gate.conditions.iter().map(|it| {
        let [name, value, limit] = text::condition_parts(it);
        let (class, word) = if it.passed { ("met", "passed") } else { ("not-met", "failed") };
        vec![escaped(&name), format!("<span class=\"badge {class}\">{word}</span>"), value, limit]
    });
    let comparison = text::comparison(report).map(|it| format!("<p>{}</p>\n", prose(&it)));
    let notices = match options.verbosity {
        Verbosity::Quiet => String::new(),
        _ => report.notices.iter().map(|it| notice(it)).collect(),
    };
    tiles(&(gauge(&report.score) + &delta.unwrap_or_default()), &numbers(report))
        + &table(&["Condition of the gate", "Outcome", "#Measured", "#Limit"], conditions)
        + &comparison.unwrap_or_default()
        + &notices
}

/// Counts with the words that say what they count.
fn numbers(report: &Report) -> Vec<(String, String)> {
    let summary = &report.summary;
    let new = match text::severities(report) {
        severities if severities.is_empty() => "new".to_owned(),
        severities => format!("new: {severities}"),
    };
    let mut numbers = vec![
        (summary.new, new),
        (summary.baselined, "baselined".to_owned()),
        (summary.suppressed, "suppressed".to_owned()),
        (summary.exempted, "exempted".to_owned()),
    ];
    if let Some(it) = &report.comparison {
        let since = escaped(&it.reference);
        numbers.push((it.fixed.len() as u64, format!("fixed since {since}")));
        numbers.push((it.moved.len() as u64, format!("moved since {since}")));
    }
    let rivals = report.implementations.iter().filter(|it| it.role == ImplementationRole::Rival).count() as u64;
    if rivals > 0 {
        let words = if rivals == 1 { "rival implementation" } else { "rival implementations" };
        numbers.push((rivals, words.to_owned()));
    }
    numbers.into_iter().map(|(number, words)| (number.to_string(), words)).collect()
}

/// A notice, with its further lines as they are to be written.
fn notice(notice: &str) -> String {
    match notice.split_once('\n') {
        None => format!("<p>{}</p>\n", prose(notice)),
        Some((first, rest)) => {
            let lines: Vec<String> = rest.lines().map(escaped).collect();
            format!("<p>{}</p>\n<pre>{}</pre>\n", prose(first), lines.join("\n"))
        }
    }
}

/// Writes the changes since the reference, as far as the table of violations does not show them.
fn changes(it: &Comparison) -> String {
    let list = |name: &str, violations: &[Violation]| {
        let rows = violations.iter().take(LONG).map(|it| {
            vec![
                place(&it.path, it.start.line),
                prose(&sentences::sentence(it)),
                format!("<code>{}</code>", escaped(&it.rule)),
            ]
        });
        part(name, &["Place", "=What", "Rule"], rows, violations.len())
    };
    let moved =
        it.moved.iter().take(LONG).map(|Moved { from, to, .. }| vec![place(&to.0, to.1), place(&from.0, from.1)]);
    let loosened =
        it.loosened.iter().take(LONG).map(|it| vec![code(&it.what), escaped(&it.before), escaped(&it.after)]);
    list("Fixed", &it.fixed)
        + &part("Moved", &["To", "=From"], moved, it.moved.len())
        + &list("No longer reported", &it.hidden)
        + &part("Limits that are looser", &["What", "=Before", "=Now"], loosened, it.loosened.len())
}

/// A table with a heading, unless it is empty.
fn part(name: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>, all: usize) -> String {
    if all == 0 {
        return String::new();
    }
    format!("<h3>{name}: {all}</h3>\n{}{}", table(columns, rows), more(all, "are"))
}

/// A line of a file, or the file where it concerns no line.
fn place(path: &str, line: u32) -> String {
    match (path.is_empty(), line) {
        (true, _) => String::new(),
        (false, 0) => code(path),
        (false, line) => code(&format!("{path}:{line}")),
    }
}

/// Errors first; only errors when quiet.
fn problems(report: &Report, options: &RenderOptions) -> String {
    let quiet = options.verbosity == Verbosity::Quiet;
    let shown = report.problems.iter().filter(|it| !quiet || it.severity == ProblemSeverity::Error);
    let mut shown: Vec<&Problem> = shown.collect();
    shown.sort_by_key(|it| it.severity != ProblemSeverity::Error);
    if shown.is_empty() {
        return String::new();
    }
    let rows = shown.iter().take(LONG).map(|it| {
        let level = sentences::problem_level(it).name();
        let severity = format!("<span class=\"{level}\">{level}</span>");
        let sentence = prose(&sentences::problem_sentence(it));
        vec![severity, format!("{sentence}<div class=\"soft\">{}</div>", place(&it.path, it.line))]
    });
    table(&["Severity", "=Problem"], rows) + &more(shown.len(), "problems are")
}

/// Directories with a violation, the most debt first.
fn directories(report: &Report) -> String {
    let of_source = report.score.sources.iter().flat_map(|source| {
        let parts = source.directories.iter().filter(|(_, part)| part.violations > 0);
        parts.map(|(path, part)| (source.name(), path, part))
    });
    let mut parts: Vec<_> = of_source.collect();
    parts.sort_by_key(|(_, _, PartScore { violations, score, .. })| std::cmp::Reverse((score.debt, *violations)));
    if parts.is_empty() {
        return String::new();
    }
    let rows = parts.iter().take(LONG).map(|(source, path, part)| {
        let debt = text::thousandths(u128::from(part.score.debt));
        let adopters = part.score.adopters.to_string();
        vec![code(path), escaped(source), part.violations.to_string(), adopters, debt, graded(part.score)]
    });
    table(&["Directory", "Source", "#Violations", "#Adopters", "#Debt", "#Score"], rows)
        + &more(parts.len(), "directories are")
}

/// The tables of `--statistics`.
fn counts(listed: &[&Violation]) -> String {
    if listed.is_empty() {
        return String::new();
    }
    let tables = statistics::tables(listed).into_iter().map(|(title, rows)| {
        let rows = rows.into_iter().map(|row| row.iter().map(|cell| escaped(cell)).collect());
        format!("<div>{}</div>\n", table(&[&format!("By {title}"), "#Violations"], rows))
    });
    format!("<div class=\"columns\">\n{}</div>\n", tables.collect::<String>())
}

/// Each undecided use with its reason, when asked to be verbose; otherwise they are counted.
fn unresolved(report: &Report, options: &RenderOptions) -> String {
    if options.verbosity < Verbosity::Verbose || report.unresolved.is_empty() {
        return String::new();
    }
    let rows = report.unresolved.iter().map(|it| {
        vec![place(&it.path, it.line), format!("<code>{}</code>", escaped(&it.written)), escaped(it.reason.describe())]
    });
    table(&["Place", "=Written", "=Reason"], rows)
}

fn checked(report: &Report) -> String {
    let rules = text::count(report.summary.rules, "rule");
    let [read, doubts] = inputs(report);
    let scores = "Scores are of the whole project, whatever is listed";
    format!("<ul><li>{rules}</li>\n<li>{read}</li>\n<li>{doubts}</li>\n<li>{scores}</li></ul>\n")
}
