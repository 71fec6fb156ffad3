//! Kept results: what a run found out, for the next one to reuse (docs/design.md section 10).
//!
//! In: the state that an earlier run left, the files of today. Out: which of its answers still hold, and the state that
//! this run leaves. An answer is kept with what it depended on: the text of its file, the files that were consulted for
//! it, and what subclasses were asked for. Knows neither what an answer means nor where a state is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::facts::{DefinitionId, FileFacts, Name};
use crate::source::FileId;
use crate::tree::{Identity, Texts, Tree, TwoTrees};

mod consulted;
mod fingerprint;
mod keeper;
mod stage;
mod state;
mod word_filter;

pub use consulted::{Consultation, Consulted};
pub use fingerprint::{Fingerprint, FingerprintBuilder};
pub use keeper::Keeper;
pub use stage::{Stage, Vocabulary};
pub use state::{Damaged, State, sealed, unsealed};
pub use word_filter::WordFilter;

use state::{KeptAnswer, KeptConsultation, KeptFacts, KeptFile, KeptLook, KeptSearch};

/// An answer that can be kept.
pub trait Keepable: Serialize + DeserializeOwned {
    /// Calls `see` for each file of which the answer shows a place.
    fn shown(&self, see: &mut dyn FnMut(FileId));
    /// Gives every file that the answer names another number.
    fn renumber(&mut self, number: &dyn Fn(FileId) -> FileId);
}

/// The results of an earlier run as far as they hold for the files of today, and those of this run.
#[derive(Debug)]
pub struct Cache {
    key: Fingerprint,
    /// The state of the earlier run, where it is of the same key, tree and layout.
    old: Option<Arc<State>>,
    files: Vec<FileState>,
    layout: Fingerprint,
    new: Mutex<NewResults>,
    /// The names by which imports could tell the tree of today from that of the earlier run; none if they have the same files.
    changed_names: Option<ChangedNames>,
    /// The words of each text are kept too, in memory: for whoever analyses again and again.
    keeps_words: bool,
    /// The reason for which the state of the earlier run was of no use, or the number of files that changed since.
    news: String,
}

/// A file of today beside the one that the earlier run saw.
#[derive(Debug, Default)]
struct FileState {
    identity: Option<Identity>,
    /// The identity does not tell whether the file changes from now on: it changed a moment ago.
    racy: bool,
    /// The hash of the text, where that was needed.
    content: OnceLock<Fingerprint>,
    /// The text is the one that the earlier run saw.
    same: bool,
    /// The parts of its facts that are as they were, where it changed; none if it cannot be read.
    as_before: OnceLock<Option<AsBefore>>,
    /// The words of its text, where they are kept.
    words: OnceLock<Arc<WordFilter>>,
}

/// The parts of a file's facts that are as they were.
#[derive(Debug)]
struct AsBefore {
    /// All of them are.
    whole: bool,
    /// Hashes of the names that lead to nothing else than before, of those that were asked for.
    names: FxHashSet<u32>,
}

/// The results of this run.
#[derive(Debug, Default)]
struct NewResults {
    searches: BTreeMap<Fingerprint, KeptSearch>,
    looks: BTreeMap<Fingerprint, KeptLook>,
}

impl NewResults {
    fn keep(&mut self, stage: &Stage, file: FileId, answer: KeptAnswer) {
        let new = || KeptLook { words: stage.words.clone(), answers: BTreeMap::new() };
        self.looks.entry(stage.key).or_insert_with(new).answers.insert(file, answer);
    }
}

/// The names by which imports could tell two trees apart.
#[derive(Debug)]
struct ChangedNames {
    hashes: BTreeSet<u32>,
    finder: AhoCorasick,
}

/// A file that was loaded, or stands for one that was, with its facts and what its classes set for their bases, where it
/// was read.
pub type LoadedFacts<'f> = (FileId, Option<(&'f FileFacts, Vec<(Name, DefinitionId)>)>);

/// The project of today, as far as a kept answer is judged by it.
pub trait CurrentProject {
    /// Returns the facts of a file that changed; none if it cannot be read.
    fn facts_of_changed(&self, file: FileId) -> Option<&FileFacts>;
    /// Returns a hash of what subclasses set for a name.
    fn heirs(&self, name: &Name) -> u64;
}

