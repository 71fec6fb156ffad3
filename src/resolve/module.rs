//! The names of modules.
//!
//! In: a module, a name, and who asks. Out: what the module means by it: what it binds, what its star imports bring, its
//! submodules. A star import that a module keeps for itself gives nothing to others.

use std::sync::Arc;

use crate::facts::{Binding, BindingId, How, Name, Reach, ScopeId, Target, Value, ValueId};
use crate::source::FileId;

use super::evaluate::union;
use super::member::{beyond, has_path, reached_by};
use super::{Denotation, Entity, Key, ModuleRef, PathRef, Resolver, Step};

impl Resolver<'_, '_> {
    /// Returns the meanings that a module gives `name`; none if it has no such name.
    pub(super) fn module_member(&self, module: ModuleRef, name: &Name) -> Option<Vec<Denotation>> {
        let found = self.query(Key::Member(module, name.clone()), || {
            named_in(module, name, self.own_member(module, name).unwrap_or_default())
        });
        match found {
            Some(found) if found.is_empty() => None,
            Some(found) => Some(found.to_vec()),
            None => self.submodule(module, name).map(|child| vec![child]),
        }
    }

    fn own_member(&self, module: ModuleRef, name: &Name) -> Option<Vec<Denotation>> {
        let ModuleRef::File { file, scope } = module else { return Some(vec![self.submodule(module, name)?]) };
        let facts = self.enter(file, scope, name)?;
        let node = facts.scopes.get(scope.index())?;
        if let Some(reach) = node.member(name) {
            if self.names_itself(file, module, name, reach) {
                return Some(vec![self.submodule(module, name)?]);
            }
            let mut found = self.reach(file, scope, name, reach);
            // That a star import may bring the name is no meaning for others if nothing is known of it.
            let by_star = |id: &BindingId| facts.bindings[id.index()].how == How::Star;
            if reach.bindings(facts).iter().all(by_star) {
                found.retain(|d| !matches!(d.entity, Entity::Opaque) || d.paths.iter().next().is_some());
            }
            return Some(found);
        }
        let layout = self.project.layouts.of_module(self.project.tree, module);
        let exported = || {
            let (file, binding) = layout.exported(module, name)?;
            self.loaded(file)?;
            Some(self.binding(file, binding).to_vec())
        };
        self.star_given(file, scope, name, |_| true)
            .or_else(exported)
            .or_else(|| Some(vec![self.submodule(module, name)?]))
    }

    /// Returns the meanings that star imports of a scope give a name that the scope does not bind; the last one wins.
    fn star_given(
        &self,
        file: FileId,
        scope: ScopeId,
        name: &Name,
        counts: impl Fn(&Binding) -> bool,
    ) -> Option<Vec<Denotation>> {
        let facts = self.facts(file)?;
        facts.scopes[scope.index()].stars.iter().rev().find_map(|&star| {
            let binding = &facts.bindings[star.index()];
            let Target::Star(given) = binding.target else { return None };
            if !counts(binding) {
                return None;
            }
            let modules = &facts.star(given)?.modules;
            let step = Step::Bound { file, binding: star };
            let given = modules.iter().flat_map(|&module| self.value(file, module).to_vec());
            let from = ModuleRef::File { file, scope };
            let given: Vec<_> = given.map(|module| self.star_member(&module, name, from)).collect();
            let given = nearest(given);
            (!given.is_empty()).then(|| union(given.into_iter().map(|member| member.through(step))))
        })
    }

