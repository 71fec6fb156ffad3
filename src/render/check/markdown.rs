//! Markdown for a comment on a pull request and for `GITHUB_STEP_SUMMARY`.
//!
//! In: the report. Out: the verdict, the score, the new violations, and the rest folded. At most [`LIMIT`] bytes: a
//! comment on GitHub takes 65,536 characters, a step summary 1 MiB; what does not fit is counted on a line of its own.

use std::io::{self, Write};

use crate::fix::{ReplacedLines, replaced_lines};
use crate::problem::Problem;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::{self, Paint, count};
use crate::render::style::{RenderOptions, sentences};
use crate::report::{GateCondition, Report};
use crate::violation::Violation;

/// Bytes of the whole text.
const LIMIT: usize = 65_000;
/// Violations that are not folded.
const OPEN: usize = 20;
/// Bytes kept free for what follows a table.
const RESERVE: usize = 300;
/// Steps of a chain that a row shows.
const STEPS: usize = 8;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = BoundedText::default();
    heading(report, &mut page);
    let (new, accepted): (Vec<_>, Vec<_>) = text::listed(report, options).partition(|it| it.is_active());
    let mut ranked = text::places(new.into_iter());
    ranked.sort_by_key(|place| std::cmp::Reverse(place[0].severity));
    let (open, folded) = ranked.split_at(ranked.len().min(OPEN));
    if !open.is_empty() {
        page.line("");
        page.line(&format!("### {}", text::violations(report)));
        page.table(VIOLATIONS, open.iter().map(|it| row(it)), "place");
    }
    page.folded(
        &format!("{} more", count(folded.len() as u64, "place")),
        VIOLATIONS,
        folded.iter().map(|it| row(it)),
        "place",
    );
    suggestions(report, &ranked, &mut page);
    page.folded(
        &count(report.problems.len() as u64, "problem"),
        PROBLEMS,
        report.problems.iter().map(problem),
        "problem",
    );
    page.folded("By rule", RULES, by_rule(report), "rule");
    page.folded("By source", SOURCES, by_source(report), "source");
    page.folded(
        &count(accepted.len() as u64, "accepted violation"),
        VIOLATIONS,
        accepted.iter().map(|it| row(&[*it])),
        "violation",
    );
    page.line("");
    page.line(&prose(&footer(report, options)));
    out.write_all(page.text.as_bytes())
}

const VIOLATIONS: &[&str] = &["Severity", "Place", "Violation", "Rule"];
const PROBLEMS: &[&str] = &["Severity", "Place", "Problem"];
const RULES: &[&str] = &["Rule", "Violations", "Files", "In tests"];
const SOURCES: &[&str] = &["Source", "Score", "Adopters", "Debt"];

/// The verdict with its conditions, and the score.
fn heading(report: &Report, page: &mut BoundedText) {
    let verdict = if report.gate.passed { "✅ ssot: gate passed" } else { "❌ ssot: gate failed" };
    let score = text::score_and_delta(report).map(|score| format!(", score {score}")).unwrap_or_default();
    page.line(&format!("## {verdict}{score}"));
    page.line("");
    page.line(&format!(
        "**Score** {}",
        prose(&text::score_with_terms(report.score.overall, report.score.unmeasured(), plain()))
    ));
    page.line("");
    for notice in &report.notices {
        let lines: Vec<String> = notice.lines().map(|line| format!("> {}", prose(line))).collect();
        page.line(&lines.join("  \n"));
        page.line("");
    }
    if let Some(comparison) = text::comparison(report) {
        page.line(&prose(&comparison));
        page.line("");
    }
    for condition in &report.gate.conditions {
        page.line(&condition_line(condition));
    }
}

fn condition_line(condition: &GateCondition) -> String {
    let mark = if condition.passed { "✅" } else { "❌" };
    format!("- {mark} {}", prose(&text::condition(condition)))
}

/// The row of a place, which several rules may name.
fn row(at: &[&Violation]) -> Vec<String> {
    let [first, others @ ..] = at else { return Vec::new() };
    let place = format!("{}:{}", first.path, first.start.line);
    let also = others.iter().map(|it| format!("; {}", prose(&text::message(it))));
    let sentence = words(first) + &also.collect::<String>();
    let rules: Vec<String> = at.iter().map(|it| code(&it.rule)).collect();
    vec![first.severity.name().to_owned(), code(&place), sentence, rules.join(", ")]
}

/// Describes a violation: its sentence, the replacement, the chain, and the reason of its acceptance. Each part is escaped
/// by itself, so that a lone backtick in one cannot pair with one of another.
fn words(violation: &Violation) -> String {
    let mut words = prose(&text::message(violation));
    if let Some(instead) = &violation.use_instead {
        words.push_str(&format!("; use {}", code(instead)));
    }
    let steps = violation
        .via
        .iter()
        .take(STEPS)
        .map(|via| format!("{} at {}", prose(&via.note), code(&format!("{}:{}", via.path, via.line))));
    let steps: Vec<String> = steps.collect();
    if !steps.is_empty() {
        words.push_str(&format!(" ({})", steps.join("; ")));
    }
    if let Some(accepted) = sentences::acceptance(violation) {
        words.push_str(&format!(" ({})", prose(&accepted)));
    }
    words
}

