//! Looking up members: of modules, classes, instances and things outside the tree.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::facts::{DefinitionKind, IMPORTS, Name, Receiver, ScopeId, Value, ValueId};
use crate::source::FileId;

use super::evaluate::{is_class_like, union};
use super::module::of_module;
use super::{Chain, Denotation, Entity, ItemRef, ModuleRef, PathRef, Resolver, Step};
use crate::lang::BUILTINS;

impl Resolver<'_, '_> {
    /// Returns the meanings of `name` as a member of something.
    #[must_use]
    pub fn member(&self, object: &Denotation, name: &Name) -> Vec<Denotation> {
        match &object.entity {
            Entity::Module(module) => {
                of_module(*module, object, name, self.module_member(*module, name).unwrap_or_default())
            }
            Entity::External | Entity::Opaque | Entity::Method { .. } => vec![beyond(object, name)],
            Entity::Item(item) if self.is_class(object) => self.class_member(object, *item, name, false),
            Entity::Item(_) => vec![Denotation { entity: Entity::Opaque, ..beyond(object, name) }],
            Entity::Instance(class) => {
                let found = match &class.entity {
                    Entity::Item(item) => self.class_member(class, *item, name, true),
                    _ => vec![beyond(class, name)],
                };
                let named = |member: Denotation| reached_by(member, object, name, |_| true);
                found.into_iter().map(named).collect()
            }
            Entity::Super(item) => self.inherited(self.ancestors(*item), name, false).unwrap_or_default(),
        }
    }

    /// Returns the meanings of `name` as a member of something for code in a scope: of a module it does not see the star
    /// imports that the module keeps for itself.
    pub(super) fn member_seen(
        &self,
        file: FileId,
        scope: ScopeId,
        object: &Denotation,
        name: &Name,
    ) -> Vec<Denotation> {
        if let Entity::Module(module) = object.entity
            && self.keeps_stars(module, name, || self.project.module_around(file, scope))
        {
            let found = self.handed_on(module, name);
            if !found.is_empty() {
                return of_module(module, object, name, found);
            }
        }
        self.member(object, name)
    }

    /// Returns the meanings of `name` as a member that a file reads. Importing a submodule puts it in the place of what
    /// its package binds, unless the package has imported it before.
    pub(super) fn member_read(
        &self,
        file: FileId,
        scope: ScopeId,
        object: &Denotation,
        name: &Name,
    ) -> Vec<Denotation> {
        let found = self.member_seen(file, scope, object, name);
        if let Entity::Module(package @ ModuleRef::File { file: own, .. }) = object.entity
            && let Some(child) = self.submodule(package, name)
            && let Entity::Module(module) = child.entity
            && !found.iter().any(|it| matches!(it.entity, Entity::Module(other) if other == module))
            && !crate::lang::policy(self.project.tree.file(file).language).paths_import
            && self.imported_modules(file).contains(&module)
            && !self.imported_modules(own).contains(&module)
        {
            return vec![reached_by(child, object, name, |_| false)];
        }
        found
    }

    /// The modules that the import statements of a file name, with the packages around them.
    fn imported_modules(&self, file: FileId) -> Arc<FxHashSet<ModuleRef>> {
        if let Some(known) = self.imported.borrow().get(&file) {
            return self.reuse(known);
        }
        let mut modules = FxHashSet::default();
        let facts = self.enter(file, ScopeId::MODULE, &Name::from(IMPORTS));
        for node in facts.into_iter().flat_map(|facts| &facts.values) {
            if let Value::Module(module) = &node.value {
                for length in 1..=module.path.len() {
                    modules.extend(self.locate(file, node.scope, module.anchor, &module.path[..length]).meanings().0);
                }
            }
        }
        let modules = Arc::new(modules);
        self.imported.borrow_mut().insert(file, self.remembered(Arc::clone(&modules), None));
        modules
    }

    fn class_member(&self, class: &Denotation, item: ItemRef, name: &Name, instance: bool) -> Vec<Denotation> {
        let step = |member| reached_by(member, class, name, |_| true);
        let (own, certain) = self.declared(class, item, name, instance).unwrap_or_default();
        let mut found: Vec<Denotation> = own.into_iter().map(step).collect();
        if !certain {
            let inherited = self.inherited(self.ancestors(item), name, instance).into_iter().flatten();
            found.extend(inherited.map(|member| step(rebase(member, class).through(Step::Inherited(item)))));
        }
        if found.is_empty() && !certain {
            found.push(Denotation { entity: Entity::Opaque, ..beyond(class, name) });
        }
        union(found.into_iter())
    }

