//! The words of a text: its tokens as far as identity needs them.
//!
//! In: a text and its language. Out: tokens without white space and comments, grouped into logical lines, and hashes
//! that a formatter does not change: brackets that only group, trailing commas, the kind of quotes and the indentation of
//! strings do not count, nor do Python's semicolons and Rust's braces, commas and semicolons.
//! Never fails: where a text is not well-formed, the words are still the same for the same text.

use super::front_end;
use crate::source::{Language, Span};

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its bytes.
    pub span: Span,
    /// It is the first of a logical line.
    pub first: bool,
}

/// The way in which the words and logical lines of a language are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordStyle {
    /// `#` comments, strings in either quote; a logical line ends with its line, or with the header of a block.
    Lines,
    /// `//` and nested `/* */` comments, raw strings, lifetimes; a logical line ends with `;` or at a brace.
    Braces,
}

/// Reads the words of a text.
#[must_use]
pub fn words(language: Language, text: &str) -> Vec<Word> {
    match front_end(language).word_style() {
        WordStyle::Lines => by_lines(text),
        WordStyle::Braces => super::rust::words::words(text),
    }
}

fn by_lines(text: &str) -> Vec<Word> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
        first: true,
        header: false,
        lambdas: 0,
        words: Vec::new(),
    };
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
        // Line ends inside a string are those of the checkout.
        for &byte in bytes.iter().filter(|&&byte| byte != b'\r') {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let style = front_end(language).word_style();
    let mut any = false;
    for (at, word) in words.iter().enumerate() {
        let token = word.span.of(text);
        let next = words.get(at + 1).map_or("", |next| next.span.of(text));
        let dropped = match token {
            "(" | ")" | ";" => true,
            "{" | "}" => style == WordStyle::Braces,
            "," => style == WordStyle::Braces || matches!(next, ")" | "]" | "}" | ""),
            _ => false,
        };
        if dropped {
            continue;
        }
        any = true;
        match style {
            WordStyle::Lines => eat_literal(token, &mut eat),
            WordStyle::Braces => eat(token.as_bytes()),
        }
        eat(&[0]);
    }
    let folded = (state ^ (state >> 24) ^ (state >> 48)) & 0xff_ffff;
    any.then(|| u32::try_from(folded).unwrap_or(0))
}

/// A token of [`WordStyle::Lines`] as the formatters write it.
fn eat_literal(token: &str, eat: &mut impl FnMut(&[u8])) {
    if token.starts_with(|c: char| c.is_ascii_digit()) {
        return eat(token.to_ascii_lowercase().as_bytes());
    }
    let (prefix, quoted) = token.split_at(token.find(['"', '\'']).unwrap_or(token.len()));
    if quoted.is_empty() {
        return eat(token.as_bytes());
    }
    eat(prefix.to_ascii_lowercase().replace('u', "").as_bytes());
    if let Some(body) = within(quoted, "\"\"\"").or_else(|| within(quoted, "\'\'\'")) {
        // A docstring is indented with its code.
        for line in body.lines() {
            eat(line.trim().as_bytes());
            eat(b"\n");
        }
    } else if let Some(body) = within(quoted, "'").filter(|body| !body.contains(['\'', '"'])) {
        eat(b"\"");
        eat(body.as_bytes());
        eat(b"\"");
    } else {
        eat(quoted.as_bytes());
    }
}

/// Returns the text between two quotes.
fn within<'t>(quoted: &'t str, quote: &str) -> Option<&'t str> {
    quoted.strip_prefix(quote)?.strip_suffix(quote)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Open brackets.
    depth: usize,
    /// The next word is the first of a logical line.
    first: bool,
    /// The line began with a word that begins the header of a Python block.
    header: bool,
    /// Lambdas of the header whose colon is to come.
    lambdas: usize,
    words: Vec<Word>,
}

