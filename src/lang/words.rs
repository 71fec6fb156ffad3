//! The words of a text: its tokens as far as identity needs them.
//!
//! In: a text and its language. Out: tokens without white space and comments, grouped into logical lines, and hashes
//! that a formatter does not change: brackets that only group, trailing commas and the kind of quotes do not count.
//! Never fails: where a text is not well-formed, the words are still the same for the same text.

use crate::source::{Language, Span};

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its bytes.
    pub span: Span,
    /// It is the first of a logical line.
    pub first: bool,
}

/// The tokens of a text.
#[must_use]
pub fn words(language: Language, text: &str) -> Vec<Word> {
    let mut lexer = Lexer { language, text, bytes: text.as_bytes(), at: 0, depth: 0, first: true, words: Vec::new() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.words
}

/// A hash of some consecutive words, in 24 bits; none if nothing of them counts.
#[must_use]
pub fn hash(language: Language, text: &str, words: &[Word]) -> Option<u32> {
    // FNV-1a: the same in every release and on every machine.
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |bytes: &[u8]| {
        for &byte in bytes {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let mut any = false;
    for (at, word) in words.iter().enumerate() {
        let token = word.span.of(text);
        let next = words.get(at + 1).map_or("", |next| next.span.of(text));
        if matches!(token, "(" | ")") || token == "," && (matches!(next, ")" | "]" | "}") || next.is_empty()) {
            continue;
        }
        any = true;
        match plain_string(language, token) {
            Some(body) => {
                eat(b"\"");
                eat(body.as_bytes());
                eat(b"\"");
            }
            None => eat(token.as_bytes()),
        }
        eat(&[0]);
    }
    let folded = (state ^ (state >> 24) ^ (state >> 48)) & 0xff_ffff;
    any.then(|| u32::try_from(folded).unwrap_or(0))
}

/// The body of a Python string in single quotes that could as well stand in double ones.
fn plain_string(language: Language, token: &str) -> Option<&str> {
    let body = token.strip_prefix('\'')?.strip_suffix('\'')?;
    (language == Language::Python && !body.contains(['\'', '"', '\\'])).then_some(body)
}

struct Lexer<'t> {
    language: Language,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Open brackets.
    depth: usize,
    /// The next word is the first of a logical line.
    first: bool,
    words: Vec<Word>,
}

/// What a Python line in column 0 begins with that no bracket can hold, so that a bracket before it was none.
const TOP: [&str; 6] = ["def ", "class ", "import ", "from ", "async def ", "@"];

impl Lexer<'_> {
    fn step(&mut self) {
        let python = self.language == Language::Python;
        let byte = self.bytes[self.at];
        match byte {
            b'\n' | b'\r' => {
                self.at += 1;
                let rest = &self.text[self.at..];
                if python && self.depth > 0 && TOP.iter().any(|start| rest.starts_with(start)) {
                    self.depth = 0;
                }
                self.first |= python && self.depth == 0;
            }
            b' ' | b'\t' | 0x0c => self.at += 1,
            b'\\' if python => self.continuation(),
            b'#' if python => self.skip_line(),
            b'/' if !python && self.peek(1) == Some(b'/') => self.skip_line(),
            b'/' if !python && self.peek(1) == Some(b'*') => self.skip_block(),
            b'"' => self.string(self.at),
            b'\'' if python => self.string(self.at),
            b'\'' => self.quote(),
            _ if is_name(byte) => self.name(),
            _ => self.punctuation(byte),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn push(&mut self, start: usize, end: usize) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.words.push(Word { span: Span::new(offset(start), offset(end)), first: self.first });
        self.first = false;
        self.at = end;
    }

    fn continuation(&mut self) {
        self.at += 1;
        if self.peek(0) == Some(b'\r') {
            self.at += 1;
        }
        if self.peek(0) == Some(b'\n') {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    fn skip_block(&mut self) {
        let mut open = 0usize;
        while self.at < self.bytes.len() {
            match &self.bytes[self.at..] {
                [b'/', b'*', ..] => {
                    open += 1;
                    self.at += 2;
                }
                [b'*', b'/', ..] => {
                    open -= 1;
                    self.at += 2;
                    if open == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn name(&mut self) {
        let start = self.at;
        let length = self.bytes[start..].iter().take_while(|&&byte| is_name(byte)).count();
        let name = &self.text[start..start + length];
        let after = self.bytes.get(start + length).copied();
        let python = self.language == Language::Python;
        let prefix = match python {
            true => length <= 2 && name.bytes().all(|byte| b"rRbBuUfFtT".contains(&byte)),
            false => matches!(name, "b" | "c" | "r" | "br" | "cr"),
        };
        match after {
            Some(b'"') if prefix && !python && name.ends_with('r') => self.raw(start, start + length),
            Some(b'"') if prefix => self.string_from(start, start + length),
            Some(b'\'') if prefix && python => self.string_from(start, start + length),
            Some(b'#') if prefix && !python && name.ends_with('r') => self.raw(start, start + length),
            _ => self.push(start, start + length),
        }
    }

    /// `r"..."`, `r#"..."#`; `r#name` is a name.
    fn raw(&mut self, start: usize, from: usize) {
        let hashes = self.bytes[from..].iter().take_while(|&&byte| byte == b'#').count();
        if self.bytes.get(from + hashes) != Some(&b'"') {
            return self.push(start, from);
        }
        let close = format!("\"{}", "#".repeat(hashes));
        let body = from + hashes + 1;
        let end = self.text[body..].find(&close).map_or(self.bytes.len(), |at| body + at + close.len());
        self.push(start, end);
    }

    fn string(&mut self, start: usize) {
        self.string_from(start, start);
    }

    /// A string whose quote is at `from`; one in single quotes that is not closed ends with its line in Python.
    fn string_from(&mut self, start: usize, from: usize) {
        let quote = self.bytes[from];
        let python = self.language == Language::Python;
        let triple = python && self.bytes[from..].starts_with(&[quote; 3]);
        let mut at = from + if triple { 3 } else { 1 };
        while at < self.bytes.len() {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'\n' if python && !triple => return self.push(start, at),
                byte if byte == quote && !triple => return self.push(start, at + 1),
                byte if byte == quote && self.bytes[at..].starts_with(&[quote; 3]) => return self.push(start, at + 3),
                _ => {}
            }
            at += 1;
        }
        self.push(start, self.bytes.len());
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        let start = self.at;
        let inner = self.text[start + 1..].chars().next();
        let end = match inner {
            Some('\\') => {
                let body = (start + 3).min(self.bytes.len());
                memchr::memchr(b'\'', &self.bytes[body..]).map_or(body, |at| body + at + 1)
            }
            Some(c) if self.bytes.get(start + 1 + c.len_utf8()) == Some(&b'\'') => start + 2 + c.len_utf8(),
            _ => start + 1,
        };
        self.push(start, end);
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.push(self.at, self.at + 1);
        if self.language == Language::Rust && matches!(byte, b';' | b'{' | b'}') {
            self.first = true;
        }
    }
}

/// Part of a name or number; every character outside ASCII counts as one.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(language: Language, text: &str) -> Vec<&str> {
        words(language, text).iter().map(|word| word.span.of(text)).collect()
    }

    fn hash_of(language: Language, text: &str) -> Option<u32> {
        hash(language, text, &words(language, text))
    }

    #[test]
    fn a_formatter_changes_no_hash() {
        let plain = hash_of(Language::Python, "x = redis.Redis(host='a', port=1)");
        for text in [
            "x = redis.Redis(\n    host=\"a\",  # here\n    port=1,\n)\n",
            "x = (\n    redis.Redis(host='a', port=1)\n)",
            "x = \\\n    redis.Redis(host='a', port=1)",
        ] {
            assert_eq!(hash_of(Language::Python, text), plain, "{text}");
        }
        assert_ne!(hash_of(Language::Python, "x = redis.Redis(host='a', port=1, db=2)"), plain);
        assert_ne!(hash_of(Language::Python, "x = redis.Redis(host='b', port=1)"), plain);
        let rust = hash_of(Language::Rust, "let c = Client::open(\"u\", 1);");
        assert_eq!(hash_of(Language::Rust, "let c = Client::open(\n    \"u\", // x\n    /* a /* b */ */ 1,\n);"), rust);
    }

    #[test]
    fn strings_comments_and_characters_are_told_apart() {
        assert_eq!(tokens(Language::Python, "a = rb'#' + '''x\n''' # c"), ["a", "=", "rb'#'", "+", "'''x\n'''"]);
        assert_eq!(tokens(Language::Python, "a = 'open\nb"), ["a", "=", "'open", "b"]);
        assert_eq!(
            tokens(Language::Rust, "f::<'a>('\\'', 'b', r#\"\"x\"#, r#type) // c"),
            [
                "f",
                ":",
                ":",
                "<",
                "'",
                "a",
                ">",
                "(",
                "'\\''",
                ",",
                "'b'",
                ",",
                "r#\"\"x\"#",
                ",",
                "r",
                "#",
                "type",
                ")"
            ]
        );
    }

    #[test]
    fn logical_lines_span_brackets_and_continuations() {
        let text = "a = [\n  1,\n]\nb = \\\n  2\nf(\ndef g():\n  c\n";
        let first: Vec<&str> =
            words(Language::Python, text).iter().filter(|word| word.first).map(|word| word.span.of(text)).collect();
        assert_eq!(first, ["a", "b", "f", "def", "c"]);
    }
}