    /// A member that the class itself declares, and whether it surely does, so that no base is asked; methods remember
    /// the class they were looked up on.
    pub(super) fn declared(
        &self,
        class: &Denotation,
        item: ItemRef,
        name: &Name,
        instance: bool,
    ) -> Option<(Vec<Denotation>, bool)> {
        let facts = self.facts(item.file)?;
        let definition = facts.definitions.get(item.definition.index())?;
        let own = definition.body.and_then(|body| Some((body, facts.scopes[body.index()].member(name)?)));
        let mut found = Vec::new();
        if let Some((body, reach)) = own {
            found.extend(self.reach(item.file, body, name, reach));
        }
        // What methods assign shows on the class too when its body only declares the name, as in `pool = None`.
        let attribute = definition.attributes.binary_search_by(|(n, _)| n.cmp(name)).ok();
        let attribute = attribute.filter(|_| instance || found.is_empty());
        if let Some(at) = attribute {
            let scope = definition.body.unwrap_or(definition.scope);
            found.extend(self.reach(item.file, scope, name, &definition.attributes[at].1));
        }
        let implemented = if found.is_empty() { self.implemented(item, &definition.name, name) } else { Vec::new() };
        let any = own.is_some() || attribute.is_some() || !implemented.is_empty();
        let certain = attribute.is_some() || !implemented.is_empty() || own.is_some_and(|(_, reach)| !reach.unbound());
        found.extend(implemented);
        let as_methods = |member| self.as_method(member, class, instance);
        any.then(|| (union(found.into_iter().flat_map(as_methods)), certain))
    }

    /// Returns the meanings that the `impl` blocks of a type give a name, else the traits that they implement.
    fn implemented(&self, item: ItemRef, class: &Name, name: &Name) -> Vec<Denotation> {
        let layout = self.project.layouts.of(self.project.tree.file(item.file).language);
        let mut found = Vec::new();
        let mut provided = Vec::new();
        for &(file, index) in layout.implementations(class) {
            let Some(facts) = self.loaded(file).map(|loaded| &loaded.facts) else { continue };
            let Some(implementation) = facts.implementations.get(index as usize) else { continue };
            let own = facts.scopes[implementation.body.index()].member(name);
            if own.is_none() && (implementation.of.is_none() || !found.is_empty()) {
                continue;
            }
            let meant = self.value(file, implementation.target);
            if !meant.iter().any(|denotation| matches!(denotation.entity, Entity::Item(other) if other == item)) {
                continue;
            }
            match (own, implementation.of) {
                (Some(reach), _) => found.extend(self.reach(file, implementation.body, name, reach)),
                (None, Some(of)) => provided.push((file, of)),
                (None, None) => {}
            }
        }
        if found.is_empty() {
            found.extend(provided.into_iter().flat_map(|(file, of)| self.provided(file, of, name)));
        }
        found
    }

    /// Returns the meanings that a trait of the tree itself gives a name.
    fn provided(&self, file: FileId, of: ValueId, name: &Name) -> Vec<Denotation> {
        let mut found = Vec::new();
        for denotation in self.value(file, of).iter() {
            let Entity::Item(item) = denotation.entity else { continue };
            let body = self.item_definition(item).and_then(|definition| definition.body);
            let Some((facts, body)) = self.facts(item.file).zip(body) else { continue };
            if let Some(reach) = facts.scopes[body.index()].member(name) {
                found.extend(self.reach(item.file, body, name, reach));
            }
        }
        found
    }

    /// A function that stands in a class, as reached through `class` or an instance of it.
    fn as_method(&self, member: Denotation, class: &Denotation, instance: bool) -> Vec<Denotation> {
        match member.entity {
            Entity::Item(function) if !self.is_class(&member) => {
                let getter = self.item_definition(function).is_some_and(|found| found.receiver == Receiver::Getter);
                if getter && instance {
                    return self.returned(function);
                }
                vec![Denotation { entity: Entity::Method { function, class: Arc::new(class.clone()) }, ..member }]
            }
            _ => vec![member],
        }
    }

    /// Returns the meanings that the first ancestor that has the member gives it. Of a class outside the tree only the
    /// rules tell what it has, so the ancestors after it may be meant as well.
    fn inherited(
        &self,
        ancestors: impl Iterator<Item = Denotation>,
        name: &Name,
        instance: bool,
    ) -> Option<Vec<Denotation>> {
        let mut all: Option<Vec<Denotation>> = None;
        for ancestor in ancestors {
            let (found, certain) = match &ancestor.entity {
                Entity::Item(item) => match self.declared(&ancestor, *item, name, instance) {
                    Some((declared, certain)) => {
                        let reached = declared.into_iter().map(|member| reached_by(member, &ancestor, name, |_| true));
                        (reached.collect(), certain)
                    }
                    None => continue,
                },
                Entity::External => {
                    let member = beyond(&ancestor, name);
                    let known = member.external_path().is_some_and(|path| self.project.known.contains(path));
                    // What a builtin class has is known: nothing that the tree's classes do not override.
                    let builtin = ancestor.external_path().is_some_and(|path| path[0] == BUILTINS);
                    if builtin && !known {
                        continue;
                    }
                    (vec![member], known)
                }
                _ => continue,
            };
            all.get_or_insert_default().extend(found);
            if certain {
                break;
            }
        }
        all.map(|all| union(all.into_iter()))
    }

