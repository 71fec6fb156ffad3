//! Owners and canonical symbols where the rules file declares only one of the two (docs/design.md section 2).

use std::collections::BTreeSet;

use crate::facts::{How, Name, ScopeId};
use crate::resolve::{Denotation, Entity, ModuleRef, Resolver, Step};
use crate::rule::pattern::matches_segments;
use crate::rule::{FileGlob, Origin, RuleSet, SegmentPattern, SymbolPattern};
use crate::selection::Loader;
use crate::source::{FileId, Language};

/// Fills in owners from canonical symbols, and canonical symbols from owners.
pub(super) fn complete(loader: &mut Loader<'_>, rules: &mut RuleSet) {
    for source in 0..rules.sources.len() {
        let declared = &rules.sources[source];
        match (declared.canonical_declared, declared.owners_declared) {
            (true, false) => {
                let (canonical, origin) = (declared.canonical.clone(), declared.origin.clone());
                let files: BTreeSet<FileId> = canonical.iter().flat_map(|it| defining_files(loader, it)).collect();
                let globs = files.into_iter().filter_map(|file| literal_glob(loader, file, &origin));
                rules.sources[source].owners.extend(globs.collect::<Vec<_>>());
            }
            (false, true) => {
                let owners = &declared.owners;
                let files: Vec<FileId> = loader
                    .project
                    .tree
                    .files()
                    .iter()
                    .filter(|file| owners.iter().any(|owner| owner.matches(&file.path)))
                    .map(|file| file.id)
                    .collect();
                for file in files {
                    let canonical = public_names(loader, file, &rules.sources[source].origin);
                    rules.sources[source].canonical.extend(canonical);
                }
            }
            _ => {}
        }
    }
}

/// Declares a file as the owner of a source, with its public names as canonical symbols.
pub(super) fn declare(loader: &mut Loader<'_>, rules: &mut RuleSet, source: usize, file: FileId) {
    let origin = rules.sources[source].origin.clone();
    let canonical = public_names(loader, file, &origin);
    rules.sources[source].owners.extend(literal_glob(loader, file, &origin));
    rules.sources[source].canonical.extend(canonical);
}

fn literal_glob(loader: &Loader<'_>, file: FileId, origin: &Origin) -> Option<FileGlob> {
    FileGlob::new(&globset::escape(&loader.project.tree.file(file).path), origin.clone()).ok()
}

/// The files that define what a pattern names.
fn defining_files(loader: &mut Loader<'_>, pattern: &SymbolPattern) -> BTreeSet<FileId> {
    match pattern.literal() {
        Some(path) => defining_file(loader, pattern.language, &path).into_iter().collect(),
        None => matching_files(loader, pattern),
    }
}

/// The files whose module a pattern names, or that bind a public name which it names in their module.
fn matching_files(loader: &mut Loader<'_>, pattern: &SymbolPattern) -> BTreeSet<FileId> {
    let Some((last, outer)) = pattern.segments.split_last() else { return BTreeSet::new() };
    let names = |loader: &Loader<'_>, file: FileId| {
        let module = ModuleRef::File { file, scope: ScopeId::MODULE };
        loader.project.layouts.of(pattern.language).names(module)
    };
    let files: Vec<FileId> =
        loader.project.tree.files().iter().filter(|file| file.language == pattern.language).map(|it| it.id).collect();
    let (modules, others): (BTreeSet<FileId>, BTreeSet<FileId>) =
        files.into_iter().partition(|&file| names(loader, file).iter().any(|name| pattern.matches(name)));
    let around: BTreeSet<FileId> = others
        .into_iter()
        .filter(|&file| names(loader, file).iter().any(|name| matches_segments(outer, name)))
        .collect();
    loader.load(&around);
    let binds = |file: &FileId| {
        let scope = loader.project.loaded(*file).and_then(|loaded| loaded.facts.scopes.first());
        scope.is_some_and(|scope| scope.members.iter().any(|(name, _)| !name.starts_with('_') && last.matches(name)))
    };
    modules.into_iter().chain(around.iter().copied().filter(binds)).collect()
}

/// The module of the tree whose name is the longest beginning of a path, and how many segments name it.
fn module_of(loader: &Loader<'_>, language: Language, path: &[Name]) -> Option<(ModuleRef, usize)> {
    let layout = loader.project.layouts.of(language);
    layout.longest_module(path).or_else(|| {
        let files = loader.project.tree.files().iter().filter(|file| file.language == language);
        let named = files.filter_map(|file| {
            let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
            let lengths = layout.names(module).into_iter().filter(|name| path.starts_with(name)).map(|name| name.len());
            Some((lengths.max()?, module))
        });
        named.max().map(|(length, module)| (module, length))
    })
}

/// The file that defines what a path names, followed through re-exports.
fn defining_file(loader: &mut Loader<'_>, language: Language, path: &[Name]) -> Option<FileId> {
    loop {
        let (module, length) = module_of(loader, language, path)?;
        let resolver = Resolver::new(&loader.project);
        let mut at = vec![Denotation::module(module)];
        for name in &path[length..] {
            at = at.iter().flat_map(|denotation| resolver.member(denotation, name)).collect();
        }
        let found = at.first().and_then(file_of).or(match module {
            ModuleRef::File { file, .. } => Some(file),
            ModuleRef::Directory(_) => None,
        });
        let wanted = resolver.into_wanted();
        if !loader.load(&wanted) {
            return found;
        }
    }
}

fn file_of(denotation: &Denotation) -> Option<FileId> {
    match &denotation.entity {
        Entity::Module(ModuleRef::File { file, .. }) => Some(*file),
        Entity::Item(item) | Entity::Method { function: item, .. } => Some(item.file),
        _ => denotation
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Bound { file, .. } => Some(*file),
                _ => None,
            })
            .last(),
    }
}

/// Patterns for the public top-level names that a file defines itself.
pub(super) fn public_names(loader: &mut Loader<'_>, file: FileId, origin: &Origin) -> Vec<SymbolPattern> {
    loader.load(&BTreeSet::from([file]));
    let project = &loader.project;
    let language = project.tree.file(file).language;
    let Some(facts) = project.loaded(file).map(|loaded| &loaded.facts) else { return Vec::new() };
    let module = project.module_around(file, ScopeId::MODULE);
    let Some(prefix) = project.module_names(module).into_iter().next() else { return Vec::new() };
    // A module is named by everyone who takes something from it; a package is not by its own modules.
    let stem = project.tree.file(file).path.rsplit('/').next().and_then(|name| name.split('.').next()).map(Name::from);
    let word = stem.filter(|stem| prefix.last() == Some(stem));
    let own = |how: How| matches!(how, How::Assignment | How::Definition);
    let Some(scope) = facts.scopes.first() else { return Vec::new() };
    let names = scope.members.iter().filter(|(name, reach)| {
        !name.starts_with('_')
            && reach
                .bindings(facts)
                .iter()
                .any(|&id| own(facts.bindings[id.index()].how) && facts.bindings[id.index()].public)
    });
    names
        .map(|(name, _)| {
            let path: Vec<Name> = prefix.iter().chain(std::iter::once(name)).cloned().collect();
            let text = path.join(language.separator());
            let segments = path.into_iter().map(SegmentPattern::Literal).collect();
            SymbolPattern { text, language, segments, origin: origin.clone(), word: word.clone() }
        })
        .collect()
}
