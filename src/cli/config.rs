//! `ssot config`: what applies, and where each value comes from.

use clap::Args;

use super::args::{GlobalArgs, SelectArgs};
use super::{RunOutcome, project, terminal};
use crate::render::ListingForm;
use crate::rule::explain;

/// Arguments of `ssot config`.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// Print every value with the place where it is written
    #[arg(long, required = true)]
    show: bool,
}

pub(super) fn run(global: &GlobalArgs, _args: &ConfigArgs) -> anyhow::Result<RunOutcome> {
    let settings = project::settings(global, &SelectArgs::default())?;
    terminal::print_listing(&explain::config_text(&settings.rules), ListingForm::Config, global.color)?;
    Ok(RunOutcome::Passed)
}
