//! Macro calls.
//!
//! In: a call, and its arguments as [`super::body`] reads them. Out: the same walk as over other code; what is no syntax
//! of Rust is left to [`super::scan`]. A call of a macro of the tree is followed one level: its items are
//! items of the scope that calls it, and everything it says stands at the call. Procedural macros are not followed.

use proc_macro2::TokenStream;
use rustc_hash::FxHashSet;
use syn::Macro;
use syn::visit::Visit;

use super::body::Body;
use super::expand::Rule;
use super::lexer;
use super::paths::{Lookup, Segment, name_of};
use super::places::{self, Pinned, TokenKey};
use super::walk::Walker;
use crate::facts::{
    Anchor, DefinitionId, Expansion, MacroDefinition, Name, Namespaces, ScopeKind, Site, SiteKind, Target, Value,
    ValueNode,
};
use crate::source::{FileId, Span};

/// Macros of the standard library; a call of them says nothing about macros of the tree.
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

/// What a call of a macro of the tree stands for.
pub struct Made {
    /// The file that defines the macro, and its name there.
    rule: (FileId, Span),
    /// Tells its tokens from those of other texts.
    text: u32,
    body: Body,
    /// Names, paths and types among the arguments that are put in.
    taken: Vec<Span>,
}

/// A call whose items are still to be declared.
pub struct Call {
    key: TokenKey,
    path: Vec<Segment>,
    rooted: bool,
    arguments: Span,
}

