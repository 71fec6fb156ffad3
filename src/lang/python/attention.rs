//! Which bodies of functions are walked when only some can matter.
//!
//! In: a focus and, as the module's own code is walked, what that code binds. Out: the bodies without a word of the
//! focus and without a name of the module that such a word may have given a meaning, from which nothing flows out; they
//! are left out. Everything outside of functions is walked, and so is what stands in a function that is.
//!
//! A value in a body can denote a symbol only by a word that is written there, by a parameter, whose default and
//! annotation are written in the header, by a name of the module, or through the receiver of a class whose header has
//! such a word. A name of the module means something only by the statement that binds it. A body matters to others only
//! by what it returns or yields, by attributes that it assigns, and by names of other scopes that it binds.

use ruff_python_ast::{ExceptHandler, Expr, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::walker::{Body, Later, Walker, span};
use crate::facts::{DefinitionId, Name, ScopeId};
use crate::lang::Focus;
use crate::lang::focus::{Finder, changed_by_nfkc};
use crate::source::Span;

/// What is known while the module's own code is walked.
pub(super) struct Attention {
    /// Where words of the focus are.
    hits: Vec<u32>,
    /// Names that the module's code binds, with the statement.
    bound: Vec<(Name, Span)>,
    /// Headers of classes outside functions.
    classes: Vec<(DefinitionId, Span)>,
}

impl Attention {
    /// Attention to a text; none if names in it may be spelled in more than one way.
    pub(super) fn of(text: &str, focus: &Focus) -> Option<Self> {
        if changed_by_nfkc(text) {
            return None;
        }
        let hits = focus.hits(text).into_iter().map(super::symbols::index).collect();
        Some(Self { hits, bound: Vec::new(), classes: Vec::new() })
    }

    /// The module's own code binds a name.
    pub(super) fn bound(&mut self, name: Name, statement: Span) {
        self.bound.push((name, statement));
    }

    /// A class begins.
    pub(super) fn class(&mut self, id: DefinitionId, header: Span) {
        self.classes.push((id, header));
    }

    fn has_hit(&self, place: Span) -> bool {
        let from = self.hits.partition_point(|&at| at < place.start);
        self.hits.get(from).is_some_and(|&at| at < place.end)
    }

    /// Takes out the names and classes that the module's code gives a meaning by `place`s that matter.
    fn take(&mut self, matters: &dyn Fn(&Self, Span) -> bool, classes: &mut FxHashSet<DefinitionId>) -> Vec<Name> {
        let bound = std::mem::take(&mut self.bound);
        let (given, others): (Vec<_>, Vec<_>) = bound.into_iter().partition(|(_, place)| matters(self, *place));
        self.bound = others;
        let headers = std::mem::take(&mut self.classes);
        let (here, others): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(_, place)| matters(self, *place));
        self.classes = others;
        classes.extend(here.into_iter().map(|(id, _)| id));
        given.into_iter().map(|(name, _)| name).collect()
    }
}

impl<'a> Walker<'a> {
    /// Walks the bodies that were put off: all, or those that can matter.
    pub(super) fn run_bodies(&mut self) {
        // What a star import brings may be written under any name.
        let Some(mut attention) = self.attention.take().filter(|_| self.stars.is_empty()) else {
            return self.run_later();
        };
        let mut classes = FxHashSet::default();
        let mut names = attention.take(&Attention::has_hit, &mut classes);
        let mut waiting = std::mem::take(&mut self.later);
        let always = |later: &Later<'_>| match later.body {
            Body::Lambda(_) => true,
            Body::Function(function) => flows_out(&function.body),
        };
        names.extend(self.run_some(&mut waiting, |later| always(later) || attention.has_hit(place(later))));
        let mut known: FxHashSet<Name> = FxHashSet::default();
        let mut classes_before = 0;
        loop {
            let of_class = |later: &Later<'_>| later.context.class.is_some_and(|class| classes.contains(&class.id));
            names.extend(self.run_some(&mut waiting, of_class));
            names.retain(|name| known.insert(name.clone()));
            if waiting.is_empty() || names.is_empty() && classes.len() == classes_before {
                break;
            }
            classes_before = classes.len();
            let words: Vec<&str> = names.iter().map(Name::as_str).collect();
            let finder = Finder::for_once(&words);
            let text = self.text;
            let written = |place: Span| finder.as_ref().is_none_or(|it| it.find(place.of(text)).next().is_some());
            let mut fresh = attention.take(&|_, place| written(place), &mut classes);
            fresh.extend(self.run_some(&mut waiting, |later| written(place(later))));
            names = fresh;
        }
        self.facts.unread = waiting.iter().map(place).collect();
    }

    /// Walks those of the waiting bodies that are wanted, and those inside them; gives the names of the module that may
    /// mean more for that.
    fn run_some(&mut self, waiting: &mut Vec<Later<'a>>, wanted: impl Fn(&Later<'a>) -> bool) -> Vec<Name> {
        let mut names = Vec::new();
        for later in std::mem::take(waiting) {
            if !wanted(&later) {
                waiting.push(later);
                continue;
            }
            let (function, before) = (later.context.function, self.facts.bindings.len());
            self.run_body(later);
            self.run_later();
            let bound = self.facts.bindings.iter().skip(before).filter(|binding| binding.scope == ScopeId::MODULE);
            names.extend(bound.map(|binding| binding.name.clone()));
            let definition = function.map(|id| &self.facts.definitions[id.index()]);
            let gives = definition.filter(|it| it.scope == ScopeId::MODULE && !it.returns.is_empty());
            names.extend(gives.map(|it| it.name.clone()));
        }
        names
    }
}

