//! Entries of the rules file that match nothing (docs/design.md section 2). Entries of packs are never warned about.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::Detected;
use crate::detect::symbols::{SymbolEntry, Symbols};
use crate::facts::Name;
use crate::lang::policy;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{Denotation, Resolver};
use crate::rule::{FileGlob, Origin, RuleSet, SegmentPattern, SymbolPattern};
use crate::selection::Loader;
use crate::source::Language;

/// A warning with a caret for each file glob that no file has and each name that nothing defines or refers to.
pub(super) fn entries(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    symbols: &Symbols,
    detected: &Detected,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        globs(rules).filter(|glob| !glob.origin.pack && !glob_lives(loader, glob)).map(dead_glob).collect();
    let matched: BTreeSet<usize> = detected.iter().flat_map(|(_, hits)| hits.seen.iter().copied()).collect();
    // The forms of a rule in several directories have one entry in the file.
    let place = |entry: &SymbolEntry| (Arc::clone(&entry.pattern.origin.file), entry.pattern.origin.span);
    let seen: BTreeSet<_> = symbols.entries().iter().filter(|it| matched.contains(&it.id)).map(place).collect();
    for entry in symbols.entries() {
        // What the analysis itself added stands nowhere in the rules file.
        let written = entry.pattern.origin.span.of(&entry.pattern.origin.text).contains(entry.pattern.text.as_str());
        if !entry.pattern.origin.pack && written && !seen.contains(&place(entry)) && !name_lives(loader, &entry.pattern)
        {
            problems.push(dead_name(&entry.pattern));
        }
    }
    problems
}

fn globs(rules: &RuleSet) -> impl Iterator<Item = &FileGlob> {
    let owners = rules.sources.iter().flat_map(|source| &source.owners);
    let exempt = rules.rules.iter().flat_map(|rule| rule.allow_in.iter().map(|entry| &entry.path));
    let components = rules.components.iter().flat_map(|component| &component.paths);
    let allowed = rules.rules.iter().flat_map(|rule| &rule.parameters.only_in);
    owners.chain(exempt).chain(allowed).chain(components).chain(&rules.exclude).chain(&rules.tests)
}

fn glob_lives(loader: &Loader<'_>, glob: &FileGlob) -> bool {
    let tree = loader.project.tree;
    tree.files().iter().any(|file| glob.matches(&file.path))
        || tree
            .skipped
            .iter()
            .any(|skipped| glob.matches(&skipped.path) || glob.matches(&format!("{}/_", skipped.path)))
}

/// Returns whether a name is one of a library, or of something that the tree defines.
pub(super) fn name_lives(loader: &mut Loader<'_>, pattern: &SymbolPattern) -> bool {
    let layout = loader.project.layouts.of(pattern.language);
    let outside = |root: &Name| layout.longest_module(std::slice::from_ref(root)).is_none();
    match pattern.literal() {
        Some(path) => {
            path.first().is_none_or(|root| layout.is_third_party(root) || outside(root))
                || defined(loader, pattern.language, &path)
        }
        None => {
            let project = &loader.project;
            // A module has its last name in its path, unless it is the root of a package, which may be called anything.
            let last = match pattern.segments.last() {
                Some(SegmentPattern::Literal(name)) if !policy(pattern.language).paths_import => name.as_str(),
                _ => "",
            };
            let files = project.tree.files().iter();
            let modules = files.filter(|file| file.language == pattern.language && file.path.contains(last));
            pattern.root().is_some_and(outside)
                || modules.into_iter().any(|file| {
                    let names = project.module_names(project.module_around(file.id, crate::facts::ScopeId::MODULE));
                    names.iter().any(|name| pattern.matches(name))
                })
        }
    }
}

/// Returns whether the tree defines what a path names.
fn defined(loader: &mut Loader<'_>, language: Language, path: &[Name]) -> bool {
    loop {
        let Some((module, length)) = loader.project.layouts.of(language).longest_module(path) else { return false };
        let resolver = Resolver::new(&loader.project);
        let mut at = vec![Denotation::module(module)];
        for name in &path[length..] {
            at = at.iter().flat_map(|denotation| resolver.member(denotation, name)).collect();
        }
        let wanted = resolver.into_wanted();
        if !loader.load(&wanted) {
            return !at.is_empty();
        }
    }
}

fn dead_glob(glob: &FileGlob) -> Problem {
    let message = format!("`{}` matches no file", glob.text);
    dead(&glob.origin, message, "paths are relative to the project root; correct the pattern or remove the entry")
}

fn dead_name(pattern: &SymbolPattern) -> Problem {
    let message = format!("`{}` is neither defined in the tree nor used in it", pattern.text);
    dead(&pattern.origin, message, "correct the name or remove the entry")
}

fn dead(origin: &Origin, message: String, help: &str) -> Problem {
    Problem::at(ProblemSeverity::Warning, ProblemKind::DeadEntry, &origin.file, &origin.text, origin.span, message)
        .with_help(help)
}
