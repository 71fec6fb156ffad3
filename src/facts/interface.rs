//! Interfaces: what other files can learn from the facts of one.
//!
//! In: the facts of a file. Out: numbers that are the same as long as nobody else could tell the difference, unless by
//! where something stands: one for all of them, and one for all that a name leads to. An edit that keeps it reaches no
//! other file, other than by the places that it shows.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashMap;

use super::{
    Argument, Binding, BindingId, Definition, DefinitionId, FileFacts, Implementation, Name, Reach, ScopeId,
    StarTarget, Target, Undecided, Value, ValueId, ValueNode,
};

/// Stands for the imports of a file among the names by which it is asked; no name is spelled so.
pub const IMPORTS: &str = "*";

impl FileFacts {
    /// Returns a hash of all that other files can learn: everything but places, comments and what only the file's own
    /// rules look at. It holds for one version of the program.
    #[must_use]
    pub fn interface(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let state = &mut hasher;
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            scopes,
            definitions,
            bindings,
            values,
            texts,
            dynamic,
            arguments,
            choices,
            reaches,
            stars,
            sites: _,
            implementations,
            modules,
            macros,
            expansions,
            invocations,
            exports,
            comments: _,
            yields,
            class_keywords,
            problems: _,
            test_only,
        } = self;
        scopes.hash(state);
        definitions.len().hash(state);
        definitions.iter().for_each(|definition| hash_definition(definition, state));
        bindings.len().hash(state);
        bindings.iter().for_each(|binding| hash_binding(binding, state));
        values.len().hash(state);
        values.iter().for_each(|ValueNode { value, span: _, scope }| (value, scope).hash(state));
        (texts, dynamic, arguments, choices, reaches, stars).hash(state);
        let of = |it: &Implementation| (it.target, it.of, it.body);
        implementations.iter().map(of).collect::<Vec<_>>().hash(state);
        for module in modules {
            (&module.name, module.scope, &module.path, module.test, module.public).hash(state);
        }
        for definition in macros {
            (definition.definition, &definition.paths).hash(state);
        }
        for expansion in expansions {
            (expansion.value, expansion.invocation).hash(state);
        }
        for it in invocations {
            (it.file, it.callee, it.likely, it.outer).hash(state);
        }
        (exports, yields, class_keywords, test_only).hash(state);
        hasher.finish()
    }

    /// Returns for hashes of names ([`Name::short_hash`]) the hash of all that others can come to who ask the module for
    /// them, in the order of the names. What does not hang together with a name does not change its hash.
    #[must_use]
    pub fn interfaces_of(&self, names: &BTreeSet<u32>) -> Vec<(u32, u64)> {
        let Some(module) = self.scopes.first().filter(|_| !names.is_empty()) else { return Vec::new() };
        let mut members: FxHashMap<u32, Vec<&(Name, Reach)>> = FxHashMap::default();
        for member in &module.members {
            members.entry(member.0.short_hash()).or_default().push(member);
        }
        let exports = self.exports.as_ref();
        let exported: Option<BTreeSet<u32>> = exports.map(|names| names.iter().map(Name::short_hash).collect());
        let imports = Name::from(IMPORTS).short_hash();
        let of_name = |&name: &u32| {
            let mut reachable = ReachableFacts::new(self);
            exported.as_ref().map(|names| names.contains(&name)).hash(&mut reachable.state);
            match members.get(&name) {
                Some(members) => members.iter().for_each(|(name, reach)| {
                    name.hash(&mut reachable.state);
                    reachable.reach(*reach);
                }),
                None if name == imports => reachable.imports(),
                None => reachable.all(&module.stars, Fact::Binding),
            }
            (name, reachable.finish())
        };
        names.iter().map(of_name).collect()
    }
}

/// A part of the facts of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fact {
    Binding(BindingId),
    Value(ValueId),
    Definition(DefinitionId),
    /// The place of a scope among the others.
    Place(ScopeId),
    /// All that a scope holds.
    Members(ScopeId),
}

