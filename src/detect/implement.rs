//! Kind `implement`: what the classes of a file are made of, so far as it tells who implements a source a second time.
//!
//! In: one file, the resolver and the rules. Out: for each class what it wraps, its public methods and which of its
//! methods only delegate; and the classes that the file imports. Whether that makes a rival is left to the analysis,
//! which sees the parts of a class that other files hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{
    BindingId, Definition, DefinitionId, DefinitionKind, FileFacts, How, Name, Receiver, Role, ScopeId, ScopeKind,
    Site, SiteKind, Target, Value, ValueId,
};
use crate::resolve::{Denotation, Entity, ItemRef, ModuleRef, Resolver, Step};
use crate::rule::{Rule, RuleIndex, RuleKind, SourceIndex};
use crate::source::FileId;

use super::symbols::Meaning;
use super::{At, Rules};

/// The classes that canonical symbols of a source are, or are instances of.
#[derive(Debug, Clone)]
pub struct CanonicalClass {
    /// The class.
    pub item: ItemRef,
    /// Its public methods, those of its bases included.
    pub methods: BTreeSet<Name>,
}

/// What a file says of a class.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Its public methods, those of its bases included.
    pub methods: BTreeSet<Name>,
    /// By rule of kind `implement`.
    pub rules: BTreeMap<RuleIndex, Part>,
}

/// What one rule sees in a class.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The clients that it constructs, holds or inherits from, by the name that the rules have for them.
    pub wraps: BTreeMap<String, Wrapped>,
    /// It inherits from the canonical class.
    pub extends: bool,
    /// Methods that do nothing but pass a call on to the canonical symbol.
    pub forwards: usize,
    /// Other methods, constructors left out.
    pub others: usize,
}

/// How a class has a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wrapped {
    /// It keeps it: in an attribute, as a base, or by giving it away from a method.
    pub kept: bool,
    /// It is a canonical class itself.
    pub canonical: bool,
}

