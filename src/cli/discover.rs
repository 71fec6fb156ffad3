//! `ssot discover`: the concerns of a project that several files own, found without rules.

use clap::Args;

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::progress::Progress;
use super::project::{self, ScannedProject};
use super::values::Plain;
use super::{RunOutcome, terminal};
use crate::discovery::{self, Discovery};
use crate::render::{self, RenderOptions};
use crate::tree::Snapshot;

/// Arguments of `ssot discover`.
#[derive(Debug, Args)]
pub(super) struct DiscoverArgs {
    /// Says how to write the result
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,

    #[command(flatten)]
    scan: ScanArgs,
}

pub(super) fn run(global: &GlobalArgs, args: &DiscoverArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let project = project::open(global, &args.scan, &SelectArgs::default(), &progress)?;
    if let Some(problem) = project.emptiness() {
        drop(progress);
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    let mut found = found(&project, &progress);
    drop(progress);
    if project.chosen.is_part() {
        found.concerns.retain(|concern| concern.sites.iter().any(|site| project.chosen.contains(&site.path)));
    }
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() };
    let mut bytes = Vec::new();
    match args.format {
        Plain::Text => render::discovery_text(&found, &options, &mut bytes)?,
        Plain::Json => render::discovery_json(&found, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    Ok(RunOutcome::Passed)
}

/// Finds the concerns of a project.
pub(super) fn found(project: &ScannedProject, progress: &Progress) -> Discovery {
    let files = &project.files;
    progress.stage(format!("looking for concerns in {} files", files.tree.files().len()));
    discovery::discover(Snapshot { tree: &files.tree, texts: &files.texts }, &project.rules)
}
