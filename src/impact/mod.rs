//! Impact: which entry points reach a file that breaks a rule, by which imports, and how much of each component does.
//!
//! In: a tree, its texts, the rules, and the files that are asked for. Out: an [`ImportGraph`] of all files, and an
//! [`Impact`] with entry points, best chains and exposures. The graph is one of files, not of symbols. A file *loads* another
//! by imports that run whenever it is loaded; it *reaches* another by any imports, of which some are deferred. That is all
//! that is claimed. `ssot check` never builds it.

use std::collections::{BTreeMap, BTreeSet};
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
pub use reach::EntryGroup;
pub use symbol::{SymbolFiles, defining_file, find};

use reach::{ChainStep, Paths};

/// The entry points and modules that reach a set of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// The files that are asked for, in path order.
    pub targets: Vec<TargetFile>,
    /// Entry points outside test code that reach one of them, in path and line order.
    pub entries: Vec<Reaching>,
    /// All entry points outside test code.
    pub entry_points: u64,
    /// Entry points in test code that reach one of them.
    pub in_tests: ReachCount,
    /// The share of all modules.
    pub whole: Exposure,
    /// The share of each component's modules, in the order of the rule set.
    pub components: Vec<(Arc<str>, Exposure)>,
}

/// Counts of what leads to some files, or of files that are led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReachCount {
    /// By imports that all run at load.
    pub loading: u64,
    /// By any imports, of which some may be deferred.
    pub reaching: u64,
}

/// A file that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFile {
    /// The file.
    pub path: Arc<str>,
    /// Entry points outside test code that reach it.
    pub entries: ReachCount,
}

/// An entry point that reaches a file that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaching {
    /// Its file.
    pub path: Arc<str>,
    /// The entry point.
    pub entry: EntryPoint,
    /// The chain of imports from the entry point's file to a file that is asked for: the shortest of those with the fewest
    /// deferred imports.
    pub chain: Vec<Hop>,
    /// The files that it reaches, of those that are asked for, counted.
    pub reaches: ReachCount,
}

impl Reaching {
    /// Returns whether a file that is asked for is loaded when the entry point is.
    #[must_use]
    pub fn loads(&self) -> bool {
        self.reaches.loading > 0
    }
}

/// One file of a chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The file.
    pub path: Arc<str>,
    /// 1-based line on which it imports the next one; 0 in the last, and where the next is the package that it is in.
    pub line: u32,
    /// That import is deferred.
    pub deferred: bool,
}

/// The share of the modules outside test code that reach a file that is asked for, or are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// Modules.
    pub modules: u64,
    /// Those that reach one.
    pub exposed: ReachCount,
    /// Entry points in them that reach one.
    pub entries: ReachCount,
}

/// Finds the entry points and modules that reach the files `targets`.
#[must_use]
pub fn impact(graph: &ImportGraph, tree: &Tree, components: &[Component], targets: &BTreeSet<FileId>) -> Impact {
    let paths = Paths::new(graph, targets);
    let groups = reach::entry_groups(graph, &paths, targets);
    let mut impact = Impact {
        targets: target_files(tree, targets, &groups),
        components: components.iter().map(|it| (Arc::clone(&it.id), Exposure::default())).collect(),
        ..Impact::default()
    };
    for file in tree.files() {
        let node = graph.node(file.id);
        if node.test {
            let counts = node.entries.iter().map(|entry| paths.count(file.id, entry.kind.starts_program()));
            counts.for_each(|count| impact.in_tests.add(count));
            continue;
        }
        impact.entry_points += node.entries.len() as u64;
        let mut member = Exposure { modules: 1, exposed: paths.count(file.id, false), ..Exposure::default() };
        for entry in &node.entries {
            let program = entry.kind.starts_program();
            let Some(chain) = paths.chain(file.id, program) else { continue };
            member.entries.add(paths.count(file.id, program));
            let group = groups.iter().find(|it| it.file == file.id && it.program == program);
            impact.entries.push(Reaching {
                path: Arc::clone(&file.path),
                entry: entry.clone(),
                chain: chain.iter().map(|step| Hop::of(tree, step)).collect(),
                reaches: group.map(EntryGroup::reaches).unwrap_or_default(),
            });
        }
        impact.whole.add(member);
        for (component, (_, exposure)) in components.iter().zip(&mut impact.components) {
            if component.has(&file.path) {
                exposure.add(member);
            }
        }
    }
    impact
}

/// Finds the files `targets` that the entry points outside test code reach.
#[must_use]
pub fn entry_groups(graph: &ImportGraph, targets: &BTreeSet<FileId>) -> Vec<EntryGroup> {
    reach::entry_groups(graph, &Paths::new(graph, targets), targets)
}

/// Finds the files outside test code that nothing outside test code imports and no entry point enters.
#[must_use]
pub fn unused(graph: &ImportGraph, tree: &Tree) -> BTreeSet<FileId> {
    let imported = |file: FileId| graph.importers(file).iter().any(|(importer, _)| !graph.node(*importer).test);
    let files = tree.files().iter().map(|file| file.id);
    files.filter(|file| !graph.node(*file).test && graph.node(*file).entries.is_empty() && !imported(*file)).collect()
}

fn target_files(tree: &Tree, targets: &BTreeSet<FileId>, groups: &[EntryGroup]) -> Vec<TargetFile> {
    let mut counts: BTreeMap<FileId, ReachCount> = targets.iter().map(|file| (*file, ReachCount::default())).collect();
    for group in groups {
        for file in &group.reached {
            let loading = if group.loaded.contains(file) { group.entries } else { 0 };
            counts.entry(*file).or_default().add(ReachCount { loading, reaching: group.entries });
        }
    }
    let file = |(file, entries)| TargetFile { path: Arc::clone(&tree.file(file).path), entries };
    counts.into_iter().map(file).collect()
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

impl Impact {
    /// Counts the entry points outside test code that reach one of the files.
    #[must_use]
    pub fn reaching(&self) -> ReachCount {
        let loading = self.entries.iter().filter(|it| it.loads()).count() as u64;
        ReachCount { loading, reaching: self.entries.len() as u64 }
    }

    /// Lists the files that no entry point outside test code reaches.
    pub fn unreached(&self) -> impl Iterator<Item = &TargetFile> {
        self.targets.iter().filter(|it| it.entries.reaching == 0)
    }
}

impl Hop {
    fn of(tree: &Tree, step: &ChainStep) -> Self {
        Self { path: Arc::clone(&tree.file(step.file).path), line: step.line, deferred: step.deferred }
    }
}

impl EntryGroup {
    fn reaches(&self) -> ReachCount {
        ReachCount { loading: self.loaded.len() as u64, reaching: self.reached.len() as u64 }
    }
}

impl ReachCount {
    fn add(&mut self, other: Self) {
        self.loading += other.loading;
        self.reaching += other.reaching;
    }
}

impl Exposure {
    fn add(&mut self, other: Self) {
        self.modules += other.modules;
        self.exposed.add(other.exposed);
        self.entries.add(other.entries);
    }

    /// The share of the modules that reach a file that is asked for, in hundredths of a percent, floored; none without
    /// modules.
    #[must_use]
    pub fn share(self) -> Option<u32> {
        share(self.exposed.reaching, self.modules)
    }

    /// The share of the modules that load a file that is asked for, likewise.
    #[must_use]
    pub fn load_share(self) -> Option<u32> {
        share(self.exposed.loading, self.modules)
    }
}

fn share(part: u64, whole: u64) -> Option<u32> {
    (part * 10_000).checked_div(whole).and_then(|share| u32::try_from(share).ok())
}

#[cfg(test)]
mod tests;
