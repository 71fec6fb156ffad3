//! `ssot init --from`: a first rules file from the configuration of another tool.

use std::path::Path;

use super::args::GlobalArgs;
use super::project::ScannedProject;
use super::{RunOutcome, init, terminal};
use crate::convert::{self, EntryOutcome};
use crate::discover;
use anyhow::{Context, anyhow};

/// The largest configuration that is read.
const LARGEST: u64 = 16 << 20;

pub(super) fn run(
    global: &GlobalArgs,
    project: &ScannedProject,
    from: &Path,
    stdout: bool,
) -> anyhow::Result<RunOutcome> {
    let name = from.to_string_lossy();
    let bytes = discover::read_file(from, None, LARGEST).map_err(|why| anyhow!("`{name}` cannot be read: {why}"))?;
    let text = String::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))?;
    let paths: Vec<&str> = project.files.tree.files().iter().map(|file| &*file.path).collect();
    let conversion = convert::convert(&name, text.trim_start_matches('\u{feff}'), &paths)?;
    let outcome = init::write(global, project, &conversion.text, stdout)?;
    let mut said = String::new();
    for entry in &conversion.entries {
        let what = match &entry.outcome {
            EntryOutcome::Converted(rule) => format!("rule `{rule}`"),
            EntryOutcome::Partly(rule, why) => format!("rule `{rule}`, which covers {why}"),
            EntryOutcome::Left(why) => format!("not converted: {why}"),
        };
        said += &format!("{name}:{}: {}: {what}\n", entry.line, entry.entry);
    }
    let left = conversion.entries.iter().filter(|entry| matches!(entry.outcome, EntryOutcome::Left(_))).count();
    said += &format!("{} entries of {}, {left} not converted\n", conversion.entries.len(), conversion.tools.join(", "));
    terminal::print_error(&said);
    Ok(outcome)
}
