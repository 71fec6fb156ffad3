//! Shared answers: what modules mean by their names and which classes inherit from which, found once for all files that ask.
//!
//! In: an answer, and what it depended on. Out: the same for the next who asks, who depends on the same. Only what holds
//! for everybody is shared: nothing that was found inside a circle of questions, was cut, lacks a file, or depends on
//! what subclasses set. So a chain of modules that hand on a name is followed once, not once from each of its links.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Ancestor, Chain, ItemRef, Key, Meanings, Resolver};
use crate::ablation::{Optimisation, is_off};
use crate::cache::{Consultation, Consulted};
use crate::facts::Name;
use crate::source::FileId;

/// Answers to questions that many files ask.
#[derive(Debug, Default)]
pub struct SharedAnswers {
    pub(super) meanings: AnswerTable<Key, Meanings>,
    pub(super) lineages: AnswerTable<ItemRef, Chain<Ancestor>>,
    dependencies: RwLock<Vec<Arc<Dependencies>>>,
}

/// Answers of one kind by their questions, in parts with a lock each.
#[derive(Debug)]
pub(super) struct AnswerTable<K, T>([Mutex<FxHashMap<K, (T, AnswerId)>>; PARTS]);

const PARTS: usize = 16;

impl<K, T> Default for AnswerTable<K, T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl<K: Eq + Hash, T: Clone> AnswerTable<K, T> {
    fn part(&self, key: &K) -> MutexGuard<'_, FxHashMap<K, (T, AnswerId)>> {
        let part = (FxBuildHasher.hash_one(key) >> 32) as usize % PARTS;
        self.0[part].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &K) -> Option<(T, AnswerId)> {
        self.part(key).get(key).cloned()
    }
}

/// Names the dependencies of a shared answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AnswerId(u32);

/// All that an answer depended on.
#[derive(Debug)]
struct Dependencies {
    files: Box<[ConsultedFile]>,
    module_names: Box<[Name]>,
    /// The shared answers on which it was built.
    others: Box<[AnswerId]>,
}

#[derive(Debug)]
struct ConsultedFile {
    file: FileId,
    whole: bool,
    names: Box<[Name]>,
}

impl SharedAnswers {
    /// Forgets all of them: the project has learnt something that can change them.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn add<K: Eq + Hash, T: Clone>(
        &self,
        table: &AnswerTable<K, T>,
        key: K,
        answer: T,
        depends: Dependencies,
    ) -> AnswerId {
        let mut part = table.part(&key);
        if let Some((_, known)) = part.get(&key) {
            return *known;
        }
        let mut dependencies = self.dependencies.write().unwrap_or_else(PoisonError::into_inner);
        let id = AnswerId(u32::try_from(dependencies.len()).unwrap_or(u32::MAX));
        dependencies.push(Arc::new(depends));
        part.insert(key, (answer, id));
        id
    }

    fn dependencies(&self, id: AnswerId) -> Option<Arc<Dependencies>> {
        self.dependencies.read().unwrap_or_else(PoisonError::into_inner).get(id.0 as usize).cloned()
    }
}

/// A question that is being answered for everybody, and what its answer has depended on so far.
#[derive(Debug)]
pub(super) struct OpenAnswer {
    /// The moment of its opening: what the resolver remembers from before was found without noting it here.
    since: Moment,
    own: Consulted,
    others: BTreeSet<AnswerId>,
    holds_for_all: bool,
}

/// The number of shared questions that a resolver had begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u32);

/// An answer that a resolver remembers.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    answer: T,
    found_at: Moment,
    shared: Option<AnswerId>,
}

impl Resolver<'_, '_> {
    /// Returns the answer to a question that another file has asked, and depends on what that depended on.
    pub(super) fn shared<K: Eq + Hash, T: Clone>(&self, table: &AnswerTable<K, T>, key: &K) -> Option<(T, AnswerId)> {
        let (answer, id) = table.get(key).filter(|_| !is_off(Optimisation::Sharing))?;
        if let Some(open) = self.open.borrow_mut().last_mut() {
            open.others.insert(id);
        }
        self.take_over(id);
        Some((answer, id))
    }

