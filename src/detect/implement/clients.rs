//! Clients: what a class wraps, and whether the rules know it.
//!
//! In: values of a file. Out: the classes and functions they come from, followed through calls, and what the rules say
//! of each.

use crate::facts::{Definition, How, Target, Value, ValueId};
use crate::resolve::{Denotation, Entity, ItemRef, Step, is_class_like};
use crate::rule::{Rule, RuleIndex, RuleKind, SourceIndex};
use crate::source::FileId;

use super::super::At;
use super::super::symbols::Meaning;
use super::{Evidence, Wrapped};

/// Calls beyond so many functions are not followed to what they give.
const MOST_CALLS: u32 = 4;

/// A class or function from which a value comes.
pub(super) struct Client {
    pub(super) class: Denotation,
    /// The value is only declared to be of the class: what it is may come from elsewhere.
    pub(super) declared: bool,
}

/// Returns the classes that a value is an instance of, and the classes and functions called to make it. What comes from
/// the canonical symbol, or is an instance that another file keeps, is none of the class's own.
pub(super) fn clients(at: &At<'_, '_, '_>, file: FileId, value: ValueId, depth: u32) -> Vec<Client> {
    let mut found = Vec::new();
    let Some(facts) = at.resolver.loaded(file).map(|loaded| &loaded.facts) else { return found };
    for denotation in at.resolver.value(file, value).iter() {
        if let Entity::Instance(class) = &denotation.entity
            && !at.is_known_canonical(denotation)
            && !is_kept_elsewhere(at, file, denotation)
        {
            found.push(Client { class: (**class).clone(), declared: is_declared(at, file, value, denotation) });
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
                found.push(Client { class: called.clone(), declared: false });
            }
        }
        Value::AnyOf(options) => {
            found.extend(facts.choices.get(*options).iter().flat_map(|&option| clients(at, file, option, depth + 1)));
        }
        Value::Name { reach, .. } => {
            let values = reach.bindings(facts).into_iter().filter_map(|id| match facts.bindings[id.index()].target {
                Target::Value(value) => Some(value),
                _ => None,
            });
            found.extend(values.flat_map(|value| clients(at, file, value, depth + 1)));
        }
        _ => {}
    }
    found
}

/// Tells whether an instance is one by its declaration alone: a parameter or field of its type.
fn is_declared(at: &At<'_, '_, '_>, file: FileId, value: ValueId, instance: &Denotation) -> bool {
    let by_type = |file: FileId, value: ValueId| {
        let facts = at.resolver.loaded(file).map(|loaded| &loaded.facts);
        facts.is_some_and(|facts| matches!(facts.values[value.index()].value, Value::InstanceOf(_)))
    };
    by_type(file, value)
        || instance.steps.iter().any(|step| match step {
            Step::Bound { file, binding } => {
                match at.resolver.loaded(*file).map(|it| &it.facts.bindings[binding.index()]) {
                    Some(binding) => matches!(binding.target, Target::Value(value) if by_type(*file, value)),
                    None => false,
                }
            }
            _ => false,
        })
}

/// The function whose results are looked at: one of a module, or a method of the same file; no fixture of tests.
pub(super) fn followed(at: &At<'_, '_, '_>, file: FileId, called: &Denotation) -> Option<ItemRef> {
    let item = match called.entity {
        Entity::Item(item) if !at.resolver.is_class(called) => item,
        Entity::Method { function, .. } if function.file == file => function,
        _ => return None,
    };
    let definition = at.resolver.item_definition(item)?;
    (!is_fixture(at, item.file, definition)).then_some(item)
}

pub(super) fn is_fixture(at: &At<'_, '_, '_>, file: FileId, function: &Definition) -> bool {
    let Some(facts) = at.resolver.loaded(file).map(|loaded| &loaded.facts) else { return false };
    function.decorators.iter().any(|decorator| {
        let mut value = &facts.values[decorator.index()].value;
        if let Value::Call { callee, .. } = value {
            value = &facts.values[callee.index()].value;
        }
        matches!(value, Value::Name { name, .. } | Value::Member { name, .. } if name == "fixture")
    })
}

