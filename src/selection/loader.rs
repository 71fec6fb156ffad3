//! Loading: the facts of files, extracted when they are asked for and kept.
//!
//! In: files to load, questions to ask of them. Out: a project in which they are loaded, and the answers. Files that a
//! question needs are loaded while it is answered where the language allows that, and else between two rounds of it. What
//! an earlier run answered and still holds is not asked again; its files then need not be loaded.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::ablation::{Optimisation, is_off};
use crate::cache::{Cache, Consulted, CurrentProject, FingerprintBuilder, Keepable, Stage, State, WordFilter};
use crate::facts::{FileFacts, Name};
use crate::lang::text::{ascii_words, changed_by_nfkc};
use crate::problem::Problem;
use crate::resolve::{Project, Resolver, heirs_of};
use crate::source::FileId;
use crate::tree::TreeFile;

use super::WorkCounts;
use super::changed_words::ChangedWords;

/// Loads files on demand and keeps what was read.
pub struct Loader<'a> {
    /// The project as far as it is loaded.
    pub project: Project<'a>,
    exhaustive: bool,
    /// Files that are not looked at, unless others ask for them; empty if there are none.
    pub left_out: Vec<bool>,
    /// Files whose facts the layout has taken in.
    learnt: BTreeSet<FileId>,
    /// The results of an earlier run.
    cache: Option<Arc<Cache>>,
    /// Somebody waits, and is told how far it has come.
    counts: Option<&'a WorkCounts>,
    /// Files that are not loaded because an answer of the earlier run was taken that had loaded them.
    spared: BTreeSet<FileId>,
    /// The facts of files that changed, as far as they were looked at without being loaded.
    changed: Vec<OnceLock<Option<FileFacts>>>,
    /// The number of searches through all texts.
    searches: u32,
    /// The words of texts that were searched again and again.
    words: Vec<OnceLock<WordFilter>>,
}

/// Texts that are searched more often are worth a note of their words.
const SEARCHES_OF_MOST: u32 = 2;

impl<'a> Loader<'a> {
    /// Returns a loader that has loaded nothing; an exhaustive one is to load every file.
    #[must_use]
    pub fn new(
        project: Project<'a>,
        exhaustive: bool,
        cache: Option<Arc<Cache>>,
        counts: Option<&'a WorkCounts>,
    ) -> Self {
        let files = project.tree.files().len();
        let changed = std::iter::repeat_with(OnceLock::new).take(files).collect();
        let words = std::iter::repeat_with(OnceLock::new).take(files).collect();
        let (left_out, learnt, spared) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        Self { project, exhaustive, left_out, learnt, cache, counts, spared, changed, searches: 0, words }
    }

    /// Returns whether a file is loaded, or would be if nothing had been kept.
    #[must_use]
    pub fn counts_as_loaded(&self, file: FileId) -> bool {
        self.project.loaded(file).is_some() || self.spared.contains(&file)
    }

