//! Kind `implement`: what the classes of a file are made of, so far as it tells who implements a source a second time.
//!
//! In: one file, the resolver and the rules. Out: for each class what it wraps, its public methods and which of its
//! methods only delegate; and the classes that the file imports. Whether that makes a rival is left to the analysis,
//! which sees the parts of a class that other files hold.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use serde::{Deserialize, Serialize};

use crate::facts::{
    BindingId, Definition, DefinitionId, DefinitionKind, FileFacts, Implementation, Name, Role, ScopeId, ScopeKind,
    Site, SiteKind, Target, Value, ValueId,
};
use crate::resolve::{Denotation, Entity, ItemRef};
use crate::rule::{Rule, RuleIndex, RuleKind};

use super::At;

mod clients;
mod hand_outs;
mod methods;
mod modules;

use clients::{clients, take, wrap};
pub use hand_outs::{HandOut, hand_outs};
pub use methods::canonical_classes;
use methods::{inherited, is_interface, methods};
pub(super) use modules::derived;
use modules::{imported, reexports};

/// The classes that canonical symbols of a source are, or are instances of.
#[derive(Debug, Clone)]
pub struct CanonicalClass {
    /// The class.
    pub item: ItemRef,
    /// Its public methods, those of its bases included.
    pub methods: BTreeSet<Name>,
}

/// The evidence that a file gives of a class.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Its public methods, those of its bases included.
    pub methods: BTreeSet<Name>,
    /// It only says what others implement: a protocol, or a class whose public methods are all abstract.
    pub interface: bool,
    /// By rule of kind `implement`.
    pub rules: BTreeMap<RuleIndex, Part>,
}

/// The evidence that one rule sees in a class.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Part {
    /// The clients that it constructs, holds or inherits from, by the name that the rules have for them.
    pub wraps: BTreeMap<String, Wrapped>,
    /// Canonical symbols that it keeps or gives away.
    pub takes: BTreeSet<String>,
    /// It inherits from the canonical class.
    pub extends: bool,
    /// Methods that do nothing but pass a call on to the canonical symbol.
    pub forwards: usize,
    /// Other methods, constructors left out.
    pub others: usize,
}

/// The way in which a class has a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// It makes and keeps it: in an attribute, as a base, or by giving it away from a method.
    pub kept: bool,
    /// A field or parameter of its type is kept: somebody may have handed it over.
    pub declared: bool,
    /// It is made in the code of the class.
    pub made: bool,
    /// It is a canonical class itself.
    pub canonical: bool,
}

impl Wrapped {
    fn add(&mut self, other: Self) {
        self.kept |= other.kept;
        self.declared |= other.declared;
        self.made |= other.made;
        self.canonical |= other.canonical;
    }

    fn kept() -> Self {
        Self { kept: true, ..Self::default() }
    }

    fn declared() -> Self {
        Self { declared: true, ..Self::default() }
    }

    fn made(kept: bool) -> Self {
        Self { kept, made: true, ..Self::default() }
    }
}

impl Part {
    /// Tells whether a class with these clients has one of its own. Code that fills fields through literals alone keeps what it
    /// makes of what its fields are declared to hold.
    #[must_use]
    pub fn keeps(&self, kind: DefinitionKind) -> bool {
        let own = || self.wraps.values().filter(|wrapped| !wrapped.canonical);
        let filled = matches!(kind, DefinitionKind::Struct | DefinitionKind::Enum);
        own().any(|it| it.kept) || filled && own().any(|it| it.declared) && own().any(|it| it.made)
    }

    /// Tells whether a class has a client that somebody may have handed to it.
    #[must_use]
    pub fn is_handed(&self) -> bool {
        self.wraps.values().any(|wrapped| wrapped.declared && !wrapped.canonical)
    }
}

impl Evidence {
    /// Adds what another file says of the same class.
    pub fn merge(&mut self, other: Self) {
        self.methods.extend(other.methods);
        self.interface |= other.interface;
        for (rule, part) in other.rules {
            let own = self.rules.entry(rule).or_default();
            own.extends |= part.extends;
            own.takes.extend(part.takes);
            own.forwards += part.forwards;
            own.others += part.others;
            for (symbol, wrapped) in part.wraps {
                own.wraps.entry(symbol).or_default().add(wrapped);
            }
        }
    }
}

