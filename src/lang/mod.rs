//! The table of front ends: one row for each language.

use std::sync::Arc;

use crate::facts::FileFacts;
use crate::source::Language;

pub mod python;
pub mod rust;

/// The facts of one file. A broken file gives what could be recovered and its problems, never an error.
#[must_use]
pub fn extract(language: Language, path: &str, text: &Arc<str>) -> FileFacts {
    match language {
        Language::Python => python::extract(path, text),
        Language::Rust => rust::extract(path, text),
    }
}
