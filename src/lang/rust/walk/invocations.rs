//! Macro calls.
//!
//! In: a call, and its arguments as [`crate::lang::rust::macros::arguments`] reads them. Out: the same walk as over other code; what is no syntax
//! of Rust is left to [`super::scan`]. A call of a macro of the tree ([`super::macro_paths`]) is followed: its items are items
//! of the scope that calls it, and everything it says stands at the call. Procedural macros are not followed.

use proc_macro2::TokenStream;
use rustc_hash::FxHashSet;
use syn::Macro;
use syn::visit::Visit;

use super::macro_paths::Call;
use super::walker::{Made, Walker};
use crate::facts::{
    Anchor, DefinitionId, Expansion, MacroDefinition, Name, Namespaces, ScopeKind, Site, SiteKind, Value, ValueId,
    ValueNode,
};
use crate::lang::rust::macros::arguments::Body;
use crate::lang::rust::macros::definition::MacroDef;
use crate::lang::rust::macros::expand::Transcription;
use crate::lang::rust::prelude::NAMED_LIKE_MODULES;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::lexer;
use crate::lang::rust::syntax::span_map::Pinned;
use crate::source::Span;

impl Walker<'_> {
    /// The arguments of a call, parsed once.
    pub(super) fn take_body(&mut self, node: &Macro) -> Body {
        let key = self.map.key(node.delimiter.span().open());
        self.bodies.remove(&key).unwrap_or_else(|| self.read_body(node))
    }

    /// Keeps the arguments for the walk.
    pub(super) fn keep_body(&mut self, node: &Macro, body: Body) {
        let key = self.map.key(node.delimiter.span().open());
        self.bodies.insert(key, body);
    }

    fn read_body(&self, node: &Macro) -> Body {
        let text = if self.map.pinned.is_some() { "" } else { self.map.slice(self.arguments(node)) };
        Body::read(node.tokens.clone(), text)
    }

    pub(super) fn arguments(&self, node: &Macro) -> Span {
        let span = node.delimiter.span();
        Span::new(self.map.end(span.open()), self.map.start(span.close()))
    }

    /// The macro that a call names is called.
    fn name_macro(&mut self, node: &Macro) {
        let last = node.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let standard = node.path.segments.first().is_some_and(|first| first.ident == "std" || first.ident == "core");
        if standard && NAMED_LIKE_MODULES.contains(&last.as_str()) {
            return;
        }
        if let Some(callee) = self.path(&node.path, None, Namespaces::MACRO) {
            self.call(callee);
        }
    }

    /// A macro call: followed, and its arguments walked.
    pub(super) fn macro_call(&mut self, node: &Macro) {
        if node.path.is_ident("stringify") {
            return;
        }
        self.name_macro(node);
        self.compile_time_read(node);
        let key = self.map.key(node.delimiter.span().open());
        let start = self.names.facts.sites.len();
        let made = match self.made.remove(&key) {
            Some(made) => {
                let place = self.place_of(node);
                for one in &made {
                    self.in_text_of(one, place, |w| w.body(&one.body));
                }
                made
            }
            None => self.followable(node).map(|call| self.follow(&call)).unwrap_or_default(),
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

    /// Counts what stands in the arguments and in what they make only once: a name where it is put in, code where it is
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

    fn place_of(&self, node: &Macro) -> Span {
        ends::path_ends(&node.path).map_or_else(Span::default, |ends| self.map.range(ends))
    }

    /// Declares the items that calls stand for, in the current scope.
    pub(super) fn declare_calls(&mut self, calls: Vec<Call>) {
        for call in calls {
            let made = self.made_by(&call);
            for one in &made {
                self.in_text_of(one, call.place(), |w| w.declare_body(&one.body));
            }
            self.made.insert(call.key, made);
        }
    }

    /// A call among expressions: what it stands for is walked in a block of its own.
    pub(super) fn follow(&mut self, call: &Call) -> Vec<Made> {
        let made = self.made_by(call);
        for one in &made {
            self.in_text_of(one, call.place(), |w| w.undeclared(&one.body));
        }
        made
    }

    /// Returns the code that each definition that the call can mean makes of it.
    fn made_by(&mut self, call: &Call) -> Vec<Made> {
        let rules = self.rules_of(call);
        let made = rules.into_iter().filter_map(|rule| {
            let Transcription { code, taken } = self.expansion(rule, call)?;
            let body = Body::read(code.parse().ok()?, &code);
            self.texts += 1;
            Some(Made { rule: (rule.file, rule.span), text: self.texts, body, taken })
        });
        made.collect()
    }

    /// The text that a call stands for, and the parts of its arguments that are put in, if they stand in the file.
    fn expansion(&self, rule: &MacroDef, call: &Call) -> Option<Transcription> {
        let mut made = rule.expand(call.given.as_deref().unwrap_or_else(|| self.map.slice(call.arguments)));
        if call.given.is_some() {
            made.taken.clear();
        }
        for span in &mut made.taken {
            *span = Span::new(span.start + call.arguments.start, span.end + call.arguments.start);
        }
        let deep = lexer::nesting(&made.code, 0).exceeds(lexer::Nesting::SHALLOW);
        (!deep).then_some(made)
    }

    /// The type that a call in the place of a type stands for.
    pub(super) fn type_made(&mut self, node: &Macro) -> Option<ValueId> {
        let call = self.followable(node)?;
        let rules = self.rules_of(&call);
        rules.into_iter().find_map(|rule| {
            let Transcription { code, .. } = self.expansion(rule, &call)?;
            let ty: syn::Type = syn::parse_str(&code).ok()?;
            self.texts += 1;
            let made = Made { rule: (rule.file, rule.span), text: self.texts, body: Body::Nothing, taken: Vec::new() };
            let mut value = None;
            self.in_text_of(&made, call.place(), |w| value = w.type_value(&ty));
            value
        })
    }

    /// Runs `inner` over what a macro made; everything it says stands at `place`, where the macro is called.
    fn in_text_of(&mut self, made: &Made, place: Span, inner: impl FnOnce(&mut Self)) {
        let (sites, expansions) = (self.names.facts.sites.len(), self.names.facts.expansions.len());
        let pinned = self.map.pinned.replace(Pinned { place, text: made.text });
        self.expanding.push(made.rule);
        inner(self);
        self.expanding.pop();
        self.map.pinned = pinned;
        let facts = &mut self.names.facts;
        let (file, span) = made.rule;
        // What a macro inside made is said to be made by that one.
        let inside: FxHashSet<ValueId> = facts.expansions[expansions..].iter().map(|one| one.value).collect();
        for site in &facts.sites[sites..] {
            let value = match site.kind {
                SiteKind::Call(call) => match facts.values[call.index()].value {
                    Value::Call { callee, .. } => callee,
                    _ => call,
                },
                SiteKind::Literal(value) | SiteKind::Reference { value, .. } => value,
                _ => continue,
            };
            if !inside.contains(&value) {
                facts.expansions.push(Expansion { value, file, span });
            }
        }
    }

    /// The names of an included file are names of the scope around the `include!`.
    pub(super) fn include(&mut self, node: &Macro) {
        let literal = syn::parse2::<syn::LitStr>(node.tokens.clone());
        if let Some(file) = literal.ok().and_then(|literal| self.includes.file(&literal.value())) {
            let place = self.map.span(node.delimiter.span().join());
            self.glob_of(Anchor::ModuleOf(file), Vec::new(), place);
        }
    }

    /// A glob import that is not written.
    pub(super) fn glob_of(&mut self, anchor: Anchor, path: Vec<Name>, place: Span) {
        let value = self.names.value(Value::module(anchor, path), place, self.scope);
        self.names.glob(self.scope, value, place, true);
    }

    /// A `macro_rules!` definition. Paths in its body are sites only if nothing invokes it, which others know.
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
        let sites = facts.sites.split_off(sites);
        facts.macros.push(MacroDefinition { definition, paths, sites });
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
