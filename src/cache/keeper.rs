//! The keeper: hands an analysis the state of an earlier run, and takes the one that it leaves.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Cache, Fingerprint, State};
use crate::facts::Name;
use crate::tree::{Texts, Tree, TwoTrees};

/// The state of an earlier run, and that of this one once it is there.
#[derive(Debug)]
pub struct Keeper {
    key: Fingerprint,
    now: i128,
    keeps_words: bool,
    old: Option<Arc<State>>,
    new: Mutex<Option<Arc<State>>>,
}

impl Keeper {
    /// Makes a keeper of the state of an earlier run. `key` is of everything that the results depend on besides the files:
    /// program, rules, options. `now` is in nanoseconds since 1970, taken before the files were listed.
    #[must_use]
    pub fn new(old: Option<Arc<State>>, key: Fingerprint, now: i128) -> Self {
        Self { key, now, keeps_words: false, old, new: Mutex::default() }
    }

    /// Keeps the words of each text too, in memory, so that a word that is new is not searched for in all of them.
    #[must_use]
    pub fn with_words(self) -> Self {
        Self { keeps_words: true, ..self }
    }

    /// Makes a keeper for other files under the same rules, such as those of a commit: most of them are as here.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self::new(self.new_state().or_else(|| self.old.clone()), self.key, self.now)
    }

    /// Compares the files of an analysis with those of the earlier run; see [`Cache::new`].
    pub fn open(
        &self,
        layout: Fingerprint,
        tree: &Tree,
        texts: &dyn Texts,
        names_of: &dyn Fn(TwoTrees<'_>) -> Option<BTreeSet<Name>>,
    ) -> Cache {
        Cache::new(self.old.clone(), self.key, layout, tree, texts, self.now, names_of).keeping_words(self.keeps_words)
    }

    /// Takes the state that an analysis leaves.
    pub fn keep(&self, state: State) {
        *self.new.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(state));
    }

    /// Returns the state that was taken; none if nothing changed.
    #[must_use]
    pub fn new_state(&self) -> Option<Arc<State>> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
