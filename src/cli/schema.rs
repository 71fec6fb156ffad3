//! `ssot schema`: the JSON schema of rules files, for editors.

use super::{Outcome, terminal};
use crate::rule::schema;

pub(super) fn run() -> anyhow::Result<Outcome> {
    terminal::print(schema::schema_text())?;
    Ok(Outcome::Passed)
}
