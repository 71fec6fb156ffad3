//! Byte offsets of syntax nodes.
//!
//! In: spans of `proc_macro2`, which count lines and characters of the text that was parsed. Out: byte spans of the file
//! that the text is a part of. A node's ends are found by walking down its left and right edges, since `Spanned::span`
//! would turn every subtree into tokens again.

use proc_macro2::{Ident, Span as TokenSpan};
use syn::{Expr, Item, Path, PathArguments, Stmt, Type, Visibility};

use super::lexer;
use super::paths::{Segment, name_of, normalised};
use crate::facts::Name;
use crate::source::Span;

/// Maps token spans of a parsed text to byte spans of its file.
#[derive(Debug, Clone)]
pub struct Places<'a> {
    text: &'a str,
    base: u32,
    lines: Vec<u32>,
    ascii: bool,
    /// Where everything is: text that is not the file's own, but stands for this place of it.
    pub pinned: Option<Pinned>,
}

/// A text that is not the file's own.
#[derive(Debug, Clone, Copy)]
pub struct Pinned {
    /// The place of the file for which it stands.
    pub place: Span,
    /// Tells it from all other texts; not 0, which is the file's own.
    pub text: u32,
}

impl<'a> Places<'a> {
    /// For `text`, which begins at byte `base` of its file.
    #[must_use]
    pub fn new(text: &'a str, base: u32) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self { text, base, lines: std::iter::once(0).chain(starts).collect(), ascii: text.is_ascii(), pinned: None }
    }

    /// The byte span of a token or group.
    #[must_use]
    pub fn span(&self, span: TokenSpan) -> Span {
        Span::new(self.start(span), self.end(span))
    }

    /// The name of an identifier and its place. The text has the name at the place already.
    #[must_use]
    pub fn named(&self, ident: &Ident) -> Segment {
        if self.pinned.is_none() {
            let start = self.offset(ident.span().start());
            let word = lexer::first_word(self.text.get((start - self.base) as usize..).unwrap_or_default());
            if !word.is_empty() {
                let end = start + u32::try_from(word.len()).unwrap_or(0);
                return (normalised(Name::from(word)), Span::new(start, end));
            }
        }
        (name_of(ident), self.span(ident.span()))
    }

    /// The offset of the first byte.
    #[must_use]
    pub fn start(&self, span: TokenSpan) -> u32 {
        self.pinned.map_or_else(|| self.offset(span.start()), |pinned| pinned.place.start)
    }

    /// The offset after the last byte.
    #[must_use]
    pub fn end(&self, span: TokenSpan) -> u32 {
        self.pinned.map_or_else(|| self.offset(span.end()), |pinned| pinned.place.end)
    }

    /// What tells a token from all others.
    #[must_use]
    pub fn key(&self, span: TokenSpan) -> TokenKey {
        let start = span.start();
        (self.pinned.map_or(0, |pinned| pinned.text), start.line, start.column)
    }

    /// The file's text at a span of it.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'a str {
        let at = |offset: u32| offset.saturating_sub(self.base) as usize;
        self.text.get(at(span.start)..at(span.end)).unwrap_or_default()
    }

    /// The byte span from the first token to the last.
    #[must_use]
    pub fn range(&self, (first, last): (TokenSpan, TokenSpan)) -> Span {
        Span::new(self.start(first), self.end(last))
    }

    /// The parsed text before an offset.
    #[must_use]
    pub fn before(&self, offset: u32) -> &'a str {
        self.text.get(..offset.saturating_sub(self.base) as usize).unwrap_or_default()
    }

    /// The line around an offset, without white space at its ends: what a statement is where there are none.
    #[must_use]
    pub fn line(&self, offset: u32) -> Span {
        let at = self.lines.partition_point(|&start| start + self.base <= offset);
        let start = self.lines.get(at.saturating_sub(1)).copied().unwrap_or_default();
        let end = self.lines.get(at).copied().unwrap_or_else(|| u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.text.get(start as usize..end as usize).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let length = line.trim_end().len();
        let place = |length: usize| self.base + start + u32::try_from(length).unwrap_or(0);
        Span::new(place(indent), place(length))
    }

    fn offset(&self, at: proc_macro2::LineColumn) -> u32 {
        let start = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or_default();
        let column = if self.ascii {
            at.column
        } else {
            let line = self.text.get(start as usize..).unwrap_or_default();
            line.char_indices().nth(at.column).map_or(line.len(), |(byte, _)| byte)
        };
        self.base + start + u32::try_from(column).unwrap_or(u32::MAX)
    }
}

