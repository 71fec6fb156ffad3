//! `ssot schema`: the JSON schema of rules files, for editors.

use super::{RunOutcome, terminal};
use crate::rule::schema;

pub(super) fn run() -> anyhow::Result<RunOutcome> {
    terminal::print(schema::schema_text())?;
    Ok(RunOutcome::Passed)
}