/// Adds the safe fixes as blocks that a review comment on the same lines turns into commits.
fn suggestions(report: &Report, places: &[Vec<&Violation>], page: &mut BoundedText) {
    let mut blocks = Vec::new();
    for place in places {
        let Some(fix) = place.iter().find_map(|violation| report.fixes.get(violation)) else { continue };
        let Some(text) = report.texts.get(&fix.violation.file) else { continue };
        blocks.extend(replaced_lines(text, &fix.edits).iter().filter_map(|lines| block(&fix.violation.path, lines)));
    }
    if blocks.is_empty() {
        return;
    }
    page.line("");
    page.line(&format!("<details><summary>{}</summary>", count(blocks.len() as u64, "suggestion")));
    let fitting = blocks.iter().take_while(|block| block.len() + RESERVE < page.room() && page.line(block)).count();
    if fitting < blocks.len() {
        page.line(&format!(
            "\n_{} not shown, for want of room._",
            count((blocks.len() - fitting) as u64, "suggestion")
        ));
    }
    page.line("\n</details>");
}

/// A block of new lines, fenced by more backticks than stand in it; none for lines with characters that a page must not
/// show as they are, since what it shows instead would be committed.
fn block(path: &str, lines: &ReplacedLines) -> Option<String> {
    let new = lines.text.replace("\r\n", "\n");
    if new.chars().any(|c| !matches!(c, '\n' | '\t') && text::steers(c)) {
        return None;
    }
    let longest = new.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let place = match lines.first == lines.last {
        true => format!("{path}:{}", lines.first),
        false => format!("{path}:{}-{}", lines.first, lines.last),
    };
    let end = if new.is_empty() { "" } else { "\n" };
    Some(format!("\n{}\n\n{fence}suggestion\n{new}{end}{fence}", code(&place)))
}

fn problem(problem: &Problem) -> Vec<String> {
    let place = match (problem.path.is_empty(), problem.line) {
        (true, _) => String::new(),
        (false, 0) => code(&problem.path),
        (false, line) => code(&format!("{}:{line}", problem.path)),
    };
    let level = sentences::problem_level(problem).name().to_owned();
    vec![level, place, prose(&sentences::problem_sentence(problem))]
}

fn by_rule(report: &Report) -> impl ExactSizeIterator<Item = Vec<String>> {
    report
        .summary
        .by_rule
        .iter()
        .map(|it| vec![code(&it.rule), it.violations.to_string(), it.files.to_string(), it.in_tests.to_string()])
}

fn by_source(report: &Report) -> impl ExactSizeIterator<Item = Vec<String>> {
    report.score.sources.iter().map(|it| {
        let debt = text::thousandths(it.total.debt.into());
        vec![
            code(&it.name()),
            prose(&text::score(it.total, it.unmeasured(), plain())),
            it.total.adopters.to_string(),
            debt,
        ]
    })
}

fn footer(report: &Report, options: &RenderOptions) -> String {
    let hidden = text::hidden(report, options).map(|it| format!("; {it}")).unwrap_or_default();
    format!("{}{hidden}", text::checked(report))
}

fn plain() -> Paint {
    Paint::new(&RenderOptions::default())
}

/// The text so far, which never grows past the limit.
#[derive(Default)]
struct BoundedText {
    text: String,
}

impl BoundedText {
    /// Adds a line if it fits.
    fn line(&mut self, line: &str) -> bool {
        let fits = self.text.len() + line.len() < LIMIT;
        if fits {
            self.text.push_str(line);
            self.text.push('\n');
        }
        fits
    }

    /// The bytes that are left.
    fn room(&self) -> usize {
        LIMIT.saturating_sub(self.text.len())
    }

    /// A table behind a summary, if it has rows and there is room for any.
    fn folded(
        &mut self,
        summary: &str,
        columns: &[&str],
        rows: impl ExactSizeIterator<Item = Vec<String>>,
        what: &str,
    ) {
        if rows.len() == 0 || self.text.len() + 2 * RESERVE > LIMIT {
            return;
        }
        self.line("");
        self.line(&format!("<details><summary>{summary}</summary>"));
        self.table(columns, rows, what);
        self.line("");
        self.line("</details>");
    }

    /// A table with as many rows as fit, and a line that counts the others.
    fn table(&mut self, columns: &[&str], mut rows: impl ExactSizeIterator<Item = Vec<String>>, what: &str) {
        self.line("");
        self.line(&format!("| {} |", columns.join(" | ")));
        self.line(&format!("|{}", " --- |".repeat(columns.len())));
        let mut left = rows.len() as u64;
        for row in rows.by_ref() {
            let line = format!("| {} |", row.join(" | "));
            if self.text.len() + line.len() + RESERVE > LIMIT {
                break;
            }
            self.line(&line);
            left -= 1;
        }
        if left > 0 {
            self.line("");
            self.line(&format!("_{} not shown, for want of room._", count(left, what)));
        }
    }
}
