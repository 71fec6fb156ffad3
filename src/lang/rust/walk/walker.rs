//! The state of a walk over one file.
//!
//! In: what the parts of the walk find. Out: facts in [`Names`], and where the walk is. Nothing here looks at syntax.

use rustc_hash::FxHashMap;
use syn::Attribute;

use super::context::Context;
use super::scopes::{Mark, Names};
use crate::facts::{
    Argument, BindingId, DefinitionId, Name, Role, Scope, ScopeId, ScopeKind, Site, SiteKind, Value, ValueId,
};
use crate::lang::rust::layout::included::Includes;
use crate::lang::rust::layout::macro_scope::MacroScope;
use crate::lang::rust::macros::arguments::Body;
use crate::lang::rust::syntax::attributes;
use crate::lang::rust::syntax::span_map::{SpanMap, TokenKey};
use crate::source::{FileId, Span};

/// The state of the walk.
pub struct Walker<'a> {
    /// Facts and name tables.
    pub names: Names,
    /// Offsets of the text that is being walked.
    pub map: SpanMap<'a>,
    /// The scope the walk is in.
    pub scope: ScopeId,
    /// The `impl` block around, for `Self`.
    pub implementation: Option<u32>,
    /// The statement or item head the walk is in.
    pub statement: Span,
    /// Definitions made when their scope was declared, by the token of their name.
    pub declared: FxHashMap<TokenKey, DefinitionId>,
    /// Type aliases bound when their scope was declared, by the token of their name.
    pub aliases: FxHashMap<TokenKey, BindingId>,
    /// Aliases that are one of their own parameters, with its index.
    pub forwards: FxHashMap<BindingId, usize>,
    /// Macro arguments that were parsed when their scope was declared, by their delimiter.
    pub bodies: FxHashMap<TokenKey, Body>,
    /// The code that macro calls among items stand for, declared with their scope, by the delimiter of their arguments.
    pub made: FxHashMap<TokenKey, Vec<Made>>,
    /// The number of texts besides the file's own that were made so far.
    pub texts: u32,
    /// `Default::default()` as the value of a struct literal's field; decided when all structs are known.
    pub defaults: Vec<FieldDefault>,
    /// The macros of the tree.
    pub macros: MacroScope<'a>,
    /// Crates whose macros are names of the whole file (`#[macro_use] extern crate`).
    pub macro_crates: Vec<Name>,
    /// The files that stand in each other.
    pub includes: Includes<'a>,
    /// The macros whose bodies are being walked, each by its file and name, the outermost first.
    pub expanding: Vec<(FileId, Span)>,
    /// The call whose expansion is being walked, as an index of the file's facts.
    pub invocation: Option<u32>,
    /// The number of calls that were followed deep in the bodies of others.
    pub calls_followed: u32,
    /// The text of each scope that is opened, if it is wanted.
    pub extents: Option<Vec<(Span, ScopeId)>>,
}

/// The code that a call of a macro of the tree stands for.
pub struct Made {
    /// The file that defines the macro, and its name there.
    pub rule: (FileId, Span),
    /// It is what the call means, as far as the text tells: its items are declared.
    pub likely: bool,
    /// The call, as an index of the file's facts.
    pub invocation: u32,
    /// Tells its tokens from those of other texts.
    pub text: u32,
    pub body: Body,
    /// Names, paths and types among the arguments that are put in.
    pub taken: Vec<Span>,
    /// Groups among the arguments that are put in as they are.
    pub quoted: Vec<Span>,
}

impl Made {
    /// Makes what a macro stands for that makes nothing.
    pub fn nothing(rule: (FileId, Span), likely: bool, invocation: u32) -> Self {
        Self { rule, likely, invocation, text: 0, body: Body::Nothing, taken: Vec::new(), quoted: Vec::new() }
    }
}

/// `Default::default()` in a struct literal.
#[derive(Debug)]
pub struct FieldDefault {
    /// The struct's path.
    pub owner: ValueId,
    /// The field.
    pub field: Name,
    /// The site, once its type is known.
    pub span: Span,
    /// Its statement.
    pub statement: Span,
    /// Its scope.
    pub scope: ScopeId,
}