/// The beginnings of a Python line in column 0 that no bracket can hold, so that a bracket before it was none.
const TOP: [&str; 6] = ["def ", "class ", "import ", "from ", "async def ", "@"];

/// The first words of the header of a Python block. What follows its colon is a line of its own, wherever it stands.
const HEADERS: [&str; 14] = [
    "async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with",
];

impl Lexer<'_> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'\n' | b'\r' => {
                self.at += 1;
                let rest = &self.text[self.at..];
                if self.depth > 0 && TOP.iter().any(|start| rest.starts_with(start)) {
                    self.depth = 0;
                }
                self.first |= self.depth == 0;
            }
            b' ' | b'\t' | 0x0c => self.at += 1,
            b'\\' => self.continuation(),
            b'#' => self.skip_line(),
            b'"' | b'\'' => self.string(self.at, self.at),
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

    fn name(&mut self) {
        let start = self.at;
        let length = self.bytes[start..].iter().take_while(|&&byte| is_name(byte)).count();
        let name = &self.text[start..start + length];
        if self.first {
            (self.header, self.lambdas) = (HEADERS.contains(&name), 0);
        }
        self.lambdas += usize::from(self.depth == 0 && name == "lambda");
        let after = self.bytes.get(start + length).copied();
        let prefix = length <= 2 && name.bytes().all(|byte| b"rRbBuUfFtT".contains(&byte));
        match after {
            Some(b'"' | b'\'') if prefix => self.string(start, start + length),
            _ => self.push(start, start + length),
        }
    }

    /// A string whose quote is at `from`; one in single quotes that is not closed ends with its line.
    fn string(&mut self, start: usize, from: usize) {
        let quote = self.bytes[from];
        let triple = self.bytes[from..].starts_with(&[quote; 3]);
        let mut at = from + if triple { 3 } else { 1 };
        while at < self.bytes.len() {
            match self.bytes[at] {
                b'\\' if self.bytes[at + 1..].starts_with(b"\r\n") => at += 2,
                b'\\' => at += 1,
                b'\r' | b'\n' if !triple => return self.push(start, at),
                byte if byte == quote && !triple => return self.push(start, at + 1),
                byte if byte == quote && self.bytes[at..].starts_with(&[quote; 3]) => return self.push(start, at + 3),
                _ => {}
            }
            at += 1;
        }
        self.push(start, self.bytes.len());
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.push(self.at, self.at + 1);
        self.first |= self.depth == 0 && (byte == b';' || byte == b':' && self.ends_header());
    }

    /// Returns whether the colon that was read ends the header of a block.
    fn ends_header(&mut self) -> bool {
        if !self.header || self.peek(0) == Some(b'=') {
            return false;
        }
        if self.lambdas > 0 {
            self.lambdas -= 1;
            return false;
        }
        self.header = false;
        true
    }
}

