//! The keeper: hands an analysis the state of an earlier run, and takes the one that it leaves.

use std::sync::{Mutex, PoisonError};

use super::{Cache, Fingerprint, State};
use crate::tree::{Texts, Tree};

/// The state of an earlier run, and that of this one once it is there.
#[derive(Debug)]
pub struct Keeper {
    key: Fingerprint,
    now: i128,
    old: Mutex<Option<State>>,
    new: Mutex<Option<State>>,
}

impl Keeper {
    /// Makes a keeper of the state of an earlier run. `key` is of everything that the results depend on besides the files:
    /// program, rules, options. `now` is in nanoseconds since 1970, taken before the files were listed.
    #[must_use]
    pub fn new(old: Option<State>, key: Fingerprint, now: i128) -> Self {
        Self { key, now, old: Mutex::new(old), new: Mutex::default() }
    }

    /// Compares the files of an analysis with those of the earlier run; see [`Cache::new`].
    pub fn open(&self, layout: Fingerprint, tree: &Tree, texts: &dyn Texts) -> Cache {
        let old = self.old.lock().unwrap_or_else(PoisonError::into_inner).take();
        Cache::new(old, self.key, layout, tree, texts, self.now)
    }

    /// Takes the state that an analysis leaves.
    pub fn keep(&self, state: State) {
        *self.new.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// Gives the state that was taken.
    #[must_use]
    pub fn into_state(self) -> Option<State> {
        self.new.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