impl Walker<'_> {
    /// The arguments of a call, parsed once.
    pub(super) fn take_body(&mut self, node: &Macro) -> Body {
        let key = self.places.key(node.delimiter.span().open());
        self.bodies.remove(&key).unwrap_or_else(|| self.read_body(node))
    }

    /// Keeps the arguments for the walk.
    pub(super) fn keep_body(&mut self, node: &Macro, body: Body) {
        let key = self.places.key(node.delimiter.span().open());
        self.bodies.insert(key, body);
    }

    fn read_body(&self, node: &Macro) -> Body {
        let text = if self.places.pinned.is_some() { "" } else { self.places.slice(self.arguments(node)) };
        Body::read(node.tokens.clone(), text)
    }

    fn arguments(&self, node: &Macro) -> Span {
        let span = node.delimiter.span();
        Span::new(self.places.end(span.open()), self.places.start(span.close()))
    }

    /// A macro call: followed, and its arguments walked.
    pub(super) fn macro_call(&mut self, node: &Macro) {
        if node.path.is_ident("stringify") {
            return;
        }
        self.compile_time_read(node);
        let key = self.places.key(node.delimiter.span().open());
        let start = self.names.facts.sites.len();
        let made = match self.made.remove(&key) {
            Some(made) => {
                let place = self.place_of(node);
                for one in &made {
                    self.in_text_of(one, place, |w| w.body(&one.body));
                }
                made
            }
            None => self.followable(node).map(|call| self.follow(call)).unwrap_or_default(),
        };
        let end = self.names.facts.sites.len();
        match self.bodies.remove(&key) {
            Some(body) => self.body(&body),
            None => {
                let body = self.read_body(node);
                self.undeclared(&body);
            }
        }
        if end > start {
            self.count_once(start, end, &made);
        }
    }

    /// What stands in the arguments and in what they make counts once: a name where it is put in, code where it is
    /// written. Sites from `start` on were made, those from `end` on are the arguments'.
    fn count_once(&mut self, start: usize, end: usize, made: &[Made]) {
        let facts = &mut self.names.facts;
        let values = &facts.values;
        let mut taken: Vec<Span> = made.iter().flat_map(|one| one.taken.iter().copied()).collect();
        taken.sort_unstable_by_key(|span| (span.start, span.end));
        // Fragments do not overlap: the last one that begins before a place is the one around it.
        let put_in = |site: &Site| {
            let after = taken.partition_point(|span| span.start <= site.span.start);
            after.checked_sub(1).map(|at| taken[at]).filter(|span| site.span.start < span.end)
        };
        let is_name = |site: &Site| matches!(site.kind, SiteKind::Reference { .. });
        let mut arguments = facts.sites.split_off(end);
        let made = facts.sites.split_off(start);
        let paths: FxHashSet<Vec<&str>> = made.iter().filter_map(|site| written(values, site)).collect();
        arguments.retain(|site| {
            let said_again = || written(values, site).is_some_and(|path| paths.contains(&path));
            !is_name(site) || put_in(site).is_none_or(|span| site.span.end > span.end && !said_again())
        });
        let code = arguments.iter().filter(|site| !is_name(site) && put_in(site).is_some());
        let code: FxHashSet<Vec<&str>> = code.filter_map(|site| written(values, site)).collect();
        let again = |site: &Site| written(values, site).is_some_and(|path| code.contains(&path));
        let made: Vec<Site> = made.into_iter().filter(|site| !again(site)).collect();
        facts.sites.extend(made.into_iter().chain(arguments));
    }

    /// The call, if the tree may define the macro.
    pub(super) fn followable(&self, node: &Macro) -> Option<Call> {
        let last = name_of(&node.path.segments.last()?.ident);
        if !self.is_followed(&last, node.path.segments.len()) {
            return None;
        }
        let segment = |s: &syn::PathSegment| self.places.named(&s.ident);
        Some(Call {
            key: self.places.key(node.delimiter.span().open()),
            path: node.path.segments.iter().map(segment).collect(),
            rooted: node.path.leading_colon.is_some(),
            arguments: self.arguments(node),
        })
    }

    /// The same for a call among tokens.
    pub(super) fn scanned_call(&self, path: Vec<Segment>, rooted: bool, arguments: Span) -> Option<Call> {
        let followed = path.last().is_some_and(|(name, _)| self.is_followed(name, path.len()));
        followed.then_some(Call { key: TokenKey::default(), path, rooted, arguments })
    }

    fn is_followed(&self, name: &str, segments: usize) -> bool {
        let standard = || segments == 1 && STANDARD.binary_search(&name).is_ok();
        self.expanding.is_none() && self.macros.defines(name) && !standard()
    }

    fn place_of(&self, node: &Macro) -> Span {
        places::path_ends(&node.path).map_or_else(Span::default, |ends| self.places.range(ends))
    }

    /// Declares the items that calls stand for, in the current scope.
    pub(super) fn declare_calls(&mut self, calls: Vec<Call>) {
        for Call { key, path, rooted, arguments } in calls {
            let (Some((_, first)), Some((_, last))) = (path.first(), path.last()) else { continue };
            let place = first.cover(*last);
            let made = self.made_by(path, rooted, arguments);
            for one in &made {
                self.in_text_of(one, place, |w| w.declare_body(&one.body));
            }
            self.made.insert(key, made);
        }
    }

    /// A call among expressions: what it stands for is walked in a block of its own.
    pub(super) fn follow(&mut self, call: Call) -> Vec<Made> {
        let (Some((_, first)), Some((_, last))) = (call.path.first(), call.path.last()) else { return Vec::new() };
        let place = first.cover(*last);
        let made = self.made_by(call.path, call.rooted, call.arguments);
        for one in &made {
            self.in_text_of(one, place, |w| w.undeclared(&one.body));
        }
        made
    }

    /// Follows the call one level, if the tree defines the macro: what each definition makes of it.
    fn made_by(&mut self, path: Vec<Segment>, rooted: bool, arguments: Span) -> Vec<Made> {
        let macros = self.macros;
        let rules = path.last().map(|(name, _)| macros.named(name, self.file)).unwrap_or_default();
        if rules.is_empty() || self.is_foreign(path, rooted) {
            return Vec::new();
        }
        rules.into_iter().filter_map(|rule| self.expanded(rule, arguments)).collect()
    }

    fn expanded(&mut self, rule: &Rule, arguments: Span) -> Option<Made> {
        let (code, mut taken) = rule.expand(self.places.slice(arguments));
        for span in &mut taken {
            *span = Span::new(span.start + arguments.start, span.end + arguments.start);
        }
        if lexer::nesting(&code, 0).exceeds(super::SHALLOW.0, super::SHALLOW.1) {
            return None;
        }
        let body = Body::read(code.parse().ok()?, &code);
        self.texts += 1;
        Some(Made { rule: (rule.file, rule.span), text: self.texts, body, taken })
    }

    /// Runs `inner` over what a macro made; everything it says stands at `place`, where the macro is called.
    fn in_text_of(&mut self, made: &Made, place: Span, inner: impl FnOnce(&mut Self)) {
        let sites = self.names.facts.sites.len();
        let pinned = self.places.pinned.replace(Pinned { place, text: made.text });
        let outer = self.expanding.replace(made.rule);
        inner(self);
        self.expanding = outer;
        self.places.pinned = pinned;
        let facts = &mut self.names.facts;
        let (file, span) = made.rule;
        for site in &facts.sites[sites..] {
            let value = match site.kind {
                SiteKind::Call(call) => match facts.values[call.index()].value {
                    Value::Call { callee, .. } => callee,
                    _ => call,
                },
                SiteKind::Literal(value) | SiteKind::Reference { value, .. } => value,
                _ => continue,
            };
            facts.expansions.push(Expansion { value, file, span });
        }
    }

    /// Whether a macro's path names a crate that is none of the tree.
    fn is_foreign(&mut self, path: Vec<Segment>, rooted: bool) -> bool {
        let lookup = Lookup { keep_unbound: true, ..Lookup::of(Namespaces::MACRO) };
        let mut value = self.segments(path, rooted, &lookup);
        let mut member = false;
        for _ in 0..64 {
            let Some(id) = value else { return false };
            let facts = &self.names.facts;
            value = match &facts.values[id.index()].value {
                Value::Member { object, .. } => {
                    member = true;
                    Some(*object)
                }
                Value::Module { anchor: Anchor::Absolute, path } => {
                    return path.first().is_some_and(|name| !self.macros.crates.contains(name));
                }
                Value::Name { name, reach } => match reach.bindings.first() {
                    None => return member && !self.macros.crates.contains(name),
                    Some(binding) => match facts.bindings[binding.index()].target {
                        Target::Value(value) => Some(value),
                        _ => return false,
                    },
                },
                _ => return false,
            };
        }
        false
    }

    /// The names of an included file are names of the scope around the `include!`.
    pub(super) fn include(&mut self, node: &Macro) {
        let literal = syn::parse2::<syn::LitStr>(node.tokens.clone());
        if let Some(file) = literal.ok().and_then(|literal| self.includes.file(&literal.value())) {
            let place = self.places.span(node.delimiter.span().join());
            self.glob_of(Anchor::ModuleOf(file), Vec::new(), place);
        }
    }

    /// A glob import that is not written.
    pub(super) fn glob_of(&mut self, anchor: Anchor, path: Vec<Name>, place: Span) {
        let value = self.names.value(Value::Module { anchor, path }, place, self.scope);
        self.names.glob(self.scope, value, place, true);
    }

    /// A `macro_rules!` definition. Paths in its body are sites here only if nothing calls it.
    pub(super) fn macro_definition(&mut self, definition: Option<DefinitionId>, item: &syn::ItemMacro) {
        let Some(definition) = definition else { return };
        let sites = self.names.facts.sites.len();
        let body = Body::raw(item.mac.tokens.clone());
        self.undeclared(&body);
        let facts = &mut self.names.facts;
        let value = |site: &Site| match site.kind {
            SiteKind::Call(value) | SiteKind::Literal(value) | SiteKind::Reference { value, .. } => Some(value),
            _ => None,
        };
        let paths = facts.sites[sites..].iter().filter_map(value).collect();
        let name = &facts.definitions[definition.index()].name;
        if self.macros.is_called(name) {
            facts.sites.truncate(sites);
        }
        facts.macros.push(MacroDefinition { definition, paths });
    }

    /// Syntax that the parser knows and keeps as tokens.
    pub(super) fn verbatim(&mut self, tokens: &TokenStream) {
        self.undeclared(&Body::scan(tokens.clone()));
    }

    /// Arguments whose items no scope has declared.
    fn undeclared(&mut self, body: &Body) {
        if body.has_items() {
            self.within(ScopeKind::Block, Name::default(), (None, false), |w| {
                w.declare_body(body);
                w.body(body);
            });
        } else {
            self.body(body);
        }
    }

    pub(super) fn body(&mut self, body: &Body) {
        match body {
            Body::Nothing => {}
            Body::Expressions(expressions) => expressions.iter().for_each(|expr| self.visit_expr(expr)),
            Body::Statements(statements) => self.locally(|w| w.statements(statements)),
            Body::Tokens(pieces) => self.locally(|w| w.tokens(pieces)),
        }
    }
}

/// The path of a call, literal or reference as it is written; none if it does not begin with a name.
fn written<'f>(values: &'f [ValueNode], site: &Site) -> Option<Vec<&'f str>> {
    let (SiteKind::Call(mut at) | SiteKind::Literal(mut at) | SiteKind::Reference { value: mut at, .. }) = site.kind
    else {
        return None;
    };
    let mut path = Vec::new();
    loop {
        match &values.get(at.index())?.value {
            Value::Call { callee, .. } => at = *callee,
            Value::Member { object, name, .. } => {
                path.push(name.as_str());
                at = *object;
            }
            Value::Name { name, .. } => {
                path.push(name.as_str());
                return Some(path);
            }
            _ => return None,
        }
    }
}
