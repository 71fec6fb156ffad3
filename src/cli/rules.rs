//! `ssot rules`: which rules there are.

use clap::Args;

use super::args::{self, GlobalArgs};
use super::values::Plain;
use super::{RunOutcome, project, terminal};
use crate::render::ListingForm;
use crate::rule::explain;

/// Arguments of `ssot rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// List the built-in packs instead
    #[arg(long)]
    packs: bool,

    /// How to write the list
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,
}

pub(super) fn run(global: &GlobalArgs, args: &RulesArgs) -> anyhow::Result<RunOutcome> {
    let text = match (args.packs, args.format) {
        (true, Plain::Text) => explain::packs_text(),
        (true, Plain::Json) => json(&explain::packs_json()),
        (false, format) => {
            let settings = project::settings(global, &args::SelectArgs::default())?;
            match format {
                Plain::Text => explain::rules_text(&settings.rules),
                Plain::Json => json(&explain::rules_json(&settings.rules)),
            }
        }
    };
    match args.format {
        Plain::Text => terminal::print_listing(&text, ListingForm::Table, global.color)?,
        Plain::Json => terminal::print(&text)?,
    }
    Ok(RunOutcome::Passed)
}

/// A document with a final newline.
pub(super) fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
