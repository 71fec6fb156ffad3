//! Reaching definitions: what can a variable mean at a point.
//!
//! In: the walk's events in order (a write, a branch, a loop, a join). Out: for a read at a block, a [`Meaning`] that
//! [`Flow::flatten`] turns into bindings. The construction is on-the-fly SSA (Braun et al. 2013, "Simple and Efficient
//! Construction of Static Single Assignment Form"), so only names that are read cost anything. Each join remembers
//! which part of the log of writes lies between it and the block that dominates it: a variable that is not written
//! there is looked up past the join, without a phi. Nothing here recurses over the file's nesting.

use rustc_hash::FxHashMap;

use super::symbols::{VarId, index};
use crate::facts::{BindingId, ScopeId};

mod joins;
mod read;

/// A point of the control flow graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Block(u32);

/// A part of the log of writes: from an index up to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writes {
    from: u32,
    to: u32,
}

/// A meaning that a variable may have somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    Unbound,
    Binding(BindingId),
    Phi(u32),
    /// The meaning at the end of the scope that owns it, together with what others bind by `global`/`nonlocal`.
    Outer(VarId),
}

#[derive(Debug)]
enum Kind {
    /// Entry of the module or of a function body.
    Start { graph: u32 },
    /// One predecessor.
    After(Block),
    /// Entry of a class body or comprehension, whose own names start unbound.
    Enter { before: Block, scope: ScopeId },
    /// Several predecessors; `dominator` holds what is not written in between.
    Join { dominator: Block, writes: Writes, from: Vec<Block> },
    /// Head of a loop; while it is open its predecessors are not all known.
    Loop { before: Block, writes: Writes, back: Vec<Block>, open: bool, waiting: Vec<(Owner, u32)> },
    /// The state before, or any state that one of the writes made: entry of a handler.
    Any { before: Block, writes: Writes },
    /// After a `finally`: the normal way, but for what the `finally` suite wrote.
    Select { normal: Block, changed: Block, writes: Writes },
    /// After `from m import *`.
    Star { before: Block, star: u32 },
}

impl Kind {
    /// The block that holds what is not written on the way; none for blocks that change more than the log says.
    fn above(&self) -> Option<Block> {
        match self {
            Self::After(above)
            | Self::Join { dominator: above, .. }
            | Self::Any { before: above, .. }
            | Self::Select { normal: above, .. } => Some(*above),
            Self::Start { .. } | Self::Enter { .. } | Self::Loop { .. } | Self::Star { .. } => None,
        }
    }
}

#[derive(Debug)]
struct Row {
    kind: Kind,
    /// No path reaches it; code there still counts, but does not flow into joins.
    dead: bool,
    /// The end of the log when the block was made.
    mark: u32,
    /// The number of blocks above it up to a barrier.
    depth: u32,
    /// A block further up, such that any block is found in logarithmically many jumps (Myers 1983, "An Applicative
    /// Random-Access Stack"). What is not written between the two marks means the same in both.
    jump: Block,
}

#[derive(Debug, Clone, Copy)]
struct Write {
    meaning: Meaning,
    dead: bool,
}

/// Per variable: where the log has it, and what others bind.
#[derive(Debug, Default)]
struct VarRow {
    writes: Vec<u32>,
    /// Made by `global`/`nonlocal` in other function bodies.
    elsewhere: Vec<BindingId>,
}

/// A name that a star import may bring, made when first looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct StarName {
    pub(super) star: u32,
    pub(super) var: VarId,
    pub(super) binding: BindingId,
    pub(super) otherwise: Meaning,
}

/// A variable and its owner, as far as the flow needs to know them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    pub(super) var: VarId,
    pub(super) scope: ScopeId,
    /// The graph in which the owning scope runs.
    pub(super) graph: u32,
}

/// After so many blocks the result is kept, so that a long chain of tests is not walked again for each read.
const LONG_WALK: u32 = 16;

