//! The plan of fixes: as text, Markdown or JSON; and a patch of what is to be written.
//!
//! In: planned fixes, or old and new bytes of files. Out: bytes. Decides nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::fix::PlannedFix;
use crate::lang::fixing::{Applicability, Guarantee};
use crate::render::style::text::{clean, count};
use crate::rule::Phase;

mod diff;
mod json;
mod markdown;

pub use diff::{PatchedFile, patch};
pub(super) use json::FixJson;

/// The formats of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PlanFormat {
    /// For people at a terminal.
    #[default]
    Text,
    /// For an issue or a page.
    Markdown,
    /// One JSON document.
    Json,
}

/// A plan, and the phases in which it is told.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    /// The fixes, in the order of their violations.
    pub fixes: &'a [PlannedFix],
    /// The phases of the migration plan.
    pub phases: &'a [Phase],
}

/// Writes a plan.
///
/// # Errors
/// Those of the writer.
pub fn plan(view: &PlanView<'_>, format: PlanFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        PlanFormat::Text => text(view, out),
        PlanFormat::Markdown => markdown::plan(view, out),
        PlanFormat::Json => json::plan(view, out),
    }
}

/// The fixes of one phase, by file.
struct PlanPhase<'a> {
    /// Its title; none for files of no phase, and where there are no phases.
    title: Option<&'a str>,
    files: BTreeMap<&'a str, Vec<&'a PlannedFix>>,
}

impl<'a> PlanPhase<'a> {
    /// Divides a plan into its phases; a file belongs to the first that names it.
    fn of(view: &PlanView<'a>) -> Vec<Self> {
        let titles = view.phases.iter().map(|phase| Some(phase.title.as_str())).chain([None]);
        let mut phases: Vec<Self> = titles.map(|title| Self { title, files: BTreeMap::new() }).collect();
        for fix in view.fixes {
            let path = &*fix.violation.path;
            let at = view.phases.iter().position(|phase| phase.paths.iter().any(|glob| glob.matches(path)));
            phases[at.unwrap_or(view.phases.len())].files.entry(path).or_default().push(fix);
        }
        phases.retain(|phase| !phase.files.is_empty());
        phases
    }
}

/// Counts of a plan.
#[derive(Debug, Default, PartialEq, Eq)]
struct PlanSums {
    by_applicability: BTreeMap<Applicability, u64>,
    by_guarantee: BTreeMap<Guarantee, u64>,
    files: u64,
}

impl PlanSums {
    fn of<'a>(fixes: impl Iterator<Item = &'a PlannedFix>) -> Self {
        let mut sums = Self::default();
        let mut files = std::collections::BTreeSet::new();
        for fix in fixes {
            files.insert(&*fix.violation.path);
            *sums.by_applicability.entry(fix.applicability).or_default() += 1;
            if let Some(first) = fix.failures.first() {
                *sums.by_guarantee.entry(first.guarantee).or_default() += 1;
            }
        }
        sums.files = files.len() as u64;
        sums
    }

    fn all(&self) -> u64 {
        self.by_applicability.values().sum()
    }

    fn describe(&self) -> String {
        let parts: Vec<String> = Applicability::ALL
            .iter()
            .map(|it| format!("{} {}", self.by_applicability.get(it).unwrap_or(&0), it.name()))
            .collect();
        format!("{} in {}: {}", count(self.all(), "violation"), count(self.files, "file"), parts.join(", "))
    }
}

fn text(view: &PlanView<'_>, out: &mut dyn Write) -> io::Result<()> {
    for phase in PlanPhase::of(view) {
        let sums = PlanSums::of(phase.files.values().flatten().copied());
        if let Some(title) = phase.title {
            writeln!(out, "== {} ({})\n", clean(title), sums.describe())?;
        }
        for (path, fixes) in phase.files {
            writeln!(out, "{}", clean(path))?;
            for fix in fixes {
                one(fix, out)?;
            }
            writeln!(out)?;
        }
    }
    let sums = PlanSums::of(view.fixes.iter());
    writeln!(out, "{}", sums.describe())?;
    for guarantee in Guarantee::ALL {
        if let Some(number) = sums.by_guarantee.get(&guarantee) {
            writeln!(out, "  {number} not safe because this fails first: {guarantee}")?;
        }
    }
    Ok(())
}

fn one(fix: &PlannedFix, out: &mut dyn Write) -> io::Result<()> {
    let at = &fix.violation;
    writeln!(out, "  {}:{}: {} `{}`: {}", at.start.line, at.start.column, at.rule, clean(&at.symbol), named(fix))?;
    details(fix, "      ", out)
}

/// Returns how far a fix can be trusted and what it does: `safe, replace`.
pub(super) fn named(fix: &PlannedFix) -> String {
    match fix.action {
        Some(action) => format!("{}, {}", fix.applicability.name(), action.name()),
        None => fix.applicability.name().to_owned(),
    }
}

/// Writes the guarantees that a fix lacks, and the code to write.
pub(super) fn details(fix: &PlannedFix, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    for failure in &fix.failures {
        writeln!(out, "{indent}{}: {}", failure.guarantee, clean(&failure.describe(&fix.violation.path)))?;
    }
    for line in fix.suggestion.iter().flat_map(|text| text.lines()) {
        writeln!(out, "{indent}write: {}", clean(line))?;
    }
    Ok(())
}
