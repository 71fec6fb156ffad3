//! Scopes and names of one file while its facts are collected.
//!
//! In: what the walk declares. Out: the arenas of [`FileFacts`], and for each name what it can mean at a place: the
//! scopes outward to the module's, explicit names before globs. Local variables and generic parameters are kept on a
//! stack of their own, because they mean nothing to anyone else. Nothing here looks at syntax.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{
    Anchor, Binding, BindingId, FileFacts, How, Name, Namespaces, Reach, Scope, ScopeId, ScopeKind, StarTarget, Target,
    Value, ValueId, ValueNode,
};
use crate::lang::rust::syntax::count::count;
use crate::source::Span;

/// The facts collected so far and the tables to look names up in.
#[derive(Debug, Default)]
pub struct Names {
    /// The facts that come out.
    pub facts: FileFacts,
    tables: Vec<Table>,
    locals: Vec<(Name, Namespaces)>,
    barrier: usize,
    /// Imports of a single segment under its own name: `use redis;`, `use redis::{self}`.
    own_name: FxHashSet<BindingId>,
}

#[derive(Debug, Default)]
struct Table {
    names: FxHashMap<Name, Vec<BindingId>>,
    globs: Vec<Glob>,
    stars: FxHashMap<(Name, u8, Sight), BindingId>,
}

#[derive(Debug)]
struct Glob {
    module: ValueId,
    /// Anchored at `crate`, `self` or `super`, so that looking it up needs no name.
    anchored: bool,
}

/// The names that a lookup may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sight {
    /// Everything in scope.
    #[default]
    All,
    /// The first segment of a `use`: an import does not see itself.
    Use,
    /// The first segment of a glob: it does not see through globs that need a lookup themselves.
    Glob,
}

/// A mark in the stack of local names.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    length: usize,
    barrier: usize,
}

impl Names {
    /// Nothing but a file's module scope.
    #[must_use]
    pub fn with_module() -> Self {
        let mut names = Self::default();
        names.open(Scope {
            kind: ScopeKind::Module,
            parent: None,
            definition: None,
            name: Name::default(),
            test: false,
            members: Vec::new(),
            stars: Vec::new(),
        });
        names
    }

    /// A new scope; its table is empty.
    pub fn open(&mut self, scope: Scope) -> ScopeId {
        let id = ScopeId(count(self.facts.scopes.len()));
        self.facts.scopes.push(scope);
        self.tables.push(Table::default());
        id
    }

    /// Adds a value.
    pub fn value(&mut self, value: Value, span: Span, scope: ScopeId) -> ValueId {
        self.facts.values.push(ValueNode { value, span, scope });
        ValueId(count(self.facts.values.len() - 1))
    }

    /// Adds a binding and makes its name visible in its scope.
    pub fn bind(&mut self, binding: Binding) -> BindingId {
        let id = BindingId(count(self.facts.bindings.len()));
        self.tables[binding.scope.index()].names.entry(binding.name.clone()).or_default().push(id);
        self.facts.bindings.push(binding);
        id
    }

    /// Returns whether the file binds a name as that of a macro, in any scope.
    #[must_use]
    pub fn binds_macro(&self, name: &str) -> bool {
        let of_macro = |id: &BindingId| self.facts.bindings[id.index()].namespaces.intersects(Namespaces::MACRO);
        self.tables.iter().any(|table| table.names.get(name).is_some_and(|ids| ids.iter().any(of_macro)))
    }

    /// Returns whether the file binds a name as that of a macro which is none of the standard library.
    #[must_use]
    pub fn binds_own_macro(&self, name: &str) -> bool {
        let standard = |root: &Name| matches!(root.as_str(), "std" | "core" | "alloc");
        let of_library = |id: &BindingId| {
            let Target::Value(mut at) = self.facts.bindings[id.index()].target else { return false };
            loop {
                match &self.facts.values[at.index()].value {
                    Value::Member { object, .. } => at = *object,
                    Value::Module(module) if module.anchor == Anchor::Absolute => {
                        return module.path.first().is_some_and(standard);
                    }
                    Value::Name { name, .. } => return standard(name),
                    _ => return false,
                }
            }
        };
        let of_macro = |id: &BindingId| self.facts.bindings[id.index()].namespaces.intersects(Namespaces::MACRO);
        let own = |id: &BindingId| of_macro(id) && !of_library(id);
        self.tables.iter().any(|table| table.names.get(name).is_some_and(|ids| ids.iter().any(own)))
    }

    /// Notes that the binding imports a single segment under its own name.
    pub fn imports_own_name(&mut self, binding: BindingId) {
        self.own_name.insert(binding);
    }

    /// Adds a glob import to a scope, for lookups inside it and from outside.
    pub fn glob(&mut self, scope: ScopeId, module: ValueId, span: Span, public: bool) {
        let anchored = matches!(self.facts.values[module.index()].value, Value::Module(_) | Value::SelfType(_));
        self.tables[scope.index()].globs.push(Glob { module, anchored });
        let star = self.facts.add_star(StarTarget { modules: vec![module], otherwise: Reach::default() });
        let id = BindingId(count(self.facts.bindings.len()));
        self.facts.bindings.push(Binding {
            name: Name::new("*"),
            scope,
            span,
            how: How::Star,
            target: Target::Star(star),
            namespaces: Namespaces::ALL,
            public,
            type_checking: false,
        });
        self.facts.scopes[scope.index()].stars.push(id);
    }

