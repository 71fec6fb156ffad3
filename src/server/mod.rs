//! The server: a check that answers while code is typed, over the Language Server Protocol.
//!
//! In: a stream of requests, and [`OpenProject`], by which directories become projects. Out: a stream of answers,
//! diagnostics among them, which are those of a check on the work tree with the unsaved texts on top. One thread reads and
//! one writes; the [`session`] keeps the protocol and the open documents; the [`worker`] has everything that takes time, so
//! that a message never waits for an analysis. Writes no file and decides nothing about code.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use serde_json::Value;

use crate::baseline::Baseline;
use crate::discover::{self, Discovered};
use crate::problem::Problem;
use crate::rule::RuleSet;
use crate::rule::select::RuleFilter;
use crate::suppress::Date;

mod actions;
mod addresses;
mod answers;
mod client;
mod diagnostics;
mod documents;
mod edits;
mod navigation;
mod positions;
mod project;
mod questions;
mod session;
mod transport;
mod worker;

use project::ChangeClock;
use session::Session;
use transport::Received;
use worker::Worker;

/// Opens the project of a directory, as the command line would there.
pub trait OpenProject: Sync {
    /// Finds rules and files.
    fn open(&self, directory: &Path) -> OpenedProject;
}

/// The project of a directory.
pub struct OpenedProject {
    /// Its root without links.
    pub root: PathBuf,
    /// Its rules and files, or what is wrong with the rules.
    pub loaded: Result<LoadedProject, Vec<Problem>>,
}

/// The rules and the files of a project.
pub struct LoadedProject {
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// The files on disk.
    pub files: Discovered,
    /// By what they were chosen.
    pub options: discover::Options,
    /// The violations that are accepted already.
    pub baseline: Option<Arc<Baseline>>,
    /// The rules that the command line selects.
    pub selection: RuleFilter,
    /// The day.
    pub today: Date,
    /// Notices about how they were found.
    pub notices: Vec<String>,
    /// Tells the time, in nanoseconds since 1970: a file that changed a moment ago may change again unseen.
    pub clock: fn() -> i128,
}

/// Serves one client until it leaves; gives whether it left as the protocol wants it, which decides the exit code.
pub fn serve(
    open: &dyn OpenProject,
    pool: &rayon::ThreadPool,
    input: impl Read + Send + 'static,
    mut output: impl Write + Send,
) -> bool {
    let (receiver, clock) = (reader(input), ChangeClock::default());
    let (out, outgoing) = mpsc::channel::<Value>();
    let (jobs, waiting) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A client that has gone away reads nothing more; the session ends when its side of the input does.
            while outgoing.recv().is_ok_and(|message| transport::write(&mut output, &message).is_ok()) {}
        });
        let worker = Worker::new(open, pool, &clock, out.clone());
        scope.spawn(move || worker.run(&waiting));
        let orderly = Session::new(out, jobs, &clock).run(&receiver);
        // Whatever is being computed is for nobody.
        clock.advance();
        orderly
    })
}

/// Reads messages on a thread of its own, which nobody waits for: it may hang in a read when all else is over.
fn reader(input: impl Read + Send + 'static) -> mpsc::Receiver<Received> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let received = transport::read(&mut input);
            let last = matches!(received, Received::Closed);
            if sender.send(received).is_err() || last {
                return;
            }
        }
    });
    receiver
}