/// Tells tokens from each other: their text, line and column.
pub type TokenKey = (u32, usize, usize);

/// First and last token of a node.
pub type Ends = (TokenSpan, TokenSpan);

/// The ends of a path, with its generic arguments.
#[must_use]
pub fn path_ends(path: &Path) -> Option<Ends> {
    let first = path.segments.first()?;
    let start = path.leading_colon.map_or_else(|| first.ident.span(), |colon| colon.spans[0]);
    Some((start, segment_end(path.segments.last()?)))
}

/// The last token of a path segment.
#[must_use]
pub fn segment_end(segment: &syn::PathSegment) -> TokenSpan {
    match &segment.arguments {
        PathArguments::None => segment.ident.span(),
        PathArguments::AngleBracketed(generic) => generic.gt_token.spans[0],
        PathArguments::Parenthesized(call) => match &call.output {
            syn::ReturnType::Default => call.paren_token.span.close(),
            syn::ReturnType::Type(_, ty) => type_end(ty),
        },
    }
}

fn type_end(ty: &Type) -> TokenSpan {
    match ty {
        Type::Path(path) => path_ends(&path.path).map_or_else(TokenSpan::call_site, |ends| ends.1),
        Type::Reference(reference) => type_end(&reference.elem),
        Type::Ptr(pointer) => type_end(&pointer.elem),
        Type::Paren(paren) => paren.paren_token.span.close(),
        Type::Tuple(tuple) => tuple.paren_token.span.close(),
        Type::Slice(slice) => slice.bracket_token.span.close(),
        Type::Array(array) => array.bracket_token.span.close(),
        other => syn::spanned::Spanned::span(other),
    }
}

/// The first token of an expression, its attributes left out.
#[must_use]
pub fn expr_start(expr: &Expr) -> TokenSpan {
    let label = |label: &Option<syn::Label>, otherwise| label.as_ref().map_or(otherwise, |l| l.name.apostrophe);
    match expr {
        Expr::Array(e) => e.bracket_token.span.open(),
        Expr::Assign(e) => expr_start(&e.left),
        Expr::Async(e) => e.async_token.span,
        Expr::Await(e) => expr_start(&e.base),
        Expr::Binary(e) => expr_start(&e.left),
        Expr::Block(e) => label(&e.label, e.block.brace_token.span.open()),
        Expr::Break(e) => e.break_token.span,
        Expr::Call(e) => expr_start(&e.func),
        Expr::Cast(e) => expr_start(&e.expr),
        Expr::Const(e) => e.const_token.span,
        Expr::Continue(e) => e.continue_token.span,
        Expr::Field(e) => expr_start(&e.base),
        Expr::ForLoop(e) => label(&e.label, e.for_token.span),
        Expr::Group(e) => expr_start(&e.expr),
        Expr::If(e) => e.if_token.span,
        Expr::Index(e) => expr_start(&e.expr),
        Expr::Let(e) => e.let_token.span,
        Expr::Loop(e) => label(&e.label, e.loop_token.span),
        Expr::Macro(e) => path_ends(&e.mac.path).map_or(e.mac.bang_token.spans[0], |ends| ends.0),
        Expr::Match(e) => e.match_token.span,
        Expr::MethodCall(e) => expr_start(&e.receiver),
        Expr::Paren(e) => e.paren_token.span.open(),
        Expr::Path(e) => qualified_start(e.qself.as_ref(), &e.path),
        Expr::Reference(e) => e.and_token.spans[0],
        Expr::Repeat(e) => e.bracket_token.span.open(),
        Expr::Return(e) => e.return_token.span,
        Expr::Struct(e) => qualified_start(e.qself.as_ref(), &e.path),
        Expr::Try(e) => expr_start(&e.expr),
        Expr::Tuple(e) => e.paren_token.span.open(),
        Expr::Unsafe(e) => e.unsafe_token.span,
        Expr::While(e) => label(&e.label, e.while_token.span),
        Expr::Range(e) if e.start.is_some() => e.start.as_deref().map_or_else(TokenSpan::call_site, expr_start),
        Expr::Closure(e) if e.lifetimes.is_none() && e.constness.is_none() => match (e.asyncness, e.capture) {
            (Some(token), _) => token.span,
            (None, Some(token)) => token.span,
            (None, None) => e.inputs_begin.spans[0],
        },
        other => syn::spanned::Spanned::span(other),
    }
}

