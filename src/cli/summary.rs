//! The summary page of a GitHub Actions step: the file that `GITHUB_STEP_SUMMARY` names.

use std::env;
use std::path::{Path, PathBuf};

use crate::store;

/// The bytes that GitHub takes for one step; it drops a larger summary altogether.
const LIMIT: u64 = 1 << 20;

/// The file, if the run is a step of a workflow.
pub(super) fn path() -> Option<PathBuf> {
    env::var_os("GITHUB_STEP_SUMMARY").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Adds to the file. Gives a warning if that cannot be, which fails no run: the result stands elsewhere too.
pub(super) fn add(path: &Path, page: &[u8]) -> Option<String> {
    match store::append(path, page, LIMIT) {
        Ok(true) => None,
        Ok(false) => Some("warning: the step summary is full, and this result is not in it\n".to_owned()),
        Err(error) => Some(format!("warning: the step summary is not written: {error}\n")),
    }
}
