//! `ssot completions`: scripts by which a shell asks the program for what can stand next, among it the ids of the project.
//!
//! In: the name of a shell; from its script, the words so far. Out: the script; the candidates. What cannot be read gives no
//! candidates: nobody wants an error while typing.

use std::env;
use std::ffi::OsString;

use clap::{Args, Parser};
use clap_complete::env::{CompleteEnv, Shells};
use clap_complete::{CompletionCandidate, Shell};

use super::{Cli, RunOutcome, manual, project, terminal};
use crate::config::Settings;

/// The variable by which a script asks.
const VARIABLE: &str = "SSOT_COMPLETE";

/// Arguments of `ssot completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to complete in
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<RunOutcome> {
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(&args.shell.to_string()) {
        shell.write_registration(VARIABLE, "ssot", "ssot", "ssot", &mut script)?;
    }
    terminal::print(&script)?;
    Ok(RunOutcome::Passed)
}

/// Answers a script that asks; none if it is no script that called.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(super) fn answer(arguments: Vec<OsString>) -> Option<RunOutcome> {
    env::var_os(VARIABLE)?;
    let asked = CompleteEnv::with_factory(manual::command).var(VARIABLE).bin("ssot");
    match asked.try_complete(arguments, env::current_dir().ok().as_deref()) {
        Ok(answered) => answered.then_some(RunOutcome::Passed),
        Err(_) => Some(RunOutcome::Error),
    }
}

/// The rules that apply where the shell is.
fn settings() -> Option<Settings> {
    let cli = Cli::try_parse_from(["ssot", "rules"]).ok()?;
    project::found(&cli.global).ok()
}

/// Lists the ids of rules, with their reasons.
pub(super) fn rules() -> Vec<CompletionCandidate> {
    let rules = settings().map(|it| [it.rules.rules, it.rules.disabled].concat()).unwrap_or_default();
    let mut seen = std::collections::BTreeSet::new();
    let once = rules.iter().filter(|rule| seen.insert(rule.id.to_string()));
    once.map(|rule| candidate(&rule.id, rule.reason.as_deref())).collect()
}

/// Lists the ids of rules and sources.
pub(super) fn rules_and_sources() -> Vec<CompletionCandidate> {
    let sources = settings().map(|it| it.rules.sources).unwrap_or_default();
    rules().into_iter().chain(sources.iter().map(|it| candidate(&it.id, Some(&it.title)))).collect()
}

/// Lists the names of the sets of conditions.
pub(super) fn gates() -> Vec<CompletionCandidate> {
    let profiles = settings().map(|it| it.rules.gate_profiles).unwrap_or_default();
    profiles.keys().map(|name| candidate(name, None)).collect()
}

fn candidate(id: &str, help: Option<&str>) -> CompletionCandidate {
    CompletionCandidate::new(id).help(help.map(|help| help.to_owned().into()))
}
