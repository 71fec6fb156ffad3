//! Items of the Markdown: boxes with a hidden identity, and what people wrote to them.
//!
//! In: lines of an earlier report, violations. Out: boxes, each with its identity at the end of what is generated, so that what
//! follows it on the line, and lines that are set in below it, are a note of somebody and stay.

use std::collections::BTreeMap;

use crate::debt::DebtReport;
use crate::render::style::markdown::{code, prose};
use crate::render::style::sentences::acceptance;
use crate::violation::{Context, Violation};

/// Digits of a fingerprint that tell items apart.
pub(super) const IDENTITY: usize = 16;
/// The text before the hidden identity of an item.
const MARK: &str = "<!-- ssot:";
/// The text after it.
const MARKED: &str = " -->";

/// An item of an earlier report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportedItem<'t> {
    pub ticked: bool,
    /// `item` or `criterion`.
    pub kind: &'t str,
    pub identity: &'t str,
    /// The text that was generated.
    pub words: &'t str,
    /// The note of somebody: the rest of the line, then lines that are set in below it.
    pub note: String,
}

impl<'t> ReportedItem<'t> {
    /// Reads all items of a text.
    pub fn all(text: &'t str) -> Vec<Self> {
        let mut items: Vec<Self> = Vec::new();
        let mut follows = false;
        for line in text.lines().map(str::trim_end) {
            if let Some(item) = Self::of(line) {
                items.push(item);
                follows = true;
            } else if let Some(item) = items.last_mut().filter(|_| follows && line.starts_with([' ', '\t'])) {
                item.note += "\n";
                item.note += line;
            } else {
                follows = false;
            }
        }
        items
    }

    /// Reads one line.
    pub fn of(line: &'t str) -> Option<Self> {
        // People and editors write lists in more than one way.
        let boxed = line.trim_start().strip_prefix(['-', '*', '+'])?.trim_start();
        let ticked = boxed.starts_with("[x]") || boxed.starts_with("[X]");
        let rest = if ticked { boxed.get("[x]".len()..)? } else { boxed.strip_prefix("[ ]")? }.trim_start();
        let start = rest.find(MARK)?;
        let (before, marked) = rest.split_at(start);
        let inner = &marked[MARK.len()..];
        let length = inner.find(MARKED)?;
        let (kind, identity) = inner[..length].split_once(' ')?;
        let after = inner[length + MARKED.len()..].trim();
        // Reports of earlier versions have the identity first, and all that follows was generated.
        let (words, note) = if before.trim().is_empty() { (after, "") } else { (before.trim(), after) };
        Some(Self { ticked, kind, identity, words, note: note.to_owned() })
    }

    /// The file that it names, if the name needs no escapes.
    pub fn path(&self) -> Option<&'t str> {
        let place = self.words.trim_start_matches('~').trim_start_matches('[').strip_prefix('`')?.split('`').next()?;
        place.rsplit_once(':').map(|(path, _)| path)
    }
}

/// Notes of people by kind and identity of the item.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(BTreeMap<(String, String), String>);

impl Notes {
    /// Collects those of an earlier report.
    pub fn of(items: &[ReportedItem<'_>]) -> Self {
        let noted = items.iter().filter(|it| !it.note.is_empty());
        Self(noted.map(|it| ((it.kind.to_owned(), it.identity.to_owned()), it.note.clone())).collect())
    }

    /// Returns whether somebody wrote to an item.
    pub fn has(&self, kind: &str, identity: &str) -> bool {
        self.0.contains_key(&(kind.to_owned(), identity.to_owned()))
    }

    /// Writes an item with its note.
    pub fn line(&self, ticked: bool, words: &str, kind: &str, identity: &str) -> String {
        let ticked = if ticked { 'x' } else { ' ' };
        let space = |note: &String| if note.starts_with('\n') { note.clone() } else { format!(" {note}") };
        let note = self.0.get(&(kind.to_owned(), identity.to_owned())).map(space).unwrap_or_default();
        format!("- [{ticked}] {words} {MARK}{kind} {identity}{MARKED}{note}\n")
    }
}

/// Returns a place as code, with the page of the code host behind it where there is one.
pub(super) fn place(debt: &DebtReport, path: &str, line: u32) -> String {
    let shown = code(&format!("{path}:{line}"));
    match &debt.report.checked_out.links {
        Some(links) => format!("[{shown}]({})", links.line(path, line)),
        None => shown,
    }
}

/// Says where a violation is and what it uses.
pub(super) fn words(debt: &DebtReport, violation: &Violation) -> String {
    let mut notes = Vec::new();
    if violation.context == Context::Test {
        notes.push("in tests".to_owned());
    }
    if violation.points == 0 {
        notes.push(violation.severity.name().to_owned());
    }
    notes.extend(acceptance(violation).map(|it| prose(&it)));
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("{} {}{notes}", place(debt, &violation.path, violation.start.line), code(&violation.written))
}
