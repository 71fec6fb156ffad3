//! The only place where a program is started: `git`, in a way that nothing which a repository configures runs.
//!
//! In: a directory and arguments. Out: what git printed. Whoever checks out a repository has not agreed to run what its
//! `.git/config`, hooks or attributes name; a scan must not either. Leaves out what the answers mean.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Settings that would start a program or wait for one, each with the value that switches it off. Settings of commands
/// that are never used here stand in the list all the same: what git does inside a command changes with its versions.
const SWITCHED_OFF: [(&str, &str); 17] = [
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("log.showSignature", "false"),
    ("core.sshCommand", "false"),
    ("core.askPass", ""),
    ("core.gitProxy", ""),
    ("core.alternateRefsCommand", "false"),
    // Microsoft's git asks a hook for the files of the work tree, and a helper for missing objects.
    ("core.virtualFilesystem", ""),
    ("core.useGvfsHelper", "false"),
    ("credential.helper", ""),
    ("diff.ignoreSubmodules", "all"),
    ("status.submoduleSummary", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("protocol.allow", "never"),
];

/// Variables by which a caller (a hook) names its repository, which is found from the project root instead, or says how
/// commands are to be read.
const LOCATION: [&str; 13] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_EXTERNAL_DIFF",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

/// Variables that keep git from waiting, writing, fetching and tracing, and from answers in another language.
const ENVIRONMENT: [(&str, &str); 12] = [
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // Before git 2.44 a lazy fetch is started and then finds no protocol that is allowed.
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", "false"),
    ("SSH_ASKPASS", "false"),
    ("GIT_PAGER", "cat"),
    ("GIT_TRACE", "0"),
    ("GIT_TRACE2", "0"),
    ("GIT_TRACE2_EVENT", "0"),
    ("GIT_TRACE2_PERF", "0"),
    ("LC_ALL", "C"),
];

/// Variables from which the values of a configured filter are taken: no command, and not required.
const NOTHING: &str = "SSOT_NOTHING";

/// The fault by which git could not give what was asked for: one sentence, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n  help: {help}")]
pub struct GitError {
    /// The fault.
    pub message: String,
    /// The remedy.
    pub help: String,
}

impl GitError {
    /// Makes an error of a sentence and a remedy.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// `git` in a directory.
#[derive(Debug, Clone)]
pub struct Git {
    /// The directory that it runs in.
    pub directory: PathBuf,
    /// The index that a hook is called with: `git commit FILE` judges another one than `.git/index`.
    index: Option<PathBuf>,
    /// The directory above which no repository is looked for.
    ceiling: Option<PathBuf>,
    /// Repositories of other users are trusted.
    trusting: bool,
    /// Filters of the configuration, which compare files of the work tree with the index; none before they are known.
    filters: Vec<OsString>,
}

/// The output of a run of git.
pub struct GitOutput {
    /// It ended with 0.
    pub success: bool,
    /// Its standard output.
    pub stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl GitOutput {
    /// Returns the line of its complaint that says why it ended, without the word before it.
    #[must_use]
    pub fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let fatal = text.lines().find_map(|line| line.strip_prefix("fatal: "));
        fatal.or_else(|| text.lines().next()).unwrap_or("no message").to_owned()
    }
}

impl Git {
    /// Prepares `git` in a directory.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, index: None, ceiling: None, trusting: false, filters: Vec::new() }
    }

    /// Lets it read a repository that another user owns, and none above `top`. Only for lists of names: git's own check
    /// guards against configuration that runs programs.
    #[must_use]
    pub fn trusting(self, top: &Path) -> Self {
        Self { ceiling: top.parent().map(Path::to_owned), trusting: true, ..self }
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

    /// Returns this git with every filter switched off that the configuration names, for commands that look into files of
    /// the work tree: they would start its `clean` to compare a file that may have changed with the index.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn without_filters(&self) -> Result<Self, GitError> {
        let asked = ["config", "--null", "--name-only", "--get-regexp", r"^filter\."].map(OsString::from);
        let output = self.run(&asked)?;
        // It ends with 1 when there are none.
        let mut filters: Vec<OsString> = if output.success { names_of(&output.stdout) } else { Vec::new() };
        filters.sort_unstable();
        filters.dedup();
        Ok(Self { filters, ..self.clone() })
    }

    /// Returns the command with these arguments, not yet started.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts a program")]
    pub fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(program());
        command.arg("--no-pager");
        for (key, value) in SWITCHED_OFF {
            command.arg("-c").arg(format!("{key}={value}"));
        }
        if self.trusting {
            command.args(["-c", "safe.directory=*"]);
        }
        for filter in &self.filters {
            for key in ["clean", "smudge", "process", "required"] {
                let mut setting = OsString::from("--config-env=");
                setting.push(filter);
                setting.push(format!(".{key}={NOTHING}"));
                command.arg(setting);
            }
        }
        command.args(arguments).env(NOTHING, "").envs(ENVIRONMENT);
        LOCATION.iter().for_each(|name| {
            command.env_remove(name);
        });
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        if let Some(ceiling) = &self.ceiling {
            command.env("GIT_CEILING_DIRECTORIES", ceiling);
        }
        command.current_dir(&self.directory).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, arguments: &[OsString]) -> Result<GitOutput, GitError> {
        let output = self.command(arguments).output().map_err(|error| not_started(&error))?;
        Ok(GitOutput { success: output.status.success(), stdout: output.stdout, stderr: output.stderr })
    }

    /// Runs it to its end; a failure is an error.
    ///
    /// # Errors
    /// When it cannot be started or ends with another code than 0.
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

/// The sections `filter.NAME` of a list of keys, which may have a name with dots.
fn names_of(keys: &[u8]) -> Vec<OsString> {
    let sections = keys.split(|&byte| byte == 0).filter_map(|key| {
        let end = key.iter().rposition(|&byte| byte == b'.')?;
        (end > b"filter".len()).then(|| of_bytes(&key[..end]))
    });
    sections.collect()
}

#[cfg(unix)]
fn of_bytes(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn of_bytes(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Finds `git` on the `PATH`, whose relative entries do not count: they would lead into the project, where it runs.
#[cfg(unix)]
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let absolute = std::env::split_paths(&path).filter(|directory| directory.is_absolute());
    let found = absolute.map(|directory| directory.join("git")).find(|file| is_executable(file));
    // With a slash in it nothing is looked for in its place.
    found.unwrap_or_else(|| PathBuf::from("/nonexistent/git"))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn program() -> PathBuf {
    PathBuf::from("git")
}

/// Says why `git` did not start.
#[must_use]
pub fn not_started(error: &std::io::Error) -> GitError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "it is not installed, or not on the PATH".to_owned(),
        _ => error.to_string(),
    };
    let help = "install git 2.31 or later; without --staged and --against `ssot check` needs none";
    GitError::new(format!("`git` could not be started: {reason}"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_switched_off_whatever_its_name() {
        let names = names_of(b"filter.lfs.clean\0filter.a=b.c d.smudge\0filter.x.y.process\0filter.nothing\0");
        assert_eq!(names, ["filter.lfs", "filter.a=b.c d", "filter.x.y"]);
        let git = Git { filters: names, ..Git::new(PathBuf::from("/")) };
        let command = git.command(&["status".into()]);
        let arguments: Vec<&OsStr> = command.get_args().collect();
        assert!(arguments.contains(&OsStr::new("--config-env=filter.a=b.c d.clean=SSOT_NOTHING")));
    }
}
