//! Methods: the public interface of a class, and which of its methods only delegate; the canonical classes.
//!
//! In: class bodies and `impl` blocks. Out: names of methods, counts of those that pass a call on.

use std::collections::BTreeSet;

use crate::facts::{
    BindingId, Definition, DefinitionKind, How, Name, Receiver, ScopeId, ScopeKind, Target, Undecided, Value, ValueId,
};
use crate::lang::policy;
use crate::resolve::{Entity, ItemRef, Resolver};
use crate::rule::{Rule, RuleIndex, SourceIndex};
use crate::source::FileId;

use super::super::symbols::Meaning;
use super::super::{At, Rules};
use super::modules::given;
use super::{CanonicalClass, Evidence, items};

/// The public methods that a class body or `impl` block declares, and which of all its methods only delegate.
pub(super) fn methods(
    at: &At<'_, '_, '_>,
    rules: &[(RuleIndex, &Rule)],
    body: ScopeId,
    of_trait: bool,
    evidence: &mut Evidence,
) {
    let facts = &at.loaded.facts;
    assigned(at, rules, body, evidence);
    for binding in facts.bindings.iter().filter(|it| it.scope == body && it.how == How::Definition) {
        let Target::Definition(id) = binding.target else { continue };
        let definition = &facts.definitions[id.index()];
        if definition.kind != DefinitionKind::Function {
            continue;
        }
        if !binding.name.starts_with('_') && (binding.public || of_trait) {
            evidence.methods.insert(binding.name.clone());
        }
        if is_constructor(at, definition) {
            continue;
        }
        for (index, rule) in rules {
            // What does nothing is no work of its own, but it is no substitute for a canonical method either.
            if definition.idle && !is_canonical_method(at, rule.source, &binding.name) {
                continue;
            }
            let forwards = definition.delegates.is_some_and(|value| delegates(at, rule.source, value));
            let part = evidence.rules.entry(*index).or_default();
            if forwards {
                part.forwards += 1;
            } else {
                part.others += 1;
            }
        }
    }
}

fn is_canonical_method(at: &At<'_, '_, '_>, source: SourceIndex, name: &Name) -> bool {
    at.rules.canonical.get(source.0).into_iter().flatten().any(|class| class.methods.contains(name))
}

/// The methods that a class body takes from the canonical symbol (`get = manager.get`).
fn assigned(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], body: ScopeId, evidence: &mut Evidence) {
    let facts = &at.loaded.facts;
    for binding in facts.bindings.iter().filter(|it| it.scope == body && it.how == How::Assignment) {
        let Target::Value(value) = binding.target else { continue };
        let Value::Member { object, .. } = facts.values[value.index()].value else { continue };
        for (index, rule) in rules {
            if delegates(at, rule.source, object) {
                evidence.rules.entry(*index).or_default().forwards += 1;
                if !binding.name.starts_with('_') {
                    evidence.methods.insert(binding.name.clone());
                }
            }
        }
    }
}

/// Returns whether a class only says what others implement: a protocol, or one whose public methods are all abstract.
pub(super) fn is_interface(at: &At<'_, '_, '_>, class: &Definition) -> bool {
    let facts = &at.loaded.facts;
    let interfaces = &policy(at.language).interfaces;
    let named = |value: ValueId, names: &[&str]| match &facts.values[value.index()].value {
        Value::Name { name, .. } | Value::Member { name, .. } => names.contains(&name.as_str()),
        _ => false,
    };
    let makes_interface = |base: ValueId| match &facts.values[base.index()].value {
        Value::Subscript { object } => named(*object, interfaces.bases),
        _ => named(base, interfaces.bases),
    };
    if class.bases.iter().any(|&base| makes_interface(base)) {
        return true;
    }
    let functions = facts.definitions.iter().filter(|it| it.kind == DefinitionKind::Function);
    let mut public = functions.filter(|it| Some(it.scope) == class.body && !it.name.starts_with('_')).peekable();
    let is_abstract = |it: &Definition| it.decorators.iter().any(|&value| named(value, interfaces.decorators));
    public.peek().is_some() && public.all(is_abstract)
}

/// A function that only sets an instance up: a shim needs one too.
pub(super) fn is_constructor(at: &At<'_, '_, '_>, definition: &Definition) -> bool {
    policy(at.language).constructors.contains(&definition.name.as_str())
        || definition.receiver == Receiver::None
            && definition.returns.iter().any(|&value| {
                let values = &at.loaded.facts.values;
                matches!(values[value.index()].value, Value::InstanceOf(class)
                    if matches!(values[class.index()].value, Value::SelfType(_)))
            })
}

