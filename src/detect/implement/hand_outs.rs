//! Hand-outs: the names through which a file gives others what the rules of a source ban.
//!
//! In: one file and a source. Out: module-level names bound to it, functions that return or yield it, classes that hold it,
//! and names bound to, or functions that return, instances of such a class of the file. Who uses the names is left to the
//! analysis.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::{
    Binding, BindingId, Definition, DefinitionId, DefinitionKind, FileFacts, How, Name, ScopeId, SiteKind, Target,
    ValueId,
};
use crate::resolve::{Denotation, Entity, ItemRef, Resolver};
use crate::rule::{RuleKind, SourceIndex};
use crate::source::FileId;

use super::super::symbols::Meaning;
use super::super::{At, Rules};
use super::clients::{clients, is_fixture};
use super::{definitions, is_type, items, kept_values};

/// A name through which a file hands a source out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HandOut {
    /// The name at the top of the file's module.
    pub name: Name,
    /// The class that it names, if it names one.
    pub class: Option<DefinitionId>,
    /// The classes of the file that hold the client and of which it gives an instance.
    pub instance_of: BTreeSet<DefinitionId>,
}

/// Returns the names through which a file hands a source out, in the order of names.
#[must_use]
pub fn hand_outs(resolver: &Resolver<'_, '_>, rules: Rules<'_>, file: FileId, source: SourceIndex) -> Vec<HandOut> {
    let Some(at) = At::new(resolver, rules, file) else { return Vec::new() };
    let facts = &at.loaded.facts;
    let Some(module) = facts.scopes.get(ScopeId::MODULE.index()) else { return Vec::new() };
    let mut reader = HandOutReader { at: &at, source, holders: BTreeSet::new() };
    reader.find_holders();
    let given = |(name, reach): &(Name, crate::facts::Reach)| {
        let own =
            reach.bindings(facts).into_iter().filter_map(|id| reader.binding(id)).reduce(|one, other| HandOut {
                class: one.class.or(other.class),
                instance_of: one.instance_of.union(&other.instance_of).copied().collect(),
                ..one
            })?;
        Some(HandOut { name: name.clone(), ..own })
    };
    module.members.iter().filter(|(name, _)| !name.starts_with('_')).filter_map(given).collect()
}

struct HandOutReader<'r, 'd, 'p, 'a> {
    at: &'r At<'d, 'p, 'a>,
    source: SourceIndex,
    /// The classes of the file that hold a client, or an instance of a class that does.
    holders: BTreeSet<DefinitionId>,
}

