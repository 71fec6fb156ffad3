//! A second reading of a text with syntax errors, where the first one lost what follows them.
//!
//! In: a text and the parser's reading of it. Out: the reading that makes most of the text, and what was never closed.
//! The parser recovers from most errors by itself. It cannot where a bracket or a triple-quoted string is never closed:
//! all that follows counts as a part of it. Then the sign that opens it is read as white space, so that every byte
//! keeps its place. Chooses by what is read as statements, and knows no names.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{ExceptHandler, Expr, ModModule, PySourceType, Stmt};
use ruff_python_parser::{LexicalErrorType, ParseErrorType, Parsed};
use ruff_text_size::Ranged;

use super::depth::shallow;
use super::walker::span;
use crate::facts::SyntaxProblem;
use crate::source::Span;

/// Bytes that are parsed again at most.
const MOST_BYTES: usize = 8 << 20;

/// A reading of a text.
pub(super) struct Reading {
    /// The syntax tree and the tokens.
    pub parsed: Parsed<ModModule>,
    /// The text that was parsed, where it is not the original.
    pub mended: Option<String>,
    /// The syntax errors of the original.
    pub problems: Vec<SyntaxProblem>,
}

/// The best reading of a text that was parsed once.
pub(super) fn read(text: &str, parsed: Parsed<ModModule>, kind: PySourceType) -> Reading {
    let problems = parsed.errors().iter();
    let problems = problems.map(|error| SyntaxProblem { span: span(error.location), message: error.error.to_string() });
    let problems: Vec<SyntaxProblem> = problems.collect();
    let first = Reading { parsed, mended: None, problems };
    if first.problems.is_empty() {
        return first;
    }
    let mut search = Search { kind, bytes: 0, best: first, opened: Vec::new() };
    search.close_brackets(text);
    search.close_docstrings(text);
    search.close_strings(text);
    search.close_brackets(text);
    search.finish(text)
}

struct Search {
    kind: PySourceType,
    /// Bytes that were parsed again.
    bytes: usize,
    best: Reading,
    /// The signs that the best reading takes for white space.
    opened: Vec<Span>,
}

impl Search {
    fn text<'s>(&'s self, original: &'s str) -> &'s str {
        self.best.mended.as_deref().unwrap_or(original)
    }

    fn close_brackets(&mut self, original: &str) {
        if self.best.parsed.errors().is_empty() {
            return;
        }
        let unclosed = unclosed_brackets(self.text(original), self.best.parsed.tokens());
        if !unclosed.is_empty() {
            self.try_without(original, &self.opened.clone(), &unclosed);
        }
    }

    /// A string that ends right after `def name():` is none: what seems to close it opens the docstring of that
    /// function. Whether the readings on the way are better says nothing, because each makes code of the next string.
    fn close_docstrings(&mut self, original: &str) {
        if self.best.parsed.errors().is_empty() {
            return;
        }
        let mut opened = self.opened.clone();
        let mut next = never_closed(self.text(original), self.best.parsed.tokens());
        while let Some(quotes) = next {
            self.bytes += original.len();
            opened.push(quotes);
            opened.sort_unstable();
            let mended = without(original, &opened);
            if self.bytes > MOST_BYTES {
                break;
            }
            let Some(parsed) = shallow(&mended, self.kind) else { break };
            next = never_closed(&mended, parsed.tokens());
            if worth(&parsed) > worth(&self.best.parsed) {
                self.best.parsed = parsed;
                self.best.mended = Some(mended);
                self.opened.clone_from(&opened);
            }
        }
    }

    /// One string that is never closed makes code of all later strings, and strings of the code between them.
    fn close_strings(&mut self, original: &str) {
        if !self.best.parsed.errors().iter().any(|error| is_unclosed_string(&error.error)) {
            return;
        }
        let opened = self.opened.clone();
        for quotes in triple_quotes(self.text(original), self.best.parsed.tokens()) {
            self.try_without(original, &opened, &[quotes]);
        }
    }