/// Returns whether a method evaluates to the canonical symbol, or to something reached through it.
pub(super) fn delegates(at: &At<'_, '_, '_>, source: SourceIndex, value: ValueId) -> bool {
    let mut next = Some(value);
    while let Some(value) = next {
        if at.resolver.value(at.file, value).iter().any(|denotation| at.is_canonical(denotation, source))
            || holds_canonical(at, source, value)
        {
            return true;
        }
        next = match &at.loaded.facts.values[value.index()].value {
            Value::Member { object, .. } | Value::Undecided(Undecided::DynamicMember(object)) => Some(*object),
            Value::Call { callee, .. } => Some(*callee),
            // A name for what is delegated, before it is returned.
            Value::Name { reach, .. } => match *reach.bindings(&at.loaded.facts) {
                [only] => match at.loaded.facts.bindings[only.index()].target {
                    Target::Value(value) => Some(value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
    }
    false
}

/// Returns whether a value is a field that holds the canonical symbol behind a reference, `Arc` or the like.
fn holds_canonical(at: &At<'_, '_, '_>, source: SourceIndex, value: ValueId) -> bool {
    let Value::Member { object, name, .. } = &at.loaded.facts.values[value.index()].value else { return false };
    at.resolver.value(at.file, *object).iter().any(|denotation| {
        let Entity::Instance(class) = &denotation.entity else { return false };
        let Entity::Item(item) = class.entity else { return false };
        at.resolver.item_definition(item).is_some_and(|definition| {
            definition
                .filled
                .iter()
                .filter(|(field, _)| field == name)
                .any(|&(_, inner)| at.resolver.value(item.file, inner).iter().any(|it| at.is_canonical(it, source)))
        })
    })
}

/// Adds the public methods of the bases.
pub(super) fn inherited(at: &At<'_, '_, '_>, item: ItemRef, evidence: &mut Evidence) {
    for ancestor in at.resolver.ancestors(item) {
        if let Entity::Item(base) = ancestor.entity {
            evidence.methods.extend(own_methods(at, base));
        }
    }
}

/// The public methods that the body of a class of any loaded file declares.
pub(super) fn own_methods(at: &At<'_, '_, '_>, item: ItemRef) -> Vec<Name> {
    let Some(facts) = at.resolver.loaded(item.file).map(|loaded| &loaded.facts) else { return Vec::new() };
    let body = facts.definitions[item.definition.index()].body;
    let functions = facts.bindings.iter().filter(|binding| {
        Some(binding.scope) == body
            && !binding.name.starts_with('_')
            && matches!(binding.target, Target::Definition(id)
                if facts.definitions[id.index()].kind == DefinitionKind::Function)
    });
    functions.map(|binding| binding.name.clone()).collect()
}

/// The classes of a source's canonical symbols, as far as one of its owners defines or makes them.
#[must_use]
pub fn canonical_classes(
    resolver: &Resolver<'_, '_>,
    rules: Rules<'_>,
    owner: FileId,
    source: SourceIndex,
) -> Vec<CanonicalClass> {
    let Some(at) = At::new(resolver, rules, owner) else { return Vec::new() };
    let facts = &at.loaded.facts;
    let mut items: BTreeSet<ItemRef> = BTreeSet::new();
    for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
        if facts.scopes[binding.scope.index()].kind == ScopeKind::Module && binding.how != How::Import {
            for denotation in resolver.binding(owner, id).iter() {
                if at.of_chain(&denotation.paths).found.iter().any(|(it, _)| *it == Meaning::Canonical(source)) {
                    items.extend(given(&at, denotation));
                }
            }
        }
    }
    let class = |item: ItemRef| {
        let mut methods: BTreeSet<Name> = own_methods(&at, item).into_iter().collect();
        methods.extend(implemented_methods(&at, item));
        let mut bases = Evidence::default();
        inherited(&at, item, &mut bases);
        methods.extend(bases.methods);
        CanonicalClass { item, methods }
    };
    items.into_iter().map(class).collect()
}

/// The public methods in the `impl` blocks of a type.
pub(super) fn implemented_methods(at: &At<'_, '_, '_>, item: ItemRef) -> Vec<Name> {
    let project = at.resolver.project;
    let Some(definition) = at.resolver.item_definition(item) else { return Vec::new() };
    let mut found = Vec::new();
    for &(file, index) in project.layouts.of(at.language).implementations(&definition.name) {
        let Some(facts) = project.loaded(file).map(|loaded| &loaded.facts) else { continue };
        let Some(implementation) = facts.implementations.get(index as usize) else { continue };
        if items(&at.resolver.value(file, implementation.target)).contains(&item) {
            let of_trait = implementation.of.is_some();
            let own = facts.bindings.iter().filter(|it| it.scope == implementation.body && (it.public || of_trait));
            let functions = own.filter(|it| {
                matches!(it.target, Target::Definition(id)
                    if facts.definitions[id.index()].kind == DefinitionKind::Function)
            });
            found.extend(functions.map(|it| it.name.clone()));
        }
    }
    found
}
