//! Judge: the verdicts on one file's values, from the names in it to all that they lead to.
//!
//! In: the facts of a file and the names that matter. Out: for each value whether it may refer to a symbol. Verdicts
//! are handed on from what is named to what is made of it, along each dependency once, so that neither chains nor
//! cycles cost more than their length. A name that turns out to matter later is handed on in the same way.

use rustc_hash::{FxHashMap, FxHashSet};

use super::may_refer::MayRefer;
use crate::detect::Interest;
use crate::facts::{Anchor, BindingId, DefinitionId, FileFacts, Name, Reach, ScopeKind, Target, Value, ValueId};

/// Knows which of one file's values may refer to a symbol.
#[derive(Debug)]
pub struct Judge<'f> {
    may_refer: &'f MayRefer<'f>,
    /// Names of modules that hold symbols count too.
    holders: bool,
    /// Everything may refer.
    all: bool,
    facts: &'f FileFacts,
    verdicts: Verdicts,
    /// Names of the file that matter in it, whether or not another file can use them.
    own: FxHashSet<Name>,
    /// The same, only as names of members.
    own_members: FxHashSet<Name>,
    /// The names of the file's modules are among them: paths in it begin with one of its modules.
    learns_own: bool,
    /// Everything that a name decides; made when the first name is learnt.
    named: Option<FxHashMap<&'f str, Vec<Named>>>,
    fresh: Vec<BindingId>,
}

/// A value, binding or definition, or the list of bindings of a reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node(u32);

/// Something that a name decides.
#[derive(Debug, Clone, Copy)]
struct Named {
    node: Node,
    /// The name can be that of a member.
    member: bool,
}

/// Verdicts, and the way of each to what depends on it.
#[derive(Debug)]
struct Verdicts {
    yes: Vec<bool>,
    /// The first edge of each.
    first: Vec<u32>,
    /// Something that depends, and the next edge of the same origin.
    edges: Vec<(Node, u32)>,
    /// Verdicts that are not handed on yet.
    open: Vec<Node>,
}

const NO_EDGE: u32 = u32::MAX;

impl Verdicts {
    fn new(count: usize) -> Self {
        Self { yes: vec![false; count], first: vec![NO_EDGE; count], edges: Vec::new(), open: Vec::new() }
    }

    fn is_yes(&self, node: Node) -> bool {
        self.yes[node.0 as usize]
    }

    fn mark(&mut self, node: Node) {
        if !std::mem::replace(&mut self.yes[node.0 as usize], true) {
            self.open.push(node);
        }
    }

    /// Makes one verdict follow another.
    fn follow(&mut self, node: Node, on: Node) {
        if self.is_yes(on) {
            self.mark(node);
        } else if !self.is_yes(node) {
            let edge = u32::try_from(self.edges.len()).unwrap_or(NO_EDGE);
            let next = std::mem::replace(&mut self.first[on.0 as usize], edge);
            self.edges.push((node, next));
        }
    }

    /// Hands on one verdict and returns it.
    fn hand_on(&mut self) -> Option<Node> {
        let node = self.open.pop()?;
        let mut edge = std::mem::replace(&mut self.first[node.0 as usize], NO_EDGE);
        while let Some(&(follower, next)) = self.edges.get(edge as usize) {
            self.mark(follower);
            edge = next;
        }
        Some(node)
    }
}

impl Interest for Judge<'_> {
    fn value(&self, id: ValueId) -> bool {
        self.all || self.verdicts.is_yes(Self::of_value(id))
    }

    fn learn(&mut self, member: &Name) {
        if !self.all && !self.is_member(member) {
            self.own_members.insert(member.clone());
            self.decided_by(member, true);
            self.hand_on();
        }
    }

    fn fresh(&mut self) -> Vec<BindingId> {
        std::mem::take(&mut self.fresh)
    }
}

