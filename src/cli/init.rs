//! `ssot init`: a first rules file, with the owner that the analysis infers.

use anyhow::bail;
use clap::Args;

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::progress::Progress;
use super::{RunOutcome, project, terminal};
use crate::config::RulesOrigin;
use crate::pipeline::{self, Stopwatch};
use crate::rule::explain;
use crate::store;

const FILE: &str = "ssot.toml";

/// Arguments of `ssot init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Print the file instead of writing it
    #[arg(long)]
    stdout: bool,
}

pub(super) fn run(global: &GlobalArgs, args: &InitArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let project = project::open(global, &ScanArgs::default(), &SelectArgs::default(), &progress)?;
    if let RulesOrigin::File(existing) = &project.origin {
        bail!("the project has rules already, in `{}`, which is left as it is", existing.display());
    }
    progress.stage(format!("analysing {} files", project.files.tree.files().len()));
    let run = pipeline::run(&project.inputs(false), &mut Stopwatch::start());
    drop(progress);
    let inferred = run.findings.sources.iter().find_map(|source| source.inferred_owner.as_ref());
    let text = explain::init_text(inferred.map(|owner| (&*owner.path, owner.declaration.as_str())));
    if args.stdout {
        terminal::print(&text)?;
        return Ok(RunOutcome::Passed);
    }
    let path = project.root.join(FILE);
    store::create(&path, text.as_bytes())?;
    if !global.quiet {
        terminal::print_error(&format!("written: {}\n", path.display()));
    }
    Ok(RunOutcome::Passed)
}
