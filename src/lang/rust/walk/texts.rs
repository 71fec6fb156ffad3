//! String literals and what is read by them; what a function passes its calls on to.
//!
//! In: literals, arguments, macro calls, function bodies. Out: values of texts, sites of those that begin like a URL,
//! calls of `env!` and other macros that are no paths, and the field or path that a body of one expression is a chain of calls on.

use proc_macro2::TokenTree;
use syn::punctuated::Punctuated;
use syn::{Block, Expr, Item, Macro, Meta, Pat, Path, Stmt, Token};

use super::walker::Walker;
use crate::facts::{Anchor, Argument, Name, Namespaces, SiteKind, Value, ValueId, begins_like_url};
use crate::lang::rust::prelude::NAMED_LIKE_MODULES;
use crate::lang::rust::syntax::ends;
use crate::lang::rust::syntax::ident::{Segment, name_of};
use crate::source::Span;

impl Walker<'_> {
    /// The first argument of a call, if it is a string literal or names a constant; no other is looked at.
    pub(super) fn first_argument(&mut self, arguments: &Punctuated<Expr, Token![,]>) -> Vec<Argument> {
        self.first_of(arguments.iter()).map(|value| Argument { keyword: None, value }).into_iter().collect()
    }

    /// The first of some expressions, if it is a string literal or names a constant, also as a `String` made of one.
    fn first_of<'e>(&mut self, mut expressions: impl Iterator<Item = &'e Expr>) -> Option<ValueId> {
        let mut first = expressions.next()?;
        loop {
            first = match first {
                Expr::Paren(it) => &it.expr,
                Expr::Group(it) => &it.expr,
                Expr::Reference(it) => &it.expr,
                Expr::MethodCall(it) if it.args.is_empty() && SAME_TEXT.iter().any(|name| it.method == name) => {
                    &it.receiver
                }
                Expr::Call(it) if makes_string(&it.func) => it.args.first()?,
                _ => break,
            };
        }
        match first {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(self.text(text.value(), text.span())),
            Expr::Path(path) if is_constant(&path.path) => {
                self.path(&path.path, path.qself.as_ref(), Namespaces::VALUE)
            }
            _ => None,
        }
    }

    /// A string literal.
    pub(super) fn text(&mut self, text: String, span: proc_macro2::Span) -> ValueId {
        let span = self.map.span(span);
        let text = self.names.facts.texts.add(&text);
        self.names.value(Value::Text(text), span, self.scope)
    }

    /// `#[arg(env = "NAME")]` and `#[arg(env)]` of a field that clap fills: a call of `clap::env`; and the URL that it has
    /// otherwise (`default_value = "..."`).
    pub(super) fn arguments_of_field(&mut self, field: &syn::Field) {
        for attribute in field.attrs.iter().filter(|it| it.path().is_ident("arg") || it.path().is_ident("clap")) {
            let parsed = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            for meta in parsed.into_iter().flatten() {
                if let Meta::NameValue(pair) = &meta
                    && meta.path().is_ident("default_value")
                    && let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value
                {
                    self.url(text.value(), text.span());
                }
                if !meta.path().is_ident("env") {
                    continue;
                }
                let value = match (&meta, &field.ident) {
                    (Meta::NameValue(pair), _) => self.first_of([&pair.value].into_iter()),
                    (Meta::Path(path), Some(field)) => {
                        path.get_ident().map(|ident| self.text(field.to_string().to_uppercase(), ident.span()))
                    }
                    _ => None,
                };
                let Some(value) = value else { continue };
                let place = self.span_of(value);
                let arguments = vec![Argument { keyword: None, value }];
                self.stated(place, |w| w.call_of("clap", Name::new("env"), place, arguments));
            }
        }
    }

    /// A call of `root::name`, where no such path is written.
    fn call_of(&mut self, root: &'static str, name: Name, span: Span, arguments: Vec<Argument>) {
        let path = vec![Name::new(root)];
        let object = self.names.value(Value::module(Anchor::Absolute, path), span, self.scope);
        let callee = self.names.value(Value::Member { object, name }, span, self.scope);
        self.call_with(callee, arguments);
    }

    /// A call of a macro of the standard library that is no path: see [`Self::standard_macro`].
    pub(super) fn standard_call(&mut self, node: &Macro) {
        let path: Vec<Segment> = node.path.segments.iter().map(|segment| self.map.named(&segment.ident)).collect();
        let text = node.tokens.clone().into_iter().next().and_then(|token| match token {
            TokenTree::Literal(literal) => match syn::Lit::new(literal) {
                syn::Lit::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        });
        let value = text.map(|text| self.text(text.value(), text.span()));
        self.standard_macro(&path, value.map(|value| Argument { keyword: None, value }).into_iter().collect());
    }

    /// A macro that is called like a module of the standard library, or reads a variable when the program is built: a call
    /// of `std::env!`, `std::vec!` and their like.
    pub(super) fn standard_macro(&mut self, path: &[Segment], arguments: Vec<Argument>) {
        let Some((name, last)) = path.last() else { return };
        let reads = name == "option_env";
        let bare = path.len() == 1 && !self.names.binds_own_macro(name);
        if !is_named_like_module(path) && !(reads && (bare || is_standard(path))) || path.len() == 1 && !bare {
            return;
        }
        let span = path.first().map_or(*last, |(_, first)| first.cover(*last));
        self.call_of("std", Name::from(format!("{name}!")), span, arguments);
    }

    /// A string literal, if it begins like a URL.
    pub(super) fn url(&mut self, text: String, span: proc_macro2::Span) {
        if begins_like_url(&text) {
            let value = self.text(text, span);
            let span = self.span_of(value);
            self.site(SiteKind::Url(value), span);
        }
    }

    /// Keeps the text that a constant is, as what it gives.
    pub(super) fn names_text(&mut self, ident: &syn::Ident, expr: &Expr) {
        if let (Some(id), Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) = (self.declared_at(ident), expr) {
            let value = self.text(text.value(), text.span());
            self.names.facts.definitions[id.index()].returns = vec![value];
        }
    }

    /// Finds the field of the receiver or the path that an expression is a chain of calls on, if that can be told.
    pub(super) fn delegation(&mut self, expr: &Expr) -> Option<ValueId> {
        let mut at = expr;
        loop {
            at = match at {
                Expr::Await(it) => &it.base,
                Expr::Try(it) => &it.expr,
                Expr::MethodCall(it) => &it.receiver,
                Expr::Paren(it) => &it.expr,
                Expr::Reference(it) => &it.expr,
                Expr::Call(it) => &it.func,
                Expr::Path(it) if !it.path.is_ident("self") => {
                    return self.path(&it.path, it.qself.as_ref(), Namespaces::VALUE);
                }
                Expr::Field(it) if matches!(&*it.base, Expr::Path(base) if base.path.is_ident("self")) => {
                    let span = self.map.range(ends::path_ends(match &*it.base {
                        Expr::Path(base) => &base.path,
                        _ => return None,
                    })?);
                    let class = self.names.value(Value::SelfType(self.implementation?), span, self.scope);
                    let object = self.names.value(Value::InstanceOf(class), span, self.scope);
                    let name = match &it.member {
                        syn::Member::Named(name) => name_of(name),
                        syn::Member::Unnamed(index) => Name::from(index.index.to_string()),
                    };
                    return Some(self.names.value(Value::Member { object, name }, span, self.scope));
                }
                Expr::Field(it) => &it.base,
                _ => return None,
            };
        }
    }
}

