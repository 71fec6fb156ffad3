//! Evaluating values and bindings to what they denote.

use std::sync::Arc;

use crate::facts::{
    Anchor, Argument, Binding, BindingId, Definition, DefinitionKind, FileFacts, How, Invocation, Name, Reach, ScopeId,
    ScopeKind, StarTarget, Target, Value, ValueId,
};
use crate::lang::{BUILTINS, BUILTINS_NAME, Unbound};
use crate::source::FileId;

use super::{Denotation, Entity, ItemRef, Key, Located, Meanings, ModuleRef, PathRef, Resolver, Step};

/// More meanings of one value than this are not told apart.
const MOST_MEANINGS: usize = 64;

impl Resolver<'_, '_> {
    /// Returns all that a value can denote.
    #[must_use]
    pub fn value(&self, file: FileId, id: ValueId) -> Meanings {
        self.query(Key::Value(file, id), || self.evaluate(file, id)).unwrap_or_default()
    }

    /// Returns all that a binding can bind its name to.
    #[must_use]
    pub fn binding(&self, file: FileId, id: BindingId) -> Meanings {
        self.query(Key::Binding(file, id), || self.evaluate_binding(file, id)).unwrap_or_default()
    }

    /// Returns all that the bindings that can reach a use denote together.
    pub(super) fn reach(&self, file: FileId, scope: ScopeId, name: &Name, reach: &Reach) -> Vec<Denotation> {
        if reach.is_empty() && reach.unbound() {
            return self.unbound(file, scope, name);
        }
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let any_of = |bindings: &[BindingId]| {
            let typing_only = |id: &BindingId| facts.bindings[id.index()].type_checking;
            let at_run_time = bindings.iter().any(|id| !typing_only(id));
            let counting = bindings.iter().filter(|id| !(at_run_time && typing_only(id)));
            union(counting.flat_map(|&binding| self.binding(file, binding).to_vec()))
        };
        let bindings = reach.bindings(facts);
        let mut found = match reach.list() {
            // Uses share it, and in a circle each of its bindings would lead to all others again.
            Some(list) => self.query(Key::Bindings(file, list), || any_of(&bindings)).unwrap_or_default().to_vec(),
            None => any_of(&bindings),
        };
        let policy = self.policy(file);
        if reach.unbound() && (policy.unbound == Unbound::Package || (policy.is_builtin)(name)) {
            found.extend(self.unbound(file, scope, name));
        }
        found
    }

    fn unbound(&self, file: FileId, scope: ScopeId, name: &Name) -> Vec<Denotation> {
        match self.policy(file).unbound {
            Unbound::Builtins if name == BUILTINS_NAME => vec![Denotation::external([Name::from(BUILTINS)])],
            Unbound::Builtins if (self.policy(file).is_builtin)(name) => {
                vec![Denotation::external([Name::from(BUILTINS), name.clone()])]
            }
            // Bound in a way that the text does not show: something, and nothing that rules speak about.
            Unbound::Builtins => vec![Denotation::opaque()],
            Unbound::Package => {
                let prelude = self.policy(file).prelude;
                match prelude.binary_search_by_key(&name.as_str(), |(name, _)| name) {
                    Ok(at) => vec![Denotation::external(prelude[at].1.iter().map(|name| Name::from(*name)))],
                    Err(_) => self.module(file, scope, Anchor::Absolute, std::slice::from_ref(name)),
                }
            }
        }
    }

