//! `lazy import` and `lazy from` (PEP 810), which the parser does not know.
//!
//! In: a text with its tokens. Out: a text of the same length in which each such statement is an ordinary import that
//! follows another statement, so that every byte keeps its place, and where the statements begin.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use super::walker::span;

/// The soft keyword.
const KEYWORD: &str = "lazy";

/// The text that is read in its place, with the white space after it: a statement that says nothing.
const STATEMENT: &str = "None;";

/// A text without the keyword.
pub(super) struct Plain {
    /// The text.
    pub text: String,
    /// The starts of the keyword, in order.
    pub starts: Vec<u32>,
}

/// Returns the text without the keyword, if it has one.
pub(super) fn without(text: &str, tokens: &[Token]) -> Option<Plain> {
    let mut starts = Vec::new();
    let mut begins = true;
    let mut significant =
        tokens.iter().filter(|it| !matches!(it.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline)).peekable();
    while let Some(token) = significant.next() {
        let imports = significant.peek().is_some_and(|it| matches!(it.kind(), TokenKind::Import | TokenKind::From));
        let place = span(token.range());
        if begins && imports && place.of(text) == KEYWORD && text[place.end as usize..].starts_with([' ', '\t']) {
            starts.push(place.start);
        }
        begins = matches!(
            token.kind(),
            TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::Semi | TokenKind::Colon
        );
    }
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    for &start in &starts {
        let start = start as usize;
        plain.push_str(&text[at..start]);
        plain.push_str(STATEMENT);
        at = start + STATEMENT.len();
    }
    plain.push_str(&text[at..]);
    (!starts.is_empty()).then_some(Plain { text: plain, starts })
}

/// Returns where the statement of an import begins: at the keyword, if one stands before it.
pub(super) fn statement_start(text: &str, starts: &[u32], import: u32) -> u32 {
    let before = starts.partition_point(|&start| start < import).checked_sub(1).map(|at| starts[at]);
    let joined = |&start: &u32| {
        let between = text.get(start as usize + STATEMENT.len()..import as usize);
        between.is_some_and(|between| between.trim_matches([' ', '\t', '\\', '\r', '\n']).is_empty())
    };
    before.filter(joined).unwrap_or(import)
}
