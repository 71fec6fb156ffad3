//! The code between a macro's delimiters: tokens, and mostly Rust.
//!
//! In: the tokens and their text. Out: expressions, else statements and items, else the tokens themselves, whose groups
//! are read in the same way. A look at the text comes first, because a guess that fails costs as much as one that does
//! not. What a macro makes of its arguments is not known here.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::{AnyDelimiter, Speculative};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Block, Expr, Stmt, Token, token};

use crate::lang::rust::syntax::lexer::{self, Kind};
use crate::source::Span;

/// The tokens between a macro's delimiters, read as far as they can be.
pub enum Body {
    /// Nothing.
    Nothing,
    /// Expressions between commas.
    Expressions(Punctuated<Expr, Token![,]>),
    /// The inside of a block; items too.
    Statements(Vec<Stmt>),
    /// Anything else.
    Tokens(Vec<Piece>),
}

/// A token, or a group with what is in it.
pub enum Piece {
    /// A word.
    Word(Ident),
    /// One character of punctuation.
    Punct(Punct),
    /// A group.
    Group(Delimiter, DelimSpan, Body),
    /// A literal.
    Literal(Literal),
}

/// One way to read tokens.
type Guess = fn(ParseStream<'_>) -> syn::Result<Body>;

const EXPRESSIONS: Guess = |input| Punctuated::parse_terminated(input).map(Body::Expressions);

const STATEMENTS: Guess = |input| Block::parse_within(input).map(Body::Statements);

impl Body {
    /// Reads the tokens of `text`; an empty text tells nothing about them.
    #[must_use]
    pub fn read(tokens: TokenStream, text: &str) -> Self {
        let mut body = Self::Nothing;
        let look = Look::at(text);
        if look.is_dumb {
            return body;
        }
        let tokens = if look.comments { without_documentation(tokens) } else { tokens };
        let parser = |input: ParseStream<'_>| {
            body = Self::read_from(input, text, &look);
            Ok(())
        };
        // What was read counts also if something is left over.
        let _ = parser.parse2(tokens);
        body
    }

    fn read_from(input: ParseStream<'_>, text: &str, look: &Look) -> Self {
        if input.is_empty() {
            return Self::Nothing;
        }
        for guess in look.guesses() {
            let fork = input.fork();
            if let Ok(body) = guess(&fork)
                && fork.is_empty()
            {
                input.advance_to(&fork);
                return body;
            }
        }
        Self::pieces(input, &mut look.groups.iter().map(|span| span.of(text)))
    }

    /// Reads the groups among the tokens only.
    #[must_use]
    pub fn scan(tokens: TokenStream) -> Self {
        let mut body = Self::Nothing;
        let parser = |input: ParseStream<'_>| {
            body = Self::pieces(input, &mut std::iter::empty());
            Ok(())
        };
        let _ = parser.parse2(without_documentation(tokens));
        body
    }

    fn pieces<'t>(input: ParseStream<'_>, groups: &mut impl Iterator<Item = &'t str>) -> Self {
        let mut pieces = Vec::new();
        while !input.is_empty() {
            let Ok(piece) = Piece::next(input, groups) else { break };
            pieces.push(piece);
        }
        Self::Tokens(pieces)
    }

    /// The tokens as they are, their groups too: the rules of a macro are no Rust.
    #[must_use]
    pub fn raw(tokens: TokenStream) -> Self {
        let piece = |token| match token {
            TokenTree::Group(group) => Piece::Group(group.delimiter(), group.delim_span(), Self::raw(group.stream())),
            TokenTree::Ident(ident) => Piece::Word(ident),
            TokenTree::Punct(punct) => Piece::Punct(punct),
            TokenTree::Literal(literal) => Piece::Literal(literal),
        };
        Self::Tokens(without_documentation(tokens).into_iter().map(piece).collect())
    }

    /// Returns whether it contains items.
    #[must_use]
    pub fn has_items(&self) -> bool {
        match self {
            Self::Statements(statements) => statements.iter().any(|s| matches!(s, Stmt::Item(_))),
            Self::Tokens(pieces) => {
                pieces.iter().any(|piece| matches!(piece, Piece::Group(_, _, inner) if inner.has_items()))
            }
            Self::Expressions(_) | Self::Nothing => false,
        }
    }
}