    pub(super) fn module(&self, file: FileId, scope: ScopeId, anchor: Anchor, path: &[Name]) -> Vec<Denotation> {
        if let (Anchor::Absolute, [name]) = (anchor, path)
            && let Some(found) = self.in_root(file, name)
        {
            return found;
        }
        match self.locate(file, scope, anchor, path) {
            Located::Module(module) => {
                let others = self.project.layouts.of_module(self.project.tree, module).alternatives(module);
                std::iter::once(module).chain(others).map(Denotation::module).collect()
            }
            Located::External(mut path) => {
                let same = self.policy(file).same_packages;
                if let Some(root) = path.first_mut()
                    && let Some((_, real)) = same.iter().find(|(alias, _)| alias == root)
                {
                    *root = Name::from(*real);
                }
                vec![Denotation::external(path)]
            }
            // Which of the two it is stays open, whatever both hold.
            Located::Either(module, path) => {
                vec![Denotation::module(module), Denotation::external(path), Denotation::opaque()]
            }
            Located::Nowhere => Vec::new(),
        }
    }

    /// Returns the meanings that the crate's root itself binds a name to, where an absolute path starts there.
    fn in_root(&self, file: FileId, name: &Name) -> Option<Vec<Denotation>> {
        let layout = self.project.layouts.of(self.project.tree.file(file).language);
        let root = layout.absolute_root(file)?;
        let ModuleRef::File { file, scope } = root else { return None };
        let facts = &self.loaded(file)?.facts;
        let reach = facts.scopes[scope.index()].member(name)?;
        let is_package = |id: &BindingId| match facts.bindings[id.index()].target {
            Target::Value(value) => match &facts.values[value.index()].value {
                Value::Module(module) => module.anchor == Anchor::Absolute,
                Value::Name { name: imported, .. } => imported == name,
                _ => false,
            },
            _ => false,
        };
        if reach.bindings(facts).iter().any(is_package) {
            return None;
        }
        self.module_member(root, name)
    }

