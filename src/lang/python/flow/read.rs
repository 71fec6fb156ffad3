//! Reads: what a variable means at the end of a block, found upward from there.

use super::super::symbols::index;
use super::{Block, Flow, Kind, LONG_WALK, Meaning, Owner, StarName, Work, Write, Writes};
use crate::ablation::{Optimisation, is_off};
use crate::facts::ScopeId;

impl Flow {
    /// Returns the meaning of the variable at the end of `block` as it stands now.
    pub(in crate::lang::python) fn read(&mut self, owner: Owner, block: Block) -> Meaning {
        let mut work = Vec::new();
        let meaning = self.find(owner, block, &mut work);
        self.run(owner, work);
        meaning
    }

    pub(super) fn run(&mut self, owner: Owner, mut work: Vec<Work>) {
        while let Some(item) = work.pop() {
            match item {
                Work::Star { name, before } => {
                    let otherwise = self.find(owner, before, &mut work);
                    self.stars[name].otherwise = otherwise;
                }
                Work::Phi { phi, block } => {
                    for from in self.predecessors(owner, block, phi) {
                        let meaning = self.find(owner, from, &mut work);
                        self.operand(phi, meaning);
                    }
                }
            }
        }
    }

    fn operand(&mut self, phi: u32, meaning: Meaning) {
        let operands = &mut self.phis[phi as usize];
        if meaning != Meaning::Phi(phi) && !operands.contains(&meaning) {
            operands.push(meaning);
        }
    }

    /// The blocks whose meanings a phi joins; the writes of an [`Kind::Any`] are added to it at once.
    fn predecessors(&mut self, owner: Owner, block: Block, phi: u32) -> Vec<Block> {
        match &self.blocks[block.0 as usize].kind {
            Kind::Join { from, .. } => from.clone(),
            Kind::Loop { before, writes, back, .. } => {
                let mut all = vec![*before];
                if !self.untouched(owner, *writes) {
                    all.extend_from_slice(back);
                }
                all
            }
            Kind::Any { before, writes } => {
                let (before, writes) = (*before, *writes);
                let dead = self.is_dead(before);
                let written: Vec<Write> =
                    self.written(owner.var, writes).iter().map(|&at| self.log[at as usize]).collect();
                for write in written.into_iter().filter(|write| dead || !write.dead) {
                    self.operand(phi, write.meaning);
                }
                let stars = self.starred(owner, writes).iter().map(|&(_, star)| star);
                std::iter::once(before).chain(stars.filter(|&star| dead || !self.is_dead(star))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the meaning of the variable at the end of `block` if what the loops around it still write does not matter; none if
    /// that is not one thing.
    pub(in crate::lang::python) fn so_far(&self, owner: Owner, block: Block) -> Option<Meaning> {
        let mut at = block;
        loop {
            match self.known.get(&(at, owner.var)) {
                Some(Meaning::Phi(_)) | None => {}
                Some(&meaning) => return Some(meaning),
            }
            at = match &self.blocks[at.0 as usize].kind {
                Kind::Start { graph } if *graph == owner.graph => return Some(Meaning::Unbound),
                Kind::Start { .. } => return Some(Meaning::Outer(owner.var)),
                Kind::After(before) => *before,
                Kind::Enter { scope, .. } if *scope == owner.scope => return Some(Meaning::Unbound),
                Kind::Enter { before, .. } => *before,
                Kind::Loop { before, writes, open: true, .. } => {
                    let so_far = Writes { from: writes.from, to: self.mark() };
                    self.untouched(owner, so_far).then_some(*before)?
                }
                Kind::Join { dominator: before, writes, .. }
                | Kind::Loop { before, writes, .. }
                | Kind::Any { before, writes } => self.untouched(owner, *writes).then_some(*before)?,
                Kind::Select { normal, changed, writes } => match self.untouched(owner, *writes) {
                    true => *normal,
                    false => *changed,
                },
                Kind::Star { before, .. } if owner.scope != ScopeId::MODULE => *before,
                Kind::Star { .. } => return None,
            };
        }
    }

    fn find(&mut self, owner: Owner, block: Block, work: &mut Vec<Work>) -> Meaning {
        let mut steps = 0;
        let meaning = self.find_above(owner, block, &mut steps, work);
        if steps > LONG_WALK {
            self.known.insert((block, owner.var), meaning);
        }
        meaning
    }

    fn find_above(&mut self, owner: Owner, block: Block, steps: &mut u32, work: &mut Vec<Work>) -> Meaning {
        let mut at = block;
        loop {
            *steps += 1;
            if let Some(&meaning) = self.known.get(&(at, owner.var)) {
                return meaning;
            }
            if let Some(further) = self.jump(owner, at) {
                at = further;
                continue;
            }
            at = match &self.blocks[at.0 as usize].kind {
                Kind::Start { graph } if *graph == owner.graph => return Meaning::Unbound,
                Kind::Start { .. } => return Meaning::Outer(owner.var),
                Kind::After(before) => *before,
                Kind::Enter { scope, .. } if *scope == owner.scope => return Meaning::Unbound,
                Kind::Enter { before, .. } => *before,
                Kind::Join { dominator: before, writes, .. }
                | Kind::Loop { before, writes, open: false, .. }
                | Kind::Any { before, writes } => {
                    if self.untouched(owner, *writes) {
                        *before
                    } else {
                        return self.phi(owner, at, work);
                    }
                }
                Kind::Loop { .. } => return self.phi(owner, at, work),
                Kind::Select { normal, changed, writes } => {
                    if self.untouched(owner, *writes) {
                        *normal
                    } else {
                        *changed
                    }
                }
                Kind::Star { before, star } => {
                    if owner.scope == ScopeId::MODULE {
                        let (before, star) = (*before, *star);
                        return self.star_name(owner, star, at, before, work);
                    }
                    *before
                }
            };
        }
    }

    /// A block further up in which the variable means the same.
    fn jump(&self, owner: Owner, block: Block) -> Option<Block> {
        let row = self.row(block);
        let writes = Writes { from: self.row(row.jump).mark, to: row.mark };
        let jumps = row.jump != block && !is_off(Optimisation::Jumps);
        (jumps && self.untouched(owner, writes)).then_some(row.jump)
    }

    fn phi(&mut self, owner: Owner, block: Block, work: &mut Vec<Work>) -> Meaning {
        let phi = index(self.phis.len());
        self.phis.push(Vec::new());
        self.known.insert((block, owner.var), Meaning::Phi(phi));
        match &mut self.blocks[block.0 as usize].kind {
            Kind::Loop { open: true, waiting, .. } => waiting.push((owner, phi)),
            _ => work.push(Work::Phi { phi, block }),
        }
        Meaning::Phi(phi)
    }

    fn star_name(&mut self, owner: Owner, star: u32, at: Block, before: Block, work: &mut Vec<Work>) -> Meaning {
        let binding = self.new_binding();
        self.stars.push(StarName { star, var: owner.var, binding, otherwise: Meaning::Unbound });
        self.known.insert((at, owner.var), Meaning::Binding(binding));
        work.push(Work::Star { name: self.stars.len() - 1, before });
        Meaning::Binding(binding)
    }
}