/// Everything that some names lead to, walked over. Things are numbered as they are met, so that their places in the
/// arenas of the file do not count.
struct ReachableFacts<'f> {
    facts: &'f FileFacts,
    met: FxHashMap<Fact, u32>,
    open: Vec<Fact>,
    state: DefaultHasher,
}

impl<'f> ReachableFacts<'f> {
    fn new(facts: &'f FileFacts) -> Self {
        Self { facts, met: FxHashMap::default(), open: Vec::new(), state: DefaultHasher::new() }
    }

    /// Notes the number of a thing, which is looked at later if it is new.
    fn node(&mut self, node: Fact) {
        let next = u32::try_from(self.met.len()).unwrap_or(u32::MAX);
        let number = *self.met.entry(node).or_insert_with(|| {
            self.open.push(node);
            next
        });
        number.hash(&mut self.state);
    }

    fn all<T: Copy + 'f>(&mut self, ids: impl IntoIterator<Item = &'f T>, node: impl Fn(T) -> Fact) {
        let mut count = 0u32;
        for id in ids {
            self.node(node(*id));
            count += 1;
        }
        count.hash(&mut self.state);
    }

    fn option<T>(&mut self, id: Option<T>, node: impl Fn(T) -> Fact) {
        id.is_some().hash(&mut self.state);
        id.into_iter().for_each(|id| self.node(node(id)));
    }

    fn reach(&mut self, reach: Reach) {
        reach.unbound().hash(&mut self.state);
        let bindings = reach.bindings(self.facts);
        bindings.len().hash(&mut self.state);
        bindings.into_iter().for_each(|binding| self.node(Fact::Binding(binding)));
    }

    fn named(&mut self, members: &'f [(Name, Reach)]) {
        members.len().hash(&mut self.state);
        for (name, reach) in members {
            name.hash(&mut self.state);
            self.reach(*reach);
        }
    }

    fn arguments(&mut self, arguments: impl Iterator<Item = &'f Argument> + Clone) {
        arguments.clone().for_each(|argument| argument.keyword.hash(&mut self.state));
        self.all(arguments.map(|argument| &argument.value), Fact::Value);
    }

    /// Looks at everything that was met, and returns the hash of all of it.
    fn finish(mut self) -> u64 {
        while let Some(node) = self.open.pop() {
            match node {
                Fact::Binding(id) => self.binding(&self.facts.bindings[id.index()]),
                Fact::Value(id) => self.value(id, &self.facts.values[id.index()]),
                Fact::Definition(id) => self.definition(id, &self.facts.definitions[id.index()]),
                Fact::Place(id) => {
                    let scope = &self.facts.scopes[id.index()];
                    (scope.kind, &scope.name, scope.test).hash(&mut self.state);
                    self.option(scope.parent, Fact::Place);
                    self.option(scope.definition, Fact::Definition);
                }
                Fact::Members(id) => {
                    let scope = &self.facts.scopes[id.index()];
                    self.named(&scope.members);
                    self.all(&scope.stars, Fact::Binding);
                }
            }
        }
        self.state.finish()
    }

    fn binding(&mut self, binding: &'f Binding) {
        let Binding { name, scope, span: _, how, target, namespaces, public, type_checking } = binding;
        (name, how, namespaces, public, type_checking, std::mem::discriminant(target)).hash(&mut self.state);
        self.node(Fact::Place(*scope));
        match target {
            Target::Value(value) => self.node(Fact::Value(*value)),
            Target::Definition(definition) => self.node(Fact::Definition(*definition)),
            Target::Star(star) => {
                if let Some(StarTarget { modules, otherwise }) = self.facts.star(*star) {
                    self.all(modules, Fact::Value);
                    self.reach(*otherwise);
                }
            }
            Target::Absent | Target::Opaque => {}
        }
    }

    fn value(&mut self, id: ValueId, node: &'f ValueNode) {
        let ValueNode { value, span: _, scope } = node;
        let facts = self.facts;
        (std::mem::discriminant(value), facts.is_dynamic(id)).hash(&mut self.state);
        facts.expansion(id).map(|expansion| expansion.file).hash(&mut self.state);
        self.node(Fact::Place(*scope));
        match value {
            Value::Name { name, reach } => {
                name.hash(&mut self.state);
                self.reach(*reach);
            }
            Value::Member { object, name } => {
                name.hash(&mut self.state);
                self.node(Fact::Value(*object));
            }
            Value::Module(module) => module.hash(&mut self.state),
            Value::Call { callee, arguments } => {
                self.node(Fact::Value(*callee));
                self.arguments(facts.arguments.get(*arguments).iter());
            }
            Value::Subscript { object } | Value::InstanceOf(object) | Value::TypeOf(object) => {
                self.node(Fact::Value(*object));
            }
            Value::AnyOf(options) => self.all(facts.choices.get(*options), Fact::Value),
            Value::Text(text) => facts.text(*text).hash(&mut self.state),
            Value::Texts(first, count) => {
                facts.texts(*first, *count).for_each(|text| text.hash(&mut self.state));
            }
            Value::Receiver { class, instance } | Value::Super { class, instance } => {
                instance.hash(&mut self.state);
                self.node(Fact::Definition(*class));
            }
            Value::Item(definition) => self.node(Fact::Definition(*definition)),
            Value::SelfType(index) => {
                let Implementation { target, of, body } = &facts.implementations[*index as usize];
                self.node(Fact::Value(*target));
                self.option(*of, Fact::Value);
                self.node(Fact::Members(*body));
            }
            Value::Undecided(Undecided::DynamicMember(object)) => self.node(Fact::Value(*object)),
            Value::Opaque => {}
        }
    }

    fn definition(&mut self, id: DefinitionId, definition: &'f Definition) {
        // Kept answers name definitions by their places.
        id.hash(&mut self.state);
        let Definition {
            name,
            kind,
            scope,
            body,
            span: _,
            name_span: _,
            bases,
            decorators,
            attributes,
            receiver,
            returns,
            filled,
            delegates,
            idle,
        } = definition;
        (name, kind, receiver, idle).hash(&mut self.state);
        self.node(Fact::Place(*scope));
        self.option(*body, Fact::Place);
        self.option(*body, Fact::Members);
        self.all(bases, Fact::Value);
        self.all(decorators, Fact::Value);
        self.named(attributes);
        self.all(returns, Fact::Value);
        filled.iter().for_each(|(name, _)| name.hash(&mut self.state));
        self.all(filled.iter().map(|(_, value)| value), Fact::Value);
        self.option(*delegates, Fact::Value);
        self.all(self.facts.yields.iter().filter(|(by, _)| *by == id).map(|(_, value)| value), Fact::Value);
        let keywords = self.facts.class_keywords.iter().filter(|(class, _)| *class == id);
        self.arguments(keywords.map(|(_, argument)| argument));
    }

    /// Looks at what the imports of the file name.
    fn imports(&mut self) {
        for ValueNode { value, .. } in &self.facts.values {
            if let Value::Module(module) = value {
                module.hash(&mut self.state);
            }
        }
    }
}

fn hash_definition(definition: &Definition, state: &mut impl Hasher) {
    let Definition {
        name,
        kind,
        scope,
        body,
        span: _,
        name_span: _,
        bases,
        decorators,
        attributes,
        receiver,
        returns,
        filled,
        delegates,
        idle,
    } = definition;
    (name, kind, scope, body, bases, decorators, attributes, receiver, returns, filled).hash(state);
    (delegates, idle).hash(state);
}

fn hash_binding(binding: &Binding, state: &mut impl Hasher) {
    let Binding { name, scope, span: _, how, target, namespaces, public, type_checking } = binding;
    (name, scope, how, target, namespaces, public, type_checking).hash(state);
}
