//! The walk of function and class definitions, and of bodies that run later.
//!
//! In: a definition. Out: its [`Definition`], the scope of its body, its parameters as bindings. Decorators, defaults
//! and annotations count where the definition stands; a class body runs at once; a function body when the graph around
//! it is complete.

use ruff_python_ast::{
    ArgOrKeyword, Decorator, Expr, Identifier, Parameters, StmtClassDef, StmtFunctionDef, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextRange};

use super::delegation::{Delegation, delegation};
use super::walker::{Body, Class, Context, Later, OPAQUE, Parameter, Walker, span};
use crate::facts::{
    Argument, Definition, DefinitionId, DefinitionKind, How, ListId, Name, Receiver, ScopeId, ScopeKind, SiteKind,
    Target, Value, ValueId,
};
use crate::source::Span;

/// Methods that take the class first without being decorated.
const CLASS_METHODS: [&str; 3] = ["__new__", "__init_subclass__", "__class_getitem__"];

/// Decorators that make reading an attribute call the function, also as members of a module (`functools`).
const GETTERS: [&str; 3] = ["property", "cached_property", "abstractproperty"];

fn is_getter(decorator: &Expr) -> bool {
    match decorator {
        Expr::Name(name) => GETTERS.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => GETTERS.contains(&attribute.attr.as_str()),
        _ => false,
    }
}

/// `@x.setter` over `def x`: the property keeps its getter.
fn is_accessor(decorator: &Expr, name: &Identifier) -> bool {
    let Expr::Attribute(attribute) = decorator else { return false };
    matches!(attribute.attr.as_str(), "setter" | "deleter")
        && matches!(&*attribute.value, Expr::Name(property) if property.id == name.id)
}

impl<'a> Walker<'a> {
    pub(super) fn function(&mut self, function: &'a StmtFunctionDef) {
        let header_end = function.returns.as_deref().map_or(function.parameters.end(), Ranged::end);
        self.context.statement.end = header_end.to_u32();
        let decorators = self.decorators(&function.decorator_list);
        let name = self.mangled(&function.name);
        let keyword = self.keyword_start(function.range, &function.name, "def");
        let around = self.context;
        let receiver = self.receiver_kind(function);
        let id = self.add_definition(Definition {
            name,
            kind: DefinitionKind::Function,
            scope: self.context.scope,
            body: None,
            span: Span::new(keyword, function.range.end().to_u32()),
            name_span: span(function.name.range),
            bases: Vec::new(),
            decorators,
            attributes: Vec::new(),
            receiver,
            returns: Vec::new(),
            filled: Vec::new(),
            delegates: None,
            idle: super::delegation::is_idle(function),
        });
        if let Some(list) = function.type_params.as_deref() {
            self.context.scope = self.type_parameters(list);
        }
        let parameters = self.parameters(&function.parameters, Some(receiver));
        if let Some(returns) = &function.returns {
            self.annotation(returns);
        }
        let body = self.add_scope(ScopeKind::Function, &function.name, Some(id), false);
        self.facts.definitions[id.index()].body = Some(body);
        let instance = match receiver {
            Receiver::None => around.instance,
            Receiver::Instance | Receiver::Getter => true,
            Receiver::Class => false,
        };
        let context = Context { scope: body, function: Some(id), instance, ..self.context };
        self.context = around;
        self.later.push(Later { context, body: Body::Function(function), parameters });
        if !function.decorator_list.iter().any(|decorator| is_accessor(&decorator.expression, &function.name)) {
            self.bind(&function.name.id, function.name.range, How::Definition, Target::Definition(id));
        }
    }

    fn mangled(&mut self, name: &Identifier) -> crate::facts::Name {
        let symbol = self.symbol(&name.id);
        self.symbols.name(symbol).clone()
    }

    fn receiver_kind(&mut self, function: &'a StmtFunctionDef) -> Receiver {
        let in_class = self.symbols.kind(self.context.scope) == ScopeKind::Class;
        let mut list = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
        if !in_class || list.next().is_none() {
            return Receiver::None;
        }
        for decorator in &function.decorator_list {
            if self.is_builtin(&decorator.expression, "staticmethod") {
                return Receiver::None;
            }
            if self.is_builtin(&decorator.expression, "classmethod") {
                return Receiver::Class;
            }
            if is_getter(&decorator.expression) {
                return Receiver::Getter;
            }
        }
        if CLASS_METHODS.contains(&function.name.as_str()) { Receiver::Class } else { Receiver::Instance }
    }