    /// The trait in which a function is defined: its `Self` is any type that implements it.
    fn trait_around(&self, function: ItemRef) -> Option<ItemRef> {
        self.around(function).filter(|item| self.is_kind(*item, DefinitionKind::Trait))
    }

    /// The enum of which something is a variant: an item that is one, or a path outside the tree that is spelled like one.
    #[must_use]
    pub fn enum_of(&self, variant: &Denotation) -> Option<Denotation> {
        match variant.entity {
            Entity::Item(item) if self.is_kind(item, DefinitionKind::Variant) => Some(self.item(self.around(item)?)),
            Entity::External => {
                let (last, path) = variant.external_path()?.split_last()?;
                let spelled =
                    path.len() > 1 && is_class_like(last) && path.last().is_some_and(|name| is_class_like(name));
                spelled.then(|| Denotation::external(path.iter().cloned()))
            }
            _ => None,
        }
    }

    fn is_kind(&self, item: ItemRef, kind: DefinitionKind) -> bool {
        self.item_definition(item).is_some_and(|definition| definition.kind == kind)
    }

    /// The definition whose body an item stands in.
    fn around(&self, item: ItemRef) -> Option<ItemRef> {
        let facts = self.facts(item.file)?;
        let definition = facts.scopes[self.item_definition(item)?.scope.index()].definition?;
        Some(ItemRef { file: item.file, definition })
    }

    /// The class in which a function is defined.
    #[must_use]
    pub fn class_around(&self, function: ItemRef) -> Option<Denotation> {
        self.around(function).map(|class| self.item(class))
    }

    /// Returns whether a function looked up on a class makes an instance of it: a class or static method, or an
    /// associated function, that returns the receiver class called or by its own type.
    #[must_use]
    pub fn is_alternate_constructor(&self, function: ItemRef, class: &Denotation) -> bool {
        let Some(definition) = self.item_definition(function) else { return false };
        if matches!(definition.receiver, Receiver::Instance | Receiver::Getter) {
            return false;
        }
        let wanted: Vec<ItemRef> = match class.entity {
            Entity::Item(item) => {
                let inherited = self.ancestors(item).filter_map(|ancestor| match ancestor.entity {
                    Entity::Item(item) => Some(item),
                    _ => None,
                });
                std::iter::once(item).chain(inherited).chain(self.trait_around(function)).collect()
            }
            _ => return false,
        };
        let returns = definition.returns.clone();
        returns.iter().any(|&value| {
            self.value(function.file, value).iter().any(|returned| match &returned.entity {
                Entity::Instance(made) => matches!(made.entity, Entity::Item(item) if wanted.contains(&item)),
                _ => false,
            })
        })
    }
}

/// The member under the paths of the object it was found on, and with the steps that led to the object in front.
pub(super) fn reached_by(
    member: Denotation,
    object: &Denotation,
    name: &Name,
    keep: impl Fn(&PathRef) -> bool,
) -> Denotation {
    let mut paths: Vec<PathRef> = object.paths.iter().filter(|path| keep(path)).map(|path| path.member(name)).collect();
    paths.retain(|path| !has_path(&member, path));
    let paths = prepend(paths, &member.paths);
    let steps = prepend(object.steps.iter().copied().collect(), &member.steps);
    let overridden = member.overridden || object.overridden;
    Denotation { paths, steps, overridden, ..member }
}

fn prepend<T: Clone>(front: Vec<T>, chain: &Chain<T>) -> Chain<T> {
    front.into_iter().rev().fold(chain.clone(), |chain, item| chain.with(item))
}

/// Paths further back in a chain are not compared: one too many does no harm.
const NEAR_PATHS: usize = 32;

pub(super) fn has_path(denotation: &Denotation, path: &PathRef) -> bool {
    denotation.paths.iter().take(NEAR_PATHS).any(|other| other == path)
}

/// A member of something that is not looked into.
pub(super) fn beyond(object: &Denotation, name: &Name) -> Denotation {
    let entity = match object.entity {
        Entity::External => Entity::External,
        _ => Entity::Opaque,
    };
    let outside = object.external_path().map(|path| path.iter().chain([name]).cloned().collect());
    Denotation {
        entity,
        paths: object.paths.iter().map(|path| path.member(name)).collect(),
        steps: object.steps.clone(),
        outside,
        overridden: object.overridden,
    }
}

/// An inherited method belongs to the class it is called on, so that `Sub.make()` makes a `Sub`.
fn rebase(member: Denotation, class: &Denotation) -> Denotation {
    match member.entity {
        Entity::Method { function, .. } => {
            Denotation { entity: Entity::Method { function, class: Arc::new(class.clone()) }, ..member }
        }
        _ => member,
    }
}
