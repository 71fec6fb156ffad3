//! From a syntax tree to facts: the order of the walk, and what can only be said at its end.
//!
//! In: the reading of a file. Out: its facts. Reaches of names are flattened when every binding is known, also those that
//! functions make by `global`; members of scopes and attributes of classes are collected; sites are put in source order.

use super::flow::Meaning;
use super::mend::Reading;
use super::symbols::VarId;
use super::walker::{Read, Walker};
use crate::facts::{Binding, BindingId, FileFacts, How, Name, Namespaces, Reach, ScopeId, ScopeKind, Target, Value};

/// The facts of a parsed file.
pub(super) fn facts(text: &str, reading: Reading, stub: bool) -> FileFacts {
    let Reading { parsed, mended, problems, lazy } = reading;
    let text = mended.as_deref().unwrap_or(text);
    let body = &parsed.syntax().body;
    let mut walker = Walker::new(text, stub);
    walker.lazy = lazy;
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
        let reads = std::mem::take(&mut self.reads);
        let reads: Vec<(Read, Reach)> = reads.into_iter().map(|read| (read, self.read_reach(read))).collect();
        let members: Vec<(VarId, Reach)> =
            members.into_iter().map(|(var, meaning)| (var, self.member_reach(var, meaning))).collect();
        self.put_stars();
        for (read, mut reach) in reads {
            self.sort(&mut reach);
            if let Value::Name { reach: slot, .. } = &mut self.facts.values[read.value.index()].value {
                *slot = reach;
            }
        }
        self.put_members(members);
        self.put_attributes();
        self.facts.sites.sort_by_key(|site| (site.span.start, std::cmp::Reverse(site.span.end)));
        self.facts
    }

    /// What each name of the module and of classes means at their ends.
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

    fn member_reach(&mut self, var: VarId, meaning: Meaning) -> Reach {
        let mut reach = Reach::default();
        reach.unbound = self.collect(meaning, &mut reach.bindings);
        reach.bindings.extend_from_slice(self.flow.elsewhere(var));
        reach
    }

    fn read_reach(&mut self, read: Read) -> Reach {
        let mut reach = Reach::default();
        reach.unbound = self.collect(read.meaning, &mut reach.bindings);
        if reach.unbound
            && let Some(otherwise) = read.otherwise
        {
            reach.unbound = self.collect(otherwise, &mut reach.bindings);
        }
        if let Some(var) = read.own {
            reach.bindings.extend_from_slice(self.flow.elsewhere(var));
        }
        reach.unbound &= !read.local;
        reach
    }

    /// The bindings behind a meaning, through the ends of other scopes; true if it may be unbound.
    fn collect(&mut self, meaning: Meaning, found: &mut Vec<BindingId>) -> bool {
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

    fn sort(&self, reach: &mut Reach) {
        if reach.bindings.len() > 1 {
            reach.bindings.sort_by_key(|id| (self.facts.bindings[id.index()].span, *id));
            reach.bindings.dedup();
        }
    }

    /// Stores the bindings that star imports make, now that all of them are known.
    fn put_stars(&mut self) {
        let made = self.flow.star_names().to_vec();
        for made in &made {
            let symbol = self.symbols.var(made.var).symbol;
            let name = self.symbols.name(symbol).clone();
            let (module, _, place) = self.stars[made.star as usize];
            let mut otherwise = Reach::default();
            otherwise.unbound = self.collect(made.otherwise, &mut otherwise.bindings);
            let target = Target::Star { modules: vec![module], otherwise };
            self.put_binding(made.binding, star_binding(name, place, target));
        }
        for made in &made {
            if let Target::Star { otherwise, .. } = &self.facts.bindings[made.binding.index()].target {
                let mut sorted = otherwise.clone();
                self.sort(&mut sorted);
                if let Target::Star { otherwise, .. } = &mut self.facts.bindings[made.binding.index()].target {
                    *otherwise = sorted;
                }
            }
        }
        for (module, scope, place) in std::mem::take(&mut self.stars) {
            let id = self.flow.new_binding();
            let otherwise = Reach { bindings: Vec::new(), unbound: true };
            let target = Target::Star { modules: vec![module], otherwise };
            self.put_binding(id, Binding { scope, ..star_binding(Name::new("*"), place, target) });
            self.facts.scopes[scope.index()].stars.push(id);
        }
    }

    fn put_members(&mut self, members: Vec<(VarId, Reach)>) {
        for (var, mut reach) in members {
            if reach.bindings.is_empty() {
                continue;
            }
            self.sort(&mut reach);
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
            let reach = Reach { bindings: vec![binding], unbound: false };
            self.facts.scopes[scope.index()].members.push((name, reach));
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
        for (class, name, binding) in all {
            let attributes = &mut self.facts.definitions[class.index()].attributes;
            match attributes.last_mut() {
                Some((last, reach)) if *last == name => reach.bindings.push(binding),
                _ => attributes.push((name, Reach { bindings: vec![binding], unbound: false })),
            }
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