impl<'d> HandOutReader<'_, 'd, '_, '_> {
    fn facts(&self) -> &'d FileFacts {
        &self.at.loaded.facts
    }

    fn find_holders(&mut self) {
        loop {
            let more: Vec<DefinitionId> = definitions(self.facts())
                .filter(|(id, it)| is_type(it.kind) && !self.holders.contains(id))
                .filter(|(id, it)| self.holds(*id, it))
                .map(|(id, _)| id)
                .collect();
            if more.is_empty() {
                return;
            }
            self.holders.extend(more);
        }
    }

    fn holds(&self, id: DefinitionId, class: &Definition) -> bool {
        let facts = self.facts();
        let item = ItemRef { file: self.at.file, definition: id };
        let adds = |target: ValueId| items(&self.at.resolver.value(self.at.file, target)).contains(&item);
        let blocks = facts.implementations.iter().filter(|block| adds(block.target)).map(|block| block.body);
        let of_blocks = blocks.flat_map(|body| given_by_functions(facts, Some(body)));
        kept_values(facts, class).into_iter().chain(of_blocks).any(|value| self.given(value).is_some())
    }

    /// Reads off what a binding at the top of the module hands out, if it does.
    fn binding(&self, id: BindingId) -> Option<HandOut> {
        let facts = self.facts();
        let binding: &Binding = &facts.bindings[id.index()];
        if !binding.public || !matches!(binding.how, How::Assignment | How::Definition | How::Join | How::Other) {
            return None;
        }
        let hand_out = |instance_of| HandOut { name: Name::default(), class: None, instance_of };
        let found = match binding.target {
            Target::Value(value) => self.given(value).map(hand_out),
            Target::Definition(id) => {
                let definition = &facts.definitions[id.index()];
                match definition.kind {
                    DefinitionKind::Function if is_fixture(self.at, self.at.file, definition) => None,
                    DefinitionKind::Function => self.given_by(id).map(hand_out),
                    DefinitionKind::Constant => self.is_made_in(definition).then(|| hand_out(BTreeSet::new())),
                    kind if is_type(kind) && self.holders.contains(&id) => {
                        Some(HandOut { class: Some(id), ..hand_out(BTreeSet::new()) })
                    }
                    _ => None,
                }
            }
            Target::Star { .. } | Target::Absent | Target::Opaque => None,
        };
        let banned = |it: &Denotation| self.at.banned_for(it, self.source);
        found.filter(|_| !self.at.resolver.binding(self.at.file, id).iter().any(banned))
    }

    /// The classes of the file of which a function gives an instance; none if it gives no client at all.
    fn given_by(&self, function: DefinitionId) -> Option<BTreeSet<DefinitionId>> {
        let facts = self.facts();
        let yields = facts.yields.iter().filter(|(by, _)| *by == function).map(|(_, value)| *value);
        let values = facts.definitions[function.index()].returns.iter().copied().chain(yields);
        let given: Vec<BTreeSet<DefinitionId>> = values.filter_map(|value| self.given(value)).collect();
        (!given.is_empty()).then(|| given.into_iter().flatten().collect())
    }

    /// The same for a value.
    fn given(&self, value: ValueId) -> Option<BTreeSet<DefinitionId>> {
        let mut own = BTreeSet::new();
        let mut any = false;
        for client in clients(self.at, self.at.file, value, 0) {
            match client.class.entity {
                Entity::Item(item) if item.file == self.at.file && self.holders.contains(&item.definition) => {
                    own.insert(item.definition);
                }
                _ => any |= self.is_banned(&client.class),
            }
        }
        (any || !own.is_empty()).then_some(own)
    }

    fn is_banned(&self, client: &Denotation) -> bool {
        let of_source = |meaning: &Meaning| match meaning {
            Meaning::Ban(rule) => self.at.rule(*rule).source == self.source,
            Meaning::Canonical(_) | Meaning::Wrapped(_) => false,
        };
        self.at.client(client).iter().any(|(meaning, _)| of_source(meaning))
    }

    /// Returns true if what a constant is set to builds something banned.
    fn is_made_in(&self, constant: &Definition) -> bool {
        let facts = self.facts();
        let inside = facts
            .sites
            .iter()
            .filter(|site| constant.span.start <= site.span.start && site.span.end <= constant.span.end);
        inside
            .filter_map(|site| match site.kind {
                SiteKind::Call(call) => self.at.callee(call),
                SiteKind::Literal(value) | SiteKind::Reference { value, role: crate::facts::Role::Value } => {
                    Some(value)
                }
                _ => None,
            })
            .flat_map(|value| self.at.resolver.value(self.at.file, value).to_vec())
            .any(|called| self.is_constructor(&called))
    }

    fn is_constructor(&self, called: &Denotation) -> bool {
        self.at.of_chain(&called.paths).found.iter().any(|(meaning, _)| match meaning {
            Meaning::Ban(rule) => {
                let rule = self.at.rule(*rule);
                rule.source == self.source && matches!(rule.kind, RuleKind::Construct | RuleKind::Reference)
            }
            Meaning::Canonical(_) | Meaning::Wrapped(_) => false,
        })
    }
}

/// Lists what the functions of a class body return or yield.
pub(super) fn given_by_functions(facts: &FileFacts, body: Option<ScopeId>) -> Vec<ValueId> {
    let of_body = |it: &Definition| it.kind == DefinitionKind::Function && Some(it.scope) == body;
    let methods = facts.definitions.iter().filter(|it| of_body(it));
    let yields = facts.yields.iter().filter(|(function, _)| of_body(&facts.definitions[function.index()]));
    methods.flat_map(|it| it.returns.iter().copied()).chain(yields.map(|(_, value)| *value)).collect()
}
