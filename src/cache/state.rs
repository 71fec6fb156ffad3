//! The state that a run leaves for the next one, as bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Fingerprint;
use crate::facts::{DefinitionId, Name};
use crate::source::FileId;
use crate::tree::{Identity, Tree};

/// Everything that is kept of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// The fingerprint of the program, the rules and the options.
    pub(super) key: Fingerprint,
    /// The fingerprint of what says where modules are.
    pub(super) layout: Fingerprint,
    /// The findings, as bytes.
    pub(super) findings: Vec<u8>,
    /// The files of the tree, in path order.
    pub(super) files: Vec<KeptFile>,
    /// The files that were loaded.
    pub(super) facts: BTreeMap<FileId, KeptFacts>,
    /// By what was searched for, the files that were admitted.
    pub(super) searches: BTreeMap<Fingerprint, Vec<FileId>>,
    /// By stage and file, the answers.
    pub(super) looks: BTreeMap<Fingerprint, BTreeMap<FileId, KeptAnswer>>,
    /// The changes since the run before, in a few words.
    pub(super) news: String,
    /// The project, for people.
    pub(super) label: String,
}

/// A file as a run saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptFile {
    pub(super) path: Arc<str>,
    pub(super) identity: Option<Identity>,
    /// The hash of its text, where the identity does not tell whether it changed.
    pub(super) content: Option<Fingerprint>,
}

/// The part of a file's facts that others could learn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptFacts {
    pub(super) interface: u64,
    /// The classes that set something for their bases.
    pub(super) heirs: Vec<(Name, DefinitionId)>,
}

/// An answer and what it depended on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    /// The files that were consulted, and whether the answer shows a place of them.
    pub(super) consulted: Vec<(FileId, bool)>,
    pub(super) heirs: Vec<(Name, u64)>,
    pub(super) answer: Vec<u8>,
}

/// A state that cannot be used: truncated, of another version, or not one at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged, or of another version")]
pub struct Damaged;

/// The bytes with which every state begins.
const MAGIC: &[u8; 12] = b"ssot state 1";

impl State {
    /// Returns the state as bytes, with a check sum.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = postcard::to_stdvec(self).unwrap_or_default();
        let sum = Sha256::digest(&content);
        [MAGIC.as_slice(), &sum, &content].concat()
    }

    /// Reads a state from bytes.
    ///
    /// # Errors
    /// When the bytes are not those of a state, or not all of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Damaged)?;
        let (sum, content) = rest.split_at_checked(32).ok_or(Damaged)?;
        if *sum != *Sha256::digest(content) {
            return Err(Damaged);
        }
        postcard::from_bytes(content).map_err(|_| Damaged)
    }

    /// Returns the number of files that the run saw.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Returns the number of answers that are kept.
    #[must_use]
    pub fn answer_count(&self) -> usize {
        self.looks.values().map(BTreeMap::len).sum()
    }

    /// Names the project.
    #[must_use]
    pub fn of(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }

    /// Returns the name of the project.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns what had changed since the run before, in a few words.
    #[must_use]
    pub fn news(&self) -> &str {
        &self.news
    }

    /// Returns whether the files of a tree are those that the run saw, by path.
    pub(super) fn has_files_of(&self, tree: &Tree) -> bool {
        self.files.len() == tree.files().len()
            && self.files.iter().zip(tree.files()).all(|(kept, file)| kept.path == file.path)
    }
}
