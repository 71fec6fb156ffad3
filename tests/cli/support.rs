//! A project in a temporary directory, and the binary run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;

/// A directory that goes away with the value.
pub struct Tree {
    _directory: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    /// A tree with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path().canonicalize().expect("a path").join("project");
        fs::create_dir(&root).expect("a directory");
        let tree = Self { _directory: directory, root };
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(path, bytes).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a readable file")
    }

    /// The binary with these arguments, in the root, with an environment that decides nothing.
    pub fn ssot(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("ssot").expect("the binary");
        for name in
            ["SSOT_CONFIG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS", "CI", "GITHUB_BASE_REF"]
        {
            command.env_remove(name);
        }
        command.env_remove("GITHUB_STEP_SUMMARY").env_remove("SSOT_CACHE");
        // Outside of the project, and gone with it.
        command.env("SSOT_CACHE_DIR", self.root.with_file_name("cache"));
        command.args(arguments).current_dir(&self.root).stdin(std::process::Stdio::null());
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.ssot(arguments))
    }

    /// Runs it with a text on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let output = assert_cmd::Command::from_std(self.ssot(arguments)).write_stdin(input).output();
        Run::from(output.expect("the binary runs"))
    }

    /// Runs git in the root.
    pub fn git(&self, arguments: &[&str]) {
        let run = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .expect("git runs");
        assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    /// The paths that are scanned.
    pub fn scanned(&self, arguments: &[&str]) -> Vec<String> {
        let run = self.run(&[&["files", "-q"], arguments].concat());
        run.stdout.lines().map(str::to_owned).collect()
    }
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the binary runs"))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
