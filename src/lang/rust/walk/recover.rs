//! Files that `syn` rejects.
//!
//! In: the text and the first error. Out: the facts of everything that parses, and the paths that a scan of the tokens
//! finds in the rest. The text is cut into items, a broken `mod`, `impl` or `trait` into its members, a broken function
//! into its statements; what does not parse by itself is blanked, byte for byte, so that the remaining text parses as a
//! whole and keeps its places. A text that nests too deeply for a stack is treated in the same way.

use std::ops::Range;

use super::context::Context;
use super::scan::{Next, word};
use super::walker::Walker;
use crate::facts::{FileFacts, ScopeId, SyntaxProblem};
use crate::lang::rust::syntax::count::count;
use crate::lang::rust::syntax::lexer::{self, Kind, Token};
use crate::lang::rust::syntax::span_map::SpanMap;
use crate::source::Span;

/// The facts of a file with a syntax error, its first code byte being `at`.
#[must_use]
pub fn facts(text: &str, at: usize, problem: SyntaxProblem, context: Context<'_>) -> FileFacts {
    let (comments, tokens): (Vec<Token>, Vec<Token>) =
        lexer::tokens(text, at).partition(|token| token.kind == Kind::Comment);
    // Doc comments are attributes to the parser, and an error where they document nothing.
    let text = &lexer::blanked(text, comments.iter().map(|token| token.span));
    let mut cut = Cut { text, tokens: &tokens, balanced: is_balanced(&tokens), broken: Vec::new() };
    cut.content(0..tokens.len(), Inside::Module);
    let broken = cut.broken;
    let blank = lexer::blanked(text, broken.iter().map(|range| cover(&tokens[range.clone()])));
    let Some(file) = parse(&blank[at..]) else {
        let mut walker = Walker::new(text, 0, context);
        walker.names.facts.problems.push(problem);
        walker.scan(text, &tokens);
        return walker.finish();
    };
    let mut walker = Walker::new(&blank[at..], count(at), context);
    walker.names.facts.problems.push(problem);
    walker.extents = Some(Vec::new());
    walker.file(&file);
    let extents = walker.extents.take().unwrap_or_default();
    walker.map = SpanMap::new(text, 0);
    for range in broken {
        walker.enter_at(tokens[range.start].span.start, &extents);
        walker.scan(text, &tokens[range]);
    }
    walker.scope = ScopeId::MODULE;
    walker.finish()
}

fn parse(text: &str) -> Option<syn::File> {
    syn::parse_file(text).ok()
}

fn cover(tokens: &[Token]) -> Span {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.span.cover(last.span),
        _ => Span::default(),
    }
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    tokens.iter().all(|token| match token.kind {
        Kind::Open(bracket) => {
            open.push(bracket);
            true
        }
        Kind::Close(bracket) => {
            matches!((open.pop(), bracket), (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}'))
        }
        _ => true,
    }) && open.is_empty()
}

/// The kind of code that the pieces of some tokens are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Items.
    Module,
    /// Members of an `impl` or a `trait`.
    Class,
    /// Statements.
    Function,
}

/// The search for what does not parse.
struct Cut<'a> {
    text: &'a str,
    tokens: &'a [Token],
    balanced: bool,
    /// Ranges of tokens, in order.
    broken: Vec<Range<usize>>,
}

