//! From a syntax tree to facts: the order of the walk, and what can only be said at its end.
//!
//! In: the reading of a file. Out: its facts. Reaches of names are flattened when every binding is known, also those that
//! functions make by `global`; members of scopes and attributes of classes are collected; sites are put in source order.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::flow::Meaning;
use super::recover::Reading;
use super::scratch::Scratch;
use super::symbols::{VarId, index};
use super::walker::{Meant, Walker};
use crate::facts::{
    Binding, BindingId, FileFacts, How, Name, Namespaces, Reach, ScopeId, ScopeKind, SiteKind, StarTarget, Target,
    Value, ValueId, ValueNode,
};

/// Bindings that can reach a use, before they are in order.
#[derive(Default)]
struct UnorderedReach {
    bindings: SmallVec<[BindingId; 4]>,
    unbound: bool,
}

/// The facts of a parsed file.
pub(super) fn facts(text: &str, reading: Reading, stub: bool) -> FileFacts {
    let Reading { parsed, mended, problems } = reading;
    let text = mended.as_deref().unwrap_or(text);
    let body = &parsed.syntax().body;
    let mut walker = Walker::new(text, stub, Scratch::left());
    walker.declare_locals(ScopeId::MODULE, body);
    walker.declare_globals(body);
    walker.suite(body);
    walker.scope_flows[ScopeId::MODULE.index()].end = walker.block;
    walker.run_later();
    let mut facts = walker.finish();
    facts.comments = super::comments::marked(text, parsed.tokens().iter(), body);
    facts.problems.extend(problems);
    facts.problems.sort_by_key(|problem| problem.span);
    facts
}