/// The last token of an expression.
#[must_use]
pub fn expr_end(expr: &Expr) -> TokenSpan {
    match expr {
        Expr::Array(e) => e.bracket_token.span.close(),
        Expr::Assign(e) => expr_end(&e.right),
        Expr::Async(e) => e.block.brace_token.span.close(),
        Expr::Await(e) => e.await_token.span,
        Expr::Binary(e) => expr_end(&e.right),
        Expr::Block(e) => e.block.brace_token.span.close(),
        Expr::Call(e) => e.paren_token.span.close(),
        Expr::Cast(e) => type_end(&e.ty),
        Expr::Closure(e) => expr_end(&e.body),
        Expr::Const(e) => e.block.brace_token.span.close(),
        Expr::ForLoop(e) => e.body.brace_token.span.close(),
        Expr::Group(e) => expr_end(&e.expr),
        Expr::If(e) => e.else_branch.as_ref().map_or(e.then_branch.brace_token.span.close(), |(_, e)| expr_end(e)),
        Expr::Index(e) => e.bracket_token.span.close(),
        Expr::Let(e) => expr_end(&e.expr),
        Expr::Loop(e) => e.body.brace_token.span.close(),
        Expr::Macro(e) => e.mac.delimiter.span().close(),
        Expr::Match(e) => e.brace_token.span.close(),
        Expr::MethodCall(e) => e.paren_token.span.close(),
        Expr::Paren(e) => e.paren_token.span.close(),
        Expr::Path(e) => path_ends(&e.path).map_or_else(TokenSpan::call_site, |ends| ends.1),
        Expr::Reference(e) => expr_end(&e.expr),
        Expr::Repeat(e) => e.bracket_token.span.close(),
        Expr::Struct(e) => e.brace_token.span.close(),
        Expr::Try(e) => e.question_token.spans[0],
        Expr::Tuple(e) => e.paren_token.span.close(),
        Expr::Unary(e) => expr_end(&e.expr),
        Expr::Unsafe(e) => e.block.brace_token.span.close(),
        Expr::While(e) => e.body.brace_token.span.close(),
        Expr::Break(syn::ExprBreak { expr: Some(e), .. })
        | Expr::Return(syn::ExprReturn { expr: Some(e), .. })
        | Expr::Range(syn::ExprRange { end: Some(e), .. }) => expr_end(e),
        other => syn::spanned::Spanned::span(other),
    }
}

fn qualified_start(qself: Option<&syn::QSelf>, path: &Path) -> TokenSpan {
    match qself {
        Some(qself) => qself.lt_token.spans[0],
        None => path_ends(path).map_or_else(TokenSpan::call_site, |ends| ends.0),
    }
}

