//! The debt report in Markdown, ready to be pasted as an issue.
//!
//! In: the debt report. Out: sections between hidden markers (`<!-- ssot:begin ID -->`), so that [`super::update`]
//! can renew them in place. What decides stands open, the details are folded, and all of it keeps within a number of bytes:
//! lists are cut, and what is left out of one is counted below it.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::criteria::{JudgedCriterion, Outcome};
use crate::debt::{Counts, DebtReport, FileDebt};
use crate::findings::{ImplementationRole, Rival};
use crate::render::style::figures;
use crate::render::style::markdown::{code, prose};
use crate::render::style::text::{count, thousandths};
use crate::violation::Context;

use super::items::{Notes, place};
use super::update::state_line;
use super::{listing, plan};

/// The options of the Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkdownOptions {
    /// At most so many bytes; 0 for any number.
    pub limit: usize,
    /// The sections to write; none for all.
    pub sections: Vec<&'static str>,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        // More than a screen or two is not read in an issue; GitHub takes 65,536 characters.
        Self { limit: 20_000, sections: Vec::new() }
    }
}

/// The sections in their order, by the names that `--sections` takes.
pub const REPORT_SECTIONS: [&str; 11] = [
    "summary",
    "scores",
    "plan",
    "rivals",
    "components",
    "criteria",
    "violations",
    "impact",
    "files",
    "replacements",
    "method",
];

/// Rows of a list, tried until enough room is left for the violations.
const ROWS: [usize; 5] = [25, 12, 8, 5, 2];
/// Steps of a chain that are shown.
const HOPS: usize = 4;
/// The command that shows what is left out.
pub(super) const ALL: &str = "`ssot report --max-size 0` lists all";
/// The text before the id of a rule, above its violations.
pub(super) const RULE: &str = "### `";

/// Writes the report as one Markdown document.
///
/// # Errors
/// Those of the writer.
pub fn report_markdown(debt: &DebtReport, options: &MarkdownOptions, out: &mut dyn Write) -> io::Result<()> {
    let sections = sections(debt, options, &EarlierItems::default());
    let wanted = sections.iter().filter(|it| options.sections.is_empty() || options.sections.contains(&it.id));
    for (at, section) in wanted.enumerate() {
        let space = if at == 0 { "" } else { "\n" };
        write!(out, "{space}{}", section.whole())?;
    }
    Ok(())
}

/// Notes and items of an earlier report that the new one keeps.
#[derive(Debug, Default)]
pub(super) struct EarlierItems {
    pub notes: Notes,
    /// Lines for what is found no more.
    pub gone: Vec<String>,
    /// The numbers that changed since then, as lines of the summary.
    pub changes: Vec<String>,
}

/// The material of a section.
pub(super) struct Sheet<'d> {
    pub debt: &'d DebtReport,
    /// Rows of each list.
    pub rows: usize,
    pub notes: &'d Notes,
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

/// All sections in order, within the limit.
pub(super) fn sections(debt: &DebtReport, options: &MarkdownOptions, earlier: &EarlierItems) -> Vec<MarkdownSection> {
    let made = |rows| {
        let sheet = Sheet { debt, rows, notes: &earlier.notes };
        REPORT_SECTIONS.map(|id| sheet.section(id, &earlier.changes))
    };
    let wanted = |it: &&MarkdownSection| options.sections.is_empty() || options.sections.contains(&it.id);
    let size =
        |sections: &[MarkdownSection]| sections.iter().filter(wanted).map(|it| it.whole().len() + 1).sum::<usize>();
    let (rows, mut sections) = match options.limit {
        0 => (usize::MAX, made(usize::MAX)),
        limit => {
            let mut tried = ROWS.map(|rows| (rows, rows)).into_iter().map(|(rows, _)| (rows, made(rows)));
            let fits = tried.find(|(_, sections)| size(sections) <= limit / 10 * 6);
            fits.unwrap_or_else(|| (ROWS[ROWS.len() - 1], made(ROWS[ROWS.len() - 1])))
        }
    };
    let room = if options.limit == 0 { usize::MAX } else { options.limit.saturating_sub(size(&sections)) };
    let sheet = Sheet { debt, rows, notes: &earlier.notes };
    if let Some(section) = sections.iter_mut().find(|it| it.id == "violations") {
        *section =
            sheet.made("violations", Some("Known violations"), &listing::violations(&sheet, room, &earlier.gone));
    }
    sections.into()
}