    /// Reads the text without the signs of earlier steps and these; keeps that reading if it makes more of the text.
    fn try_without(&mut self, original: &str, earlier: &[Span], signs: &[Span]) {
        self.bytes += original.len();
        if self.bytes > MOST_BYTES {
            return;
        }
        let mut opened = [earlier, signs].concat();
        opened.sort_unstable();
        let mended = without(original, &opened);
        let Some(parsed) = shallow(&mended, self.kind) else { return };
        if worth(&parsed) > worth(&self.best.parsed) {
            self.best.parsed = parsed;
            self.best.mended = Some(mended);
            self.opened = opened;
        }
    }

    /// Says what is never closed instead of what only follows from it.
    fn finish(mut self, original: &str) -> Reading {
        if let Some(first) = self.opened.first() {
            let begins = first.start;
            self.best.problems.retain(|problem| problem.span.end <= begins);
            self.best.problems.extend(self.opened.iter().map(|&sign| {
                let written = sign.of(original);
                SyntaxProblem { span: sign, message: format!("`{written}` is never closed") }
            }));
        }
        self.best
    }
}

fn is_unclosed_string(error: &ParseErrorType) -> bool {
    use LexicalErrorType::{FStringError, TStringError, UnclosedStringError};
    matches!(error, ParseErrorType::Lexical(UnclosedStringError | FStringError(_) | TStringError(_)))
}

/// The text with these signs as blanks.
fn without(text: &str, signs: &[Span]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for sign in signs {
        let (start, end) = (sign.start as usize, sign.end as usize);
        result.push_str(text.get(at..start).unwrap_or_default());
        result.extend(std::iter::repeat_n(' ', end - start));
        at = end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// Returns the weight of the text that a reading takes for code, and then how few errors it has.
fn worth(parsed: &Parsed<ModModule>) -> (usize, std::cmp::Reverse<usize>) {
    let mut sum = 0;
    let mut suites: Vec<&[Stmt]> = vec![&parsed.syntax().body];
    while let Some(suite) = suites.pop() {
        for stmt in suite {
            sum += weight(stmt);
            suites.extend(suites_of(stmt));
        }
    }
    (sum, std::cmp::Reverse(parsed.errors().len()))
}

/// Prose that is read as code gives many expressions, few calls and hardly an import or a definition.
fn weight(stmt: &Stmt) -> usize {
    match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::FunctionDef(_) | Stmt::ClassDef(_) => 4,
        Stmt::Expr(expr) => usize::from(matches!(&*expr.value, Expr::Call(_) | Expr::Await(_))),
        _ => 1,
    }
}

/// The suites of a compound statement.
fn suites_of(stmt: &Stmt) -> Vec<&[Stmt]> {
    match stmt {
        Stmt::FunctionDef(it) => vec![&it.body],
        Stmt::ClassDef(it) => vec![&it.body],
        Stmt::For(it) => vec![&it.body, &it.orelse],
        Stmt::While(it) => vec![&it.body, &it.orelse],
        Stmt::With(it) => vec![&it.body],
        Stmt::If(it) => {
            let clauses = it.elif_else_clauses.iter().map(|clause| clause.body.as_slice());
            std::iter::once(it.body.as_slice()).chain(clauses).collect()
        }
        Stmt::Match(it) => it.cases.iter().map(|case| case.body.as_slice()).collect(),
        Stmt::Try(it) => {
            let handlers = it.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler.body.as_slice());
            [&it.body, &it.orelse, &it.finalbody].into_iter().map(|suite| suite.as_slice()).chain(handlers).collect()
        }
        _ => Vec::new(),
    }
}

/// The brackets that are open where a statement begins on a line of its own, or at the end.
fn unclosed_brackets(text: &str, tokens: &[Token]) -> Vec<Span> {
    let mut unclosed = Vec::new();
    let mut open: Vec<(TokenKind, Span)> = Vec::new();
    let mut begins_line = true;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind() {
            TokenKind::Comment => continue,
            TokenKind::Newline | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent => {
                begins_line = true;
                continue;
            }
            kind @ (TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace) => open.push((kind, span(token.range()))),
            kind @ (TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace) => {
                if let Some(partner) = open.iter().rposition(|(opening, _)| closes(*opening, kind)) {
                    unclosed.extend(open.drain(partner..).skip(1).map(|(_, span)| span));
                }
            }
            _ if begins_line && !open.is_empty() && begins_statement(text, &tokens[at..]) => {
                unclosed.extend(open.drain(..).map(|(_, span)| span));
            }
            _ => {}
        }
        begins_line = false;
    }
    unclosed.extend(open.into_iter().map(|(_, span)| span));
    unclosed.sort_unstable();
    unclosed
}

