//! The walk's state, and the few operations that everything else is made of: names, values, sites, bindings.
//!
//! In: the syntax tree of one file, node by node. Out: facts in the making; [`super::extract`] completes them.

use ruff_python_ast::{Expr, Identifier, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::flow::{Block, Flow, Meaning, Owner};
use super::scratch::Scratch;
use super::symbols::{Symbol, Symbols, VarId, index};
use crate::facts::{
    Binding, BindingId, Definition, DefinitionId, FileFacts, How, Name, Namespaces, Reach, Role, Scope, ScopeId,
    ScopeKind, Site, SiteKind, SyntaxProblem, Target, Value, ValueId, ValueNode,
};
use crate::source::Span;

/// The one node that stands for every expression that cannot denote anything.
pub(super) const OPAQUE: ValueId = ValueId(0);

/// Deeper expressions and suites are a problem, not facts. It also bounds how deep values lie in each other.
pub(super) const MAX_DEPTH: u32 = 1_000;

/// The class around the code that is walked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class<'a> {
    pub(super) id: DefinitionId,
    pub(super) name: &'a str,
}

/// The state of the walk at a place; saved and restored around scopes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) scope: ScopeId,
    pub(super) class: Option<Class<'a>>,
    /// The function whose body this is, for its `return` statements.
    pub(super) function: Option<DefinitionId>,
    /// `super()` here is that of an instance.
    pub(super) instance: bool,
    pub(super) type_checking: bool,
    pub(super) statement: Span,
    pub(super) role: Role,
}

/// A body that runs after the code around it is complete.
pub(super) struct Later<'a> {
    pub(super) context: Context<'a>,
    pub(super) body: Body<'a>,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// The code of such a body.
pub(super) enum Body<'a> {
    Function(&'a StmtFunctionDef),
    /// With what it is, where its result can denote something.
    Lambda(&'a Expr, Option<DefinitionId>),
}

/// A parameter whose default and annotation have been evaluated.
pub(super) struct Parameter<'a> {
    pub(super) name: &'a Identifier,
    pub(super) target: Target,
}

/// The thing that a `break`, `continue` or `return` inside has to pass.
pub(super) enum Frame {
    Loop { head: Block, breaks: Vec<Block> },
    Finally { pending: Vec<(Jump, Block)> },
}

/// A jump out of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    Break,
    Continue,
    Return,
}

/// A name that was read, to be completed when all bindings are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub(super) value: ValueId,
    pub(super) meant: Meant,
}

/// The meaning of a read, before the bindings behind it are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Meant {
    pub(super) meaning: Meaning,
    /// The meaning that counts where `meaning` is unbound.
    pub(super) otherwise: Option<Meaning>,
    /// The variable, if it is read in the graph that owns it.
    pub(super) own: Option<VarId>,
    /// A function owns the name: where nothing binds it there, no builtin is meant.
    pub(super) local: bool,
}

/// The graph in which a scope runs, and its last block.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScopeFlow {
    pub(super) graph: u32,
    pub(super) end: Block,
}

/// The walk over one file.
pub(super) struct Walker<'a> {
    pub(super) text: &'a str,
    pub(super) facts: FileFacts,
    pub(super) symbols: Symbols,
    pub(super) flow: Flow,
    pub(super) scope_flows: Vec<ScopeFlow>,
    pub(super) context: Context<'a>,
    pub(super) block: Block,
    pub(super) graph: u32,
    pub(super) graphs: u32,
    pub(super) frames: Vec<Frame>,
    pub(super) returns: Vec<Block>,
    pub(super) later: Vec<Later<'a>>,
    pub(super) reads: Vec<Read>,
    /// The value of the module of each star import, with the scope and span of the statement.
    pub(super) stars: Vec<(ValueId, ScopeId, Span)>,
    /// Attributes assigned through a receiver: class, name, binding.
    pub(super) attributes: Vec<(DefinitionId, Name, BindingId)>,
    /// Class attributes that are annotated but have no value.
    pub(super) declared: Vec<(ScopeId, Name, BindingId)>,
    pub(super) exports: super::exports::Exports,
    /// The text has a walrus; without one expressions need no branches.
    pub(super) has_walrus: bool,
    /// The text names `environ`; only then are lookups in mappings of interest.
    pub(super) has_environ: bool,
    /// A stub file, in which any name may be used before it is bound.
    pub(super) stub: bool,
    pub(super) depth: u32,
    /// The value of the last statement that is nothing but an expression.
    pub(super) evaluated: ValueId,
}

