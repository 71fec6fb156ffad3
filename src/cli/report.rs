//! `ssot report`: the measured debt as a document, and the documents of several projects as one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::against::{GitArgs, Opened};
use super::args::{GlobalArgs, ScanArgs, SelectArgs, WalkArgs};
use super::baseline::BaselineChoice;
use super::cache;
use super::progress::Progress;
use super::{RunOutcome, terminal, values};
use crate::criteria::{EvidenceContent, Outcome};
use crate::debt::DebtReport;
use crate::discover::{self, Unread};
use crate::pipeline::{self, DebtSettings, Stopwatch};
use crate::render::{self, MarkdownOptions};
use crate::store;
use crate::suppress::Date;

/// Evidence larger than this is not read.
const LARGEST: u64 = 1 << 30;

mod merge;

/// Arguments of `ssot report`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ReportArgs {
    #[command(subcommand)]
    command: Option<ReportCommand>,

    /// How to write the report
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "markdown")]
    format: ReportFormat,

    /// Write the report to a file instead of standard output, which `-` names
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,

    /// Bring an earlier Markdown report up to date in place: tick what was fixed, keep what people wrote around it
    ///
    /// A file that is not there is written anew.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "output_file")]
    update: Option<PathBuf>,

    /// Say what changed since REF and HEAD parted: totals, what is new and gone, each component
    ///
    /// Both sides are measured under the rules of today; today is what is staged, as for `check --against`.
    #[arg(long, value_name = "REF")]
    against: Option<String>,

    /// Write only these sections of the Markdown: summary, changes, scores, plan, rivals, components, criteria, violations,
    /// impact, files, replacements, method
    ///
    /// With --update the sections that are there are renewed all the same, and these come back where they were deleted.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = section)]
    sections: Vec<&'static str>,

    /// At most so many bytes of Markdown, what does not fit being counted; 0 lists all
    #[arg(long, value_name = "BYTES", default_value_t = MarkdownOptions::default().limit)]
    max_size: usize,

    /// Exit with 1 unless every acceptance criterion is met
    #[arg(long, conflicts_with_all = ["select", "ignore"])]
    fail_on_criteria: bool,

    // A report is one of the whole project: there are no PATHS.
    #[command(flatten)]
    walk: WalkArgs,
    #[command(flatten)]
    rules: SelectArgs,
}

/// Reports besides the one of this project.
#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Put the JSON reports of several projects into one
    Merge(merge::MergeArgs),
}

/// Formats of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// To be pasted as an issue
    Markdown,
    /// One page that needs nothing else
    Html,
    /// One JSON document
    Json,
}

