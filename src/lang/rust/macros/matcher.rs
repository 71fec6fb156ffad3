//! The arms of a macro, and which of them a call matches.
//!
//! In: the text of a `macro_rules!` definition and the arguments of a call. Out: its arms, and what the fragments of a
//! matcher are bound to: names, paths and types as they are written, all others a name that nothing binds.

use rustc_hash::FxHashMap;

use crate::lang::rust::syntax::lexer::{self, Kind, Token};
use crate::source::Span;

/// The word that stands for a fragment that is not put in.
pub(super) const HOLE: &str = "__hole";

/// Matcher and body of one arm.
pub(super) type Arm = (Vec<Tree>, Vec<Tree>);

/// A token, or a group with what is in it.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Token(Token),
    Group { open: Token, inside: Vec<Tree>, close: Option<Token> },
}

pub(super) fn trees(text: &str) -> Vec<Tree> {
    let mut stack: Vec<(Option<Token>, Vec<Tree>)> = vec![(None, Vec::new())];
    for token in lexer::tokens(text, 0).filter(|token| token.kind != Kind::Comment) {
        match token.kind {
            Kind::Open(_) if stack.len() < 200 => stack.push((Some(token), Vec::new())),
            Kind::Close(_) if stack.len() > 1 => {
                if let Some((Some(open), inside)) = stack.pop()
                    && let Some((_, outer)) = stack.last_mut()
                {
                    outer.push(Tree::Group { open, inside, close: Some(token) });
                }
            }
            _ => {
                if let Some((_, outer)) = stack.last_mut() {
                    outer.push(Tree::Token(token));
                }
            }
        }
    }
    while stack.len() > 1 {
        if let Some((Some(open), inside)) = stack.pop()
            && let Some((_, outer)) = stack.last_mut()
        {
            outer.push(Tree::Group { open, inside, close: None });
        }
    }
    stack.pop().map(|(_, trees)| trees).unwrap_or_default()
}

/// `(matcher) => { body }` separated by `;`.
pub(super) fn arms(trees: Vec<Tree>) -> Vec<Arm> {
    let mut groups = trees.into_iter().filter_map(|tree| match tree {
        Tree::Group { inside, .. } => Some(inside),
        Tree::Token(_) => None,
    });
    let mut found = Vec::new();
    while let (Some(matcher), Some(body)) = (groups.next(), groups.next()) {
        found.push((matcher, body));
    }
    found
}

impl Tree {
    pub(super) fn is(&self, byte: u8) -> bool {
        matches!(self, Self::Token(token) if token.kind == Kind::Punct(byte))
    }

    pub(super) fn word<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Token(token) if token.kind == Kind::Word => Some(token.span.of(text)),
            _ => None,
        }
    }

    fn span(&self) -> Span {
        match self {
            Self::Token(token) => token.span,
            Self::Group { open, inside, close } => {
                let last = close.map(|token| token.span).or(inside.last().map(Self::span)).unwrap_or(open.span);
                open.span.cover(last)
            }
        }
    }
}

/// The texts that the fragments of a matcher are bound to.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    pub(super) one: FxHashMap<String, String>,
    pub(super) many: Vec<Bound>,
    /// Names, paths and types among the arguments.
    pub(super) taken: Vec<Span>,
    /// Groups of tokens among the arguments.
    pub(super) quoted: Vec<Span>,
}

/// A part of a matcher at its beginning.
pub(super) enum Part<'t> {
    Fragment { name: &'t str, kind: &'t str, length: usize },
    Repeat { inside: &'t [Tree], separator: Option<&'t Tree>, once: bool, length: usize },
    Literal,
}

pub(super) fn part<'t>(text: &'t str, matcher: &'t [Tree]) -> Part<'t> {
    if !matcher[0].is(b'$') {
        return Part::Literal;
    }
    match matcher.get(1) {
        Some(Tree::Group { inside, .. }) => {
            let operator = |at: usize| matcher.get(at).is_some_and(|t| t.is(b'*') || t.is(b'+') || t.is(b'?'));
            let separated = !operator(2) || (operator(2) && operator(3));
            let separator = if separated { matcher.get(2) } else { None };
            let at = if separated { 3 } else { 2 };
            Part::Repeat { inside, separator, once: matcher.get(at).is_some_and(|t| t.is(b'?')), length: at + 1 }
        }
        Some(tree) => match (tree.word(text), matcher.get(2), matcher.get(3).and_then(|t| t.word(text))) {
            (Some(name), Some(colon), Some(kind)) if colon.is(b':') => Part::Fragment { name, kind, length: 4 },
            _ => Part::Literal,
        },
        None => Part::Literal,
    }
}

