//! Comments that speak to `ssot`.
//!
//! In: the text of a file. Out: its comment tokens that contain `ssot:`. Strings and doc tests never count; the parser
//! drops comments, so this reads tokens of its own, and only when the text has the word at all.

use super::lexer::{self, Kind};
use crate::facts::Comment;

/// The comments of `text` from byte `at` on that contain `ssot:`, in source order.
#[must_use]
pub fn directives(text: &str, at: usize) -> Vec<Comment> {
    if memchr::memmem::find(text.as_bytes(), b"ssot:").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut code = false;
    let mut tokens = lexer::tokens(text, at).peekable();
    while let Some(token) = tokens.next() {
        if token.kind == Kind::Comment {
            if token.span.of(text).contains("ssot:") {
                let before = text.get(..token.span.start as usize).unwrap_or_default();
                let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
                let own_line = before[line..].trim_start_matches('\u{feff}').trim().is_empty();
                found.push(Comment { span: token.span, own_line, at_top: !code });
            }
        } else if token.kind == Kind::Punct(b'#') && tokens.peek().is_some_and(|t| t.kind == Kind::Punct(b'!')) && !code
        {
            skip_attribute(&mut tokens);
        } else {
            code = true;
        }
    }
    found
}

/// Skips the `![...]` of an inner attribute: it stands before the first item.
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
}
