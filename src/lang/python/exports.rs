//! `__all__`: what a module says that a star import takes.
//!
//! In: the statements of the module scope that speak of `__all__`. Out: the names, if all of it is literal; a list that
//! is partly computed counts as not given, so that a star import takes every public name.

use ruff_python_ast::{Expr, Operator};

use super::walker::Walker;
use crate::facts::{Name, ScopeId};

/// The exports that were stated so far.
#[derive(Debug, Default)]
pub(super) struct Exports {
    names: Option<Vec<Name>>,
    unknown: bool,
}

impl Exports {
    /// A part that cannot be read.
    pub(super) fn unknown(&mut self, scope: ScopeId) {
        self.unknown |= scope == ScopeId::MODULE;
    }

    /// The names in the order written, without duplicates.
    pub(super) fn finish(self) -> Option<Vec<Name>> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut names = self.names.filter(|_| !self.unknown)?;
        names.retain(|name| seen.insert(name.clone()));
        Some(names)
    }

    fn add(&mut self, names: Option<Vec<Name>>) {
        match names {
            Some(names) => self.names.get_or_insert_default().extend(names),
            None => self.unknown = true,
        }
    }
}

impl Walker<'_> {
    /// `__all__ = [...]`; true if it is one.
    pub(super) fn export_assign(&mut self, targets: &[Expr], value: &Expr) -> bool {
        if !targets.iter().any(is_all) || self.context.scope != ScopeId::MODULE {
            return false;
        }
        // Under a condition either list may count; otherwise the last one does.
        if self.depth <= 1 {
            self.exports = Exports::default();
        }
        self.exports.add(literal_names(value));
        true
    }

    /// `__all__ += [...]`; true if it is one.
    pub(super) fn export_add(&mut self, target: &Expr, value: &Expr) -> bool {
        let is_export = is_all(target) && self.context.scope == ScopeId::MODULE;
        if is_export {
            self.exports.add(literal_names(value));
        }
        is_export
    }

    /// `__all__.extend([...])`, `.append("x")`, `.remove("x")`.
    pub(super) fn export_call(&mut self, expr: &Expr) {
        let Expr::Call(call) = expr else { return };
        let Expr::Attribute(method) = &*call.func else { return };
        if !is_all(&method.value) || self.context.scope != ScopeId::MODULE {
            return;
        }
        let Some(argument) = call.arguments.args.first() else { return };
        match method.attr.as_str() {
            "extend" => self.exports.add(literal_names(argument)),
            "append" => self.exports.add(literal_name(argument).map(|name| vec![name])),
            "remove" => match (literal_name(argument), &mut self.exports.names) {
                (Some(name), Some(names)) => names.retain(|n| *n != name),
                _ => self.exports.unknown = true,
            },
            _ => self.exports.unknown = true,
        }
    }
}

fn is_all(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == "__all__")
}

fn literal_name(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::StringLiteral(literal) => Some(Name::new(literal.value.to_str())),
        _ => None,
    }
}

/// The names of a display or of displays joined by `+`, if all of it is literal.
fn literal_names(expr: &Expr) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match expr {
            Expr::List(list) => collect(&list.elts, &mut names)?,
            Expr::Tuple(tuple) => collect(&tuple.elts, &mut names)?,
            Expr::Set(set) => collect(&set.elts, &mut names)?,
            Expr::BinOp(sum) if sum.op == Operator::Add => rest.extend([&*sum.right, &*sum.left]),
            Expr::Starred(starred) => rest.push(&starred.value),
            _ => return None,
        }
    }
    Some(names)
}

fn collect(elements: &[Expr], names: &mut Vec<Name>) -> Option<()> {
    for element in elements {
        names.push(literal_name(element)?);
    }
    Some(())
}