/// Whether statements return what can denote something or assign an attribute, nested ones too.
fn flows_out(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Return(it) => it.value.as_deref().is_some_and(can_denote),
        Stmt::Assign(it) => it.targets.iter().any(is_attribute),
        Stmt::AnnAssign(it) => is_attribute(&it.target),
        Stmt::AugAssign(it) => is_attribute(&it.target),
        Stmt::For(it) => is_attribute(&it.target) || flows_out(&it.body) || flows_out(&it.orelse),
        Stmt::While(it) => flows_out(&it.body) || flows_out(&it.orelse),
        Stmt::If(it) => flows_out(&it.body) || it.elif_else_clauses.iter().any(|clause| flows_out(&clause.body)),
        Stmt::With(it) => {
            it.items.iter().any(|item| item.optional_vars.as_deref().is_some_and(is_attribute)) || flows_out(&it.body)
        }
        Stmt::Match(it) => it.cases.iter().any(|case| flows_out(&case.body)),
        Stmt::Try(it) => {
            let handled = |handler: &ExceptHandler| {
                let ExceptHandler::ExceptHandler(handler) = handler;
                flows_out(&handler.body)
            };
            flows_out(&it.body) || it.handlers.iter().any(handled) || flows_out(&it.orelse) || flows_out(&it.finalbody)
        }
        Stmt::FunctionDef(it) => flows_out(&it.body),
        Stmt::ClassDef(it) => flows_out(&it.body),
        Stmt::Delete(_)
        | Stmt::TypeAlias(_)
        | Stmt::Raise(_)
        | Stmt::Assert(_)
        | Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::Expr(_)
        | Stmt::Pass(_)
        | Stmt::Break(_)
        | Stmt::Continue(_) => false,
        Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::IpyEscapeCommand(_) => true,
    })
}

/// Whether an expression is one of those that can denote something; the walk makes nothing of the others.
fn can_denote(value: &Expr) -> bool {
    match value {
        Expr::Dict(_)
        | Expr::Set(_)
        | Expr::ListComp(_)
        | Expr::SetComp(_)
        | Expr::DictComp(_)
        | Expr::Generator(_)
        | Expr::Compare(_)
        | Expr::UnaryOp(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_)
        | Expr::BytesLiteral(_) => false,
        Expr::List(it) => it.elts.iter().any(can_denote),
        Expr::Tuple(it) => it.elts.iter().any(can_denote),
        Expr::BoolOp(it) => it.values.iter().any(can_denote),
        Expr::If(it) => can_denote(&it.body) || can_denote(&it.orelse),
        Expr::Await(it) => can_denote(&it.value),
        _ => true,
    }
}

/// Whether an assignment to this can be one to an attribute.
fn is_attribute(target: &Expr) -> bool {
    match target {
        Expr::Name(_) | Expr::Subscript(_) => false,
        Expr::Tuple(it) => it.elts.iter().any(is_attribute),
        Expr::List(it) => it.elts.iter().any(is_attribute),
        Expr::Starred(it) => is_attribute(&it.value),
        _ => true,
    }
}

/// Where a body stands, with the header of its function.
fn place(later: &Later<'_>) -> Span {
    match later.body {
        Body::Function(function) => span(function.range()),
        Body::Lambda(body) => span(body.range()),
    }
}