    fn decorators(&mut self, list: &'a [Decorator]) -> Vec<ValueId> {
        list.iter().map(|decorator| self.called_without(&decorator.expression)).collect()
    }

    /// Visits what is called without a call being written: a decorator, a metaclass.
    fn called_without(&mut self, callee: &'a Expr) -> ValueId {
        let value = self.chain(callee);
        if value != OPAQUE {
            let call = self.value(Value::Call { callee: value, arguments: ListId::EMPTY }, callee.range());
            self.site(SiteKind::Call(call), span(callee.range()));
        }
        value
    }

    /// Finds the start of `class`, `def` or `async def`, which stands after the decorators and before the name.
    fn keyword_start(&self, range: TextRange, name: &Identifier, keyword: &str) -> u32 {
        let before = |text: &'a str, word: &str| {
            let head = text.trim_end_matches([' ', '\t', '\x0c', '\\', '\r', '\n']).strip_suffix(word)?;
            (!head.ends_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(head)
        };
        let text = self.text.get(range.start().to_usize()..name.start().to_usize()).unwrap_or_default();
        let Some(head) = before(text, keyword) else { return range.start().to_u32() };
        let head = before(head, "async").filter(|_| keyword == "def").unwrap_or(head);
        range.start().to_u32() + super::symbols::index(head.len())
    }

