//! Delegation: what a function does that does only one thing.
//!
//! In: the syntax of a function. Out: which of its expressions is all that it does. Docstrings, imports, warnings and
//! lines of a log do nothing here.

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

/// The place at which a function that does one thing evaluates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delegation {
    /// It returns it.
    Returned,
    /// Its only expression statement that does something.
    Evaluated,
}

/// Words that a name of a log has.
const LOGS: [&str; 2] = ["logger", "logging"];

/// Methods that write a line to a log.
const LOGGED: [&str; 8] = ["debug", "info", "warning", "warn", "error", "exception", "critical", "log"];

/// Returns the place at which a function evaluates the one thing that it does; none if it does more.
pub(super) fn delegation(function: &StmtFunctionDef) -> Option<Delegation> {
    // More than two statements are more than one thing.
    match work(function).take(3).collect::<Vec<_>>().as_slice() {
        [Stmt::Return(_)] => Some(Delegation::Returned),
        [Stmt::Expr(_)] => Some(Delegation::Evaluated),
        // What is named only to be returned.
        [Stmt::Assign(assign), Stmt::Return(returned)] => {
            let [Expr::Name(target)] = assign.targets.as_slice() else { return None };
            let same = matches!(returned.value.as_deref(), Some(Expr::Name(name)) if name.id == target.id);
            same.then_some(Delegation::Returned)
        }
        _ => None,
    }
}

/// Returns whether a function does nothing but perhaps give its first parameter back.
pub(super) fn is_idle(function: &StmtFunctionDef) -> bool {
    let receiver = function.parameters.iter_non_variadic_params().next().map(|it| it.name());
    work(function).all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(it) => it.value.is_ellipsis_literal_expr(),
        Stmt::Return(it) => match it.value.as_deref() {
            Some(Expr::Name(name)) => receiver.is_some_and(|receiver| receiver.id == name.id),
            _ => false,
        },
        _ => false,
    })
}

/// The statements of a body that do something.
fn work(function: &StmtFunctionDef) -> impl Iterator<Item = &Stmt> {
    let idle = |statement: &Stmt| match statement {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::Expr(it) => match &*it.value {
            Expr::StringLiteral(_) => true,
            Expr::Call(call) => is_notice(call),
            _ => false,
        },
        _ => false,
    };
    function.body.iter().filter(move |statement| !idle(statement))
}

/// Returns whether a call only tells somebody: `warnings.warn(...)`, `logger.info(...)`.
fn is_notice(call: &ExprCall) -> bool {
    let word = |expr: &Expr| match expr {
        Expr::Name(name) => Some(name.id.clone()),
        Expr::Attribute(attribute) => Some(attribute.attr.id.clone()),
        _ => None,
    };
    match &*call.func {
        Expr::Name(name) => name.id.as_str() == "warn",
        Expr::Attribute(attribute) => {
            let Some(object) = word(&attribute.value) else { return false };
            let (object, method) = (object.to_lowercase(), attribute.attr.as_str());
            object == "warnings" && method == "warn"
                || LOGS.iter().any(|log| object.contains(log)) && LOGGED.contains(&method)
        }
        _ => false,
    }
}
