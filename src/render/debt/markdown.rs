//! The debt report in Markdown, ready to be pasted as an issue.
//!
//! In: the debt report. Out: sections between hidden markers (`<!-- ssot:begin ID -->`), so that [`super::update`]
//! can renew them in place. What decides stands open, the details are folded, and all of it keeps within a number of bytes:
//! lists are cut, and what is left out of one is counted below it.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::debt::DebtReport;

use super::items::Notes;
use super::{changes, listing, parts, plan, summary};

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
pub const REPORT_SECTIONS: [&str; 12] = [
    "summary",
    "changes",
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
/// Steps of the plan that are shown, if there is room for so many.
const STEPS: usize = 10;
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
    for (at, section) in sections.iter().enumerate() {
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
    /// Steps of the plan.
    pub steps: usize,
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

/// The wanted sections in order, within the limit. Without a reference nothing changed that could be told unasked.
pub(super) fn sections(debt: &DebtReport, options: &MarkdownOptions, earlier: &EarlierItems) -> Vec<MarkdownSection> {
    let named = &options.sections;
    let wanted = |id: &&str| match named.is_empty() {
        true => debt.changes.is_some() || *id != changes::ID,
        false => named.contains(id),
    };
    let sheet = |rows, steps| Sheet { debt, rows, steps, notes: &earlier.notes };
    let made = |sheet: &Sheet<'_>| -> Vec<MarkdownSection> {
        REPORT_SECTIONS.into_iter().filter(wanted).map(|id| sheet.section(id, &earlier.changes)).collect()
    };
    let size = |sections: &[MarkdownSection]| sections.iter().map(|it| it.whole().len() + 1).sum::<usize>();
    let fits = |sheet: &Sheet<'_>, tenths: usize| size(&made(sheet)) <= options.limit / 10 * tenths;
    let sheet = match options.limit {
        0 => sheet(usize::MAX, usize::MAX),
        _ => {
            let fewest = ROWS[ROWS.len() - 1];
            let rows = ROWS.into_iter().find(|rows| fits(&sheet(*rows, *rows), 6)).unwrap_or(fewest);
            // What to do first is worth more than a long list.
            let steps = (rows.min(STEPS)..=STEPS).rev().find(|steps| fits(&sheet(rows, *steps), 8));
            sheet(rows, steps.unwrap_or(rows.min(STEPS)))
        }
    };
    let mut sections = made(&sheet);
    let room = if options.limit == 0 { usize::MAX } else { options.limit.saturating_sub(size(&sections)) };
    if let Some(section) = sections.iter_mut().find(|it| it.id == "violations") {
        *section =
            sheet.made("violations", Some("Known violations"), &listing::violations(&sheet, room, &earlier.gone));
    }
    sections
}

impl Sheet<'_> {
    /// Makes a section; that of the violations is empty, since it takes the room that the others leave.
    fn section(&self, id: &'static str, changes: &[String]) -> MarkdownSection {
        let debt = self.debt;
        match id {
            "summary" => self.made(id, None, &summary::section(debt, changes)),
            changes::ID => self.made(id, Some(&changes::heading(debt)), &changes::section(self)),
            "scores" => self.made(id, Some("Scores"), &parts::scores(self)),
            "plan" => self.made(id, Some("Migration plan"), &plan::section(self)),
            "rivals" => self.made(id, Some("Rival implementations"), &parts::rivals(self)),
            "components" => self.made(id, Some("Affected components"), &parts::components(self)),
            "criteria" => self.made(id, Some("Acceptance criteria"), &parts::criteria(self)),
            "impact" => self.made(id, Some("Impact"), &parts::impact(self)),
            "files" => self.made(id, Some("Most affected files"), &parts::files(self)),
            "replacements" => self.made(id, Some("What to use instead"), &parts::replacements(self)),
            "method" => self.made(id, Some("How this was measured"), &parts::method(debt)),
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