impl<'f> Judge<'f> {
    /// Judges the values of a file.
    #[must_use]
    pub fn new(may_refer: &'f MayRefer<'f>, facts: &'f FileFacts, holders: bool, all: bool) -> Self {
        let parts = [facts.values.len(), facts.bindings.len(), facts.definitions.len(), facts.reaches.count()];
        let count = if all { 0 } else { parts.iter().sum() };
        let mut judge = Self {
            may_refer,
            holders,
            all,
            facts,
            verdicts: Verdicts::new(count),
            own: FxHashSet::default(),
            own_members: FxHashSet::default(),
            learns_own: facts.values.iter().any(|node| is_inside(&node.value)),
            named: None,
            fresh: Vec::new(),
        };
        if !all {
            judge.values();
            judge.reaches();
            judge.bindings();
            judge.definitions();
            judge.hand_on();
            judge.fresh.clear();
        }
        judge
    }

    fn of_value(id: ValueId) -> Node {
        Node(id.0)
    }

    fn of_binding(&self, id: BindingId) -> Node {
        Node(id.0 + super::small(self.facts.values.len()))
    }

    fn of_definition(&self, id: DefinitionId) -> Node {
        Node(id.0 + super::small(self.facts.values.len() + self.facts.bindings.len()))
    }

    /// The binding that a node is.
    fn binding(&self, node: Node) -> Option<BindingId> {
        let at = node.0.checked_sub(super::small(self.facts.values.len()))?;
        ((at as usize) < self.facts.bindings.len()).then_some(BindingId(at))
    }

    fn is_named(&self, name: &str) -> bool {
        self.own.contains(name)
            || self.may_refer.named(name)
            || self.holders && self.may_refer.names.roots.contains(name)
    }

    /// Returns whether a name matters where it can be that of a member.
    fn is_member(&self, name: &str) -> bool {
        self.is_named(name) || self.may_refer.names.members.contains(name) || self.own_members.contains(name)
    }

    fn follow_reach(&mut self, node: Node, reach: Reach) {
        // Many uses can have the same list, which is gone through once.
        let lists = self.facts.values.len() + self.facts.bindings.len() + self.facts.definitions.len();
        let on = match reach.list() {
            Some(list) => Some(Node(super::small(lists + list.index()))),
            None => reach.bindings(self.facts).first().map(|&binding| self.of_binding(binding)),
        };
        if let Some(on) = on {
            self.verdicts.follow(node, on);
        }
    }

    fn reaches(&mut self) {
        let lists = super::small(self.facts.values.len() + self.facts.bindings.len() + self.facts.definitions.len());
        for (node, bindings) in (lists..).map(Node).zip(self.facts.reaches.iter()) {
            for &binding in bindings {
                self.verdicts.follow(node, self.of_binding(binding));
            }
        }
    }

    fn follow_values(&mut self, node: Node, values: impl IntoIterator<Item = ValueId>) {
        for value in values {
            self.verdicts.follow(node, Self::of_value(value));
        }
    }

    fn values(&mut self) {
        let facts = self.facts;
        // The same names come again and again, and each stands in memory once.
        let mut judged: FxHashMap<*const str, (bool, bool)> = FxHashMap::default();
        for (id, value) in (0u32..).map(ValueId).zip(&facts.values) {
            let node = Self::of_value(id);
            match &value.value {
                Value::Name { reach, .. } => self.follow_reach(node, *reach),
                Value::Member { object, .. }
                | Value::Subscript { object }
                | Value::InstanceOf(object)
                | Value::TypeOf(object) => self.follow_values(node, [*object]),
                Value::Call { callee, arguments } => {
                    let arguments = facts.arguments.get(*arguments).iter().map(|argument| argument.value);
                    self.follow_values(node, std::iter::once(*callee).chain(arguments));
                }
                Value::AnyOf(options) => self.follow_values(node, facts.choices.get(*options).iter().copied()),
                Value::Receiver { class, .. } | Value::Super { class, .. } | Value::Item(class) => {
                    self.verdicts.follow(node, self.of_definition(*class));
                }
                Value::SelfType(index) => {
                    let implementation = facts.implementations.get(*index as usize);
                    self.follow_values(node, implementation.map(|implementation| implementation.target));
                }
                // What it holds need not be named here.
                Value::Undecided(_) => self.verdicts.mark(node),
                Value::Module(_) | Value::Text(_) | Value::Texts(..) | Value::Opaque => {}
            }
            let mut matters = false;
            names(facts, &value.value, |name, member| {
                let judge = || (self.is_named(name), self.is_member(name));
                let (named, as_member) = *judged.entry(std::ptr::from_ref(name)).or_insert_with(judge);
                matters |= if member { as_member } else { named };
            });
            if matters {
                self.verdicts.mark(node);
            }
        }
    }

