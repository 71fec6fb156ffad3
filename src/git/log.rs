//! The commits before `HEAD`.

use std::collections::BTreeSet;

use super::{GitError, Repository};
use crate::history::PastCommit;

/// One line for each commit: its name, its tree, its parents, the second at which it was made, its subject.
const FORMAT: &str = "--format=%H%x1f%T%x1f%P%x1f%ct%x1f%s";

impl Repository {
    /// Lists the commits from the one after `since` to `HEAD`, oldest first: those of the branch itself, or with `all`
    /// those that were merged into it too.
    ///
    /// # Errors
    /// When git cannot list them.
    pub fn past(&self, since: Option<&str>, all: bool) -> Result<Vec<PastCommit>, GitError> {
        let except = since.map(|commit| format!("^{commit}"));
        let mut arguments = vec!["--topo-order"];
        arguments.extend((!all).then_some("--first-parent"));
        arguments.push("HEAD");
        arguments.extend(except.as_deref());
        let mut commits = self.listed(&arguments)?;
        commits.reverse();
        Ok(commits)
    }

    /// Returns one commit.
    ///
    /// # Errors
    /// When it is not in this clone.
    pub fn past_commit(&self, commit: &str) -> Result<Option<PastCommit>, GitError> {
        Ok(self.listed(&["--max-count=1", commit])?.pop())
    }

    /// Returns whether this clone is shallow and ends at one of these commits.
    ///
    /// # Errors
    /// When git cannot say.
    pub fn ends_in(&self, commits: &[PastCommit]) -> Result<bool, GitError> {
        let cut = self.cut()?;
        Ok(commits.iter().any(|commit| cut.contains(&commit.id)))
    }

    fn listed(&self, arguments: &[&str]) -> Result<Vec<PastCommit>, GitError> {
        let tagged = self.tagged()?;
        let output = self.git.ask(&[&["rev-list", FORMAT], arguments, &["--"]].concat())?;
        let text = String::from_utf8_lossy(&output);
        let commit = |line: &str| {
            let mut commit = of_line(line)?;
            commit.tagged = tagged.contains(&commit.id);
            Some(commit)
        };
        Ok(text.lines().filter_map(commit).collect())
    }

    /// The commits that a tag names.
    fn tagged(&self) -> Result<BTreeSet<String>, GitError> {
        let output = self.git.ask(&["for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags"])?;
        Ok(String::from_utf8_lossy(&output).split_ascii_whitespace().map(str::to_owned).collect())
    }
}

/// Reads a line of the list; none for those that git puts before each commit.
fn of_line(line: &str) -> Option<PastCommit> {
    let [id, tree, parents, seconds, subject] = line.splitn(5, '\u{1f}').collect::<Vec<_>>().try_into().ok()?;
    Some(PastCommit {
        id: id.to_owned(),
        tree: tree.to_owned(),
        parents: parents.split_ascii_whitespace().map(str::to_owned).collect(),
        seconds: seconds.parse().ok()?,
        subject: subject.to_owned(),
        tagged: false,
    })
}
