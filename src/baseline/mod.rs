//! The baseline: violations that were there when the check was switched on, each accepted for a reason.
//!
//! In: the text of a baseline file, the findings. Out: which violation each entry stands for, which entries stand for
//! none any more, and the text of the next baseline. Reads and writes no file.

mod anchors;
mod file;
mod follow;
mod matching;
mod update;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::rule::PublicNames;
use crate::violation::Violation;

pub use anchors::{Anchors, FileWords};
pub use file::{read, write};
pub use follow::{MatchTerms, Matching, can_hold, match_entries, match_findings};
pub use update::{Draft, create, problems, prune, update};

/// The name that is looked for beside the rules file.
pub const FILE_NAME: &str = "ssot-baseline.toml";

/// A baseline file.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Its path as shown.
    pub name: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    /// Its entries in the order of the file; those of equal [`BaselineEntry::key`] stand in the order of the code.
    pub entries: Vec<BaselineEntry>,
}

/// One accepted violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineEntry {
    /// The parts of its fingerprint.
    pub key: EntryKey,
    /// The context that tells it from others of the same key.
    pub anchors: Anchors,
    /// The reason for which it is accepted.
    pub reason: Option<String>,
    /// The byte in the baseline file at which it begins; 0 for one that is not written yet.
    pub offset: u32,
}

/// The parts of a fingerprint, in the order in which entries are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// The file.
    pub path: Arc<str>,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The enclosing definition.
    pub scope: String,
    /// The banned symbol.
    pub symbol: String,
    /// The form of the use.
    pub form: String,
}

impl EntryKey {
    /// The key of a violation.
    #[must_use]
    pub fn of(violation: &Violation) -> Self {
        Self {
            path: Arc::clone(&violation.path),
            rule: Arc::clone(&violation.rule),
            scope: violation.scope.clone(),
            symbol: violation.symbol.clone(),
            form: violation.form.name().to_owned(),
        }
    }

    /// Puts the one name of the symbol into the key, so that entries match under any of its public names.
    #[must_use]
    pub fn under(self, names: &PublicNames) -> Self {
        Self { symbol: names.one_of(&self.rule, &self.symbol), ..self }
    }
}