/// The tokens without the attributes that documentation is to the parser: no text of the arguments has them.
fn without_documentation(tokens: TokenStream) -> TokenStream {
    let mut left: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            left.push(token);
            continue;
        };
        let mut sign = left.len();
        while let Some(TokenTree::Punct(punct)) = sign.checked_sub(1).map(|at| &left[at])
            && punct.span().start() == group.span_open().start()
        {
            sign -= 1;
        }
        if sign < left.len() {
            left.truncate(sign);
            continue;
        }
        let mut inner = Group::new(group.delimiter(), without_documentation(group.stream()));
        inner.set_span(group.span());
        left.push(TokenTree::Group(inner));
    }
    left.into_iter().collect()
}

impl Piece {
    fn next<'t>(input: ParseStream<'_>, groups: &mut impl Iterator<Item = &'t str>) -> syn::Result<Self> {
        if input.peek(token::Paren) || input.peek(token::Brace) || input.peek(token::Bracket) {
            let (delimiter, span, content) = input.parse_any_delimiter()?;
            let text = groups.next().unwrap_or_default();
            return Ok(Self::Group(delimiter, span, Body::read_from(&content, text, &Look::at(text))));
        }
        if input.peek(Ident::peek_any) {
            return Ident::parse_any(input).map(Self::Word);
        }
        Ok(match input.parse::<TokenTree>()? {
            TokenTree::Punct(punct) => Self::Punct(punct),
            TokenTree::Literal(literal) => Self::Literal(literal),
            TokenTree::Ident(ident) => Self::Word(ident),
            TokenTree::Group(group) => Self::Group(group.delimiter(), group.delim_span(), Body::raw(group.stream())),
        })
    }
}

/// The knowledge that a look at a text gives before anything is parsed.
#[derive(Default)]
struct Look {
    /// Nothing is known: there is no text.
    blind: bool,
    /// There are comments in it.
    comments: bool,
    /// No word is in it, and no text that may be a URL.
    is_dumb: bool,
    /// It begins, after its attributes, with a word that only a statement or an item begins with.
    begins_statement: bool,
    /// It begins with a word that begins items and expressions.
    begins_either: bool,
    semicolon: bool,
    comma: bool,
    /// `=>` outside groups, or signs of a template: `$x`, `#x`.
    foreign: bool,
    /// The text inside each group.
    groups: Vec<Span>,
}

