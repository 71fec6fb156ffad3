//! Files that `syn` rejects.
//!
//! In: the text and the first error. Out: the facts of every item that parses by itself, and the paths that a scan of
//! the tokens finds in the others. An `impl`, `trait` or `mod` whose inside is broken is opened and its members are
//! tried one by one, so that one bad function costs its own body's structure and nothing else.

use super::lexer::{self, Kind, Token};
use super::macros::{Next, word};
use super::names::count;
use super::places::Places;
use super::walk::Walker;
use crate::facts::{FileFacts, SyntaxProblem};
use crate::source::Span;

/// The facts of a file with a syntax error.
#[must_use]
pub fn facts(text: &str, at: usize, problem: SyntaxProblem) -> FileFacts {
    let tokens: Vec<Token> = lexer::tokens(text, at).filter(|token| token.kind != Kind::Comment).collect();
    let mut walker = super::walker(text, 0);
    walker.names.facts.problems.push(problem);
    let chunks = chunks(text, &tokens);
    let parsed: Vec<Option<syn::File>> = chunks.iter().map(|chunk| parse(text, chunk.span)).collect();
    for (chunk, file) in chunks.iter().zip(&parsed) {
        if let Some(file) = file {
            walker.places = Places::new(chunk.span.of(text), chunk.span.start);
            walker.declare_items(file.items.iter());
        }
    }
    for (chunk, file) in chunks.iter().zip(&parsed) {
        match file {
            Some(file) => {
                walker.places = Places::new(chunk.span.of(text), chunk.span.start);
                walker.items(&file.items);
            }
            None => walker.broken(text, &tokens[chunk.tokens.clone()]),
        }
    }
    walker.finish()
}

/// The facts of a file that is only scanned.
#[must_use]
pub fn scan(text: &str, at: usize, problem: SyntaxProblem) -> FileFacts {
    let tokens: Vec<Token> = lexer::tokens(text, at).filter(|token| token.kind != Kind::Comment).collect();
    let mut walker = super::walker(text, 0);
    walker.names.facts.problems.push(problem);
    walker.broken(text, &tokens);
    walker.finish()
}

/// The tokens of what looks like one item.
struct Chunk {
    tokens: std::ops::Range<usize>,
    span: Span,
}

fn parse(text: &str, span: Span) -> Option<syn::File> {
    syn::parse_str(span.of(text)).ok()
}

/// Cuts the tokens into items: each ends at a `;`, or after a `}` that no `;` must follow.
fn chunks(text: &str, tokens: &[Token]) -> Vec<Chunk> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0u32);
    for (at, token) in tokens.iter().enumerate() {
        let ends = match token.kind {
            Kind::Open(_) => {
                depth += 1;
                false
            }
            Kind::Close(bracket) => {
                depth = depth.saturating_sub(1);
                depth == 0 && bracket == b'}' && !takes_semicolon(text, &tokens[start..at])
            }
            Kind::Punct(b';') => depth == 0,
            _ => false,
        };
        if ends || at + 1 == tokens.len() {
            found.push(Chunk { tokens: start..at + 1, span: tokens[start].span.cover(token.span) });
            start = at + 1;
        }
    }
    found
}

/// Whether an item that begins with these tokens ends with `;` though it has braces.
fn takes_semicolon(text: &str, tokens: &[Token]) -> bool {
    let mut depth = 0u32;
    for token in tokens {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 => match token.span.of(text) {
                "use" | "const" | "static" | "type" | "let" => {
                    return !tokens.iter().any(|t| matches!(t.span.of(text), "fn" | "impl" | "trait"));
                }
                "fn" | "mod" | "struct" | "enum" | "impl" | "trait" | "union" => return false,
                _ => {}
            },
            _ => {}
        }
    }
    false
}

impl Walker<'_> {
    /// Paths in tokens that are no item.
    fn broken(&mut self, text: &str, tokens: &[Token]) {
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].kind == Kind::Word {
                at = self.broken_path(text, tokens, at);
            } else {
                at += 1;
            }
        }
    }

    fn broken_path(&mut self, text: &str, tokens: &[Token], start: usize) -> usize {
        let mut path = Vec::new();
        let mut at = start;
        let punct = |at: usize, byte: u8| tokens.get(at).is_some_and(|t| t.kind == Kind::Punct(byte));
        loop {
            path.push(word(text, tokens[at].span));
            at += 1;
            let continues = punct(at, b':') && punct(at + 1, b':');
            if continues && tokens.get(at + 2).is_some_and(|t| t.kind == Kind::Word) {
                at += 2;
            } else {
                break;
            }
        }
        use proc_macro2::Delimiter::{Brace, Parenthesis};
        let next = match tokens.get(at).map(|t| t.kind) {
            Some(Kind::Open(b'(')) => Next::Group(Parenthesis),
            Some(Kind::Open(b'{')) => Next::Group(Brace),
            Some(Kind::Punct(b'=')) => Next::Assigned,
            _ => Next::Other,
        };
        let before = start.checked_sub(1).map(|at| tokens[at]);
        let rooted = start >= 2 && punct(start - 1, b':') && punct(start - 2, b':');
        let member = start >= 1 && punct(start - 1, b'.') && !(start >= 2 && punct(start - 2, b'.'));
        if !member && !(start >= 1 && punct(start - 1, b'$')) {
            let previous = before.filter(|t| t.kind == Kind::Word).map_or("", |t| t.span.of(text));
            self.statement = line_of(text, tokens[start].span);
            self.scanned_path(path, rooted, previous, next);
        }
        at
    }
}

/// The line around a span: what a statement is where there are none.
fn line_of(text: &str, span: Span) -> Span {
    let (before, after) = text.split_at(span.start as usize);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let start = start + before[start..].len() - before[start..].trim_start().len();
    let end = after.find(['\n', '\r']).unwrap_or(after.len());
    Span::new(count(start), span.start + count(end))
}

