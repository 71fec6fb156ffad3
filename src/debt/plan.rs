//! The migration plan: phases that have no file in common, each with what it buys.
//!
//! In: findings after triage, the rules, the tree, who reaches what, the planned fixes. Out: phases in order. A file with a
//! violation of severity warning or error, or a rival, belongs to one phase, so that two people can work on two phases and
//! never meet in a file. Phases of the rules file come first, in their order. Then come the sets of files that free most entry
//! points for the least work: nothing that loads such an entry point breaks a rule any more. What is left goes by component,
//! else by directory, again the most for the least work first; test code comes last.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::findings::{Adopter, Findings};
use crate::fix::PlannedFix;
use crate::impact::{EntryGroup, ReachCount};
use crate::lang::fixing::Applicability;
use crate::rule::{RuleSet, Severity};
use crate::score::{Score, Scorecard, score};
use crate::source::{FileId, Span};
use crate::tree::Tree;
use crate::violation::{Context, Violation};

use super::Counts;
use super::directories::directory_of;

/// More phases than this are not made only because they free entry points.
const MOST_FREEING: usize = 5;

/// All that the plan is made of.
#[derive(Debug, Clone, Copy)]
pub struct PlanBasis<'a> {
    /// Findings after triage.
    pub findings: &'a Findings,
    /// The rules.
    pub rules: &'a RuleSet,
    /// The files.
    pub tree: &'a Tree,
    /// The files that entry points reach: those with a violation or a rival.
    pub targets: &'a BTreeSet<FileId>,
    /// The entry points that reach them.
    pub groups: &'a [EntryGroup],
    /// The fixes of the violations.
    pub fixes: &'a [PlannedFix],
    /// The files that nothing imports and no entry point enters.
    pub unused: &'a BTreeSet<FileId>,
}

/// One phase.
#[derive(Debug, Clone)]
pub struct PhasePlan {
    /// Id of the phase in the rules file, or a name made of what it frees, a component or a directory.
    pub id: String,
    /// The work of the phase.
    pub title: String,
    /// The rules file names it.
    pub declared: bool,
    /// Its files, in path order; no other phase has one of them.
    pub files: Vec<Arc<str>>,
    /// The violations of severity warning or error that it removes.
    pub counts: Counts,
    /// The overall score before it.
    pub before: Score,
    /// The overall score when its violations are gone and nothing else has changed.
    pub after: Score,
    /// The score of the code outside tests before it.
    pub production_before: Score,
    /// The same after it.
    pub production_after: Score,
    /// The overall score when each of its files uses the canonical symbol as well.
    pub adopted: Score,
    /// The entry points outside test code that still reach a violation or a rival after it.
    pub left: ReachCount,
    /// The work in each of its files.
    pub steps: Vec<PlanStep>,
}

/// The work in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// The file.
    pub path: Arc<str>,
    /// Violations of severity warning or error in it.
    pub violations: u64,
    /// Nothing imports it and no entry point enters it: it may be dead.
    pub unused: bool,
    /// The changes, the most frequent first.
    pub changes: Vec<PlannedChange>,
}

/// A change at some places of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedChange {
    /// The banned symbol.
    pub symbol: String,
    /// The code to write instead, if that is known.
    pub write: Option<String>,
    /// The degree to which `ssot fix` can be trusted with it.
    pub applicability: Applicability,
    /// Why it is not safe, in a sentence.
    pub why: Option<String>,
    /// Places.
    pub places: u64,
}

/// The reason for which files are together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Declared(usize),
    Freeing(usize),
    Component(usize),
    Directory(String),
    Tests,
}

/// The phases, in order; those of the rules file are there even if they have nothing to do.
#[must_use]
pub fn plan(basis: &PlanBasis<'_>) -> Vec<PhasePlan> {
    let mut planner = PhasePlanner::new(basis);
    let mut groups = planner.groups();
    for at in 0..basis.rules.phases.len() {
        let files = groups.remove(&Group::Declared(at)).unwrap_or_default();
        planner.add(Group::Declared(at), files);
    }
    let tests = groups.remove(&Group::Tests);
    for nth in 0..MOST_FREEING {
        let Some(files) = planner.most_freeing() else { break };
        groups.values_mut().for_each(|group| group.retain(|file| !files.contains(file)));
        planner.add(Group::Freeing(nth), files);
    }
    groups.retain(|_, files| !files.is_empty());
    while let Some(group) = groups.iter().max_by_key(|it| planner.worth(it.0, it.1)).map(|it| it.0.clone()) {
        let files = groups.remove(&group).unwrap_or_default();
        planner.add(group, files);
    }
    if let Some(files) = tests {
        planner.add(Group::Tests, files);
    }
    planner.phases
}

