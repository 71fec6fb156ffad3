//! Shortest ways through the import graph to a set of files.
//!
//! In: the graph and the files. Out: for each file the next one on the way to the nearest of them, and for each file with
//! an entry point how many of them it reaches. Of several shortest ways the one that path order gives is taken, so that
//! neither threads nor hashing show.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rayon::prelude::*;

use crate::source::FileId;

use super::graph::ImportGraph;

/// The way from each file to the nearest target.
pub(super) struct Paths<'g> {
    graph: &'g ImportGraph,
    next: BTreeMap<FileId, FileId>,
    targets: BTreeSet<FileId>,
}

impl<'g> Paths<'g> {
    /// Searches from the targets against the direction of imports, breadth first.
    pub fn new(graph: &'g ImportGraph, targets: &BTreeSet<FileId>) -> Self {
        let mut next = BTreeMap::new();
        let mut queue: VecDeque<FileId> = targets.iter().copied().collect();
        while let Some(file) = queue.pop_front() {
            for &importer in graph.importers(file) {
                if !targets.contains(&importer) && !next.contains_key(&importer) {
                    next.insert(importer, file);
                    queue.push_back(importer);
                }
            }
        }
        Self { graph, next, targets: targets.clone() }
    }

    /// The chain from a file to the nearest target, each with the line on which it imports the next; none if it reaches
    /// no target.
    pub fn chain(&self, file: FileId) -> Option<Vec<(FileId, u32)>> {
        let mut chain = Vec::new();
        let mut at = file;
        while !self.targets.contains(&at) {
            let next = *self.next.get(&at)?;
            chain.push((at, self.graph.line(at, next)));
            at = next;
        }
        chain.push((at, 0));
        Some(chain)
    }

    fn reaches(&self, file: FileId) -> bool {
        self.targets.contains(&file) || self.next.contains_key(&file)
    }
}

/// Counts the targets that each file outside test code with an entry point reaches.
pub(super) fn counts(graph: &ImportGraph, paths: &Paths<'_>, targets: &BTreeSet<FileId>) -> BTreeMap<FileId, u64> {
    let wanted = |file: &FileId| !graph.node(*file).test && !graph.node(*file).entries.is_empty();
    let files: Vec<FileId> =
        paths.next.keys().chain(targets).copied().collect::<BTreeSet<_>>().into_iter().filter(wanted).collect();
    files.par_iter().map(|&file| (file, count(graph, paths, targets, file))).collect()
}

fn count(graph: &ImportGraph, paths: &Paths<'_>, targets: &BTreeSet<FileId>, from: FileId) -> u64 {
    let mut seen = rustc_hash::FxHashSet::from_iter([from]);
    let mut stack = vec![from];
    let mut count = 0;
    while let Some(file) = stack.pop() {
        count += u64::from(targets.contains(&file));
        // Files that reach no target lead to none.
        let next = graph.node(file).imports.iter().map(|edge| edge.to).filter(|to| paths.reaches(*to));
        stack.extend(next.filter(|to| seen.insert(*to)));
    }
    count
}