enum Work {
    Phi { phi: u32, block: Block },
    Star { name: usize, before: Block },
}

/// The control flow of one file.
#[derive(Debug, Default)]
pub(super) struct Flow {
    blocks: Vec<Row>,
    log: Vec<Write>,
    vars: Vec<VarRow>,
    /// The meaning of a variable at the end of a block.
    known: FxHashMap<(Block, VarId), Meaning>,
    phis: Vec<Vec<Meaning>>,
    joins: joins::Joins,
    stars: Vec<StarName>,
    /// Star imports, each of which may write any variable of the module: where the log has them, and their blocks.
    star_writes: Vec<(u32, Block)>,
    next_binding: u32,
}

impl Flow {
    /// Forgets everything but the memory it took.
    pub(super) fn clear(&mut self) {
        let Self { blocks, log, vars, known, phis, joins, stars, star_writes, next_binding } = self;
        blocks.clear();
        log.clear();
        vars.clear();
        known.clear();
        phis.clear();
        joins.clear();
        stars.clear();
        star_writes.clear();
        *next_binding = 0;
    }

    /// The next binding's id; the caller keeps the bindings, except those of [`Flow::star_names`].
    pub(super) fn new_binding(&mut self) -> BindingId {
        self.next_binding += 1;
        BindingId(self.next_binding - 1)
    }

    pub(super) fn star_names(&self) -> &[StarName] {
        &self.stars
    }

    fn add(&mut self, kind: Kind, dead: bool) -> Block {
        let above = kind.above();
        self.add_below(kind, dead, above)
    }

    fn add_below(&mut self, kind: Kind, dead: bool, above: Option<Block>) -> Block {
        let block = Block(index(self.blocks.len()));
        let (depth, jump) = above.map_or((0, block), |above| self.jump_from(above));
        self.blocks.push(Row { kind, dead, mark: self.mark(), depth, jump });
        block
    }

    fn row(&self, block: Block) -> &Row {
        &self.blocks[block.0 as usize]
    }

    /// Depth and jump of a block below `above`.
    fn jump_from(&self, above: Block) -> (u32, Block) {
        let row = self.row(above);
        let (first, second) = (self.row(row.jump), self.row(self.row(row.jump).jump));
        let even = row.depth - first.depth == first.depth - second.depth;
        (row.depth + 1, if even { first.jump } else { above })
    }

    pub(super) fn is_dead(&self, block: Block) -> bool {
        self.blocks[block.0 as usize].dead
    }

    pub(super) fn start(&mut self, graph: u32) -> Block {
        self.add(Kind::Start { graph }, false)
    }

    pub(super) fn after(&mut self, block: Block) -> Block {
        let dead = self.is_dead(block);
        self.add(Kind::After(block), dead)
    }

    /// Adds the block that follows a `return`, `raise`, `break` or `continue` in its suite.
    pub(super) fn unreachable(&mut self, block: Block) -> Block {
        self.add(Kind::After(block), true)
    }

    pub(super) fn enter(&mut self, before: Block, scope: ScopeId) -> Block {
        let dead = self.is_dead(before);
        self.add(Kind::Enter { before, scope }, dead)
    }

    pub(super) fn star(&mut self, before: Block, star: u32) -> Block {
        let dead = self.is_dead(before);
        let block = self.add(Kind::Star { before, star }, dead);
        self.star_writes.push((self.mark(), block));
        self.log.push(Write { meaning: Meaning::Unbound, dead });
        block
    }

    /// Returns the present end of the log, as the beginning of a [`Writes`].
    pub(super) fn mark(&self) -> u32 {
        index(self.log.len())
    }

    pub(super) fn since(&self, from: u32) -> Writes {
        Writes { from, to: self.mark() }
    }

