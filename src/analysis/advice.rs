//! Advice: what to use instead of what breaks a rule (docs/design.md section 8): the rule's own word, else the canonical names of
//! the source, the nearest first, else the file that owns it; and the call to write where the name is a function's.
//!
//! In: the findings of a run. Out: the same with advice. Every name is looked up once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::{DefinitionKind, Name};
use crate::findings::Findings;
use crate::lang::calling::Callee;
use crate::lang::{self, FrontEnd};
use crate::resolve::{Denotation, Entity, ItemRef};
use crate::rule::{Rule, RuleKind, RuleSet, SymbolPattern};
use crate::selection::Loader;
use crate::source::Language;
use crate::violation::{Advice, Violation};

use super::owners::{Followed, file_of, follow};

/// A name that is advised.
#[derive(Clone, Default)]
struct AdvisedName {
    /// The file that defines it.
    path: Option<Arc<str>>,
    /// The code that calls it, and the import that brings it.
    call: Option<(String, Option<String>)>,
}

type KnownNames = BTreeMap<(Language, String), AdvisedName>;

/// Gives each violation what to use instead.
pub(super) fn give(loader: &mut Loader<'_>, rules: &RuleSet, findings: &mut Findings) {
    let owners: Vec<Vec<Arc<str>>> = findings
        .sources
        .iter()
        .map(|source| source.owners.iter().map(|file| Arc::clone(&loader.project.tree.file(*file).path)).collect())
        .collect();
    let mut known = KnownNames::new();
    for violation in findings.violations.iter_mut().chain(&mut findings.exempted) {
        let Some(rule) = rules.rule_at(&violation.rule, &violation.path) else { continue };
        let file = loader.project.tree.files().get(violation.file.index());
        let Some(language) = file.map(|file| file.language).filter(|_| rule.kind != RuleKind::Path) else { continue };
        advise(loader, &mut known, rules, Adviser { rule, language, owners: &owners[rule.source.0] }, violation);
    }
}

/// A rule, as it advises in a file.
struct Adviser<'p> {
    rule: &'p Rule,
    language: Language,
    /// The files that own its source.
    owners: &'p [Arc<str>],
}

fn advise(
    loader: &mut Loader<'_>,
    known: &mut KnownNames,
    rules: &RuleSet,
    adviser: Adviser<'_>,
    violation: &mut Violation,
) {
    let Adviser { rule, language, owners } = adviser;
    let mut names = match rule.use_instead.for_language(language) {
        Some(name) => vec![name.to_owned()],
        None => canonical(rules, rule, language),
    };
    for name in &names {
        let key = (language, name.clone());
        known.entry(key).or_insert_with(|| look(loader, language, name));
    }
    let of = |name: &String| known.get(&(language, name.clone())).cloned().unwrap_or_default();
    let distance = |name: &String| distance(rules, &violation.path, of(name).path.as_deref());
    names.sort_by_cached_key(distance);
    let Some(first) = names.first().cloned() else {
        // The message of this kind names the owner itself.
        let mut own = owners.iter().filter(|_| rule.kind != RuleKind::Configure);
        violation.advice.owner = own.find(|path| lang::of_path(path.as_ref().as_ref()) == Some(language)).cloned();
        return;
    };
    let call = of(&first).call.filter(|_| rule.kind != RuleKind::Import);
    let (code, import) = call.map_or((None, None), |(code, import)| (Some(code), import));
    violation.advice = Advice { code, import, others: names.split_off(1), owner: None };
    violation.use_instead = Some(first);
}

/// The canonical names of a rule's source in a language that none of its rules bans.
fn canonical(rules: &RuleSet, rule: &Rule, language: Language) -> Vec<String> {
    let of_source = rules.rules.iter().filter(|it| it.source == rule.source);
    let bans: Vec<&SymbolPattern> = of_source.flat_map(|it| &it.ban).collect();
    let mut seen = BTreeSet::new();
    let of_language = rules.sources[rule.source.0].canonical.iter().filter(|pattern| pattern.language == language);
    of_language
        .filter_map(|pattern| Some((pattern.text.clone(), pattern.literal()?)))
        .filter(|(text, path)| seen.insert(text.clone()) && !bans.iter().any(|ban| ban.matches(path)))
        .map(|(text, _)| text)
        .collect()
}

/// Returns how far a file is from another: first whether no component has both, then the fewer directories they share.
fn distance(rules: &RuleSet, from: &str, to: Option<&str>) -> (bool, Reverse<usize>) {
    let Some(to) = to else { return (true, Reverse(0)) };
    let both = rules.components.iter().any(|it| it.has(from) && it.has(to));
    let shared = from.split('/').zip(to.split('/')).take_while(|(one, other)| one == other).count();
    (!both, Reverse(shared))
}

/// Looks a name up in the tree.
fn look(loader: &mut Loader<'_>, language: Language, name: &str) -> AdvisedName {
    let path: Vec<Name> = name.split(language.separator()).map(Name::from).collect();
    let Some(Followed { module, length, before, ends }) = follow(loader, language, &path) else {
        return AdvisedName::default();
    };
    let project = &loader.project;
    let file = ends.first().and_then(|end| file_of(project, end)).or(module);
    let call = match ends.as_slice() {
        [Denotation { entity: Entity::Item(item) | Entity::Method { function: item, .. }, .. }] => {
            let of_instance = before.iter().all(|it| matches!(it.entity, Entity::Instance(_)));
            call(loader, *item, &path, length, of_instance)
        }
        _ => None,
    };
    AdvisedName { path: file.map(|file| Arc::clone(&project.tree.file(file).path)), call }
}

fn call(
    loader: &Loader<'_>,
    item: ItemRef,
    path: &[Name],
    length: usize,
    of_instance: bool,
) -> Option<(String, Option<String>)> {
    let loaded = loader.project.loaded(item.file)?;
    let definition = loaded.facts.definitions.get(item.definition.index())?;
    if definition.kind != DefinitionKind::Function || length >= path.len() {
        return None;
    }
    let language = loader.project.tree.file(item.file).language;
    let front_end: &dyn FrontEnd = lang::front_end(language);
    let import = front_end.import(&path[..length], &path[length]);
    let written = if import.is_some() { &path[length..] } else { path };
    let name = written.join(language.separator());
    let callee = Callee { text: &loaded.text, definition, name: &name, of_instance };
    Some((front_end.call(&callee)?, import))
}
