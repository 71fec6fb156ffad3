//! The macro of the tree that a call means.
//!
//! In: a call, as `syn` node or among tokens. Out: the definitions that it can mean: by the text before it, else by the
//! names that the file binds, of which the layout knows where they lead. What they make of the call is left to
//! [`super::invocations`].

use syn::Macro;

use super::paths::Lookup;
use super::walker::Walker;
use crate::facts::{Anchor, Name, Namespaces, Target, Value, ValueId};
use crate::lang::rust::layout::macro_scope::{Root, Way};
use crate::lang::rust::macros::definition::MacroDef;
use crate::lang::rust::syntax::ident::{Segment, name_of};
use crate::lang::rust::syntax::span_map::TokenKey;
use crate::source::Span;

/// Macros are followed through the bodies of others as deep as the compiler follows them by default.
const LEVELS: usize = 128;
/// So many levels are followed in every call.
pub(super) const ALWAYS: usize = 2;
/// In one file no more calls than this are followed below them: bodies that call two others each would double them at every
/// level.
const MOST_CALLS: u32 = 4_096;

/// Macros of the standard library; a call of them says nothing about macros of the tree unless the file binds the name.
const STANDARD: [&str; 34] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include",
    "include_bytes",
    "include_str",
    "line",
    "macro_rules",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
];

/// A call that may be of a macro of the tree.
pub struct Call {
    /// The delimiter of its arguments.
    pub key: TokenKey,
    path: Vec<Segment>,
    rooted: bool,
    /// Its arguments in the file.
    pub arguments: Span,
    /// Its arguments where they do not stand in the file, but in what a macro made.
    pub given: Option<String>,
}

impl Call {
    /// Its path.
    pub fn place(&self) -> Span {
        match (self.path.first(), self.path.last()) {
            (Some((_, first)), Some((_, last))) => first.cover(*last),
            _ => Span::default(),
        }
    }
}

impl Walker<'_> {
    /// Returns whether the tree may define the macro, and the call is followed.
    pub(super) fn is_followable(&self, node: &Macro) -> bool {
        let last = node.path.segments.last();
        last.is_some_and(|last| self.is_followed(&name_of(&last.ident), node.path.segments.len()))
    }

    /// The call, if the tree may define the macro.
    pub(super) fn followable(&self, node: &Macro) -> Option<Call> {
        if !self.is_followable(node) {
            return None;
        }
        let segment = |s: &syn::PathSegment| self.map.named(&s.ident);
        Some(Call {
            key: self.map.key(node.delimiter.span().open()),
            path: node.path.segments.iter().map(segment).collect(),
            rooted: node.path.leading_colon.is_some(),
            arguments: self.arguments(node),
            given: self.map.pinned.map(|_| node.tokens.to_string()),
        })
    }

    /// The same for a call among tokens of the file.
    pub(super) fn scanned_call(&self, path: Vec<Segment>, rooted: bool, arguments: Span) -> Option<Call> {
        let followed = path.last().is_some_and(|(name, _)| self.is_followed(name, path.len()));
        let followed = followed && self.map.pinned.is_none();
        followed.then_some(Call { key: TokenKey::default(), path, rooted, arguments, given: None })
    }

    fn is_followed(&self, name: &str, segments: usize) -> bool {
        let standard = || segments == 1 && STANDARD.binary_search(&name).is_ok() && !self.names.binds_macro(name);
        let level = self.expanding.len();
        let is_affordable = level < ALWAYS || level < LEVELS && self.calls_followed < MOST_CALLS;
        is_affordable && self.macros.defines(name) && !standard()
    }
}

impl<'a> Walker<'a> {
    /// Returns the definitions that a call can mean, the likely ones marked, and the path that decides between them if the
    /// text alone does not.
    /// A macro that is being followed is not followed again.
    pub(super) fn rules_of(&mut self, call: &Call) -> (Vec<(&'a MacroDef, bool)>, Option<ValueId>) {
        let mut callee = None;
        let mut found: Vec<(&MacroDef, bool)> = match call.path.as_slice() {
            [(name, place)] if !call.rooted => {
                self.macros.visible(name, place.start).into_iter().map(|rule| (rule, true)).collect()
            }
            _ => Vec::new(),
        };
        if found.is_empty() {
            let lookup = Lookup { keep_unbound: true, ..Lookup::of(Namespaces::MACRO) };
            callee = self.segments(call.path.clone(), call.rooted, &lookup);
            for way in callee.map(|value| self.ways(value)).unwrap_or_default() {
                for (rule, likely) in self.macros.at(&way) {
                    match found.iter_mut().find(|known| std::ptr::eq(known.0, rule)) {
                        Some(known) => known.1 |= likely,
                        None => found.push((rule, likely)),
                    }
                }
            }
        }
        found.retain(|(rule, _)| !self.expanding.contains(&(rule.file, rule.span)));
        (found, callee)
    }

    /// Returns whether a path names what the tree itself defines, as far as the names of the file tell.
    pub(super) fn is_of_tree(&self, value: ValueId) -> bool {
        let of_tree = |way: &Way| match &way.root {
            Root::Own | Root::CrateOf(_) => true,
            Root::Named(name) => self.macros.has_crate(name),
            Root::Glob | Root::Unbound => false,
        };
        let ways = self.ways(value);
        !ways.is_empty() && ways.iter().all(of_tree)
    }

    /// Returns whether a path names something of another crate, as far as the names of the file tell.
    pub(super) fn is_foreign(&self, value: ValueId) -> bool {
        let foreign = |way: &Way| matches!(&way.root, Root::Named(name) if !self.macros.has_crate(name));
        let ways = self.ways(value);
        !ways.is_empty() && ways.iter().all(foreign)
    }

    /// Returns the ways that a path takes by the names that the file binds.
    fn ways(&self, value: ValueId) -> Vec<Way> {
        let mut open: Vec<(ValueId, Vec<Name>)> = vec![(value, Vec::new())];
        let mut found = Vec::new();
        for _ in 0..64 {
            let Some((id, mut names)) = open.pop() else { break };
            match self.names.facts.values[id.index()].value.clone() {
                Value::Member { object, name, .. } => {
                    names.push(name);
                    open.push((object, names));
                }
                Value::Module(module) => {
                    names.extend(module.path.into_iter().rev());
                    let root = match module.anchor {
                        Anchor::Absolute => Root::Named(names.pop().unwrap_or_default()),
                        Anchor::CrateOf(file) | Anchor::ModuleOf(file) => Root::CrateOf(file),
                        _ => Root::Own,
                    };
                    found.push(Way { root, names });
                }
                Value::Name { name, reach } if reach.is_empty() => {
                    if names.is_empty() {
                        found.push(Way { root: Root::Unbound, names: vec![name] });
                    } else {
                        found.push(Way { root: Root::Named(name), names });
                    }
                }
                Value::Name { name, reach } => {
                    for binding in reach.bindings(&self.names.facts) {
                        match self.names.facts.bindings[binding.index()].target {
                            Target::Value(value) => open.push((value, names.clone())),
                            Target::Star(_) => found.push(Way { root: Root::Glob, names: with(&names, &name) }),
                            _ => found.push(Way { root: Root::Own, names: with(&names, &name) }),
                        }
                    }
                }
                Value::SelfType(index) => {
                    let implementation = self.names.facts.implementations.get(index as usize);
                    open.extend(implementation.map(|implementation| (implementation.target, names)));
                }
                _ => found.push(Way { root: Root::Glob, names }),
            }
        }
        found
    }
}

fn with(names: &[Name], name: &Name) -> Vec<Name> {
    names.iter().chain([name]).cloned().collect()
}
