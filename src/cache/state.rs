//! The state that a run leaves for the next one, as bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Fingerprint, Vocabulary, WordFilter};
use crate::facts::{DefinitionId, Name};
use crate::source::FileId;
use crate::tree::{Identity, Tree, TreeFile, TwoTrees};

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
    pub(super) searches: BTreeMap<Fingerprint, KeptSearch>,
    /// By stage and file, the answers.
    pub(super) looks: BTreeMap<Fingerprint, KeptLook>,
    /// The changes since the run before, in a few words.
    pub(super) news: String,
    /// The numbers that files have in the tree of today, by those that they have in the answers, where the two differ.
    #[serde(skip)]
    pub(super) numbers: Option<Vec<Option<FileId>>>,
    /// The words of the texts, as far as they are kept in memory.
    #[serde(skip)]
    pub(super) words: Vec<Option<Arc<WordFilter>>>,
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
    /// The hash of all of it, where any may have been read.
    pub(super) interface: Option<u64>,
    /// By hashes of the names that were asked for, hashes of all that these lead to; sorted.
    pub(super) names: Vec<(u32, u64)>,
    /// The classes that set something for their bases.
    pub(super) heirs: Vec<(Name, DefinitionId)>,
}

/// A search of all texts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptSearch {
    pub(super) words: Vocabulary,
    pub(super) admitted: Vec<FileId>,
}

/// The answers to one question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptLook {
    pub(super) words: Vocabulary,
    pub(super) answers: BTreeMap<FileId, KeptAnswer>,
}

/// An answer and what it depended on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    pub(super) consulted: Vec<KeptConsultation>,
    pub(super) heirs: Vec<(Name, u64)>,
    /// Hashes of the names by which modules were looked for.
    pub(super) module_names: Vec<u32>,
    /// The file puts names together that its text does not spell.
    pub(super) composed: bool,
    pub(super) answer: Vec<u8>,
}

/// A file that was consulted for an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptConsultation {
    pub(super) file: FileId,
    /// The answer shows a place of it.
    pub(super) shown: bool,
    /// Any of its facts may have been read.
    pub(super) whole: bool,
    /// Hashes of the names by which it was asked.
    pub(super) names: Vec<u32>,
}

/// A state that cannot be used: truncated, of another version, or not one at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged, or of another version")]
pub struct Damaged;

/// The bytes with which every state begins.
const MAGIC: &[u8; 12] = b"ssot state 2";

/// Returns bytes that are kept, behind the name of their kind and a check sum.
#[must_use]
pub fn sealed(magic: &[u8], content: &[u8]) -> Vec<u8> {
    [magic, &Sha256::digest(content), content].concat()
}

/// Returns the content of what is sealed.
///
/// # Errors
/// When it is of another kind, or not whole.
pub fn unsealed<'b>(magic: &[u8], bytes: &'b [u8]) -> Result<&'b [u8], Damaged> {
    let rest = bytes.strip_prefix(magic).ok_or(Damaged)?;
    let (sum, content) = rest.split_at_checked(32).ok_or(Damaged)?;
    if *sum == *Sha256::digest(content) { Ok(content) } else { Err(Damaged) }
}

impl State {
    /// Returns the state as bytes, with the name of the project and a check sum.
    #[must_use]
    pub fn to_bytes(&self, label: &str) -> Vec<u8> {
        sealed(MAGIC, &postcard::to_stdvec(&(label, self)).unwrap_or_default())
    }

    /// Reads a state, and the name of its project, from bytes.
    ///
    /// # Errors
    /// When the bytes are not those of a state, or not all of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<(String, Self), Damaged> {
        postcard::from_bytes(unsealed(MAGIC, bytes)?).map_err(|_| Damaged)
    }

    /// Returns the number of files that the run saw.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Returns the number of answers that are kept.
    #[must_use]
    pub fn answer_count(&self) -> usize {
        self.looks.values().map(|look| look.answers.len()).sum()
    }

    /// Returns what had changed since the run before, in a few words.
    #[must_use]
    pub fn news(&self) -> &str {
        &self.news
    }

    /// Returns the names by which imports could tell the tree that the run saw from another; see [`super::Cache::new`].
    pub(super) fn names_of_change(
        &self,
        tree: &Tree,
        names_of: &dyn Fn(TwoTrees<'_>) -> Option<BTreeSet<Name>>,
    ) -> Option<BTreeSet<Name>> {
        let before: Vec<&str> = self.files.iter().map(|file| &*file.path).collect();
        let after: Vec<&str> = tree.files().iter().map(|file| &*file.path).collect();
        let (was, is): (FxHashSet<&str>, FxHashSet<&str>) =
            (before.iter().copied().collect(), after.iter().copied().collect());
        let gone = before.iter().filter(|path| !is.contains(*path));
        let changed: Vec<&str> = gone.chain(after.iter().filter(|path| !was.contains(*path))).copied().collect();
        names_of(TwoTrees { before: &before, after: &after, changed: &changed })
    }

    /// Returns the state with the numbers that files have in another tree; what depended on files that are gone is left out.
    pub(super) fn renumbered(&self, tree: &Tree) -> Self {
        let position = |path: &str| self.files.binary_search_by(|file| (*file.path).cmp(path)).ok();
        let number = |file: FileId| self.files.get(file.index()).and_then(|file| tree.by_path(&file.path));
        let mut at = self.files.iter().peekable();
        let file = |file: &TreeFile| {
            while at.next_if(|kept| kept.path < file.path).is_some() {}
            let kept = at.next_if(|kept| kept.path == file.path).cloned();
            kept.unwrap_or_else(|| KeptFile { path: Arc::clone(&file.path), identity: None, content: None })
        };
        let answer = |(file, answer): (&FileId, &KeptAnswer)| {
            let renumbered = |it: &KeptConsultation| Some(KeptConsultation { file: number(it.file)?, ..it.clone() });
            let consulted = answer.consulted.iter().map(renumbered).collect::<Option<Vec<_>>>()?;
            Some((number(*file)?, KeptAnswer { consulted, ..answer.clone() }))
        };
        let looks = self.looks.iter().map(|(stage, KeptLook { words, answers })| {
            (*stage, KeptLook { words: words.clone(), answers: answers.iter().filter_map(answer).collect() })
        });
        let searches = self.searches.iter().map(|(stage, KeptSearch { words, admitted })| {
            let admitted = admitted.iter().filter_map(|&file| number(file)).collect();
            (*stage, KeptSearch { words: words.clone(), admitted })
        });
        Self {
            key: self.key,
            layout: self.layout,
            findings: Vec::new(),
            files: tree.files().iter().map(file).collect(),
            facts: self.facts.iter().filter_map(|(file, facts)| Some((number(*file)?, facts.clone()))).collect(),
            searches: searches.collect(),
            looks: looks.collect(),
            news: String::new(),
            words: tree.files().iter().map(|file| self.words.get(position(&file.path)?)?.clone()).collect(),
            numbers: Some((0u32..).map(FileId).take(self.files.len()).map(number).collect()),
        }
    }

    /// Returns whether the files of a tree are those that the run saw, by path.
    pub(super) fn has_files_of(&self, tree: &Tree) -> bool {
        self.files.len() == tree.files().len()
            && self.files.iter().zip(tree.files()).all(|(kept, file)| kept.path == file.path)
    }
}
