//! Impact: which entry points reach a file that breaks a rule, by which imports, and how much of each component does.
//!
//! In: a tree, its texts, the rules, and the files that are asked for. Out: an [`ImportGraph`] of all files, and an
//! [`Impact`] with entry points, shortest chains and exposures. The graph is one of files, not of symbols: a file that
//! imports another runs it, and that is all that is claimed. `ssot check` never builds it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::findings::{ImplementationRole, Rival};
use crate::lang::EntryPoint;
use crate::rule::{Component, Severity};
use crate::source::FileId;
use crate::tree::Tree;
use crate::violation::{Context, Violation};

mod graph;
mod links;
mod reach;
mod symbol;

pub use graph::{Edge, ImportGraph, ImportNode};
pub use symbol::{SymbolFiles, defining_file, find};

use reach::Paths;

/// The entry points and modules that reach a set of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// The files that are asked for, in path order.
    pub targets: Vec<Arc<str>>,
    /// Entry points outside test code that reach one of them, in path and line order.
    pub entries: Vec<Reaching>,
    /// All entry points outside test code.
    pub entry_points: u64,
    /// Entry points in test code that reach one of them.
    pub in_tests: u64,
    /// The share of all modules.
    pub whole: Exposure,
    /// The share of each component's modules, in the order of the rule set.
    pub components: Vec<(Arc<str>, Exposure)>,
}

/// An entry point that reaches a file that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaching {
    /// Its file.
    pub path: Arc<str>,
    /// The entry point.
    pub entry: EntryPoint,
    /// The shortest chain of imports, from the entry point's file to the nearest file that is asked for.
    pub chain: Vec<Hop>,
    /// The number of files that it reaches, of those that are asked for.
    pub reaches: u64,
}

/// One file of a chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line on which it imports the next one; 0 in the last.
    pub line: u32,
}

/// The share of the modules outside test code that reach a file that is asked for, or are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// Modules.
    pub modules: u64,
    /// Those that reach one.
    pub exposed: u64,
    /// Entry points in them that reach one.
    pub entries: u64,
}

/// Finds the entry points and modules that reach the files `targets`.
#[must_use]
pub fn impact(graph: &ImportGraph, tree: &Tree, components: &[Component], targets: &BTreeSet<FileId>) -> Impact {
    let paths = Paths::new(graph, targets);
    let production = |file: FileId| !graph.node(file).test;
    let mut impact = Impact {
        targets: targets.iter().map(|file| Arc::clone(&tree.file(*file).path)).collect(),
        components: components.iter().map(|it| (Arc::clone(&it.id), Exposure::default())).collect(),
        ..Impact::default()
    };
    let reached = reach::counts(graph, &paths, targets);
    for file in tree.files() {
        let node = graph.node(file.id);
        let chain = paths.chain(file.id);
        if !production(file.id) {
            impact.in_tests += if chain.is_some() { node.entries.len() as u64 } else { 0 };
            continue;
        }
        impact.entry_points += node.entries.len() as u64;
        let member = Exposure {
            modules: 1,
            exposed: u64::from(chain.is_some()),
            entries: if chain.is_some() { node.entries.len() as u64 } else { 0 },
        };
        impact.whole.add(member);
        for (component, (_, exposure)) in components.iter().zip(&mut impact.components) {
            if component.paths.iter().any(|glob| glob.matches(&file.path)) {
                exposure.add(member);
            }
        }
        let Some(chain) = chain.filter(|_| !node.entries.is_empty()) else { continue };
        let hop = |(file, line): &(FileId, u32)| Hop { path: Arc::clone(&tree.file(*file).path), line: *line };
        let chain: Vec<Hop> = chain.iter().map(hop).collect();
        let reaches = reached.get(&file.id).copied().unwrap_or_default();
        impact.entries.extend(node.entries.iter().map(|entry| Reaching {
            path: Arc::clone(&file.path),
            entry: entry.clone(),
            chain: chain.clone(),
            reaches,
        }));
    }
    impact
}

/// The files in which violations of severity warning or error stand, outside test code.
#[must_use]
pub fn violating(violations: &[Violation], wanted: impl Fn(&Violation) -> bool) -> BTreeSet<FileId> {
    let counts = |it: &&Violation| it.severity >= Severity::Warning && it.context != Context::Test && wanted(it);
    violations.iter().filter(counts).map(|it| it.file).collect()
}

/// The files in which rivals stand; neither shims nor test doubles.
#[must_use]
pub fn rivals(rivals: &[Rival], wanted: impl Fn(&Rival) -> bool) -> BTreeSet<FileId> {
    rivals.iter().filter(|it| it.role == ImplementationRole::Rival && wanted(it)).map(|it| it.file).collect()
}

impl Exposure {
    fn add(&mut self, other: Self) {
        self.modules += other.modules;
        self.exposed += other.exposed;
        self.entries += other.entries;
    }

    /// The share of the modules that reach a file that is asked for, in hundredths of a percent, floored; none without
    /// modules.
    #[must_use]
    pub fn share(self) -> Option<u32> {
        (self.exposed * 10_000).checked_div(self.modules).and_then(|share| u32::try_from(share).ok())
    }
}

#[cfg(test)]
mod tests;
