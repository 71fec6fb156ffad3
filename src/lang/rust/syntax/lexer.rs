//! A lexer for Rust that never fails.
//!
//! In: any text. Out: its tokens with byte spans, comments among them. It exists for what `syn` does not give: comments,
//! the nesting of a text before it is parsed (a parser recurses, and a stack ends), and the tokens of a file that does
//! not parse. It does not build trees and does not check literals.

use crate::source::Span;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identifier or keyword; raw identifiers with their `r#`.
    Word,
    /// `'a`
    Lifetime,
    /// Number, character, string of any prefix.
    Literal,
    /// One character of punctuation.
    Punct(u8),
    /// `(`, `[` or `{`
    Open(u8),
    /// `)`, `]` or `}`
    Close(u8),
    /// A line or block comment, doc comments too.
    Comment,
}

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: Kind,
    /// Its place.
    pub span: Span,
}

/// The tokens of `text` from byte `at` on.
#[must_use]
pub fn tokens(text: &str, at: usize) -> Lexer<'_> {
    Lexer { text, bytes: text.as_bytes(), at }
}

/// An iterator over tokens; white space is skipped.
pub struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_white();
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let kind = match first {
            b'/' if self.byte(1) == b'/' => {
                self.at = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |n| start + n);
                Kind::Comment
            }
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'(' | b'[' | b'{' => self.one(Kind::Open(first)),
            b')' | b']' | b'}' => self.one(Kind::Close(first)),
            b'"' => self.string(0),
            b'\'' => self.quote(),
            b'0'..=b'9' => self.number(),
            _ if word_start(first) => self.word_or_prefixed(),
            _ => self.one(Kind::Punct(first)),
        };
        Some(Token { kind, span: span(start, self.at) })
    }
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn one(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn skip_white(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&byte| !matches!(byte, b' ' | b'\n')).unwrap_or(rest.len());
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte.is_ascii_whitespace() || byte == 0x0b {
                self.at += 1;
            } else if byte >= 0x80 {
                let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else { return };
                if !c.is_whitespace() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{feff}') {
                    return;
                }
                self.at += c.len_utf8();
            } else {
                return;
            }
        }
    }

    fn block_comment(&mut self) -> Kind {
        let mut depth = 0u32;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        Kind::Comment
    }

    /// A string whose quote is `prefix` bytes ahead.
    fn string(&mut self, prefix: usize) -> Kind {
        self.at += prefix + 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..).unwrap_or_default()) {
            self.at += found;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Kind::Literal;
            }
            self.at += 2;
        }
        self.at = self.bytes.len();
        Kind::Literal
    }

    /// A raw string whose first `#` or quote is `prefix` bytes ahead; none if there is no such string.
    fn raw_string(&mut self, prefix: usize) -> Option<Kind> {
        let hashes = (0..).take_while(|&n| self.byte(prefix + n) == b'#').count();
        if self.byte(prefix + hashes) != b'"' {
            return None;
        }
        self.at += prefix + hashes + 1;
        while let Some(found) = memchr::memchr(b'"', self.bytes.get(self.at..).unwrap_or_default()) {
            self.at += found + 1;
            let closing = (0..hashes).take_while(|&n| self.byte(n) == b'#').count();
            if closing == hashes {
                self.at += hashes;
                return Some(Kind::Literal);
            }
        }
        self.at = self.bytes.len();
        Some(Kind::Literal)
    }

    /// A lifetime or a character literal.
    fn quote(&mut self) -> Kind {
        if self.byte(1) == b'\\' {
            return self.character(1);
        }
        let Some(c) = self.text.get(self.at + 1..).and_then(|rest| rest.chars().next()) else {
            return self.one(Kind::Punct(b'\''));
        };
        if self.byte(1 + c.len_utf8()) == b'\'' {
            self.at += c.len_utf8() + 2;
            return Kind::Literal;
        }
        self.at += 1;
        if word_start(self.byte(0)) {
            self.word();
            return Kind::Lifetime;
        }
        Kind::Punct(b'\'')
    }

    /// A character or byte literal with an escape, whose content is `ahead` bytes ahead.
    fn character(&mut self, ahead: usize) -> Kind {
        self.at += ahead;
        while self.at < self.bytes.len() {
            match self.byte(0) {
                b'\\' => self.at += 2,
                b'\'' => {
                    self.at += 1;
                    return Kind::Literal;
                }
                b'\n' => return Kind::Literal,
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
        Kind::Literal
    }

    fn number(&mut self) -> Kind {
        while self.byte(0).is_ascii_alphanumeric() || self.byte(0) == b'_' {
            let exponent = matches!(self.byte(0), b'e' | b'E') && matches!(self.byte(1), b'+' | b'-');
            self.at += 1;
            if exponent && self.byte(1).is_ascii_digit() {
                self.at += 1;
            }
            if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
                self.at += 1;
            }
        }
        Kind::Literal
    }

    fn word(&mut self) {
        self.at += word_length(self.bytes.get(self.at..).unwrap_or_default());
    }

    fn word_or_prefixed(&mut self) -> Kind {
        let literal = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'r', b'"' | b'#', _) => self.raw_string(1),
            (b'b' | b'c', b'r', b'"' | b'#') => self.raw_string(2),
            (b'b' | b'c', b'"', _) => Some(self.string(1)),
            (b'b', b'\'', _) => Some(self.character(2)),
            _ => None,
        };
        if let Some(literal) = literal {
            return literal;
        }
        if self.byte(0) == b'r' && self.byte(1) == b'#' && word_start(self.byte(2)) {
            self.at += 2;
        }
        self.word();
        Kind::Word
    }
}

