//! Inferring the owner of a source that declares none (docs/design.md section 2).
//!
//! In: the rules and a loader that leaves test code out. Out: for each source the owner that the evidence names, or the
//! candidates among which it names none. A candidate builds what the source's rules ban and hands it out; what counts is how
//! many other files use exactly the names by which it does. All sources are looked at together: one analysis finds the
//! candidates, one that knows nothing but their names finds the users.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::symbols::Symbols;
use crate::detect::{Detected, HandOut};
use crate::findings::{InferredOwner, OwnerCandidate};
use crate::purpose::Purpose;
use crate::resolve::Project;
use crate::rule::{RuleKind, RuleSet, Source, SymbolPattern};
use crate::selection::{Loader, is_test};
use crate::source::FileId;

use super::{owners, scan};

/// Says what the evidence shows of the owner of a source.
#[derive(Debug, Clone)]
pub(super) enum Inference {
    /// It was not asked for, since the source declares one.
    Declared,
    /// One file hands the source out to more files than any other, by these names.
    Owner(InferredOwner, Vec<SymbolPattern>),
    /// No file stands out among these.
    Open(Vec<OwnerCandidate>),
}

/// A file that builds what the rules of a source ban and hands it out.
struct HandingFile {
    file: FileId,
    source: usize,
    names: Vec<HandedName>,
}

/// One of its names, and who uses it.
struct HandedName {
    hand_out: HandOut,
    pattern: SymbolPattern,
    users: BTreeSet<FileId>,
}

/// The owners of all sources that declare neither owners nor canonical symbols.
pub(super) fn owners(loader: &mut Loader<'_>, rules: &RuleSet) -> Vec<Inference> {
    let mut candidates = candidates(loader, rules);
    find_users(loader, rules, &mut candidates);
    let mut of_source: BTreeMap<usize, Vec<HandingFile>> = BTreeMap::new();
    for candidate in candidates {
        of_source.entry(candidate.source).or_default().push(candidate);
    }
    let decided = rules.sources.iter().enumerate().map(|(index, source)| match is_open(source) {
        false => Inference::Declared,
        true => decide(loader, source, of_source.remove(&index).unwrap_or_default()),
    });
    decided.collect()
}

/// Returns true if a source declares neither owners nor canonical symbols.
pub(super) fn is_open(source: &Source) -> bool {
    !source.canonical_declared && !source.owners_declared
}

/// Files of the program itself, not exempt, that build what is banned and hand it out.
fn candidates(loader: &mut Loader<'_>, rules: &RuleSet) -> Vec<HandingFile> {
    let symbols = Symbols::new(rules);
    let detected = scan(loader, rules, &symbols, &[], None).apart().0;
    let mut found = Vec::new();
    for (index, source) in rules.sources.iter().enumerate().filter(|(_, source)| is_open(source)) {
        let files = constructing(&loader.project, rules, index, &detected);
        for (file, hand_outs) in owners::hand_outs(loader, rules, &symbols, index, &files) {
            let named = |hand_out: HandOut| {
                let pattern = owners::pattern(&loader.project, file, &hand_out.name, &source.origin)?;
                Some(HandedName { hand_out, pattern, users: BTreeSet::new() })
            };
            let names: Vec<HandedName> = hand_outs.into_iter().filter_map(named).collect();
            if !names.is_empty() {
                found.push(HandingFile { file, source: index, names });
            }
        }
    }
    found
}

/// The files of the program itself in which a source's rules meet a construction, outside test code and exemptions.
fn constructing(project: &Project<'_>, rules: &RuleSet, source: usize, detected: &Detected) -> BTreeSet<FileId> {
    let constructs = |file: FileId, hit: &crate::detect::Hit| {
        let rule = &rules.rules[hit.rule.0];
        let path = &project.tree.file(file).path;
        rule.source.0 == source
            && rule.kind == RuleKind::Construct
            && !rule.allow_in.iter().any(|entry| entry.path.matches(path))
            && !project.load(file).is_some_and(|it| it.facts.scopes[hit.spot.scope.index()].test)
    };
    let of_program = |file: FileId| {
        let text = project.load(file).map_or("", |loaded| &loaded.text);
        !is_test(project, rules, file) && Purpose::of(&project.tree.file(file).path, text).is_none()
    };
    let files =
        detected.iter().filter(|(file, hits)| hits.hits.iter().any(|hit| constructs(*file, hit)) && of_program(*file));
    files.map(|(file, _)| *file).collect()
}