impl Look {
    fn at(text: &str) -> Self {
        let mut look =
            Self { blind: text.is_empty(), is_dumb: !text.is_empty() && !text.contains("://"), ..Self::default() };
        let (mut depth, mut group, mut quoted) = (0u32, 0u32, u32::MAX);
        let (mut before, mut first): (Option<Kind>, bool) = (None, true);
        for token in lexer::tokens(text, 0) {
            if token.kind == Kind::Comment {
                look.comments = true;
                continue;
            }
            let last = before.replace(token.kind);
            if first && depth == 0 && !is_of_attribute(last, token.kind) {
                first = false;
                look.begin(token.span.of(text));
            }
            look.is_dumb &= token.kind != Kind::Word;
            match token.kind {
                Kind::Open(bracket) => {
                    if depth == 0 {
                        group = token.span.end;
                    }
                    depth += 1;
                    if last == Some(Kind::Punct(b'!')) && quoted == u32::MAX {
                        quoted = depth;
                    } else if last == Some(Kind::Punct(b'#')) && bracket != b'[' && quoted == u32::MAX {
                        look.foreign = true;
                    }
                }
                Kind::Close(_) => {
                    if quoted == depth {
                        quoted = u32::MAX;
                    }
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        look.groups.push(Span::new(group, token.span.start));
                    }
                }
                Kind::Punct(b';') => look.semicolon |= depth == 0,
                Kind::Punct(b',') => look.comma |= depth == 0,
                Kind::Punct(b'>') => look.foreign |= depth == 0 && last == Some(Kind::Punct(b'=')),
                Kind::Punct(b'$') => look.foreign |= quoted == u32::MAX,
                Kind::Word => look.foreign |= last == Some(Kind::Punct(b'#')) && quoted == u32::MAX,
                _ => {}
            }
        }
        look
    }

    fn begin(&mut self, word: &str) {
        self.begins_statement = matches!(
            word,
            "pub" | "struct" | "enum" | "impl" | "trait" | "mod" | "use" | "type" | "let" | "extern" | "fn"
        );
        self.begins_either = matches!(word, "const" | "unsafe" | "async" | "static");
    }

    /// Returns the readings that are worth trying, in this order.
    fn guesses(&self) -> &'static [Guess] {
        if self.foreign {
            &[]
        } else if self.begins_statement || self.semicolon {
            &[STATEMENTS]
        } else if self.comma && !self.begins_either && !self.blind {
            &[EXPRESSIONS]
        } else {
            &[EXPRESSIONS, STATEMENTS]
        }
    }
}

/// Returns whether a token is of an attribute's beginning: `#`, `#!`, `[`.
fn is_of_attribute(last: Option<Kind>, kind: Kind) -> bool {
    match kind {
        Kind::Punct(b'#') => true,
        Kind::Punct(b'!') => last == Some(Kind::Punct(b'#')),
        Kind::Open(b'[') => matches!(last, Some(Kind::Punct(b'#' | b'!'))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        show(&Body::read(text.parse().unwrap(), text))
    }

    fn show(body: &Body) -> String {
        match body {
            Body::Nothing => "-".to_owned(),
            Body::Expressions(all) => format!("e{}", all.len()),
            Body::Statements(all) => format!("s{}", all.len()),
            Body::Tokens(pieces) => {
                let groups = pieces.iter().filter_map(|piece| match piece {
                    Piece::Group(_, _, inner) => Some(show(inner)),
                    _ => None,
                });
                format!("t{}({})", pieces.len(), groups.collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn arguments_are_what_they_parse_as() {
        for (text, wanted) in [
            ("", "-"),
            ("a, b(1),", "e2"),
            ("\"{}\", x => y", "t6()"),
            ("a; 3", "s2"),
            ("x: 1", "t3()"),
            ("#[a] pub struct S<A, B>(A, B);", "s1"),
            ("/// a\n#[b]\n// c\nstruct S<A, B> { /** d */ e: (A, B) }", "s1"),
            ("#[a] b, c", "e2"),
            ("//! a\nb => { /// c\n d(1) } e => [2]", "t8(e1 e1)"),
            ("const X: u8 = f(1, 2); fn g<A, B>() {}", "s2"),
            ("unsafe impl<A, B> C for D<A, B> {}", "s1"),
            ("unsafe { a }, b", "e2"),
            ("quote!(#a, $b), c", "e2"),
            ("struct #name { a: b }", "t4(t3())"),
            ("c = f(1) => { g(); h() } _ = i() => {}", "t14(e1 s2 - -)"),
            ("static ref A: B = c(1); static ref D: E = f(2);", "t18(e1 e1)"),
            ("if #[cfg(unix)] { mod j; } else { fn k() {} }", "t6(e1 s1 s1)"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn without_a_text_all_is_tried() {
        assert_eq!(show(&Body::read("a, b".parse().unwrap(), "")), "e2");
        assert_eq!(show(&Body::read("let a = 1; b".parse().unwrap(), "")), "s2");
    }
}
