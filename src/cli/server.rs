//! `ssot server`: the check that an editor shows, over standard input and output.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::RunOutcome;
use super::args::{GlobalArgs, ScanArgs, SelectArgs};
use super::baseline::BaselineChoice;
use super::progress::Progress;
use super::project::{self, FileFinder};
use super::terminal::Refused;
use crate::config::{self, Settings, Start};
use crate::git;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::server::{self, LoadedProject, OpenProject, OpenedProject};

pub(super) fn run(global: &GlobalArgs, pool: &rayon::ThreadPool) -> RunOutcome {
    let orderly = server::serve(&Opener { global }, pool, io::stdin(), io::stdout());
    if orderly { RunOutcome::Passed } else { RunOutcome::Failed }
}

/// Opens projects as every other command does.
struct Opener<'g> {
    global: &'g GlobalArgs,
}

impl OpenProject for Opener<'_> {
    fn open(&self, directory: &Path) -> OpenedProject {
        let settings = match Start::here(self.global.config.clone()) {
            Ok(start) => config::settings(&Start { directory: directory.to_owned(), ..start }),
            Err(error) => return refused(directory, vec![about_directory(directory, &error.to_string())]),
        };
        let root = settings.root.canonicalize().unwrap_or_else(|_| settings.root.clone());
        match self.load(settings, directory) {
            Ok(loaded) => OpenedProject { root, loaded: Ok(loaded) },
            Err(error) => match error.downcast::<Refused>() {
                Ok(Refused(problems)) => refused(&root, problems),
                Err(error) => refused(&root, vec![about_directory(directory, &format!("{error:#}"))]),
            },
        }
    }
}

impl Opener<'_> {
    fn load(&self, settings: Settings, directory: &Path) -> anyhow::Result<LoadedProject> {
        let (scan, select) = (ScanArgs::default(), SelectArgs::default());
        let settings = project::selected(settings, self.global, &select)?;
        let finder = FileFinder { discover: &git::work_tree_files, tracked: None, current: directory.canonicalize()? };
        let progress = Progress::start(self.global);
        let project = project::open_with(settings, &scan, &select, &progress, &finder)?;
        let options = project::options(&scan, &project.rules, &project.chosen)?;
        let baseline = BaselineChoice::Default.open(&project)?.map(Arc::new);
        let project::ScannedProject { rules, files, selection, today, notices, .. } = project;
        Ok(LoadedProject { rules, files, options, baseline, selection, today, notices, clock: project::clock })
    }
}

fn refused(root: &Path, problems: Vec<Problem>) -> OpenedProject {
    OpenedProject { root: root.to_owned(), loaded: Err(problems) }
}

fn about_directory(directory: &Path, words: &str) -> Problem {
    let message = format!("the directory cannot be served: {words}");
    Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, &directory.to_string_lossy(), message)
}