/// Reads the classes of a file.
pub(super) fn classes(at: &mut At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) {
    let rules = rules_of(at);
    if rules.is_empty() {
        return;
    }
    let owners = owners(at);
    let mut found: BTreeMap<ItemRef, Evidence> = BTreeMap::new();
    constructed(at, &rules, &owners, interesting, &mut found);
    let facts = &at.loaded.facts;
    for (id, definition) in definitions(facts).filter(|(_, it)| is_type(it.kind)) {
        let item = ItemRef { file: at.file, definition: id };
        let mut evidence = found.remove(&item).unwrap_or_default();
        held(at, &rules, item, definition, interesting, &mut evidence);
        if let Some(body) = definition.body {
            methods(at, &rules, body, false, &mut evidence);
        }
        evidence.interface = is_interface(at, definition);
        if matters(at, &rules, item, definition, &evidence) {
            inherited(at, item, &mut evidence);
            found.insert(item, evidence);
        }
    }
    for implementation in &facts.implementations {
        for item in items(&at.resolver.value(at.file, implementation.target)) {
            let evidence = found.entry(item).or_default();
            methods(at, &rules, implementation.body, implementation.of.is_some(), evidence);
        }
    }
    at.found.classes = found.into_iter().collect();
    at.found.imported = imported(at, interesting);
    at.found.modules = modules::modules(at, interesting);
    at.found.reexports = rules.iter().filter(|(_, rule)| reexports(at, rule.source)).map(|(index, _)| *index).collect();
}

fn rules_of<'r>(at: &At<'r, '_, '_>) -> Vec<(RuleIndex, &'r Rule)> {
    let set = at.rules.set;
    let rules = set.rules.iter().enumerate().map(|(index, rule)| (RuleIndex(index), rule));
    let applies = |rule: &Rule| rule.language.is_none_or(|language| language == at.language);
    rules.filter(|(_, rule)| rule.kind == RuleKind::Implement && applies(rule)).collect()
}

fn is_type(kind: DefinitionKind) -> bool {
    matches!(kind, DefinitionKind::Class | DefinitionKind::Struct | DefinitionKind::Enum)
}

fn definitions(facts: &FileFacts) -> impl Iterator<Item = (DefinitionId, &Definition)> {
    (0u32..).map(DefinitionId).zip(&facts.definitions)
}

/// Returns whether the evidence could make a class one of those that the rules look for.
fn matters(
    at: &At<'_, '_, '_>,
    rules: &[(RuleIndex, &Rule)],
    item: ItemRef,
    definition: &Definition,
    evidence: &Evidence,
) -> bool {
    evidence.rules.values().any(|part| part.extends || part.forwards > 0 || !part.wraps.is_empty())
        || rules.iter().any(|(_, rule)| named(at, rule, item, definition))
}

/// Returns whether a class can be an implementation by what this file says of it: then others may import it under its
/// name.
fn stands_out(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], item: ItemRef, evidence: &Evidence) -> bool {
    let keeps = |part: &Part| part.wraps.values().any(|it| (it.kept || it.declared) && !it.canonical);
    let delegates = |part: &Part| part.forwards > 0 && part.others == 0;
    evidence.rules.values().any(|part| part.extends || keeps(part) || delegates(part))
        || at.resolver.item_definition(item).is_some_and(|it| rules.iter().any(|(_, rule)| named(at, rule, item, it)))
}

/// Returns whether a rule's `names` name a class.
fn named(at: &At<'_, '_, '_>, rule: &Rule, item: ItemRef, definition: &Definition) -> bool {
    if rule.parameters.names.is_empty() {
        return false;
    }
    let paths = at.resolver.item_names(item);
    rule.parameters.names.iter().any(|pattern| pattern.names_definition(at.language, &definition.name, &paths))
}

/// The class around each scope, if it is one.
fn owners(at: &At<'_, '_, '_>) -> Vec<Vec<ItemRef>> {
    let facts = &at.loaded.facts;
    let bodies: FxHashMap<ScopeId, &Implementation> = facts.implementations.iter().map(|it| (it.body, it)).collect();
    let mut owners: Vec<Vec<ItemRef>> = Vec::with_capacity(facts.scopes.len());
    for (id, scope) in (0u32..).map(ScopeId).zip(&facts.scopes) {
        let around = scope.parent.and_then(|parent| owners.get(parent.index())).cloned().unwrap_or_default();
        let own = match scope.kind {
            ScopeKind::Class => own_class(at, bodies.get(&id).copied(), scope.definition),
            _ => None,
        };
        owners.push(own.unwrap_or(around));
    }
    owners
}

fn own_class(
    at: &At<'_, '_, '_>,
    implementation: Option<&Implementation>,
    definition: Option<DefinitionId>,
) -> Option<Vec<ItemRef>> {
    let facts = &at.loaded.facts;
    if let Some(id) = definition {
        let is_type = is_type(facts.definitions[id.index()].kind);
        return Some(if is_type { vec![ItemRef { file: at.file, definition: id }] } else { Vec::new() });
    }
    Some(items(&at.resolver.value(at.file, implementation?.target)))
}

fn items(meanings: &[Denotation]) -> Vec<ItemRef> {
    let item = |denotation: &Denotation| match denotation.entity {
        Entity::Item(item) => Some(item),
        _ => None,
    };
    meanings.iter().filter_map(item).collect()
}

