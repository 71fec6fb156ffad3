//! `ssot test`: runs the examples of the rules, and tries the disguises of what they ban.

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::args::{GlobalArgs, SelectArgs};
use super::values::Plain;
use super::{RunOutcome, completions, project, terminal};
use crate::render::{self, RenderOptions};
use crate::trial;

/// Arguments of `ssot test`.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Try the ways to use what a rule bans without writing it, and say which are caught
    #[arg(long)]
    evasions: bool,

    /// How to write the result
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,

    /// Ids of the only rules to try
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(completions::rules))]
    select: Vec<String>,

    /// Ids of rules not to try
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(completions::rules))]
    ignore: Vec<String>,
}

pub(super) fn run(global: &GlobalArgs, args: &TestArgs) -> anyhow::Result<RunOutcome> {
    let choice = SelectArgs { select: args.select.clone(), ignore: args.ignore.clone(), exhaustive: false };
    let rules = project::settings(global, &choice)?.rules;
    let mut report = trial::examples(&rules);
    if args.evasions {
        report.evasions = Some(trial::evasions(&rules));
    }
    let look = terminal::stdout_look(global.color);
    let options = RenderOptions { color: look.color, width: look.width, ..RenderOptions::default() };
    let mut bytes = Vec::new();
    match args.format {
        Plain::Text => render::trial_text(&report, &options, &mut bytes)?,
        Plain::Json => render::trial_json(&report, &mut bytes)?,
    }
    terminal::print(&bytes)?;
    Ok(if report.wrong().next().is_some() { RunOutcome::Failed } else { RunOutcome::Passed })
}