/// The ends of a statement, its attributes left out.
#[must_use]
pub fn statement_ends(statement: &Stmt) -> Option<Ends> {
    Some(match statement {
        Stmt::Local(local) => (local.let_token.span, local.semi_token.spans[0]),
        Stmt::Expr(expr, semicolon) => {
            (expr_start(expr), semicolon.map_or_else(|| expr_end(expr), |token| token.spans[0]))
        }
        Stmt::Macro(node) => (
            path_ends(&node.mac.path)?.0,
            node.semi_token.map_or_else(|| node.mac.delimiter.span().close(), |token| token.spans[0]),
        ),
        Stmt::Item(item) => return item_ends(item),
    })
}

/// The ends of an item, from its visibility or first keyword; none for tokens that `syn` does not understand.
#[must_use]
pub fn item_ends(item: &Item) -> Option<Ends> {
    Some(match item {
        Item::Const(i) => (from(&i.vis, i.const_token.span), i.semi_token.spans[0]),
        Item::Enum(i) => (from(&i.vis, i.enum_token.span), i.brace_token.span.close()),
        Item::ExternCrate(i) => (from(&i.vis, i.extern_token.span), i.semi_token.spans[0]),
        Item::Fn(i) => (from(&i.vis, signature_start(&i.sig)), i.block.brace_token.span.close()),
        Item::ForeignMod(i) => (i.abi.extern_token.span, i.brace_token.span.close()),
        Item::Impl(i) => (i.unsafety.map_or(i.impl_token.span, |t| t.span), i.brace_token.span.close()),
        Item::Macro(i) => {
            let end = i.semi_token.map_or_else(|| i.mac.delimiter.span().close(), |token| token.spans[0]);
            (path_ends(&i.mac.path)?.0, end)
        }
        Item::Mod(i) => {
            let end = i.content.as_ref().map(|(brace, _)| brace.span.close());
            (from(&i.vis, i.mod_token.span), end.or(i.semi.map(|token| token.spans[0]))?)
        }
        Item::Static(i) => (from(&i.vis, i.static_token.span), i.semi_token.spans[0]),
        Item::Struct(i) => (from(&i.vis, i.struct_token.span), struct_end(i)),
        Item::Trait(i) => (from(&i.vis, i.trait_token.span), i.brace_token.span.close()),
        Item::TraitAlias(i) => (from(&i.vis, i.trait_token.span), i.semi_token.spans[0]),
        Item::Type(i) => (from(&i.vis, i.type_token.span), i.semi_token.spans[0]),
        Item::Union(i) => (from(&i.vis, i.union_token.span), i.fields.brace_token.span.close()),
        Item::Use(i) => (from(&i.vis, i.use_token.span), i.semi_token.spans[0]),
        _ => return None,
    })
}

fn struct_end(item: &syn::ItemStruct) -> TokenSpan {
    match (&item.fields, item.semi_token) {
        (_, Some(token)) => token.spans[0],
        (syn::Fields::Named(fields), None) => fields.brace_token.span.close(),
        _ => item.ident.span(),
    }
}

/// The first token of a function without its visibility.
#[must_use]
pub fn signature_start(signature: &syn::Signature) -> TokenSpan {
    let safety = match &signature.safety {
        syn::Safety::Unsafe(token) => Some(token.span),
        _ => None,
    };
    let first = signature.constness.map(|t| t.span).or(signature.asyncness.map(|t| t.span)).or(safety);
    first.or(signature.abi.as_ref().map(|abi| abi.extern_token.span)).unwrap_or(signature.fn_token.span)
}

/// The visibility's token, or the given one.
#[must_use]
pub fn from(visibility: &Visibility, otherwise: TokenSpan) -> TokenSpan {
    match visibility {
        Visibility::Public(token) => token.span,
        Visibility::Restricted(restricted) => restricted.pub_token.span,
        Visibility::Inherited => otherwise,
    }
}
