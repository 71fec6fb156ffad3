//! First and last tokens of syntax nodes.
//!
//! In: `syn` nodes. Out: their ends, found by walking down the left and right edges, since `Spanned::span` would turn
//! every subtree into tokens again.

use proc_macro2::Span as TokenSpan;
use syn::{Expr, Item, Path, PathArguments, Stmt, Type, Visibility};

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
