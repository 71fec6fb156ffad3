//! Interfaces: what other files can learn from the facts of one.
//!
//! In: the facts of a file. Out: a number that is the same as long as nobody else could tell the difference, unless by
//! where something stands. An edit that keeps it reaches no other file, other than by the places that it shows.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Binding, Definition, FileFacts, Implementation, ValueNode};

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
            (expansion.value, expansion.file).hash(state);
        }
        (exports, yields, class_keywords, test_only).hash(state);
        hasher.finish()
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
