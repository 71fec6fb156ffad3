//! Single nodes: what expressions and statements say to the pass that reads a file.
//!
//! In: nodes of a tree. Out: paths, accesses, shapes of calls, declarations of names.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Arguments, Expr, ExprContext, Stmt};
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::script::{Access, BoundTo, CallShape, NameScope, NameScopeKind, ScopeAt};
use crate::facts::Name;

/// Declarations of a function about names, outside of the functions and classes in it.
#[derive(Default)]
pub(super) struct Declarations {
    pub globals: Vec<Name>,
    pub nonlocals: Vec<Name>,
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
    pub fn new(kind: NameScopeKind, parent: Option<ScopeAt>, range: TextRange) -> Self {
        Self { kind, parent, range, globals: Vec::new(), nonlocals: Vec::new(), bound: FxHashMap::default() }
    }
}

pub(super) fn access(context: ExprContext) -> Access {
    match context {
        ExprContext::Store => Access::Written,
        ExprContext::Del => Access::Deleted,
        ExprContext::Load | ExprContext::Invalid => Access::Read,
    }
}

pub(super) fn shape(range: TextRange, arguments: &Arguments) -> CallShape {
    let spread =
        arguments.args.iter().any(Expr::is_starred_expr) || arguments.keywords.iter().any(|it| it.arg.is_none());
    let keywords = arguments.keywords.iter().filter_map(|it| it.arg.as_ref()).map(|it| Name::from(it.as_str()));
    CallShape { range, positional: arguments.args.len(), keywords: keywords.collect(), spread }
}

pub(super) fn is_named(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Name(it) if it.id.as_str() == name)
}

/// Returns what a value binds its name to.
pub(super) fn bound_to(value: &Expr) -> BoundTo {
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

pub(super) fn dotted(path: &str) -> Vec<Name> {
    path.split('.').map(str::trim).filter(|segment| !segment.is_empty()).map(Name::from).collect()
}