impl Evidence {
    /// Adds what another file says of the same class.
    pub fn merge(&mut self, other: Self) {
        self.methods.extend(other.methods);
        for (rule, part) in other.rules {
            let own = self.rules.entry(rule).or_default();
            own.extends |= part.extends;
            own.forwards += part.forwards;
            own.others += part.others;
            for (symbol, wrapped) in part.wraps {
                let known = own.wraps.entry(symbol).or_default();
                known.kept |= wrapped.kept;
                known.canonical |= wrapped.canonical;
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
    at.found.modules = modules(at);
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

/// Whether something is known of a class that could make it one of those that the rules look for.
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

/// Whether a rule's `names` name a class.
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
    let mut owners: Vec<Vec<ItemRef>> = Vec::with_capacity(facts.scopes.len());
    for (index, scope) in facts.scopes.iter().enumerate() {
        let around = scope.parent.and_then(|parent| owners.get(parent.index())).cloned().unwrap_or_default();
        let own = match scope.kind {
            ScopeKind::Class => own_class(at, index, scope.definition),
            _ => None,
        };
        owners.push(own.unwrap_or(around));
    }
    owners
}

fn own_class(at: &At<'_, '_, '_>, scope: usize, definition: Option<DefinitionId>) -> Option<Vec<ItemRef>> {
    let facts = &at.loaded.facts;
    if let Some(id) = definition {
        let is_type = is_type(facts.definitions[id.index()].kind);
        return Some(if is_type { vec![ItemRef { file: at.file, definition: id }] } else { Vec::new() });
    }
    let implementation = facts.implementations.iter().find(|it| it.body.index() == scope)?;
    Some(items(&at.resolver.value(at.file, implementation.target)))
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
    for site in &at.loaded.facts.sites {
        let classes = &owners[site.scope.index()];
        if classes.is_empty() {
            continue;
        }
        let (value, kept) = match site.kind {
            SiteKind::Call(call) => match at.callee(call) {
                Some(callee) => (callee, false),
                None => continue,
            },
            SiteKind::Literal(value) => (value, false),
            SiteKind::Reference { value, role: Role::Value } if crate::lang::policy(at.language).values_construct => {
                (value, false)
            }
            SiteKind::Reference { value, role: Role::Annotation } if is_field(at, site, classes) => (value, true),
            _ => continue,
        };
        if !interesting(value) {
            continue;
        }
        for denotation in at.resolver.value(at.file, value).iter() {
            for &item in classes {
                wrap(at, rules, denotation, kept, found.entry(item).or_default());
            }
        }
    }
    found.retain(|_, evidence| !evidence.rules.is_empty());
}

/// Whether an annotation is that of a field: in the body of the class but not in the head of a method, or of an
/// attribute of the receiver.
fn is_field(at: &At<'_, '_, '_>, site: &Site, classes: &[ItemRef]) -> bool {
    let facts = &at.loaded.facts;
    let within = |span: crate::source::Span| site.statement.start <= span.start && span.end <= site.statement.end;
    match facts.scopes[site.scope.index()].kind {
        ScopeKind::Class => {
            let methods = facts.definitions.iter().filter(|it| it.scope == site.scope);
            !methods.into_iter().any(|it| it.kind == DefinitionKind::Function && within(it.name_span))
        }
        ScopeKind::Function => classes.iter().filter(|item| item.file == at.file).any(|item| {
            let attributes = &facts.definitions[item.definition.index()].attributes;
            let mut bindings = attributes.iter().flat_map(|(_, reach)| &reach.bindings);
            bindings.any(|id| within(facts.bindings[id.index()].span))
        }),
        _ => false,
    }
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
    let facts = &at.loaded.facts;
    let body = definition.body;
    let own = definition.attributes.iter().map(|(_, reach)| reach);
    let declared = body.into_iter().flat_map(|body| facts.scopes[body.index()].members.iter().map(|(_, reach)| reach));
    let bindings: Vec<BindingId> = own.chain(declared).flat_map(|reach| reach.bindings.iter().copied()).collect();
    let mut values: Vec<ValueId> = bindings
        .iter()
        .filter_map(|id| match facts.bindings[id.index()].target {
            Target::Value(value) => Some(value),
            _ => None,
        })
        .collect();
    let methods = definitions(facts).filter(|(_, it)| it.kind == DefinitionKind::Function && Some(it.scope) == body);
    values.extend(methods.flat_map(|(_, method)| method.returns.iter().copied()));
    for value in values {
        if interesting(value) {
            for client in clients(at, at.file, value, 0) {
                wrap(at, rules, &client, true, evidence);
            }
        }
    }
    if definition.bases.iter().any(|&base| interesting(base)) {
        for ancestor in at.resolver.ancestors(item) {
            wrap(at, rules, &ancestor, true, evidence);
            for (index, rule) in rules {
                if at.is_canonical_class(&ancestor, rule.source) {
                    evidence.rules.entry(*index).or_default().extends = true;
                }
            }
        }
    }
}

/// Calls beyond so many functions are not followed to what they give.
const MOST_CALLS: u32 = 4;

/// What a value is an instance of, or is made by: the classes and the functions called for it. What comes from the
/// canonical symbol, or is an instance that another file keeps, is none of the class's own.
fn clients(at: &At<'_, '_, '_>, file: FileId, value: ValueId, depth: u32) -> Vec<Denotation> {
    let mut found = Vec::new();
    let Some(facts) = at.resolver.project.loaded(file).map(|loaded| &loaded.facts) else { return found };
    for denotation in at.resolver.value(file, value).iter() {
        if let Entity::Instance(class) = &denotation.entity
            && !at.is_known_canonical(denotation)
            && !is_kept_elsewhere(at, file, denotation)
        {
            found.push((**class).clone());
        }
    }
    if depth > MOST_CALLS {
        return found;
    }
    match &facts.values[value.index()].value {
        Value::Call { callee, .. } => {
            for called in at.resolver.value(file, *callee).iter().filter(|called| !at.is_known_canonical(called)) {
                if let Some(function) = followed(at, file, called) {
                    let returns = at.resolver.item_definition(function).map(|it| it.returns.clone());
                    let returned = returns.into_iter().flatten();
                    found.extend(returned.flat_map(|value| clients(at, function.file, value, depth + 1)));
                }
                found.push(called.clone());
            }
        }
        Value::AnyOf(options) => {
            found.extend(options.iter().flat_map(|&option| clients(at, file, option, depth + 1)));
        }
        Value::Name { reach, .. } => {
            let values = reach.bindings.iter().filter_map(|id| match facts.bindings[id.index()].target {
                Target::Value(value) => Some(value),
                _ => None,
            });
            found.extend(values.flat_map(|value| clients(at, file, value, depth + 1)));
        }
        _ => {}
    }
    found
}

/// The function whose results are looked at: one of a module, or a method of the same file; no fixture of tests.
fn followed(at: &At<'_, '_, '_>, file: FileId, called: &Denotation) -> Option<ItemRef> {
    let item = match called.entity {
        Entity::Item(item) if !at.resolver.is_class(called) => item,
        Entity::Method { function, .. } if function.file == file => function,
        _ => return None,
    };
    let definition = at.resolver.item_definition(item)?;
    (!is_fixture(at, item.file, definition)).then_some(item)
}

fn is_fixture(at: &At<'_, '_, '_>, file: FileId, function: &Definition) -> bool {
    let Some(facts) = at.resolver.project.loaded(file).map(|loaded| &loaded.facts) else { return false };
    function.decorators.iter().any(|decorator| {
        let mut value = &facts.values[decorator.index()].value;
        if let Value::Call { callee, .. } = value {
            value = &facts.values[callee.index()].value;
        }
        matches!(value, Value::Name { name, .. } | Value::Member { name, .. } if name == "fixture")
    })
}

/// Whether an instance was made for a name of another file.
fn is_kept_elsewhere(at: &At<'_, '_, '_>, file: FileId, instance: &Denotation) -> bool {
    instance.steps.iter().any(|step| match step {
        Step::Bound { file: other, binding } if *other != file => {
            let how = at.resolver.project.loaded(*other).map(|loaded| loaded.facts.bindings[binding.index()].how);
            how == Some(How::Assignment)
        }
        _ => false,
    })
}

/// Notes a client if a rule knows it.
fn wrap(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], client: &Denotation, kept: bool, evidence: &mut Evidence) {
    let known = at.client(client);
    for (index, rule) in rules {
        let canonical = at.is_canonical_class(client, rule.source);
        for (meaning, symbol) in &known {
            if at.is_wrapped(*index, *meaning) {
                let part = evidence.rules.entry(*index).or_default();
                let wrapped = part.wraps.entry(symbol.clone()).or_default();
                wrapped.kept |= kept;
                wrapped.canonical |= canonical;
            }
        }
    }
}

/// The public methods that a class body or `impl` block declares, and which of all its methods only delegate.
fn methods(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], body: ScopeId, of_trait: bool, evidence: &mut Evidence) {
    let facts = &at.loaded.facts;
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

/// A function that only sets an instance up: a shim needs one too.
fn is_constructor(at: &At<'_, '_, '_>, definition: &Definition) -> bool {
    matches!(&*definition.name, "__init__" | "__new__" | "__repr__" | "__post_init__")
        || definition.receiver == Receiver::None
            && definition.returns.iter().any(|&value| {
                let values = &at.loaded.facts.values;
                matches!(values[value.index()].value, Value::InstanceOf(class)
                    if matches!(values[class.index()].value, Value::SelfType(_)))
            })
}

/// Whether what a method evaluates is the canonical symbol, or something reached through it.
fn delegates(at: &At<'_, '_, '_>, source: SourceIndex, value: ValueId) -> bool {
    let mut next = Some(value);
    while let Some(value) = next {
        if at.resolver.value(at.file, value).iter().any(|denotation| at.is_canonical(denotation, source)) {
            return true;
        }
        next = match &at.loaded.facts.values[value.index()].value {
            Value::Member { object, .. } => Some(*object),
            Value::Call { callee, .. } => Some(*callee),
            _ => None,
        };
    }
    false
}

/// Adds the public methods of the bases.
fn inherited(at: &At<'_, '_, '_>, item: ItemRef, evidence: &mut Evidence) {
    for ancestor in at.resolver.ancestors(item) {
        if let Entity::Item(base) = ancestor.entity {
            evidence.methods.extend(own_methods(at, base));
        }
    }
}

/// The public methods that the body of a class of any loaded file declares.
fn own_methods(at: &At<'_, '_, '_>, item: ItemRef) -> Vec<Name> {
    let Some(facts) = at.resolver.project.loaded(item.file).map(|loaded| &loaded.facts) else { return Vec::new() };
    let body = facts.definitions[item.definition.index()].body;
    let functions = facts.bindings.iter().filter(|binding| {
        Some(binding.scope) == body
            && !binding.name.starts_with('_')
            && matches!(binding.target, Target::Definition(id)
                if facts.definitions[id.index()].kind == DefinitionKind::Function)
    });
    functions.map(|binding| binding.name.clone()).collect()
}

/// The classes of the tree that a file takes from other modules: themselves, an instance, or a function that returns one.
fn imported(at: &At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> BTreeSet<ItemRef> {
    let mut found = BTreeSet::new();
    for site in &at.loaded.facts.sites {
        let values: Vec<ValueId> = match &site.kind {
            SiteKind::Import { named, .. } => named.clone(),
            SiteKind::Call(call) => at.callee(*call).into_iter().filter(|&value| is_of_module(at, value)).collect(),
            SiteKind::Reference { value, .. } | SiteKind::Literal(value) | SiteKind::Subclass { base: value, .. } => {
                std::iter::once(*value).filter(|&value| is_of_module(at, value)).collect()
            }
            _ => continue,
        };
        for value in values.into_iter().filter(|&value| interesting(value)) {
            for denotation in at.resolver.value(at.file, value).iter() {
                found.extend(given(at, denotation).into_iter().filter(|item| item.file != at.file));
            }
        }
    }
    found
}

/// The files whose modules, or items of them, import statements name.
fn modules(at: &At<'_, '_, '_>) -> BTreeSet<FileId> {
    imports(at).flat_map(|(_, named)| named).flat_map(|&value| module_files(at, value)).collect()
}

fn imports<'d>(at: &At<'d, '_, '_>) -> impl Iterator<Item = (&'d Site, &'d [ValueId])> + use<'d> {
    at.loaded.facts.sites.iter().filter_map(|site| match &site.kind {
        SiteKind::Import { named, .. } => Some((site, named.as_slice())),
        _ => None,
    })
}

fn module_files(at: &At<'_, '_, '_>, value: ValueId) -> Vec<FileId> {
    let file = |denotation: &Denotation| match denotation.entity {
        Entity::Module(ModuleRef::File { file, .. }) | Entity::Item(ItemRef { file, .. }) => Some(file),
        _ => None,
    };
    at.resolver.value(at.file, value).iter().filter_map(file).collect()
}

/// Whether a module only hands on what a source's owners define: it imports from no other file of the tree, defines no
/// class, its functions only delegate, and it does nothing with the source itself.
fn reexports(at: &At<'_, '_, '_>, source: SourceIndex) -> bool {
    let facts = &at.loaded.facts;
    let owners = &at.rules.set.sources[source.0].owners;
    let is_owner = |file: &FileId| {
        let path = &at.resolver.project.tree.file(*file).path;
        owners.iter().any(|owner| owner.matches(path))
    };
    let top = |scope: ScopeId| scope == ScopeId::MODULE;
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
    let functions = |it: &Definition| it.kind == DefinitionKind::Function;
    from_owner
        && !from_others
        && facts.definitions.iter().all(|it| {
            functions(it) && (!top(it.scope) || it.delegates.is_some_and(|value| delegates(at, source, value)))
        })
        && !facts.sites.iter().filter(|site| top(site.scope)).any(|site| match site.kind {
            SiteKind::Call(call) => at.callee(call).is_some_and(|callee| delegates(at, source, callee)),
            _ => false,
        })
}

/// Whether a value is a name of a module that is not this file: written as its member, or taken by a star import.
fn is_of_module(at: &At<'_, '_, '_>, value: ValueId) -> bool {
    let facts = &at.loaded.facts;
    match &facts.values[value.index()].value {
        Value::Member { object, .. } => {
            at.resolver.value(at.file, *object).iter().any(|it| matches!(it.entity, Entity::Module(_)))
        }
        Value::Name { reach, .. } => reach.bindings.iter().any(|id| facts.bindings[id.index()].how == How::Star),
        _ => false,
    }
}

/// The classes of the tree that something is, is an instance of, or returns.
fn given(at: &At<'_, '_, '_>, denotation: &Denotation) -> Vec<ItemRef> {
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

impl At<'_, '_, '_> {
    /// What the rules say of a class or function as a client; a class is also known by the constructors that they name.
    fn client(&self, client: &Denotation) -> Vec<(Meaning, String)> {
        let mut found: Vec<(Meaning, String)> = self.of_chain(&client.paths).to_vec();
        if self.resolver.is_class(client) {
            for path in client.paths.iter() {
                for name in self.resolver.full_names(path) {
                    for entry in self.rules.symbols.of_members(self.language, &name) {
                        let known = |(meaning, _): &(Meaning, String)| *meaning == entry.meaning;
                        if !found.iter().any(known) {
                            found.push((entry.meaning, name.join(self.language.separator())));
                        }
                    }
                }
            }
            if let Entity::Item(item) = client.entity {
                for ancestor in self.resolver.ancestors(item) {
                    found.extend(self.of_chain(&ancestor.paths).iter().cloned());
                }
            }
        }
        found
    }

    /// Whether what has this meaning makes a class that wraps it a rival: what `wraps` names; without it, what the
    /// other rules of the source ban.
    fn is_wrapped(&self, rule: RuleIndex, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Wrapped(of) => of == rule,
            Meaning::Ban(by) => {
                let (own, other) = (self.rule(rule), self.rule(by));
                own.parameters.wraps.is_empty()
                    && own.source == other.source
                    && matches!(other.kind, RuleKind::Construct | RuleKind::Reference | RuleKind::Subclass)
            }
            Meaning::Canonical(_) => false,
        }
    }