/// Notes who uses which name. The trial has a source for each name and no rules: nothing but the names is searched for.
fn find_users<'c>(loader: &mut Loader<'_>, rules: &RuleSet, candidates: &'c mut [HandingFile]) {
    let of_file = |it: &'c mut HandingFile| it.names.iter_mut().map(|name| (it.source, it.file, name));
    let mut names: Vec<(usize, FileId, &mut HandedName)> = candidates.iter_mut().flat_map(of_file).collect();
    if names.is_empty() {
        return;
    }
    let mut trial = RuleSet { rules: Vec::new(), sources: Vec::new(), ..rules.clone() };
    let Some(model) = rules.sources.first() else { return };
    trial.sources.extend(names.iter().map(|(source, _, name)| Source {
        canonical: vec![name.pattern.clone()],
        owners: Vec::new(),
        within: rules.sources[*source].within.clone(),
        ..model.clone()
    }));
    let detected = scan(loader, &trial, &Symbols::new(&trial), &[], None).apart().0;
    for (file, hits) in detected.into_iter().filter(|(file, _)| !is_test(&loader.project, rules, *file)) {
        for used in hits.uses.iter().filter(|used| !used.test) {
            if let Some((_, owner, name)) = names.get_mut(used.source.0)
                && *owner != file
            {
                name.users.insert(file);
            }
        }
    }
}

impl HandingFile {
    /// Leaves out the classes of which others take the instances that the file gives, and, where some names are used, those
    /// that nobody uses.
    fn settle(&mut self) {
        let used = |name: &&HandedName| !name.users.is_empty();
        let given: BTreeSet<_> =
            self.names.iter().filter(used).flat_map(|name| name.hand_out.instance_of.iter().copied()).collect();
        self.names.retain(|name| name.hand_out.class.is_none_or(|class| !given.contains(&class)));
        if self.users() > 0 {
            self.names.retain(|name| !name.users.is_empty());
        }
    }

    fn users(&self) -> usize {
        self.names.iter().flat_map(|name| &name.users).collect::<BTreeSet<_>>().len()
    }

    fn shown(&self, loader: &Loader<'_>) -> OwnerCandidate {
        let names = self.names.iter().map(|name| name.pattern.text.clone()).collect();
        OwnerCandidate { path: Arc::clone(&loader.project.tree.file(self.file).path), users: self.users(), names }
    }
}

fn decide(loader: &Loader<'_>, source: &Source, mut candidates: Vec<HandingFile>) -> Inference {
    candidates.iter_mut().for_each(HandingFile::settle);
    // The most users first, then in path order.
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.users()), candidate.file));
    let stands_out = match candidates.as_slice() {
        [] => false,
        [only] => only.users() > 0,
        [first, second, ..] => first.users() > second.users(),
    };
    if !stands_out {
        return Inference::Open(candidates.iter().map(|it| it.shown(loader)).collect());
    }
    let owner = candidates.remove(0);
    let others = candidates.iter().map(|it| it.shown(loader)).collect();
    let OwnerCandidate { path, users, names } = owner.shown(loader);
    let list: Vec<String> = names.iter().map(|name| toml::Value::String(name.clone()).to_string()).collect();
    let declaration = format!("[[source]]\nid = \"{}\"\ncanonical = [{}]", source.id, list.join(", "));
    let inferred = InferredOwner { file: owner.file, path, users, names, declaration, others };
    Inference::Owner(inferred, owner.names.into_iter().map(|name| name.pattern).collect())
}