fn closes(opening: TokenKind, closing: TokenKind) -> bool {
    matches!(
        (opening, closing),
        (TokenKind::Lpar, TokenKind::Rpar)
            | (TokenKind::Lsqb, TokenKind::Rsqb)
            | (TokenKind::Lbrace, TokenKind::Rbrace)
    )
}

/// Returns whether a line that begins with these tokens cannot go on with an expression.
fn begins_statement(text: &str, tokens: &[Token]) -> bool {
    let line = || {
        let ends = |token: &&Token| !matches!(token.kind(), TokenKind::Newline | TokenKind::NonLogicalNewline);
        tokens.iter().take_while(ends).filter(|token| token.kind() != TokenKind::Comment)
    };
    let Some(first) = tokens.first() else { return false };
    match first.kind() {
        TokenKind::Import
        | TokenKind::Def
        | TokenKind::Class
        | TokenKind::Return
        | TokenKind::Raise
        | TokenKind::Del
        | TokenKind::Pass
        | TokenKind::Break
        | TokenKind::Continue
        | TokenKind::Global
        | TokenKind::Nonlocal
        | TokenKind::Assert
        | TokenKind::With
        | TokenKind::While
        | TokenKind::Try
        | TokenKind::Except
        | TokenKind::Finally => true,
        TokenKind::From => line().any(|token| token.kind() == TokenKind::Import),
        TokenKind::Async => line().nth(1).is_some_and(|next| matches!(next.kind(), TokenKind::Def | TokenKind::With)),
        TokenKind::For | TokenKind::If | TokenKind::Else | TokenKind::Elif => {
            line().last().is_some_and(|last| last.kind() == TokenKind::Colon)
        }
        // `name = value` at the start of a line that is not indented is no keyword argument.
        TokenKind::Name => {
            let before = &text[..first.start().to_usize()];
            let indented = !(before.is_empty() || before.ends_with(['\n', '\r']));
            !indented && line().nth(1).is_some_and(|next| next.kind() == TokenKind::Equal)
        }
        _ => false,
    }
}

/// The quotes that open the first triple-quoted string that has no end, or at whose end a function or class begins.
fn never_closed(text: &str, tokens: &[Token]) -> Option<Span> {
    let ends_with_header = |opening: &Span| {
        let quotes = opening.of(text).trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let rest = text.get(opening.end as usize..).unwrap_or_default();
        let Some((inner, _)) = rest.split_once(quotes) else { return true };
        let Some((lines, indentation)) = inner.rsplit_once('\n') else { return false };
        let header = lines.trim_end().rsplit('\n').next().unwrap_or_default().trim_start();
        let begins = ["def ", "async def ", "class ", ")"].iter().any(|sign| header.starts_with(sign));
        indentation.trim().is_empty() && begins && header.ends_with(':')
    };
    triple_quotes(text, tokens).into_iter().find(ends_with_header)
}

/// The triple quotes that open a string, each with the letters before it.
fn triple_quotes(text: &str, tokens: &[Token]) -> Vec<Span> {
    let opening = |token: &Token| {
        let strings = [TokenKind::String, TokenKind::FStringStart, TokenKind::TStringStart, TokenKind::Unknown];
        let token_span = Some(span(token.range())).filter(|_| strings.contains(&token.kind()))?;
        let written = token_span.of(text);
        let quotes = written.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let triple = quotes.starts_with("\"\"\"") || quotes.starts_with("'''");
        let end = token_span.start + super::symbols::index(written.len() - quotes.len() + 3);
        triple.then_some(Span::new(token_span.start, end))
    };
    tokens.iter().filter_map(opening).collect()
}
