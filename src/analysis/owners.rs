//! Owners and canonical symbols where the rules file declares only one of the two (docs/design.md section 2).

use std::collections::BTreeSet;

use crate::cache::{FingerprintBuilder, Stage};
use crate::detect::symbols::Symbols;
use crate::detect::{HandOut, Rules, hand_outs as handed_out};
use crate::facts::{Binding, BindingId, How, Name, ScopeId, Target, Value, ValueId};
use crate::resolve::{Denotation, Entity, LoadedFile, ModuleRef, Project, Resolver, Step};
use crate::rule::pattern::matches_segments;
use crate::rule::{FileGlob, Origin, RuleSet, SegmentPattern, SourceIndex, SymbolPattern};
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
                let of_source = |path: &str| owners.iter().any(|owner| owner.matches(path));
                let files = loader.project.tree.files().iter().filter(|file| of_source(&file.path));
                let files: BTreeSet<FileId> = files.map(|file| file.id).collect();
                let canonical = given_names(loader, rules, source, &files);
                rules.sources[source].canonical.extend(canonical);
            }
            _ => {}
        }
    }
}

/// Declares a file as the owner of a source, with these canonical symbols.
pub(super) fn declare(
    loader: &Loader<'_>,
    rules: &mut RuleSet,
    source: usize,
    file: FileId,
    canonical: Vec<SymbolPattern>,
) {
    let origin = rules.sources[source].origin.clone();
    rules.sources[source].owners.extend(literal_glob(loader, file, &origin));
    rules.sources[source].canonical.extend(canonical);
}

/// The names through which owners hand out what the rules of a source ban; if there are none, all their public names.
fn given_names(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    source: usize,
    files: &BTreeSet<FileId>,
) -> Vec<SymbolPattern> {
    let origin = &rules.sources[source].origin;
    let symbols = Symbols::new(rules);
    let mut given = Vec::new();
    for (file, names) in hand_outs(loader, rules, &symbols, source, files) {
        let word = module_word(&loader.project, file);
        let patterns = names.iter().filter_map(|it| pattern(&loader.project, file, &it.name, origin));
        given.extend(patterns.map(|pattern| SymbolPattern { word: word.clone(), ..pattern }));
    }
    if given.is_empty() {
        given = files.iter().flat_map(|&file| public_names(loader, file, origin)).collect();
    }
    given
}

/// The names through which each of these files hands out what the rules of a source ban.
pub(super) fn hand_outs(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    symbols: &Symbols,
    source: usize,
    files: &BTreeSet<FileId>,
) -> Vec<(FileId, Vec<HandOut>)> {
    loader.load(files);
    let context = Rules { set: rules, symbols, exempt: &|_, _| false, canonical: &[] };
    let tree = loader.project.tree;
    let stage = || {
        let mut builder = FingerprintBuilder::default().with("hand-outs").with(source.to_le_bytes());
        context.fingerprint(tree, &mut builder);
        Stage::from(builder.finish())
    };
    loader.look(files, stage, |resolver, file| handed_out(resolver, context, file, SourceIndex(source)))
}

fn literal_glob(loader: &Loader<'_>, file: FileId, origin: &Origin) -> Option<FileGlob> {
    FileGlob::of_path(&loader.project.tree.file(file).path, origin.clone())
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
    let found = follow(loader, language, path)?;
    found.ends.first().and_then(|it| file_of(&loader.project, it)).or(found.module)
}

/// A full name, followed through the tree.
pub(super) struct Followed {
    /// The file of the module that its longest beginning names.
    pub module: Option<FileId>,
    /// The segments that name the module.
    pub length: usize,
    /// The meanings of all segments but the last.
    pub before: Vec<Denotation>,
    /// The meanings of the whole name.
    pub ends: Vec<Denotation>,
}

/// Follows a full name through re-exports; none if no module of the tree has it.
pub(super) fn follow(loader: &mut Loader<'_>, language: Language, path: &[Name]) -> Option<Followed> {
    loop {
        let (module, length) = module_of(loader, language, path)?;
        let resolver = Resolver::new(&loader.project);
        let (mut before, mut ends) = (Vec::new(), vec![Denotation::module(module)]);
        for name in &path[length..] {
            before = ends;
            ends = before.iter().flat_map(|denotation| resolver.member(denotation, name)).collect();
        }
        let wanted = resolver.into_wanted();
        if !loader.load(&wanted) {
            let module = match module {
                ModuleRef::File { file, .. } => Some(file),
                ModuleRef::Directory(_) => None,
            };
            return Some(Followed { module, length, before, ends });
        }
    }
}

