//! The pass that makes a [`Script`] of a syntax tree.
//!
//! In: a tree with its tokens. Out: scopes, uses, imports, literals, calls. One visitor; what stands in which scope follows
//! the Python reference.

use std::sync::Arc;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Arguments, Comprehension, ExceptHandler, Expr, ExprCall, ExprContext, Identifier, ModModule, Parameters, Pattern,
    Stmt, StmtFunctionDef, StmtImportFrom, StmtTry, TypeParam, TypeParams, WithItem,
};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::script::{
    Access, BoundName, BoundTo, CallResult, CallShape, CallSite, FromModule, Guard, ImportStatement, ImportedName,
    NameScope, NameScopeKind, NameUse, ScopeAt, Script, StatementBlock, TextLiteral, span,
};
use crate::facts::Name;
use crate::source::FileId;

/// The state of the pass.
pub(super) struct ScriptPass<'a> {
    script: Script,
    parsed: &'a Parsed<ModModule>,
    scope: ScopeAt,
    /// The statement list that is walked, and the index of the statement in it.
    block: usize,
    at: usize,
    type_checking: bool,
    annotation: bool,
    guard: Option<Guard>,
    /// What becomes of the next call that is visited.
    result: Option<CallResult>,
    awaited: bool,
    docstring: bool,
}

impl<'a> ScriptPass<'a> {
    /// Reads a tree.
    pub fn over(file: FileId, text: &Arc<str>, parsed: &'a Parsed<ModModule>) -> Script {
        let module = NameScope::new(NameScopeKind::Module, None, parsed.syntax().range);
        let comments = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
        let script = Script {
            file,
            text: Arc::clone(text),
            parsed: None,
            scopes: vec![module],
            uses: Vec::new(),
            imports: Vec::new(),
            literals: Vec::new(),
            blocks: Vec::new(),
            comments: comments.map(|token| span(token.range())).collect(),
            calls: Vec::new(),
            exports: None,
        };
        let mut pass = Self {
            script,
            parsed,
            scope: 0,
            block: 0,
            at: 0,
            type_checking: false,
            annotation: false,
            guard: None,
            result: None,
            awaited: false,
            docstring: true,
        };
        pass.body(&parsed.syntax().body, None);
        pass.script
    }

    fn body(&mut self, body: &'a [Stmt], parent: Option<(usize, usize)>) {
        let before = (self.block, self.at);
        self.block = self.script.blocks.len();
        self.script.blocks.push(StatementBlock { parent, length: body.len() });
        for (at, statement) in body.iter().enumerate() {
            self.at = at;
            self.visit_stmt(statement);
            self.docstring = false;
        }
        (self.block, self.at) = before;
    }

    fn bind(&mut self, name: &str, range: TextRange, to: BoundTo) {
        let scope = &self.script.scopes[self.scope];
        let global = scope.globals.iter().any(|it| it == name);
        let mut at = if global { 0 } else { self.scope };
        while scope.nonlocals.iter().any(|it| it == name) && at != 0 {
            at = self.script.scopes[at].parent.unwrap_or(0);
            let owner = &self.script.scopes[at];
            if owner.kind != NameScopeKind::Class && owner.bound.contains_key(name) {
                break;
            }
        }
        let bound = BoundName { range, to, type_checking: self.type_checking };
        self.script.scopes[at].bound.entry(Name::from(name)).or_default().push(bound);
    }

    fn bind_identifier(&mut self, name: &Identifier, to: BoundTo) {
        self.bind(name.as_str(), name.range, to);
    }

