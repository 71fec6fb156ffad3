//! Kind `import`: statements and calls that name a banned module or symbol.
//!
//! An import is judged by the module that it names itself, not by where a re-exported name comes from.

use crate::facts::{Anchor, How, Name, Value, ValueId};
use crate::findings::UnresolvedReason;
use crate::resolve::{Denotation, Entity, ModuleRef, PathRef};
use crate::rule::{RuleKind, SegmentPattern};
use crate::violation::{Confidence, Form};

use super::symbols::{Match, Meaning, SymbolEntry, searched};
use super::{At, Hit, Spot};

/// An import statement: one hit for each banned module it names.
pub(super) fn statement(at: &mut At<'_, '_, '_>, site: usize, named: &[ValueId], star: bool) {
    for &value in named {
        let form = if star { Form::Star } else { Form::Direct };
        for path in named_paths(at, value) {
            hits(at, site, &path, value, form, Confidence::High);
        }
        missing(at, value);
    }
}

/// A path that is written in full, where the language lets code reach into packages and modules without an import: one hit
/// for the longest part of it that a rule bans.
pub(super) fn written(at: &mut At<'_, '_, '_>, site: usize, value: ValueId) {
    if !crate::lang::policy(at.language).paths_import {
        return;
    }
    let values = &at.loaded.facts.values;
    let mut parts = vec![value];
    while let Value::Member { object, .. } = values[parts[parts.len() - 1].index()].value {
        parts.push(object);
    }
    // The crate of a macro that `#[macro_use]` brings is not written, so that its place is empty.
    let is_written = |root: ValueId| values[root.index()].span.start < values[root.index()].span.end;
    if parts.pop().is_some_and(|root| is_written(root) && begins_in_full(at, root)) {
        for part in parts {
            let mut found = false;
            for path in named_paths(at, part) {
                found |= hits(at, site, &path, value, Form::Direct, Confidence::High);
            }
            if found {
                return;
            }
        }
    }
}

/// Returns whether a path that begins with this value is written in full: with a package or with a module of the tree.
fn begins_in_full(at: &At<'_, '_, '_>, root: ValueId) -> bool {
    let facts = &at.loaded.facts;
    let Value::Name { name, reach } = &facts.values[root.index()].value else {
        let written = |anchor| matches!(anchor, Anchor::Absolute | Anchor::Crate | Anchor::Module(_));
        return matches!(&facts.values[root.index()].value, Value::Module(module) if written(module.anchor));
    };
    // What the prelude brings is not written in full, and neither is what an import brings.
    let own = |denotation: &Denotation| match denotation.external_path() {
        Some(path) => path.len() == 1 && path.first() == Some(name),
        None => matches!(denotation.entity, Entity::Module(_)),
    };
    let declared = |id: &crate::facts::BindingId| facts.bindings[id.index()].how == How::Definition;
    (reach.unbound() || reach.bindings(facts).iter().all(declared)) && at.resolver.value(at.file, root).iter().any(own)
}

/// The paths that an imported value names by itself.
fn named_paths(at: &At<'_, '_, '_>, value: ValueId) -> Vec<PathRef> {
    let own = |denotation: &Denotation| match (&denotation.entity, denotation.paths.iter().next()) {
        (Entity::Module(module), _) => Some(PathRef::Tree { module: *module, members: [].into() }),
        (_, path) => path.cloned(),
    };
    let facts = &at.loaded.facts;
    match &facts.values[value.index()].value {
        Value::Member { object, name, .. } => {
            let parents = at.resolver.value(at.file, *object);
            let of_parent = |parent: &Denotation| -> Option<PathRef> {
                if let Some(module) = at.resolver.imported_submodule(parent, name) {
                    return Some(PathRef::Tree { module, members: [].into() });
                }
                match parent.entity {
                    // A name that hides a submodule is not that module, though it has its path.
                    Entity::Module(_) if at.resolver.hides_submodule(parent, name) => None,
                    Entity::Module(_) | Entity::External => Some(own(parent)?.member(name)),
                    _ => None,
                }
            };
            parents.iter().filter_map(of_parent).collect()
        }
        _ => at.resolver.value(at.file, value).iter().filter_map(own).collect(),
    }
}

/// Reports the import rules that ban a path or what it is reached through; returns whether there is one.
fn hits(
    at: &mut At<'_, '_, '_>,
    site: usize,
    path: &PathRef,
    written: ValueId,
    form: Form,
    confidence: Confidence,
) -> bool {
    let mut found = Vec::new();
    at.of_path(path, |name, hit| {
        if let Meaning::Ban(rule) = hit.entry.meaning {
            found.push((rule, named(name, &hit), hit.length));
        }
    });
    let mut any = false;
    for (rule, symbol, _) in found {
        if at.rule(rule).kind == RuleKind::Import {
            let symbol = symbol.join(at.language.separator());
            let written = at.value_span(written);
            let spot = Spot::of(&at.loaded.facts.sites, site);
            at.report(Hit { rule, spot, symbol, written, form, confidence, steps: Vec::new() });
            any = true;
        }
    }
    any
}