impl Bound {
    /// Matches as much of `given` as `matcher` wants; gives the rest.
    pub(super) fn matches<'g>(
        &mut self,
        text: &str,
        matcher: &[Tree],
        from: &str,
        given: &'g [Tree],
    ) -> Option<&'g [Tree]> {
        let (mut matcher, mut given) = (matcher, given);
        while !matcher.is_empty() {
            match part(text, matcher) {
                Part::Fragment { name, kind, length } => {
                    matcher = matcher.get(length..).unwrap_or_default();
                    let taken = fragment(text, kind, matcher.first(), from, given)?;
                    let text = match kind {
                        "ident" | "path" | "ty" | "tt" | "literal" | "expr"
                            if !matches!(kind, "literal" | "expr") || is_text(from, &given[..taken]) =>
                        {
                            let span = cover(&given[..taken]);
                            match given[0] {
                                Tree::Group { .. } if kind == "tt" => self.quoted.push(span),
                                _ if matches!(kind, "literal" | "expr") => self.quoted.push(span),
                                Tree::Token(token) if kind == "tt" && token.kind != Kind::Word => {}
                                _ => self.taken.push(span),
                            }
                            span.of(from).to_owned()
                        }
                        _ => HOLE.to_owned(),
                    };
                    self.one.insert(name.to_owned(), text);
                    given = &given[taken..];
                }
                Part::Repeat { inside, separator, once, length } => {
                    loop {
                        let mut bound = Self::default();
                        if given.is_empty() {
                            break;
                        }
                        let Some(rest) = bound.matches(text, inside, from, given) else { break };
                        if rest.len() == given.len() {
                            break;
                        }
                        given = rest;
                        self.many.push(bound);
                        match separator {
                            Some(separator) if given.first().is_some_and(|tree| same(text, separator, from, tree)) => {
                                given = &given[1..];
                            }
                            Some(_) => break,
                            None if once => break,
                            None => {}
                        }
                    }
                    matcher = matcher.get(length..).unwrap_or_default();
                }
                Part::Literal => {
                    let first = given.first()?;
                    match (&matcher[0], first) {
                        (Tree::Group { inside, open, .. }, Tree::Group { inside: inner, open: other, .. }) => {
                            if open.kind != other.kind || !self.matches(text, inside, from, inner)?.is_empty() {
                                return None;
                            }
                        }
                        (wanted, tree) if same(text, wanted, from, tree) => {}
                        _ => return None,
                    }
                    (matcher, given) = (&matcher[1..], &given[1..]);
                }
            }
        }
        Some(given)
    }

    /// Adds the spans of one kind, those of repetitions too.
    pub(super) fn collect(&self, out: &mut Vec<Span>, of: fn(&Self) -> &Vec<Span>) {
        out.extend(of(self));
        self.many.iter().for_each(|bound| bound.collect(out, of));
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.one.get(name).map(String::as_str)
    }
}

fn same(a_text: &str, a: &Tree, b_text: &str, b: &Tree) -> bool {
    match (a, b) {
        (Tree::Token(x), Tree::Token(y)) => x.kind == y.kind && x.span.of(a_text) == y.span.of(b_text),
        _ => false,
    }
}

/// Tells whether a fragment is one string literal: what names a variable where it is put in.
fn is_text(from: &str, trees: &[Tree]) -> bool {
    matches!(trees, [Tree::Token(token)] if token.kind == Kind::Literal && token.span.of(from).starts_with(['"', 'r']))
}

fn cover(trees: &[Tree]) -> Span {
    match (trees.first(), trees.last()) {
        (Some(first), Some(last)) => first.span().cover(last.span()),
        _ => Span::default(),
    }
}

/// Returns the number of trees that a fragment takes; `next` is what must follow it.
fn fragment(text: &str, kind: &str, next: Option<&Tree>, from: &str, given: &[Tree]) -> Option<usize> {
    let until_next = || {
        let ends = |tree: &Tree| match next {
            Some(next) if !next.is(b'$') => same(text, next, from, tree),
            _ => tree.is(b',') || tree.is(b';'),
        };
        given.iter().position(ends).unwrap_or(given.len())
    };
    match kind {
        "ident" => given.first()?.word(from).map(|_| 1),
        "tt" => (!given.is_empty()).then_some(1),
        "literal" => {
            let sign = usize::from(given.first()?.is(b'-'));
            Some(sign + 1).filter(|length| *length <= given.len())
        }
        "lifetime" => matches!(given.first()?, Tree::Token(token) if token.kind == Kind::Lifetime).then_some(1),
        "block" => matches!(given.first()?, Tree::Group { .. }).then_some(1),
        "path" | "ty" => path_length(from, given),
        "vis" => Some(match given.first().and_then(|tree| tree.word(from)) {
            Some("pub") => 1 + usize::from(matches!(given.get(1), Some(Tree::Group { .. }))),
            _ => 0,
        }),
        _ => Some(until_next()).filter(|length| *length > 0),
    }
}

/// The length of a type or path: `&`, `dyn`, words with `::` between them, generic arguments, a group.
fn path_length(from: &str, given: &[Tree]) -> Option<usize> {
    let mut at = 0;
    let mut angles = 0i32;
    let mut after_word = false;
    while let Some(tree) = given.get(at) {
        if let Tree::Group { .. } = tree {
            if angles == 0 && after_word {
                break;
            }
            after_word = true;
        } else if tree.is(b'<') {
            angles += 1;
            after_word = false;
        } else if tree.is(b'>') {
            if angles == 0 {
                break;
            }
            angles -= 1;
            after_word = true;
        } else if tree.is(b':') && given.get(at + 1).is_some_and(|t| t.is(b':')) {
            at += 1;
            after_word = false;
        } else if let Some(word) = tree.word(from) {
            if angles == 0 && after_word {
                break;
            }
            after_word = !matches!(word, "dyn" | "impl" | "mut");
        } else if angles == 0
            && !(tree.is(b'&') && !after_word || matches!(tree, Tree::Token(t) if t.kind == Kind::Lifetime))
        {
            break;
        }
        at += 1;
    }
    (at > 0).then_some(at)
}
