//! Contents of objects: a `git cat-file --batch` for each thread that reads at the same time as others, started when it is
//! needed and kept for the whole run.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::git_command::{Git, not_started};

/// Reads objects of a repository.
#[derive(Debug)]
pub(super) struct Blobs {
    git: Git,
    /// Those that no thread is reading from.
    free: Mutex<Vec<Process>>,
    /// The objects that were asked for in vain.
    lost: Mutex<BTreeSet<String>>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// The reason for which there is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lost {
    /// The object is not in this clone.
    Missing,
    /// Git did not answer.
    Failed(String),
}

impl Blobs {
    pub fn new(git: Git) -> Self {
        Self { git, free: Mutex::default(), lost: Mutex::default() }
    }

    /// The content of an object.
    pub fn read(&self, object: &str) -> Result<Vec<u8>, Lost> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = free().pop();
        let mut process = match idle {
            Some(process) => process,
            None => Process::start(&self.git)?,
        };
        let content = process.read(object);
        // After a failure nobody knows what it would answer next.
        if !matches!(content, Err(Lost::Failed(_))) {
            free().push(process);
        }
        if content.is_err() {
            self.lost().insert(object.to_owned());
        }
        content
    }

    /// Returns whether an object was asked for in vain.
    pub fn is_lost(&self, object: &str) -> bool {
        self.lost().contains(object)
    }

    fn lost(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It only reads; after a failure it may wait for ever for someone to take the rest of an answer.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

impl Process {
    fn start(git: &Git) -> Result<Self, Lost> {
        let mut command = git.command(&["cat-file".into(), "--batch".into()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| Lost::Failed(not_started(&error).message))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok(Self { child, stdin, stdout: BufReader::new(stdout) }),
            _ => Err(Lost::Failed("git has no standard input".to_owned())),
        }
    }

    fn read(&mut self, object: &str) -> Result<Vec<u8>, Lost> {
        let words = |error: std::io::Error| Lost::Failed(error.to_string());
        self.stdin.write_all(format!("{object}\n").as_bytes()).map_err(words)?;
        let mut head = String::new();
        self.stdout.read_line(&mut head).map_err(words)?;
        let size = match head.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "blob", size] => size.parse::<usize>().map_err(|error| Lost::Failed(error.to_string()))?,
            [_, "missing"] => return Err(Lost::Missing),
            [] => return Err(Lost::Failed("git ended early".to_owned())),
            _ => return Err(Lost::Failed(format!("git answered `{}`", head.trim_end()))),
        };
        let mut bytes = vec![0; size + 1];
        self.stdout.read_exact(&mut bytes).map_err(words)?;
        bytes.pop();
        Ok(bytes)
    }
}