/// Clients that the code of classes constructs, and those that their fields are declared to be.
fn constructed(
    at: &At<'_, '_, '_>,
    rules: &[(RuleIndex, &Rule)],
    owners: &[Vec<ItemRef>],
    interesting: &mut dyn FnMut(ValueId) -> bool,
    found: &mut BTreeMap<ItemRef, Evidence>,
) {
    let facts = &at.loaded.facts;
    let marks = Marks::of(facts);
    let policy = crate::lang::policy(at.language);
    for site in &facts.sites {
        let classes = &owners[site.scope.index()];
        if classes.is_empty() {
            continue;
        }
        let (value, kept) = match site.kind {
            SiteKind::Call(call) => match (at.callee(call), factory(facts, call)) {
                (Some(_), Some(factory)) if in_class_body(facts, site) => (factory, true),
                (Some(callee), _) => (callee, marks.is_kept(facts, site, call)),
                (None, _) => continue,
            },
            SiteKind::Literal(value) => (value, false),
            SiteKind::Reference { value, role: Role::Value } if policy.values_construct => (value, false),
            SiteKind::Reference { value, role: Role::Annotation } => (value, false),
            _ => continue,
        };
        let annotation = matches!(site.kind, SiteKind::Reference { role: Role::Annotation, .. });
        if !interesting(value) || annotation && !marks.is_field(facts, site) {
            continue;
        }
        let kept = kept || !annotation && (gives_client(at, rules, site) || makes_own(at, &marks, site, classes));
        let how = if annotation { Wrapped::declared() } else { Wrapped::made(kept) };
        for denotation in at.resolver.value(at.file, value).iter() {
            for &item in classes {
                wrap(at, rules, denotation, how, found.entry(item).or_default());
            }
        }
    }
    found.retain(|_, evidence| !evidence.rules.is_empty());
}

/// Returns whether the function around a site is declared to give a client away.
fn gives_client(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], site: &Site) -> bool {
    let facts = &at.loaded.facts;
    let Some(id) = facts.scopes[site.scope.index()].definition else { return false };
    let definition = &facts.definitions[id.index()];
    let declared = |value: ValueId| matches!(facts.values[value.index()].value, Value::InstanceOf(_));
    let mut evidence = Evidence::default();
    for &value in definition.returns.iter().filter(|&&value| declared(value)) {
        let returned = clients(at, at.file, value, 0);
        returned.iter().for_each(|it| wrap(at, rules, &it.class, Wrapped::kept(), &mut evidence));
    }
    !evidence.rules.is_empty()
}

/// Tells whether a call stands in a function that gives an instance of the class around it, for which it makes something.
fn makes_own(at: &At<'_, '_, '_>, marks: &Marks, site: &Site, classes: &[ItemRef]) -> bool {
    let facts = &at.loaded.facts;
    let SiteKind::Call(call) = site.kind else { return false };
    let Some(id) = facts.scopes[site.scope.index()].definition else { return false };
    let is_own = |meaning: &Denotation| match &meaning.entity {
        Entity::Instance(class) => matches!(class.entity, Entity::Item(item) if classes.contains(&item)),
        _ => false,
    };
    let returns = &facts.definitions[id.index()].returns;
    !marks.objects.contains(&call) && returns.iter().any(|&it| at.resolver.value(at.file, it).iter().any(is_own))
}

/// Finds the callee that gives a field its first value (`field(default_factory=C)`, `attrs.field(factory=C)`).
fn factory(facts: &FileFacts, call: ValueId) -> Option<ValueId> {
    let Value::Call { arguments, .. } = &facts.values[call.index()].value else { return None };
    let named = facts
        .arguments
        .get(*arguments)
        .iter()
        .find(|it| matches!(it.keyword.as_deref(), Some("default_factory" | "factory")));
    named.map(|argument| argument.value)
}

/// Returns whether a site stands in the body of a class, or in a lambda there.
fn in_class_body(facts: &FileFacts, site: &Site) -> bool {
    let mut scope = &facts.scopes[site.scope.index()];
    while let (ScopeKind::Function, None, Some(parent)) = (scope.kind, scope.definition, scope.parent) {
        scope = &facts.scopes[parent.index()];
    }
    scope.kind == ScopeKind::Class
}

/// The places of the names of functions and of the attributes that methods assign, in order, and what else tells
/// whether a client is kept.
struct Marks {
    functions: Vec<u32>,
    attributes: Vec<u32>,
    /// Starts of statements that begin with an attribute of the receiver, as assignments to its elements do.
    elements: Vec<u32>,
    /// Values of which a member is used.
    objects: FxHashSet<ValueId>,
}

