//! The walk of statements that do not branch.
//!
//! In: a statement. Out: its bindings and sites; a terminator leaves an unreachable block behind it.

use ruff_python_ast::{Expr, Stmt, StmtAnnAssign, StmtAssign, StmtAugAssign};
use ruff_text_size::Ranged;

use super::targets::Assigned;
use super::walker::{Context, Jump, OPAQUE, Walker, span};
use crate::facts::{How, Role, ScopeKind, Target, Value};

impl<'a> Walker<'a> {
    pub(super) fn suite(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        if !self.descend(statement.range()) {
            return;
        }
        let saved = std::mem::replace(&mut self.context.statement, span(statement.range()));
        self.any_statement(statement);
        self.context.statement = saved;
        self.ascend();
    }

    fn any_statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(expression) => {
                // A docstring or other bare literal is no code.
                if !expression.value.is_string_literal_expr() {
                    self.export_call(&expression.value);
                    self.evaluated = self.read(&expression.value);
                }
            }
            Stmt::Assign(assign) => self.assignment(assign),
            Stmt::AnnAssign(assign) => self.annotated(assign),
            Stmt::AugAssign(assign) => self.augmented(assign),
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    let value = self.read(value);
                    if let Some(function) = self.context.function {
                        self.facts.definitions[function.index()].returns.push(value);
                    }
                }
                self.jump(Jump::Return);
            }
            Stmt::Raise(raise) => {
                self.read_all(raise.exc.as_deref());
                self.read_all(raise.cause.as_deref());
                self.block = self.flow.unreachable(self.block);
            }
            Stmt::Break(_) => self.jump(Jump::Break),
            Stmt::Continue(_) => self.jump(Jump::Continue),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.delete(target)),
            Stmt::Assert(assert) => {
                self.read(&assert.test);
                self.read_all(assert.msg.as_deref());
            }
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::If(_) | Stmt::While(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Try(_) | Stmt::Match(_) => {
                self.compound(statement);
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn assignment(&mut self, assign: &'a StmtAssign) {
        let role = self.context.role;
        if self.export_assign(&assign.targets, &assign.value) {
            self.context.role = Role::Passive;
        }
        let apart = assign.targets.iter().any(|target| target.is_tuple_expr() || target.is_list_expr());
        let value = self.assigned(&assign.value, apart);
        self.context.role = role;
        for target in &assign.targets {
            self.assign(target, &value, How::Assignment);
        }
    }

    fn augmented(&mut self, assign: &'a StmtAugAssign) {
        let role = self.context.role;
        if self.export_add(&assign.target, &assign.value) {
            self.context.role = Role::Passive;
        }
        self.read(&assign.target);
        self.read(&assign.value);
        self.context.role = role;
        match &*assign.target {
            Expr::Attribute(attribute) => self.bind_attribute(attribute, Target::Opaque, How::Assignment),
            Expr::Name(name) => self.bind(&name.id, name.range, How::Assignment, Target::Opaque),
            _ => {}
        }
    }

    fn annotated(&mut self, assign: &'a StmtAnnAssign) {
        if let Some(value) = &assign.value {
            let role = self.context.role;
            if self.export_assign(std::slice::from_ref(&assign.target), value) {
                self.context.role = Role::Passive;
            }
            let value = self.assigned(value, false);
            self.context.role = role;
            let annotation = self.annotation(&assign.annotation);
            // A field that begins as `None` is known by its type alone.
            let value = match value {
                Assigned::One(Target::Absent) if self.is_field(&assign.target) => {
                    Assigned::One(self.declared(annotation))
                }
                value => value,
            };
            self.assign(&assign.target, &value, How::Assignment);
            return;
        }
        let annotation = self.annotation(&assign.annotation);
        let meaning = self.instance_of(annotation);
        self.declare_only(&assign.target, meaning);
    }

    /// Returns whether a target is an attribute, or a name of a class.
    fn is_field(&self, target: &Expr) -> bool {
        let in_class = self.symbols.kind(self.context.scope) == ScopeKind::Class;
        target.is_attribute_expr() || in_class && target.is_name_expr()
    }

    /// Returns the target of a field that has no value yet.
    fn declared(&mut self, annotation: crate::facts::ValueId) -> Target {
        match self.instance_of(annotation) {
            Target::Opaque => Target::Absent,
            declared => declared,
        }
    }

    /// The target of a name that is declared to be of a type.
    pub(super) fn instance_of(&mut self, annotation: crate::facts::ValueId) -> Target {
        if annotation == OPAQUE {
            return Target::Opaque;
        }
        let place = self.facts.values[annotation.index()].span;
        Target::Value(self.value_at(Value::InstanceOf(annotation), place))
    }

    fn type_alias(&mut self, alias: &'a ruff_python_ast::StmtTypeAlias) {
        let scope = alias.type_params.as_deref().map(|list| self.type_parameters(list));
        let context = Context { scope: scope.unwrap_or(self.context.scope), ..self.context };
        let value = self.within(context, |walker| walker.annotation(&alias.value));
        let target = if value == OPAQUE { Target::Opaque } else { Target::Value(value) };
        self.assign(&alias.name, &Assigned::One(target), How::Assignment);
    }
}
