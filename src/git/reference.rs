//! References: which commit is compared with.

use std::collections::BTreeSet;
use std::path::Path;

use super::{GitError, Repository};
use crate::compare::Reference;
use crate::discover;

/// A list of commits is not longer.
const LARGEST_LIST: u64 = 256 << 20;

impl Repository {
    /// The commit that `name` means: where its history and that of `HEAD` part, or with `exact` itself.
    ///
    /// # Errors
    /// When there is no such commit here, or nothing in common; the words say what is missing and how to get it.
    pub fn reference(&self, name: &str, exact: bool) -> Result<Reference, GitError> {
        let reference = |commit, merge_base| Reference { name: name.to_owned(), commit, merge_base };
        let Some(tip) = self.commit(name)? else { return Err(self.unknown(name)) };
        if exact {
            return Ok(reference(tip, false));
        }
        if self.commit("HEAD")?.is_none() {
            let message = format!("there is no commit on this branch yet, so it has nothing in common with `{name}`");
            return Err(GitError::new(message, "--against-exact compares with the reference itself"));
        }
        let output = self.git.run(&["merge-base".into(), "HEAD".into(), tip.as_str().into()])?;
        let base = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let found = output.success && !base.is_empty();
        if self.shallow && (!found || self.is_cut(&tip, &base)?) {
            let message = format!("this clone is shallow: the commit where `{name}` and `HEAD` part may not be in it");
            let help = "`git fetch --unshallow` gets the history (`fetch-depth: 0` for actions/checkout, \
                        `GIT_DEPTH: 0` on GitLab); --against-exact compares with the reference itself";
            return Err(GitError::new(message, help));
        }
        if found {
            return Ok(reference(base, true));
        }
        let message = format!("`{name}` and `HEAD` have no commit in common");
        Err(GitError::new(message, "--against-exact compares with the reference itself"))
    }

    /// Returns whether a shallow clone cuts the history between two commits and what they have in common: then there may be
    /// something nearer that they have in common behind the cut.
    fn is_cut(&self, tip: &str, base: &str) -> Result<bool, GitError> {
        let cut = self.cut()?;
        let since = self.git.ask(&["rev-list", tip, "HEAD", "--not", base])?;
        Ok(String::from_utf8_lossy(&since).lines().any(|commit| cut.contains(commit)))
    }

    /// Returns the commits at which a shallow clone ends; none if it is a whole one.
    pub(super) fn cut(&self) -> Result<BTreeSet<String>, GitError> {
        if !self.shallow {
            return Ok(BTreeSet::new());
        }
        let path = self.git.ask(&["rev-parse", "--git-path", "shallow"])?;
        let path = self.git.directory.join(discover::path_of(path.trim_ascii_end()));
        let cut = discover::read_file(&path, None, LARGEST_LIST).unwrap_or_default();
        Ok(String::from_utf8_lossy(&cut).lines().map(str::to_owned).collect())
    }

    /// The commit that is checked out, and whether tracked files differ from it; none before the first commit.
    ///
    /// # Errors
    /// When git cannot say.
    pub fn head(&self) -> Result<Option<(String, bool)>, GitError> {
        let Some(commit) = self.commit("HEAD")? else { return Ok(None) };
        let changed = !self.bare && self.is_changed()?;
        Ok(Some((commit, changed)))
    }

    /// The address of the remote `origin`; none without one.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn origin(&self) -> Result<Option<String>, GitError> {
        let output = self.git.run(&["remote", "get-url", "origin"].map(Into::into))?;
        Ok(output.success.then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
    }

    /// Returns whether a tracked file differs from the commit that is checked out. Filters are not run, so that a filtered
    /// file with another time counts as changed.
    fn is_changed(&self) -> Result<bool, GitError> {
        let asked = ["status", "--porcelain", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty"];
        Ok(!self.git.without_filters()?.ask(&asked)?.is_empty())
    }

    /// The reference when none is named: the branch that a pull request on GitHub goes to, else the upstream branch.
    ///
    /// # Errors
    /// When there is neither.
    pub fn default_reference(&self, github_base: Option<&str>) -> Result<String, GitError> {
        if let Some(branch) = github_base.filter(|branch| !branch.is_empty()) {
            return Ok(format!("origin/{branch}"));
        }
        let asked = ["rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}"].map(Into::into);
        let output = self.git.run(&asked)?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.success && !name.is_empty() {
            return Ok(name);
        }
        let message = "--against names no reference, GITHUB_BASE_REF is not set, and this branch has no upstream";
        Err(GitError::new(message, "name one, e.g. `--against origin/main`"))
    }

    /// The commit of a name, if it is in this clone. A name like an option is no name.
    ///
    /// # Errors
    /// When git cannot say.
    pub fn commit(&self, name: &str) -> Result<Option<String>, GitError> {
        if name.is_empty() || name.starts_with('-') || name.contains('\0') {
            return Ok(None);
        }
        let asked = ["rev-parse".into(), "--verify".into(), "--quiet".into(), format!("{name}^{{commit}}").into()];
        let output = self.git.run(&asked)?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // `rev-parse` takes a full object name as it is; whether the object is here is another question.
        let here = || Ok(self.git.run(&["cat-file".into(), "-e".into(), commit.as_str().into()])?.success);
        Ok(if output.success && !commit.is_empty() && here()? { Some(commit.clone()) } else { None })
    }

    /// Returns the fault for a name that is none of a commit in this clone.
    #[must_use]
    pub fn unknown(&self, name: &str) -> GitError {
        let message = format!("`{name}` is no commit in this repository");
        if !name.is_empty() && Path::new(name).exists() {
            let help = "it is a path: put `--` between --against and PATHS, or name a reference before them";
            return GitError::new(message, help);
        }
        if !self.shallow {
            let help = "`git fetch` gets what a remote has; `git branch -a` and `git tag` list what is there";
            return GitError::new(message, help);
        }
        // A shallow clone is one of a single branch, so that another one has to be told where to go.
        let branch = name.strip_prefix("origin/").map(|branch| format!(" origin +{branch}:refs/remotes/{name}"));
        let help = format!(
            "this clone is shallow: `git fetch --unshallow{}` gets the history (`fetch-depth: 0` for \
             actions/checkout, `GIT_DEPTH: 0` on GitLab)",
            branch.unwrap_or_default()
        );
        GitError::new(message, help)
    }
}
