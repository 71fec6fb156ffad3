//! Best routes through the import graph to a set of files.
//!
//! In: the graph and the files. Out: for each file the next one on the best way to one of them, and for each file with
//! an entry point those of them that it reaches. Of all routes the best is that with the fewest deferred imports, and of those
//! the shortest; of several the one that path order gives, so that neither threads nor hashing show.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::lang::ImportTime;
use crate::source::FileId;

use super::ReachCount;
use super::graph::{Edge, ImportGraph};

/// The route from each file to a target.
pub(super) struct Paths<'g> {
    graph: &'g ImportGraph,
    routes: BTreeMap<FileId, Route>,
}

/// The route from one file.
#[derive(Debug, Clone, Copy)]
struct Route {
    cost: RouteCost,
    /// The next file; none in a target.
    next: Option<FileId>,
}

/// The cost of a way: less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct RouteCost {
    deferred: u32,
    length: u32,
}

impl RouteCost {
    fn and(self, deferred: bool) -> Self {
        Self { deferred: self.deferred + u32::from(deferred), length: self.length + 1 }
    }
}

/// One step of a chain: a file, the import that leads to the next one, and whether that is deferred.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainStep {
    pub file: FileId,
    pub line: u32,
    pub deferred: bool,
}

/// Returns whether an import runs after the file it stands in, when that is loaded or started as a program.
fn is_deferred(time: ImportTime, program: bool) -> bool {
    match time {
        ImportTime::Load => false,
        ImportTime::Start => !program,
        ImportTime::Deferred => true,
    }
}

impl<'g> Paths<'g> {
    /// Searches from the targets against the direction of imports.
    pub fn new(graph: &'g ImportGraph, targets: &BTreeSet<FileId>) -> Self {
        let mut routes: BTreeMap<FileId, Route> =
            targets.iter().map(|file| (*file, Route { cost: RouteCost::default(), next: None })).collect();
        let mut queue: BinaryHeap<Reverse<(RouteCost, FileId)>> =
            targets.iter().map(|file| Reverse((RouteCost::default(), *file))).collect();
        while let Some(Reverse((cost, file))) = queue.pop() {
            if routes.get(&file).is_some_and(|way| way.cost < cost) {
                continue;
            }
            for &(importer, time) in graph.importers(file) {
                let cost = cost.and(is_deferred(time, false));
                if routes.get(&importer).is_none_or(|way| cost < way.cost) {
                    routes.insert(importer, Route { cost, next: Some(file) });
                    queue.push(Reverse((cost, importer)));
                }
            }
        }
        Self { graph, routes }
    }

    /// The chain from a file to a target, loaded or started as a program; none if it reaches none.
    pub fn chain(&self, file: FileId, program: bool) -> Option<Vec<ChainStep>> {
        let mut chain = Vec::new();
        let mut at = file;
        let mut next = if program { self.first_of_program(file) } else { self.routes.get(&file)?.next };
        while let Some(to) = next {
            let Edge { time, line, .. } = self.graph.edge(at, to)?;
            chain.push(ChainStep { file: at, line, deferred: is_deferred(time, program && chain.is_empty()) });
            at = to;
            next = self.routes.get(&at)?.next;
        }
        self.routes.get(&at)?;
        chain.push(ChainStep { file: at, line: 0, deferred: false });
        Some(chain)
    }

    /// The first file on the way of one that is started as a program.
    fn first_of_program(&self, file: FileId) -> Option<FileId> {
        self.routes.get(&file)?.next?;
        let way = |edge: &Edge| {
            let cost = self.routes.get(&edge.to)?.cost.and(is_deferred(edge.time, true));
            Some((cost, edge.to))
        };
        self.graph.node(file).imports.iter().filter_map(way).min().map(|(_, to)| to)
    }

    fn reaches(&self, file: FileId) -> bool {
        self.routes.contains_key(&file)
    }

    fn loads(&self, file: FileId) -> bool {
        self.routes.get(&file).is_some_and(|way| way.cost.deferred == 0)
    }

    /// Counts a file as one that loads or reaches a target, loaded or started as a program.
    pub fn count(&self, file: FileId, program: bool) -> ReachCount {
        let starts = |edge: &Edge| !is_deferred(edge.time, program) && self.loads(edge.to);
        let loads = self.loads(file) || program && self.graph.node(file).imports.iter().any(starts);
        ReachCount { loading: u64::from(loads), reaching: u64::from(self.reaches(file)) }
    }
}

/// Entry points of one file that reach the same targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryGroup {
    /// Their file.
    pub file: FileId,
    /// They start the file as a program.
    pub program: bool,
    /// Their number.
    pub entries: u64,
    /// The targets that are loaded when they are.
    pub loaded: BTreeSet<FileId>,
    /// The targets that are reached in any way.
    pub reached: BTreeSet<FileId>,
}

/// Finds the targets that the entry points outside test code reach; those that reach none are left out.
pub(super) fn entry_groups(graph: &ImportGraph, paths: &Paths<'_>, targets: &BTreeSet<FileId>) -> Vec<EntryGroup> {
    let wanted = |file: &FileId| !graph.node(*file).test && !graph.node(*file).entries.is_empty();
    let files: Vec<FileId> = paths.routes.keys().copied().filter(wanted).collect();
    let groups = files.par_iter().flat_map_iter(|&file| {
        let closure = Closure { graph, targets, file };
        // Files that reach no target lead to none.
        let reached = closure.targets(|_, edge| paths.reaches(edge.to));
        [false, true].into_iter().filter_map(move |program| {
            let of_kind = graph.node(file).entries.iter().filter(|entry| entry.kind.starts_program() == program);
            let entries = of_kind.count() as u64;
            (entries > 0).then(|| EntryGroup {
                file,
                program,
                entries,
                loaded: closure
                    .targets(|from, edge| paths.loads(edge.to) && !is_deferred(edge.time, program && from == file)),
                reached: reached.clone(),
            })
        })
    });
    groups.collect()
}

/// The search of what one file leads to.
#[derive(Clone, Copy)]
struct Closure<'a> {
    graph: &'a ImportGraph,
    targets: &'a BTreeSet<FileId>,
    file: FileId,
}

impl Closure<'_> {
    /// The targets that the file leads to over imports that `admits` lets through, given the importing file.
    fn targets(&self, admits: impl Fn(FileId, &Edge) -> bool) -> BTreeSet<FileId> {
        let mut seen = FxHashSet::from_iter([self.file]);
        let mut stack = vec![self.file];
        let mut found = BTreeSet::new();
        while let Some(file) = stack.pop() {
            if self.targets.contains(&file) {
                found.insert(file);
            }
            let edges = self.graph.node(file).imports.iter().filter(|edge| admits(file, edge));
            stack.extend(edges.map(|edge| edge.to).filter(|to| seen.insert(*to)));
        }
        found
    }
}