    /// Puts what this run found out into the form in which it is kept; `findings` is what came of it.
    #[must_use]
    pub fn state(&self, findings: Vec<u8>) -> Option<State> {
        let cache = self.cache.as_ref()?;
        let files =
            self.project.tree.files().par_iter().map(|file| file.id).filter(|file| self.counts_as_loaded(*file));
        let known = files.map(|file| {
            let looked_at = || self.changed.get(file.index())?.get()?.as_ref();
            let of_changed = || looked_at().map(|facts| (facts, heirs_of(facts)));
            let known = self.project.loaded(file).map(|loaded| (&loaded.facts, loaded.heirs().to_vec()));
            (file, known.or_else(of_changed))
        });
        Some(cache.state(self.project.tree, known.collect(), findings))
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

    /// Reads every file and loads those that `admits` lets through; `stage` is of all that it judges by besides the text.
    /// Texts of which it is known that they have none of the words, so that `may_admit` says no, are not read again.
    pub fn search(
        &mut self,
        stage: impl FnOnce() -> Stage,
        may_admit: impl Fn(&TreeFile, &WordFilter) -> bool + Sync,
        admits: impl Fn(&Project<'a>, &TreeFile, &str) -> bool + Sync,
    ) -> BTreeSet<FileId> {
        self.searches += 1;
        let project = &self.project;
        let stage = self.cache.as_ref().map(|cache| (cache, self.with_left_out(stage())));
        let before = stage.as_ref().and_then(|(cache, stage)| Some((cache, cache.search(stage)?)));
        let changed = before.as_ref().and_then(|(_, (_, changed))| ChangedWords::new(changed.clone()));
        self.counts.inspect(|counts| counts.search(project.tree.files().len()));
        let look = |buffer: &mut Vec<u8>, file: &TreeFile| {
            self.counts.inspect(|counts| counts.searched());
            let knows_not = || self.words[file.id.index()].get().is_some_and(|words| !may_admit(file, words));
            if self.is_left_out(file.id) || knows_not() {
                return None;
            }
            let may_spare = |cache: &Cache| cache.is_same(file.id) && !self.learns(file.id);
            let kept = before.as_ref().filter(|(cache, _)| may_spare(cache));
            let kept = kept.map(|(cache, (admitted, _))| (cache, admitted.contains(&file.id).then_some(file.id)));
            let lacks =
                |cache: &Cache| changed.as_ref().is_none_or(|changed| !cache.may_contain(file.id, changed.words()));
            if let Some((_, verdict)) = kept.filter(|(cache, _)| cache.has_same_modules() && lacks(cache)) {
                return verdict;
            }
            let may_differ = |cache: &Cache, text: &str| {
                cache.may_lead_elsewhere(text) || changed.as_ref().is_some_and(|words| words.may_be_in(text))
            };
            if let Some(loaded) = project.loaded(file.id) {
                self.note_words(file.id, &loaded.text);
                return admits(project, file, &loaded.text).then_some(file.id);
            }
            let mut admitted = None;
            let shown = project.files.texts().show(&file.path, buffer, &mut |text| {
                self.saw(file.id, text);
                self.note_words(file.id, text);
                if let Some((_, verdict)) = kept.filter(|(cache, _)| !may_differ(cache, text)) {
                    admitted = verdict;
                    return;
                }
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
        if let Some((cache, stage)) = stage {
            cache.record_search(stage, &matching);
        }
        self.spared.extend(matching.iter().filter(|file| self.project.loaded(**file).is_none()));
        self.learn(&matching);
        matching
    }

    /// Keeps that a search for no words at all would have admitted these files: the next run may have some.
    pub fn record_empty_search(&self, stage: impl FnOnce() -> Stage, admitted: impl Iterator<Item = FileId>) {
        if let Some(cache) = &self.cache {
            let admitted = admitted.filter(|file| !self.is_left_out(*file)).collect();
            cache.record_search(self.with_left_out(stage()), &admitted);
        }
    }

    /// Returns a stage of a search among the files that are looked at: the rules and the tree say which are left out.
    fn with_left_out(&self, stage: Stage) -> Stage {
        let left_out = if self.left_out.is_empty() { "" } else { "some files are left out" };
        let Stage { key, words } = stage;
        Stage { key: FingerprintBuilder::default().with(key.bytes()).with(left_out).finish(), words }
    }

    fn saw(&self, file: FileId, text: &str) {
        if let Some(cache) = &self.cache {
            cache.saw(file, text, || words_of(text));
        }
    }

    /// Notes the words of a text once it has been searched so often that it may well be searched again: most trees need
    /// two searches, and a name that is handed on and on under other names needs one more each time.
    fn note_words(&self, file: FileId, text: &str) {
        if self.searches > SEARCHES_OF_MOST && !is_off(Optimisation::Filters) {
            self.words[file.index()].get_or_init(|| words_of(text));
        }
    }

    /// Returns whether the layout of the file's language takes in its facts.
    fn learns(&self, file: FileId) -> bool {
        self.project.layouts.of(self.project.tree.file(file).language).learns()
    }

    /// Loads these files, whatever they contain; false if that was tried before for all of them.
    pub fn load(&mut self, wanted: &BTreeSet<FileId>) -> bool {
        let missing: Vec<FileId> = wanted.iter().copied().filter(|&file| !self.project.files.tried(file)).collect();
        missing.par_iter().for_each(|&file| {
            if let Some(loaded) = self.project.load(file) {
                self.saw(file, &loaded.text);
            }
        });
        self.learn(wanted);
        !missing.is_empty()
    }

    fn learn(&mut self, files: &BTreeSet<FileId>) {
        let mut learnt = false;
        for &file in files {
            if let Some(loaded) = self.project.files.loaded(file)
                && self.learns(file)
                && self.learnt.insert(file)
            {
                let language = self.project.tree.file(file).language;
                self.project.layouts.of_mut(language).learn(file, &loaded.facts);
                learnt = true;
            }
        }
        if learnt {
            self.project.shared.clear();
        }
    }

    /// Asks the same of each of these files, in path order; a file is asked anew when others that it needs could not be
    /// loaded meanwhile. `stage` is of all that the question consists of, besides the files. Answers of an earlier run are
    /// taken where they hold.
    pub fn look<T: Keepable + Send>(
        &mut self,
        files: &BTreeSet<FileId>,
        stage: impl FnOnce() -> Stage,
        ask: impl Fn(&Resolver<'_, '_>, FileId) -> T + Sync,
    ) -> Answers<T> {
        self.learn_heirs();
        let key = self.cache.clone().map(|cache| (cache, stage()));
        let mut answers: Answers<T> = Vec::new();
        let mut open: Vec<FileId> = files.iter().copied().collect();
        if let Some((cache, stage)) = &key {
            let this = &*self;
            let changed = ChangedWords::new(cache.changed_words(stage));
            let touched = changed.as_ref().map(|words| |file| this.may_contain(file, words));
            let touched: Option<&(dyn Fn(FileId) -> bool + Sync)> = touched.as_ref().map(|touched| touched as _);
            let touched = touched.as_ref();
            let answer = |file| {
                let touched = touched.map(|touched| *touched as &dyn Fn(FileId) -> bool);
                if this.learns(file) { None } else { cache.answer(stage, file, this, touched) }
            };
            let kept: Vec<_> = open.par_iter().map(|&file| (file, answer(file))).collect();
            open.clear();
            for (file, answer) in kept {
                match answer {
                    Some((answer, consulted)) => {
                        answers.push((file, answer));
                        self.spared.extend(consulted);
                    }
                    None => open.push(file),
                }
            }
            self.load(&open.iter().copied().collect());
        }
        let asked = self.asked(open, &ask, &|file, answer, consulted| {
            if let Some((cache, stage)) = &key {
                cache.record_answer(stage, file, answer, consulted);
            }
        });
        answers.extend(asked);
        answers.sort_by_key(|(file, _)| *file);
        answers
    }

    /// Asks as [`Self::look`] does, and keeps nothing.
    pub fn ask<T: Send>(
        &mut self,
        files: &BTreeSet<FileId>,
        ask: impl Fn(&Resolver<'_, '_>, FileId) -> T + Sync,
    ) -> Answers<T> {
        self.learn_heirs();
        let mut answers = self.asked(files.iter().copied().collect(), &ask, &|_, _, _| {});
        answers.sort_by_key(|(file, _)| *file);
        answers
    }

    /// Asks each of these files until nothing is missing for its answer; `keep` sees the answers of files that can be kept.
    fn asked<T: Send>(
        &mut self,
        mut open: Vec<FileId>,
        ask: &(impl Fn(&Resolver<'_, '_>, FileId) -> T + Sync),
        keep: &dyn Fn(FileId, &T, &Consulted),
    ) -> Answers<T> {
        let mut answers = Vec::new();
        self.counts.inspect(|counts| counts.ask(open.len()));
        while !open.is_empty() {
            let project = &self.project;
            let ask_one = |&file: &FileId| {
                let resolver = Resolver::new(project);
                let answer = ask(&resolver, file);
                let composed = || project.loaded(file).is_some_and(|loaded| loaded.composes_names());
                let consulted = Consulted { composed: self.cache.is_some() && composed(), ..resolver.take_consulted() };
                self.counts.inspect(|counts| counts.asked());
                (file, answer, consulted, resolver.into_wanted())
            };
            let asked: Vec<(FileId, T, Consulted, BTreeSet<FileId>)> = open.par_iter().map(ask_one).collect();
            open.clear();
            let mut wanted: BTreeSet<FileId> = BTreeSet::new();
            for (file, answer, consulted, missing) in asked {
                if missing.iter().any(|&file| !self.project.files.tried(file)) {
                    open.push(file);
                    wanted.extend(missing);
                    continue;
                }
                if !self.learns(file) {
                    keep(file, &answer, &consulted);
                }
                answers.push((file, answer));
            }
            self.load(&wanted);
        }
        answers
    }

    /// Returns whether the text of a file may contain one of these words.
    fn may_contain(&self, file: FileId, words: &ChangedWords) -> bool {
        if let Some(loaded) = self.project.loaded(file) {
            return words.may_be_in(&loaded.text);
        }
        if self.cache.as_ref().is_some_and(|cache| !cache.may_contain(file, words.words())) {
            return false;
        }
        let mut may = true;
        let path = &self.project.tree.file(file).path;
        let _unreadable =
            self.project.files.texts().show(path, &mut Vec::new(), &mut |text| may = words.may_be_in(text));
        may
    }

    fn learn_heirs(&mut self) {
        let (cache, spared) = (self.cache.as_deref(), &self.spared);
        self.project.learn_heirs(&|file| Some(cache?.heirs(file)).filter(|_| spared.contains(&file)));
    }
}

impl CurrentProject for Loader<'_> {
    fn facts_of_changed(&self, file: FileId) -> Option<&FileFacts> {
        let read = || self.changed.get(file.index())?.get_or_init(|| self.project.read_facts(file)).as_ref();
        self.project.loaded(file).map(|loaded| &loaded.facts).or_else(read)
    }

    fn heirs(&self, name: &Name) -> u64 {
        self.project.heirs.fingerprint(self.project.tree, name)
    }
}

/// The words of a text; any where names can be spelled in other characters.
fn words_of(text: &str) -> WordFilter {
    match changed_by_nfkc(text) {
        true => WordFilter::default(),
        false => WordFilter::of(ascii_words(text), text.len()),
    }
}

/// The answers of some files, each with its file.
type Answers<T> = Vec<(FileId, T)>;
