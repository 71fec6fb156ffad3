//! Git: trees and texts of the index and of commits, so that they can be analysed without being checked out.
//!
//! In: a project root inside a repository, a reference. Out: a [`GitFiles`] of files for the index or a commit, the commit
//! that a reference means, renames between the two. The `git` program does the reading: it starts in milliseconds and
//! knows every layout (worktrees, split and sparse indexes, SHA-256, alternates). Writes nothing: neither index, work
//! tree, refs nor objects; nothing is fetched from a remote.

use std::path::Path;
use std::sync::Arc;

mod blobs;
mod listing;
mod log;
mod reference;
mod source;

pub use listing::{EntryKind, ListedFile, listed_in_commit, listed_in_index};
pub use source::{GitFiles, left_out_path, work_tree_files};

use blobs::Blobs;

use crate::git_command::Git;
pub use crate::git_command::GitError;

/// The repository that a directory is in.
#[derive(Debug)]
pub struct Repository {
    git: Git,
    blobs: Arc<Blobs>,
    shallow: bool,
    bare: bool,
}

impl Repository {
    /// The repository around `root`, the project root; paths are relative to `root` from here on.
    ///
    /// # Errors
    /// When `git` cannot be started, or `root` is in no repository that it trusts.
    pub fn open(root: &Path) -> Result<Self, GitError> {
        let mut git = Git::new(root.to_owned());
        let asked =
            ["rev-parse", "--is-bare-repository", "--is-shallow-repository", "--absolute-git-dir"].map(Into::into);
        let output = git.run(&asked)?;
        if !output.success {
            return Err(refused(root, &output.words()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = text.lines();
        let bare = lines.next() == Some("true");
        let shallow = lines.next() == Some("true");
        git.adopt_index(Path::new(lines.next().unwrap_or_default()));
        let blobs = Arc::new(Blobs::new(git.clone()));
        Ok(Self { git, blobs, shallow, bare })
    }

    /// Returns whether it has neither index nor work tree.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.bare
    }
}

/// Returns the fault for a directory that is in no usable repository.
fn refused(root: &Path, words: &str) -> GitError {
    if words.contains("dubious ownership") {
        let help = format!("`git config --global --add safe.directory {}`", root.display());
        return GitError::new(
            format!("git does not trust the repository of `{}`: another user owns it", root.display()),
            help,
        );
    }
    if words.contains("not a git repository") {
        let help = "run it inside a repository; without --staged and --against `ssot check` needs none";
        return GitError::new(format!("`{}` is in no git repository", root.display()), help);
    }
    GitError::new(
        format!("git cannot use the repository of `{}`: {words}", root.display()),
        "see what `git status` says",
    )
}
