//! Rules files below the topmost one: what `projects` lists, and what such a file adds and changes in its directory.
//!
//! In: the tree of the topmost file, and those of the others. Out: a rule set in which each rule and source says where it
//! holds. A rule or source that a directory's file changes has two forms: one for that directory, one for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::problem::{Problem, ProblemKind};

use super::check::{check, unanchored};
use super::complaint::{error, warning};
use super::load::{ListDirectories, RulesText};
use super::subtree::{Subtree, is_below};
use super::tree::Node;
use super::{FileGlob, Rule, RuleSet, RulesFile, SourceIndex};

/// A directory whose rules are known, as the next ones below it build on them.
pub(super) struct Level {
    /// The directory; empty for the project root.
    pub directory: Arc<str>,
    /// All that the files from the topmost to its own say.
    pub tree: Node,
    /// The names of these files.
    pub loaded: BTreeSet<Arc<str>>,
}

/// Holds what the rules file of a listed directory says, with what it extends.
pub(super) struct SubFile {
    pub directory: Arc<str>,
    pub own: Node,
    pub incomplete: bool,
    pub files: Vec<RulesFile>,
    pub loaded: BTreeSet<Arc<str>>,
}

/// Keys that speak of the whole project.
const OF_THE_WHOLE: [&str; 6] = ["projects", "gate", "criterion", "phase", "report", "components"];

/// Reads the patterns of `projects`.
pub(super) fn patterns(root: &Node, problems: &mut Vec<Problem>) -> Vec<FileGlob> {
    let mut found = Vec::new();
    for node in root.list_at("projects") {
        let Some(text) = node.text().map(|text| text.trim_end_matches('/')) else { continue };
        if let Some(complaint) = unanchored(text).filter(|_| !text.is_empty()) {
            problems.push(error(&node.origin, complaint.message).with_help(complaint.help));
        } else {
            match FileGlob::new(text, node.origin.clone()) {
                Ok(glob) if !text.is_empty() => found.push(glob),
                _ => {
                    let message = format!("`{}` is no valid pattern of directories", node.text().unwrap_or_default());
                    let help = "write it like `services/*`, relative to the project root";
                    problems.push(error(&node.origin, message).with_help(help));
                }
            }
        }
    }
    found
}

/// Finds the directories that have rules files of their own, those around others first.
pub(super) fn listed(
    root: &Node,
    list: Option<&ListDirectories<'_>>,
    rules: &mut RuleSet,
    problems: &mut Vec<Problem>,
) -> BTreeMap<Arc<str>, RulesText> {
    let patterns = patterns(root, problems);
    rules.lists_projects = !patterns.is_empty();
    let mut found = BTreeMap::new();
    let Some(list) = list else { return found };
    for pattern in patterns {
        let directories = list(&pattern);
        if directories.is_empty() {
            let help = "paths are relative to the project root; correct the pattern or remove the entry";
            let dead = warning(&pattern.origin, format!("`{}` matches no directory", pattern.text)).with_help(help);
            problems.push(Problem { kind: ProblemKind::DeadEntry, ..dead });
        }
        for directory in directories {
            match directory.file {
                Some(Ok(text)) => {
                    found.insert(directory.path, text);
                }
                Some(Err(problem)) => problems.push(problem),
                None => {}
            }
        }
    }
    found
}

/// Adds to the rules what the file of a directory says.
pub(super) fn add(rules: &mut RuleSet, above: &Level, file: SubFile, problems: &mut Vec<Problem>) -> Level {
    let SubFile { directory, own, incomplete, files, loaded } = file;
    of_the_whole(&own, problems);
    let mut tree = above.tree.clone();
    tree.merge(own.clone());
    let here = check(tree.clone(), incomplete, problems);
    known_component_floors(rules, &own, problems);
    for file in files {
        if !rules.files.iter().any(|known| known.name == file.name) {
            rules.files.push(file);
        }
    }
    merge(rules, &directory, &own, here);
    rules.effective.add(Arc::clone(&directory), own);
    rules.projects.push(Arc::clone(&directory));
    Level { directory, tree, loaded }
}

