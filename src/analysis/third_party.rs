//! The top-level names that the rules give as third-party, and the files of the tree that capture one (docs/design.md
//! section 4).

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::facts::{Anchor, Name, Target, Value};
use crate::lang::Layout;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{Project, is_class_like};
use crate::rule::{RuleSet, SymbolPattern};
use crate::source::{FileId, Language};

/// Returns the top-level names of the patterns of a language, whose layout this is, that name no module inside the tree. What the files hold plays no part.
pub(super) fn names(language: Language, layout: &dyn Layout, rules: &RuleSet) -> FxHashSet<Name> {
    let paths: Vec<Vec<Name>> = patterns(rules, language).filter_map(longest_literal).collect();
    let project: BTreeSet<&Name> =
        paths.iter().filter(|path| in_tree(layout, path)).filter_map(|path| path.first()).collect();
    paths.iter().filter_map(|path| path.first()).filter(|root| !project.contains(root)).cloned().collect()
}

/// Returns the names before the first wildcard of every symbol of the rules in a language: whether there are modules of these
/// names decides what is third-party.
pub(super) fn named(rules: &RuleSet, language: Language) -> impl Iterator<Item = Name> {
    patterns(rules, language).filter_map(longest_literal).flatten()
}

/// All symbols of the rules in a language.
fn patterns(rules: &RuleSet, language: Language) -> impl Iterator<Item = &SymbolPattern> {
    let banned = rules.rules.iter().flat_map(|rule| &rule.ban);
    let canonical = rules.sources.iter().flat_map(|source| &source.canonical);
    let aliases = rules.aliases.iter().flat_map(|alias| [&alias.path, &alias.is]);
    banned.chain(canonical).chain(aliases).filter(move |pattern| pattern.language == language)
}

/// The segments before the first wildcard.
fn longest_literal(pattern: &SymbolPattern) -> Option<Vec<Name>> {
    let literal = pattern.segments.iter().map_while(|segment| match segment {
        crate::rule::SegmentPattern::Literal(name) => Some(name.clone()),
        _ => None,
    });
    let path: Vec<Name> = literal.collect();
    (!path.is_empty()).then_some(path)
}

/// Returns whether a path of the rules names a module below a top-level package of the tree, or a member of one.
fn in_tree(layout: &dyn Layout, path: &[Name]) -> bool {
    let rest = layout.longest_own(path).filter(|&length| length > 1).map(|length| &path[length..]);
    // What follows a module and is no class would be a module itself, and that one is not there.
    rest.is_some_and(|rest| rest.len() <= 1 || is_class_like(&rest[0]))
}

/// A warning for each third-party name that a file of the tree captures without having what the rules name.
pub(super) fn captured(project: &Project<'_>, rules: &RuleSet) -> Vec<Problem> {
    project.layouts.all().flat_map(|(language, layout)| captured_in(project, language, layout, rules)).collect()
}

fn captured_in(project: &Project<'_>, language: Language, layout: &dyn Layout, rules: &RuleSet) -> Vec<Problem> {
    let mut members: BTreeMap<Name, BTreeSet<Option<Name>>> = BTreeMap::new();
    for path in patterns(rules, language).filter_map(longest_literal).filter(|path| layout.is_third_party(&path[0])) {
        members.entry(path[0].clone()).or_default().insert(path.get(1).cloned());
    }
    let warning = |(root, members): (Name, BTreeSet<Option<Name>>)| {
        let module = layout.capturing(&root)?;
        if members.iter().flatten().any(|member| has(project, module, &root, member)) {
            return None;
        }
        let message =
            format!("`import {root}` means this file, not the third-party package `{root}` that the rules name");
        let file = &project.tree.file(module).path;
        let problem = Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, file, message);
        Some(problem.with_help(format!(
            "rename it, or list the import roots under `[{language}] roots` without the directory that holds `{root}`"
        )))
    };
    members.into_iter().filter_map(warning).collect()
}

/// Returns whether a file binds a name itself, other than by an import from the package that it hides.
fn has(project: &Project<'_>, file: FileId, root: &Name, member: &Name) -> bool {
    let Some(facts) = project.load(file).map(|loaded| &loaded.facts) else { return false };
    let Some(reach) = facts.scopes.first().and_then(|scope| scope.member(member)) else { return false };
    reach.bindings(facts).iter().any(|id| {
        let Target::Value(mut value) = facts.bindings[id.index()].target else { return true };
        loop {
            match &facts.values[value.index()].value {
                Value::Member { object, .. } => value = *object,
                Value::Module(module) if module.anchor == Anchor::Absolute => break module.path.first() != Some(root),
                _ => break true,
            }
        }
    })
}
