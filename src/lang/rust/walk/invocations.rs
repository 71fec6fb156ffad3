//! Macro calls.
//!
//! In: a call, and its arguments as [`crate::lang::rust::macros::arguments`] reads them. Out: the same walk as over other code; what is no syntax
//! of Rust is left to [`super::scan`]. A call of a macro of the tree ([`super::macro_paths`]) is followed: its items are items
//! of the scope that calls it, and everything it says stands at the call. Procedural macros are not followed.

use proc_macro2::TokenStream;
use rustc_hash::FxHashSet;
use syn::Macro;
use syn::visit::Visit;

use super::macro_paths::{ALWAYS, Call};
use super::texts::is_named_like_module;
use super::walker::{Made, Walker};
use crate::facts::{
    Anchor, DefinitionId, Expansion, FileFacts, Invocation, MacroDefinition, Name, Namespaces, ScopeKind, Site,
    SiteKind, Value, ValueId,
};
use crate::lang::rust::macros::arguments::Body;
use crate::lang::rust::macros::definition::MacroDef;
use crate::lang::rust::macros::expand::Transcription;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::Segment;
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
        let path: Vec<Segment> = node.path.segments.iter().map(|segment| self.map.named(&segment.ident)).collect();
        if is_named_like_module(&path) {
            return;
        }
        match self.path(&node.path, None, Namespaces::MACRO) {
            Some(callee) => self.call(callee),
            None => self.macro_of_crates(&path),
        }
    }

    /// A bare name that nothing else binds: a macro of each crate whose macros are names of the file.
    pub(super) fn macro_of_crates(&mut self, path: &[Segment]) {
        let [(name, span)] = path else { return };
        for krate in self.macro_crates.clone() {
            let root = Value::module(Anchor::Absolute, vec![krate]);
            let object = self.names.value(root, Span::new(span.start, span.start), self.scope);
            let member = Value::Member { object, name: name.clone() };
            let callee = self.names.value(member, *span, self.scope);
            self.call(callee);
        }
    }

    /// A macro call: followed, and its arguments walked.
    pub(super) fn macro_call(&mut self, node: &Macro) {
        if node.path.is_ident("stringify") {
            return;
        }
        self.name_macro(node);
        let key = self.map.key(node.delimiter.span().open());
        let start = self.names.facts.sites.len();
        let made =
            match self.made.remove(&key) {
                Some(made) => {
                    let place = self.place_of(node);
                    for one in &made {
                        self.in_text_of(one, place, |w| {
                            if one.likely { w.body(&one.body) } else { w.undeclared(&one.body) }
                        });
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
        if made.is_empty() {
            self.standard_call(node);
        }
    }

    /// Counts what stands in the arguments and in what they make only once: a name where it is put in, code where it is
    /// written. Sites from `start` on were made, those from `end` on are the arguments'.
    fn count_once(&mut self, start: usize, end: usize, made: &[Made]) {
        // What a macro made has no places of its own: all arguments of a call there may be put in as they are.
        let in_file = self.map.pinned.is_none();
        let mut arguments = self.names.facts.sites.split_off(end);
        let made_sites = self.names.facts.sites.split_off(start);
        let facts = &self.names.facts;
        let taken = Parts::of(made.iter().flat_map(|one| &one.taken));
        let quoted = Parts::of(made.iter().flat_map(|one| &one.quoted));
        let is_name = |site: &Site| matches!(site.kind, SiteKind::Reference { .. });
        let paths: FxHashSet<Vec<&str>> =
            made_sites.iter().filter_map(|site| written(facts, site)).map(|it| it.path).collect();
        arguments.retain(|site| {
            let said_again = || written(facts, site).is_some_and(|it| paths.contains(&it.path));
            !is_name(site) || taken.around(site).is_none_or(|span| site.span.end > span.end && !said_again())
        });
        let is_code =
            |site: &&Site| !in_file || !is_name(site) && taken.around(site).is_some() || quoted.around(site).is_some();
        let code: FxHashSet<Written<'_>> =
            arguments.iter().filter(is_code).filter_map(|site| written(facts, site)).collect();
        let again = |site: &Site| written(facts, site).is_some_and(|it| code.contains(&it));
        let made: Vec<Site> = made_sites.into_iter().filter(|site| !again(site)).collect();
        self.names.facts.sites.extend(made.into_iter().chain(arguments));
    }

    fn place_of(&self, node: &Macro) -> Span {
        ends::path_ends(&node.path).map_or_else(Span::default, |ends| self.map.range(ends))
    }

    /// Declares the items that calls stand for, in the current scope.
    pub(super) fn declare_calls(&mut self, calls: Vec<Call>) {
        for call in calls {
            let made = self.made_by(&call);
            // Names of a macro that is not meant would hide others.
            for one in made.iter().filter(|one| one.likely) {
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
        let (rules, callee) = self.rules_of(call);
        let made = rules.into_iter().filter_map(|(rule, likely)| {
            let Transcription { code, taken, quoted } = self.expansion(rule, call)?;
            let body = Body::read(code.parse().ok()?, &code);
            self.texts += 1;
            let invocation = self.invoke(rule, callee, likely);
            Some(Made { rule: (rule.file, rule.span), likely, invocation, text: self.texts, body, taken, quoted })
        });
        made.collect()
    }

    /// The text that a call stands for, and the parts of its arguments that are put in, if they stand in the file.
    fn expansion(&self, rule: &MacroDef, call: &Call) -> Option<Transcription> {
        let mut made = rule.expand(call.given.as_deref().unwrap_or_else(|| self.map.slice(call.arguments)));
        if call.given.is_some() {
            made.taken.clear();
            made.quoted.clear();
        }
        for span in made.taken.iter_mut().chain(&mut made.quoted) {
            *span = Span::new(span.start + call.arguments.start, span.end + call.arguments.start);
        }
        let deep = lexer::nesting(&made.code, 0).exceeds(lexer::Nesting::SHALLOW);
        (!deep).then_some(made)
    }

    /// The type that a call in the place of a type stands for.
    pub(super) fn type_made(&mut self, node: &Macro) -> Option<ValueId> {
        let call = self.followable(node)?;
        let (rules, callee) = self.rules_of(&call);
        rules.into_iter().find_map(|(rule, likely)| {
            let Transcription { code, .. } = self.expansion(rule, &call)?;
            let ty: syn::Type = syn::parse_str(&code).ok()?;
            self.texts += 1;
            let invocation = self.invoke(rule, callee, likely);
            let made = Made { text: self.texts, ..Made::nothing((rule.file, rule.span), likely, invocation) };
            let mut value = None;
            self.in_text_of(&made, call.place(), |w| value = w.type_value(&ty));
            value
        })
    }

    /// Notes a call of a macro in the facts; returns its index.
    fn invoke(&mut self, rule: &MacroDef, callee: Option<ValueId>, likely: bool) -> u32 {
        let invocations = &mut self.names.facts.invocations;
        invocations.push(Invocation { file: rule.file, span: rule.span, callee, likely, outer: self.invocation });
        u32::try_from(invocations.len() - 1).unwrap_or(u32::MAX)
    }

    /// Runs `inner` over what a macro made; everything it says stands at `place`, where the macro is called.
    fn in_text_of(&mut self, made: &Made, place: Span, inner: impl FnOnce(&mut Self)) {
        let (sites, expansions) = (self.names.facts.sites.len(), self.names.facts.expansions.len());
        let pinned = self.map.pinned.replace(Pinned { place, text: made.text });
        self.calls_followed += u32::from(self.expanding.len() >= ALWAYS);
        self.expanding.push(made.rule);
        let outer = self.invocation.replace(made.invocation);
        inner(self);
        self.invocation = outer;
        self.expanding.pop();
        self.map.pinned = pinned;
        let facts = &mut self.names.facts;
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
                facts.expansions.push(Expansion { value, invocation: made.invocation });
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

/// Parts of the arguments of a call, which do not overlap, by their beginning.
struct Parts(Vec<Span>);

impl Parts {
    fn of<'s>(spans: impl Iterator<Item = &'s Span>) -> Self {
        let mut spans: Vec<Span> = spans.copied().collect();
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        Self(spans)
    }

    /// The part in which a site begins: the last one that begins before it is the one around it.
    fn around(&self, site: &Site) -> Option<Span> {
        let after = self.0.partition_point(|span| span.start <= site.span.start);
        after.checked_sub(1).map(|at| self.0[at]).filter(|span| site.span.start < span.end)
    }
}

/// Holds what a site says as it is written.
#[derive(PartialEq, Eq, Hash, Default)]
struct Written<'f> {
    /// The path, from its last segment.
    path: Vec<&'f str>,
    /// The text that it is, or the texts that it is called with.
    texts: Vec<&'f str>,
}

/// Returns the path of a call, literal, reference, base or import, or a text; none if there is no name at the beginning.
fn written<'f>(facts: &'f FileFacts, site: &Site) -> Option<Written<'f>> {
    let mut at = match &site.kind {
        SiteKind::Call(value)
        | SiteKind::Literal(value)
        | SiteKind::Reference { value, .. }
        | SiteKind::Subclass { base: value, .. }
        | SiteKind::Url(value) => *value,
        SiteKind::Import { named, .. } => *facts.choices.get(*named).last()?,
        _ => return None,
    };
    let mut written = Written::default();
    loop {
        match &facts.values.get(at.index())?.value {
            Value::Call { callee, arguments } => {
                let arguments = facts.arguments.get(*arguments).iter();
                written.texts.extend(arguments.filter_map(|it| match facts.values.get(it.value.index())?.value {
                    Value::Text(text) => Some(facts.text(text)),
                    _ => None,
                }));
                at = *callee;
            }
            Value::Member { object, name } => {
                written.path.push(name.as_str());
                at = *object;
            }
            Value::Name { name, .. } => {
                written.path.push(name.as_str());
                return Some(written);
            }
            Value::Module(module) => {
                written.path.extend(module.path.iter().rev().map(|name| name.as_str()));
                return Some(written);
            }
            Value::Text(text) => {
                written.texts.push(facts.text(*text));
                return Some(written);
            }
            _ => return None,
        }
    }
}