    /// Evaluates defaults and annotations and decides what each parameter means in the body.
    pub(super) fn parameters(&mut self, list: &'a Parameters, receiver: Option<Receiver>) -> Vec<Parameter<'a>> {
        let mut all = Vec::new();
        let class = self.context.class;
        let mut first = match (receiver, class) {
            (Some(Receiver::Instance | Receiver::Getter), Some(class)) => {
                Some(Value::Receiver { class: class.id, instance: true })
            }
            (Some(Receiver::Class), Some(class)) => Some(Value::Receiver { class: class.id, instance: false }),
            _ => None,
        };
        for each in list.posonlyargs.iter().chain(&list.args).chain(&list.kwonlyargs) {
            let default = each.default.as_deref().map(|default| (default, self.read(default)));
            let annotation = each.parameter.annotation.as_deref().map_or(OPAQUE, |kind| self.annotation(kind));
            let target = match first.take() {
                Some(receiver) => Target::Value(self.value(receiver, each.parameter.name.range)),
                None => self.parameter_target(annotation, default, each.range),
            };
            all.push(Parameter { name: &each.parameter.name, target });
        }
        for variadic in [&list.vararg, &list.kwarg].into_iter().flatten() {
            if let Some(kind) = &variadic.annotation {
                self.annotation(kind);
            }
            all.push(Parameter { name: &variadic.name, target: Target::Opaque });
        }
        all
    }

    fn parameter_target(
        &mut self,
        annotation: ValueId,
        default: Option<(&'a Expr, ValueId)>,
        range: TextRange,
    ) -> Target {
        let declared = self.instance_of(annotation);
        let default = default.map_or(OPAQUE, |(_, value)| value);
        match declared {
            _ if default == OPAQUE => declared,
            Target::Value(declared) => Target::Value(self.any_of(&[default, declared], range)),
            _ => Target::Value(self.any_of(&[default, OPAQUE], range)),
        }
    }

    /// The scope of a type parameter list, with its names bound.
    pub(super) fn type_parameters(&mut self, list: &'a TypeParams) -> ScopeId {
        let scope = self.add_scope(ScopeKind::Block, "", None, true);
        let context = Context { scope, ..self.context };
        self.within(context, |walker| {
            for parameter in &list.type_params {
                let name = parameter.name();
                let symbol = walker.symbol(&name.id);
                walker.symbols.declare(scope, symbol);
                walker.bind(&name.id, name.range, How::Other, Target::Opaque);
            }
            for parameter in &list.type_params {
                let (bound, default) = match parameter {
                    TypeParam::TypeVar(var) => (var.bound.as_deref(), var.default.as_deref()),
                    TypeParam::TypeVarTuple(var) => (None, var.default.as_deref()),
                    TypeParam::ParamSpec(var) => (None, var.default.as_deref()),
                };
                for part in bound.into_iter().chain(default) {
                    walker.annotation(part);
                }
            }
        });
        self.scope_flows[scope.index()].end = self.block;
        scope
    }

    pub(super) fn class(&mut self, class: &'a StmtClassDef) {
        let header_end = class.arguments.as_deref().map_or(class.name.end(), Ranged::end);
        self.context.statement.end = header_end.to_u32();
        let decorators = self.decorators(&class.decorator_list);
        let name = self.mangled(&class.name);
        let keyword = self.keyword_start(class.range, &class.name, "class");
        let around = self.context;
        let id = self.add_definition(Definition {
            name,
            kind: DefinitionKind::Class,
            scope: self.context.scope,
            body: None,
            span: Span::new(keyword, class.range.end().to_u32()),
            name_span: span(class.name.range),
            bases: Vec::new(),
            decorators,
            attributes: Vec::new(),
            receiver: Receiver::None,
            returns: Vec::new(),
            filled: Vec::new(),
            delegates: None,
            idle: false,
        });
        if let Some(list) = class.type_params.as_deref() {
            self.context.scope = self.type_parameters(list);
        }
        let header = Span::new(keyword, header_end.to_u32());
        self.bases(class, id, header);
        self.class_body(class, id);
        self.context = around;
        self.bind(&class.name.id, class.name.range, How::Definition, Target::Definition(id));
    }

    fn bases(&mut self, class: &'a StmtClassDef, id: DefinitionId, header: Span) {
        let Some(arguments) = class.arguments.as_deref() else { return };
        for argument in arguments.iter_source_order() {
            match argument {
                ArgOrKeyword::Arg(expr) => {
                    let base = self.read(expr);
                    self.facts.definitions[id.index()].bases.push(base);
                    self.site(SiteKind::Subclass { definition: Some(id), base }, header);
                }
                ArgOrKeyword::Keyword(keyword) if keyword.arg.as_deref() == Some("metaclass") => {
                    self.called_without(&keyword.value);
                }
                ArgOrKeyword::Keyword(keyword) => {
                    let value = self.read(&keyword.value);
                    if let Some(name) = keyword.arg.as_ref().filter(|_| value != OPAQUE) {
                        let argument = Argument { keyword: Some(Name::new(name.as_str())), value };
                        self.facts.class_keywords.push((id, argument));
                    }
                }
            }
        }
    }

    fn class_body(&mut self, class: &'a StmtClassDef, id: DefinitionId) {
        let scope = self.add_scope(ScopeKind::Class, &class.name, Some(id), false);
        self.facts.definitions[id.index()].body = Some(scope);
        let context = Context {
            scope,
            class: Some(Class { id, name: &class.name }),
            function: None,
            instance: true,
            ..self.context
        };
        self.block = self.flow.enter(self.block, scope);
        let frames = std::mem::take(&mut self.frames);
        self.within(context, |walker| {
            walker.declare_locals(scope, &class.body);
            walker.suite(&class.body);
        });
        self.frames = frames;
        self.scope_flows[scope.index()].end = self.block;
    }

    /// Notes what a function evaluates that does nothing else.
    fn delegation(&mut self, function: &'a StmtFunctionDef) {
        let Some(id) = self.context.function else { return };
        let definition = &mut self.facts.definitions[id.index()];
        definition.delegates = match delegation(function) {
            Some(Delegation::Returned) => definition.returns.last().copied(),
            Some(Delegation::Evaluated) => Some(self.evaluated),
            None => None,
        };
    }

    /// Walks every body that was put off, and those inside them.
    pub(super) fn run_later(&mut self) {
        while let Some(later) = self.later.pop() {
            self.run_body(later);
        }
    }

    pub(super) fn run_body(&mut self, later: Later<'a>) {
        let scope = later.context.scope;
        self.graph = self.graphs;
        self.graphs += 1;
        let start = self.flow.start(self.graph);
        let mark = self.flow.mark();
        self.block = start;
        self.scope_flows[scope.index()].graph = self.graph;
        self.context = later.context;
        self.frames.clear();
        self.returns.clear();
        for parameter in &later.parameters {
            let symbol = self.symbol(&parameter.name.id);
            self.symbols.declare(scope, symbol);
        }
        match later.body {
            Body::Function(function) => self.declare_locals(scope, &function.body),
            Body::Lambda(body, _) => self.declare_walruses(scope, body),
        }
        for parameter in later.parameters {
            self.bind(&parameter.name.id, parameter.name.range, How::Parameter, parameter.target);
        }
        match later.body {
            Body::Function(function) => {
                self.suite(&function.body);
                self.delegation(function);
            }
            Body::Lambda(body, definition) => {
                let value = self.read(body);
                if let Some(definition) = definition {
                    self.facts.definitions[definition.index()].returns.push(value);
                }
            }
        }
        let mut ends = std::mem::take(&mut self.returns);
        ends.push(self.block);
        let end = self.flow.join(start, self.flow.since(mark), &ends);
        self.scope_flows[scope.index()].end = end;
    }
}