impl Cut<'_> {
    fn content(&mut self, range: Range<usize>, inside: Inside) {
        for piece in self.pieces(range, inside) {
            let text = cover(&self.tokens[piece.clone()]).of(self.text);
            if parses(text, inside) {
                continue;
            }
            match self.body(piece.clone()) {
                Some((body, kind)) if self.opens(&piece, &body, inside) => self.content(body, kind),
                _ => self.give_up(piece, inside),
            }
        }
    }

    /// A piece that does not parse: an item that is not finished goes on into the next one, which is whole.
    fn give_up(&mut self, piece: Range<usize>, inside: Inside) {
        let next = (piece.start + 1..piece.end).find(|&at| inside == Inside::Module && self.begins_item(at));
        self.broken.push(piece.start..next.unwrap_or(piece.end));
        if let Some(next) = next {
            self.content(next..piece.end, inside);
        }
    }

    /// Returns whether the piece would parse if its body were empty.
    fn opens(&self, piece: &Range<usize>, body: &Range<usize>, inside: Inside) -> bool {
        let head = cover(&self.tokens[piece.start..body.start]).of(self.text);
        parses(&format!("{head}}}"), inside)
    }

    /// The tokens between the last braces of a piece, and what they are; none if it is nothing that is opened.
    fn body(&self, piece: Range<usize>) -> Option<(Range<usize>, Inside)> {
        let tokens = &self.tokens[piece.clone()];
        let (mut depth, mut kind) = (0u32, None);
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Open(b'{') if depth == 0 && kind.is_some() => {
                    let closed = tokens.last().is_some_and(|last| last.kind == Kind::Close(b'}'));
                    let end = piece.end - usize::from(closed);
                    let start = piece.start + at + 1;
                    return (closed && start <= end).then_some((start..end, kind?));
                }
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                Kind::Word if depth == 0 && kind.is_none() => {
                    kind = match token.span.of(self.text) {
                        "mod" => Some(Inside::Module),
                        "impl" | "trait" => Some(Inside::Class),
                        "fn" => Some(Inside::Function),
                        _ => None,
                    };
                }
                _ => {}
            }
        }
        None
    }

    /// Cuts tokens into what looks like items, members or statements: each ends at a `;`, or after a `}` that no `;`
    /// must follow. Where brackets do not match, an item keyword at the start of a line begins a new piece.
    fn pieces(&self, range: Range<usize>, inside: Inside) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let (mut start, mut depth) = (range.start, 0u32);
        for at in range.clone() {
            let token = self.tokens[at];
            if !self.balanced && at > start && inside == Inside::Module && self.begins_item(at) {
                found.push(start..at);
                (start, depth) = (at, 0);
            }
            let ends = match token.kind {
                Kind::Open(_) => {
                    depth += 1;
                    false
                }
                Kind::Close(bracket) => {
                    depth = depth.saturating_sub(1);
                    depth == 0 && bracket == b'}' && !self.goes_on(start..at + 1, range.end, inside)
                }
                Kind::Punct(b';') => depth == 0,
                _ => false,
            };
            if ends {
                found.push(start..at + 1);
                start = at + 1;
            }
        }
        if start < range.end {
            found.push(start..range.end);
        }
        found
    }

    fn begins_item(&self, at: usize) -> bool {
        let span = self.tokens[at].span;
        let at_line_start = span.start == 0 || self.text.as_bytes().get(span.start as usize - 1) == Some(&b'\n');
        at_line_start
            && matches!(
                span.of(self.text),
                "fn" | "pub"
                    | "use"
                    | "mod"
                    | "impl"
                    | "struct"
                    | "enum"
                    | "trait"
                    | "type"
                    | "const"
                    | "static"
                    | "async"
                    | "unsafe"
                    | "extern"
                    | "macro_rules"
                    | "#"
            )
    }

    /// Returns whether a piece goes on after its `}`: a `use` or `let` ends with `;`, and an expression can go on.
    fn goes_on(&self, piece: Range<usize>, end: usize, inside: Inside) -> bool {
        if let Some(next) = self.tokens.get(piece.end).filter(|_| piece.end < end) {
            let goes_on = match next.kind {
                Kind::Punct(b'#') => false,
                Kind::Punct(b'.' | b'?') => true,
                Kind::Word => matches!(next.span.of(self.text), "else" | "as"),
                Kind::Punct(b';') => inside == Inside::Function,
                _ => false,
            };
            if goes_on {
                return true;
            }
        }
        let mut depth = 0u32;
        for token in &self.tokens[piece] {
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                Kind::Word if depth == 0 => match token.span.of(self.text) {
                    "fn" | "mod" | "struct" | "enum" | "impl" | "trait" | "union" => return false,
                    "use" | "static" | "type" | "let" => return true,
                    _ => {}
                },
                Kind::Punct(b'=') if depth == 0 => return inside != Inside::Function,
                _ => {}
            }
        }
        false
    }
}

/// Returns whether the text is a sequence of items, members or statements that a stack can bear.
fn parses(text: &str, inside: Inside) -> bool {
    use syn::parse::Parser;
    if lexer::nesting(text, 0).exceeds(lexer::Nesting::DEEP) {
        return false;
    }
    match inside {
        Inside::Module => parse(text).is_some(),
        Inside::Class => {
            parse(&format!("impl X {{{text}\n}}")).is_some() || parse(&format!("trait X {{{text}\n}}")).is_some()
        }
        Inside::Function => syn::Block::parse_within.parse_str(text).is_ok(),
    }
}

impl Walker<'_> {
    /// Goes to the innermost scope whose text contains a place.
    fn enter_at(&mut self, offset: u32, extents: &[(Span, ScopeId)]) {
        let around = extents.iter().filter(|(span, _)| span.start <= offset && offset < span.end);
        self.scope = around.min_by_key(|(span, _)| span.end - span.start).map_or(ScopeId::MODULE, |(_, scope)| *scope);
        let facts = &self.names.facts;
        let mut at = Some(self.scope);
        self.implementation = None;
        while let (Some(scope), None) = (at, self.implementation) {
            self.implementation = facts.implementations.iter().position(|i| i.body == scope).map(count);
            at = facts.scopes[scope.index()].parent;
        }
    }

    /// Finds paths in tokens that do not parse.
    fn scan(&mut self, text: &str, tokens: &[Token]) {
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].kind == Kind::Word {
                at = self.scan_path(text, tokens, at);
            } else {
                at += 1;
            }
        }
    }

    fn scan_path(&mut self, text: &str, tokens: &[Token], start: usize) -> usize {
        use proc_macro2::Delimiter::Brace;
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
        let next = match tokens.get(at).map(|t| t.kind) {
            Some(Kind::Open(b'(')) => Next::Call(Vec::new()),
            Some(Kind::Open(b'{')) => Next::Group(Brace),
            Some(Kind::Punct(b'=')) => Next::Assigned,
            _ => Next::Other,
        };
        let before = start.checked_sub(1).map(|at| tokens[at]);
        let rooted = start >= 2 && punct(start - 1, b':') && punct(start - 2, b':');
        let member = start >= 1 && punct(start - 1, b'.') && !(start >= 2 && punct(start - 2, b'.'));
        let fragment = start >= 1 && punct(start - 1, b'$') && path[0].0 != "crate";
        if !member && !fragment {
            let previous = before.filter(|t| t.kind == Kind::Word).map_or("", |t| t.span.of(text));
            self.statement = self.map.line(tokens[start].span.start);
            self.scanned_path(path, rooted, previous, next);
        }
        at
    }
}
