//! `ssot doctor`: what is wrong with the rules of a project.

use clap::Args;

use super::args::{GlobalArgs, ScanArgs, SelectArgs, WalkArgs};
use super::progress::Progress;
use super::values::Plain;
use super::{RunOutcome, project, terminal};
use crate::pipeline::{self, Stopwatch};
use crate::render::{self, RenderOptions};

/// Arguments of `ssot doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// How to write the result
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,

    #[command(flatten)]
    walk: WalkArgs,
}

pub(super) fn run(global: &GlobalArgs, args: &DoctorArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let scan = ScanArgs { walk: args.walk.clone(), ..ScanArgs::default() };
    let project = project::open(global, &scan, &SelectArgs::default(), &progress)?;
    if let Some(problem) = project.emptiness() {
        drop(progress);
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    progress.stage(format!("examining the rules over {} files", project.files.tree.files().len()));
    let ailments = pipeline::examine(&project.inputs(false), &mut Stopwatch::start());
    drop(progress);
    project.say_notices(global);
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() };
    let mut bytes = Vec::new();
    match args.format {
        Plain::Text => render::ailments_text(&ailments, &options, &mut bytes)?,
        Plain::Json => render::ailments_json(&ailments, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    let wrong = ailments.iter().any(|ailment| !ailment.check.is_hint());
    Ok(if wrong { RunOutcome::Failed } else { RunOutcome::Passed })
}
