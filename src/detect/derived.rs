//! Derived names: what other files could call something the rules speak of, though it has another name there.
//!
//! Re-exports under another name, subclasses, class attributes that hold a banned class, functions that return one. The
//! selection searches for these names too (docs/design.md section 9).

use serde::{Deserialize, Serialize};

use crate::facts::{
    Anchor, Binding, BindingId, Definition, FileFacts, How, MacroDefinition, Name, ScopeKind, Target, Value, ValueId,
};
use crate::resolve::{Denotation, Entity, ItemRef, Meanings, PathRef, Resolver};
use crate::rule::RuleKind;
use crate::source::FileId;

use super::symbols::Meaning;
use super::{At, Rules};

/// A name under which other files can reach a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Derived {
    /// The name of the symbol, or of something that leads to it.
    Symbol(Name),
    /// The name of a module outside the tree that holds symbols.
    Module(Name),
}

/// The reach of a derived name: the places that can use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Extent {
    /// Only what stands inside the modules of the file that gives it can use it.
    Inside,
    /// Everybody can, as a member of a class or of its instances.
    Member,
    /// Everybody can, as a member or by an import.
    Anyone,
}

/// The places that can use a derived name: the file that gives it, and how far it extends.
pub type Giver = (FileId, Extent);

/// Which values of a file can denote something the rules speak of, by the names that are known.
pub trait Interest {
    /// Returns whether a value can.
    fn value(&self, id: ValueId) -> bool;
    /// Takes in that a member of this name can.
    fn learn(&mut self, member: &Name);
    /// Takes the bindings that can since names were learnt.
    fn fresh(&mut self) -> Vec<BindingId>;
}

/// The derived names of a file, each with its extent, among the bindings of modules and classes that are of interest;
/// `holds` says which private imports can name a module that holds symbols.
#[must_use]
pub fn derived_names(
    resolver: &Resolver<'_, '_>,
    rules: Rules<'_>,
    file: FileId,
    interest: &mut dyn Interest,
    holds: &mut dyn FnMut(ValueId) -> bool,
) -> Vec<(Derived, Extent)> {
    let Some(mut at) = At::new(resolver, rules, file) else { return Vec::new() };
    let interesting = &mut |value| interest.value(value);
    super::implement::classes(&mut at, interesting);
    let facts = &at.loaded.facts;
    let of_kinds = [super::implement::derived(&at, interesting), super::configure::derived(&at, interesting)];
    let anyone = |name: Name| (Derived::Symbol(name), Extent::Anyone);
    let mut names: Vec<(Derived, Extent)> = of_kinds.into_iter().flatten().map(anyone).collect();
    let mut open: Vec<BindingId> = (0u32..).map(BindingId).take(facts.bindings.len()).collect();
    while !open.is_empty() {
        for id in open {
            let binding = &facts.bindings[id.index()];
            if binding.name.is_empty() || !gives(&at, id, &mut |value| interest.value(value)) {
                continue;
            }
            // A member is as private as its class or trait says, which need not be written at it.
            let extent = match facts.scopes[binding.scope.index()].kind {
                ScopeKind::Module => of_module(binding),
                _ => Extent::Member,
            };
            if extent == Extent::Member {
                // The file itself uses it at once, so that a chain of members is not one round for each.
                interest.learn(&binding.name);
            }
            names.push((Derived::Symbol(binding.name.clone()), extent));
        }
        open = interest.fresh();
    }
    let interesting = &mut |value| interest.value(value);
    names.extend(re_exported(&at, holds));
    let mut of_symbols = |definition: &&MacroDefinition| {
        definition.paths.iter().any(|&path| interesting(path) && !is_settled(&at, path))
    };
    for definition in facts.macros.iter().filter(&mut of_symbols) {
        let name = &facts.definitions[definition.definition.index()].name;
        names.push(anyone(name.clone()));
        names.extend(at.resolver.project.layouts.of(at.language).other_names(name).into_iter().map(anyone));
    }
    // Bindings without a name, such as those of globs, cannot be named by other files.
    names.retain(|(Derived::Symbol(name) | Derived::Module(name), _)| !name.is_empty());
    names
}

