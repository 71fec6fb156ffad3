//! Chains: lists that share their tails, and what is remembered of each link.
//!
//! In: what is put in front of a list. Out: a longer one, of which the shorter is a part; answers that are found once for
//! each link, so that thousands of chains that share their tails cost no more than their links.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A list that shares its tail: chains are extended at every hop and never changed.
#[derive(Debug)]
pub struct Chain<T>(Option<Arc<Link<T>>>);

#[derive(Debug)]
struct Link<T> {
    first: T,
    rest: Chain<T>,
}

impl<T> Clone for Chain<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Chain<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Chain<T> {
    /// The chain with one more at its front.
    #[must_use]
    pub fn with(&self, first: T) -> Self {
        Self(Some(Arc::new(Link { first, rest: self.clone() })))
    }

    /// The address of the first link, its item and the rest; none at the end. Two chains with the same address that
    /// live at the same time are the same.
    #[must_use]
    pub fn split(&self) -> Option<(usize, &T, &Self)> {
        let link = self.0.as_ref()?;
        Some((Arc::as_ptr(link).addr(), &link.first, &link.rest))
    }

    /// From the front to the end.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let mut at = self;
        std::iter::from_fn(move || {
            let link = at.0.as_deref()?;
            at = &link.rest;
            Some(&link.first)
        })
    }
}

impl<T> FromIterator<T> for Chain<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        items.into_iter().rev().fold(Self::default(), |chain, item| chain.with(item))
    }
}

/// Answers about chains, each found from that for the rest of its chain.
#[derive(Debug)]
pub struct ChainMemo<T, A>(RefCell<FxHashMap<usize, (Chain<T>, A)>>);

impl<T, A> Default for ChainMemo<T, A> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T, A: Clone + Default> ChainMemo<T, A> {
    /// Returns the answer for a chain: `extend` makes that for an item and the rest from that for the rest.
    pub fn answer(&self, chain: &Chain<T>, mut extend: impl FnMut(&T, A) -> A) -> A {
        let mut links = Vec::new();
        let mut at = chain;
        let mut answer = loop {
            let Some((link, first, rest)) = at.split() else { break A::default() };
            if let Some((_, known)) = self.0.borrow().get(&link) {
                break known.clone();
            }
            links.push((link, at, first));
            at = rest;
        };
        for (link, chain, first) in links.into_iter().rev() {
            answer = extend(first, answer);
            // The chain is kept so that the link stays where it is.
            self.0.borrow_mut().insert(link, (chain.clone(), answer.clone()));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_is_asked_once() {
        let memo: ChainMemo<u32, u32> = ChainMemo::default();
        let mut asked = 0;
        let mut chain = Chain::default();
        for item in 1..=100 {
            chain = chain.with(item);
            let sum = memo.answer(&chain, |item, rest| {
                asked += 1;
                item + rest
            });
            assert_eq!(sum, item * (item + 1) / 2);
        }
        assert_eq!(asked, 100);
    }
}