    /// Joins the ends of branches that began at `dominator`. Dead ends count only if all are dead.
    pub(super) fn join(&mut self, dominator: Block, writes: Writes, ends: &[Block]) -> Block {
        let live: Vec<Block> = ends.iter().copied().filter(|&end| !self.is_dead(end)).collect();
        let dead = live.is_empty();
        if dead {
            return self.add(Kind::Join { dominator, writes, from: ends.to_vec() }, true);
        }
        if let [only] = live[..] {
            return self.add_below(Kind::After(only), false, Some(dominator));
        }
        if writes.from == writes.to {
            return self.add(Kind::After(dominator), false);
        }
        self.add(Kind::Join { dominator, writes, from: live }, false)
    }

    pub(super) fn any(&mut self, before: Block, writes: Writes) -> Block {
        let dead = self.is_dead(before);
        self.add(Kind::Any { before, writes }, dead)
    }

    pub(super) fn select(&mut self, normal: Block, changed: Block, writes: Writes) -> Block {
        let dead = self.is_dead(normal) || self.is_dead(changed);
        self.add(Kind::Select { normal, changed, writes }, dead)
    }

    pub(super) fn open_loop(&mut self, before: Block) -> Block {
        let dead = self.is_dead(before);
        let writes = self.since(self.mark());
        self.add(Kind::Loop { before, writes, back: Vec::new(), open: true, waiting: Vec::new() }, dead)
    }

    /// Adds a way back to the head of an open loop.
    pub(super) fn back(&mut self, head: Block, from: Block) {
        if self.is_dead(from) {
            return;
        }
        if let Kind::Loop { back, .. } = &mut self.blocks[head.0 as usize].kind {
            back.push(from);
        }
    }

    /// All ways back are known: fills the phis that wait for them.
    pub(super) fn close_loop(&mut self, head: Block) {
        let now = self.mark();
        let mut filled = Vec::new();
        if let Kind::Loop { writes, open, waiting, .. } = &mut self.blocks[head.0 as usize].kind {
            writes.to = now;
            *open = false;
            filled = std::mem::take(waiting);
        }
        for (owner, phi) in filled {
            self.run(owner, vec![Work::Phi { phi, block: head }]);
        }
    }

    fn var_row(&mut self, var: VarId) -> &mut VarRow {
        if self.vars.len() <= var.index() {
            self.vars.resize_with(var.index() + 1, VarRow::default);
        }
        &mut self.vars[var.index()]
    }

    /// From here on in `block` the variable means `meaning` and nothing else.
    pub(super) fn write(&mut self, var: VarId, meaning: Meaning, block: Block) {
        let at = self.mark();
        self.log.push(Write { meaning, dead: self.is_dead(block) });
        self.var_row(var).writes.push(at);
        self.known.insert((block, var), meaning);
    }

    /// A binding that code of another graph than the owner's makes.
    pub(super) fn bound_elsewhere(&mut self, var: VarId, binding: BindingId) {
        self.var_row(var).elsewhere.push(binding);
    }

    pub(super) fn elsewhere(&self, var: VarId) -> &[BindingId] {
        self.vars.get(var.index()).map_or(&[], |row| &row.elsewhere)
    }

    fn written(&self, var: VarId, writes: Writes) -> &[u32] {
        let Some(row) = self.vars.get(var.index()) else { return &[] };
        let from = row.writes.partition_point(|&at| at < writes.from);
        let to = row.writes.partition_point(|&at| at < writes.to);
        &row.writes[from..to.max(from)]
    }

    /// The star imports in a part of the log, if they can bind the variable.
    fn starred(&self, owner: Owner, writes: Writes) -> &[(u32, Block)] {
        if owner.scope != ScopeId::MODULE {
            return &[];
        }
        let from = self.star_writes.partition_point(|&(at, _)| at < writes.from);
        let to = self.star_writes.partition_point(|&(at, _)| at < writes.to);
        &self.star_writes[from..to.max(from)]
    }

    /// Returns whether the variable keeps its meaning through a part of the log.
    fn untouched(&self, owner: Owner, writes: Writes) -> bool {
        self.written(owner.var, writes).is_empty() && self.starred(owner, writes).is_empty()
    }
}