impl Sheet<'_> {
    /// Makes a section; that of the violations is empty, since it takes the room that the others leave.
    fn section(&self, id: &'static str, changes: &[String]) -> MarkdownSection {
        let debt = self.debt;
        match id {
            "summary" => self.made(id, None, &summary(debt, changes)),
            "scores" => self.made(id, Some("Scores"), &scores(self)),
            "plan" => self.made(id, Some("Migration plan"), &plan::section(self)),
            "rivals" => self.made(id, Some("Rival implementations"), &rivals(self)),
            "components" => self.made(id, Some("Affected components"), &components(self)),
            "criteria" => self.made(id, Some("Acceptance criteria"), &criteria(self)),
            "impact" => self.made(id, Some("Impact"), &impact(self)),
            "files" => self.made(id, Some("Most affected files"), &files(self)),
            "replacements" => self.made(id, Some("What to use instead"), &replacements(self)),
            "method" => self.made(id, Some("How this was measured"), &method(debt)),
            _ => self.made(id, Some("Known violations"), ""),
        }
    }

    fn made(&self, id: &'static str, heading: Option<&str>, text: &str) -> MarkdownSection {
        let heading = heading.map(|heading| format!("## {heading}\n\n")).unwrap_or_default();
        MarkdownSection { id, body: format!("<a id=\"ssot-{id}\"></a>\n\n{heading}{text}") }
    }

    /// Says how many are past the rows of a list.
    pub fn more(&self, all: usize, shown: usize, one: &str, several: &str) -> String {
        match all.saturating_sub(shown) {
            0 => String::new(),
            1 => format!("\n_1 more {one} is not listed; {ALL}._\n"),
            left => format!("\n_{left} more {several} are not listed; {ALL}._\n"),
        }
    }
}

