//! Inferring the owner of a source that declares none (docs/design.md section 2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::symbols::Symbols;
use crate::facts::{Role, SiteKind, Value, ValueId};
use crate::findings::InferredOwner;
use crate::resolve::{Denotation, Entity, ModuleRef, PathRef, Resolver, Step};
use crate::rule::{RuleKind, RuleSet};
use crate::selection::{Loader, MayRefer, is_test};
use crate::source::FileId;

use super::{owners, scan};

/// The owner of a source that declares neither owners nor canonical symbols: of the files outside tests with a banned
/// construction, the one whose names most other files outside tests use.
pub(super) fn owner(loader: &mut Loader<'_>, rules: &RuleSet, source: usize) -> Option<InferredOwner> {
    let declared = &rules.sources[source];
    if declared.canonical_declared || declared.owners_declared {
        return None;
    }
    let candidates = candidates(loader, rules, source);
    if candidates.is_empty() {
        return None;
    }
    let mut trial = rules.clone();
    for &file in &candidates {
        let names = owners::public_names(loader, file, &declared.origin);
        trial.sources[source].canonical.extend(names);
    }
    let symbols = Symbols::new(&trial);
    let scan = scan(loader, &trial, &symbols, &[]);
    let mut users: BTreeMap<FileId, usize> = candidates.iter().map(|&file| (file, 0)).collect();
    let relevant = scan.detected.iter().map(|(file, _)| *file).collect();
    let may_refer = scan.selection.may_refer(false);
    let used = loader.look(&relevant, |resolver, file| used_files(resolver, &may_refer, file));
    for (file, used) in used.into_iter().filter(|(file, _)| !is_test(&loader.project, rules, *file)) {
        for used in used.into_iter().filter(|&used| used != file) {
            if let Some(count) = users.get_mut(&used) {
                *count += 1;
            }
        }
    }
    let (file, users) = users.into_iter().max_by_key(|&(file, count)| (count, std::cmp::Reverse(file)))?;
    let path = Arc::clone(&loader.project.tree.file(file).path);
    let declaration =
        format!("[[source]]\nid = \"{}\"\nowners = [{}]", declared.id, toml::Value::String(path.to_string()));
    Some(InferredOwner { file, path, users, declaration })
}

/// Files outside tests, not exempt, with a banned construction.
fn candidates(loader: &mut Loader<'_>, rules: &RuleSet, source: usize) -> BTreeSet<FileId> {
    let symbols = Symbols::new(rules);
    let scan = scan(loader, rules, &symbols, &[]);
    let constructs = |hit: &crate::detect::Hit, path: &str| {
        let rule = &rules.rules[hit.rule.0];
        rule.source.0 == source
            && rule.kind == RuleKind::Construct
            && !rule.allow_in.iter().any(|entry| entry.path.matches(path))
    };
    scan.detected
        .iter()
        .filter(|(file, hits)| {
            let path = &loader.project.tree.file(*file).path;
            !is_test(&loader.project, rules, *file) && hits.hits.iter().any(|hit| constructs(hit, path))
        })
        .map(|(file, _)| *file)
        .collect()
}

/// The files whose names a file uses at run time, among those that can matter.
fn used_files(resolver: &Resolver<'_, '_>, may_refer: &MayRefer<'_>, file: FileId) -> BTreeSet<FileId> {
    let Some(loaded) = resolver.project.loaded(file) else { return BTreeSet::new() };
    let Some(mut judge) = may_refer.judge(resolver.project, file) else { return BTreeSet::new() };
    let values = loaded.facts.sites.iter().filter_map(|site| match &site.kind {
        SiteKind::Call(call) => callee(loaded, *call),
        SiteKind::Reference { value, role: Role::Value } => Some(*value),
        SiteKind::Subclass { base, .. } | SiteKind::Literal(base) => Some(*base),
        _ => None,
    });
    let values = values.filter(|&value| judge.value(value));
    values.flat_map(|value| resolver.value(file, value).iter().flat_map(files_of).collect::<Vec<_>>()).collect()
}

fn callee(loaded: &crate::resolve::LoadedFile, call: ValueId) -> Option<ValueId> {
    match &loaded.facts.values[call.index()].value {
        Value::Call { callee, .. } => Some(*callee),
        _ => None,
    }
}

fn files_of(denotation: &Denotation) -> BTreeSet<FileId> {
    let mut files: BTreeSet<FileId> = denotation
        .paths
        .iter()
        .filter_map(|path| match path {
            PathRef::Tree { module: ModuleRef::File { file, .. }, members } if !members.is_empty() => Some(*file),
            _ => None,
        })
        .collect();
    files.extend(denotation.steps.iter().filter_map(|step| match step {
        Step::Bound { file, .. } | Step::Dynamic { file, .. } | Step::Expanded { file, .. } => Some(*file),
        Step::Inherited(_) | Step::Overridden(_) | Step::Returned(_) => None,
    }));
    if let Entity::Item(item) | Entity::Method { function: item, .. } = &denotation.entity {
        files.insert(item.file);
    }
    files
}
