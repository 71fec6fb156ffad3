//! Progress: one line on the terminal's standard error, and only when a run is not over at once.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::args::GlobalArgs;
use super::terminal;
use crate::selection::WorkCounts;

/// The time that a run may last before it says what it is doing.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);
const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// The line, until it is dropped.
pub(super) struct Progress {
    stage: Arc<Mutex<String>>,
    counts: Arc<WorkCounts>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to count the time; shows nothing where nobody would look at it.
    pub fn start(global: &GlobalArgs) -> Self {
        let stage = Arc::new(Mutex::new(String::new()));
        let counts = Arc::new(WorkCounts::default());
        let wanted = !global.no_progress && !global.quiet && !terminal::is_ci() && io::stderr().is_terminal();
        let ticker = wanted.then(|| {
            let (stop, stopped) = mpsc::channel();
            let (stage, counts) = (Arc::clone(&stage), Arc::clone(&counts));
            (stop, std::thread::spawn(move || tick(&stage, &counts, &stopped)))
        });
        Self { stage, counts, ticker }
    }

    /// Returns what an analysis is to tell how far it has come.
    pub fn counts(&self) -> Arc<WorkCounts> {
        Arc::clone(&self.counts)
    }

    /// Says what is done from now on.
    pub fn stage(&self, words: impl Into<String>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            let _finished = ticker.join();
        }
    }
}

fn tick(stage: &Mutex<String>, counts: &WorkCounts, stopped: &mpsc::Receiver<()>) {
    let start = Instant::now();
    let mut wait = PATIENCE;
    let mut shown = false;
    for frame in FRAMES.into_iter().cycle() {
        if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            break;
        }
        let mut words = stage.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let counted = counts.words();
        if !counted.is_empty() {
            words += &format!(": {counted}");
        }
        terminal::print_error(&format!("\r\x1b[2K{frame} {words} ({:.1} s)", start.elapsed().as_secs_f32()));
        (wait, shown) = (TICK, true);
    }
    if shown {
        terminal::print_error("\r\x1b[2K");
    }
}