fn word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The bytes that continue a word.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let it = byte as u8;
        table[byte] = it.is_ascii_alphanumeric() || it == b'_' || it >= 0x80;
        byte += 1;
    }
    table
};

fn word_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| !WORD[usize::from(byte)]).unwrap_or(bytes.len())
}

/// The word at the beginning of a text, with its `r#`; empty if there is none.
#[must_use]
pub fn first_word(text: &str) -> &str {
    let raw = if text.starts_with("r#") { 2 } else { 0 };
    &text[..raw + word_length(&text.as_bytes()[raw..])]
}

fn span(start: usize, end: usize) -> Span {
    Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// The first byte after a byte order mark and a shebang line.
#[must_use]
pub fn start_of_code(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    if !rest.starts_with("#!") {
        return mark;
    }
    let mut after = tokens(rest, 2).filter(|token| token.kind != Kind::Comment);
    if after.next().is_some_and(|token| token.kind == Kind::Open(b'[')) {
        return mark;
    }
    mark + rest.find('\n').unwrap_or(rest.len())
}

/// The depth to which a text nests: what a recursive parser of it would need of the stack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nesting {
    /// Most brackets open at once.
    pub brackets: u32,
    /// Most operators, path separators, `else`s and the like in one expression, type or path.
    pub chain: u32,
}

impl Nesting {
    /// Up to here the ordinary stack suffices.
    pub const SHALLOW: Self = Self { brackets: 64, chain: 256 };
    /// Up to here a stack of half a gigabyte suffices.
    pub const DEEP: Self = Self { brackets: 1_000, chain: 10_000 };

    /// Returns whether either measure exceeds the corresponding one of `limit`.
    #[must_use]
    pub fn exceeds(self, limit: Self) -> bool {
        self.brackets > limit.brackets || self.chain > limit.chain
    }
}

