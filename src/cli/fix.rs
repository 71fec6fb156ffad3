//! `ssot fix`: writes fixes, shows them as a patch, or explains what can be fixed and what not.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::{RunOutcome, terminal};
use crate::fix::{FixRun, FixSettings};
use crate::lang::fixing::Applicability;
use crate::pipeline::{self, Stopwatch};
use crate::render::{self, PatchedFile, PlanFormat, PlanView};
use crate::store;

/// Arguments of `ssot fix`.
#[derive(Debug, Args)]
pub(super) struct FixArgs {
    #[command(flatten)]
    scan: ScanArgs,
    #[command(flatten)]
    rules: SelectArgs,

    /// Apply fixes that are not safe too
    #[arg(long)]
    unsafe_fixes: bool,

    /// Print a patch that `git apply` takes in the project root, and write nothing; exit with 1 if there is one
    #[arg(long, conflicts_with = "plan")]
    diff: bool,

    /// Explain for every violation what can be done, and write nothing
    #[arg(long)]
    plan: bool,

    /// Format of the plan
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text", requires = "plan")]
    format: PlanShape,
}

/// Formats of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanShape {
    /// For people at a terminal
    Text,
    /// For an issue or a page
    Markdown,
    /// One JSON document
    Json,
}

impl From<PlanShape> for PlanFormat {
    fn from(shape: PlanShape) -> Self {
        match shape {
            PlanShape::Text => Self::Text,
            PlanShape::Markdown => Self::Markdown,
            PlanShape::Json => Self::Json,
        }
    }
}

pub(super) fn run(global: &GlobalArgs, args: &FixArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let project = project::open(global, &args.scan, &args.rules, &progress)?;
    if project.chosen.stdin.is_some() {
        bail!("`ssot fix` writes files, and standard input is none");
    }
    progress.stage(format!("analysing {} files", project.files.tree.files().len()));
    let run = fixed(&project, args.rules.exhaustive, args.unsafe_fixes, args.plan);
    drop(progress);
    project.say_notices(global);
    if let Some(problem) = project.emptiness() {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    if args.plan {
        let mut bytes = Vec::new();
        let view = PlanView { fixes: &run.plan, phases: &project.rules.phases };
        render::plan(&view, args.format.into(), &mut bytes)?;
        terminal::print(&bytes)?;
        return Ok(RunOutcome::Passed);
    }
    let files = encoded(&project, &run)?;
    if args.diff {
        let patched: Vec<PatchedFile<'_>> =
            files.iter().map(|it| PatchedFile { path: &it.shown, before: &it.before, after: &it.after }).collect();
        let mut bytes = Vec::new();
        render::patch(&patched, &mut bytes)?;
        terminal::print(&bytes)?;
        return Ok(if files.is_empty() { RunOutcome::Passed } else { RunOutcome::Failed });
    }
    write(&files)?;
    if !global.quiet {
        terminal::print_error(&summary(&run, args.unsafe_fixes));
    }
    Ok(RunOutcome::Passed)
}

/// Fixes the files on disk, for `ssot check --fix`.
pub(super) fn apply(
    global: &GlobalArgs,
    project: &ScannedProject,
    exhaustive: bool,
    unsafe_fixes: bool,
) -> anyhow::Result<()> {
    let run = fixed(project, exhaustive, unsafe_fixes, false);
    write(&encoded(project, &run)?)?;
    if !global.quiet {
        terminal::print_error(&summary(&run, unsafe_fixes));
    }
    Ok(())
}

/// Plans the fixes of a project; applies them in memory unless only the plan is wanted.
fn fixed(project: &ScannedProject, exhaustive: bool, unsafe_fixes: bool, plan_only: bool) -> FixRun {
    let inputs = project.inputs(exhaustive);
    let settings = FixSettings { unsafe_fixes, files: project.reported(), plan_only };
    let before = pipeline::run(&inputs, &mut Stopwatch::start());
    pipeline::fix(&inputs, &before, &settings)
}

/// A file that is to be written.
struct EncodedFile {
    shown: String,
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Encodes the changed files as they are on disk.
fn encoded(project: &ScannedProject, run: &FixRun) -> anyhow::Result<Vec<EncodedFile>> {
    let mut files = Vec::new();
    for changed in &run.changed {
        match project.files.texts.rewritten(&changed.path, &changed.before, &changed.after) {
            Ok((path, before, after)) => {
                files.push(EncodedFile { shown: changed.path.to_string(), path, before, after })
            }
            Err(why) => bail!("`{}` is left as it is, and nothing is written: {why}", changed.path),
        }
    }
    Ok(files)
}

fn write(files: &[EncodedFile]) -> anyhow::Result<()> {
    for file in files {
        store::write(&file.path, &file.after)?;
    }
    Ok(())
}

/// Says what was done, and what is left.
fn summary(run: &FixRun, unsafe_fixes: bool) -> String {
    let mut text = format!(
        "fixed {} of {} violations in {} files\n",
        run.before.saturating_sub(run.after),
        run.before,
        run.changed.len()
    );
    for refused in &run.refused {
        text += &format!("left {}: {}\n", refused.path, refused.reason);
    }
    let left = |it: Applicability| run.plan.iter().filter(|fix| fix.applicability == it).count();
    let open = if unsafe_fixes { 0 } else { left(Applicability::Unsafe) };
    if open > 0 {
        text += &format!("{open} more with --unsafe-fixes\n");
    }
    if left(Applicability::Manual) + open > 0 {
        text += "`ssot fix --plan` explains what is left\n";
    }
    text
}