impl Cache {
    /// Compares the files of today with those of an earlier run. `key` is of everything else that the results depend on,
    /// `layout` of what says where modules are. `now` is the present time in nanoseconds since 1970, taken before the tree
    /// was walked. `names_of` gives the names by which imports could tell two trees apart; none if more than imports could.
    #[must_use]
    pub fn new(
        old: Option<Arc<State>>,
        key: Fingerprint,
        layout: Fingerprint,
        tree: &Tree,
        texts: &dyn Texts,
        now: i128,
        names_of: &dyn Fn(TwoTrees<'_>) -> Option<BTreeSet<Name>>,
    ) -> Self {
        let (old, unusable) = match old {
            Some(old) if old.key != key => (None, "the rules, options or version are others"),
            Some(old) if old.layout != layout => (None, "manifests or excluded files changed"),
            None => (None, "nothing was kept"),
            old => (old, ""),
        };
        let mut changed_names = None;
        let (old, unusable) = match old {
            Some(old) if !old.has_files_of(tree) => {
                match old.names_of_change(tree, names_of).and_then(ChangedNames::new) {
                    Some(names) => {
                        changed_names = Some(names);
                        (Some(Arc::new(old.renumbered(tree))), "")
                    }
                    None => (None, "packages were added or removed"),
                }
            }
            old => (old, unusable),
        };
        let identities = texts.identities(tree);
        let compared = tree.files().par_iter().zip(identities).enumerate().map(|(at, (file, identity))| {
            let mut state = FileState {
                racy: identity.as_ref().is_some_and(|it| is_racy(it, now)),
                identity,
                ..FileState::default()
            };
            let before = old.as_ref().and_then(|old| old.files.get(at));
            if let (Some(before), Some(_)) = (before, &state.identity) {
                state.compare(before, &|| texts.read(&file.path).ok());
            }
            if let Some(words) = old.as_ref().and_then(|old| old.words.get(at)?.clone()).filter(|_| state.same) {
                state.words = OnceLock::from(words);
            }
            state
        });
        let files: Vec<FileState> = compared.collect();
        let changed = files.iter().filter(|file| !file.same).count();
        let news =
            if old.is_none() { unusable.to_owned() } else { format!("{changed} of {} files changed", files.len()) };
        Self { key, old, files, layout, new: Mutex::default(), changed_names, keeps_words: false, news }
    }

    /// Keeps the words of each text too, in memory, if so.
    fn keeping_words(self, keeps_words: bool) -> Self {
        Self { keeps_words, ..self }
    }

    /// Returns whether an import in a text can lead elsewhere than it did in the earlier run, by the names of modules that are
    /// new or gone.
    #[must_use]
    pub fn may_lead_elsewhere(&self, text: &str) -> bool {
        self.changed_names.as_ref().is_some_and(|names| names.finder.is_match(text))
    }

    /// Returns whether no module is new or gone.
    #[must_use]
    pub fn has_same_modules(&self) -> bool {
        self.changed_names.is_none()
    }

    /// Returns whether the text of a file is the one that the earlier run saw.
    #[must_use]
    pub fn is_same(&self, file: FileId) -> bool {
        self.files.get(file.index()).is_some_and(|file| file.same)
    }

    /// Returns what the earlier run found, if nothing at all changed since.
    #[must_use]
    pub fn unchanged(&self) -> Option<&[u8]> {
        let old = self.old.as_ref().filter(|_| self.changed_names.is_none());
        old.filter(|_| self.files.iter().all(|file| file.same)).map(|old| old.findings.as_slice())
    }

    /// Returns the state of the earlier run with the files as they are now, if nothing changed but the way in which a file is
    /// known again.
    #[must_use]
    pub fn settled(&self, tree: &Tree) -> Option<State> {
        let files = self.kept_files(tree);
        let old = self.old.as_ref().filter(|old| old.files != files)?;
        Some(State { files, news: self.news.clone(), ..State::clone(old) })
    }

    /// Returns the files that a search admitted in the earlier run, and the words that have changed since: what it said of
    /// files that contain one does not hold. None if it was not made.
    #[must_use]
    pub fn search(&self, stage: &Stage) -> Option<(BTreeSet<FileId>, Vec<Name>)> {
        let search = self.old.as_ref()?.searches.get(&stage.key)?;
        Some((search.admitted.iter().copied().collect(), stage.words.changed_since(&search.words)))
    }

    /// Keeps what a search admits.
    pub fn record_search(&self, stage: Stage, admitted: &BTreeSet<FileId>) {
        let kept = KeptSearch { words: stage.words, admitted: admitted.iter().copied().collect() };
        self.recorded().searches.insert(stage.key, kept);
    }

    /// Returns the words of a stage that have changed since the earlier run: its answers for files that contain one do not
    /// hold.
    #[must_use]
    pub fn changed_words(&self, stage: &Stage) -> Vec<Name> {
        let look = self.old.as_ref().and_then(|old| old.looks.get(&stage.key));
        look.map(|look| stage.words.changed_since(&look.words)).unwrap_or_default()
    }

    /// Notes the text of a file that was read, where its identity will not tell whether it changed since, and its words, where
    /// those are kept.
    pub fn saw(&self, file: FileId, text: &str, words: impl FnOnce() -> WordFilter) {
        let Some(state) = self.files.get(file.index()) else { return };
        if state.racy {
            state.content.get_or_init(|| Fingerprint::of(text));
        }
        if self.keeps_words {
            state.words.get_or_init(|| Arc::new(words()));
        }
    }

    /// Returns whether a file may contain one of these words, as far as that is known without reading it.
    #[must_use]
    pub fn may_contain(&self, file: FileId, words: &[Name]) -> bool {
        let known = self.files.get(file.index()).and_then(|state| state.words.get());
        known.is_none_or(|filter| words.iter().any(|word| filter.may_contain(word)))
    }

    /// Returns the kept answer of a file at a stage with the files that were consulted for it, if it still holds. `touched`
    /// says whether a file contains one of the words that have changed, if any have.
    pub fn answer<T: Keepable>(
        &self,
        stage: &Stage,
        file: FileId,
        today: &dyn CurrentProject,
        touched: Option<&dyn Fn(FileId) -> bool>,
    ) -> Option<(T, BTreeSet<FileId>)> {
        if !self.is_same(file) {
            return None;
        }
        let old = self.old.as_ref()?;
        let look = old.looks.get(&stage.key)?.answers.get(&file)?;
        if touched.is_some_and(|touched| look.composed || touched(file)) {
            return None;
        }
        let holds = look.consulted.iter().all(|consulted| {
            self.is_same(consulted.file)
                || !consulted.shown
                    && self.as_before(old, consulted.file, today).is_some_and(|as_before| {
                        as_before.whole
                            || !consulted.whole && consulted.names.iter().all(|name| as_before.names.contains(name))
                    })
        });
        if !holds || !look.heirs.iter().all(|(name, hash)| today.heirs(name) == *hash) {
            return None;
        }
        if let Some(names) = &self.changed_names
            && look.module_names.iter().any(|name| names.hashes.contains(name))
        {
            return None;
        }
        let mut answer: T = postcard::from_bytes(&look.answer).ok()?;
        let mut kept = look.clone();
        if let Some(numbers) = &old.numbers {
            answer.renumber(&|file| numbers.get(file.index()).copied().flatten().unwrap_or(FileId::ABSENT));
            kept.answer = postcard::to_stdvec(&answer).ok()?;
        }
        let files = look.consulted.iter().map(|consulted| consulted.file).collect();
        self.recorded().keep(stage, file, kept);
        Some((answer, files))
    }

    /// Compares the facts of a file that changed with what was asked of them in the earlier run.
    fn as_before(&self, old: &State, file: FileId, today: &dyn CurrentProject) -> Option<&AsBefore> {
        let compare = || {
            let (before, now) = (old.facts.get(&file)?, today.facts_of_changed(file)?);
            let whole = before.interface.is_some_and(|interface| now.interface() == interface);
            let names = before.names.iter().map(|(name, _)| *name).collect();
            let same = now.interfaces_of(&names).into_iter().zip(&before.names).filter(|(now, before)| now == *before);
            Some(AsBefore { whole, names: same.map(|((name, _), _)| name).collect() })
        };
        self.files.get(file.index())?.as_before.get_or_init(compare).as_ref()
    }

    /// Keeps an answer.
    pub fn record_answer<T: Keepable>(&self, stage: &Stage, file: FileId, answer: &T, consulted: &Consulted) {
        let mut shown = BTreeSet::new();
        answer.shown(&mut |file| {
            shown.insert(file);
        });
        let Ok(bytes) = postcard::to_stdvec(answer) else { return };
        let files = consulted.files.keys().chain(&shown).filter(|other| **other != file).collect::<BTreeSet<_>>();
        let hashes = |names: &BTreeSet<Name>| names.iter().map(Name::short_hash).collect::<BTreeSet<u32>>();
        let consultation = |file: &FileId| {
            let part = consulted.files.get(file);
            KeptConsultation {
                file: *file,
                shown: shown.contains(file),
                whole: part.is_some_and(|part| part.whole),
                names: part.map(|part| hashes(&part.names)).unwrap_or_default().into_iter().collect(),
            }
        };
        let look = KeptAnswer {
            consulted: files.into_iter().map(consultation).collect(),
            heirs: consulted.heirs.iter().map(|(name, hash)| (name.clone(), *hash)).collect(),
            module_names: hashes(&consulted.module_names).into_iter().collect(),
            composed: consulted.composed,
            answer: bytes,
        };
        self.recorded().keep(stage, file, look);
    }

    /// Returns what the earlier run knew of the facts of a file that is the same: the classes with what they set for their
    /// bases.
    #[must_use]
    pub fn heirs(&self, file: FileId) -> &[(Name, DefinitionId)] {
        let kept = self.old.as_ref().and_then(|old| old.facts.get(&file));
        kept.map_or(&[], |kept| &kept.heirs)
    }

    /// Returns the state that this run leaves. `loaded` are the files that were loaded or stand for such, each with its facts
    /// and heirs where it was read.
    #[must_use]
    pub fn state(&self, tree: &Tree, loaded: Vec<LoadedFacts<'_>>, findings: Vec<u8>) -> State {
        let recorded = std::mem::take(&mut *self.recorded());
        // Of most files nothing was asked by others.
        let mut asked: FxHashMap<FileId, (bool, BTreeSet<u32>)> = FxHashMap::default();
        let answers = recorded.looks.values().flat_map(|look| look.answers.values());
        for consulted in answers.flat_map(|answer| &answer.consulted) {
            let (whole, names) = asked.entry(consulted.file).or_default();
            *whole |= consulted.whole;
            names.extend(&consulted.names);
        }
        let kept = loaded.into_par_iter().filter_map(|(file, read)| {
            let Some((facts, heirs)) = read else { return Some((file, self.old.as_ref()?.facts.get(&file)?.clone())) };
            let (whole, names) =
                asked.get(&file).map_or((false, Vec::new()), |(whole, names)| (*whole, facts.interfaces_of(names)));
            Some((file, KeptFacts { interface: whole.then(|| facts.interface()), names, heirs }))
        });
        let facts: Vec<(FileId, KeptFacts)> = kept.collect();
        State {
            key: self.key,
            layout: self.layout,
            findings,
            files: self.kept_files(tree),
            facts: facts.into_iter().collect(),
            searches: recorded.searches,
            looks: recorded.looks,
            numbers: None,
            news: self.news.clone(),
            words: match self.keeps_words {
                true => self.files.iter().map(|state| state.words.get().cloned()).collect(),
                false => Vec::new(),
            },
        }
    }

    fn kept_files(&self, tree: &Tree) -> Vec<KeptFile> {
        let files = tree.files().iter().zip(&self.files).map(|(file, state)| KeptFile {
            path: Arc::clone(&file.path),
            // What a moment later could look the same is told by its text alone.
            identity: state.identity.clone().filter(|_| !state.racy || state.content.get().is_some()),
            content: state.content.get().copied(),
        });
        files.collect()
    }

    fn recorded(&self) -> std::sync::MutexGuard<'_, NewResults> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChangedNames {
    fn new(names: BTreeSet<Name>) -> Option<Self> {
        let finder = AhoCorasick::new(names.iter().map(Name::as_str)).ok()?;
        Some(Self { hashes: names.iter().map(Name::short_hash).collect(), finder })
    }
}

impl FileState {
    /// Finds out whether the file is the one that it was.
    fn compare(&mut self, before: &KeptFile, read: &dyn Fn() -> Option<Arc<str>>) {
        let unchanged = before.identity.is_some() && before.identity == self.identity;
        self.same = match before.content {
            None => unchanged,
            Some(content) if unchanged || self.size() == before.size() => {
                let now = read().map(|text| Fingerprint::of(&text));
                let same = now == Some(content);
                if let Some(now) = now.filter(|_| same) {
                    // Still racy, or settled by now: the text is known either way.
                    self.content = OnceLock::from(now);
                }
                same
            }
            Some(_) => false,
        };
        if self.same && !self.racy {
            self.content = OnceLock::new();
        }
    }

    fn size(&self) -> Option<u64> {
        size(self.identity.as_ref())
    }
}

impl KeptFile {
    fn size(&self) -> Option<u64> {
        size(self.identity.as_ref())
    }
}

fn size(identity: Option<&Identity>) -> Option<u64> {
    match identity? {
        Identity::File { size, .. } => Some(*size),
        Identity::Object(_) => None,
    }
}

/// Returns whether a file changed so shortly ago that it could change again without showing it: the clock of a file system
/// goes in steps. That is git's rule for entries that are "racily clean".
fn is_racy(identity: &Identity, now: i128) -> bool {
    const SECOND: i128 = 1_000_000_000;
    match identity {
        Identity::Object(_) => false,
        Identity::File { modified, changed, .. } => {
            // Some file systems know whole seconds only, or every other one.
            let fine = modified % SECOND != 0 || changed % SECOND != 0;
            let step = if fine { SECOND / 20 } else { 2 * SECOND };
            *modified.max(changed) > now - step
        }
    }
}