    fn evaluate(&self, file: FileId, id: ValueId) -> Vec<Denotation> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let node = &facts.values[id.index()];
        match &node.value {
            Value::Name { name, reach } => self.reach(file, node.scope, name, reach),
            Value::Member { object, name, .. }
                if let Some((body, reach)) = self.associated_type(facts, *object, name) =>
            {
                self.reach(file, body, name, reach)
            }
            Value::Member { object, name } => {
                let mut found = self.value(file, *object);
                if let Value::Name { name, .. } = &facts.values[object.index()].value
                    && self.policy(file).unbound == Unbound::Package
                    && !found.is_empty()
                    && found.iter().all(|denotation| self.is_function(denotation))
                {
                    // A function has no members: the name is looked up once more among packages, as a type would be.
                    found = self.unbound(file, node.scope, name).into();
                }
                let import = matches!(facts.values[object.index()].value, Value::Module(_));
                let of = |object: &Denotation| match import {
                    true => self.member_seen(file, node.scope, object, name),
                    false => self.member_read(file, node.scope, object, name),
                };
                let mut members = union(found.iter().flat_map(of));
                members.extend(self.set_by_heirs(file, *object, name));
                if facts.is_dynamic(id) {
                    let step = Step::Dynamic { file, span: node.span };
                    return members.into_iter().map(|member| member.through(step)).collect();
                }
                members
            }
            Value::Module(module) => self.module(file, node.scope, module.anchor, &module.path),
            Value::Call { callee, arguments } => self.call(file, id, *callee, facts.arguments.get(*arguments)),
            Value::Subscript { object } => {
                self.value(file, *object).iter().filter(|d| self.is_class(d)).cloned().collect()
            }
            Value::AnyOf(options) => {
                let options = facts.choices.get(*options).iter();
                union(options.flat_map(|&option| self.value(file, option).to_vec()))
            }
            Value::Receiver { class, instance } => {
                let class = self.item(ItemRef { file, definition: *class });
                vec![if *instance { instance_of(class) } else { class }]
            }
            Value::Item(definition) => vec![self.item(ItemRef { file, definition: *definition })],
            Value::Super { class, .. } => {
                let entity = Entity::Super(ItemRef { file, definition: *class });
                vec![Denotation { entity, ..Denotation::opaque() }]
            }
            Value::InstanceOf(class) => {
                self.value(file, *class).iter().filter(|d| self.is_class(d)).cloned().map(instance_of).collect()
            }
            Value::TypeOf(instance) => self.value(file, *instance).iter().map(class_of).collect(),
            Value::SelfType(index) => match facts.implementations.get(*index as usize) {
                Some(implementation) => self.value(file, implementation.target).to_vec(),
                None => Vec::new(),
            },
            Value::Text(_) | Value::Texts(..) | Value::Undecided(_) | Value::Opaque => vec![Denotation::opaque()],
        }
    }

    /// Finds `Self::Name` in the `impl` block in which it is written, whatever `Self` is.
    fn associated_type<'f>(&self, facts: &'f FileFacts, object: ValueId, name: &Name) -> Option<(ScopeId, &'f Reach)> {
        let Value::SelfType(index) = facts.values[object.index()].value else { return None };
        let body = facts.implementations.get(index as usize)?.body;
        let reach = facts.scopes[body.index()].member(name)?;
        let is_type = |id: &BindingId| facts.bindings[id.index()].how == How::Assignment;
        reach.bindings(facts).iter().all(is_type).then_some((body, reach))
    }

    fn evaluate_binding(&self, file: FileId, id: BindingId) -> Vec<Denotation> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let binding = &facts.bindings[id.index()];
        let step = Step::Bound { file, binding: id };
        let found = match &binding.target {
            Target::Definition(definition) => {
                let meant = self.definition(facts, ItemRef { file, definition: *definition });
                // A constant is known by the binding that makes it; nothing else of it is kept.
                let constant = facts.definitions[definition.index()].kind == DefinitionKind::Constant;
                return vec![if constant { meant.through(step) } else { meant }];
            }
            Target::Absent => return Vec::new(),
            Target::Opaque => vec![Denotation::opaque()],
            // Every method has its receiver: that is no news in a chain.
            Target::Value(value)
                if binding.how == How::Parameter
                    && matches!(facts.values[value.index()].value, Value::Receiver { .. }) =>
            {
                return self.value(file, *value).to_vec();
            }
            // It is written nowhere.
            Target::Value(value) if binding.how == How::Join => return self.value(file, *value).to_vec(),
            Target::Value(value) => self.value(file, *value).to_vec(),
            Target::Star(star) => {
                let Some(StarTarget { modules, otherwise }) = facts.star(*star) else { return Vec::new() };
                let mut given = Vec::new();
                let from = self.project.module_around(file, binding.scope);
                for &module in modules {
                    for denotation in self.value(file, module).iter() {
                        given.push(self.star_member(denotation, &binding.name, from));
                    }
                }
                // What comes back is the file's own: `otherwise` has that, whatever was asked first in the circle.
                for of_one in &mut given {
                    of_one.retain(|denotation| !came_from(denotation, file, facts, binding));
                }
                given.retain(|of_one| !of_one.is_empty());
                if given.is_empty() {
                    return self.reach(file, binding.scope, &binding.name, otherwise);
                }
                union(super::module::nearest(given).into_iter())
            }
        };
        // An import is a public path of its own only for those who come from outside: see `module_member`.
        let path = match binding.how {
            How::Import | How::Star | How::Parameter | How::Join => None,
            How::Assignment | How::Definition | How::Other => self.path_in(file, facts, binding.scope, &binding.name),
        };
        let found = found.into_iter().map(|denotation| denotation.through(step));
        match path {
            Some(path) => found.map(|denotation| denotation.named(path.clone())).collect(),
            None => found.collect(),
        }
    }

    /// The path of a name bound in a module or, by way of classes, inside one; none in functions.
    pub(super) fn path_in(&self, file: FileId, facts: &FileFacts, scope: ScopeId, name: &Name) -> Option<PathRef> {
        let mut members = vec![name.clone()];
        let mut at = scope;
        loop {
            let node = facts.scopes.get(at.index())?;
            match node.kind {
                ScopeKind::Module => break,
                ScopeKind::Class => members.push(node.name.clone()),
                ScopeKind::Function | ScopeKind::Block => return None,
            }
            at = node.parent?;
        }
        members.reverse();
        Some(PathRef::Tree { module: self.project.module_around(file, scope), members: members.into() })
    }

    fn definition(&self, facts: &FileFacts, item: ItemRef) -> Denotation {
        let definition = &facts.definitions[item.definition.index()];
        match (definition.kind, definition.body) {
            (DefinitionKind::Module, Some(scope)) => Denotation::module(ModuleRef::File { file: item.file, scope }),
            (DefinitionKind::Constant, _) => Denotation { entity: Entity::Opaque, ..self.item(item) },
            _ => self.item(item),
        }
    }

    /// An item of the tree under its defining path.
    pub(super) fn item(&self, item: ItemRef) -> Denotation {
        let denotation = Denotation { entity: Entity::Item(item), ..Denotation::opaque() };
        let Some(facts) = self.facts(item.file) else { return denotation };
        let definition = &facts.definitions[item.definition.index()];
        match self.path_in(item.file, facts, definition.scope, &definition.name) {
            Some(path) => denotation.named(path),
            None => denotation,
        }
    }

    /// The full names of an item, the most natural one first; none of what stands in a function.
    #[must_use]
    pub fn item_names(&self, item: ItemRef) -> Vec<Vec<Name>> {
        self.item(item).paths.iter().next().map(|path| self.full_names(path)).unwrap_or_default()
    }

    /// The full names of what a binding makes, the most natural one first; none inside functions.
    #[must_use]
    pub fn binding_names(&self, file: FileId, id: BindingId) -> Vec<Vec<Name>> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let binding = &facts.bindings[id.index()];
        let path = self.path_in(file, facts, binding.scope, &binding.name);
        path.map(|path| self.full_names(&path)).unwrap_or_default()
    }

    /// The definition of an item whose file is loaded.
    #[must_use]
    pub fn item_definition(&self, item: ItemRef) -> Option<&Definition> {
        self.facts(item.file)?.definitions.get(item.definition.index())
    }

    /// Returns whether a value is there: it is written in the file, or a macro makes it that its call means.
    #[must_use]
    pub fn is_made(&self, file: FileId, value: ValueId) -> bool {
        let Some(facts) = self.facts(file) else { return false };
        let first = facts.expansion(value).copied();
        let outer = |it: &Invocation| facts.invocations.get(it.outer? as usize).copied();
        std::iter::successors(first, outer).all(|it| self.may_mean(file, &it))
    }

    /// Returns whether a call may mean the macro: its path does, or leads to no macro that is known.
    fn may_mean(&self, file: FileId, call: &Invocation) -> bool {
        let Some(callee) = call.callee else { return true };
        let mut others = false;
        for denotation in self.value(file, callee).iter() {
            let Entity::Item(item) = denotation.entity else { continue };
            let Some(definition) = self.item_definition(item) else { continue };
            if item.file == call.file && definition.name_span == call.span {
                return true;
            }
            others |= definition.kind == DefinitionKind::Macro;
        }
        !others && call.likely
    }

    /// Returns whether a denotation is a class: an item that is one, or something outside the tree that is spelled like
    /// one.
    #[must_use]
    pub fn is_class(&self, denotation: &Denotation) -> bool {
        match &denotation.entity {
            Entity::Item(item) => self.item_definition(*item).is_some_and(|definition| {
                !matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Module | DefinitionKind::Macro)
            }),
            Entity::External => {
                denotation.external_path().and_then(|path| path.last()).is_some_and(|name| is_class_like(name))
            }
            _ => false,
        }
    }

    fn is_function(&self, denotation: &Denotation) -> bool {
        matches!(denotation.entity, Entity::Item(item)
            if self.item_definition(item).is_some_and(|definition| definition.kind == DefinitionKind::Function))
    }

    fn call(&self, file: FileId, id: ValueId, callee: ValueId, arguments: &[Argument]) -> Vec<Denotation> {
        let callees = self.value(file, callee);
        union(callees.iter().flat_map(|callee| self.result(file, id, callee, arguments)))
    }

    fn result(&self, file: FileId, call: ValueId, callee: &Denotation, arguments: &[Argument]) -> Vec<Denotation> {
        if let Some(importer) = self.importer(file, callee) {
            let step = Step::Dynamic { file, span: self.span(file, call) };
            let modules = self.imported(file, call, importer, arguments);
            return modules.result.into_iter().map(|module| module.through(step)).collect();
        }
        if self.is_class(callee) {
            return vec![instance_of(callee.clone())];
        }
        match &callee.entity {
            Entity::Item(item) | Entity::Method { function: item, .. } => self.returned(*item),
            _ => vec![Denotation::opaque()],
        }
    }

    /// Returns the meanings of the result of a function of the tree; one opaque meaning if nothing is known of it.
    #[must_use]
    pub fn returned(&self, item: ItemRef) -> Vec<Denotation> {
        let Some(definition) = self.item_definition(item) else { return vec![Denotation::opaque()] };
        let returns = definition.returns.clone();
        let found = union(returns.into_iter().flat_map(|value| self.value(item.file, value).to_vec()));
        if found.is_empty() {
            return vec![Denotation::opaque()];
        }
        found.into_iter().map(|denotation| denotation.through(Step::Returned(item))).collect()
    }

    fn span(&self, file: FileId, value: ValueId) -> crate::source::Span {
        self.facts(file).map(|facts| facts.values[value.index()].span).unwrap_or_default()
    }
}

