//! Assignment targets: names, attributes of a receiver, tuples element by element.
//!
//! In: a target and what is assigned to it. Out: bindings, and sites for what the target itself reads.

use ruff_python_ast::{DictItem, Expr, ExprAttribute};
use ruff_text_size::Ranged;

use super::walker::{OPAQUE, Walker, span};
use crate::facts::{BindingId, DefinitionId, DefinitionKind, How, Role, ScopeId, ScopeKind, SiteKind, Target, ValueId};
use crate::source::Span;

/// Displays of more elements than this are data, not choices.
const MOST_ELEMENTS: usize = 32;

/// The thing that is assigned: one value, or a display whose elements go to the elements of the target, or to those with the
/// same keys.
pub(super) enum Assigned<'a> {
    One(Target),
    Each(Vec<Assigned<'a>>),
    Keyed(Vec<(&'a str, Assigned<'a>)>),
}

impl Assigned<'_> {
    /// Something of which nothing is known.
    pub(super) const OPAQUE: Self = Self::One(Target::Opaque);

    pub(super) fn whole(&self) -> Target {
        match self {
            Self::One(target) => *target,
            Self::Each(_) | Self::Keyed(_) => Target::Opaque,
        }
    }

    /// Returns what a display has under a key; the last one counts.
    pub(super) fn value_of(&self, key: &Expr) -> Option<&Self> {
        let (Self::Keyed(values), Expr::StringLiteral(key)) = (self, key) else { return None };
        values.iter().rev().find(|(known, _)| *known == key.value.to_str()).map(|(_, value)| value)
    }

    /// Returns what goes to one of several targets, of which one may take the rest.
    pub(super) fn element(&self, at: usize, targets: usize, star: Option<usize>) -> Option<&Self> {
        let Self::Each(values) = self else { return None };
        let star = star.unwrap_or(targets);
        let index = if at <= star { Some(at) } else { (values.len() + at).checked_sub(targets) };
        index.filter(|_| at != star).and_then(|at| values.get(at))
    }
}

/// The elements of displays that are all of one length, as in `[("a", A), ("b", B)]`.
fn rows(elements: &[Expr]) -> Option<Vec<&[Expr]>> {
    let rows: Option<Vec<&[Expr]>> = elements
        .iter()
        .map(|element| match element {
            Expr::Tuple(tuple) => Some(tuple.elts.as_slice()),
            Expr::List(list) => Some(list.elts.as_slice()),
            _ => None,
        })
        .collect();
    rows.filter(|rows| {
        let first = rows.first().map_or(0, |row| row.len());
        (1..=MOST_ELEMENTS).contains(&first)
            && rows.iter().all(|row| row.len() == first && !row.iter().any(Expr::is_starred_expr))
    })
}