    /// Walks what stands in a scope of its own.
    fn within(&mut self, kind: NameScopeKind, range: TextRange, walk: impl FnOnce(&mut Self)) {
        let scope = NameScope::new(kind, Some(self.scope), range);
        let outer = std::mem::replace(&mut self.scope, self.script.scopes.len());
        self.script.scopes.push(scope);
        walk(self);
        self.scope = outer;
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        function.decorator_list.iter().for_each(|it| self.visit_decorator(it));
        self.bind_identifier(&function.name, BoundTo::Function { is_async: function.is_async });
        let range = TextRange::new(function.name.range.end(), function.range.end());
        let parent = (self.block, self.at);
        let (guard, docstring) = (self.guard.take(), self.docstring);
        let body = |pass: &mut Self| {
            pass.parameters(&function.parameters);
            pass.declare(&function.body);
            pass.docstring = true;
            pass.body(&function.body, Some(parent));
        };
        let kind = NameScopeKind::Function { is_async: function.is_async };
        self.defaults(&function.parameters);
        match &function.type_params {
            Some(parameters) => self.within(NameScopeKind::Expression, range, |pass| {
                pass.visit_type_params(parameters);
                pass.annotations(&function.parameters);
                function.returns.iter().for_each(|it| pass.visit_annotation(it));
                pass.within(kind, range, body);
            }),
            None => {
                self.annotations(&function.parameters);
                function.returns.iter().for_each(|it| self.visit_annotation(it));
                self.within(kind, range, body);
            }
        }
        (self.guard, self.docstring) = (guard, docstring);
    }

    fn defaults(&mut self, parameters: &'a Parameters) {
        parameters.iter_non_variadic_params().filter_map(|it| it.default.as_deref()).for_each(|it| self.visit_expr(it));
    }

    fn annotations(&mut self, parameters: &'a Parameters) {
        parameters.iter().filter_map(|it| it.annotation()).for_each(|it| self.visit_annotation(it));
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        parameters.iter().for_each(|it| self.bind_identifier(it.name(), BoundTo::Parameter));
    }

    /// Notes what a function declares to be `global` or `nonlocal`, before its statements bind names.
    fn declare(&mut self, body: &'a [Stmt]) {
        let mut found = Declarations::default();
        found.visit_body(body);
        self.script.scopes[self.scope].globals = found.globals;
        self.script.scopes[self.scope].nonlocals = found.nonlocals;
    }