/// Returns whether others can use what a binding of a module or a class makes as a symbol.
fn gives(at: &At<'_, '_, '_>, id: BindingId, interesting: &mut dyn FnMut(ValueId) -> bool) -> bool {
    let facts = &at.loaded.facts;
    let binding = &facts.bindings[id.index()];
    if !binding.public && !at.resolver.project.layouts.of(at.language).shows_private(at.file) {
        return false;
    }
    match (facts.scopes[binding.scope.index()].kind, &binding.target) {
        (ScopeKind::Module | ScopeKind::Class, Target::Value(value)) => {
            interesting(*value) && at.resolver.binding(at.file, id).iter().any(|d| leads(at, d))
        }
        (scope @ (ScopeKind::Module | ScopeKind::Class), Target::Definition(definition)) => {
            let definition = &facts.definitions[definition.index()];
            defines(at, binding, id, definition, scope, interesting)
                || scope == ScopeKind::Class && makes(at, binding, interesting)
        }
        _ => false,
    }
}

/// Returns whether a path in the body of a macro means the same wherever the macro is called (`$crate::x`), and leads
/// to no symbol. Any other path gets its meaning at the call.
fn is_settled(at: &At<'_, '_, '_>, path: ValueId) -> bool {
    let facts = &at.loaded.facts;
    let node = &facts.values[path.index()];
    let path = match node.value {
        Value::Call { callee, .. } => callee,
        _ => path,
    };
    let anchored = match facts.expansion(path) {
        // What a macro inside makes stands at its call.
        Some(_) => matches!(root(facts, path), Value::Module(it) if matches!(it.anchor, Anchor::CrateOf(_))),
        None => at.loaded.text[..node.span.start as usize].ends_with('$'),
    };
    let meanings = if anchored { at.resolver.value(at.file, path) } else { Meanings::default() };
    let inside = |it: &Denotation| matches!(it.entity, Entity::Item(_) | Entity::Method { .. });
    !meanings.is_empty() && meanings.iter().all(|it| inside(it) && !leads(at, it))
}

/// Returns the value that a path begins with.
fn root(facts: &FileFacts, path: ValueId) -> &Value {
    let mut value = &facts.values[path.index()].value;
    while let Value::Member { object, .. } = value {
        value = &facts.values[object.index()].value;
    }
    value
}

/// Returns the extent of a name of a module.
fn of_module(binding: &Binding) -> Extent {
    if binding.public { Extent::Anyone } else { Extent::Inside }
}

/// Modules outside the tree that hold symbols and can be reached through this file, and the symbols of those that it
/// star-imports. Only for languages whose files name such a module to reach it.
fn re_exported(at: &At<'_, '_, '_>, holds: &mut dyn FnMut(ValueId) -> bool) -> Vec<(Derived, Extent)> {
    let facts = &at.loaded.facts;
    let mut names = Vec::new();
    if !crate::lang::policy(at.language).paths_import {
        return names;
    }
    let private = at.resolver.project.layouts.of(at.language).shows_private(at.file);
    let at_module = |binding: &&Binding| {
        (private || binding.public) && facts.scopes[binding.scope.index()].kind == ScopeKind::Module
    };
    for binding in facts.bindings.iter().filter(at_module) {
        match &binding.target {
            Target::Value(value) if binding.how == How::Import && (binding.public || holds(*value)) => {
                let module = at.modules_with_symbols(*value).next();
                names.extend(module.map(|_| (Derived::Module(binding.name.clone()), of_module(binding))));
            }
            Target::Star(star) => {
                let modules = facts.star(*star).into_iter().flat_map(|star| &star.modules);
                let modules = modules.filter(|&&module| binding.public || holds(module));
                let modules = modules.flat_map(|&module| at.modules_with_symbols(module));
                let below = modules.flat_map(|module| at.rules.symbols.below(&module));
                names.extend(below.map(|name| (Derived::Symbol(name), of_module(binding))));
            }
            _ => {}
        }
    }
    names
}