impl<'a> Walker<'a> {
    /// Evaluates the right side of an assignment; displays are taken apart if a target can use that.
    pub(super) fn assigned(&mut self, value: &'a Expr, apart: bool) -> Assigned<'a> {
        let elements = match value {
            Expr::Tuple(tuple) if apart => &tuple.elts,
            Expr::List(list) if apart => &list.elts,
            _ => {
                let read = self.read(value);
                return Assigned::One(self.target_of(value, read));
            }
        };
        if elements.iter().any(Expr::is_starred_expr) || !self.descend(value.range()) {
            self.read(value);
            return Assigned::One(Target::Opaque);
        }
        let each = elements.iter().map(|element| self.assigned(element, true)).collect();
        self.ascend();
        Assigned::Each(each)
    }

    /// Evaluates the subject of a `match`: a display is taken apart, one with keys if all of them are texts.
    pub(super) fn matched(&mut self, subject: &'a Expr) -> Assigned<'a> {
        let Expr::Dict(display) = subject else { return self.assigned(subject, true) };
        let key_of = |item: &'a DictItem| match &item.key {
            Some(Expr::StringLiteral(key)) => Some(key.value.to_str()),
            _ => None,
        };
        let keys: Option<Vec<&str>> = display.items.iter().map(key_of).collect();
        let Some(keys) = keys.filter(|_| self.descend(subject.range())) else { return self.assigned(subject, true) };
        let value = |(key, item): (&'a str, &'a DictItem)| {
            self.read_all(&item.key);
            (key, self.assigned(&item.value, true))
        };
        let keyed = keys.into_iter().zip(&display.items).map(value).collect();
        self.ascend();
        Assigned::Keyed(keyed)
    }

    /// Evaluates the iterable of a loop and returns what each round assigns: any element of a display.
    pub(super) fn iterated(&mut self, iterable: &'a Expr) -> Assigned<'a> {
        let elements: &[Expr] = match iterable {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Set(set) => &set.elts,
            _ => &[],
        };
        if elements.is_empty() || elements.len() > MOST_ELEMENTS || elements.iter().any(Expr::is_starred_expr) {
            self.read(iterable);
            return Assigned::One(Target::Opaque);
        }
        if let Some(rows) = rows(elements) {
            let mut columns = vec![Vec::new(); rows[0].len()];
            for row in rows {
                for (column, element) in columns.iter_mut().zip(row) {
                    column.push(self.read(element));
                }
            }
            let each = columns.into_iter().map(|column| {
                let value = self.any_of(&column, iterable.range());
                Assigned::One(self.target_of(iterable, value))
            });
            return Assigned::Each(each.collect());
        }
        let values: Vec<ValueId> = elements.iter().map(|element| self.read(element)).collect();
        let value = self.any_of(&values, iterable.range());
        Assigned::One(self.target_of(iterable, value))
    }

    pub(super) fn assign_opaque(&mut self, target: &'a Expr, how: How) {
        self.assign(target, &Assigned::OPAQUE, how);
    }

    pub(super) fn assign(&mut self, target: &'a Expr, value: &Assigned<'_>, how: How) {
        if !self.descend(target.range()) {
            return;
        }
        match target {
            Expr::Name(name) => self.bind(&name.id, name.range, how, value.whole()),
            Expr::Attribute(attribute) => self.assign_attribute(attribute, value.whole(), how),
            Expr::Tuple(tuple) => self.assign_elements(&tuple.elts, value, how),
            Expr::List(list) => self.assign_elements(&list.elts, value, how),
            Expr::Starred(starred) => self.assign_opaque(&starred.value, how),
            Expr::Subscript(subscript) => {
                self.read(&subscript.value);
                self.read(&subscript.slice);
                if let Target::Value(value) = value.whole() {
                    self.fill(&subscript.value, value);
                }
            }
            _ => {
                self.read(target);
            }
        }
        self.ascend();
    }

    /// Records that a value goes into an attribute of the receiver, if `holder` is one.
    pub(super) fn fill(&mut self, holder: &Expr, value: ValueId) {
        let Expr::Attribute(attribute) = holder else { return };
        if let Some(class) = self.receiver_class(&attribute.value) {
            let symbol = self.symbol(&attribute.attr.id);
            let name = self.symbols.name(symbol).clone();
            self.facts.definitions[class.index()].filled.push((name, value));
        }
    }

    /// The class whose receiver `expr` is: `self`, `cls`, `type(self)` or `self.__class__`.
    fn receiver_class(&mut self, expr: &Expr) -> Option<DefinitionId> {
        let receiver = match expr {
            Expr::Call(call) if self.is_builtin(&call.func, "type") => call.arguments.args.first()?,
            Expr::Attribute(attribute) if attribute.attr.as_str() == "__class__" => &attribute.value,
            _ => expr,
        };
        self.receiver(receiver).map(|(class, _)| class)
    }

    fn assign_elements(&mut self, targets: &'a [Expr], value: &Assigned<'_>, how: How) {
        let star = targets.iter().position(Expr::is_starred_expr);
        for (at, target) in targets.iter().enumerate() {
            let element = value.element(at, targets.len(), star);
            self.assign(target, element.unwrap_or(&Assigned::OPAQUE), how);
        }
    }

    /// `object.name = value`: an attribute of the class if the object is the receiver of a method.
    pub(super) fn assign_attribute(&mut self, attribute: &'a ExprAttribute, target: Target, how: How) {
        self.read(&attribute.value);
        self.bind_attribute(attribute, target, how);
    }

    /// Records an attribute of the receiver; the object before the dot has been visited.
    pub(super) fn bind_attribute(&mut self, attribute: &ExprAttribute, target: Target, how: How) {
        let class = self.receiver_class(&attribute.value);
        let Some(class) = class.or_else(|| self.class_named(&attribute.value)) else { return };
        if attribute.attr.id.is_empty() {
            return;
        }
        self.attribute_of(class, &attribute.attr.id, span(attribute.range), how, target);
    }

    /// Records an attribute that is assigned to a receiver of a class.
    pub(super) fn attribute_of(&mut self, class: DefinitionId, name: &str, place: Span, how: How, target: Target) {
        let symbol = self.symbol(name);
        let scope = self.facts.definitions[class.index()].body.unwrap_or(self.context.scope);
        let binding = self.add_binding(symbol, scope, place, how, target);
        let name = self.symbols.name(symbol).clone();
        self.attributes.push((class, name, binding));
    }

    /// The class of this file that `expr`, if it is a name, means here.
    fn class_named(&mut self, expr: &Expr) -> Option<DefinitionId> {
        let binding = self.single_binding(expr)?;
        match self.facts.bindings.get(binding.index())?.target {
            Target::Definition(id) if self.facts.definitions[id.index()].kind == DefinitionKind::Class => Some(id),
            _ => None,
        }
    }

    /// `del` of one target: the name is gone, and what it meant is not used.
    pub(super) fn delete(&mut self, target: &'a Expr) {
        if !self.descend(target.range()) {
            return;
        }
        match target {
            Expr::Name(name) => {
                let role = std::mem::replace(&mut self.context.role, Role::Passive);
                self.read(target);
                self.context.role = role;
                self.unbind(&name.id);
            }
            Expr::Attribute(attribute) => {
                let object = self.chain(&attribute.value);
                let value = self.member(object, attribute);
                if value != OPAQUE {
                    self.site(SiteKind::Reference { value, role: Role::Passive }, span(attribute.range));
                }
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.delete(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.delete(element)),
            Expr::Subscript(subscript) => {
                self.read(&subscript.value);
                self.read(&subscript.slice);
            }
            _ => {
                self.read(target);
            }
        }
        self.ascend();
    }

    /// `target: annotation` without a value: no binding, but in a class body a member of that type.
    pub(super) fn declare_only(&mut self, target: &'a Expr, meaning: Target) {
        match target {
            Expr::Name(name) if self.symbols.kind(self.context.scope) == ScopeKind::Class => {
                let scope: ScopeId = self.context.scope;
                let symbol = self.symbol(&name.id);
                let binding: BindingId = self.add_binding(symbol, scope, span(name.range), How::Assignment, meaning);
                let name = self.symbols.name(symbol).clone();
                self.declared.push((scope, name, binding));
            }
            Expr::Name(_) => {}
            Expr::Attribute(attribute) => self.assign_attribute(attribute, meaning, How::Assignment),
            _ => {
                self.read(target);
            }
        }
    }
}
