//! What the parser need not see.
//!
//! In: the tokens of a text, one after the other. Out: the spans of documentation, of attributes that say nothing to this
//! analysis, and of what stands in brackets and is nothing but numbers. The parser makes a tree of each attribute, an
//! attribute of each line of documentation, and an expression of each number in a table: a third of what it does, in a
//! library. What attributes say is left to [`super::attributes`].

use super::lexer::{Kind, Token};
use crate::source::Span;

/// Words, one of which is in every attribute that counts.
const COUNTING: [&str; 7] = ["test", "path", "bench", "quickcheck", "macro_export", "env", "default_value"];

/// Shorter rows of numbers are left alone, so that a call with arguments stays one.
const SHORTEST: u32 = 16;

/// Collects what is to be blanked.
pub struct Quiet<'t> {
    text: &'t str,
    /// In the order of the text.
    pub spans: Vec<Span>,
    /// Where the attribute begins that may be being read, and how many of its brackets are open.
    attribute: Option<(u32, u32)>,
    before: Option<Kind>,
    /// The brackets that are open.
    open: Vec<Bracket>,
}

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Bracket {
    /// One past it.
    start: u32,
    /// Tokens inside so far; none if there is one that is neither number nor punctuation.
    numbers: Option<u32>,
    /// How many spans there were when it opened.
    spans: usize,
}

impl<'t> Quiet<'t> {
    /// For the tokens of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, spans: Vec::new(), attribute: None, before: None, open: Vec::new() }
    }

    /// Takes in the next token.
    pub fn see(&mut self, token: &Token) {
        if token.kind == Kind::Comment {
            if self.attribute.is_none() && is_doc(token.span.of(self.text)) {
                self.spans.push(token.span);
            }
            return;
        }
        self.count(token);
        let before = self.before.replace(token.kind);
        self.attribute = match (self.attribute, token.kind) {
            (None, Kind::Punct(b'#')) => Some((token.span.start, 0)),
            (Some((start, 0)), Kind::Open(b'[')) => Some((start, 1)),
            (Some((start, 0)), Kind::Punct(b'!')) if before == Some(Kind::Punct(b'#')) => Some((start, 0)),
            (Some((start, depth)), Kind::Open(_)) if depth > 0 => Some((start, depth + 1)),
            (Some((start, 1)), Kind::Close(_)) => {
                self.attribute(Span::new(start, token.span.end));
                None
            }
            (Some((start, depth)), Kind::Close(_)) if depth > 1 => Some((start, depth - 1)),
            // In the rules of a macro and in templates the brackets hold something else.
            (Some((start, depth)), kind) if depth > 0 && !matches!(kind, Kind::Punct(b'$' | b'#')) => {
                Some((start, depth))
            }
            (_, Kind::Punct(b'#')) => Some((token.span.start, 0)),
            _ => None,
        };
    }

    fn count(&mut self, token: &Token) {
        let is_number = match token.kind {
            Kind::Open(_) => {
                let spans = self.spans.len();
                self.open.push(Bracket { start: token.span.end, numbers: Some(0), spans });
                return;
            }
            Kind::Close(_) => {
                let Some(Bracket { start, numbers, spans }) = self.open.pop() else { return };
                if numbers.is_some_and(|count| count >= SHORTEST) {
                    self.spans.truncate(spans);
                    self.spans.push(Span::new(start, token.span.start));
                }
                if let Some(around) = self.open.last_mut() {
                    around.numbers = around.numbers.zip(numbers).map(|(count, inside)| count + inside);
                }
                return;
            }
            Kind::Literal => token.span.of(self.text).starts_with(|c: char| c.is_ascii_digit() || c == '\''),
            Kind::Punct(byte) => matches!(byte, b',' | b'-'),
            _ => false,
        };
        if let Some(around) = self.open.last_mut() {
            around.numbers = around.numbers.filter(|_| is_number).map(|count| count + 1);
        }
    }

    fn attribute(&mut self, span: Span) {
        let text = span.of(self.text);
        if !COUNTING.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
            self.spans.push(span);
        }
    }
}

/// Whether a comment documents something: it would be an attribute to the parser.
fn is_doc(comment: &str) -> bool {
    matches!(comment.as_bytes().get(2), Some(b'/' | b'!' | b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::rust::syntax::lexer;

    fn shown(text: &str) -> Vec<&str> {
        let mut quiet = Quiet::new(text);
        lexer::tokens(text, 0).for_each(|token| quiet.see(&token));
        quiet.spans.iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn tables_of_numbers_are_quiet() {
        let row = "1, -2.5, 0x3u8, ".repeat(6);
        assert_eq!(
            shown(&format!("f([{row}], &[({row}), ({row})], [a, {row}], [1, 2])")),
            [row.as_str(), &format!("({row}), ({row})")]
        );
        assert!(
            shown("[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\", \"k\", \"l\"]").is_empty()
        );
    }

    #[test]
    fn documentation_and_idle_attributes_are_quiet() {
        let text = "//! a\n#![allow(x)] // b\n/// c\n#[derive(A, B(\"]\"))] #[cfg(test)] #[path = \"p\"]\n/** d */ struct S(#[e] u8); \
                    m!($(#[$f:meta])* #[#g] #h #[i]); x#![j] a[0] # [k /* l */] \"#[m]\"";
        assert_eq!(
            shown(text),
            [
                "//! a",
                "#![allow(x)]",
                "/// c",
                "#[derive(A, B(\"]\"))]",
                "/** d */",
                "#[e]",
                "#[i]",
                "#![j]",
                "# [k /* l */]"
            ]
        );
    }
}