/// A name that is spelled like a class: its first letter is a capital.
#[must_use]
pub fn is_class_like(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(char::is_uppercase)
}

fn instance_of(class: Denotation) -> Denotation {
    let (steps, overridden) = (class.steps.clone(), class.overridden);
    Denotation { steps, overridden, entity: Entity::Instance(Arc::new(class)), ..Denotation::opaque() }
}

/// The class of an instance; nothing is known of the class of anything else.
fn class_of(instance: &Denotation) -> Denotation {
    match &instance.entity {
        Entity::Instance(class) => Denotation::clone(class),
        _ => Denotation::opaque(),
    }
}

/// The meanings without repetitions, in order.
pub(super) fn union(meanings: impl Iterator<Item = Denotation>) -> Vec<Denotation> {
    let mut kept: Vec<Denotation> = Vec::new();
    for denotation in meanings {
        if kept.len() < MOST_MEANINGS && !kept.iter().any(|other| same(other, &denotation)) {
            kept.push(denotation);
        }
    }
    kept
}

/// Returns whether two meanings are one, however each was found.
pub(super) fn same(a: &Denotation, b: &Denotation) -> bool {
    let entity = match (&a.entity, &b.entity) {
        (Entity::Module(x), Entity::Module(y)) => x == y,
        (Entity::Item(x), Entity::Item(y)) | (Entity::Super(x), Entity::Super(y)) => x == y,
        (Entity::Method { function: x, class: c }, Entity::Method { function: y, class: d }) => x == y && same(c, d),
        (Entity::Instance(x), Entity::Instance(y)) => same(x, y),
        (Entity::External, Entity::External) => a.external_path() == b.external_path(),
        (Entity::Opaque, Entity::Opaque) => true,
        _ => false,
    };
    entity && a.paths.iter().next() == b.paths.iter().next()
}

/// Returns whether a file itself binds the same name, in the same scope, on the way to what a star import gives for it.
fn came_from(denotation: &Denotation, at: FileId, facts: &FileFacts, star: &Binding) -> bool {
    let same = |own: &Binding| own.name == star.name && own.scope == star.scope;
    let own = |step: &Step| match step {
        Step::Bound { file, binding } => *file == at && same(&facts.bindings[binding.index()]),
        _ => false,
    };
    denotation.steps.iter().any(own)
}