    fn bindings(&mut self) {
        let facts = self.facts;
        for (id, binding) in (0u32..).map(BindingId).zip(&facts.bindings) {
            let node = self.of_binding(id);
            match &binding.target {
                Target::Value(value) => self.follow_values(node, [*value]),
                Target::Definition(definition) => self.verdicts.follow(node, self.of_definition(*definition)),
                Target::Star(star) => {
                    if self.is_named(&binding.name) {
                        self.verdicts.mark(node);
                    }
                    if let Some(star) = facts.star(*star) {
                        self.follow_values(node, star.modules.iter().copied());
                        self.follow_reach(node, star.otherwise);
                    }
                }
                Target::Absent | Target::Opaque => {}
            }
        }
    }

    /// A class or function can matter by its own name, by its bases, or by what it returns.
    fn definitions(&mut self) {
        for (id, definition) in (0u32..).map(DefinitionId).zip(&self.facts.definitions) {
            let node = self.of_definition(id);
            if self.is_member(&definition.name) {
                self.verdicts.mark(node);
            }
            self.follow_values(node, definition.bases.iter().chain(&definition.returns).copied());
        }
    }

    fn hand_on(&mut self) {
        while let Some(node) = self.verdicts.hand_on() {
            let Some(id) = self.binding(node) else { continue };
            self.fresh.push(id);
            let binding = &self.facts.bindings[id.index()];
            // The private names by which `self::`, `super::` and `crate::` paths and globs reach a symbol inside the
            // file: no other file can use them, so they are no names that are searched for.
            if self.learns_own
                && self.facts.scopes[binding.scope.index()].kind == ScopeKind::Module
                && !binding.name.is_empty()
                && !self.is_named(&binding.name)
            {
                self.own.insert(binding.name.clone());
                self.decided_by(&binding.name, false);
            }
        }
    }

    /// Marks what a name decides, of members only if so.
    fn decided_by(&mut self, name: &str, members: bool) {
        let named = self.named.get_or_insert_with(|| Self::index(self.facts));
        for named in named.get(name).into_iter().flatten().filter(|named| named.member || !members) {
            self.verdicts.mark(named.node);
        }
    }

    fn index(facts: &'f FileFacts) -> FxHashMap<&'f str, Vec<Named>> {
        let mut index: FxHashMap<&str, Vec<Named>> = FxHashMap::default();
        let mut add = |name, node, member| index.entry(name).or_default().push(Named { node, member });
        for (id, value) in (0u32..).map(ValueId).zip(&facts.values) {
            names(facts, &value.value, |name, member| add(name, Self::of_value(id), member));
        }
        let bindings = super::small(facts.values.len());
        for (id, binding) in (bindings..).zip(&facts.bindings) {
            if matches!(binding.target, Target::Star(_)) {
                add(&binding.name, Node(id), false);
            }
        }
        let definitions = super::small(facts.values.len() + facts.bindings.len());
        for (id, definition) in (definitions..).zip(&facts.definitions) {
            add(&definition.name, Node(id), true);
        }
        index
    }
}

/// Calls `each` for every name in a value itself, and says whether it can be that of a member.
fn names<'f>(facts: &'f FileFacts, value: &'f Value, mut each: impl FnMut(&'f str, bool)) {
    match value {
        Value::Name { name, .. } => each(name, false),
        Value::Member { name, .. } => each(name, true),
        Value::Module(module) => module.path.iter().for_each(|name| each(name, false)),
        Value::Text(text) => facts.text(*text).split('.').for_each(|part| each(part, true)),
        Value::Texts(first, count) => facts.texts(*first, *count).for_each(|text| each(text, true)),
        _ => {}
    }
}

/// Returns whether a value is a module that is named from inside the file's own crate.
fn is_inside(value: &Value) -> bool {
    let inside = |anchor| matches!(anchor, Anchor::Module(_) | Anchor::Crate | Anchor::ModuleOf(_));
    matches!(value, Value::Module(module) if inside(module.anchor))
}