    fn comprehension(&mut self, elements: &[&'a Expr], generators: &'a [Comprehension], range: TextRange) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(NameScopeKind::Expression, range, |pass| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    pass.visit_expr(&generator.iter);
                }
                pass.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|it| pass.visit_expr(it));
            }
            elements.iter().for_each(|it| pass.visit_expr(it));
        });
    }

    fn attempt(&mut self, attempt: &'a StmtTry) {
        let parent = Some((self.block, self.at));
        let before = self.guard;
        if !attempt.handlers.is_empty() {
            self.guard = Some(Guard::Body);
        }
        self.body(&attempt.body, parent);
        self.guard = Some(Guard::Handler);
        for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            handler.type_.iter().for_each(|it| self.visit_expr(it));
            handler.name.iter().for_each(|it| self.bind_identifier(it, BoundTo::Other));
            self.body(&handler.body, parent);
        }
        self.guard = before;
        self.body(&attempt.orelse, parent);
        self.body(&attempt.finalbody, parent);
    }

    fn import_from(&mut self, import: &'a StmtImportFrom) {
        let tokens = self.parsed.tokens().in_range(import.range);
        let start = tokens.iter().position(|token| token.kind() == TokenKind::From).map_or(0, |at| at + 1);
        let end = tokens.iter().skip(start).position(|token| token.kind() == TokenKind::Import);
        let named: Vec<TextRange> = tokens[start..start + end.unwrap_or(0)]
            .iter()
            .filter(|token| !matches!(token.kind(), TokenKind::NonLogicalNewline | TokenKind::Comment))
            .map(|token| token.range())
            .collect();
        let range = match (named.first(), named.last()) {
            (Some(first), Some(last)) => TextRange::new(first.start(), last.end()),
            _ => import.range,
        };
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        self.import(import.range, Some(FromModule { level: import.level, path: dotted(module), range }), &import.names);
    }

    fn import(&mut self, range: TextRange, from: Option<FromModule>, names: &'a [ruff_python_ast::Alias]) {
        let statement = self.script.imports.len();
        let is_from = from.is_some();
        let names: Vec<ImportedName> = names
            .iter()
            .map(|alias| ImportedName {
                range: alias.range,
                path: dotted(alias.name.as_str()),
                path_range: alias.name.range,
                asname: alias.asname.as_ref().map(|name| Name::from(name.as_str())),
                star: alias.name.as_str() == "*",
            })
            .collect();
        for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.star) {
            let bound = name.bound(is_from).clone();
            self.bind(&bound, name.range, BoundTo::Import(statement, at));
        }
        let statement = ImportStatement {
            range,
            scope: self.scope,
            from,
            names,
            block: self.block,
            at: self.at,
            type_checking: self.type_checking,
            guard: self.guard,
        };
        self.script.imports.push(statement);
    }

    /// Notes an assignment to names: what they are bound to.
    fn assign(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        match target {
            Expr::Name(name) => {
                let to = value.map_or(BoundTo::Other, bound_to);
                self.note_exports(name.id.as_str(), value);
                self.bind(name.id.as_str(), name.range, to);
                self.note(target, Access::Written, None, false, false);
            }
            _ => self.visit_expr(target),
        }
    }

    fn note_exports(&mut self, name: &str, value: Option<&'a Expr>) {
        if name != "__all__" || self.scope != 0 {
            return;
        }
        let elements: &[Expr] = match value {
            Some(Expr::List(list)) => &list.elts,
            Some(Expr::Tuple(tuple)) => &tuple.elts,
            _ => &[],
        };
        let names = elements.iter().filter_map(|it| match it {
            Expr::StringLiteral(literal) => Some(Name::from(literal.value.to_str())),
            _ => None,
        });
        self.script.exports.get_or_insert_default().extend(names);
    }

    /// Notes a path that begins with a name; tells whether it is one.
    fn note(
        &mut self,
        expression: &'a Expr,
        access: Access,
        call: Option<CallShape>,
        awaited: bool,
        entered: bool,
    ) -> bool {
        let mut members = Vec::new();
        let mut at = expression;
        let name = loop {
            match at {
                Expr::Attribute(attribute) => {
                    members.push((Name::from(attribute.attr.as_str()), attribute.attr.range));
                    at = &attribute.value;
                }
                Expr::Name(name) => break name,
                _ => return false,
            }
        };
        members.reverse();
        let own = if members.is_empty() { access } else { Access::Read };
        self.script.uses.push(NameUse {
            name: Name::from(name.id.as_str()),
            range: name.range,
            scope: self.scope,
            access: own,
            members,
            member_access: access,
            call,
            awaited,
            entered,
        });
        true
    }

    fn call(&mut self, call: &'a ExprCall, awaited: bool, result: Option<CallResult>) {
        let shape = shape(call.range(), &call.arguments);
        let entered = matches!(result, Some(CallResult::Entered));
        let positional = call.arguments.args.iter().map(|it| (None, it.range()));
        let named =
            |it: &'a ruff_python_ast::Keyword| (it.arg.as_ref().map(|name| Name::from(name.as_str())), it.range);
        self.script.calls.push(CallSite {
            range: call.range(),
            shape: shape.clone(),
            arguments: positional.chain(call.arguments.keywords.iter().map(named)).collect(),
            scope: self.scope,
            result: result.unwrap_or(CallResult::Given),
            awaited,
        });
        if !self.note(&call.func, Access::Read, Some(shape.clone()), awaited, entered) {
            if let Expr::Attribute(member) = &*call.func
                && let Expr::Call(inner) = &*member.value
            {
                let result = CallResult::Member(Name::from(member.attr.as_str()), Some(shape), awaited);
                self.call(inner, false, Some(result));
            } else {
                self.visit_expr(&call.func);
            }
        }
        self.visit_arguments(&call.arguments);
    }

    /// Visits what is assigned, with what it is assigned to.
    fn value(&mut self, value: &'a Expr, result: Option<CallResult>) {
        self.result = result;
        self.visit_expr(value);
        self.result = None;
    }

    fn type_parameters(&mut self, range: TextRange, parameters: Option<&'a TypeParams>, walk: impl FnOnce(&mut Self)) {
        match parameters {
            Some(parameters) => self.within(NameScopeKind::Expression, range, |pass| {
                pass.visit_type_params(parameters);
                walk(pass);
            }),
            None => walk(self),
        }
    }
}

