//! Loading: the facts of files, extracted when they are asked for and kept.
//!
//! In: files to load, questions to ask of them. Out: a project in which they are loaded, and the answers. Files that a
//! question needs are loaded while it is answered where the language allows that, and else between two rounds of it.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::ablation::{Optimisation, is_off};
use crate::problem::Problem;
use crate::resolve::{Project, Resolver};
use crate::source::FileId;
use crate::tree::TreeFile;

/// Loads files on demand and keeps what was read.
pub struct Loader<'a> {
    /// The project as far as it is loaded.
    pub project: Project<'a>,
    exhaustive: bool,
    /// Files that are not looked at, unless others ask for them; empty if there are none.
    pub left_out: Vec<bool>,
    /// Files whose facts the layout has taken in.
    learnt: BTreeSet<FileId>,
}

impl<'a> Loader<'a> {
    /// Returns a loader that has loaded nothing; an exhaustive one is to load every file.
    #[must_use]
    pub fn new(project: Project<'a>, exhaustive: bool) -> Self {
        Self { project, exhaustive, left_out: Vec::new(), learnt: BTreeSet::new() }
    }

    /// Returns whether every file is to be loaded.
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.exhaustive
    }

    /// Files that could not be read, in path order.
    pub fn unreadable(&self) -> impl Iterator<Item = &Problem> {
        self.project.files.problems()
    }

    /// Returns every file that is looked at.
    #[must_use]
    pub fn all(&self) -> BTreeSet<FileId> {
        self.project.tree.files().iter().map(|file| file.id).filter(|&file| !self.is_left_out(file)).collect()
    }

    fn is_left_out(&self, file: FileId) -> bool {
        self.left_out.get(file.index()).is_some_and(|left_out| *left_out)
    }

    /// Reads every file and loads those that `admits` lets through.
    pub fn search(&mut self, admits: impl Fn(&Project<'a>, &TreeFile, &str) -> bool + Sync) -> BTreeSet<FileId> {
        let project = &self.project;
        let look = |buffer: &mut Vec<u8>, file: &TreeFile| {
            if self.is_left_out(file.id) {
                return None;
            }
            if let Some(loaded) = project.loaded(file.id) {
                return admits(project, file, &loaded.text).then_some(file.id);
            }
            let mut admitted = None;
            let shown = project.files.texts().show(&file.path, buffer, &mut |text| {
                if admits(project, file, text) {
                    project.load_text(file.id, text.into());
                    admitted = Some(file.id);
                }
            });
            if let Err(problem) = shown {
                project.files.lost(file.id, problem);
            }
            admitted
        };
        let files = project.tree.files().par_iter();
        let matching: BTreeSet<FileId> = files.map_init(Vec::new, look).flatten().collect();
        self.learn(&matching);
        matching
    }

    /// Returns whether the layout of the file's language takes in its facts.
    fn learns(&self, file: FileId) -> bool {
        self.project.layouts.of(self.project.tree.file(file).language).learns()
    }

    /// Loads these files, whatever they contain; false if that was tried before for all of them.
    pub fn load(&mut self, wanted: &BTreeSet<FileId>) -> bool {
        let missing: Vec<FileId> = wanted.iter().copied().filter(|&file| !self.project.files.tried(file)).collect();
        missing.par_iter().for_each(|&file| {
            self.project.load(file);
        });
        self.learn(wanted);
        !missing.is_empty()
    }

    fn learn(&mut self, files: &BTreeSet<FileId>) {
        for &file in files {
            if let Some(loaded) = self.project.files.loaded(file)
                && self.learns(file)
                && self.learnt.insert(file)
            {
                let language = self.project.tree.file(file).language;
                self.project.layouts.of_mut(language).learn(file, &loaded.facts);
            }
        }
    }

    /// Asks the same of each of these files, in path order; a group of files is asked anew when files that it needs
    /// could not be loaded meanwhile.
    pub fn look<T: Send>(
        &mut self,
        files: &BTreeSet<FileId>,
        ask: impl Fn(&Resolver<'_, '_>, FileId) -> T + Sync,
    ) -> Answers<T> {
        self.project.learn_heirs();
        let files: Vec<FileId> = files.iter().copied().collect();
        let mut answers: Answers<T> = Vec::new();
        let chunk = if is_off(Optimisation::SharedAnswers) { 1 } else { CHUNK };
        let mut open: Vec<&[FileId]> = files.chunks(chunk).collect();
        while !open.is_empty() {
            let project = &self.project;
            let asked: Vec<(Answers<T>, BTreeSet<FileId>)> = open
                .par_iter()
                .map(|chunk| {
                    let resolver = Resolver::new(project);
                    let answers = chunk.iter().map(|&file| (file, ask(&resolver, file))).collect();
                    (answers, resolver.into_wanted())
                })
                .collect();
            let mut wanted: BTreeSet<FileId> = BTreeSet::new();
            let mut again = Vec::new();
            for (chunk, (answer, missing)) in open.into_iter().zip(asked) {
                if missing.iter().any(|&file| !self.project.files.tried(file)) {
                    // An answer that lacks a file may have been remembered for those that asked later.
                    again.push(chunk);
                    wanted.extend(missing);
                } else {
                    answers.extend(answer);
                }
            }
            self.load(&wanted);
            open = again;
        }
        answers.sort_by_key(|(file, _)| *file);
        answers
    }
}

/// The answers of some files, each with its file.
type Answers<T> = Vec<(FileId, T)>;

/// The number of files that share a resolver: enough that long chains are followed once for many, few enough to share
/// the work.
const CHUNK: usize = 64;
