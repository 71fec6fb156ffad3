//! Which top-level names the rules give as third-party, and which files of the tree capture one (docs/design.md section 4).

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::facts::Name;
use crate::lang::Layout;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{ModuleRef, Project};
use crate::rule::{RuleSet, SymbolPattern};
use crate::source::Language;
use crate::tree::{Texts, Tree};

/// The top-level names of the patterns of a language, whose layout this is, that name nothing in the tree.
pub(super) fn names(
    tree: &Tree,
    texts: &dyn Texts,
    (language, layout): (Language, &dyn Layout),
    rules: &RuleSet,
) -> FxHashSet<Name> {
    let mut project = BTreeSet::new();
    let mut roots = BTreeSet::new();
    for path in patterns(rules, language).filter_map(longest_literal) {
        let Some(root) = path.first() else { continue };
        roots.insert(root.clone());
        if in_tree(tree, texts, layout, &path) {
            project.insert(root.clone());
        }
    }
    roots.into_iter().filter(|root| !project.contains(root)).collect()
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

/// Whether a path of the rules names something of the tree: a module below its top-level package, or a name that the
/// text of the top-level module contains.
fn in_tree(tree: &Tree, texts: &dyn Texts, layout: &dyn Layout, path: &[Name]) -> bool {
    match layout.longest_module(path) {
        None => false,
        Some((_, length)) if length > 1 => true,
        Some((ModuleRef::Directory(_), _)) => false,
        Some((ModuleRef::File { file, .. }, _)) => {
            let Some(member) = path.get(1) else { return false };
            texts.read(&tree.file(file).path).is_ok_and(|text| contains_word(&text, member))
        }
    }
}

fn contains_word(text: &str, word: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), word).any(|at| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part(before) && !part(after)
    })
}

/// A warning for each third-party name that a file of the tree captures.
pub(super) fn captured(project: &Project<'_>, rules: &RuleSet) -> Vec<Problem> {
    project.layouts.all().flat_map(|(language, layout)| captured_in(language, layout, rules)).collect()
}

fn captured_in(language: Language, layout: &dyn Layout, rules: &RuleSet) -> Vec<Problem> {
    let roots: BTreeSet<Name> = patterns(rules, language).filter_map(|pattern| pattern.root().cloned()).collect();
    let third_party = roots.into_iter().filter(|root| layout.is_third_party(root));
    third_party
        .filter_map(|root| {
            let file = layout.capturing(&root)?;
            let message =
                format!("`import {root}` means this file, not the third-party package `{root}` that the rules name");
            let problem = Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, file, message);
            Some(problem.with_help(format!(
                "rename it, or list the import roots under `[{language}] roots` without the directory that holds `{root}`"
            )))
        })
        .collect()
}
