//! The tree: which files there are, and how their text is had.
//!
//! In: what `discover` found on disk (or a git object store listed). Out: files numbered in path order. Reads nothing
//! itself; text comes through [`Texts`], so that the same analysis runs over a work tree, an index or a commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::source::{FileId, Language};

/// The files of a project, numbered in path order.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: Vec<TreeFile>,
    by_path: HashMap<Arc<str>, FileId, rustc_hash::FxBuildHasher>,
    /// Paths of `pyproject.toml`, `setup.py`, `setup.cfg` and `Cargo.toml` files, sorted.
    pub manifests: Vec<Arc<str>>,
    /// Files that are not scanned, sorted by path.
    pub skipped: Vec<Skipped>,
}

/// The paths of the files of two trees.
#[derive(Debug, Clone, Copy)]
pub struct TwoTrees<'t> {
    /// The files of the earlier run, in path order.
    pub before: &'t [&'t str],
    /// The files of today, in path order.
    pub after: &'t [&'t str],
    /// The files that only one of them has.
    pub changed: &'t [&'t str],
}

/// One file of the tree in a language that is analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Its number.
    pub id: FileId,
    /// Path relative to the project root, with `/`.
    pub path: Arc<str>,
    /// Its language.
    pub language: Language,
}

/// A file or directory that is not scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Path relative to the project root, with `/`.
    pub path: Arc<str>,
    /// The reason.
    pub reason: String,
}

/// The signs by which a text is known to be the one it was, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// A file on disk.
    File {
        /// Its size in bytes.
        size: u64,
        /// The time at which its content changed last, in nanoseconds since 1970.
        modified: i128,
        /// The time at which its content or its attributes changed last, in nanoseconds since 1970.
        changed: i128,
        /// Its number in its file system, with that of the file system.
        inode: (u64, u64),
    },
    /// The name of a git object.
    Object(Arc<str>),
}

/// A source of texts. Implementations decode to UTF-8 and take off a byte order mark.
pub trait Texts: Sync {
    /// The text of the file at `path`, relative to the project root.
    ///
    /// # Errors
    /// A problem of kind `Read` that says why the file could not be read.
    fn read(&self, path: &str) -> Result<Arc<str>, Problem>;

    /// Shows the text of a file without keeping it; `buffer` is memory to read into, used again from file to file.
    ///
    /// # Errors
    /// As [`Texts::read`].
    fn show(&self, path: &str, buffer: &mut Vec<u8>, see: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        buffer.clear();
        see(&self.read(path)?);
        Ok(())
    }

    /// Returns for each file of a tree what tells whether its text is the one it was; none where only reading it does.
    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        vec![None; tree.files().len()]
    }
}

/// Texts that are in memory, by their paths.
#[derive(Debug, Clone, Default)]
pub struct MemoryTexts(BTreeMap<String, Arc<str>>);

impl MemoryTexts {
    /// Keeps these texts.
    #[must_use]
    pub fn new(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(texts.into_iter().map(|(path, text)| (path, text.into())).collect())
    }

    /// Returns true if there is a text at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

impl Texts for MemoryTexts {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        let missing = || Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, path, "no such file");
        self.0.get(path).cloned().ok_or_else(missing)
    }

    /// As git objects are, a text is known by its content.
    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        tree.files().iter().map(|file| self.0.get(&*file.path).map(|text| Identity::Object(Arc::clone(text)))).collect()
    }
}

/// A tree with the texts of its files: the files as they are at one time.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    /// The files.
    pub tree: &'a Tree,
    /// Their texts.
    pub texts: &'a dyn Texts,
}

impl Tree {
    /// A tree of these files; sorts and numbers them, and drops duplicates.
    #[must_use]
    pub fn new(mut files: Vec<(Arc<str>, Language)>, mut manifests: Vec<Arc<str>>, mut skipped: Vec<Skipped>) -> Self {
        files.sort_unstable();
        files.dedup_by(|a, b| a.0 == b.0);
        manifests.sort_unstable();
        skipped.sort_unstable();
        let files: Vec<TreeFile> =
            (0u32..).zip(files).map(|(id, (path, language))| TreeFile { id: FileId(id), path, language }).collect();
        let by_path = files.iter().map(|file| (Arc::clone(&file.path), file.id)).collect();
        Self { files, by_path, manifests, skipped }
    }

    /// The tree with more files; all are numbered anew.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = (Arc<str>, Language)>) -> Self {
        let own = self.files.into_iter().map(|file| (file.path, file.language));
        Self::new(own.chain(more).collect(), self.manifests, self.skipped)
    }

    /// All files, in path order; a [`FileId`] is an index into them.
    #[must_use]
    pub fn files(&self) -> &[TreeFile] {
        &self.files
    }

    /// One file.
    #[must_use]
    pub fn file(&self, id: FileId) -> &TreeFile {
        &self.files[id.index()]
    }

    /// The file at a path relative to the project root.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }
}