/// Part of a name or number; every character outside ASCII counts as one.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{PYTHON, RUST};

    fn tokens(language: Language, text: &str) -> Vec<&str> {
        words(language, text).iter().map(|word| word.span.of(text)).collect()
    }

    fn hash_of(language: Language, text: &str) -> Option<u32> {
        hash(language, text, &words(language, text))
    }

    #[test]
    fn a_formatter_changes_no_hash() {
        let plain = hash_of(PYTHON, "x = redis.Redis(host='a', port=1)");
        for text in [
            "x = redis.Redis(\n    host=\"a\",  # here\n    port=1,\n)\n",
            "x = (\n    redis.Redis(host='a', port=1)\n)",
            "x = \\\n    redis.Redis(host='a', port=1)",
            "x = redis.Redis(host=u'a', port=1);",
        ] {
            assert_eq!(hash_of(PYTHON, text), plain, "{text}");
        }
        assert_ne!(hash_of(PYTHON, "x = redis.Redis(host='a', port=1, db=2)"), plain);
        assert_ne!(hash_of(PYTHON, "x = redis.Redis(host='b', port=1)"), plain);
        for (one, other) in [
            ("f'{a}\\n' + R'b'", "f\"{a}\\n\" + r\"b\""),
            ("\'\'\'a\r\n  b \'\'\'", "\"\"\"a\n        b\"\"\""),
            ("x = 0XFF + 1E5", "x = 0xff + 1e5"),
        ] {
            assert_eq!(hash_of(PYTHON, one), hash_of(PYTHON, other), "{one}");
        }
        assert_ne!(hash_of(PYTHON, "'a'"), hash_of(PYTHON, "b'a'"));
        let closure = hash_of(RUST, "let z = |x| { open(x) };");
        assert_eq!(hash_of(RUST, "let z = |x| open(x);"), closure);
        let rust = hash_of(RUST, "let c = Client::open(\"u\", 1);");
        assert_eq!(hash_of(RUST, "let c = Client::open(\n    \"u\", // x\n    /* a /* b */ */ 1,\n);"), rust);
    }

    #[test]
    fn strings_comments_and_characters_are_told_apart() {
        assert_eq!(tokens(PYTHON, "a = rb'#' + '''x\n''' # c"), ["a", "=", "rb'#'", "+", "'''x\n'''"]);
        assert_eq!(tokens(PYTHON, "a = 'open\nb"), ["a", "=", "'open", "b"]);
        assert_eq!(
            tokens(RUST, "f::<'a>('\\'', 'b', r#\"\"x\"#, r#type) // c"),
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
            words(PYTHON, text).iter().filter(|word| word.first).map(|word| word.span.of(text)).collect();
        assert_eq!(first, ["a", "b", "f", "def", "c"]);
    }

    #[test]
    fn braces_of_closures_and_arms_make_no_line() {
        let lines = |text: &str| {
            let words = words(RUST, text);
            let groups = words.chunk_by(|_, next| !next.first);
            groups.filter_map(|group| hash(RUST, text, group)).collect::<Vec<_>>()
        };
        for (one, other, count) in [
            ("let a = f(|x| g(x))?;", "let a = f(|x| {\n    g(x)\n})?;", 1),
            ("f(|| { a(); b() });", "f(|| {\n    a();\n    b()\n});", 2),
            (
                "match x { 1 | 2 => a(), S { y } if y => { b() } _ => c(|| d), }",
                "match x {\n1 | 2 => { a() }\nS { y } if y => b(),\n_ => { c(|| { d }) }\n}",
                6,
            ),
            ("if a { b() } else { c() }", "if a {\n    b()\n} else {\n    c()\n}", 4),
        ] {
            assert_eq!(lines(one), lines(other), "{one}");
            assert_eq!(lines(one).len(), count, "{one}");
        }
    }

    #[test]
    fn what_shares_a_line_with_others_is_a_line_of_its_own() {
        let lines = |text: &str| {
            let words = words(PYTHON, text);
            let groups = words.chunk_by(|_, next| !next.first);
            groups.filter_map(|group| hash(PYTHON, text, group)).collect::<Vec<_>>()
        };
        for (one, several) in [
            ("a = 1; b = 2;\n", "a = 1\nb = 2\n"),
            ("if a(lambda: 1): b = 2\nelse: c()\n", "if a(lambda: 1):\n  b = 2\nelse:\n  c()\n"),
            ("while lambda x: x: b[1:2]; c\n", "while lambda x: x:\n  b[1:2]\n  c\n"),
            ("def f(x: int) -> int: return (y := x)\n", "def f(x: int) -> int:\n  return (y := x)\n"),
            ("x: int = 1\n", "x: int = 1\n"),
        ] {
            assert_eq!(lines(one), lines(several), "{one}");
            assert_eq!(lines(several).len(), several.lines().count(), "{several}");
        }
        assert_eq!(tokens(PYTHON, "'a\\\r\nb' + c"), ["'a\\\r\nb'", "+", "c"]);
    }
}
