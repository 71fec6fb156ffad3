//! `ssot rule`: what one rule wants and why.

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::args::{self, GlobalArgs};
use super::rules::json;
use super::terminal::Refused;
use super::values::Plain;
use super::{RunOutcome, completions, project, terminal};
use crate::render::ListingForm;
use crate::rule::explain;

/// Arguments of `ssot rule`.
#[derive(Debug, Args)]
pub(super) struct RuleArgs {
    /// The rule's id [default: all rules]
    #[arg(value_name = "ID", add = ArgValueCandidates::new(completions::rules))]
    id: Option<String>,

    /// How to write it
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Plain,
}

pub(super) fn run(global: &GlobalArgs, args: &RuleArgs) -> anyhow::Result<RunOutcome> {
    let rules = project::settings(global, &args::SelectArgs::default())?.rules;
    let text = match (args.format, &args.id) {
        (Plain::Text, id) => explain::rule_text(&rules, id.as_deref()),
        (Plain::Json, Some(id)) => explain::rule_as_json(&rules, id).map(|rule| json(&rule)),
        (Plain::Json, None) => Ok(json(&explain::rules_json(&rules))),
    };
    let text = text.map_err(|problem| Refused(vec![problem]))?;
    match args.format {
        Plain::Text => terminal::print_listing(&text, ListingForm::Description, global.color)?,
        Plain::Json => terminal::print(text)?,
    }
    Ok(RunOutcome::Passed)
}
