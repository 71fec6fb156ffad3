//! The debt report in Markdown, ready to be pasted as an issue.
//!
//! In: the debt report. Out: sections between hidden markers (`<!-- ssot:begin ID -->`), so that [`super::update`]
//! can renew them in place; each violation is a box with a hidden identity. At most so many characters as an issue takes:
//! violations that do not fit are counted.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::criteria::{JudgedCriterion, Outcome};
use crate::debt::{Counts, DebtReport, RuleDebt};
use crate::findings::{ImplementationRole, Rival};
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::sentences::{Ordinals, acceptance};
use crate::render::style::text::{count, thousandths};
use crate::violation::{Context, Violation};

use super::plan;

/// The options of the Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkdownOptions {
    /// At most so many bytes; 0 for any number.
    pub limit: usize,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        // An issue on GitHub takes 65,536 characters.
        Self { limit: 65_000 }
    }
}

/// Rows of the table of files.
const ROWS: usize = 25;
/// Rows of the table of entry points, which has long chains.
const ENTERED: usize = 12;
/// Digits of a fingerprint that tell items apart.
pub(super) const IDENTITY: usize = 16;
/// The text before the hidden identity of a violation.
pub(super) const ITEM: &str = "<!-- ssot:item ";
/// The text before the id of a rule, above its violations.
pub(super) const RULE: &str = "### `";

/// Writes the report as one Markdown document.
///
/// # Errors
/// Those of the writer.
pub fn report_markdown(debt: &DebtReport, options: MarkdownOptions, out: &mut dyn Write) -> io::Result<()> {
    let sections = sections(debt, options, &[]);
    for (at, section) in sections.iter().enumerate() {
        let space = if at == 0 { "" } else { "\n" };
        write!(out, "{space}{}", section.whole())?;
    }
    Ok(())
}

/// A part of the document that is made anew each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MarkdownSection {
    /// Its name in the markers and in its anchor.
    pub id: &'static str,
    /// The text between the markers, with a final line end.
    pub body: String,
}

impl MarkdownSection {
    /// The section with its markers.
    pub fn whole(&self) -> String {
        format!("{}\n{}{}\n", begin(self.id), self.body, end(self.id))
    }
}

/// The line before a section.
pub(super) fn begin(id: &str) -> String {
    format!("<!-- ssot:begin {id} -->")
}

/// The line after a section.
pub(super) fn end(id: &str) -> String {
    format!("<!-- ssot:end {id} -->")
}

/// All sections in order; `gone` are lines of an earlier report for what is found no more.
pub(super) fn sections(debt: &DebtReport, options: MarkdownOptions, gone: &[String]) -> Vec<MarkdownSection> {
    let mut sections = vec![
        section("summary", None, summary(debt)),
        section("scores", Some("Scores"), scores(debt)),
        section("violations", Some("Known violations"), String::new()),
        section("rivals", Some("Rival implementations"), rivals(debt)),
        section("components", Some("Affected components"), components(debt)),
        section("impact", Some("Impact"), impact(debt)),
        section("files", Some("Most affected files"), files(debt)),
        section("replacements", Some("What to use instead"), replacements(debt)),
        section("plan", Some("Migration plan"), plan::section(debt)),
        section("criteria", Some("Acceptance criteria"), criteria(debt)),
        section("method", Some("How this was measured"), method(debt)),
    ];
    let used: usize = sections.iter().map(|it| it.whole().len() + 1).sum();
    let room = if options.limit == 0 { usize::MAX } else { options.limit.saturating_sub(used) };
    sections[2] = section("violations", Some("Known violations"), violations(debt, room, gone));
    sections
}

fn section(id: &'static str, heading: Option<&str>, text: String) -> MarkdownSection {
    let heading = heading.map(|heading| format!("## {heading}\n\n")).unwrap_or_default();
    MarkdownSection { id, body: format!("<a id=\"ssot-{id}\"></a>\n\n{heading}{text}") }
}

