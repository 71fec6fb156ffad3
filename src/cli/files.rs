//! `ssot files`: what is scanned, what is not, and why.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::values::Plain;
use super::{RunOutcome, terminal};
use crate::lang;
use crate::problem::Problem;
use crate::render::ListingForm;
use crate::source::Language;

/// Arguments of `ssot files`.
#[derive(Debug, Args)]
pub(super) struct FilesArgs {
    /// How to write the list; as text, what is not scanned goes to standard error
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,

    #[command(flatten)]
    scan: ScanArgs,
}

pub(super) fn run(global: &GlobalArgs, args: &FilesArgs) -> anyhow::Result<RunOutcome> {
    let project = project::open(global, &args.scan, &SelectArgs::default(), &Progress::start(global))?;
    let listing = FileListing::of(&project);
    match args.format {
        Plain::Json => terminal::print(format!("{}\n", serde_json::to_string_pretty(&listing)?))?,
        Plain::Text => {
            let paths: String = listing.files.iter().fold(String::new(), |text, file| text + file.path + "\n");
            terminal::print(&paths)?;
            if !global.quiet {
                terminal::print_error_listing(&listing.rest(), ListingForm::Messages, global.color);
            }
        }
    }
    Ok(if listing.files.is_empty() { RunOutcome::Incomplete } else { RunOutcome::Passed })
}

#[derive(Serialize)]
struct FileListing<'a> {
    schema: u32,
    files: Vec<ScannedFile<'a>>,
    skipped: Vec<Passed<'a>>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct ScannedFile<'a> {
    path: &'a str,
    language: Language,
}

#[derive(Serialize)]
struct Passed<'a> {
    path: &'a str,
    reason: &'a str,
}

impl<'a> FileListing<'a> {
    fn of(project: &'a ScannedProject) -> Self {
        let tree = &project.files.tree;
        let files = tree.files().iter().filter(|file| project.chosen.contains(&file.path));
        let skipped = tree.skipped.iter().filter(|skipped| project.chosen.touches(&skipped.path));
        Self {
            schema: 1,
            files: files.map(|file| ScannedFile { path: &file.path, language: file.language }).collect(),
            skipped: skipped.map(|skipped| Passed { path: &skipped.path, reason: &skipped.reason }).collect(),
            problems: &project.files.problems,
        }
    }

    /// Writes what is not scanned, and the counts.
    fn rest(&self) -> String {
        let mut text = String::new();
        for Passed { path, reason } in &self.skipped {
            let _infallible = writeln!(text, "skipped {path}: {reason}");
        }
        for problem in self.problems {
            let _infallible = writeln!(text, "problem {}: {}", problem.path, problem.message);
        }
        let _infallible = match self.files.len() {
            0 => writeln!(text, "nothing to scan: no {} file here", lang::titles()),
            count => writeln!(text, "{count} files scanned, {} skipped", self.skipped.len()),
        };
        text
    }
}