/// Folds a text under a line.
pub(super) fn fold(line: &str, text: &str) -> String {
    format!("<details><summary>{line}</summary>\n\n{}\n</details>\n", text.trim_start_matches('\n'))
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

fn summary(debt: &DebtReport, changes: &[String]) -> String {
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
    let production_score = debt.report.score.production;
    let mut points = vec![
        format!("**Production score {}**", figures::score(production_score)),
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
    let priority = priority(debt);
    points.push(format!("**Priority {}**: {}", priority.name, priority.why));
    let labels = debt.sources.iter().filter(|it| it.counts.violations > 0).map(|it| code(&format!("ssot:{}", it.id)));
    points.push(format!("Labels: {}", std::iter::once(code("ssot")).chain(labels).collect::<Vec<_>>().join(", ")));
    points.iter().for_each(|point| {
        let _infallible = writeln!(text, "- {point}");
    });
    text.extend(changes.iter().map(|line| format!("\n{line}\n")));
    text += &format!("\n{}\n", state_line(debt));
    text
}

/// The urgency of the debt, with the numbers that say so.
struct Priority {
    name: &'static str,
    why: String,
}

/// Ranks the debt: `high` where production code has errors and an entry point loads them, `medium` where it has errors or
/// warnings, `low` where only tests and notes are left.
fn priority(debt: &DebtReport) -> Priority {
    let production = debt.report.violations.iter().filter(|it| it.context != Context::Test && it.is_active());
    let Counts { errors, warnings, .. } = Counts::of(production);
    let loading = debt.impact.reaching().loading;
    let found = format!("{} and {} in production code", count(errors, "error"), count(warnings, "warning"));
    match (errors, warnings) {
        (0, 0) if debt.counts.violations == 0 => Priority { name: "none", why: "nothing is left".to_owned() },
        (0, 0) => Priority { name: "low", why: "no error and no warning in production code".to_owned() },
        (1.., _) if loading > 0 => {
            let entries = count(loading, "entry point");
            Priority {
                name: "high",
                why: format!("{found}; loading {entries} loads a file with a violation or a rival"),
            }
        }
        _ => Priority { name: "medium", why: found },
    }
}

fn terms(card: &crate::score::Scorecard) -> String {
    let score = card.overall;
    if !score.measured() {
        return card.unmeasured().to_owned();
    }
    format!("{}, {} points of debt", count(score.adopters, "adopter"), thousandths(u128::from(score.debt)))
}

fn scores(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    let mut text = table(
        &["Source", "#Production score", "#Adopters", "#Debt", "#Score", "Grade"],
        debt.sources.iter().map(|source| {
            let total = source.score.total;
            let grade = if total.measured() { total.grade().name() } else { source.score.unmeasured() };
            let points = thousandths(u128::from(total.debt));
            let production = figures::score(source.score.production);
            let adopters = total.adopters.to_string();
            vec![code(&source.id), production, adopters, points, figures::score(total), grade.to_owned()]
        }),
    );
    let parts = debt.sources.iter().flat_map(|source| {
        let kinds = source.score.by_kind.iter().map(|(kind, part)| (format!("kind {}", code(kind.name())), part));
        let components = source.score.components.iter().map(|(id, part)| (format!("component {}", code(id)), part));
        let used = kinds.chain(components).filter(|(_, part)| part.violations > 0 || part.score.measured());
        used.map(|(name, part)| {
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
    let parts: Vec<Vec<String>> = parts.collect();
    let shown = 2 * sheet.rows.min(usize::MAX / 2);
    let columns = ["Source", "Part", "#Violations", "#Adopters", "#Debt", "#Score"];
    let detail = table(&columns, parts.iter().take(shown).cloned()) + &sheet.more(parts.len(), shown, "part", "parts");
    text += "\n";
    text += &fold("By kind and component", &detail);
    text + "\nScore = 100 × 2 × adopters / (2 × adopters + debt), floored to two decimals.\n"
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

fn rivals(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    if debt.report.implementations.is_empty() {
        return match debt.rivals() {
            Some(_) => "None found.\n".to_owned(),
            None => "Not looked for: there is no rule of kind `implement`.\n".to_owned(),
        };
    }
    let names = |list: &[String]| list.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let row = |it: &Rival| {
        let shared = match it.canonical_methods {
            0 => names(&it.shared_methods),
            all if it.shared_methods.is_empty() => format!("0 of {all}"),
            all => format!("{} of {all}: {}", it.shared_methods.len(), names(&it.shared_methods)),
        };
        let place = place(debt, &it.path, it.line);
        vec![code(&it.symbol), it.role.name().to_owned(), place, names(&it.wraps), shared, it.importers.to_string()]
    };
    let listed = |roles: &[ImplementationRole]| {
        let all: Vec<&Rival> = roles.iter().flat_map(|role| debt.implementations(*role)).collect();
        let columns = ["Class", "Role", "Place", "Wraps", "Methods of the canonical class", "#Importers"];
        let text = table(&columns, all.iter().take(sheet.rows).map(|it| row(it)));
        (all.len(), text + &sheet.more(all.len(), sheet.rows, "class", "classes"))
    };
    let (found, mut text) = listed(&[ImplementationRole::Rival]);
    if found == 0 {
        text = "None found.\n".to_owned();
    }
    let others: Vec<ImplementationRole> =
        ImplementationRole::ALL.into_iter().filter(|role| *role != ImplementationRole::Rival).collect();
    let (others, list) = listed(&others);
    if others > 0 {
        text += "\n";
        text += &fold(&format!("{others} that are no violations: shims, test doubles, users of a client"), &list);
    }
    format!(
        "{text}\nOnly rivals are violations; a shim delegates to the canonical symbol, a double stands in for it in tests, \
         a user keeps a client that it is handed.\n"
    )
}

fn components(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    if debt.components.is_empty() {
        return "No components are declared.\n".to_owned();
    }
    table(
        &["Component", "#Violations", "#Files", "#Score", "#Modules that reach one", "#Entry points that reach one"],
        debt.components.iter().take(sheet.rows).map(|it| {
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
    ) + &sheet.more(debt.components.len(), sheet.rows, "component", "components")
}

fn impact(sheet: &Sheet<'_>) -> String {
    let debt = sheet.debt;
    let mut text = figures::impact(&debt.impact) + "\n";
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
    if entered.is_empty() {
        return text;
    }
    // Chains are long.
    let shown = sheet.rows.div_ceil(3);
    let rows = entered.iter().take(shown).filter_map(|entries| {
        let first = entries.first()?;
        let mut chain: Vec<String> = first.chain.iter().map(|hop| figures::hop(hop, code(&hop.path))).collect();
        if sheet.rows != usize::MAX && chain.len() > HOPS {
            let left = chain.len() - HOPS;
            chain.splice(HOPS / 2..HOPS / 2 + left, [format!("… {left} more …")]);
        }
        Some(vec![prose(&figures::entries(entries)), figures::reach(first.reaches), chain.join(" → ")])
    });
    let list = table(&["Entry points", "#Files reached", "Best chain"], rows)
        + &sheet.more(entered.len(), shown, "file with entry points", "files with entry points");
    let line = count(entered.len() as u64, "file") + " with entry points that reach one";
    format!("{text}\n{}", fold(&line, &list))
}

/// Files outside test code first.
fn files(sheet: &Sheet<'_>) -> String {
    let mut files: Vec<&FileDebt> = sheet.debt.files.iter().collect();
    files.sort_by_key(|file| file.counts.production == 0);
    let rows = files.iter().take(sheet.rows).map(|file| {
        let rules: Vec<String> = file.rules.iter().map(|rule| code(rule)).collect();
        let points = thousandths(u128::from(file.counts.points));
        let test = if file.counts.production == 0 { " (test)" } else { "" };
        vec![format!("{}{test}", code(&file.path)), file.counts.violations.to_string(), points, rules.join(", ")]
    });
    let list = table(&["File", "#Violations", "#Points", "Rules"], rows);
    let production = files.iter().filter(|file| file.counts.production > 0).count();
    let line = format!("{}, {production} outside test code", count(files.len() as u64, "file"));
    fold(&line, &(list + &sheet.more(files.len(), sheet.rows, "file", "files")))
}

fn replacements(sheet: &Sheet<'_>) -> String {
    let all = &sheet.debt.replacements;
    let rows = all.iter().map(|it| {
        let new = it.new.as_ref().map_or_else(|| "-".to_owned(), |new| code(new));
        vec![code(&it.old), new, it.violations.to_string(), it.files.to_string()]
    });
    let list = table(&["Old", "New", "#Violations", "#Files"], rows.take(sheet.rows));
    fold(&count(all.len() as u64, "symbol"), &(list + &sheet.more(all.len(), sheet.rows, "symbol", "symbols")))
}

fn criteria(sheet: &Sheet<'_>) -> String {
    if sheet.debt.criteria.is_empty() {
        return "No criteria are declared in the rules file.\n".to_owned();
    }
    let line = |it: &JudgedCriterion| {
        let words = format!(
            "**{}**: {}. Value {}, limit {} ({}; {}; from {})",
            prose(&it.title),
            it.outcome.name(),
            figures::value(it),
            figures::limit(it),
            prose(&it.subject),
            prose(&it.detail),
            evidence(it),
        );
        sheet.notes.line(it.outcome == Outcome::Met, &words, "criterion", &masked(&it.id))
    };
    sheet.debt.criteria.iter().map(line).collect()
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
    let list: String = lines.into_iter().map(|line| format!("- {line}\n")).collect();
    fold("Version, commit, rules, files", &list)
}
