//! Paths among tokens that are no syntax of Rust.
//!
//! In: the tokens of a macro's arguments or rules, or of a piece of a file that does not parse. Out: the same values and
//! sites as for code: a path before `(` is a call, a capitalised one before `{` a literal, any other a value. What the
//! tokens mean to a macro is not known here.

use proc_macro2::{Delimiter, Spacing};

use super::paths::Lookup;
use super::texts::is_named_like_module;
use super::walker::Walker;
use crate::facts::{Argument, Name, Namespaces, Role, Value, ValueId};
use crate::lang::rust::macros::arguments::{Body, Piece};
use crate::lang::rust::syntax::ident::{Segment, normalised};
use crate::source::Span;

impl Walker<'_> {
    /// Scans tokens that are no syntax of Rust for paths.
    pub(super) fn tokens(&mut self, pieces: &[Piece]) {
        let mut at = 0;
        while at < pieces.len() {
            match &pieces[at] {
                Piece::Group(_, _, inner) => self.body(inner),
                Piece::Word(_) => {
                    at = self.token_path(pieces, at);
                    continue;
                }
                Piece::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
                        self.url(text.value(), text.span());
                    }
                }
                Piece::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// The path that begins at a token; gives the index after it.
    fn token_path(&mut self, pieces: &[Piece], start: usize) -> usize {
        let mut at = start;
        let mut path: Vec<Segment> = Vec::new();
        while let Some(Piece::Word(ident)) = pieces.get(at) {
            path.push(self.map.named(ident));
            at += 1;
            if is_colons(pieces, at) && matches!(pieces.get(at + 2), Some(Piece::Word(_))) {
                at += 2;
            } else {
                break;
            }
        }
        let rooted = start >= 2 && is_colons(pieces, start - 2);
        let before = start.checked_sub(1).map(|at| &pieces[at]);
        let next = match pieces.get(at) {
            Some(Piece::Group(Delimiter::Parenthesis, _, inner)) => Next::Call(self.literal_argument(inner)),
            Some(Piece::Group(delimiter, ..)) => Next::Group(*delimiter),
            Some(Piece::Punct(punct)) if punct.as_char() == '!' => match pieces.get(at + 1) {
                Some(Piece::Group(_, span, inner)) => Next::Macro {
                    arguments: Span::new(self.map.end(span.open()), self.map.start(span.close())),
                    first: self.literal_argument(inner),
                },
                _ => Next::Other,
            },
            Some(Piece::Punct(punct)) if punct.as_char() == '=' => Next::Assigned,
            _ => Next::Other,
        };
        if !(is_punct(before, '.') && !is_punct(start.checked_sub(2).map(|at| &pieces[at]), '.')
            || is_punct(before, '\'')
            || (is_punct(before, '$') && path.first().is_none_or(|(name, _)| name != "crate")))
        {
            let previous = match before {
                Some(Piece::Word(ident)) => ident.to_string(),
                _ => String::new(),
            };
            self.scanned_path(path, rooted, &previous, next);
        }
        at
    }

    /// A path found by scanning, after the word `previous` (empty if none) and before `next`.
    pub(super) fn scanned_path(&mut self, path: Vec<Segment>, rooted: bool, previous: &str, next: Next) {
        let defines = matches!(previous, "fn" | "struct" | "enum" | "trait" | "mod" | "union" | "type" | "macro_rules");
        if defines || path.is_empty() || (path.len() == 1 && is_keyword(&path[0].0)) {
            return;
        }
        if previous == "let" || (path.len() == 1 && matches!(next, Next::Assigned)) {
            return;
        }
        if let Next::Macro { arguments, first } = next {
            if !is_named_like_module(&path) {
                match self.segments(path.clone(), rooted, &Lookup::of(Namespaces::MACRO)) {
                    Some(callee) => self.call(callee),
                    None => self.macro_of_crates(&path),
                }
            }
            let made = self.scanned_call(path.clone(), rooted, arguments).map(|call| self.follow(&call));
            if made.is_none_or(|made| made.is_empty()) {
                self.standard_macro(&path, first);
            }
            return;
        }
        let named = path.last().is_some_and(|(name, _)| name.starts_with(char::is_uppercase));
        let heads = matches!(previous, "impl" | "for" | "match" | "if" | "in" | "while" | "dyn" | "as" | "where");
        let literal = matches!(next, Next::Group(Delimiter::Brace)) && named && !heads;
        let namespaces = if literal { Namespaces::TYPE } else { Namespaces(3) };
        let Some(value) = self.segments(path, rooted, &Lookup::of(namespaces)) else { return };
        match next {
            Next::Call(arguments) => self.call_with(value, arguments),
            _ if literal => self.literal(value),
            _ if self.is_path(value) => self.reference(value, Role::Value),
            _ => {}
        }
    }

    /// The first argument of a call among tokens, if it is a string literal or an expression that names a constant.
    fn literal_argument(&mut self, arguments: &Body) -> Vec<Argument> {
        match arguments {
            Body::Expressions(expressions) => self.first_argument(expressions),
            Body::Tokens(pieces) => match pieces.first() {
                Some(Piece::Literal(literal)) => match syn::Lit::new(literal.clone()) {
                    syn::Lit::Str(text) => {
                        let value = self.text(text.value(), text.span());
                        vec![Argument { keyword: None, value }]
                    }
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// More than a bare name, or a name that the file binds.
    fn is_path(&self, value: ValueId) -> bool {
        !matches!(&self.names.facts.values[value.index()].value, Value::Name { reach, .. } if reach.unbound())
    }
}

/// The tokens after a path found by scanning.
pub(super) enum Next {
    /// Arguments in parentheses, of which the first is kept if it is a literal.
    Call(Vec<Argument>),
    /// A group in other delimiters.
    Group(Delimiter),
    /// `!` and a group.
    Macro {
        /// The place of what is in the group.
        arguments: Span,
        /// The first argument, if it is a literal.
        first: Vec<Argument>,
    },
    /// `=`
    Assigned,
    /// Anything else.
    Other,
}

fn is_colons(pieces: &[Piece], at: usize) -> bool {
    let colon = |piece: Option<&Piece>| match piece {
        Some(Piece::Punct(punct)) if punct.as_char() == ':' => Some(punct.spacing()),
        _ => None,
    };
    colon(pieces.get(at)) == Some(Spacing::Joint) && colon(pieces.get(at + 1)).is_some()
}

fn is_punct(piece: Option<&Piece>, wanted: char) -> bool {
    matches!(piece, Some(Piece::Punct(punct)) if punct.as_char() == wanted)
}

/// Words that are no name of anything.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "as" | "async"
            | "await"
            | "break"
            | "const"
            | "continue"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "type"
            | "unsafe"
            | "use"
            | "where"
            | "while"
            | "self"
    )
}

/// A word of the text as a path segment.
pub(super) fn word(text: &str, span: Span) -> Segment {
    (normalised(Name::from(span.of(text))), span)
}