    /// Depends on all that a shared answer depended on.
    fn take_over(&self, id: AnswerId) {
        let mut work = vec![id];
        let mut taken = self.taken.borrow_mut();
        let mut consulted = self.consulted.borrow_mut();
        while let Some(id) = work.pop() {
            let Some(depends) = taken.insert(id).then(|| self.project.shared.dependencies(id)).flatten() else {
                continue;
            };
            for ConsultedFile { file, whole, names } in &depends.files {
                let known = consulted.files.entry(*file).or_default();
                known.whole |= whole;
                known.names.extend(names.iter().cloned());
            }
            consulted.module_names.extend(depends.module_names.iter().cloned());
            work.extend(&depends.others);
        }
    }

    /// Begins to note what an answer depends on.
    pub(super) fn open_answer(&self) {
        let since = Moment(self.moment.get().0 + 1);
        self.moment.set(since);
        self.look_again();
        let (own, others) = (Consulted::default(), BTreeSet::new());
        self.open.borrow_mut().push(OpenAnswer { since, own, others, holds_for_all: true });
    }

    /// Ends the noting, and shares the answer if it is `complete` and holds for all.
    pub(super) fn close_answer<K: Eq + Hash, T: Clone>(
        &self,
        table: &AnswerTable<K, T>,
        key: impl FnOnce() -> K,
        answer: &T,
        complete: bool,
    ) -> Option<AnswerId> {
        self.look_again();
        let mut open = self.open.borrow_mut();
        let OpenAnswer { own, others, holds_for_all, .. } = open.pop()?;
        if complete && holds_for_all && own.heirs.is_empty() {
            let of_file = |(file, it): (FileId, Consultation)| ConsultedFile {
                file,
                whole: it.whole,
                names: it.names.into_iter().collect(),
            };
            let depends = Dependencies {
                files: own.files.into_iter().map(of_file).collect(),
                module_names: own.module_names.into_iter().collect(),
                others: others.into_iter().collect(),
            };
            let id = self.project.shared.add(table, key(), answer.clone(), depends);
            if let Some(outer) = open.last_mut() {
                outer.others.insert(id);
            }
            return Some(id);
        }
        if let Some(outer) = open.last_mut() {
            outer.own.extend(own);
            outer.others.extend(others);
        }
        None
    }

    /// Puts an answer into the form in which it is remembered.
    pub(super) fn remembered<T>(&self, answer: T, shared: Option<AnswerId>) -> Remembered<T> {
        Remembered { answer, found_at: self.moment.get(), shared }
    }

    /// Uses an answer again. Whoever began to note later than it was found has missed what it depended on, unless it is shared.
    pub(super) fn reuse<T: Clone>(&self, remembered: &Remembered<T>) -> T {
        let mut open = self.open.borrow_mut();
        match (remembered.shared, open.last_mut()) {
            (_, None) => {}
            (Some(id), Some(open)) => {
                open.others.insert(id);
            }
            (None, Some(_)) => {
                let missed = open.iter_mut().rev().take_while(|open| open.since > remembered.found_at);
                missed.for_each(|open| open.holds_for_all = false);
            }
        }
        remembered.answer.clone()
    }

    /// Notes that no answer that is being found holds for everybody.
    pub(super) fn keep_to_itself(&self) {
        self.open.borrow_mut().iter_mut().for_each(|open| open.holds_for_all = false);
    }

    /// Notes what an answer depends on.
    pub(super) fn consult(&self, note: impl Fn(&mut Consulted)) {
        note(&mut self.consulted.borrow_mut());
        if let Some(open) = self.open.borrow_mut().last_mut() {
            note(&mut open.own);
        }
    }

    fn look_again(&self) {
        self.consulted_last.set(None);
        self.entered_last.set(None);
    }
}
