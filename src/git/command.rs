//! Running `git`: with the same environment and settings everywhere.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::GitError;

/// Variables by which a caller (a hook) names its repository; ours is found from the project root instead.
const LOCATION: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_INDEX_FILE"];

/// `git` in a directory.
#[derive(Debug, Clone)]
pub(super) struct Git {
    pub directory: PathBuf,
    /// The index that a hook is called with: `git commit FILE` judges another one than `.git/index`.
    index: Option<PathBuf>,
}

/// What a run of git left behind.
pub(super) struct Output {
    pub success: bool,
    pub stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Output {
    /// The first line of its complaint, without the word before it.
    pub fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let line = text.lines().next().unwrap_or("no message");
        line.strip_prefix("fatal: ").unwrap_or(line).to_owned()
    }
}

impl Git {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, index: None }
    }

    /// Takes over `GIT_INDEX_FILE` if it belongs to the repository at `git_directory`.
    // This module is part of the shell: git's own environment is read here.
    #[allow(clippy::disallowed_methods)]
    pub fn adopt_index(&mut self, git_directory: &Path) {
        let Some(file) = std::env::var_os("GIT_INDEX_FILE") else { return };
        // A relative one counts from the top of the work tree, where hooks run.
        let Some(file) = std::env::current_dir().ok().map(|current| current.join(file)) else { return };
        let own = |parent: PathBuf| git_directory.canonicalize().is_ok_and(|directory| parent.starts_with(directory));
        if file.is_file() && file.parent().and_then(|parent| parent.canonicalize().ok()).is_some_and(own) {
            self.index = Some(file);
        }
    }

    /// The command with these arguments, not yet started.
    pub fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new("git");
        // No monitor program is started, and nothing is refreshed or fetched behind the user's back.
        command.args(["--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false"]).args(arguments);
        LOCATION.iter().for_each(|name| {
            command.env_remove(name);
        });
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
        command.current_dir(&self.directory).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[OsString]) -> Result<Output, GitError> {
        let output = self.command(arguments).output().map_err(|error| not_started(&error))?;
        Ok(Output { success: output.status.success(), stdout: output.stdout, stderr: output.stderr })
    }

    /// Runs it to its end; a failure is an error.
    pub fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let owned: Vec<OsString> = arguments.iter().map(Into::into).collect();
        let output = self.run(&owned)?;
        if output.success {
            return Ok(output.stdout);
        }
        let what = arguments.first().copied().unwrap_or_default();
        Err(GitError::new(
            format!("`git {what}` failed: {}", output.words()),
            "see what `git status` and `git fsck` say",
        ))
    }
}

pub(super) fn not_started(error: &std::io::Error) -> GitError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "it is not installed, or not on the PATH".to_owned(),
        _ => error.to_string(),
    };
    let help = "install git 2.31 or later, or leave out --staged and --against";
    GitError::new(format!("`git` could not be started: {reason}"), help)
}