pub(super) fn run(global: &GlobalArgs, args: &ReportArgs) -> anyhow::Result<RunOutcome> {
    if let Some(ReportCommand::Merge(args)) = &args.command {
        return merge::run(args);
    }
    if args.update.is_some() && args.format != ReportFormat::Markdown {
        return Err(anyhow!("--update renews a Markdown report; leave out --format"));
    }
    if !args.sections.is_empty() && args.format != ReportFormat::Markdown {
        return Err(anyhow!("--sections chooses sections of the Markdown; leave out --format"));
    }
    let earlier = args.update.as_deref().map(read_earlier).transpose()?.flatten();
    let progress = Progress::start(global);
    let counts = progress.counts();
    let scan = ScanArgs { walk: args.walk.clone(), ..ScanArgs::default() };
    let git = GitArgs::since(args.against.as_deref());
    let Opened { mut project, baseline, reference } =
        git.open(global, &scan, &args.rules, &BaselineChoice::Default, &progress)?;
    project.notices.extend(reference.iter().flat_map(|reference| reference.notices.clone()));
    let mut inputs = project.inputs(args.rules.exhaustive);
    inputs.counts = Some(&counts);
    inputs.baseline = baseline.map(Arc::new);
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let scanned: BTreeSet<Arc<str>> = match earlier {
        Some(_) => inputs.tree.files().iter().map(|file| Arc::clone(&file.path)).collect(),
        None => BTreeSet::new(),
    };
    let watch = &mut Stopwatch::start();
    let (run, keeper) = cache::run_keeping(global, &project, &inputs, watch)?;
    let changes = match &reference {
        Some(reference) => {
            progress.stage("comparing with the reference");
            Some(reference.changes(&inputs, &run, keeper.as_ref(), watch)?)
        }
        None => None,
    };
    progress.stage("reading imports and evidence");
    let read = |path: &str| read_evidence(&project.root.join(path), project.confined_to.as_deref());
    let nothing_scanned = project.emptiness();
    let (checked_out, nothing) = (project.checked_out(), nothing_scanned.clone());
    let settings = DebtSettings { read: &read, nothing_scanned: nothing, checked_out, changes };
    let debt = pipeline::debt(inputs, run, settings);
    drop(progress);
    let unscanned = |path: &str| !scanned.contains(path) && project.root.join(path).is_file();
    args.write(&debt, earlier.as_deref(), &unscanned)?;
    if let Some(problem) = nothing_scanned {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    let missed = debt.criteria.iter().any(|it| it.outcome != Outcome::Met);
    if args.fail_on_criteria {
        say_criteria(&debt);
    }
    Ok(if args.fail_on_criteria && missed { RunOutcome::Failed } else { RunOutcome::Passed })
}

impl ReportArgs {
    fn write(&self, debt: &DebtReport, earlier: Option<&str>, unscanned: &dyn Fn(&str) -> bool) -> anyhow::Result<()> {
        let options = &MarkdownOptions { limit: self.max_size, sections: self.sections.clone() };
        let mut bytes = Vec::new();
        match (self.format, earlier) {
            (ReportFormat::Markdown, Some(earlier)) => {
                let renewed = render::report_update(earlier, debt, options, unscanned);
                let path = self.update.as_deref().unwrap_or_else(|| Path::new(""));
                bytes = renewed.with_context(|| format!("`{}` is left as it is", path.display()))?.into_bytes();
            }
            (ReportFormat::Markdown, None) => render::report_markdown(debt, options, &mut bytes)?,
            (ReportFormat::Html, _) => render::report_html(debt, &mut bytes)?,
            (ReportFormat::Json, _) => render::report_json(debt, &mut bytes)?,
        }
        match self.update.as_ref().or(self.output_file.as_ref()) {
            Some(path) if !values::is_stdout(path) => store::write(path, &bytes)?,
            _ => terminal::print(&bytes)?,
        }
        Ok(())
    }
}

/// The report that is to be brought up to date; none if there is no such file.
fn read_earlier(path: &Path) -> anyhow::Result<Option<String>> {
    match discover::read_file(path, None, LARGEST) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes);
            text.map(Some).map_err(|_| anyhow!("`{}` is not UTF-8 and is left as it is", path.display()))
        }
        Err(Unread::Missing) => Ok(None),
        Err(why) => Err(anyhow!("`{}` cannot be read: {why}", path.display())),
    }
}

/// A file of evidence with the time of its last change; it must lie in the work tree, unless the user named the rules file.
fn read_evidence(path: &Path, within: Option<&Path>) -> EvidenceContent {
    match discover::read_file(path, within, LARGEST) {
        Ok(bytes) => {
            let modified = path.metadata().and_then(|metadata| metadata.modified()).ok();
            let seconds = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let changed = seconds.and_then(|elapsed| i64::try_from(elapsed.as_secs()).ok()).map(Date::moment);
            EvidenceContent { bytes: Ok(bytes), changed }
        }
        Err(why) => EvidenceContent { bytes: Err(why.to_string()), changed: None },
    }
}

/// Reads the name of a section.
fn section(name: &str) -> Result<&'static str, String> {
    let known = render::REPORT_SECTIONS.into_iter().find(|it| *it == name);
    known.ok_or_else(|| format!("there is no such section; there are {}", render::REPORT_SECTIONS.join(", ")))
}

/// Says of each criterion what came of it, for the log of a build.
fn say_criteria(debt: &DebtReport) {
    let lines = debt.criteria.iter().map(|it| format!("{}: {} ({})\n", it.outcome.name(), it.title, it.detail));
    let none = "no criteria are declared in the rules file\n".to_owned();
    terminal::print_error(&if debt.criteria.is_empty() { none } else { lines.collect() });
}