/// The text with these spans replaced by as many spaces, line ends kept.
#[must_use]
pub fn blanked(text: &str, spans: impl Iterator<Item = Span>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(text.get(at..span.start as usize).unwrap_or_default());
        out.extend(span.of(text).bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at = span.end as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Measures the nesting of `text` from byte `at` on.
#[must_use]
pub fn nesting(text: &str, at: usize) -> Nesting {
    nesting_of(text, tokens(text, at))
}

/// Measures the nesting of tokens of `text`.
#[must_use]
pub fn nesting_of(text: &str, tokens: impl Iterator<Item = Token>) -> Nesting {
    let mut most = Nesting::default();
    let mut open: Vec<u32> = Vec::new();
    let mut chain = 0u32;
    let mut closed_brace = false;
    let mut before = 0u8;
    for token in tokens {
        let after_brace = std::mem::take(&mut closed_brace);
        match token.kind {
            Kind::Comment => closed_brace = after_brace,
            Kind::Open(_) => {
                open.push(chain);
                chain = 0;
                most.brackets = most.brackets.max(u32::try_from(open.len()).unwrap_or(u32::MAX));
            }
            Kind::Close(bracket) => {
                chain = open.pop().unwrap_or(0).saturating_add(1);
                closed_brace = bracket == b'}';
            }
            Kind::Punct(b';' | b',') => chain = 0,
            Kind::Punct(b'>') if before == b'=' => chain = 0,
            Kind::Punct(b'#') if after_brace => chain = 0,
            Kind::Punct(_) => chain += 1,
            Kind::Word if after_brace && token.span.of(text) != "else" => chain = 0,
            Kind::Word => chain += u32::from(prefix_word(token.span.of(text))),
            Kind::Lifetime | Kind::Literal => {}
        }
        before = if let Kind::Punct(byte) = token.kind { byte } else { 0 };
        most.chain = most.chain.max(chain);
    }
    most
}

/// Words that take an expression or type after them and so nest without a bracket.
fn prefix_word(word: &str) -> bool {
    matches!(word, "else" | "return" | "break" | "as" | "move" | "impl" | "dyn" | "mut" | "fn" | "yield" | "let" | "in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        tokens(text, 0).map(|t| t.span.of(text)).collect()
    }

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text, 0).map(|t| t.kind).collect()
    }

    #[test]
    fn quotes_are_told_apart() {
        assert_eq!(shown(r"'a 'a' '\'' b'\'' 'é' '('"), ["'a", "'a'", r"'\''", r"b'\''", "'é'", "'('"]);
        assert_eq!(kinds("'a 'a'"), [Kind::Lifetime, Kind::Literal]);
        assert_eq!(shown("f::<'static>('_')"), ["f", ":", ":", "<", "'static", ">", "(", "'_'", ")"]);
    }

    #[test]
    fn strings_and_comments_hide_their_content() {
        let text = "r#\"a\" // \"# br##\"\"#\"## \"\\\" /*\" c\"x\" /* a /* b */ \" */ r#use x // \" '";
        assert_eq!(
            shown(text),
            ["r#\"a\" // \"#", "br##\"\"#\"##", "\"\\\" /*\"", "c\"x\"", "/* a /* b */ \" */", "r#use", "x", "// \" '"]
        );
    }

    #[test]
    fn numbers_leave_ranges_and_methods_alone() {
        assert_eq!(
            shown("1..2 1.5e-3 0xff.a 1.max(2)"),
            ["1", ".", ".", "2", "1.5e-3", "0xff", ".", "a", "1", ".", "max", "(", "2", ")"]
        );
    }

    #[test]
    fn ends_in_the_middle_of_anything() {
        for text in ["\"abc", "r#\"abc", "/* a", "'", "'\\", "b'", "r#", "\"\\", "é'é"] {
            assert!(tokens(text, 0).count() >= 1, "{text}");
        }
    }

    #[test]
    fn nesting_counts_brackets_and_chains() {
        assert_eq!(nesting("f((1, [2]))", 0).brackets, 3);
        assert!(nesting(&"-".repeat(400), 0).chain >= 400);
        assert!(nesting(&format!("x{}", ".a".repeat(400)), 0).chain >= 400);
        assert!(nesting(&format!("if a {{ }} {}", "else if b { } ".repeat(400)), 0).chain >= 400);
        let items = "impl<T> A for B<T> { fn f(&self) -> u8 { 1 } }\n#[a] fn f() {}\n".repeat(500);
        assert!(nesting(&items, 0).chain < 40, "{:?}", nesting(&items, 0));
    }
}
