//! Reaches: which bindings a use of a name can mean.

use std::ops::Deref;

use super::{BindingId, FileFacts, ListId, Lists};

/// The bindings that can reach a use, in source order, without duplicates. Nearly always there is one, which is kept in
/// place; four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reach(u32);

/// No binding of the file may apply as well.
const OR_UNBOUND: u32 = 1;
/// The rest is the number of a list in [`FileFacts::reaches`], not a binding.
const LISTED: u32 = 2;
const FLAGS: u32 = 2;

impl Default for Reach {
    fn default() -> Self {
        Self(LISTED)
    }
}

impl Reach {
    /// No binding of this file.
    pub const UNBOUND: Self = Self(LISTED | OR_UNBOUND);

    /// Returns the reach of these bindings, which are kept in `lists` unless there is one.
    #[must_use]
    pub fn of(bindings: &[BindingId], unbound: bool, lists: &mut Lists<BindingId>) -> Self {
        let reach = match bindings {
            [only] => Self::one(*only),
            _ => Self(lists.add(bindings.iter().copied()).0 << FLAGS | LISTED),
        };
        reach.or_unbound(unbound)
    }

    /// Returns the reach of one binding.
    #[must_use]
    pub fn one(binding: BindingId) -> Self {
        Self(binding.0 << FLAGS)
    }

    /// Returns the same bindings; whether none of them may apply as well is as given.
    #[must_use]
    pub fn or_unbound(self, unbound: bool) -> Self {
        Self(self.0 & !OR_UNBOUND | u32::from(unbound))
    }

    /// Returns whether no binding of this file may apply as well: the name may be a builtin, an external crate, or
    /// unbound.
    #[must_use]
    pub fn unbound(self) -> bool {
        self.0 & OR_UNBOUND != 0
    }

    /// Returns the bindings, given the facts of their file.
    #[must_use]
    pub fn bindings(self, facts: &FileFacts) -> Bindings<'_> {
        let id = self.0 >> FLAGS;
        match self.0 & LISTED {
            0 => Bindings::One([BindingId(id)]),
            _ => Bindings::Listed(facts.reaches.get(ListId(id))),
        }
    }

    /// Returns the list of the bindings, unless there is one binding or none. Uses with the same list mean the same.
    #[must_use]
    pub fn list(self) -> Option<ListId> {
        (self.0 & LISTED != 0 && !self.is_empty()).then_some(ListId(self.0 >> FLAGS))
    }

    /// Returns whether no binding of this file can reach the use.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 & !OR_UNBOUND == LISTED
    }
}

/// The bindings of a reach.
#[derive(Debug, Clone, Copy)]
pub enum Bindings<'f> {
    /// The only one.
    One([BindingId; 1]),
    /// None, or more than one.
    Listed(&'f [BindingId]),
}

impl Deref for Bindings<'_> {
    type Target = [BindingId];

    fn deref(&self) -> &[BindingId] {
        match self {
            Self::One(binding) => binding,
            Self::Listed(bindings) => bindings,
        }
    }
}

impl<'f> IntoIterator for Bindings<'f> {
    type Item = BindingId;
    type IntoIter =
        std::iter::Chain<std::option::IntoIter<BindingId>, std::iter::Copied<std::slice::Iter<'f, BindingId>>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, listed) = match self {
            Self::One([binding]) => (Some(binding), &[][..]),
            Self::Listed(bindings) => (None, bindings),
        };
        one.into_iter().chain(listed.iter().copied())
    }
}
