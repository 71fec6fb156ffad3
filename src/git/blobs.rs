//! Contents of objects: one `git cat-file --batch` for the whole run, started when the first one is needed.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;

use super::command::{Git, not_started};

/// Reads objects of a repository.
#[derive(Debug)]
pub(super) struct Blobs {
    git: Git,
    process: Mutex<Option<Process>>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// Why there is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lost {
    /// The object is not in this clone.
    Missing,
    /// Git did not answer.
    Failed(String),
}

impl Blobs {
    pub fn new(git: Git) -> Self {
        Self { git, process: Mutex::new(None) }
    }

    /// The content of an object.
    pub fn read(&self, object: &str) -> Result<Vec<u8>, Lost> {
        let mut guard = self.process.lock().map_err(|_| Lost::Failed("an earlier read failed".to_owned()))?;
        let process = match guard.take() {
            Some(process) => process,
            None => Process::start(&self.git)?,
        };
        let process = guard.insert(process);
        process.read(object)
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        if let Ok(Some(Process { mut child, stdin, stdout })) = self.process.get_mut().map(Option::take) {
            // Without its standard input it ends by itself.
            drop((stdin, stdout));
            let _ended = child.wait();
        }
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
        writeln!(self.stdin, "{object}").and_then(|()| self.stdin.flush()).map_err(words)?;
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
