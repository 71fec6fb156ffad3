//! The visits of the pass that reads a file: which nodes bind, use and open what.
//!
//! In: nodes of a tree. Out: calls of the operations in [`super::reader`].

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Pattern, Stmt, TypeParam, WithItem};
use ruff_text_size::TextRange;

use super::reader::ScriptPass;
use super::script::{Access, BoundTo, CallResult, NameScopeKind, TextLiteral};
use super::shapes::{access, is_named, path_of};
use crate::facts::Name;

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
