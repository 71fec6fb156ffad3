//! Questions whose answers are remembered, also where they lead back to themselves.
//!
//! In: a question, and how it is answered by others. Out: its answer, computed once. Code goes in circles: `x = x or y`
//! in a loop, modules that import each other by star. All questions of a circle are answered together: each that is
//! asked while it is being answered has at first no meaning, then what the round before gave, until a round gives
//! nothing new (the least fixed point). So a mesh of circles costs a few rounds, not one walk for each way through it.

use crate::facts::{BindingId, ListId, Name, ValueId};
use crate::lang::ModuleRef;
use crate::source::FileId;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::evaluate::same;
use super::{Denotation, Meanings, Resolver};

/// A question whose answer is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The meanings of a value.
    Value(FileId, ValueId),
    /// The meanings that a binding gives its name.
    Binding(FileId, BindingId),
    /// The meanings that the bindings of a list give together.
    Bindings(FileId, ListId),
    /// The meanings that a module has for a name.
    Member(ModuleRef, Name),
    /// The meanings that the star imports which a module hands on give a name.
    HandedOn(ModuleRef, Name),
}

impl Key {
    /// Returns whether many files ask this, so that the answer is shared.
    fn is_for_all(&self) -> bool {
        matches!(self, Self::Member(..) | Self::HandedOn(..))
    }
}

/// Chains of more questions than this are cut, about three for each hop; a hop takes some kilobytes of stack.
const DEEPEST: u32 = 12_000;

/// A circle that still gives something new after so many rounds is cut.
const MOST_ROUNDS: u32 = 200;

/// The questions that are being answered.
#[derive(Debug, Default)]
pub(super) struct Circles {
    open: FxHashMap<Key, Open>,
    /// Answers of this round that depend on questions still open, with their places in `order`.
    tentative: FxHashMap<Key, (Meanings, usize)>,
    /// Their questions, and whether they were asked while they were open.
    order: Vec<(Key, bool)>,
    /// Parts of `order`, by their beginnings, with the depth of the outermost question that each depends on.
    parts: Vec<(usize, u32)>,
    /// The answers of the round before.
    before: FxHashMap<Key, Meanings>,
}

#[derive(Debug)]
struct Open {
    depth: u32,
    /// It was asked while it was open.
    met: bool,
}

impl Circles {
    /// The tentative answer to a question, and the depth of the outermost question that it depends on.
    fn tentative(&self, key: &Key) -> Option<(Meanings, u32)> {
        let (meanings, at) = self.tentative.get(key)?;
        let part = self.parts.partition_point(|(begin, _)| begin <= at).checked_sub(1)?;
        Some((Arc::clone(meanings), self.parts[part].1))
    }

    /// Keeps an answer for this round; all from `begin` on depend on what it depends on.
    fn keep(&mut self, key: Key, met: bool, meanings: Meanings, begin: usize, depends: u32) {
        self.parts.truncate(self.parts.partition_point(|(at, _)| *at < begin));
        self.parts.push((begin, depends));
        self.tentative.insert(key.clone(), (meanings, self.order.len()));
        self.order.push((key, met));
    }

    /// Takes the answers from `begin` on, with what each of them was in the round before.
    fn take(&mut self, begin: usize) -> Vec<(Key, bool, Meanings)> {
        self.parts.truncate(self.parts.partition_point(|(at, _)| *at < begin));
        let Self { tentative, order, before, .. } = self;
        let answer = |(key, met): (Key, bool)| {
            let (meanings, _) = tentative.remove(&key)?;
            let meanings = as_first_found(meanings, before.get(&key));
            Some((key, met, meanings))
        };
        order.drain(begin..).filter_map(answer).collect()
    }

    /// Returns whether a round gave what the one before gave, as far as questions were met again.
    fn is_settled(&self, answers: &[(Key, bool, Meanings)]) -> bool {
        let known = |key: &Key| self.before.get(key).map_or(&[][..], |meanings| meanings);
        answers.iter().filter(|(_, met, _)| *met).all(|(key, _, meanings)| same_set(known(key), meanings))
    }
}

/// The meanings, each with the chain by which it was first found, which leads through no circle.
fn as_first_found(meanings: Meanings, before: Option<&Meanings>) -> Meanings {
    let Some(before) = before.filter(|before| !before.is_empty()) else { return meanings };
    let first = |meaning: &Denotation| before.iter().find(|it| same(it, meaning)).unwrap_or(meaning).clone();
    meanings.iter().map(first).collect()
}