/// A table; `---:` columns are numbers.
pub(super) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let numeric = |name: &&&str| name.starts_with('#');
    let titles: Vec<&str> = columns.iter().map(|name| name.trim_start_matches('#')).collect();
    let rules: Vec<&str> = columns.iter().map(|name| if numeric(&name) { "---:" } else { "---" }).collect();
    let mut text = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    for row in rows {
        let _infallible = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn summary(debt: &DebtReport) -> String {
    let Counts { violations, production, in_tests, lines, files, accepted, .. } = debt.counts;
    let score = debt.report.score.overall;
    let mut text = format!("# {}\n\n", prose(&debt.title));
    for source in &debt.sources {
        let reason = source.reason.as_ref().map(|it| format!(": {}", prose(it))).unwrap_or_default();
        let canonical: Vec<String> = source.canonical.iter().map(|it| code(it)).collect();
        let instead =
            if canonical.is_empty() { String::new() } else { format!(" Code shall use {}.", canonical.join(", ")) };
        let _infallible = writeln!(text, "**{}**{reason}.{instead}\n", prose(&source.title));
    }
    let grade = if score.measured() { format!(" ({})", score.grade().name()) } else { String::new() };
    let mut points = vec![
        format!("**Score {}{grade}**: {}", figures::score(score), terms(&debt.report.score)),
        format!(
            "**{}** on {} in {}: {production} in production code, {in_tests} in test code",
            count(violations, "violation"),
            count(lines, "line"),
            count(files, "file")
        ),
    ];
    if accepted > 0 {
        points.push(format!("{accepted} of them accepted by a comment or the baseline; they remain debt"));
    }
    if let Some(rivals) = debt.rivals() {
        points.push(format!("**{}** beside the canonical one", count(rivals, "rival implementation")));
    }
    points.push(format!(
        "**{} of {}** outside test code reach a violation or a rival",
        debt.impact.entries.len(),
        count(debt.impact.entry_points, "entry point")
    ));
    if !debt.criteria.is_empty() {
        points.push(format!("**{}**", figures::criteria(debt)));
    }
    points.iter().for_each(|point| {
        let _infallible = writeln!(text, "- {point}");
    });
    text
}

fn terms(card: &crate::score::Scorecard) -> String {
    let score = card.overall;
    if !score.measured() {
        return card.unmeasured().to_owned();
    }
    format!("{}, {} points of debt", count(score.adopters, "adopter"), thousandths(u128::from(score.debt)))
}

fn scores(debt: &DebtReport) -> String {
    let mut text = table(
        &["Source", "#Adopters", "#Debt", "#Score", "Grade"],
        debt.sources.iter().map(|source| {
            let total = source.score.total;
            let grade = if total.measured() { total.grade().name() } else { source.score.unmeasured() };
            let debt = thousandths(u128::from(total.debt));
            vec![code(&source.id), total.adopters.to_string(), debt, figures::score(total), grade.to_owned()]
        }),
    );
    let parts = debt.sources.iter().flat_map(|source| {
        let kinds = source.score.by_kind.iter().map(|(kind, part)| (format!("kind {}", code(kind.name())), part));
        let components = source.score.components.iter().map(|(id, part)| (format!("component {}", code(id)), part));
        kinds.chain(components).map(|(name, part)| {
            vec![
                code(&source.id),
                name,
                part.violations.to_string(),
                part.score.adopters.to_string(),
                thousandths(u128::from(part.score.debt)),
                figures::score(part.score),
            ]
        })
    });
    text += "\n";
    text += &table(&["Source", "Part", "#Violations", "#Adopters", "#Debt", "#Score"], parts);
    text + "\nScore = 100 × 2 × adopters / (2 × adopters + debt), floored to two decimals.\n"
}

/// Counts by rule, then one box for each violation, as many as there is room for.
fn violations(debt: &DebtReport, room: usize, gone: &[String]) -> String {
    let row = |name: String, counts: &Counts| {
        let Counts { violations, lines, files, production, in_tests, accepted, points, .. } = *counts;
        let numbers = [violations, lines, files, production, in_tests, accepted].map(|number| number.to_string());
        let points = thousandths(u128::from(points));
        [name].into_iter().chain(numbers).chain([points]).collect::<Vec<_>>()
    };
    let columns = ["Rule", "#Violations", "#Lines", "#Files", "#Production", "#In tests", "#Accepted", "#Points"];
    let rows = debt.rules.iter().map(|rule| row(code(&rule.id), &rule.counts));
    let mut text = table(&columns, rows.chain([row("**All**".to_owned(), &debt.counts)]));
    let closing: usize = 600 + gone.iter().map(|line| line.len() + 1).sum::<usize>();
    let (listed, left) = listed(debt, room.saturating_sub(text.len() + closing));
    for (rule, items) in debt.rules.iter().zip(listed).filter(|(_, items)| !items.is_empty()) {
        text += &heading(rule);
        text.extend(items);
    }
    if left > 0 {
        let _infallible = writeln!(
            text,
            "\n_{left} more {} not listed, for want of room; `ssot report --format html` lists all._",
            if left == 1 { "is" } else { "are" }
        );
    }
    if !gone.is_empty() {
        text += "\n### No longer found\n\n";
        gone.iter().for_each(|line| {
            text += line;
            text.push('\n');
        });
    }
    text
}

/// Writes the lines above the violations of a rule.
fn heading(rule: &RuleDebt) -> String {
    let reason = rule.reason.as_ref().map(|it| format!("{}\n\n", prose(it))).unwrap_or_default();
    format!("\n{RULE}{}` ({})\n\n{reason}", rule.id, rule.counts.violations)
}

/// The boxes of each rule that there is room for, and how many there is none for. Production code comes before tests and
/// errors before notes, so that what matters least is left out.
fn listed(debt: &DebtReport, room: usize) -> (Vec<Vec<String>>, u64) {
    let mut ordinals = Ordinals::default();
    let mut ranked: Vec<(usize, &Violation, String)> = debt
        .report
        .violations
        .iter()
        .map(|it| (it, ordinals.unique(it.fingerprint.get(..IDENTITY).unwrap_or(&it.fingerprint))))
        .filter_map(|(it, id)| Some((debt.rules.iter().position(|rule| rule.id == it.rule)?, it, item(it, &id))))
        .collect();
    ranked.sort_by_key(|(_, it, _)| (it.context == Context::Test, std::cmp::Reverse(it.severity)));
    let mut lists: Vec<Vec<String>> = vec![Vec::new(); debt.rules.len()];
    let (mut used, mut left) = (0usize, 0u64);
    for (rule, _, line) in ranked {
        let above = if lists[rule].is_empty() { heading(&debt.rules[rule]).len() } else { 0 };
        if used.saturating_add(above + line.len()) > room {
            left += 1;
        } else {
            used += above + line.len();
            lists[rule].push(line);
        }
    }
    (lists, left)
}

/// The box of a violation with its hidden identity.
fn item(violation: &Violation, identity: &str) -> String {
    let place = format!("{}:{}", violation.path, violation.start.line);
    let mut notes = Vec::new();
    if violation.context == Context::Test {
        notes.push("in tests".to_owned());
    }
    if violation.points == 0 {
        notes.push(violation.severity.name().to_owned());
    }
    notes.extend(acceptance(violation).map(|it| prose(&it)));
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("- [ ] {ITEM}{identity} --> {} {}{notes}\n", code(&place), code(&violation.written))
}

/// Everything that could end a comment or a word as `%XX`.
fn masked(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./".contains(&byte);
    text.bytes().fold(String::new(), |mut masked, byte| {
        match byte {
            byte if plain(byte) => masked.push(char::from(byte)),
            // Two dashes would end the comment.
            b'-' if !masked.ends_with('-') => masked.push('-'),
            byte => {
                let _infallible = write!(masked, "%{byte:02X}");
            }
        }
        masked
    })
}

fn rivals(debt: &DebtReport) -> String {
    if debt.report.implementations.is_empty() {
        return match debt.rivals() {
            Some(_) => "None found.\n".to_owned(),
            None => "Not looked for: there is no rule of kind `implement`.\n".to_owned(),
        };
    }
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let row = |it: &Rival| {
        let place = code(&format!("{}:{}", it.path, it.line));
        let shared = match it.canonical_methods {
            0 => names(&it.shared_methods),
            all if it.shared_methods.is_empty() => format!("0 of {all}"),
            all => format!("{} of {all}: {}", it.shared_methods.len(), names(&it.shared_methods)),
        };
        vec![code(&it.symbol), it.role.name().to_owned(), place, names(&it.wraps), shared, it.importers.to_string()]
    };
    let all = ImplementationRole::ALL.into_iter().flat_map(|role| debt.implementations(role)).map(row);
    let text = table(&["Class", "Role", "Place", "Wraps", "Methods of the canonical class", "#Importers"], all);
    format!(
        "{text}\nOnly rivals are violations; a shim delegates to the canonical symbol, a double stands in for it in tests, \
         a user keeps a client that it is handed.\n"
    )
}

fn components(debt: &DebtReport) -> String {
    if debt.components.is_empty() {
        return "No components are declared.\n".to_owned();
    }
    table(
        &["Component", "#Violations", "#Files", "#Score", "#Modules that reach one", "#Entry points that reach one"],
        debt.components.iter().map(|it| {
            let scores: Vec<String> = match it.scores.as_slice() {
                [(_, only)] => vec![figures::score(only.score)],
                several => {
                    let measured = several.iter().filter(|(_, part)| part.score.measured());
                    measured.map(|(id, part)| format!("{} {}", code(id), figures::score(part.score))).collect()
                }
            };
            vec![
                code(&it.id),
                it.counts.violations.to_string(),
                it.counts.files.to_string(),
                scores.join(", "),
                figures::shares(it.exposure),
                figures::reach(it.exposure.entries),
            ]
        }),
    )
}

fn impact(debt: &DebtReport) -> String {
    let impact = &debt.impact;
    let mut text = figures::impact(impact) + "\n";
    if debt.sources.len() > 1 {
        text += "\n";
        text += &table(
            &["Source", "#Modules that reach it", "#Entry points that reach it"],
            debt.sources
                .iter()
                .map(|it| vec![code(&it.id), figures::shares(it.exposure), figures::reach(it.exposure.entries)]),
        );
    }
    let entered = figures::entered_files(debt);
    if !entered.is_empty() {
        text += "\n";
        text += &table(
            &["Entry points", "#Files reached", "Best chain"],
            entered.iter().take(ENTERED).filter_map(|entries| {
                let first = entries.first()?;
                let chain: Vec<String> = first.chain.iter().map(|hop| figures::hop(hop, code(&hop.path))).collect();
                Some(vec![prose(&figures::entries(entries)), figures::reach(first.reaches), chain.join(" → ")])
            }),
        );
    }
    text + &more(entered.len(), ENTERED, "file with entry points", "files with entry points")
}

pub(super) fn more(all: usize, shown: usize, one: &str, several: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        1 => format!("\n_1 more {one} is not listed._\n"),
        left => format!("\n_{left} more {several} are not listed._\n"),
    }
}

