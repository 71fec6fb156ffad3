//! Modules: what a file takes from others and gives to others of the classes that may be rivals.
//!
//! In: import statements and the names of a module. Out: the classes that a file imports, whether it is nothing but
//! another way to a source, and the names by which others can import what it has.

use std::collections::BTreeSet;

use crate::facts::{
    BindingId, Definition, DefinitionKind, How, Name, ScopeId, ScopeKind, Site, SiteKind, Target, Value, ValueId,
};
use crate::resolve::{Denotation, Entity, ItemRef, ModuleRef};
use crate::rule::{Rule, RuleIndex, SourceIndex};
use crate::source::FileId;

use super::super::At;
use super::clients::{clients, is_fixture, wrap};
use super::methods::delegates;
use super::{Evidence, Wrapped, classes, named, rules_of, stands_out};

/// The classes of the tree that a file takes from other modules: themselves, an instance, or a function that returns one.
pub(super) fn imported(at: &At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> BTreeSet<ItemRef> {
    let mut found = BTreeSet::new();
    for site in &at.loaded.facts.sites {
        let values: Vec<ValueId> = match &site.kind {
            SiteKind::Import { named, .. } => at.loaded.facts.choices.get(*named).to_vec(),
            SiteKind::Call(call) => at.callee(*call).into_iter().collect(),
            SiteKind::Reference { value, .. } | SiteKind::Literal(value) | SiteKind::Subclass { base: value, .. } => {
                vec![*value]
            }
            _ => continue,
        };
        let named = matches!(site.kind, SiteKind::Import { .. });
        for value in values.into_iter().filter(|&value| interesting(value)) {
            if !named && !is_of_module(at, value) {
                continue;
            }
            for denotation in at.resolver.value(at.file, value).iter() {
                found.extend(given(at, denotation).into_iter().filter(|item| item.file != at.file));
            }
        }
    }
    found
}

/// The files whose modules, or items of them, import statements name. A package that its own modules write as dots alone is
/// not named: nothing could be searched for.
pub(super) fn modules(at: &At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> BTreeSet<FileId> {
    let dots = |value: &ValueId| {
        let value = &at.loaded.facts.values[value.index()].value;
        matches!(value, Value::Module(module) if module.path.is_empty())
    };
    let named = imports(at).flat_map(|(_, named)| named).filter(|&&value| interesting(value));
    let named = named.filter(|value| !dots(value));
    named.flat_map(|&value| module_files(at, value)).collect()
}

pub(super) fn imports<'d>(at: &At<'d, '_, '_>) -> impl Iterator<Item = (&'d Site, &'d [ValueId])> + use<'d> {
    let facts = &at.loaded.facts;
    facts.sites.iter().filter_map(|site| match &site.kind {
        SiteKind::Import { named, .. } => Some((site, facts.choices.get(*named))),
        _ => None,
    })
}

pub(super) fn module_files(at: &At<'_, '_, '_>, value: ValueId) -> Vec<FileId> {
    let file = |denotation: &Denotation| match denotation.entity {
        Entity::Module(ModuleRef::File { file, .. }) | Entity::Item(ItemRef { file, .. }) => Some(file),
        _ => None,
    };
    at.resolver.value(at.file, value).iter().filter_map(file).collect()
}

/// Returns whether a module only hands on what a source's owners define: it imports from no other file of the tree,
/// defines no class, its functions only delegate, and it does nothing with the source itself.
pub(super) fn reexports(at: &At<'_, '_, '_>, source: SourceIndex) -> bool {
    let facts = &at.loaded.facts;
    let owners = &at.rules.set.sources[source.0].owners;
    let is_owner = |file: &FileId| {
        let path = &at.resolver.project.tree.file(*file).path;
        owners.iter().any(|owner| owner.matches(path))
    };
    let top = |scope: ScopeId| scope == ScopeId::MODULE;
    // Nearly every file has something that rules it out at once.
    let may_delegate =
        |it: &Definition| it.kind == DefinitionKind::Function && (!top(it.scope) || it.delegates.is_some());
    if !facts.definitions.iter().all(may_delegate) {
        return false;
    }
    let (mut from_owner, mut from_others) = (false, false);
    for (_, named) in imports(at).filter(|(site, _)| top(site.scope)) {
        let Some(&module) = named.first() else { continue };
        let files = module_files(at, module);
        let given = named.iter().any(|&value| {
            at.resolver.value(at.file, value).iter().any(|denotation| at.is_canonical(denotation, source))
        });
        from_owner |= given;
        from_others |= !given && !files.is_empty() && !files.iter().all(is_owner);
    }
    from_owner
        && !from_others
        && facts
            .definitions
            .iter()
            .all(|it| !top(it.scope) || it.delegates.is_some_and(|value| delegates(at, source, value)))
        && !facts.sites.iter().filter(|site| top(site.scope)).any(|site| match site.kind {
            SiteKind::Call(call) => at.callee(call).is_some_and(|callee| delegates(at, source, callee)),
            _ => false,
        })
}

