//! The files that git tracks: asked once for each repository, and only when `.gitignore` names something.
//!
//! `git ls-files` reads the index in every version and layout (split, sparse, SHA-256) in a few milliseconds; nothing
//! of the repository's configuration is executed by it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Options, unreadable};
use crate::git_command::Git;
use crate::problem::{Problem, ProblemSeverity};

/// A work tree of git, as far as the project lies in it.
pub(super) struct Repository {
    /// Its top, where `.git` is.
    pub top: PathBuf,
    /// The directory that its paths count from: the top, or the project root inside it.
    base: PathBuf,
    /// `base` relative to the project root, with a final `/`; empty for the root.
    prefix: String,
    tracked: OnceLock<Result<Vec<Vec<u8>>, String>>,
}

/// The repository that contains the project root.
pub(super) fn enclosing(root: &Path, options: &Options) -> Option<std::sync::Arc<Repository>> {
    if options.ignore_gitignore {
        return None;
    }
    let top = root.ancestors().find(|directory| directory.join(".git").exists())?;
    let (base, prefix) = (root.to_owned(), String::new());
    Some(Repository { top: top.to_owned(), base, prefix, tracked: OnceLock::new() }.into())
}

impl Repository {
    /// A repository inside the project, at `shown`.
    pub fn new(top: &Path, shown: &str) -> Self {
        Self { top: top.to_owned(), base: top.to_owned(), prefix: format!("{shown}/"), tracked: OnceLock::new() }
    }

    /// Returns whether git tracks the file at `shown`, relative to the project root.
    pub fn tracks(&self, shown: &str) -> bool {
        let path = self.relative(shown);
        self.tracked().binary_search_by(|known| known.as_slice().cmp(path)).is_ok()
    }

    /// Returns whether git tracks a file below the directory at `shown`, or the directory itself as a submodule.
    pub fn tracks_below(&self, shown: &str) -> bool {
        let path = self.relative(shown);
        let tracked = self.tracked();
        let below = [path, b"/"].concat();
        let first = tracked.partition_point(|known| *known < below);
        tracked.get(first).is_some_and(|known| known.starts_with(&below)) || self.tracks(shown)
    }

    /// Returns the reason for which git could not be asked, if it was asked and did not answer.
    pub fn failure(&self) -> Option<Problem> {
        let error = self.tracked.get()?.as_ref().err()?;
        let message = format!("git could not say which ignored files it tracks: {error}");
        let help = "files that .gitignore names are passed over, tracked or not; --no-respect-gitignore scans them all";
        Some(unreadable(self.prefix.trim_end_matches('/'), ProblemSeverity::Warning, message).with_help(help))
    }

    fn relative<'a>(&self, shown: &'a str) -> &'a [u8] {
        shown.strip_prefix(self.prefix.as_str()).unwrap_or(shown).as_bytes()
    }

    fn tracked(&self) -> &[Vec<u8>] {
        self.tracked.get_or_init(|| self.list()).as_deref().unwrap_or_default()
    }

    fn list(&self) -> Result<Vec<Vec<u8>>, String> {
        let git = Git::new(self.base.clone()).trusting(&self.top);
        let listed = git.ask(&["ls-files", "-z", "--cached"]).map_err(|error| error.message)?;
        let mut paths: Vec<Vec<u8>> =
            listed.split(|&byte| byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
        paths.sort_unstable();
        Ok(paths)
    }
}