impl Marks {
    fn of(facts: &FileFacts) -> Self {
        // A lambda is part of the statement in which it stands.
        let named = |it: &&Definition| it.kind == DefinitionKind::Function && it.name_span != it.span;
        let functions = facts.definitions.iter().filter(named);
        let attributes = facts.definitions.iter().flat_map(|it| &it.attributes);
        let attributes = attributes.flat_map(|(_, reach)| reach.bindings(facts));
        let of_receiver = |value: ValueId| match facts.values[value.index()].value {
            Value::Member { object, .. } => match &facts.values[object.index()].value {
                Value::Receiver { .. } => true,
                Value::Name { reach, .. } => reach.bindings(facts).iter().any(|id| is_receiver(facts, *id)),
                _ => false,
            },
            _ => false,
        };
        let elements = facts.sites.iter().filter(|site| match site.kind {
            SiteKind::Reference { value, .. } => site.span.start == site.statement.start && of_receiver(value),
            _ => false,
        });
        let objects = facts.values.iter().filter_map(|node| match node.value {
            Value::Member { object, .. } => Some(object),
            _ => None,
        });
        let mut marks = Self {
            elements: elements.map(|site| site.statement.start).collect(),
            objects: objects.collect(),
            functions: functions.map(|it| it.name_span.start).collect(),
            attributes: attributes.map(|id| facts.bindings[id.index()].span.start).collect(),
        };
        marks.functions.sort_unstable();
        marks.attributes.sort_unstable();
        marks.elements.sort_unstable();
        marks
    }

    /// Returns whether what a call makes is kept: as, or as part of, what its statement assigns to an attribute or to
    /// an element of one, or in the body of a class.
    fn is_kept(&self, facts: &FileFacts, site: &Site, call: ValueId) -> bool {
        if self.objects.contains(&call) {
            return false;
        }
        match in_class_body(facts, site) {
            true => !Self::holds(&self.functions, site),
            false => Self::holds(&self.attributes, site) || self.elements.binary_search(&site.statement.start).is_ok(),
        }
    }

    /// Returns whether a mark stands in the statement of a site.
    fn holds(marks: &[u32], site: &Site) -> bool {
        let at = marks.partition_point(|&mark| mark < site.statement.start);
        marks.get(at).is_some_and(|&mark| mark < site.statement.end)
    }

    /// Returns whether an annotation is that of a field: in the body of a class but not in the head of a method, or of
    /// an attribute of the receiver.
    fn is_field(&self, facts: &FileFacts, site: &Site) -> bool {
        match facts.scopes[site.scope.index()].kind {
            ScopeKind::Class => !Self::holds(&self.functions, site),
            ScopeKind::Function => Self::holds(&self.attributes, site) && !Self::holds(&self.functions, site),
            _ => false,
        }
    }
}

/// Returns whether a binding is the first parameter of a method.
fn is_receiver(facts: &FileFacts, id: BindingId) -> bool {
    let Target::Value(value) = facts.bindings[id.index()].target else { return false };
    matches!(facts.values[value.index()].value, Value::Receiver { .. })
}

/// Clients that the attributes of a class hold, that its methods return, and that it inherits from.
fn held(
    at: &At<'_, '_, '_>,
    rules: &[(RuleIndex, &Rule)],
    item: ItemRef,
    definition: &Definition,
    interesting: &mut dyn FnMut(ValueId) -> bool,
    evidence: &mut Evidence,
) {
    for value in kept_values(&at.loaded.facts, definition) {
        if interesting(value) {
            for client in clients(at, at.file, value, 0) {
                let how = if client.declared { Wrapped::declared() } else { Wrapped::kept() };
                wrap(at, rules, &client.class, how, evidence);
            }
            take(at, rules, value, evidence);
        }
    }
    if definition.bases.iter().any(|&base| interesting(base)) {
        for ancestor in at.resolver.ancestors(item) {
            wrap(at, rules, &ancestor, Wrapped::kept(), evidence);
            for (index, rule) in rules {
                if at.is_canonical_class(&ancestor, rule.source) {
                    evidence.rules.entry(*index).or_default().extends = true;
                }
            }
        }
    }
}

/// Lists what the attributes of a class hold, and what its methods give away.
fn kept_values(facts: &FileFacts, definition: &Definition) -> Vec<ValueId> {
    let body = definition.body;
    let own = definition.attributes.iter().map(|(_, reach)| reach);
    let declared = body.into_iter().flat_map(|body| facts.scopes[body.index()].members.iter().map(|(_, reach)| reach));
    let bindings: Vec<BindingId> = own.chain(declared).flat_map(|reach| reach.bindings(facts)).collect();
    let held = bindings.iter().filter_map(|id| match facts.bindings[id.index()].target {
        Target::Value(value) => Some(value),
        _ => None,
    });
    let given = hand_outs::given_by_functions(facts, body);
    held.chain(given).chain(definition.filled.iter().map(|(_, value)| *value)).collect()
}
