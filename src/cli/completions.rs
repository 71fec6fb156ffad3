//! `ssot completions`: completion scripts.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, RunOutcome, terminal};

/// Arguments of `ssot completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to complete in
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<RunOutcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ssot", &mut script);
    terminal::print(&script)?;
    Ok(RunOutcome::Passed)
}
