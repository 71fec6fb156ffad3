//! Names and variables: which scope owns a name.
//!
//! In: identifiers and the scope in which they stand. Out: dense ids for names (after mangling) and for variables,
//! which are names in the scope that owns them. Knows nothing of order or of values.

use rustc_hash::FxHashMap;

use crate::facts::{Name, ScopeId, ScopeKind};

/// A distinct identifier of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Symbol(u32);

/// A name in the scope that owns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct VarId(pub(super) u32);

impl VarId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A variable: its scope and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Var {
    pub(super) scope: ScopeId,
    pub(super) symbol: Symbol,
}

#[derive(Debug)]
struct ScopeRow {
    kind: ScopeKind,
    parent: Option<ScopeId>,
    /// Names of a class around it are visible: a type parameter list.
    transparent: bool,
}

/// The identifiers and variables of one file.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    ids: FxHashMap<Name, Symbol>,
    names: Vec<Name>,
    vars: Vec<Var>,
    /// The variable that a name means in a scope that binds or declares it.
    owned: FxHashMap<(ScopeId, Symbol), VarId>,
    scopes: Vec<ScopeRow>,
    /// The module has a star import, so that any name may be one of its variables.
    pub(super) open_module: bool,
}

impl Symbols {
    /// The id of an identifier, mangled if it is private to the class named `class`.
    pub(super) fn symbol(&mut self, name: &str, class: Option<&str>) -> Symbol {
        if let Some(class) = class
            && let Some(mangled) = mangle(name, class)
        {
            return self.intern(&mangled);
        }
        self.intern(name)
    }

    /// Forgets everything but the memory it took.
    pub(super) fn clear(&mut self) {
        let Self { ids, names, vars, owned, scopes, open_module } = self;
        ids.clear();
        names.clear();
        vars.clear();
        owned.clear();
        scopes.clear();
        *open_module = false;
    }

    fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.ids.get(name) {
            return symbol;
        }
        let symbol = Symbol(index(self.names.len()));
        let name = Name::new(name);
        self.names.push(name.clone());
        self.ids.insert(name, symbol);
        symbol
    }

    pub(super) fn name(&self, symbol: Symbol) -> &Name {
        &self.names[symbol.0 as usize]
    }

    /// Adds the next scope; ids follow those of [`crate::facts::FileFacts::scopes`].
    pub(super) fn add_scope(&mut self, kind: ScopeKind, parent: Option<ScopeId>, transparent: bool) {
        self.scopes.push(ScopeRow { kind, parent, transparent });
    }

    pub(super) fn var(&self, var: VarId) -> Var {
        self.vars[var.index()]
    }

    pub(super) fn vars(&self) -> impl Iterator<Item = (VarId, Var)> + '_ {
        self.vars.iter().enumerate().map(|(at, &var)| (VarId(index(at)), var))
    }

    /// Makes `symbol` a name that `scope` owns, unless it is declared `global` or `nonlocal` there.
    pub(super) fn declare(&mut self, scope: ScopeId, symbol: Symbol) -> VarId {
        if let Some(&var) = self.owned.get(&(scope, symbol)) {
            return var;
        }
        let var = VarId(index(self.vars.len()));
        self.vars.push(Var { scope, symbol });
        self.owned.insert((scope, symbol), var);
        var
    }

    /// `global symbol` in `scope`.
    pub(super) fn declare_global(&mut self, scope: ScopeId, symbol: Symbol) {
        let var = self.declare(ScopeId::MODULE, symbol);
        self.owned.insert((scope, symbol), var);
    }

    /// `nonlocal symbol` in `scope`; without an owner in a function around it the name stays local.
    pub(super) fn declare_nonlocal(&mut self, scope: ScopeId, symbol: Symbol) {
        let mut at = self.scopes[scope.index()].parent;
        while let Some(outer) = at {
            let row = &self.scopes[outer.index()];
            if matches!(row.kind, ScopeKind::Function | ScopeKind::Block)
                && let Some(&var) = self.owned.get(&(outer, symbol))
            {
                self.owned.insert((scope, symbol), var);
                return;
            }
            at = row.parent;
        }
    }

    /// The variable that `symbol` means when read in `scope`; none for builtins and names that nothing binds.
    pub(super) fn lookup(&mut self, scope: ScopeId, symbol: Symbol) -> Option<VarId> {
        let mut at = Some(scope);
        let mut class_visible = true;
        while let Some(here) = at {
            let row = &self.scopes[here.index()];
            if (row.kind != ScopeKind::Class || class_visible)
                && let Some(&var) = self.owned.get(&(here, symbol))
            {
                return Some(var);
            }
            class_visible = class_visible && row.transparent;
            at = row.parent;
        }
        self.open_module.then(|| self.declare(ScopeId::MODULE, symbol))
    }

    /// The variable of the module that a class body falls back to when its own name is not bound yet.
    pub(super) fn module_var(&mut self, symbol: Symbol) -> Option<VarId> {
        if self.open_module {
            return Some(self.declare(ScopeId::MODULE, symbol));
        }
        self.owned.get(&(ScopeId::MODULE, symbol)).copied()
    }

    /// The scope in which a walrus at `scope` binds.
    pub(super) fn walrus_scope(&self, scope: ScopeId) -> ScopeId {
        let mut at = scope;
        while let ScopeRow { kind: ScopeKind::Block, parent: Some(parent), .. } = self.scopes[at.index()] {
            at = parent;
        }
        at
    }

    pub(super) fn kind(&self, scope: ScopeId) -> ScopeKind {
        self.scopes[scope.index()].kind
    }
}

/// The private form of `name` in a class, if it has one (Python reference 6.2.1).
pub(super) fn mangle(name: &str, class: &str) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    (!class.is_empty()).then(|| format!("_{class}{name}"))
}

/// A length as an id; files beyond 32 MiB are not read.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
