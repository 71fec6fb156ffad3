//! Written paths as values.
//!
//! In: paths of expressions, types, patterns and imports, as `syn` nodes or as bare words. Out: [`Value::Name`] and
//! [`Value::Member`] chains with their first segment looked up. Generic arguments are no part of a path's value.

use syn::{GenericArgument, Path, PathArguments, QSelf, Type};

use super::scopes::Sight;
use super::walker::Walker;
use crate::facts::{Anchor, Name, Namespaces, Reach, Value, ValueId};
use crate::lang::rust::macros::expand::CRATE;
use crate::lang::rust::prelude;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::{Segment, name_of};
use crate::source::Span;

/// Longer paths are not followed; none of them is real.
const LONGEST: usize = 64;

/// The way in which the first segment of a path is looked up.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The name spaces of the thing that the whole path is to denote.
    pub namespaces: Namespaces,
    /// The names that may be seen.
    pub sight: Sight,
    /// Bindings that do not count.
    pub but: std::ops::Range<u32>,
    /// A single segment that nothing in the file binds is a value all the same.
    pub keep_unbound: bool,
}

impl Lookup {
    /// An ordinary path that denotes something of these name spaces.
    #[must_use]
    pub fn of(namespaces: Namespaces) -> Self {
        Self { namespaces, sight: Sight::All, but: 0..0, keep_unbound: false }
    }
}