/// Bytes of text for each value, about.
const VALUE: usize = 40;

impl<'a> Walker<'a> {
    /// A walker in the module scope of a file, of which `text` is the part that begins at `base`.
    #[must_use]
    pub fn new(text: &'a str, base: u32, context: Context<'a>) -> Self {
        let mut names = Names::with_module();
        names.facts.values.reserve(text.len() / VALUE);
        Self {
            names,
            map: SpanMap::new(text, base),
            scope: ScopeId::MODULE,
            implementation: None,
            statement: Span::default(),
            declared: FxHashMap::default(),
            aliases: FxHashMap::default(),
            forwards: FxHashMap::default(),
            bodies: FxHashMap::default(),
            made: FxHashMap::default(),
            texts: 0,
            defaults: Vec::new(),
            macros: context.macros,
            macro_crates: Vec::new(),
            includes: context.includes,
            expanding: Vec::new(),
            invocation: None,
            calls_followed: 0,
            extents: None,
        }
    }
}

impl Walker<'_> {
    /// Adds a site at the current place.
    pub(super) fn site(&mut self, kind: SiteKind, span: Span) {
        let (statement, scope) = (self.statement, self.scope);
        self.names.facts.sites.push(Site { kind, span, statement, scope, type_checking: false });
    }

    pub(super) fn span_of(&self, value: ValueId) -> Span {
        self.names.facts.values[value.index()].span
    }

    /// A call of the value.
    pub(super) fn call(&mut self, callee: ValueId) {
        self.call_with(callee, Vec::new());
    }

    pub(super) fn call_with(&mut self, callee: ValueId, arguments: Vec<Argument>) {
        let span = self.span_of(callee);
        let arguments = self.names.facts.arguments.add(arguments);
        let value = self.names.value(Value::Call { callee, arguments }, span, self.scope);
        self.site(SiteKind::Call(value), span);
    }

    /// A path that is read.
    pub(super) fn reference(&mut self, value: ValueId, role: Role) {
        let span = self.span_of(value);
        self.site(SiteKind::Reference { value, role }, span);
    }

    /// A literal of the type the value denotes.
    pub(super) fn literal(&mut self, value: ValueId) {
        let span = self.span_of(value);
        self.site(SiteKind::Literal(value), span);
    }

    /// Runs `inner` in a new scope inside the current one.
    pub(super) fn within(
        &mut self,
        kind: ScopeKind,
        name: Name,
        (definition, test): (Option<DefinitionId>, bool),
        inner: impl FnOnce(&mut Self),
    ) -> ScopeId {
        let outer = self.scope;
        let test = test || self.names.facts.scopes[outer.index()].test;
        let scope = self.names.open(Scope {
            kind,
            parent: Some(outer),
            definition,
            name,
            test,
            members: Vec::new(),
            stars: Vec::new(),
        });
        if let Some(extents) = &mut self.extents {
            extents.push((self.statement, scope));
        }
        self.scope = scope;
        inner(self);
        self.scope = outer;
        scope
    }

    /// Walks attributes, and runs `inner` in a scope that is test code if they say so, in the current one otherwise.
    pub(super) fn attributed(&mut self, attributes: &[Attribute], inner: impl FnOnce(&mut Self)) {
        let inner = |w: &mut Self| {
            w.attributes(attributes);
            inner(w);
        };
        if !self.names.facts.scopes[self.scope.index()].test && attributes::is_test(attributes) {
            self.within(ScopeKind::Block, Name::default(), (None, true), inner);
        } else {
            inner(self);
        }
    }

    /// Runs `inner` as part of the statement `span`.
    pub(super) fn stated(&mut self, span: Span, inner: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.statement, span);
        inner(self);
        self.statement = outer;
    }

    /// Runs `inner` and forgets the local names it made.
    pub(super) fn locally(&mut self, inner: impl FnOnce(&mut Self)) {
        let mark: Mark = self.names.mark();
        inner(self);
        self.names.release(mark);
    }
}
