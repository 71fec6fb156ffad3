//! The words of a Rust text, and its logical lines.
//!
//! In: a text. Out: its tokens as far as identity needs them ([`crate::lang::words`]): a lifetime, a raw identifier and a
//! number with a point are several words.

use super::syntax::lexer::{Kind, tokens};
use crate::lang::words::Word;
use crate::source::Span;

/// Reads the words of a text.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut lines = LineReader { text, first: true, open: Vec::new(), words: Vec::new() };
    for token in tokens(text, 0) {
        let Span { start, end } = token.span;
        match token.kind {
            Kind::Comment => {}
            Kind::Punct(byte) | Kind::Open(byte) | Kind::Close(byte) => {
                lines.push(start, end);
                lines.first |= lines.ends_with(byte);
            }
            Kind::Lifetime => lines.split(start, start + 1, end),
            Kind::Word => lines.runs(token.span),
            Kind::Literal => match text.as_bytes().get(start as usize..) {
                Some([b'0'..=b'9', ..]) => lines.runs(token.span),
                Some([b'b', b'\'', ..]) => lines.split(start, start + 1, end),
                _ => lines.push(start, end),
            },
        }
    }
    lines.words
}

/// An open bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// A parenthesis, or a square bracket.
    Group,
    /// A block whose content is lines of their own; in that of a `match` each arm begins one.
    Block { arms: bool },
    /// A brace around the body of a closure or an arm, which rustfmt writes or leaves out as there is room.
    Body,
}

/// Words as they are read.
struct LineReader<'t> {
    text: &'t str,
    /// The next word is the first of a logical line.
    first: bool,
    /// The brackets that are open.
    open: Vec<Bracket>,
    words: Vec<Word>,
}

impl LineReader<'_> {
    fn push(&mut self, start: u32, end: u32) {
        self.words.push(Word { span: Span::new(start, end), first: std::mem::take(&mut self.first) });
    }

    fn split(&mut self, start: u32, middle: u32, end: u32) {
        self.push(start, middle);
        self.push(middle, end);
    }

    /// A token of several words: its punctuation stands between them.
    fn runs(&mut self, span: Span) {
        let mut start = span.start;
        for (at, byte) in (span.start..).zip(span.of(self.text).bytes()) {
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80) {
                self.split(start, at, at + 1);
                start = at + 1;
            }
        }
        if start < span.end {
            self.push(start, span.end);
        }
    }

    /// Returns whether a line ends with the punctuation that was read.
    fn ends_with(&mut self, byte: u8) -> bool {
        let before = |back: usize| self.words.iter().rev().nth(back).map_or("", |word| word.span.of(self.text));
        let arrow = |back: usize| before(back) == ">" && before(back + 1) == "=";
        match byte {
            b'{' => {
                let body = before(1) == "|" || arrow(1);
                self.open.push(if body { Bracket::Body } else { Bracket::Block { arms: false } });
                !body
            }
            b'(' | b'[' => {
                self.open.push(Bracket::Group);
                false
            }
            b')' | b']' | b'}' => {
                let closed = self.open.pop();
                let in_match = self.open.last() == Some(&Bracket::Block { arms: true });
                byte == b'}' && (in_match || closed != Some(Bracket::Body))
            }
            b'>' if arrow(0) => {
                if let Some(Bracket::Block { arms }) = self.open.last_mut() {
                    *arms = true;
                }
                false
            }
            b',' => self.open.last() == Some(&Bracket::Block { arms: true }),
            byte => byte == b';',
        }
    }
}