fn files(debt: &DebtReport) -> String {
    let rows = debt.files.iter().take(ROWS).map(|file| {
        let rules: Vec<String> = file.rules.iter().map(|rule| code(rule)).collect();
        let points = thousandths(u128::from(file.counts.points));
        vec![code(&file.path), file.counts.violations.to_string(), points, rules.join(", ")]
    });
    table(&["File", "#Violations", "#Points", "Rules"], rows) + &more(debt.files.len(), ROWS, "file", "files")
}

fn replacements(debt: &DebtReport) -> String {
    let rows = debt.replacements.iter().map(|it| {
        let new = it.new.as_ref().map_or_else(|| "-".to_owned(), |new| code(new));
        vec![code(&it.old), new, it.violations.to_string(), it.files.to_string()]
    });
    let text = table(&["Old", "New", "#Violations", "#Files"], rows.take(2 * ROWS));
    text + &more(debt.replacements.len(), 2 * ROWS, "symbol", "symbols")
}

fn criteria(debt: &DebtReport) -> String {
    if debt.criteria.is_empty() {
        return "No criteria are declared in the rules file.\n".to_owned();
    }
    let mut text = String::new();
    for it in &debt.criteria {
        let ticked = if it.outcome == Outcome::Met { 'x' } else { ' ' };
        let id = masked(&it.id);
        let _infallible = writeln!(
            text,
            "- [{ticked}] <!-- ssot:criterion {id} --> **{}**: {}. Value {}, limit {} ({}; {}; from {})",
            prose(&it.title),
            it.outcome.name(),
            figures::value(it),
            figures::limit(it),
            prose(&it.subject),
            prose(&it.detail),
            evidence(it),
        );
    }
    text
}

fn evidence(it: &JudgedCriterion) -> String {
    match &it.evidence {
        None => "this run".to_owned(),
        Some(file) => match &file.time {
            Some(time) => format!("{} of {}", code(&file.path), prose(time)),
            None => code(&file.path),
        },
    }
}

fn method(debt: &DebtReport) -> String {
    let summary = &debt.report.summary;
    let mut lines = vec![
        format!("`ssot` {}", env!("CARGO_PKG_VERSION")),
        figures::commit(debt).map_or_else(|| "outside a git repository".to_owned(), |it| format!("commit {it}")),
    ];
    lines.extend(
        debt.method.rules.iter().map(|(name, sha)| format!("rules {} (SHA-256 {})", code(name), code(&sha[..16]))),
    );
    lines.push(format!(
        "{} scanned ({} relevant) and {} passed over; {} not parsed completely; {} undecided",
        count(summary.files_scanned, "file"),
        summary.files_relevant,
        summary.files_skipped,
        summary.not_parsed,
        count(summary.unresolved, "use"),
    ));
    lines.push(format!("{} between files, {} unread", count(debt.method.imports, "import"), debt.method.unread));
    lines.into_iter().map(|line| format!("- {line}\n")).collect()
}