/// Returns whether a value is a name of a module that is not this file: written as its member, or taken by a star
/// import.
pub(super) fn is_of_module(at: &At<'_, '_, '_>, value: ValueId) -> bool {
    let facts = &at.loaded.facts;
    match &facts.values[value.index()].value {
        Value::Member { object, .. } => {
            at.resolver.value(at.file, *object).iter().any(|it| matches!(it.entity, Entity::Module(_)))
        }
        Value::Name { reach, .. } => reach.bindings(facts).iter().any(|id| facts.bindings[id.index()].how == How::Star),
        _ => false,
    }
}

/// The classes of the tree that something is, is an instance of, or returns.
pub(super) fn given(at: &At<'_, '_, '_>, denotation: &Denotation) -> Vec<ItemRef> {
    let class = |denotation: &Denotation| match &denotation.entity {
        Entity::Item(item) if at.resolver.is_class(denotation) => Some(*item),
        Entity::Instance(class) => match class.entity {
            Entity::Item(item) => Some(item),
            _ => None,
        },
        _ => None,
    };
    match &denotation.entity {
        Entity::Item(function) if !at.resolver.is_class(denotation) => {
            at.resolver.returned(*function).iter().filter_map(class).collect()
        }
        _ => class(denotation).into_iter().collect(),
    }
}

/// The names of the classes of a file that may be rivals, of what gives an instance of one, and of functions that give a
/// client: other files can import and wrap them. What the file says of classes has been read.
pub(in super::super) fn derived(at: &At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> Vec<Name> {
    let rules = rules_of(at);
    if rules.is_empty() {
        return Vec::new();
    }
    let rivals = standing_out(at, &rules);
    let facts = &at.loaded.facts;
    let name = |item: &ItemRef| at.resolver.item_definition(*item).map(|definition| definition.name.clone());
    let mut names: Vec<Name> = rivals.iter().filter_map(name).collect();
    if !at.found.reexports.is_empty() {
        let module = at.resolver.project.module_around(at.file, ScopeId::MODULE);
        names.extend(at.resolver.module_names(module).iter().filter_map(|name| name.last().cloned()));
    }
    for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
        if facts.scopes[binding.scope.index()].kind != ScopeKind::Module {
            continue;
        }
        let gives = match &binding.target {
            Target::Value(value) => interesting(*value) && gives_rival(at, id, &rivals),
            Target::Definition(definition) => {
                let definition = &facts.definitions[definition.index()];
                definition.kind == DefinitionKind::Function
                    && definition.returns.iter().any(|&value| interesting(value))
                    && (gives_rival(at, id, &rivals) || gives_client(at, &rules, definition))
            }
            _ => false,
        };
        if gives {
            names.push(binding.name.clone());
        }
    }
    names
}

pub(super) fn gives_rival(at: &At<'_, '_, '_>, binding: BindingId, own: &BTreeSet<ItemRef>) -> bool {
    at.resolver.binding(at.file, binding).iter().any(|denotation| {
        let mut items = given(at, denotation).into_iter();
        items.any(|item| own.contains(&item) || item.file != at.file && may_be_rival(at, item))
    })
}

/// Returns whether the file of a class says that it may be a rival.
pub(super) fn may_be_rival(at: &At<'_, '_, '_>, item: ItemRef) -> bool {
    let Some(mut other) = At::new(at.resolver, at.rules, item.file) else { return false };
    let definition = at.resolver.item_definition(item);
    if definition.is_some_and(|it| rules_of(at).iter().any(|(_, rule)| named(at, rule, item, it))) {
        return true;
    }
    classes(&mut other, &mut |_| true);
    standing_out(&other, &rules_of(&other)).contains(&item)
}

fn standing_out(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)]) -> BTreeSet<ItemRef> {
    let classes = at.found.classes.iter();
    classes.filter(|(item, evidence)| stands_out(at, rules, *item, evidence)).map(|(item, _)| *item).collect()
}

/// Returns whether a function returns a client of one of the rules.
pub(super) fn gives_client(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], function: &Definition) -> bool {
    if is_fixture(at, at.file, function) {
        return false;
    }
    let mut evidence = Evidence::default();
    for &value in &function.returns {
        for client in clients(at, at.file, value, 0) {
            wrap(at, rules, &client.class, Wrapped::kept(), &mut evidence);
        }
    }
    !evidence.rules.is_empty()
}
