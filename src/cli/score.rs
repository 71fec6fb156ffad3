//! `ssot score`: the scores alone, or with every term that they are made of.

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::args::{GlobalArgs, ScanArgs, SelectArgs, WalkArgs};
use super::progress::Progress;
use super::{RunOutcome, cache, project, terminal};
use crate::pipeline::{self, Stopwatch};
use crate::render::{self, RenderOptions};
use crate::score;

/// Arguments of `ssot score`.
#[derive(Debug, Args)]
pub(super) struct ScoreArgs {
    /// List every adopter and every violation with its points, so that the sum can be done again by hand
    #[arg(long)]
    explain: bool,

    /// How to write the scores
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: ScoreFormat,

    // A score is one of the whole project: there are no PATHS.
    #[command(flatten)]
    walk: WalkArgs,
    #[command(flatten)]
    rules: SelectArgs,
}

/// Formats of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScoreFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// JSON of a badge, for the endpoint of shields.io
    Shields,
}

pub(super) fn run(global: &GlobalArgs, args: &ScoreArgs) -> anyhow::Result<RunOutcome> {
    if args.explain && args.format == ScoreFormat::Shields {
        return Err(anyhow!("a badge has no place for terms; leave out --explain, or write `--format json`"));
    }
    let progress = Progress::start(global);
    let counts = progress.counts();
    let scan = ScanArgs { walk: args.walk.clone(), ..ScanArgs::default() };
    let project = project::open(global, &scan, &args.rules, &progress)?;
    let inputs = pipeline::Inputs { last: true, counts: Some(&counts), ..project.inputs(args.rules.exhaustive) };
    progress.stage(format!("analysing {} files", inputs.tree.files().len()));
    let run = cache::run(global, &project, &inputs, &mut Stopwatch::start())?;
    drop(progress);
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() };
    let mut bytes = Vec::new();
    let terms = || score::explain(&run.findings, &inputs.rules, inputs.tree, &run.score);
    match (args.format, args.explain) {
        (ScoreFormat::Text, true) => render::explain_text(&terms(), &options, &mut bytes)?,
        (ScoreFormat::Json, true) => render::explain_json(&terms(), &mut bytes)?,
        (ScoreFormat::Text, false) => render::score_text(&run.score, &options, &mut bytes)?,
        (ScoreFormat::Json, false) => render::score_json(&run.score, &mut bytes)?,
        (ScoreFormat::Shields, _) => render::score_badge(&run.score, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    project.say_notices(global);
    if let Some(problem) = project.emptiness() {
        project.say_empty(&problem);
        return Ok(RunOutcome::Incomplete);
    }
    Ok(RunOutcome::Passed)
}
