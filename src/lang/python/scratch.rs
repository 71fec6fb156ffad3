//! Scratch space: what one walk leaves to the next on its thread, so that lists need not grow anew for each file.
//!
//! In: the lists of a walk that is done. Out: its facts in lists of their exact size, and the same lists, empty.

use std::cell::Cell;

use super::flow::Flow;
use super::symbols::Symbols;
use super::walker::{Read, ScopeFlow};
use crate::ablation::{Optimisation, is_off};
use crate::facts::FileFacts;

/// The lists of a walk that grow with the file.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) facts: FileFacts,
    pub(super) symbols: Symbols,
    pub(super) flow: Flow,
    pub(super) scope_flows: Vec<ScopeFlow>,
    pub(super) reads: Vec<Read>,
}

/// The memory of larger files is given back: clearing it would cost every small file that follows.
const MOST_VALUES: usize = 1 << 16;

thread_local! {
    static LEFT: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// Returns what the last walk on this thread left, or empty lists.
    pub(super) fn left() -> Self {
        LEFT.take().map_or_else(Self::default, |scratch| *scratch)
    }

    /// Returns the facts, and leaves the memory to the next walk.
    pub(super) fn leave(mut self) -> FileFacts {
        let fits = self.facts.values.len() <= MOST_VALUES && !is_off(Optimisation::Scratch);
        let facts = self.facts.take();
        if fits {
            self.symbols.clear();
            self.flow.clear();
            self.scope_flows.clear();
            self.reads.clear();
            LEFT.set(Some(Box::new(self)));
        }
        facts
    }
}
