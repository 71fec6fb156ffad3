//! The pass that makes a [`Script`] of a syntax tree.
//!
//! In: a tree with its tokens. Out: scopes, uses, imports, literals, calls. One visitor; what stands in which scope follows
//! the Python reference.

use std::sync::Arc;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprCall, Identifier, ModModule, Parameters, Stmt, StmtFunctionDef,
    StmtImportFrom, StmtTry, TypeParams,
};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};

use super::script::{
    Access, BoundName, BoundTo, CallResult, CallShape, CallSite, FromModule, Guard, ImportStatement, ImportedName,
    NameScope, NameScopeKind, NameUse, ScopeAt, Script, StatementBlock, span,
};
use super::shapes::{Declarations, bound_to, dotted, shape};
use crate::facts::Name;
use crate::source::FileId;

/// The state of the pass.
pub(super) struct ScriptPass<'a> {
    pub(super) script: Script,
    pub(super) parsed: &'a Parsed<ModModule>,
    pub(super) scope: ScopeAt,
    /// The statement list that is walked, and the index of the statement in it.
    pub(super) block: usize,
    pub(super) at: usize,
    pub(super) type_checking: bool,
    pub(super) annotation: bool,
    pub(super) guard: Option<Guard>,
    /// The fate of the next call that is visited.
    pub(super) result: Option<CallResult>,
    pub(super) awaited: bool,
    pub(super) docstring: bool,
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

    pub(super) fn body(&mut self, body: &'a [Stmt], parent: Option<(usize, usize)>) {
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

    pub(super) fn bind(&mut self, name: &str, range: TextRange, to: BoundTo) {
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

    pub(super) fn bind_identifier(&mut self, name: &Identifier, to: BoundTo) {
        self.bind(name.as_str(), name.range, to);
    }

    /// Walks what stands in a scope of its own.
    pub(super) fn within(&mut self, kind: NameScopeKind, range: TextRange, walk: impl FnOnce(&mut Self)) {
        let scope = NameScope::new(kind, Some(self.scope), range);
        let outer = std::mem::replace(&mut self.scope, self.script.scopes.len());
        self.script.scopes.push(scope);
        walk(self);
        self.scope = outer;
    }

    pub(super) fn function(&mut self, function: &'a StmtFunctionDef) {
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

    pub(super) fn defaults(&mut self, parameters: &'a Parameters) {
        parameters.iter_non_variadic_params().filter_map(|it| it.default.as_deref()).for_each(|it| self.visit_expr(it));
    }

    pub(super) fn annotations(&mut self, parameters: &'a Parameters) {
        parameters.iter().filter_map(|it| it.annotation()).for_each(|it| self.visit_annotation(it));
    }

    pub(super) fn parameters(&mut self, parameters: &'a Parameters) {
        parameters.iter().for_each(|it| self.bind_identifier(it.name(), BoundTo::Parameter));
    }

    /// Notes what a function declares to be `global` or `nonlocal`, before its statements bind names.
    pub(super) fn declare(&mut self, body: &'a [Stmt]) {
        let mut found = Declarations::default();
        found.visit_body(body);
        self.script.scopes[self.scope].globals = found.globals;
        self.script.scopes[self.scope].nonlocals = found.nonlocals;
    }

    pub(super) fn comprehension(&mut self, elements: &[&'a Expr], generators: &'a [Comprehension], range: TextRange) {
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

    pub(super) fn attempt(&mut self, attempt: &'a StmtTry) {
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

    pub(super) fn import_from(&mut self, import: &'a StmtImportFrom) {
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

    pub(super) fn import(&mut self, range: TextRange, from: Option<FromModule>, names: &'a [ruff_python_ast::Alias]) {
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
    pub(super) fn assign(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
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

    pub(super) fn note_exports(&mut self, name: &str, value: Option<&'a Expr>) {
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
    pub(super) fn note(
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

    pub(super) fn call(&mut self, call: &'a ExprCall, awaited: bool, result: Option<CallResult>) {
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
    pub(super) fn value(&mut self, value: &'a Expr, result: Option<CallResult>) {
        self.result = result;
        self.visit_expr(value);
        self.result = None;
    }

    pub(super) fn type_parameters(
        &mut self,
        range: TextRange,
        parameters: Option<&'a TypeParams>,
        walk: impl FnOnce(&mut Self),
    ) {
        match parameters {
            Some(parameters) => self.within(NameScopeKind::Expression, range, |pass| {
                pass.visit_type_params(parameters);
                walk(pass);
            }),
            None => walk(self),
        }
    }
}
