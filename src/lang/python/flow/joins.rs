//! Joins: the bindings behind the phis of a variable, each list kept once.
//!
//! In: a meaning. Out: its bindings. Phis that reach one another mean the same: they are one join (a strongly connected
//! component; Gabow 2000, "Path-based depth-first search"). Where ways meet again and again, as in a thousand
//! `if a: x = x or b`, each join would repeat the bindings of all before it, so a long one becomes one binding itself.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::super::symbols::{VarId, index};
use super::{Flow, Meaning};
use crate::facts::BindingId;

/// A join of more bindings than this is one binding to the joins after it.
const MOST_REPEATED: usize = 32;

/// The bindings behind phis that reach one another.
#[derive(Debug, Default)]
struct Join {
    /// One of its phis.
    first: u32,
    bindings: SmallVec<[BindingId; 4]>,
    unbound: bool,
    outer: SmallVec<[VarId; 1]>,
    /// The binding that stands for all of `bindings`, once a join needs it.
    as_one: Option<BindingId>,
}

/// All joins that were asked for, those that others contain first.
#[derive(Debug, Default)]
pub(super) struct Joins {
    of_phi: FxHashMap<u32, u32>,
    all: Vec<Join>,
}

impl Joins {
    /// Forgets everything but the memory it took.
    pub(super) fn clear(&mut self) {
        let Self { of_phi, all } = self;
        of_phi.clear();
        all.clear();
    }
}

/// The path of a depth-first search through phis.
#[derive(Default)]
struct Path {
    /// Phis on the way, with the number of operands that were looked at.
    open: Vec<(u32, usize)>,
    /// Phis that are in no join yet, in the order in which they were found.
    found: Vec<u32>,
    /// The place of each of `found`.
    at: FxHashMap<u32, usize>,
    /// The places in `found` at which a join may begin.
    begins: Vec<usize>,
}

impl Path {
    fn enter(&mut self, phi: u32) {
        self.at.insert(phi, self.found.len());
        self.begins.push(self.found.len());
        self.found.push(phi);
        self.open.push((phi, 0));
    }

    /// Lets no join begin after `at`: all that was found later reaches what stands there.
    fn begin_at(&mut self, at: usize) {
        while self.begins.last().is_some_and(|&begin| begin > at) {
            self.begins.pop();
        }
    }
}

impl Flow {
    /// Adds every binding behind `meaning` to `found`; true if it may be unbound. Outer meanings are given to `outer`.
    pub(in crate::lang::python) fn flatten(
        &mut self,
        meaning: Meaning,
        found: &mut SmallVec<[BindingId; 4]>,
        outer: &mut Vec<VarId>,
    ) -> bool {
        match meaning {
            Meaning::Unbound => return true,
            Meaning::Binding(binding) => found.push(binding),
            Meaning::Outer(var) => outer.push(var),
            Meaning::Phi(phi) => {
                let join = self.join_of(phi);
                let join = &self.joins.all[join as usize];
                found.extend_from_slice(&join.bindings);
                outer.extend_from_slice(&join.outer);
                return join.unbound;
            }
        }
        false
    }

    /// Returns a meaning that is the same for all phis that reach one another.
    pub(in crate::lang::python) fn joined(&mut self, meaning: Meaning) -> Meaning {
        match meaning {
            Meaning::Phi(phi) => {
                let join = self.join_of(phi);
                Meaning::Phi(self.joins.all[join as usize].first)
            }
            _ => meaning,
        }
    }

    /// Returns the bindings that stand for joins, and what they stand for; those that others contain come first.
    pub(in crate::lang::python) fn joins(&self) -> Vec<(BindingId, SmallVec<[BindingId; 4]>)> {
        let one = |join: &Join| join.as_one.map(|binding| (binding, join.bindings.clone()));
        self.joins.all.iter().filter_map(one).collect()
    }

    /// Returns the number of the join that a phi belongs to.
    fn join_of(&mut self, phi: u32) -> u32 {
        if let Some(&join) = self.joins.of_phi.get(&phi) {
            return join;
        }
        let mut path = Path::default();
        path.enter(phi);
        while let Some((phi, looked_at)) = path.open.last_mut() {
            let operand = self.phis[*phi as usize].get(*looked_at).copied();
            *looked_at += 1;
            match operand {
                Some(Meaning::Phi(next)) => match path.at.get(&next) {
                    Some(&at) => path.begin_at(at),
                    None if self.joins.of_phi.contains_key(&next) => {}
                    None => path.enter(next),
                },
                Some(_) => {}
                None => {
                    let at = path.at[&*phi];
                    path.open.pop();
                    if path.begins.last() == Some(&at) {
                        path.begins.pop();
                        let members = path.found.split_off(at);
                        for member in &members {
                            path.at.remove(member);
                        }
                        self.close(&members);
                    }
                }
            }
        }
        self.joins.of_phi[&phi]
    }

    /// Makes a join of phis that reach one another; all others that they reach belong to one.
    fn close(&mut self, members: &[u32]) {
        let number = index(self.joins.all.len());
        self.joins.of_phi.extend(members.iter().map(|&member| (member, number)));
        let mut join = Join { first: members[0], ..Join::default() };
        let mut inner = Vec::new();
        for &member in members {
            for &operand in &self.phis[member as usize] {
                match operand {
                    Meaning::Unbound => join.unbound = true,
                    Meaning::Binding(binding) => join.bindings.push(binding),
                    Meaning::Outer(var) => join.outer.push(var),
                    Meaning::Phi(phi) => inner.push(self.joins.of_phi[&phi]),
                }
            }
        }
        inner.retain(|&inner| inner != number);
        inner.sort_unstable();
        inner.dedup();
        for inner in inner {
            let Join { first: _, bindings, unbound, outer, as_one } = &mut self.joins.all[inner as usize];
            join.unbound |= *unbound;
            join.outer.extend_from_slice(outer);
            if bindings.len() <= MOST_REPEATED {
                join.bindings.extend_from_slice(bindings);
            } else {
                let next = &mut self.next_binding;
                join.bindings.push(*as_one.get_or_insert_with(|| {
                    *next += 1;
                    BindingId(*next - 1)
                }));
            }
        }
        join.bindings.sort_unstable();
        join.bindings.dedup();
        join.outer.sort_unstable();
        join.outer.dedup();
        self.joins.all.push(join);
    }
}
