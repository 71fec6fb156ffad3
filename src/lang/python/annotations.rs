//! Annotations: the types that they name, as expressions and as strings.
//!
//! In: an annotation. Out: the value that it denotes. What only says how something is held (`Optional[X]`, `Union[X, Y]`,
//! `ClassVar[X]`) stands for what is held. A string is looked at for the names of types alone: text is no place for rules,
//! so that it has no sites.

use ruff_python_ast::{Expr, ExprSubscript};
use ruff_text_size::{Ranged, TextRange};

use super::walker::{Context, OPAQUE, Walker};
use crate::facts::{Role, Value, ValueId};

/// Generics that stand for any of their arguments.
const ANY_OF: [&str; 2] = ["Optional", "Union"];

/// Generics that stand for their first argument.
const FIRST_OF: [&str; 8] =
    ["Annotated", "ClassVar", "Final", "InitVar", "Mapped", "NotRequired", "ReadOnly", "Required"];

/// Strings that are longer are no annotations that anyone reads.
const MOST_TEXT: usize = 400;

impl<'a> Walker<'a> {
    /// Evaluates an annotation; its names are references in the role of annotations.
    pub(super) fn annotation(&mut self, expr: &'a Expr) -> ValueId {
        let context = Context { role: Role::Annotation, ..self.context };
        self.within(context, |walker| walker.read(expr))
    }

    /// Returns the type that `Optional[X]` and its like stand for, in an annotation.
    pub(super) fn held_type(&mut self, subscript: &'a ExprSubscript, expr: &Expr) -> Option<ValueId> {
        if self.context.role != Role::Annotation {
            return None;
        }
        let generic = match &*subscript.value {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        let first = FIRST_OF.contains(&generic);
        if !first && !ANY_OF.contains(&generic) {
            return None;
        }
        self.read(&subscript.value);
        let parts: &'a [Expr] = match &*subscript.slice {
            Expr::Tuple(tuple) => &tuple.elts,
            one => std::slice::from_ref(one),
        };
        let mut values: Vec<ValueId> = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            let of_type = !first || at == 0;
            let context = Context { role: if of_type { Role::Annotation } else { Role::Value }, ..self.context };
            let value = self.within(context, |walker| walker.read(part));
            values.extend(of_type.then_some(value));
        }
        Some(self.alternatives(values, expr.range()))
    }

    /// The type that a string in an annotation names.
    pub(super) fn written_type(&mut self, text: &str, range: TextRange) -> ValueId {
        if text.len() > MOST_TEXT {
            return OPAQUE;
        }
        let mut rest = text;
        let value = self.type_in(&mut rest, range, 0);
        if rest.trim_start().is_empty() { value } else { OPAQUE }
    }

    /// `A | B` at the beginning of `rest`, which is moved past it.
    fn type_in(&mut self, rest: &mut &str, range: TextRange, depth: u32) -> ValueId {
        let mut values = vec![self.one_type(rest, range, depth)];
        while let Some(after) = rest.trim_start().strip_prefix('|') {
            *rest = after;
            values.push(self.one_type(rest, range, depth));
        }
        self.alternatives(values, range)
    }

    /// A dotted name with its type arguments.
    fn one_type(&mut self, rest: &mut &str, range: TextRange, depth: u32) -> ValueId {
        let path = dotted(rest);
        let Some((first, others)) = path.split_first() else { return OPAQUE };
        let generic = path.last().copied().unwrap_or_default();
        let Some(after) = rest.trim_start().strip_prefix('[').filter(|_| depth < 8) else {
            return self.named_type(first, others, range);
        };
        *rest = after;
        let mut values = Vec::new();
        loop {
            values.push(self.type_in(rest, range, depth + 1));
            match rest.trim_start().strip_prefix(',') {
                Some(after) => *rest = after,
                None => break,
            }
        }
        // What is no list of types is left over, and then nothing is known of the whole.
        if let Some(after) = rest.trim_start().strip_prefix(']') {
            *rest = after;
        }
        if FIRST_OF.contains(&generic) {
            return values.first().copied().unwrap_or(OPAQUE);
        }
        match ANY_OF.contains(&generic) {
            true => self.alternatives(values, range),
            false => self.named_type(first, others, range),
        }
    }

    fn named_type(&mut self, first: &str, others: &[&str], range: TextRange) -> ValueId {
        if first == "None" {
            return OPAQUE;
        }
        let mut value = self.name(first, range);
        for name in others {
            if value == OPAQUE {
                break;
            }
            let symbol = self.symbol(name);
            let name = self.symbols.name(symbol).clone();
            value = self.value(Value::Member { object: value, name }, range);
        }
        value
    }

    /// One of several types; those of which nothing is known say nothing.
    fn alternatives(&mut self, values: Vec<ValueId>, range: TextRange) -> ValueId {
        let mut known = values.into_iter().filter(|&value| value != OPAQUE);
        match (known.next(), known.next()) {
            (None, _) => OPAQUE,
            (Some(only), None) => only,
            (Some(first), Some(second)) => {
                let all = self.facts.choices.add([first, second].into_iter().chain(known));
                self.value(Value::AnyOf(all), range)
            }
        }
    }
}

/// The segments of the dotted name at the beginning of `rest`, which is moved past it; none if there is no such name.
fn dotted<'t>(rest: &mut &'t str) -> Vec<&'t str> {
    let mut path = Vec::new();
    loop {
        let text = rest.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) {
            return Vec::new();
        }
        path.push(name);
        *rest = after;
        match after.strip_prefix('.') {
            Some(more) => *rest = more,
            None => return path,
        }
    }
}