/// Returns the file in which something is defined or made.
pub(super) fn file_of(project: &Project<'_>, denotation: &Denotation) -> Option<FileId> {
    match &denotation.entity {
        Entity::Module(ModuleRef::File { file, .. }) => Some(*file),
        Entity::Item(item) | Entity::Method { function: item, .. } => Some(item.file),
        _ => {
            let bound = || {
                denotation.steps.iter().filter_map(|step| match step {
                    Step::Bound { file, binding } => Some((*file, *binding)),
                    _ => None,
                })
            };
            // Where the instance is made it is defined, wherever its class is.
            let making = bound().find(|&(file, binding)| is_made_at(project, file, binding));
            making.or(bound().last()).map(|(file, _)| file)
        }
    }
}

/// Returns true if a binding is an assignment of what a call gives.
fn is_made_at(project: &Project<'_>, file: FileId, binding: BindingId) -> bool {
    let Some(facts) = project.loaded(file).map(|loaded| &loaded.facts) else { return false };
    let binding = &facts.bindings[binding.index()];
    matches!(binding.target, Target::Value(value)
        if binding.how == How::Assignment && matches!(facts.values[value.index()].value, Value::Call { .. }))
}

/// Patterns for the public top-level names of a file, less those that it merely has from elsewhere.
fn public_names(loader: &mut Loader<'_>, file: FileId, origin: &Origin) -> Vec<SymbolPattern> {
    loader.load(&BTreeSet::from([file]));
    let project = &loader.project;
    let Some(loaded) = project.loaded(file) else { return Vec::new() };
    let Some(scope) = loaded.facts.scopes.first() else { return Vec::new() };
    let word = module_word(project, file);
    let resolver = Resolver::new(project);
    let own = |binding: &Binding| match binding.how {
        How::Definition => true,
        How::Assignment => !comes_from_elsewhere(&resolver, file, loaded, binding),
        _ => false,
    };
    let names = scope.members.iter().filter(|(name, reach)| {
        let mut bindings = reach.bindings(&loaded.facts).into_iter().map(|id| &loaded.facts.bindings[id.index()]);
        !name.starts_with('_') && bindings.any(|binding| binding.public && own(binding))
    });
    let patterns = names.filter_map(|(name, _)| pattern(project, file, name, origin));
    patterns.map(|pattern| SymbolPattern { word: word.clone(), ..pattern }).collect()
}

/// Returns true if a name is bound to what another module has or makes, such as a logger.
fn comes_from_elsewhere(resolver: &Resolver<'_, '_>, file: FileId, loaded: &LoadedFile, binding: &Binding) -> bool {
    let Target::Value(value) = binding.target else { return false };
    let Some(root) = made_by(loaded, value) else { return false };
    let meanings = resolver.value(file, root);
    let elsewhere = |it: &Denotation| match &it.entity {
        Entity::External => true,
        Entity::Module(_) => true,
        Entity::Item(item) | Entity::Method { function: item, .. } => item.file != file,
        Entity::Instance(_) | Entity::Super(_) | Entity::Opaque => false,
    };
    !meanings.is_empty() && meanings.iter().all(elsewhere)
}

/// The name or path that a value is, or that is called for it.
fn made_by(loaded: &LoadedFile, value: ValueId) -> Option<ValueId> {
    match loaded.facts.values[value.index()].value {
        Value::Call { callee, .. } => Some(callee),
        Value::Name { .. } | Value::Member { .. } => Some(value),
        _ => None,
    }
}

/// The pattern of a name at the top of a file's module.
pub(super) fn pattern(project: &Project<'_>, file: FileId, name: &Name, origin: &Origin) -> Option<SymbolPattern> {
    let language = project.tree.file(file).language;
    let prefix = project.module_names(project.module_around(file, ScopeId::MODULE)).into_iter().next()?;
    let path: Vec<Name> = prefix.into_iter().chain([name.clone()]).collect();
    let text = path.join(language.separator());
    let segments = path.into_iter().map(SegmentPattern::Literal).collect();
    Some(SymbolPattern { text, language, segments, origin: origin.clone(), word: None })
}

/// The name of a file's module as everyone writes it who takes something from it; a package is not named by its own
/// modules.
fn module_word(project: &Project<'_>, file: FileId) -> Option<Name> {
    let prefix = project.module_names(project.module_around(file, ScopeId::MODULE)).into_iter().next()?;
    let stem = project.tree.file(file).path.rsplit('/').next().and_then(|name| name.split('.').next()).map(Name::from);
    stem.filter(|stem| prefix.last() == Some(stem))
}
