//! The names that a scope owns: a first look at a body, before it is walked.
//!
//! In: the statements of one scope. Out: declarations in [`super::symbols`]. A name that is bound anywhere in a function
//! is local to all of it (Python reference 4.2.1), so this cannot wait until the binding is met.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Identifier, Parameters, Pattern, Stmt};
use ruff_text_size::Ranged;

use super::walker::Walker;
use crate::facts::ScopeId;

impl<'a> Walker<'a> {
    /// Declares what the body of `scope` binds.
    pub(super) fn declare_locals(&mut self, scope: ScopeId, body: &'a [Stmt]) {
        self.declare_body(scope, body);
        if self.has_walrus {
            let mut walruses = Walruses::default();
            walruses.visit_body(body);
            self.declare_names(scope, &walruses.names);
        }
    }

    /// Declares what walruses in an expression bind.
    pub(super) fn declare_walruses(&mut self, scope: ScopeId, expr: &'a Expr) {
        if self.has_walrus {
            let mut walruses = Walruses::default();
            walruses.visit_expr(expr);
            self.declare_names(scope, &walruses.names);
        }
    }

    fn declare_names(&mut self, scope: ScopeId, names: &[&str]) {
        for name in names {
            self.declare(scope, name);
        }
    }

    fn declare(&mut self, scope: ScopeId, name: &str) {
        if !name.is_empty() {
            let symbol = self.symbol(name);
            self.symbols.declare(scope, symbol);
        }
    }

    fn declare_identifier(&mut self, scope: ScopeId, name: Option<&'a Identifier>) {
        if let Some(name) = name {
            self.declare(scope, &name.id);
        }
    }

    fn declare_body(&mut self, scope: ScopeId, body: &'a [Stmt]) {
        for statement in body {
            self.declare_statement(scope, statement);
        }
    }

    fn declare_statement(&mut self, scope: ScopeId, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.declare(scope, &function.name.id),
            Stmt::ClassDef(class) => self.declare(scope, &class.name.id),
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.declare_targets(scope, target)),
            Stmt::AugAssign(assign) => self.declare_targets(scope, &assign.target),
            Stmt::AnnAssign(assign) => self.declare_targets(scope, &assign.target),
            Stmt::TypeAlias(alias) => self.declare_targets(scope, &alias.name),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.declare_targets(scope, target)),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.declare(scope, bound.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    match alias.name.as_str() {
                        "*" => self.symbols.open_module |= scope == ScopeId::MODULE,
                        _ => self.declare(scope, &alias.asname.as_ref().unwrap_or(&alias.name).id),
                    }
                }
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    let symbol = self.symbol(&name.id);
                    self.symbols.declare_global(scope, symbol);
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    let symbol = self.symbol(&name.id);
                    self.symbols.declare_nonlocal(scope, symbol);
                }
            }
            _ => self.declare_compound(scope, statement),
        }
    }

    fn declare_compound(&mut self, scope: ScopeId, statement: &'a Stmt) {
        if !self.descend(statement.range()) {
            return;
        }
        match statement {
            Stmt::If(conditional) => {
                self.declare_body(scope, &conditional.body);
                conditional.elif_else_clauses.iter().for_each(|clause| self.declare_body(scope, &clause.body));
            }
            Stmt::While(looped) => {
                self.declare_body(scope, &looped.body);
                self.declare_body(scope, &looped.orelse);
            }
            Stmt::For(looped) => {
                self.declare_targets(scope, &looped.target);
                self.declare_body(scope, &looped.body);
                self.declare_body(scope, &looped.orelse);
            }
            Stmt::With(with) => {
                for target in with.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    self.declare_targets(scope, target);
                }
                self.declare_body(scope, &with.body);
            }
            Stmt::Try(attempt) => {
                self.declare_body(scope, &attempt.body);
                for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    self.declare_identifier(scope, handler.name.as_ref());
                    self.declare_body(scope, &handler.body);
                }
                self.declare_body(scope, &attempt.orelse);
                self.declare_body(scope, &attempt.finalbody);
            }
            Stmt::Match(matched) => {
                for case in &matched.cases {
                    self.declare_pattern(scope, &case.pattern);
                    self.declare_body(scope, &case.body);
                }
            }
            _ => {}
        }
        self.ascend();
    }

    /// Declares the names of an assignment target.
    pub(super) fn declare_targets(&mut self, scope: ScopeId, target: &'a Expr) {
        if !self.descend(target.range()) {
            return;
        }
        match target {
            Expr::Name(name) => self.declare(scope, &name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.declare_targets(scope, element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.declare_targets(scope, element)),
            Expr::Starred(starred) => self.declare_targets(scope, &starred.value),
            _ => {}
        }
        self.ascend();
    }

    fn declare_pattern(&mut self, scope: ScopeId, pattern: &'a Pattern) {
        if !self.descend(pattern.range()) {
            return;
        }
        let mut inner = |patterns: &'a [Pattern]| patterns.iter().for_each(|each| self.declare_pattern(scope, each));
        match pattern {
            Pattern::MatchSequence(sequence) => inner(&sequence.patterns),
            Pattern::MatchOr(either) => inner(&either.patterns),
            Pattern::MatchMapping(mapping) => {
                inner(&mapping.patterns);
                self.declare_identifier(scope, mapping.rest.as_ref());
            }
            Pattern::MatchClass(class) => {
                inner(&class.arguments.patterns);
                class.arguments.keywords.iter().for_each(|keyword| self.declare_pattern(scope, &keyword.pattern));
            }
            Pattern::MatchStar(star) => self.declare_identifier(scope, star.name.as_ref()),
            Pattern::MatchAs(bound) => {
                if let Some(pattern) = &bound.pattern {
                    self.declare_pattern(scope, pattern);
                }
                self.declare_identifier(scope, bound.name.as_ref());
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        }
        self.ascend();
    }

    /// Declares what functions anywhere in the file bind in the module by `global`, so that the module knows it.
    pub(super) fn declare_globals(&mut self, body: &'a [Stmt]) {
        if memchr::memmem::find(self.text.as_bytes(), b"global ").is_none() {
            return;
        }
        let mut globals = Globals::default();
        globals.visit_body(body);
        self.declare_names(ScopeId::MODULE, &globals.names);
    }
}

/// Names bound by `:=` in a scope, comprehensions included.
#[derive(Default)]
struct Walruses<'a> {
    names: Vec<&'a str>,
}

impl<'a> Visitor<'a> for Walruses<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                self.defaults(&function.parameters);
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => lambda.parameters.iter().for_each(|parameters| self.defaults(parameters)),
            Expr::Named(named) => {
                if let Expr::Name(name) = &*named.target {
                    self.names.push(&name.id);
                }
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl<'a> Walruses<'a> {
    fn defaults(&mut self, parameters: &'a Parameters) {
        for default in parameters.iter_non_variadic_params().filter_map(|each| each.default.as_deref()) {
            self.visit_expr(default);
        }
    }
}

/// Names declared `global` anywhere.
#[derive(Default)]
struct Globals<'a> {
    names: Vec<&'a str>,
}

impl<'a> Visitor<'a> for Globals<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Global(global) = stmt {
            self.names.extend(global.names.iter().map(|name| name.id.as_str()));
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}
