//! The migration plan: phases that have no file in common, each with the score that it leads to.
//!
//! In: findings after triage, the rules, the tree. Out: phases in order. A file with a violation of severity warning or
//! error belongs to one phase: the first of the rules file that names it, otherwise that of its component, else of its
//! top-level directory; test code comes last. So two people can work on two phases and never meet in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::findings::{Adopter, Findings};
use crate::rule::{RuleSet, Severity};
use crate::score::{Score, score};
use crate::source::{FileId, Span};
use crate::tree::Tree;
use crate::violation::{Context, Violation};

use super::Counts;

/// One step.
#[derive(Debug, Clone)]
pub struct PhasePlan {
    /// Id of the phase in the rules file, or a name made of a component or directory.
    pub id: String,
    /// The work of the step.
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
    /// The overall score when each of its files uses the canonical symbol as well.
    pub adopted: Score,
}

/// Groups in the order in which they come: those of the rules file, production code, test code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Declared(usize),
    Component(usize),
    Directory(String),
    Tests,
}

/// The phases, in order; those of the rules file are there even if they have nothing to do.
#[must_use]
pub fn plan(findings: &Findings, rules: &RuleSet, tree: &Tree) -> Vec<PhasePlan> {
    let counted = |it: &&Violation| it.severity >= Severity::Warning && it.source.is_some();
    let mut of_file: BTreeMap<FileId, Vec<&Violation>> = BTreeMap::new();
    for violation in findings.violations.iter().filter(counted) {
        of_file.entry(violation.file).or_default().push(violation);
    }
    let mut groups: BTreeMap<Group, Vec<FileId>> =
        (0..rules.phases.len()).map(|at| (Group::Declared(at), Vec::new())).collect();
    for (file, violations) in &of_file {
        groups.entry(group(rules, &tree.file(*file).path, violations)).or_default().push(*file);
    }
    let mut ordered: Vec<(Group, Vec<FileId>)> = groups.into_iter().collect();
    let points = |files: &[FileId]| -> u64 { files.iter().flat_map(|file| &of_file[file]).map(|it| it.points).sum() };
    ordered.sort_by_key(|(group, files)| {
        let rank = match group {
            Group::Declared(at) => (0, *at),
            Group::Component(_) | Group::Directory(_) => (1, 0),
            Group::Tests => (2, 0),
        };
        // What gains most comes first.
        let gain = if rank.0 == 1 { points(files) } else { 0 };
        (rank, std::cmp::Reverse(gain), group.clone())
    });
    let mut done: BTreeSet<FileId> = BTreeSet::new();
    let mut before = score(findings, rules, tree).overall;
    let mut phases = Vec::new();
    for (group, files) in ordered {
        done.extend(&files);
        let (id, title) = name(rules, &group);
        let after = score_without(findings, rules, tree, &done, false);
        phases.push(PhasePlan {
            id,
            title,
            declared: matches!(group, Group::Declared(_)),
            counts: Counts::of(files.iter().flat_map(|file| &of_file[file]).copied()),
            files: files.iter().map(|file| Arc::clone(&tree.file(*file).path)).collect(),
            before,
            after,
            adopted: score_without(findings, rules, tree, &done, true),
        });
        before = after;
    }
    phases
}

fn group(rules: &RuleSet, path: &str, violations: &[&Violation]) -> Group {
    let named = |globs: &[crate::rule::FileGlob]| globs.iter().any(|glob| glob.matches(path));
    if let Some(at) = rules.phases.iter().position(|phase| named(&phase.paths)) {
        return Group::Declared(at);
    }
    if violations.iter().all(|it| it.context == Context::Test) {
        return Group::Tests;
    }
    if let Some(at) = rules.components.iter().position(|component| named(&component.paths)) {
        return Group::Component(at);
    }
    Group::Directory(path.split_once('/').map_or(".", |(directory, _)| directory).to_owned())
}

fn name(rules: &RuleSet, group: &Group) -> (String, String) {
    match group {
        Group::Declared(at) => (rules.phases[*at].id.to_string(), rules.phases[*at].title.clone()),
        Group::Component(at) => {
            let id = &rules.components[*at].id;
            (format!("component-{id}"), format!("Component {id}"))
        }
        Group::Directory(directory) if directory == "." => ("root".to_owned(), "Files in the project root".to_owned()),
        Group::Directory(directory) => (format!("directory-{directory}"), format!("Directory {directory}")),
        Group::Tests => ("tests".to_owned(), "Test code".to_owned()),
    }
}

/// The overall score without the violations of these files; with `adopt` each of them uses what is canonical.
fn score_without(findings: &Findings, rules: &RuleSet, tree: &Tree, done: &BTreeSet<FileId>, adopt: bool) -> Score {
    let gone = |it: &Violation| done.contains(&it.file) && it.severity >= Severity::Warning;
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
    score(&Findings { violations: left, sources, ..Findings::default() }, rules, tree).overall
}