/// Methods that give the same text in another type.
const SAME_TEXT: [&str; 6] = ["to_string", "to_owned", "into", "as_str", "as_ref", "clone"];

/// Tells whether a callee is `String::from`.
fn makes_string(callee: &Expr) -> bool {
    let Expr::Path(path) = callee else { return false };
    let mut last = path.path.segments.iter().rev();
    last.next().is_some_and(|it| it.ident == "from") && last.next().is_some_and(|it| it.ident == "String")
}

/// Tells whether a path is one of the standard library: `std::name`, `core::name`.
fn is_standard(path: &[Segment]) -> bool {
    matches!(path, [(root, _), _] if root == "std" || root == "core")
}

/// Tells whether the path of a macro call is that of a macro that is called like a module of the standard library, where a path
/// would mean the module.
pub(super) fn is_named_like_module(path: &[Segment]) -> bool {
    let named = path.last().is_some_and(|(name, _)| NAMED_LIKE_MODULES.contains(&name.as_str()));
    named && (path.len() == 1 || is_standard(path))
}

/// Macros that write a line to a log.
const LOGGED: [&str; 6] = ["trace", "debug", "info", "warn", "error", "log"];

/// The one expression that a body evaluates, besides imports and lines of a log; also what it names only to return it.
pub(super) fn sole(block: &Block) -> Option<&Expr> {
    let idle = |statement: &Stmt| match statement {
        Stmt::Item(Item::Use(_)) => true,
        Stmt::Macro(it) => it.mac.path.segments.last().is_some_and(|it| LOGGED.iter().any(|name| it.ident == name)),
        _ => false,
    };
    let mut work = block.stmts.iter().filter(|statement| !idle(statement));
    match (work.next()?, work.next(), work.next()) {
        (Stmt::Expr(expr, _), None, _) => Some(expr),
        (Stmt::Local(local), Some(Stmt::Expr(Expr::Path(given), None)), None) => match &local.pat {
            Pat::Ident(name) if given.path.is_ident(&name.ident) => Some(&*local.init.as_ref()?.expr),
            _ => None,
        },
        _ => None,
    }
}

/// A path that is spelled like a constant.
fn is_constant(path: &Path) -> bool {
    let last = path.segments.last().map(|segment| segment.ident.to_string());
    last.is_some_and(|name| name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase))
}