impl Walker<'_> {
    fn finish(mut self) -> FileFacts {
        self.facts.exports = std::mem::take(&mut self.exports).finish();
        let members = self.member_meanings();
        let mut reads = std::mem::take(&mut self.reads);
        // The bindings of one set of them after the other, each with its end; reads that mean the same share a set.
        let (mut all, mut ends) = (Vec::with_capacity(reads.len()), Vec::with_capacity(reads.len()));
        let mut sets: Vec<u32> = Vec::with_capacity(reads.len());
        let mut shared: FxHashMap<Meant, u32> = FxHashMap::default();
        let mut found = UnorderedReach::default();
        for read in &reads {
            let meant = Meant { meaning: self.flow.joined(read.meant.meaning), ..read.meant };
            let next = index(ends.len());
            let set = if self.is_one(meant) { next } else { *shared.entry(meant).or_insert(next) };
            sets.push(set);
            if set == next {
                found.bindings.clear();
                self.collect_meant(meant, &mut found);
                all.extend_from_slice(&found.bindings);
                ends.push((all.len(), found.unbound));
            }
        }
        let members: Vec<(VarId, UnorderedReach)> =
            members.into_iter().map(|(var, meaning)| (var, self.member_reach(var, meaning))).collect();
        self.put_stars();
        let mut start = 0;
        let mut reaches = Vec::with_capacity(ends.len());
        for (end, unbound) in ends {
            reaches.push(self.reach(UnorderedReach { bindings: SmallVec::from_slice(&all[start..end]), unbound }));
            start = end;
        }
        for (read, set) in reads.drain(..).zip(sets) {
            if let Value::Name { reach, .. } = &mut self.facts.values[read.value.index()].value {
                *reach = reaches[set as usize];
            }
        }
        self.reads = reads;
        self.put_members(members);
        self.put_attributes();
        self.drop_local_reads();
        self.facts.sites.sort_by_key(|site| (site.span.start, std::cmp::Reverse(site.span.end)));
        let Self { facts, symbols, flow, scope_flows, reads, .. } = self;
        Scratch { facts, symbols, flow, scope_flows, reads }.leave()
    }

    /// Drops the reads of names, and of their members, that nothing but local values can reach: a parameter, a loop
    /// variable. They denote nothing, whatever the rules are, and are a quarter of all sites.
    fn drop_local_reads(&mut self) {
        let mut sites = std::mem::take(&mut self.facts.sites);
        let facts = &self.facts;
        let local = |id: &BindingId| matches!(facts.bindings[id.index()].target, Target::Opaque | Target::Absent);
        let is_local = |mut value: ValueId| loop {
            match &facts.values[value.index()].value {
                Value::Member { object, .. } => value = *object,
                Value::Name { reach, .. } => {
                    break !reach.unbound() && !reach.is_empty() && reach.bindings(facts).iter().all(local);
                }
                _ => break false,
            }
        };
        sites.retain(|site| !matches!(site.kind, SiteKind::Reference { value, .. } if is_local(value)));
        self.facts.sites = sites;
    }

    /// Returns the meaning of each name of the module and of classes at their ends.
    fn member_meanings(&mut self) -> Vec<(VarId, Meaning)> {
        if self.symbols.open_module {
            for name in self.facts.exports.clone().unwrap_or_default() {
                let symbol = self.symbols.symbol(&name, None);
                self.symbols.declare(ScopeId::MODULE, symbol);
            }
        }
        let vars: Vec<VarId> = self
            .symbols
            .vars()
            .filter(|(_, var)| matches!(self.symbols.kind(var.scope), ScopeKind::Module | ScopeKind::Class))
            .map(|(id, _)| id)
            .collect();
        vars.into_iter()
            .map(|var| {
                let owner = self.owner(var);
                let end = self.scope_flows[owner.scope.index()].end;
                (var, self.flow.read(owner, end))
            })
            .collect()
    }

    fn member_reach(&mut self, var: VarId, meaning: Meaning) -> UnorderedReach {
        let mut found = UnorderedReach::default();
        found.unbound = self.collect(meaning, &mut found.bindings);
        found.bindings.extend_from_slice(self.flow.elsewhere(var));
        found
    }

    /// Returns whether at most one binding is meant.
    fn is_one(&self, Meant { meaning, own, .. }: Meant) -> bool {
        matches!(meaning, Meaning::Binding(_) | Meaning::Unbound)
            && own.is_none_or(|var| self.flow.elsewhere(var).is_empty())
    }

    fn collect_meant(&mut self, meant: Meant, found: &mut UnorderedReach) {
        found.unbound = self.collect(meant.meaning, &mut found.bindings);
        if found.unbound
            && let Some(otherwise) = meant.otherwise
        {
            found.unbound = self.collect(otherwise, &mut found.bindings);
        }
        if let Some(var) = meant.own {
            found.bindings.extend_from_slice(self.flow.elsewhere(var));
        }
        found.unbound &= !meant.local;
    }

    /// The bindings behind a meaning, through the ends of other scopes; true if it may be unbound.
    fn collect(&mut self, meaning: Meaning, found: &mut SmallVec<[BindingId; 4]>) -> bool {
        if let Meaning::Binding(binding) = meaning {
            found.push(binding);
            return false;
        }
        let mut outer = Vec::new();
        let mut unbound = self.flow.flatten(meaning, found, &mut outer);
        for var in outer {
            let owner = self.owner(var);
            let end = self.scope_flows[owner.scope.index()].end;
            let at_end = self.flow.read(owner, end);
            // The owner's own graph ends every way outward.
            unbound |= self.flow.flatten(at_end, found, &mut Vec::new());
            found.extend_from_slice(self.flow.elsewhere(var));
        }
        unbound
    }

    /// The bindings in source order, each once, when all of them are known.
    fn reach(&mut self, found: UnorderedReach) -> Reach {
        let UnorderedReach { mut bindings, unbound } = found;
        if bindings.len() > 1 {
            bindings.sort_by_key(|id| (self.facts.bindings[id.index()].span, *id));
            bindings.dedup();
        }
        Reach::of(&bindings, unbound, &mut self.facts.reaches)
    }

    /// Stores the bindings that star imports make, now that all of them are known.
    fn put_stars(&mut self) {
        let made = self.flow.star_names().to_vec();
        let mut otherwise = Vec::with_capacity(made.len());
        for made in &made {
            let symbol = self.symbols.var(made.var).symbol;
            let name = self.symbols.name(symbol).clone();
            let (module, _, place) = self.stars[made.star as usize];
            let mut found = UnorderedReach::default();
            found.unbound = self.collect(made.otherwise, &mut found.bindings);
            let star = self.facts.add_star(StarTarget { modules: vec![module], otherwise: Reach::UNBOUND });
            otherwise.push((star, found));
            self.put_binding(made.binding, star_binding(name, place, Target::Star(star)));
        }
        self.put_joins();
        for (star, found) in otherwise {
            let reach = self.reach(found);
            self.facts.stars[star.index()].otherwise = reach;
        }
        for (module, scope, place) in std::mem::take(&mut self.stars) {
            let id = self.flow.new_binding();
            let star = self.facts.add_star(StarTarget { modules: vec![module], otherwise: Reach::UNBOUND });
            let target = Target::Star(star);
            self.put_binding(id, Binding { scope, ..star_binding(Name::new("*"), place, target) });
            self.facts.scopes[scope.index()].stars.push(id);
        }
    }

    /// Stores the bindings that stand for several others, now that the others are known.
    fn put_joins(&mut self) {
        for (id, bindings) in self.flow.joins() {
            let type_checking = bindings.iter().all(|id| self.facts.bindings[id.index()].type_checking);
            let reach = self.reach(UnorderedReach { bindings, unbound: false });
            let first = reach.bindings(&self.facts).iter().map(|id| &self.facts.bindings[id.index()]).next();
            let Some(first) = first.cloned() else { continue };
            let value = Value::Name { name: first.name.clone(), reach };
            self.facts.values.push(ValueNode { value, span: first.span, scope: first.scope });
            let target = Target::Value(ValueId(index(self.facts.values.len() - 1)));
            self.put_binding(id, Binding { how: How::Join, target, type_checking, ..first });
        }
    }

    fn put_members(&mut self, members: Vec<(VarId, UnorderedReach)>) {
        for (var, found) in members {
            if found.bindings.is_empty() {
                continue;
            }
            let reach = self.reach(found);
            let var = self.symbols.var(var);
            let name = self.symbols.name(var.symbol).clone();
            self.facts.scopes[var.scope.index()].members.push((name, reach));
        }
        for scope in &mut self.facts.scopes {
            scope.members.sort_by(|a, b| a.0.cmp(&b.0));
        }
        let mut declared = std::mem::take(&mut self.declared);
        declared.retain(|(scope, name, _)| self.facts.scopes[scope.index()].member(name).is_none());
        for (scope, name, binding) in declared {
            self.facts.scopes[scope.index()].members.push((name, Reach::one(binding)));
        }
        for scope in &mut self.facts.scopes {
            scope.members.sort_by(|a, b| a.0.cmp(&b.0));
            scope.members.dedup_by(|later, first| later.0 == first.0);
        }
    }

    fn put_attributes(&mut self) {
        let mut all = std::mem::take(&mut self.attributes);
        all.sort_by(|a, b| {
            let place = |id: BindingId| self.facts.bindings[id.index()].span;
            (a.0, &a.1, place(a.2)).cmp(&(b.0, &b.1, place(b.2)))
        });
        for same in all.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
            let Some((class, name, _)) = same.first() else { continue };
            let bindings: Vec<BindingId> = same.iter().map(|(.., binding)| *binding).collect();
            let reach = Reach::of(&bindings, false, &mut self.facts.reaches);
            self.facts.definitions[class.index()].attributes.push((name.clone(), reach));
        }
    }
}

fn star_binding(name: Name, span: crate::source::Span, target: Target) -> Binding {
    Binding {
        name,
        scope: ScopeId::MODULE,
        span,
        how: How::Star,
        target,
        namespaces: Namespaces::ALL,
        public: true,
        type_checking: false,
    }
}