/// The banned module or symbol inside the path that the statement names.
fn named(name: &[Name], hit: &Match<'_>) -> Vec<Name> {
    hit.entry.pattern.literal().unwrap_or_else(|| name[..hit.length.min(name.len())].to_vec())
}

/// Notes a name that a module of the tree does not have although the rules know a symbol of that name. A module that was
/// only found above the file is no evidence: the statement may well name a library that is called like it.
fn missing(at: &mut At<'_, '_, '_>, value: ValueId) {
    let facts = &at.loaded.facts;
    let node = &facts.values[value.index()];
    let Value::Member { object, name, .. } = &node.value else { return };
    let by_name = |module| match &facts.values[object.index()].value {
        Value::Module(it) if it.anchor == Anchor::Absolute => at.resolver.module_names(module).contains(&it.path),
        _ => true,
    };
    let in_file = |denotation: &Denotation| match denotation.entity {
        Entity::Module(module @ ModuleRef::File { .. }) => by_name(module),
        _ => false,
    };
    if is_searched(at, name)
        && at.resolver.value(at.file, *object).iter().any(in_file)
        && at.resolver.value(at.file, value).is_empty()
        && !at.resolver.has_member(at.file, *object, name)
    {
        at.found.unresolved.push((node.span, UnresolvedReason::MissingName));
    }
}

/// Returns whether some symbol of the rules has this name. Only words that are searched for count: the others are met
/// by chance, in files that are analysed for other reasons.
fn is_searched(at: &At<'_, '_, '_>, name: &Name) -> bool {
    let known = |entry: &SymbolEntry| {
        let pattern = &entry.pattern;
        let public_of_owner = pattern.word.is_some() && !name.starts_with('_');
        pattern.language == at.language
            && (public_of_owner || searched(&pattern.segments) == Some(name))
            && pattern.segments.last() == Some(&SegmentPattern::Literal(name.clone()))
    };
    at.rules.symbols.entries().iter().any(known)
}

/// Notes a member of a module of the tree that only its `__getattr__` can give, if the rules know a symbol of that name.
pub(super) fn given_on_demand(at: &mut At<'_, '_, '_>, value: ValueId) {
    let node = &at.loaded.facts.values[value.index()];
    let Value::Member { object, name, .. } = &node.value else { return };
    let asks = |denotation: &Denotation| match denotation.entity {
        Entity::Module(ModuleRef::File { file, scope }) => at.resolver.loaded(file).is_some_and(|loaded| {
            let scope = &loaded.facts.scopes[scope.index()];
            scope.member(crate::lang::MEMBER_HOOK).is_some() && scope.member(name).is_none()
        }),
        _ => false,
    };
    if is_searched(at, name)
        && at.resolver.value(at.file, value).is_empty()
        && at.resolver.value(at.file, *object).iter().any(asks)
    {
        at.found.unresolved.push((node.span, UnresolvedReason::MissingName));
    }
}

/// A call that imports a module named by a string.
pub(super) fn dynamic(at: &mut At<'_, '_, '_>, site: usize, call: ValueId) {
    let facts = &at.loaded.facts;
    let Value::Call { callee, arguments } = &facts.values[call.index()].value else { return };
    for denotation in at.resolver.value(at.file, *callee).iter() {
        let Some(importer) = at.resolver.importer(at.file, denotation) else { continue };
        let imported = at.resolver.imported(at.file, call, importer, facts.arguments.get(*arguments));
        if imported.computed {
            at.found.unresolved.push((at.site(site).span, UnresolvedReason::ComputedImport));
        }
        for module in imported.named {
            if let Some(path) = module.paths.iter().next() {
                hits(at, site, path, call, Form::Dynamic, Confidence::Medium);
            }
        }
    }
}

/// A string that names a banned module as the target of a patch.
pub(super) fn patch_target(at: &mut At<'_, '_, '_>, site: usize, value: ValueId) {
    let facts = &at.loaded.facts;
    let Value::Text(text) = facts.values[value.index()].value else { return };
    let path: Vec<Name> = facts.text(text).split('.').map(Name::from).collect();
    let mut found = Vec::new();
    at.resolver.consult_module_names(&path);
    let (names, module) = match at.resolver.project.layouts.of(at.language).longest_module(&path) {
        Some((module, length)) => {
            let names = at.resolver.module_names(module);
            let full = |name: &Vec<Name>| name.iter().chain(&path[length..]).cloned().collect::<Vec<Name>>();
            (names.iter().map(full).collect(), names.iter().map(Vec::len).collect())
        }
        None => (vec![path], vec![0]),
    };
    for (name, module) in names.iter().zip::<Vec<usize>>(module) {
        for hit in at.rules.symbols.matches(at.language, name, module) {
            if let Meaning::Ban(rule) = hit.entry.meaning
                && at.rule(rule).kind == RuleKind::Import
            {
                found.push((rule, named(name, &hit).join(".")));
            }
        }
    }
    for (rule, symbol) in found {
        let written = at.value_span(value);
        let (form, confidence) = (Form::String, Confidence::Low);
        let spot = Spot::of(&at.loaded.facts.sites, site);
        at.report(Hit { rule, spot, symbol, written, form, confidence, steps: Vec::new() });
    }
}