struct PhasePlanner<'p, 'a> {
    basis: &'p PlanBasis<'a>,
    of_file: BTreeMap<FileId, Vec<&'a Violation>>,
    done: BTreeSet<FileId>,
    card: Scorecard,
    phases: Vec<PhasePlan>,
}

impl<'p, 'a> PhasePlanner<'p, 'a> {
    fn new(basis: &'p PlanBasis<'a>) -> Self {
        let PlanBasis { findings, rules, tree, targets, .. } = *basis;
        let counted = |it: &&Violation| it.severity >= Severity::Warning && it.source.is_some();
        let mut of_file: BTreeMap<FileId, Vec<&Violation>> = targets.iter().map(|file| (*file, Vec::new())).collect();
        for violation in findings.violations.iter().filter(counted) {
            of_file.entry(violation.file).or_default().push(violation);
        }
        Self { basis, of_file, done: BTreeSet::new(), card: score(findings, rules, tree), phases: Vec::new() }
    }

    /// The files to be worked on, by the rules file, component, directory or as test code.
    fn groups(&self) -> BTreeMap<Group, BTreeSet<FileId>> {
        let path = |file: &FileId| &*self.basis.tree.file(*file).path;
        let paths: Vec<&str> = self.of_file.keys().map(path).collect();
        let mut groups: BTreeMap<Group, BTreeSet<FileId>> = BTreeMap::new();
        for (file, violations) in &self.of_file {
            groups.entry(self.group(path(file), violations, &paths)).or_default().insert(*file);
        }
        groups
    }

    fn group(&self, path: &str, violations: &[&Violation], paths: &[&str]) -> Group {
        let rules = self.basis.rules;
        let named = |globs: &[crate::rule::FileGlob]| globs.iter().any(|glob| glob.matches(path));
        if let Some(at) = rules.phases.iter().position(|phase| named(&phase.paths)) {
            return Group::Declared(at);
        }
        if !violations.is_empty() && violations.iter().all(|it| it.context == Context::Test) {
            return Group::Tests;
        }
        if let Some(at) = rules.components.iter().position(|component| component.has(path)) {
            return Group::Component(at);
        }
        Group::Directory(directory_of(path, paths).to_owned())
    }

    /// The files that free most entry points for the least work; none if no entry point loads one.
    fn most_freeing(&self) -> Option<BTreeSet<FileId>> {
        let left = |group: &EntryGroup| -> BTreeSet<FileId> { group.loaded.difference(&self.done).copied().collect() };
        let candidates: BTreeSet<BTreeSet<FileId>> =
            self.basis.groups.iter().map(left).filter(|files| !files.is_empty()).collect();
        candidates.into_iter().max_by_key(|files| {
            let freed = self.left_without(&BTreeSet::new()).loading - self.left_without(files).loading;
            (per_work(freed, self.work(files)), Reverse(files.clone()))
        })
    }

    /// Ranks a group of files: entry points freed, then production points gained, each for its work.
    fn worth(&self, group: &Group, files: &BTreeSet<FileId>) -> (u64, u64, u64, Reverse<Group>) {
        let now = self.left_without(&BTreeSet::new());
        let then = self.left_without(files);
        let work = self.work(files);
        let points = |production: bool| -> u64 {
            let violations = files.iter().filter_map(|file| self.of_file.get(file)).flatten();
            violations.filter(|it| !production || it.context != Context::Test).map(|it| it.points).sum()
        };
        let freed = per_work(now.loading - then.loading, work);
        (freed, points(true), points(false), Reverse(group.clone()))
    }

    /// Counts the entry points that would be left if these files were done as well.
    fn left_without(&self, files: &BTreeSet<FileId>) -> ReachCount {
        let open = |targets: &BTreeSet<FileId>| targets.iter().any(|it| !self.done.contains(it) && !files.contains(it));
        let count = |of: fn(&EntryGroup) -> &BTreeSet<FileId>| {
            self.basis.groups.iter().filter(|group| open(of(group))).map(|group| group.entries).sum()
        };
        ReachCount { loading: count(|group| &group.loaded), reaching: count(|group| &group.reached) }
    }