fn same_set(one: &[Denotation], other: &[Denotation]) -> bool {
    one.len() == other.len() && one.iter().all(|it| other.iter().any(|that| same(it, that)))
}

impl Resolver<'_, '_> {
    /// Returns the answer to a question, computed once; none if it is asked while it is being computed and nothing of
    /// it is known yet.
    pub(super) fn query(&self, key: Key, compute: impl Fn() -> Vec<Denotation>) -> Option<Meanings> {
        if let Some(known) = self.known.borrow().get(&key) {
            return Some(self.reuse(known));
        }
        if let Some(answer) = self.in_circle(&key) {
            return answer;
        }
        if key.is_for_all()
            && let Some((meanings, id)) = self.shared(&self.project.shared.meanings, &key)
        {
            self.known.borrow_mut().insert(key, self.remembered(Arc::clone(&meanings), Some(id)));
            return Some(meanings);
        }
        let (depth, begin) = {
            let circles = self.circles.borrow();
            (u32::try_from(circles.open.len()).unwrap_or(u32::MAX), circles.order.len())
        };
        if depth >= DEEPEST {
            self.cut.set(true);
            self.keep_to_itself();
            return None;
        }
        self.circles.borrow_mut().open.insert(key.clone(), Open { depth, met: false });
        let outside = self.closed_at.replace(u32::MAX);
        if key.is_for_all() {
            self.open_answer();
        }
        let mut meanings: Meanings = compute().into();
        let mut rounds = 0;
        while self.closed_at.get() == depth && !self.ends(&key, &mut meanings, begin, rounds) {
            rounds += 1;
            self.closed_at.set(u32::MAX);
            meanings = compute().into();
        }
        let closed = self.closed_at.get();
        let complete = closed >= depth;
        self.closed_at.set(outside.min(if complete { u32::MAX } else { closed }));
        let shared = key
            .is_for_all()
            .then(|| self.close_answer(&self.project.shared.meanings, || key.clone(), &meanings, complete));
        let open = self.circles.borrow_mut().open.remove(&key);
        if complete {
            self.known.borrow_mut().insert(key, self.remembered(Arc::clone(&meanings), shared.flatten()));
        } else {
            let met = open.is_some_and(|open| open.met);
            self.circles.borrow_mut().keep(key, met, Arc::clone(&meanings), begin, closed);
        }
        Some(meanings)
    }

    /// Returns what is known of a question that is open, or depends on one that is.
    fn in_circle(&self, key: &Key) -> Option<Option<Meanings>> {
        let circles = &mut *self.circles.borrow_mut();
        let (answer, depth) = match circles.open.get_mut(key) {
            Some(open) => {
                open.met = true;
                (circles.before.get(key).filter(|before| !before.is_empty()).cloned(), open.depth)
            }
            None => circles.tentative(key).map(|(meanings, depth)| (Some(meanings), depth))?,
        };
        self.closed_at.set(self.closed_at.get().min(depth));
        // In a circle it counts who asked first, if only for the order of what is found.
        self.keep_to_itself();
        Some(answer)
    }

    /// Ends a round of the circle that begins and ends with `key`: remembers all its answers if they are settled.
    fn ends(&self, key: &Key, meanings: &mut Meanings, begin: usize, round: u32) -> bool {
        let circles = &mut *self.circles.borrow_mut();
        *meanings = as_first_found(Arc::clone(meanings), circles.before.get(key));
        let mut answers = circles.take(begin);
        answers.push((key.clone(), true, Arc::clone(meanings)));
        let mut settled = circles.is_settled(&answers);
        if !settled && round == MOST_ROUNDS {
            self.cut.set(true);
            settled = true;
        }
        for (key, _, meanings) in answers {
            if settled {
                circles.before.remove(&key);
                self.known.borrow_mut().insert(key, self.remembered(meanings, None));
            } else {
                circles.before.insert(key, meanings);
            }
        }
        settled
    }

    /// Computes something that is no answer to a question; also tells whether no outer question was met on the way, so
    /// that it may be remembered.
    pub(super) fn apart<T>(&self, compute: impl FnOnce() -> T) -> (T, bool) {
        let before = self.closed_at.replace(u32::MAX);
        let computed = compute();
        let closed = self.closed_at.get();
        self.closed_at.set(before.min(closed));
        (computed, closed == u32::MAX)
    }
}