impl Walker<'_> {
    /// The value of a path; none if it is a local variable, a generic parameter or a single name that no binding, no glob of
    /// the file and no prelude can give a meaning.
    pub(super) fn path(&mut self, path: &Path, qself: Option<&QSelf>, namespaces: Namespaces) -> Option<ValueId> {
        let Some(qself) = qself else {
            if let Some(argument) = self.forwarded(path) {
                let start = self.map.start(path.segments.first()?.ident.span());
                let value = self.type_value(argument)?;
                return Some(self.members(value, start, path.segments.iter().skip(1)));
            }
            if path.leading_colon.is_none() && path.segments.len() == 1 {
                let (name, span) = self.segment(&path.segments[0]);
                if self.names.is_local(&name, namespaces) {
                    return None;
                }
                return self.segments(vec![(name, span)], false, &Lookup::of(namespaces));
            }
            let segments = path.segments.iter().map(|s| self.segment(s)).collect();
            return self.segments(segments, path.leading_colon.is_some(), &Lookup::of(namespaces));
        };
        let start = self.map.start(qself.lt_token.spans[0]);
        let value = self.type_value(&qself.ty)?;
        if self.is_of_own_trait(path, qself, value) {
            return None;
        }
        Some(self.members(value, start, path.segments.iter().skip(qself.position)))
    }

    /// `<T as Trait>::f` with a trait of the tree and a type of another crate: not the `f` of that crate.
    fn is_of_own_trait(&mut self, path: &Path, qself: &QSelf, ty: ValueId) -> bool {
        if qself.position == 0 || path.segments.len() != qself.position + 1 || !self.is_foreign(ty) {
            return false;
        }
        let segments = path.segments.iter().take(qself.position).cloned().collect();
        let of = Path { leading_colon: path.leading_colon, segments };
        self.path(&of, None, Namespaces::TYPE).is_some_and(|of| self.is_of_tree(of))
    }

    /// Members of a value, one after the other, in a path that begins at `start`.
    fn members<'s>(
        &mut self,
        value: ValueId,
        start: u32,
        segments: impl Iterator<Item = &'s syn::PathSegment>,
    ) -> ValueId {
        segments.fold(value, |value, segment| {
            let (name, place) = self.segment(segment);
            self.member(value, name, Span::new(start, place.end))
        })
    }

    /// The argument that a path's first segment means, if it is an alias of this file for one of its own parameters.
    fn forwarded<'s>(&mut self, path: &'s Path) -> Option<&'s Type> {
        let first = path.segments.first()?;
        let PathArguments::AngleBracketed(arguments) = &first.arguments else { return None };
        if self.forwards.is_empty() {
            return None;
        }
        let reach = self.names.lookup(self.scope, &name_of(&first.ident), Namespaces::TYPE, Sight::All, 0..0);
        let index = *self.forwards.get(reach.bindings(&self.names.facts).first()?)?;
        let mut types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        });
        types.nth(index)
    }

    fn segment(&self, segment: &syn::PathSegment) -> Segment {
        let (name, ident) = self.map.named(&segment.ident);
        let end = if segment.arguments.is_none() { ident.end } else { self.map.end(ends::segment_end(segment)) };
        (name, Span::new(ident.start, end))
    }

    /// The value of the type if it is a path.
    pub(super) fn type_value(&mut self, ty: &Type) -> Option<ValueId> {
        match ty {
            Type::Path(node) => self.path(&node.path, node.qself.as_ref(), Namespaces::TYPE),
            Type::Paren(node) => self.type_value(&node.elem),
            Type::Group(node) => self.type_value(&node.elem),
            Type::Macro(node) => self.type_made(&node.mac),
            _ => None,
        }
    }

    /// The value of a path given as its segments; `rooted` if it begins with `::`.
    pub(super) fn segments(&mut self, segments: Vec<Segment>, rooted: bool, lookup: &Lookup) -> Option<ValueId> {
        if segments.len() > LONGEST {
            return None;
        }
        let single = segments.len() == 1;
        let mut rest = segments.into_iter().peekable();
        let (first, mut place) = rest.next()?;
        let value = if rooted {
            place.start = self.colons_before(place.start);
            Value::module(Anchor::Absolute, vec![first]).at(self, place)
        } else {
            match first.as_str() {
                "self" if single && lookup.sight == Sight::All => return None,
                CRATE if let Some(&(file, _)) = self.expanding.last() => {
                    Value::module(Anchor::CrateOf(file), Vec::new()).at(self, place)
                }
                "crate" => Value::module(Anchor::Crate, Vec::new()).at(self, place),
                "self" | "super" => {
                    let mut ups = u32::from(first == "super");
                    let mut span = place;
                    while let Some((_, place)) = rest.next_if(|(name, _)| name == "super") {
                        ups += 1;
                        span = span.cover(place);
                    }
                    Value::module(Anchor::Module(ups), Vec::new()).at(self, span)
                }
                "Self" => Value::SelfType(self.implementation?).at(self, place),
                _ => {
                    let namespaces = if single { lookup.namespaces } else { Namespaces::TYPE };
                    if lookup.sight == Sight::All && self.names.is_local(&first, namespaces) {
                        return None;
                    }
                    let mut look = |of| self.names.lookup(self.scope, &first, of, lookup.sight, lookup.but.clone());
                    let mut reach = look(namespaces);
                    if namespaces == Namespaces::ALL && !reach.is_empty() {
                        // An import takes its name in every name space: a function does not hide a crate.
                        reach = reach.or_unbound(look(Namespaces::TYPE).unbound());
                    }
                    if single && !lookup.keep_unbound && reach == Reach::UNBOUND && !prelude::has(&first) {
                        return None;
                    }
                    Value::Name { name: first, reach }.at(self, place)
                }
            }
        };
        let mut object = value;
        for (name, segment) in rest {
            object = self.member(object, name, Span::new(place.start, segment.end));
        }
        Some(object)
    }

    /// Returns the start of the `::` before a path's first segment; all of a macro's text stands at one place.
    fn colons_before(&self, start: u32) -> u32 {
        if self.map.pinned.is_some() {
            return start;
        }
        let before = self.map.before(start).trim_end();
        u32::try_from(before.strip_suffix("::").map_or(2, |rest| self.map.before(start).len() - rest.len()))
            .map_or(start, |length| start.saturating_sub(length))
    }

    fn member(&mut self, object: ValueId, name: Name, span: Span) -> ValueId {
        Value::Member { object, name }.at(self, span)
    }
}

impl Value {
    fn at(self, walker: &mut Walker<'_>, span: Span) -> ValueId {
        walker.names.value(self, span, walker.scope)
    }
}