/// A range of the parser as a span.
pub(super) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str, stub: bool, scratch: Scratch) -> Self {
        let Scratch { facts, symbols, mut flow, scope_flows, reads } = scratch;
        let block = flow.start(0);
        let context = Context {
            scope: ScopeId::MODULE,
            class: None,
            function: None,
            instance: false,
            type_checking: false,
            statement: Span::default(),
            role: Role::Value,
        };
        let mut walker = Self {
            text,
            facts,
            symbols,
            flow,
            scope_flows,
            context,
            block,
            graph: 0,
            graphs: 1,
            frames: Vec::new(),
            returns: Vec::new(),
            later: Vec::new(),
            reads,
            stars: Vec::new(),
            attributes: Vec::new(),
            declared: Vec::new(),
            exports: super::exports::Exports::default(),
            has_walrus: memchr::memmem::find(text.as_bytes(), b":=").is_some(),
            has_environ: memchr::memmem::find(text.as_bytes(), b"environ").is_some(),
            stub,
            depth: 0,
            evaluated: OPAQUE,
        };
        walker.add_scope(ScopeKind::Module, "", None, false);
        walker.value_at(Value::Opaque, Span::default());
        walker
    }

    /// A new scope inside the present one.
    pub(super) fn add_scope(
        &mut self,
        kind: ScopeKind,
        name: &str,
        definition: Option<DefinitionId>,
        transparent: bool,
    ) -> ScopeId {
        let id = ScopeId(index(self.facts.scopes.len()));
        let parent = (id != ScopeId::MODULE).then_some(self.context.scope);
        self.symbols.add_scope(kind, parent, transparent);
        self.scope_flows.push(ScopeFlow { graph: self.graph, end: self.block });
        self.facts.scopes.push(Scope {
            kind,
            parent,
            definition,
            name: Name::new(name),
            test: false,
            members: Vec::new(),
            stars: Vec::new(),
        });
        id
    }

    pub(super) fn add_definition(&mut self, definition: Definition) -> DefinitionId {
        self.facts.definitions.push(definition);
        DefinitionId(index(self.facts.definitions.len() - 1))
    }

    /// Enters one more level of nesting; false (and a problem) when there are too many.
    pub(super) fn descend(&mut self, range: TextRange) -> bool {
        if self.depth >= MAX_DEPTH {
            self.facts
                .problems
                .push(SyntaxProblem { span: span(range), message: "nested too deeply to be analysed".to_owned() });
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn value_at(&mut self, value: Value, span: Span) -> ValueId {
        self.facts.values.push(ValueNode { value, span, scope: self.context.scope });
        ValueId(index(self.facts.values.len() - 1))
    }

    pub(super) fn value(&mut self, value: Value, range: TextRange) -> ValueId {
        self.value_at(value, span(range))
    }

    pub(super) fn value_of(&self, id: ValueId) -> &Value {
        &self.facts.values[id.index()].value
    }

    pub(super) fn site(&mut self, kind: SiteKind, span: Span) {
        self.facts.sites.push(Site {
            kind,
            span,
            statement: self.context.statement.cover(span),
            scope: self.context.scope,
            type_checking: self.context.type_checking,
        });
    }

    /// The id of an identifier as it counts here, private names of a class mangled.
    pub(super) fn symbol(&mut self, name: &str) -> Symbol {
        self.symbols.symbol(name, self.context.class.map(|class| class.name))
    }

    pub(super) fn owner(&self, var: VarId) -> Owner {
        let scope = self.symbols.var(var).scope;
        Owner { var, scope, graph: self.scope_flows[scope.index()].graph }
    }

    /// Binds `name` in the present scope, or where `global`/`nonlocal` say.
    pub(super) fn bind(&mut self, name: &str, range: TextRange, how: How, target: Target) {
        self.bind_in(self.context.scope, name, range, how, target);
    }

    pub(super) fn bind_in(&mut self, scope: ScopeId, name: &str, range: TextRange, how: How, target: Target) {
        if name.is_empty() {
            return;
        }
        let symbol = self.symbol(name);
        let var = self.symbols.declare(scope, symbol);
        let owner = self.owner(var);
        let binding = self.add_binding(symbol, owner.scope, span(range), how, target);
        self.flow.write(var, Meaning::Binding(binding), self.block);
        if owner.graph != self.graph {
            self.flow.bound_elsewhere(var, binding);
        }
    }

    /// A binding that no flow knows of: the caller says where it counts.
    pub(super) fn add_binding(
        &mut self,
        symbol: Symbol,
        scope: ScopeId,
        span: Span,
        how: How,
        target: Target,
    ) -> BindingId {
        let name = self.symbols.name(symbol).clone();
        let id = self.flow.new_binding();
        self.put_binding(
            id,
            Binding {
                name,
                scope,
                span,
                how,
                target,
                namespaces: Namespaces::ALL,
                public: true,
                type_checking: self.context.type_checking,
            },
        );
        id
    }

    /// Stores a binding under its id; ids of star imports are handed out while names are looked up.
    pub(super) fn put_binding(&mut self, id: BindingId, binding: Binding) {
        if self.facts.bindings.len() <= id.index() {
            let filler = Binding { name: Name::default(), target: Target::Opaque, ..binding.clone() };
            self.facts.bindings.resize(id.index(), filler);
            self.facts.bindings.push(binding);
        } else {
            self.facts.bindings[id.index()] = binding;
        }
    }

    /// After this the name is unbound (`del`, the end of `except ... as`).
    pub(super) fn unbind(&mut self, name: &str) {
        let symbol = self.symbol(name);
        let var = self.symbols.declare(self.context.scope, symbol);
        self.flow.write(var, Meaning::Unbound, self.block);
    }

    /// A name that is read here, as a value.
    pub(super) fn name(&mut self, name: &str, range: TextRange) -> ValueId {
        if name.is_empty() {
            return OPAQUE;
        }
        let symbol = self.symbol(name);
        let written = self.symbols.name(symbol).clone();
        let value = self.value(Value::Name { name: written, reach: Reach::UNBOUND }, range);
        let var = self.symbols.lookup(self.context.scope, symbol);
        if let (None, "__class__", Some(class), true) = (var, name, self.context.class, self.context.function.is_some())
        {
            return self.value(Value::Receiver { class: class.id, instance: false }, range);
        }
        if let Some(var) = var {
            let owner = self.owner(var);
            let meaning = self.flow.read(owner, self.block);
            let own = (owner.graph == self.graph).then_some(var);
            let otherwise = self.otherwise(owner, symbol);
            if meaning != Meaning::Unbound || otherwise.is_some() || own.is_some() {
                let local = matches!(self.symbols.kind(owner.scope), ScopeKind::Function | ScopeKind::Block);
                self.reads.push(Read { value, meant: Meant { meaning, otherwise, own, local } });
            }
        }
        value
    }

    /// Returns a meaning for a name that is not bound yet but may mean something all the same: a class body looks on in
    /// the module, an annotation may be evaluated late, a stub is never evaluated.
    fn otherwise(&mut self, owner: Owner, symbol: Symbol) -> Option<Meaning> {
        if self.symbols.kind(owner.scope) == ScopeKind::Class {
            let var = self.symbols.module_var(symbol)?;
            let module = self.owner(var);
            return Some(self.flow.read(module, self.block));
        }
        let late = self.stub || self.context.role == Role::Annotation;
        (late && owner.scope == ScopeId::MODULE).then_some(Meaning::Outer(owner.var))
    }

    /// Returns whether `name` means the builtin here: nothing in the file binds it.
    pub(super) fn is_builtin(&mut self, expr: &Expr, name: &str) -> bool {
        let Expr::Name(found) = expr else { return false };
        if found.id.as_str() != name {
            return false;
        }
        let symbol = self.symbol(name);
        self.symbols.open_module || self.symbols.lookup(self.context.scope, symbol).is_none()
    }

    /// The one binding that `expr`, if it is a name, means here.
    pub(super) fn single_binding(&mut self, expr: &Expr) -> Option<BindingId> {
        let Expr::Name(name) = expr else { return None };
        let symbol = self.symbol(&name.id);
        let var = self.symbols.lookup(self.context.scope, symbol)?;
        let mut owner = self.owner(var);
        let mut meaning = self.flow.read(owner, self.block);
        if matches!(meaning, Meaning::Phi(_)) {
            meaning = self.flow.so_far(owner, self.block).unwrap_or(meaning);
        }
        if let Meaning::Outer(outer) = meaning {
            owner = self.owner(outer);
            let end = self.scope_flows[owner.scope.index()].end;
            meaning = self.flow.read(owner, end);
        }
        match meaning {
            Meaning::Binding(binding) => Some(binding),
            _ => None,
        }
    }

    /// The class whose receiver `expr` is, and whether it is the instance.
    pub(super) fn receiver(&mut self, expr: &Expr) -> Option<(DefinitionId, bool)> {
        let binding = self.single_binding(expr)?;
        let Target::Value(value) = self.facts.bindings.get(binding.index())?.target else { return None };
        match self.value_of(value) {
            Value::Receiver { class, instance } => Some((*class, *instance)),
            _ => None,
        }
    }

    /// Runs `walk` with a changed context and restores it.
    pub(super) fn within<T>(&mut self, context: Context<'a>, walk: impl FnOnce(&mut Self) -> T) -> T {
        let saved = std::mem::replace(&mut self.context, context);
        let result = walk(self);
        self.context = saved;
        result
    }

    /// From the start of a statement to the end of its last header expression.
    pub(super) fn header(&mut self, statement: &impl Ranged, end: &impl Ranged) {
        self.context.statement = Span::new(statement.start().to_u32(), end.end().to_u32());
    }
}