    /// Returns the bindings that `name` can mean in `scope`; `but` are bindings that do not count (those of the import
    /// that asks).
    pub fn lookup(
        &mut self,
        scope: ScopeId,
        name: &Name,
        namespaces: Namespaces,
        sight: Sight,
        but: std::ops::Range<u32>,
    ) -> Reach {
        let mut at = Some(scope);
        while let Some(id) = at {
            let Scope { kind, parent, .. } = self.facts.scopes[id.index()];
            if kind != ScopeKind::Class {
                let found = self.explicit(id, name, namespaces, sight, &but);
                if !found.is_empty() {
                    return Reach::of(&found, false, &mut self.facts.reaches);
                }
                let globs = &self.tables[id.index()].globs;
                if globs.iter().any(|glob| sight != Sight::Glob || glob.anchored) {
                    let star = self.star(id, name, namespaces, sight, but);
                    return Reach::one(star);
                }
            }
            at = if kind == ScopeKind::Module { None } else { parent };
        }
        Reach::UNBOUND
    }

    fn explicit(
        &self,
        scope: ScopeId,
        name: &Name,
        namespaces: Namespaces,
        sight: Sight,
        but: &std::ops::Range<u32>,
    ) -> Vec<BindingId> {
        let Some(all) = self.tables[scope.index()].names.get(name) else { return Vec::new() };
        let counts = |id: &&BindingId| {
            self.facts.bindings[id.index()].namespaces.intersects(namespaces)
                && (sight == Sight::All || !(self.own_name.contains(id) || but.contains(&id.0)))
        };
        all.iter().filter(counts).copied().collect()
    }

    /// The binding that stands for all globs of a scope, for one name.
    fn star(
        &mut self,
        scope: ScopeId,
        name: &Name,
        namespaces: Namespaces,
        sight: Sight,
        but: std::ops::Range<u32>,
    ) -> BindingId {
        let key = (name.clone(), namespaces.0, sight);
        let Scope { kind, parent, .. } = self.facts.scopes[scope.index()];
        if let Some(&known) = self.tables[scope.index()].stars.get(&key) {
            return known;
        }
        let otherwise = match parent {
            Some(parent) if kind != ScopeKind::Module => self.lookup(parent, name, namespaces, sight, but),
            _ => Reach::UNBOUND,
        };
        let globs = &self.tables[scope.index()].globs;
        let modules: Vec<ValueId> =
            globs.iter().filter(|glob| sight != Sight::Glob || glob.anchored).map(|glob| glob.module).collect();
        let span = modules.first().map_or_else(Span::default, |&first| self.facts.values[first.index()].span);
        let star = self.facts.add_star(StarTarget { modules, otherwise });
        let id = BindingId(count(self.facts.bindings.len()));
        self.facts.bindings.push(Binding {
            name: name.clone(),
            scope,
            span,
            how: How::Star,
            target: Target::Star(star),
            namespaces,
            public: false,
            type_checking: false,
        });
        self.tables[scope.index()].stars.insert(key, id);
        id
    }

    /// Returns whether `name` is a local variable or generic parameter here.
    #[must_use]
    pub fn is_local(&self, name: &str, namespaces: Namespaces) -> bool {
        self.locals[self.barrier..].iter().any(|(local, of)| of.intersects(namespaces) && local == name)
    }

    /// Makes a local variable or generic parameter visible from here on.
    pub fn local(&mut self, name: Name, namespaces: Namespaces) {
        self.locals.push((name, namespaces));
    }

    /// Returns the present place in the stack of local names.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { length: self.locals.len(), barrier: self.barrier }
    }

    /// Like [`Names::mark`]; what is local so far is hidden until [`Names::release`], as it is to a nested item.
    pub fn hide_locals(&mut self) -> Mark {
        let mark = self.mark();
        self.barrier = self.locals.len();
        mark
    }

    /// Forgets the local names since the mark.
    pub fn release(&mut self, mark: Mark) {
        self.locals.truncate(mark.length);
        self.barrier = mark.barrier;
    }

    /// Completes the facts: what each scope offers to code outside it, sites in source order.
    #[must_use]
    pub fn finish(mut self) -> FileFacts {
        let FileFacts { scopes, reaches, .. } = &mut self.facts;
        for (scope, table) in scopes.iter_mut().zip(self.tables) {
            if !matches!(scope.kind, ScopeKind::Module | ScopeKind::Class) {
                continue;
            }
            #[expect(clippy::iter_over_hash_type, reason = "sorted below")]
            for (name, bindings) in table.names {
                scope.members.push((name, Reach::of(&bindings, false, reaches)));
            }
            scope.members.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        }
        self.facts.sites.sort_by_key(|site| site.span.start);
        self.facts.expansions.sort_by_key(|expansion| expansion.value);
        self.facts.take()
    }
}