    fn is_canonical_class(&self, class: &Denotation, source: SourceIndex) -> bool {
        let classes = self.rules.canonical.get(source.0);
        matches!(class.entity, Entity::Item(item) if classes.into_iter().flatten().any(|it| it.item == item))
    }

    /// Whether the chain of something passes a canonical symbol.
    fn is_known_canonical(&self, denotation: &Denotation) -> bool {
        let canonical = |meaning: Meaning| matches!(meaning, Meaning::Canonical(_));
        self.of_chain(&denotation.paths).iter().any(|(meaning, _)| canonical(*meaning))
    }

    /// Whether something is a canonical symbol, a canonical class or an instance of one.
    fn is_canonical(&self, denotation: &Denotation, source: SourceIndex) -> bool {
        let class = match &denotation.entity {
            Entity::Instance(class) => self.is_canonical_class(class, source),
            Entity::Super(item) => {
                self.resolver.ancestors(*item).iter().any(|base| self.is_canonical_class(base, source))
            }
            _ => self.is_canonical_class(denotation, source),
        };
        class || self.of_chain(&denotation.paths).iter().any(|(meaning, _)| *meaning == Meaning::Canonical(source))
    }
}

/// The names of the classes of a file that may be rivals, of what gives an instance of one, and of functions that give a
/// client: other files can import and wrap them.
pub(super) fn derived(at: &mut At<'_, '_, '_>, interesting: &mut dyn FnMut(ValueId) -> bool) -> Vec<Name> {
    let rules = rules_of(at);
    if rules.is_empty() {
        return Vec::new();
    }
    classes(at, interesting);
    let rivals: BTreeSet<ItemRef> = at.found.classes.iter().map(|(item, _)| *item).collect();
    let facts = &at.loaded.facts;
    let own = rivals.iter().filter(|item| item.file == at.file);
    let mut names: Vec<Name> = own.map(|item| facts.definitions[item.definition.index()].name.clone()).collect();
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

fn gives_rival(at: &At<'_, '_, '_>, binding: BindingId, own: &BTreeSet<ItemRef>) -> bool {
    at.resolver.binding(at.file, binding).iter().any(|denotation| {
        let mut items = given(at, denotation).into_iter();
        items.any(|item| own.contains(&item) || item.file != at.file && may_be_rival(at, item))
    })
}

/// Whether the file of a class says that it may be a rival.
fn may_be_rival(at: &At<'_, '_, '_>, item: ItemRef) -> bool {
    let Some(mut other) = At::new(at.resolver, at.rules, item.file) else { return false };
    classes(&mut other, &mut |_| true);
    other.found.classes.iter().any(|(found, _)| *found == item)
}

/// Whether a function returns a client of one of the rules.
fn gives_client(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], function: &Definition) -> bool {
    if is_fixture(at, at.file, function) {
        return false;
    }
    let mut evidence = Evidence::default();
    for &value in &function.returns {
        for client in clients(at, at.file, value, 0) {
            wrap(at, rules, &client, true, &mut evidence);
        }
    }
    !evidence.rules.is_empty()
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
                if at.of_chain(&denotation.paths).iter().any(|(it, _)| *it == Meaning::Canonical(source)) {
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
fn implemented_methods(at: &At<'_, '_, '_>, item: ItemRef) -> Vec<Name> {
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