    /// Returns whether the name is bound only by `from . import name` in the package itself: then it is the submodule.
    fn names_itself(&self, file: FileId, module: ModuleRef, name: &Name, reach: &Reach) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        !reach.is_empty()
            && reach.bindings(facts).iter().all(|&id| {
                let binding = &facts.bindings[id.index()];
                let Target::Value(value) = binding.target else { return false };
                let Value::Member { object, name: imported, .. } = &facts.values[value.index()].value else {
                    return false;
                };
                binding.how == How::Import
                    && imported == name
                    && matches!(facts.values[object.index()].value, Value::Module(_))
                    && self.value(file, *object).iter().all(|d| matches!(d.entity, Entity::Module(m) if m == module))
            })
    }

    pub(super) fn submodule(&self, module: ModuleRef, name: &Name) -> Option<Denotation> {
        self.consult_module_names(std::slice::from_ref(name));
        let layout = self.project.layouts.of_module(self.project.tree, module);
        layout.child(module, name).map(Denotation::module)
    }

    /// The submodule that an import names as a member of a package, if the package does not bind the name itself.
    #[must_use]
    pub fn imported_submodule(&self, package: &Denotation, name: &Name) -> Option<ModuleRef> {
        let Entity::Module(module) = package.entity else { return None };
        let child = self.submodule(module, name)?;
        let Entity::Module(child) = child.entity else { return None };
        let found = self.module_member(module, name)?;
        found.iter().any(|d| matches!(d.entity, Entity::Module(m) if m == child)).then_some(child)
    }

    /// Returns whether a module of the tree that a value denotes binds the name, though perhaps to nothing.
    #[must_use]
    pub fn has_member(&self, file: FileId, module: ValueId, name: &str) -> bool {
        self.value(file, module).iter().any(|denotation| match denotation.entity {
            Entity::Module(ModuleRef::File { file, scope }) => match self.enter(file, scope, &Name::from(name)) {
                Some(facts) => {
                    facts.scopes[scope.index()].member(name).is_some() || !facts.scopes[scope.index()].stars.is_empty()
                }
                None => true,
            },
            _ => true,
        })
    }

    /// Returns whether a package has a submodule of that name (which then is hidden, if the package binds the name
    /// itself).
    #[must_use]
    pub fn hides_submodule(&self, package: &Denotation, name: &Name) -> bool {
        matches!(package.entity, Entity::Module(module) if self.submodule(module, name).is_some())
    }

    /// Returns the meanings that a star import of `module` in the module `from` gives a name.
    pub(super) fn star_member(&self, module: &Denotation, name: &Name, from: ModuleRef) -> Vec<Denotation> {
        match &module.entity {
            Entity::Module(target) => {
                if !self.exports(*target, name, from) {
                    return Vec::new();
                }
                let found = match self.keeps_stars(*target, name, || from) {
                    true => self.handed_on(*target, name),
                    false => self.module_member(*target, name).unwrap_or_default(),
                };
                found.into_iter().map(|member| reached_by(member, module, name, |_| false)).collect()
            }
            Entity::External => {
                let member = beyond(module, name);
                let named = member.external_path().is_some_and(|path| self.project.known.contains(path));
                if named { vec![member] } else { Vec::new() }
            }
            // A glob of an enum takes its variants.
            Entity::Item(_) if self.is_class(module) => {
                let members = self.member(module, name);
                members.into_iter().filter(|member| self.enum_of(member).is_some()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns whether a module has a name only by star imports, of which it keeps some for itself and what is in it.
    pub(super) fn keeps_stars(&self, module: ModuleRef, name: &Name, from: impl FnOnce() -> ModuleRef) -> bool {
        let ModuleRef::File { file, scope } = module else { return false };
        let Some(facts) = self.enter(file, scope, name) else { return false };
        let node = &facts.scopes[scope.index()];
        node.stars.iter().any(|star| !facts.bindings[star.index()].public)
            && node.member(name).is_none()
            && !self.project.layouts.of_module(self.project.tree, module).sees_private(module, from())
    }

    /// Returns the meanings that the star imports which a module hands on give a name.
    pub(super) fn handed_on(&self, module: ModuleRef, name: &Name) -> Vec<Denotation> {
        let ModuleRef::File { file, scope } = module else { return Vec::new() };
        let given = || self.star_given(file, scope, name, |star| star.public).unwrap_or_default();
        let found = self.query(Key::HandedOn(module, name.clone()), || named_in(module, name, given()));
        found.unwrap_or_default().to_vec()
    }

    /// Returns whether a star import of a module takes the name: it is in `__all__`, or it is public and bound there.
    fn exports(&self, module: ModuleRef, name: &Name, from: ModuleRef) -> bool {
        let ModuleRef::File { file, scope } = module else { return false };
        let layout = self.project.layouts.of_module(self.project.tree, module);
        if layout.sees_private(module, from) {
            return true;
        }
        let Some(facts) = self.enter(file, scope, name) else { return false };
        if let (Some(exports), ScopeId::MODULE) = (&facts.exports, scope) {
            return exports.contains(name);
        }
        let node = &facts.scopes[scope.index()];
        match node.member(name) {
            Some(reach) => {
                reach.bindings(facts).iter().any(|&b| facts.bindings[b.index()].public) && !name.starts_with('_')
            }
            None => !name.starts_with('_') && !node.stars.is_empty(),
        }
    }
}

/// Returns what a module has under a name as members of what denotes the module.
pub(super) fn of_module(
    module: ModuleRef,
    object: &Denotation,
    name: &Name,
    found: Vec<Denotation>,
) -> Vec<Denotation> {
    let own = PathRef::Tree { module, members: Arc::from([]) };
    found.into_iter().map(|member| reached_by(member, object, name, |path| *path != own)).collect()
}

/// Returns what a module has under a name, with that path.
fn named_in(module: ModuleRef, name: &Name, found: Vec<Denotation>) -> Vec<Denotation> {
    let path = PathRef::Tree { module, members: Arc::from([name.clone()]) };
    let named = |member: Denotation| if has_path(&member, &path) { member } else { member.named(path.clone()) };
    found.into_iter().map(named).collect()
}

/// Keeps the nearest of the meanings that globs give a name: what the tree really provides comes before what a package
/// outside of it may have.
pub(super) fn nearest(mut given: Vec<Vec<Denotation>>) -> Vec<Denotation> {
    let beyond = |of_one: &Vec<Denotation>| of_one.iter().all(|member| matches!(member.entity, Entity::External));
    if !given.iter().all(beyond) {
        given.retain(|of_one| !beyond(of_one));
    }
    given.into_iter().flatten().collect()
}