/// Returns whether an instance was made for a name of another file.
pub(super) fn is_kept_elsewhere(at: &At<'_, '_, '_>, file: FileId, instance: &Denotation) -> bool {
    instance.steps.iter().any(|step| match step {
        Step::Bound { file: other, binding } if *other != file => {
            let how = at.resolver.loaded(*other).map(|loaded| loaded.facts.bindings[binding.index()].how);
            how == Some(How::Assignment)
        }
        _ => false,
    })
}

/// Notes a client if a rule knows it.
pub(super) fn wrap(
    at: &At<'_, '_, '_>,
    rules: &[(RuleIndex, &Rule)],
    client: &Denotation,
    how: Wrapped,
    evidence: &mut Evidence,
) {
    let known = at.client(client);
    for (index, rule) in rules {
        let canonical = at.is_canonical_class(client, rule.source);
        for (meaning, symbol) in &known {
            if at.is_wrapped(*index, *meaning) {
                let part = evidence.rules.entry(*index).or_default();
                let wrapped = part.wraps.entry(symbol.clone()).or_default();
                wrapped.add(Wrapped { canonical, ..how });
            }
        }
    }
}

/// Notes the canonical symbols that a value is, or is reached through.
pub(super) fn take(at: &At<'_, '_, '_>, rules: &[(RuleIndex, &Rule)], value: ValueId, evidence: &mut Evidence) {
    for denotation in at.resolver.value(at.file, value).iter() {
        for (meaning, symbol) in at.of_chain(&denotation.paths).found.iter() {
            for (index, rule) in rules {
                if *meaning == Meaning::Canonical(rule.source) {
                    evidence.rules.entry(*index).or_default().takes.insert(symbol.clone());
                }
            }
        }
    }
}

impl At<'_, '_, '_> {
    /// Returns the judgement of the rules on a class or function as a client; a class is also known by the constructors
    /// that they name.
    pub(super) fn client(&self, client: &Denotation) -> Vec<(Meaning, String)> {
        let mut found: Vec<(Meaning, String)> = self.of_chain(&client.paths).found.to_vec();
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
                    found.extend(self.of_chain(&ancestor.paths).found.iter().cloned());
                }
            }
        } else if found.is_empty() {
            self.constructor(client, &mut found);
        }
        found
    }

    /// Finds what the rules say of the class of which something is a member outside the tree: it makes an instance.
    fn constructor(&self, client: &Denotation, found: &mut Vec<(Meaning, String)>) {
        let Some((member, class)) = client.external_path().and_then(|name| name.split_last()) else { return };
        // Where methods are values too, the path of one is that of a member of the class.
        let makes = crate::lang::policy(self.language).values_construct || member.starts_with("from_");
        if !makes || !class.last().is_some_and(|name| is_class_like(name)) {
            return;
        }
        let matches = self.rules.symbols.matches(self.language, class, 0);
        let separator = self.language.separator();
        let name = format!("{}{separator}{member}", class.join(separator));
        found.extend(matches.iter().map(|it| (it.entry.meaning, name.clone())));
    }

    /// Returns whether a class that wraps something with this meaning is a rival: `wraps` names the thing or, where the
    /// rule has no `wraps`, another rule of the source bans it.
    pub(super) fn is_wrapped(&self, rule: RuleIndex, meaning: Meaning) -> bool {
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

    pub(super) fn is_canonical_class(&self, class: &Denotation, source: SourceIndex) -> bool {
        let classes = self.rules.canonical.get(source.0);
        matches!(class.entity, Entity::Item(item) if classes.into_iter().flatten().any(|it| it.item == item))
    }

    /// Returns whether the chain of something passes a canonical symbol.
    pub(super) fn is_known_canonical(&self, denotation: &Denotation) -> bool {
        let canonical = |meaning: Meaning| matches!(meaning, Meaning::Canonical(_));
        self.of_chain(&denotation.paths).found.iter().any(|(meaning, _)| canonical(*meaning))
    }

    /// Returns whether something is a canonical symbol, a canonical class or an instance of one.
    pub(super) fn is_canonical(&self, denotation: &Denotation, source: SourceIndex) -> bool {
        let class = match &denotation.entity {
            Entity::Instance(class) => self.is_canonical_class(class, source),
            Entity::Super(item) => self.resolver.ancestors(*item).any(|base| self.is_canonical_class(&base, source)),
            _ => self.is_canonical_class(denotation, source),
        };
        class
            || self.of_chain(&denotation.paths).found.iter().any(|(meaning, _)| *meaning == Meaning::Canonical(source))
    }
}
