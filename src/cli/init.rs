//! `ssot init`: a first rules file, from what `ssot discover` finds or from the configuration of another tool.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::{Args, ValueHint};

use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::progress::Progress;
use super::project::ScannedProject;
use super::{RunOutcome, discover, project, terminal};
use crate::config::RulesOrigin;
use crate::discovery::{self, Concern, Discovery};
use crate::rule::complaint::nearest;
use crate::store;
use crate::violation::Confidence;

const FILE: &str = "ssot.toml";

/// Arguments of `ssot init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Print the file instead of writing it
    #[arg(long)]
    stdout: bool,

    /// Ids of the concerns to write rules for, or `all` [default: asks on a terminal; otherwise those of clients of which it is
    /// not merely likely]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    accept: Vec<String>,

    /// Convert the configuration of ruff, pylint, import-linter, tach, clippy or cargo-deny instead
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "accept")]
    from: Option<PathBuf>,
}

pub(super) fn run(global: &GlobalArgs, args: &InitArgs) -> anyhow::Result<RunOutcome> {
    let progress = Progress::start(global);
    let project = project::open(global, &ScanArgs::default(), &SelectArgs::default(), &progress)?;
    if let Some(from) = &args.from {
        drop(progress);
        return super::convert::run(global, &project, from, args.stdout);
    }
    let found = discover::found(&project, &progress);
    drop(progress);
    if let RulesOrigin::File(_) = &project.origin {
        return lacking(&project, &found);
    }
    let accepted = accepted(args, &found)?;
    write(global, &project, &discovery::rules_file(&found, &accepted), args.stdout)
}

/// Writes a first rules file, or prints it.
pub(super) fn write(
    global: &GlobalArgs,
    project: &ScannedProject,
    text: &str,
    stdout: bool,
) -> anyhow::Result<RunOutcome> {
    if stdout {
        terminal::print(text)?;
        return Ok(RunOutcome::Passed);
    }
    if let RulesOrigin::File(existing) = &project.origin {
        bail!("the project has rules already, in `{}`, which is left as it is", existing.display());
    }
    let path = project.root.join(FILE);
    store::create(&path, text.as_bytes())?;
    if !global.quiet {
        terminal::print_error(&format!("written: {}\n", path.display()));
    }
    Ok(RunOutcome::Passed)
}

/// Prints what the rules of a project lack; the file is left as it is.
fn lacking(project: &ScannedProject, found: &Discovery) -> anyhow::Result<RunOutcome> {
    let known = |concern: &&Concern| project.rules.sources.iter().any(|source| *source.id == *concern.proposed.id);
    let lacking: Vec<&Concern> = found.concerns.iter().filter(|concern| !known(concern)).collect();
    if lacking.is_empty() {
        terminal::print_error("the project has rules, which are left as they are; nothing was found that they lack\n");
        return Ok(RunOutcome::Passed);
    }
    terminal::print_error("the project has rules, which are left as they are; they lack:\n");
    let packs: Vec<&str> = lacking.iter().filter_map(|concern| concern.proposed.pack).collect();
    if !packs.is_empty() {
        terminal::print(format!("# in `extends`: {}\n\n", packs.join(", ")))?;
    }
    let text: Vec<String> = lacking.iter().map(|concern| discovery::declared(concern)).collect();
    terminal::print(text.join("\n"))?;
    Ok(RunOutcome::Passed)
}

/// The concerns to write rules for.
fn accepted<'d>(args: &InitArgs, found: &'d Discovery) -> anyhow::Result<Vec<&'d Concern>> {
    if args.accept.iter().any(|id| id == "all") {
        return Ok(found.concerns.iter().collect());
    }
    if args.accept.is_empty() {
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            return ask(found);
        }
        let sure = |it: &&Concern| it.proposed.client && it.confidence != Confidence::Low;
        return Ok(found.concerns.iter().filter(sure).collect());
    }
    let of_id = |id: &String| {
        found.concerns.iter().find(|concern| concern.proposed.id == *id).ok_or_else(|| {
            let ids: Vec<&str> = found.concerns.iter().map(|concern| concern.proposed.id.as_str()).collect();
            match nearest(id, &ids) {
                Some(near) => anyhow!("`{id}` was not found as a concern; did you mean `{near}`?"),
                None => anyhow!("`{id}` was not found as a concern; `ssot discover` lists those that were"),
            }
        })
    };
    args.accept.iter().map(of_id).collect()
}

/// Asks for each concern.
fn ask(found: &Discovery) -> anyhow::Result<Vec<&Concern>> {
    let mut chosen = Vec::new();
    let mut lines = io::stdin().lock().lines();
    for concern in &found.concerns {
        let owner = concern.owner.as_ref().map_or_else(|| "no owner stands out".to_owned(), |it| it.names.join(", "));
        let title = &concern.proposed.title;
        terminal::print_error(&format!(
            "{title} ({owner}; {} places go around it): write rules? [Y/n] ",
            concern.sites.len()
        ));
        let Some(answer) = lines.next() else { break };
        if !answer?.trim().to_lowercase().starts_with('n') {
            chosen.push(concern);
        }
    }
    Ok(chosen)
}