    /// The work on some files: their violations, and one for a file that has none.
    fn work(&self, files: &BTreeSet<FileId>) -> u64 {
        files.iter().map(|file| self.of_file.get(file).map_or(1, |it| it.len().max(1)) as u64).sum()
    }

    fn add(&mut self, group: Group, files: BTreeSet<FileId>) {
        let loading = self.left_without(&BTreeSet::new()).loading;
        self.done.extend(&files);
        let left = self.left_without(&BTreeSet::new());
        let (id, title) = name(self.basis.rules, &group, loading - left.loading);
        let after = self.score_without(false);
        let before = std::mem::replace(&mut self.card, after);
        let violations = || files.iter().filter_map(|file| self.of_file.get(file)).flatten().copied();
        self.phases.push(PhasePlan {
            id,
            title,
            declared: matches!(group, Group::Declared(_)),
            counts: Counts::of(violations()),
            files: files.iter().map(|file| Arc::clone(&self.basis.tree.file(*file).path)).collect(),
            before: before.overall,
            after: self.card.overall,
            production_before: before.production,
            production_after: self.card.production,
            adopted: self.score_without(true).overall,
            left,
            steps: files.iter().map(|file| self.step(*file)).collect(),
        });
    }

    fn step(&self, file: FileId) -> PlanStep {
        let mut changes: BTreeMap<PlannedChange, u64> = BTreeMap::new();
        let planned = |it: &&PlannedFix| it.violation.file == file && it.violation.severity >= Severity::Warning;
        for it in self.basis.fixes.iter().filter(planned) {
            let change = PlannedChange {
                symbol: it.violation.symbol.clone(),
                write: it.suggestion.clone().or_else(|| it.violation.replacement().map(str::to_owned)),
                applicability: it.applicability,
                why: it.failures.first().map(|failure| failure.sentence.clone()),
                places: 0,
            };
            *changes.entry(change).or_default() += 1;
        }
        let mut changes: Vec<PlannedChange> =
            changes.into_iter().map(|(change, places)| PlannedChange { places, ..change }).collect();
        changes.sort_by_key(|change| Reverse(change.places));
        PlanStep {
            path: Arc::clone(&self.basis.tree.file(file).path),
            violations: self.of_file.get(&file).map_or(0, |it| it.len() as u64),
            unused: self.basis.unused.contains(&file),
            changes,
        }
    }

    /// The scores without the violations of the files that are done; with `adopt` each of them uses what is canonical.
    fn score_without(&self, adopt: bool) -> Scorecard {
        let PlanBasis { findings, rules, tree, .. } = *self.basis;
        let gone = |it: &Violation| self.done.contains(&it.file) && it.severity >= Severity::Warning;
        let mut sources = findings.sources.clone();
        if adopt {
            for it in findings.violations.iter().filter(|it| gone(it) && it.points > 0) {
                let source = rules.sources.iter().position(|source| it.source.as_ref() == Some(&source.id));
                if let Some(known) = source.and_then(|at| sources.get_mut(at)) {
                    known.adopters.push(Adopter {
                        file: it.file,
                        span: Span::default(),
                        line: 1,
                        symbol: String::new(),
                        production: it.context != Context::Test,
                    });
                }
            }
        }
        let left = findings.violations.iter().filter(|it| !gone(it)).cloned().collect();
        score(&Findings { violations: left, sources, ..Findings::default() }, rules, tree)
    }
}

/// Entry points for each violation that must go, in thousandths.
fn per_work(freed: u64, work: u64) -> u64 {
    (freed * 1_000).checked_div(work).unwrap_or(0)
}

fn name(rules: &RuleSet, group: &Group, freed: u64) -> (String, String) {
    match group {
        Group::Declared(at) => (rules.phases[*at].id.to_string(), rules.phases[*at].title.clone()),
        Group::Freeing(nth) => {
            let plural = if freed == 1 { "" } else { "s" };
            (format!("entry-points-{}", nth + 1), format!("Free {freed} entry point{plural}"))
        }
        Group::Component(at) => {
            let id = &rules.components[*at].id;
            (format!("component-{id}"), format!("Component {id}"))
        }
        Group::Directory(directory) if directory == "." => ("root".to_owned(), "Files in the project root".to_owned()),
        Group::Directory(directory) => (format!("directory-{directory}"), format!("Directory {directory}")),
        Group::Tests => ("tests".to_owned(), "Test code".to_owned()),
    }
}
