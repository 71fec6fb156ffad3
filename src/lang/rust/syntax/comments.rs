//! Comments that speak to `ssot`.
//!
//! In: the text of a file. Out: its comment tokens that contain `ssot:`. Strings and doc tests never count; the parser
//! drops comments, so this reads tokens of its own, and only when the text has the word at all.

use super::lexer::{self, Kind};
use crate::facts::Comment;
use crate::source::Span;

/// The comments of `text` from byte `at` on that contain `ssot:`, in source order.
#[must_use]
pub fn directives(text: &str, at: usize) -> Vec<Comment> {
    if memchr::memmem::find(text.as_bytes(), b"ssot:").is_none() {
        return Vec::new();
    }
    let mut found: Vec<Comment> = Vec::new();
    let mut code = false;
    // Comments with no code after them yet, from this one on, and the first attribute after them.
    let (mut open, mut attribute) = (0, None);
    let mut tokens = lexer::tokens(text, at).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map(|next| next.kind);
        match (token.kind, next) {
            (Kind::Comment, _) => {
                if token.span.of(text).contains("ssot:") {
                    let own_line = begins_line(text, token.span.start as usize);
                    found.push(Comment { span: token.span, own_line, at_top: !code, attributes: None });
                }
            }
            (Kind::Punct(b'#'), Some(Kind::Punct(b'!'))) if !code => skip_attribute(&mut tokens),
            (Kind::Punct(b'#'), Some(Kind::Open(b'['))) => {
                code = true;
                attribute = attribute.or(Some(token.span.start));
                skip_attribute(&mut tokens);
            }
            _ => {
                code = true;
                if let Some(start) = attribute.take() {
                    // Of those between attributes, what follows them counts.
                    for comment in &mut found[open..] {
                        let start = start.max(comment.span.start);
                        comment.attributes = Some(Span::new(start, token.span.start));
                    }
                }
                open = found.len();
            }
        }
    }
    found
}

/// Returns whether nothing but white space stands before an offset on its line.
fn begins_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    before[line..].trim_start_matches('\u{feff}').trim().is_empty()
}

/// Skips the brackets of an attribute.
fn skip_attribute(tokens: &mut std::iter::Peekable<lexer::Lexer<'_>>) {
    let mut depth = 0u32;
    for token in tokens {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_comments_count() {
        let text = "//! doc\n#![allow(x)]\n// ssot: a\nuse a; // ssot: b\nlet s = \"// ssot: c\";\n  /* ssot: d */ x('\"'); // ssot: e\nlet r = r#\"\n// ssot: f\n\"#;\n";
        let found = directives(text, 0);
        let shown: Vec<_> = found.iter().map(|c| (c.span.of(text), c.own_line, c.at_top)).collect();
        assert_eq!(
            shown,
            [
                ("// ssot: a", true, true),
                ("// ssot: b", false, false),
                ("/* ssot: d */", true, false),
                ("// ssot: e", false, false)
            ]
        );
    }

    #[test]
    fn attributes_after_a_comment_are_known() {
        let text =
            "// ssot: a\n// ssot: b\n#[x(\n  y)]\n// z\n#[w] let v = 1; // ssot: c\n#[t]\n// ssot: d\nlet u = 2;\n";
        let found = directives(text, 0);
        let shown: Vec<_> = found.iter().map(|c| c.attributes.map(|span| span.of(text))).collect();
        let both = Some("#[x(\n  y)]\n// z\n#[w] ");
        assert_eq!(shown, [both, both, Some("#[t]\n// ssot: d\n"), Some("// ssot: d\n")]);
    }
}