impl At<'_, '_, '_> {
    /// The paths outside the tree, and of items of the tree, that a value denotes and that symbols of the rules begin with.
    fn modules_with_symbols(&self, value: ValueId) -> impl Iterator<Item = Vec<Name>> {
        let meanings = self.resolver.value(self.file, value);
        let paths: Vec<Vec<Name>> = meanings
            .iter()
            .flat_map(|denotation| denotation.paths.iter())
            .flat_map(|path| match path {
                PathRef::External(path) => vec![self.rules.symbols.normalise(path)],
                // An enum, whose variants a glob hands on; modules of the tree are named on the way to what they hold.
                PathRef::Tree { members, .. } if !members.is_empty() => self.resolver.full_names(path),
                PathRef::Tree { .. } => Vec::new(),
            })
            .filter(|path| self.rules.symbols.holds_symbols(self.language, path))
            .collect();
        paths.into_iter()
    }
}

/// Returns whether a definition leads to a symbol of the rules by its bases or by what it returns, or is part of a
/// canonical module (whose names a package re-exports without naming the module).
fn defines(
    at: &At<'_, '_, '_>,
    binding: &Binding,
    id: BindingId,
    definition: &Definition,
    scope: ScopeKind,
    interesting: &mut dyn FnMut(ValueId) -> bool,
) -> bool {
    let mut values = definition.bases.iter().chain(&definition.returns);
    if values.any(|&value| interesting(value))
        && at.resolver.binding(at.file, id).iter().any(|denotation| leads(at, denotation))
    {
        return true;
    }
    scope == ScopeKind::Module
        && !binding.name.starts_with('_')
        && at.resolver.binding(at.file, id).iter().any(|denotation| tracked(at, denotation, true))
}

/// Returns whether a member of a class makes instances of it and can be reached through one that nobody names: the
/// class is a symbol of the rules or inherits from one.
fn makes(at: &At<'_, '_, '_>, binding: &Binding, interesting: &mut dyn FnMut(ValueId) -> bool) -> bool {
    let Target::Definition(definition) = binding.target else { return false };
    let function = ItemRef { file: at.file, definition };
    let returns = &at.loaded.facts.definitions[definition.index()].returns;
    crate::lang::policy(at.language).instances_construct
        && returns.iter().any(|&value| interesting(value))
        && at.resolver.class_around(function).is_some_and(|class| {
            at.resolver.is_alternate_constructor(function, &class)
                && (tracked(at, &class, false) || inherits(at, &class))
        })
}

/// Returns whether a use of the denotation under another name could be one of a symbol of the rules: it is one, it is a
/// class that inherits from one, a variant of one, or a function that gives such a class or makes an instance of it.
fn leads(at: &At<'_, '_, '_>, denotation: &Denotation) -> bool {
    let names = |denotation: &Denotation| tracked(at, denotation, false) || inherits(at, denotation);
    let given = match &denotation.entity {
        Entity::Item(function) if !at.resolver.is_class(denotation) => at.resolver.returned(*function),
        Entity::Method { function, class } if at.resolver.is_alternate_constructor(*function, class) => {
            vec![(**class).clone()]
        }
        Entity::Method { function, .. } => at.resolver.returned(*function),
        _ => Vec::new(),
    };
    let variants = crate::lang::policy(at.language).variants_construct;
    let of = variants.then(|| at.resolver.enum_of(denotation)).flatten();
    names(denotation) || given.iter().chain(&of).any(names)
}

/// Returns whether a denotation is a class of the tree that inherits from a symbol of the rules.
fn inherits(at: &At<'_, '_, '_>, denotation: &Denotation) -> bool {
    let lineage = at.of_lineage(denotation);
    lineage.is_way || lineage.found.iter().any(|(meaning, ..)| counts(at, *meaning, false))
}

/// Returns whether the rules speak of a denotation. Import rules do not count: they judge what a statement names
/// itself.
fn tracked(at: &At<'_, '_, '_>, denotation: &Denotation, canonical_only: bool) -> bool {
    // A class whose members are banned one by one: the search looks for the class, not for its members.
    if at.of_chain(&denotation.paths).is_way {
        return true;
    }
    at.of_chain(&denotation.paths).found.iter().any(|(meaning, _)| counts(at, *meaning, canonical_only))
}

fn counts(at: &At<'_, '_, '_>, meaning: Meaning, canonical_only: bool) -> bool {
    match meaning {
        Meaning::Ban(rule) => !canonical_only && at.rule(rule).kind != RuleKind::Import,
        Meaning::Canonical(_) | Meaning::Wrapped(_) => true,
    }
}
