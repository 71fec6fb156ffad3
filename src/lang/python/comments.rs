//! Comments that speak to the program.
//!
//! In: the tokens of a file. Out: the comment tokens that contain `ssot:`, with where they stand.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::walker::span;
use crate::facts::{COMMENT_MARK, Comment};

/// The comments of a file that contain the mark, in source order.
pub(super) fn marked<'t>(text: &str, tokens: impl Iterator<Item = &'t Token>, body: &[Stmt]) -> Vec<Comment> {
    if memchr::memmem::find(text.as_bytes(), COMMENT_MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let docstring = |stmt: &Stmt| matches!(stmt, Stmt::Expr(expr) if matches!(&*expr.value, Expr::StringLiteral(_)));
    let first = body.iter().enumerate().find(|(at, stmt)| *at > 0 || !docstring(stmt));
    let first = first.map_or(u32::MAX, |(_, stmt)| stmt.start().to_u32());
    tokens
        .filter(|token| token.kind() == TokenKind::Comment)
        .map(|token| span(token.range()))
        .filter(|span| span.of(text).contains(COMMENT_MARK))
        .map(|span| {
            let before = text.get(..span.start as usize).unwrap_or_default();
            let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
            Comment { span, own_line: line.trim().is_empty(), at_top: span.start < first, attributes: None }
        })
        .collect()
}
