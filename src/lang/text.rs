//! Words in a text: where they begin and end, and whether normalisation changes them.
//!
//! In: a text. Out: verdicts on bytes of it. Knows no language beyond what an identifier is made of.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Returns whether no ASCII part of an identifier touches the match; others only make a match more likely, never less.
#[must_use]
pub fn is_whole_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !bytes.get(end).copied().is_some_and(word)
        && !start.checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(word)
}

/// Returns the bounds of the whole identifier around a part of it.
#[must_use]
pub fn identifier_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let part = |c: &char| c.is_alphanumeric() || *c == '_';
    let before: usize = text[..start].chars().rev().take_while(part).map(char::len_utf8).sum();
    let after: usize = text[end..].chars().take_while(part).map(char::len_utf8).sum();
    (start - before, end + after)
}

/// Returns as much of the end of a text as a look back reads: a look at all of a very long line for each word of it would
/// take forever.
#[must_use]
pub fn tail(before: &str) -> &str {
    const LONGEST: usize = 4096;
    &before[before.floor_char_boundary(before.len().saturating_sub(LONGEST))..]
}

/// Returns the words of a text, as [`is_whole_word`] bounds them.
pub fn ascii_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Returns whether NFKC normalisation may change a name in a text. Most texts are ASCII but for a few characters of prose,
/// so only blocks with others are looked at by character.
#[must_use]
pub fn changed_by_nfkc(text: &str) -> bool {
    const BLOCK: usize = 256;
    let bytes = text.as_bytes();
    if bytes.is_ascii() {
        return false;
    }
    let starts = (0..bytes.len()).step_by(BLOCK).filter(|&at| !bytes[at..bytes.len().min(at + BLOCK)].is_ascii());
    let mut characters = starts.flat_map(|at| {
        let from = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let to = (at + BLOCK..bytes.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(bytes.len());
        text[from..to].chars().filter(|&c| !c.is_ascii() && unicode_ident::is_xid_continue(c))
    });
    characters.any(|c| is_nfkc_quick(std::iter::once(c)) != IsNormalized::Yes)
}

/// Returns a text after NFKC normalisation. No character joins with the end of a line, so only lines with others than
/// ASCII are looked at.
#[must_use]
pub fn nfkc(text: &str) -> String {
    let mut normalised = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.is_ascii() {
            true => normalised.push_str(line),
            false => normalised.extend(line.nfkc()),
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_can_be_spelled_otherwise() {
        for text in ["Ｒedis()", "ﬁle", "＿x", "e\u{301}", "µ", "x²ª"] {
            assert!(changed_by_nfkc(text), "{text}");
        }
        for text in ["plain", "# 1… №\u{a0}→ ½ ① ™ ：", "é ü 漢字"] {
            assert!(!changed_by_nfkc(text), "{text}");
        }
    }

    #[test]
    fn lines_are_normalised_as_the_whole_text_is() {
        let text = "plain\nＲedis ﬁle\n\n\u{301}e\u{301}\r\n\u{30a}x";
        assert_eq!(nfkc(text), text.nfkc().collect::<String>());
    }

    #[test]
    fn a_word_is_whole_where_no_identifier_goes_on() {
        let whole = |text: &str| {
            let start = text.find("Redis").unwrap();
            is_whole_word(text.as_bytes(), start, start + 5)
        };
        assert!(whole("Redis") && whole("my.Redis()") && whole("-Redis-"));
        assert!(!whole("RedisLike") && !whole("xRedis") && !whole("_Redis"));
        assert_eq!(identifier_around("a MyRedisPool b", 4, 9), (2, 13));
    }
}
