//! Heirs: class attributes that a subclass sets and a method of its base reads (`self.factory()`).
//!
//! In: the facts of the loaded files, or what an earlier run knew of them. Out: for a class and a name, what the tree's subclasses set it to. Only attributes
//! that name something count: what a call gives is no symbol of a rule.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::{DefinitionId, DefinitionKind, FileFacts, How, Name, Target, Value, ValueId};
use crate::source::FileId;
use crate::tree::Tree;

use super::{Denotation, Entity, ItemRef, Resolver, Step};

/// Classes, each with those that inherit from it.
pub(super) type HeirsOfBases = FxHashMap<ItemRef, Vec<ItemRef>>;

/// The classes with bases whose bodies set a name to something that can be called.
#[derive(Debug, Default)]
pub struct Heirs(FxHashMap<Name, Vec<ItemRef>>);

impl Heirs {
    /// Adds what the classes of a file set; files are added in their order.
    pub fn add(&mut self, file: FileId, set: impl IntoIterator<Item = (Name, DefinitionId)>) {
        for (name, definition) in set {
            self.0.entry(name).or_default().push(ItemRef { file, definition });
        }
    }

    /// Returns a hash of the classes that set a name.
    #[must_use]
    pub fn fingerprint(&self, tree: &Tree, name: &Name) -> u64 {
        let mut hasher = DefaultHasher::new();
        for heir in self.0.get(name).into_iter().flatten() {
            (&tree.file(heir.file).path, heir.definition).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Returns what the classes of a file set, each with its class.
#[must_use]
pub fn of_file(facts: &FileFacts) -> Vec<(Name, DefinitionId)> {
    let mut set = Vec::new();
    for (definition, class) in (0u32..).map(DefinitionId).zip(&facts.definitions) {
        let Some(body) = class.body.filter(|_| class.kind == DefinitionKind::Class && !class.bases.is_empty()) else {
            continue;
        };
        for (name, reach) in facts.scopes[body.index()].members.iter().chain(&class.attributes) {
            let names = |target: &Target| match target {
                Target::Value(value) => names_something(facts, *value),
                Target::Definition(id) => facts.definitions[id.index()].kind == DefinitionKind::Class,
                _ => false,
            };
            if reach.bindings(facts).iter().any(|id| names(&facts.bindings[id.index()].target)) {
                set.push((name.clone(), definition));
            }
        }
    }
    set
}

fn names_something(facts: &FileFacts, value: ValueId) -> bool {
    matches!(
        facts.values[value.index()].value,
        Value::Name { .. } | Value::Member { .. } | Value::AnyOf(_) | Value::Item(_) | Value::Subscript { .. }
    )
}

impl Resolver<'_, '_> {
    /// Returns what subclasses set a member to that is read through the receiver of a method, if `object` is one.
    pub(super) fn set_by_heirs(&self, file: FileId, object: ValueId, name: &Name) -> Vec<Denotation> {
        let Some(class) = self.facts(file).and_then(|facts| receiver(facts, object)) else { return Vec::new() };
        self.consult_heirs(name);
        let Some(heirs) = self.project.heirs.0.get(name) else { return Vec::new() };
        let base = ItemRef { file, definition: class };
        let of_bases = self.heirs_of_bases(name, heirs);
        let heirs = of_bases.get(&base).map_or(&[][..], Vec::as_slice);
        let set = heirs.iter().filter(|&&heir| heir != base).flat_map(|&heir| {
            let class = self.item(heir);
            let declared = self.declared(&class, heir, name, true).map(|(declared, _)| declared).unwrap_or_default();
            declared.into_iter().map(move |member| member.through(Step::Overridden(heir)))
        });
        set.filter(|member| !matches!(member.entity, Entity::Method { .. } | Entity::Opaque)).collect()
    }

    /// The heirs that set a name, by the classes from which they inherit.
    fn heirs_of_bases(&self, name: &Name, heirs: &[ItemRef]) -> Arc<HeirsOfBases> {
        if let Some(known) = self.heirs.borrow().get(name) {
            return Arc::clone(known);
        }
        let (of_bases, complete) = self.apart(|| {
            let mut of_bases = HeirsOfBases::default();
            for &heir in heirs {
                // No name leads to it.
                self.consult_whole(heir.file);
                for ancestor in self.ancestors(heir) {
                    if let Entity::Item(base) = ancestor.entity {
                        of_bases.entry(base).or_default().push(heir);
                    }
                }
            }
            Arc::new(of_bases)
        });
        if complete {
            self.heirs.borrow_mut().insert(name.clone(), Arc::clone(&of_bases));
        }
        of_bases
    }
}

/// Returns the class whose receiver a value is.
fn receiver(facts: &FileFacts, value: ValueId) -> Option<DefinitionId> {
    match &facts.values[value.index()].value {
        Value::Receiver { class, .. } => Some(*class),
        Value::Name { reach, .. } => {
            let [only] = *reach.bindings(facts) else { return None };
            let binding = &facts.bindings[only.index()];
            match binding.target {
                Target::Value(value) if binding.how == How::Parameter => {
                    let Value::Receiver { class, .. } = facts.values[value.index()].value else { return None };
                    Some(class)
                }
                _ => None,
            }
        }
        _ => None,
    }
}