impl<'a> Visitor<'a> for ScriptPass<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.body(body, Some((self.block, self.at)));
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|it| self.visit_decorator(it));
                self.bind_identifier(&class.name, BoundTo::Class);
                let range = TextRange::new(class.name.range.end(), class.range.end());
                let parent = (self.block, self.at);
                let docstring = self.docstring;
                self.type_parameters(range, class.type_params.as_deref(), |pass| {
                    class.arguments.iter().for_each(|it| pass.visit_arguments(it));
                    pass.within(NameScopeKind::Class, range, |pass| {
                        pass.docstring = true;
                        pass.body(&class.body, Some(parent));
                    });
                });
                self.docstring = docstring;
            }
            Stmt::Assign(assign) => {
                let result = match assign.targets.as_slice() {
                    [Expr::Name(name)] => Some(CallResult::Named(Name::from(name.id.as_str()))),
                    [target @ Expr::Attribute(_)] => path_of(target).map(CallResult::Attribute),
                    _ => None,
                };
                self.value(&assign.value, result);
                assign.targets.iter().for_each(|target| self.assign(target, Some(&assign.value)));
            }
            Stmt::AnnAssign(assign) => {
                let result = match &*assign.target {
                    Expr::Name(name) => Some(CallResult::Named(Name::from(name.id.as_str()))),
                    target @ Expr::Attribute(_) => path_of(target).map(CallResult::Attribute),
                    _ => None,
                };
                assign.value.iter().for_each(|value| self.value(value, result.clone()));
                self.visit_annotation(&assign.annotation);
                self.assign(&assign.target, assign.value.as_deref());
            }
            Stmt::AugAssign(assign) => {
                if is_named(&assign.target, "__all__") {
                    self.note_exports("__all__", Some(&assign.value));
                }
                self.visit_expr(&assign.value);
                self.note(&assign.target, Access::Read, None, false, false);
                self.assign(&assign.target, None);
            }
            Stmt::If(branch) => {
                let parent = Some((self.block, self.at));
                self.visit_expr(&branch.test);
                let before = self.type_checking;
                self.type_checking |=
                    path_of(&branch.test).is_some_and(|path| path.last().is_some_and(|it| it == "TYPE_CHECKING"));
                self.body(&branch.body, parent);
                self.type_checking = before;
                for clause in &branch.elif_else_clauses {
                    clause.test.iter().for_each(|it| self.visit_expr(it));
                    self.body(&clause.body, parent);
                }
            }
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::Import(import) => self.import(import.range, None, &import.names),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::TypeAlias(alias) => {
                self.type_parameters(alias.range, alias.type_params.as_deref(), |pass| {
                    pass.visit_annotation(&alias.value)
                });
                self.assign(&alias.name, None);
            }
            Stmt::Expr(expression) if self.docstring => {
                if let Expr::StringLiteral(literal) = &*expression.value {
                    let range = literal.range;
                    let value = literal.value.to_str().to_owned();
                    self.script.literals.push(TextLiteral {
                        range,
                        value,
                        docstring: true,
                        annotation: false,
                        single: false,
                    });
                } else {
                    self.visit_expr(&expression.value);
                }
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, expression: &'a Expr) {
        let before = std::mem::replace(&mut self.annotation, true);
        self.visit_expr(expression);
        self.annotation = before;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let (result, awaited) = (self.result.take(), std::mem::take(&mut self.awaited));
        match expression {
            Expr::Name(name) => {
                let access = access(name.ctx);
                if access == Access::Written {
                    self.bind(name.id.as_str(), name.range, BoundTo::Other);
                }
                self.note(expression, access, None, awaited, false);
            }
            Expr::Attribute(attribute) => {
                if !self.note(expression, access(attribute.ctx), None, awaited, false) {
                    if let Expr::Call(call) = &*attribute.value {
                        let member = CallResult::Member(Name::from(attribute.attr.as_str()), None, false);
                        self.call(call, false, Some(member));
                    } else {
                        self.visit_expr(&attribute.value);
                    }
                }
            }
            Expr::Call(call) => self.call(call, awaited, result),
            Expr::Await(inner) => {
                (self.awaited, self.result) = (true, result);
                self.visit_expr(&inner.value);
                self.awaited = false;
            }
            Expr::Named(named) => {
                let target = match &*named.target {
                    Expr::Name(name) => Some(CallResult::Named(Name::from(name.id.as_str()))),
                    _ => None,
                };
                self.value(&named.value, target);
                self.visit_expr(&named.target);
            }
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|it| self.defaults(it));
                self.within(NameScopeKind::Expression, lambda.range, |pass| {
                    lambda.parameters.iter().for_each(|it| pass.parameters(it));
                    pass.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(it) => self.comprehension(&[&it.elt], &it.generators, it.range),
            Expr::SetComp(it) => self.comprehension(&[&it.elt], &it.generators, it.range),
            Expr::Generator(it) => self.comprehension(&[&it.elt], &it.generators, it.range),
            Expr::DictComp(it) => {
                let elements: Vec<&Expr> = it.key.as_deref().into_iter().chain([&*it.value]).collect();
                self.comprehension(&elements, &it.generators, it.range);
            }
            Expr::StringLiteral(literal) => {
                let single = !literal.value.is_implicit_concatenated();
                let value = literal.value.to_str().to_owned();
                let annotation = self.annotation;
                self.script.literals.push(TextLiteral {
                    range: literal.range,
                    value,
                    docstring: false,
                    annotation,
                    single,
                });
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_with_item(&mut self, item: &'a WithItem) {
        match &item.context_expr {
            Expr::Call(call) => self.call(call, false, Some(CallResult::Entered)),
            other => {
                if !self.note(other, Access::Read, None, false, true) {
                    self.visit_expr(other);
                }
            }
        }
        item.optional_vars.iter().for_each(|it| self.visit_expr(it));
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        self.bind_identifier(parameter.name(), BoundTo::Other);
        visitor::walk_type_param(self, parameter);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(it) => it.name.as_ref(),
            Pattern::MatchStar(it) => it.name.as_ref(),
            Pattern::MatchMapping(it) => it.rest.as_ref(),
            _ => None,
        };
        name.into_iter().for_each(|it| self.bind_identifier(it, BoundTo::Other));
        visitor::walk_pattern(self, pattern);
    }
}

/// What a function declares about names, outside of the functions and classes in it.
#[derive(Default)]
struct Declarations {
    globals: Vec<Name>,
    nonlocals: Vec<Name>,
}

impl<'a> Visitor<'a> for Declarations {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Global(it) => self.globals.extend(it.names.iter().map(|name| Name::from(name.as_str()))),
            Stmt::Nonlocal(it) => self.nonlocals.extend(it.names.iter().map(|name| Name::from(name.as_str()))),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _expression: &'a Expr) {}
}

impl NameScope {
    fn new(kind: NameScopeKind, parent: Option<ScopeAt>, range: TextRange) -> Self {
        Self { kind, parent, range, globals: Vec::new(), nonlocals: Vec::new(), bound: FxHashMap::default() }
    }
}

fn access(context: ExprContext) -> Access {
    match context {
        ExprContext::Store => Access::Written,
        ExprContext::Del => Access::Deleted,
        ExprContext::Load | ExprContext::Invalid => Access::Read,
    }
}

fn shape(range: TextRange, arguments: &Arguments) -> CallShape {
    let spread =
        arguments.args.iter().any(Expr::is_starred_expr) || arguments.keywords.iter().any(|it| it.arg.is_none());
    let keywords = arguments.keywords.iter().filter_map(|it| it.arg.as_ref()).map(|it| Name::from(it.as_str()));
    CallShape { range, positional: arguments.args.len(), keywords: keywords.collect(), spread }
}

fn is_named(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Name(it) if it.id.as_str() == name)
}

/// Returns what a value binds its name to.
fn bound_to(value: &Expr) -> BoundTo {
    match value {
        Expr::NoneLiteral(_) => BoundTo::Nothing,
        Expr::Call(call) => path_of(&call.func).map_or(BoundTo::Other, BoundTo::Called),
        Expr::Await(inner) => bound_to(&inner.value),
        other => path_of(other).map_or(BoundTo::Other, BoundTo::Path),
    }
}

/// Returns the segments of a name or of members of one.
pub(super) fn path_of(expression: &Expr) -> Option<Vec<Name>> {
    let mut path = Vec::new();
    let mut at = expression;
    loop {
        match at {
            Expr::Attribute(attribute) => {
                path.push(Name::from(attribute.attr.as_str()));
                at = &attribute.value;
            }
            Expr::Name(name) => {
                path.push(Name::from(name.id.as_str()));
                path.reverse();
                return Some(path);
            }
            _ => return None,
        }
    }
}

fn dotted(path: &str) -> Vec<Name> {
    path.split('.').map(str::trim).filter(|segment| !segment.is_empty()).map(Name::from).collect()
}