/// Reports keys that only the topmost file may have.
fn of_the_whole(own: &Node, problems: &mut Vec<Problem>) {
    let languages = crate::lang::languages().map(|language| language.name());
    for key in OF_THE_WHOLE.into_iter().chain(languages) {
        if let Some(node) = own.get(key) {
            let message =
                format!("`{key}` speaks of the whole project, and this file of a directory that `projects` lists");
            problems.push(error(&node.origin, message).with_help("write it in the topmost rules file"));
        }
    }
}

/// Reports floors for components that another file has: they would hold outside of this directory too.
fn known_component_floors(rules: &RuleSet, own: &Node, problems: &mut Vec<Problem>) {
    for component in own.tables_at("component") {
        let Some((id, floor)) = component.text_at("id").zip(component.get("fail-under")) else { continue };
        if let Some(known) = rules.components.iter().find(|known| *known.id == *id) {
            let message = format!("component `{id}` is of another file, so its `fail-under` stands there");
            let help = format!("it is declared in {}", known.origin.place());
            problems.push(error(&floor.origin, message).with_help(help));
        }
    }
}

/// Adds the rules `here`, which are those above with what is the directory's `own`.
fn merge(rules: &mut RuleSet, directory: &Arc<str>, own: &Node, here: RuleSet) {
    let ids = |section| own.tables_at(section).filter_map(|entry| entry.text_at("id")).collect::<BTreeSet<&str>>();
    let (own_sources, own_rules) = (ids("source"), ids("rule"));
    let mut indices = Vec::new();
    let mut changed = BTreeSet::new();
    for source in here.sources {
        let known = rules.source_index_at(&source.id, directory);
        match known.filter(|_| !own_sources.contains(&*source.id)) {
            Some(index) => indices.push(index),
            None => {
                if let Some(SourceIndex(index)) = known {
                    rules.sources[index].within.except.push(Arc::clone(directory));
                }
                changed.insert(Arc::clone(&source.id));
                indices.push(SourceIndex(rules.sources.len()));
                let within = Subtree::of(directory);
                rules.sources.push(super::Source { within, ..source });
            }
        }
    }
    let on = here.rules.into_iter().map(|rule| (rule, true));
    let off = here.disabled.into_iter().map(|rule| (rule, false));
    for (rule, on) in on.chain(off) {
        let source = indices[rule.source.0];
        if !own_rules.contains(&*rule.id) && !changed.contains(&rules.sources[source.0].id) {
            continue;
        }
        let mut known = rules.rules.iter_mut().chain(&mut rules.disabled);
        if let Some(known) = known.find(|known| known.id == rule.id && known.within.holds(directory)) {
            known.within.except.push(Arc::clone(directory));
        }
        let mut entries = own.tables_at("rule").filter_map(|entry| entry.get("id"));
        let changed_by = entries.find(|id| id.text() == Some(&rule.id)).map(|id| id.origin.clone());
        let changed_by = changed_by.filter(|origin| *origin != rule.origin);
        let rule = Rule { source, within: Subtree::of(directory), changed_by, ..rule };
        if on { rules.rules.push(rule) } else { rules.disabled.push(rule) }
    }
    for component in here.components {
        match rules.components.iter_mut().find(|known| known.id == component.id) {
            Some(known) => {
                add_globs(&mut known.paths, component.paths);
                known.impact = known.impact.take().or(component.impact);
            }
            None => rules.components.push(component),
        }
    }
    for alias in here.aliases {
        let same = |known: &super::Alias| known.path.text == alias.path.text && known.is.text == alias.is.text;
        let holds = |known: &super::Alias| is_below(directory, &known.path.origin.base);
        if !rules.aliases.iter().any(|known| same(known) && holds(known)) {
            rules.aliases.push(alias);
        }
    }
    add_globs(&mut rules.exclude, here.exclude);
    add_globs(&mut rules.tests, here.tests);
}

fn add_globs(known: &mut Vec<FileGlob>, more: Vec<FileGlob>) {
    for glob in more {
        if !known.iter().any(|it| it.text == glob.text) {
            known.push(glob);
        }
    }
}
