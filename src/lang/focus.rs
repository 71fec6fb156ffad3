//! Focus: the words without one of which a piece of code cannot matter, so that it need not be walked.
//!
//! In: names that can be on the way to a symbol of the rules. Out: where a text has one. Which pieces of a file may be
//! left out on that ground is the front end's business.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use crate::facts::Name;

/// Words that denote what no other word announces: members and modules by computed names, names of other scopes, values
/// that leave a function.
const ALWAYS: [&str; 6] = ["getattr", "import_module", "__import__", "global", "nonlocal", "yield"];

/// The words to look for.
#[derive(Debug)]
pub struct Focus {
    finder: Finder,
}

impl Focus {
    /// A focus on whole words, on those that only count as members, and on parts of words; none if they are too many to
    /// be looked for.
    #[must_use]
    pub fn new<'n>(
        words: impl Iterator<Item = &'n Name>,
        members: impl Iterator<Item = &'n Name>,
        parts: impl Iterator<Item = &'n Name>,
    ) -> Option<Self> {
        let always = ALWAYS.into_iter();
        let words: BTreeSet<&str> = always.chain(words.flat_map(|word| spellings(word))).collect();
        let members: BTreeSet<&str> = members.flat_map(|word| spellings(word)).collect();
        let words: Vec<&str> = words.into_iter().collect();
        let members: Vec<&str> = members.into_iter().filter(|word| words.binary_search(word).is_err()).collect();
        let parts: Vec<&str> = parts.map(Name::as_str).collect();
        Some(Self { finder: Finder::new(&words, &members, &parts, None)? })
    }

    /// Where the text has one of the words, in order.
    #[must_use]
    pub fn hits(&self, text: &str) -> Vec<usize> {
        self.finder.find(text).collect()
    }
}

/// How a name can be written: a private name of a class is written without the class.
pub fn spellings(word: &str) -> impl Iterator<Item = &str> {
    let private = if word.starts_with('_') { word.find("__").map(|at| &word[at..]) } else { None };
    std::iter::once(word).chain(private)
}

/// Finds words and parts of words.
#[derive(Debug)]
pub struct Finder {
    automaton: AhoCorasick,
    /// How many of the patterns are whole words.
    words: usize,
    /// How many patterns after those are whole words that only count as members.
    members: usize,
    overlapping: bool,
}

impl Finder {
    /// A finder of whole words that is not used for long; none if they are too many.
    #[must_use]
    pub fn for_once(words: &[&str]) -> Option<Self> {
        // The form that is quickest to make.
        Self::new(words, &[], &[], Some(AhoCorasickKind::NoncontiguousNFA))
    }

    fn new(words: &[&str], members: &[&str], parts: &[&str], form: Option<AhoCorasickKind>) -> Option<Self> {
        // Parts can hide in a longer match; whole words cannot.
        let overlapping = !parts.is_empty();
        let kind = if overlapping { MatchKind::Standard } else { MatchKind::LeftmostLongest };
        let patterns = words.iter().chain(members).chain(parts);
        let automaton = AhoCorasick::builder().match_kind(kind).kind(form).build(patterns).ok()?;
        Some(Self { automaton, words: words.len(), members: members.len(), overlapping })
    }

    /// Where the matches start, in order.
    pub fn find<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = usize> + 't> {
        let start = move |found: aho_corasick::Match| {
            let pattern = found.pattern().as_usize();
            let part = pattern >= self.words + self.members;
            let counts = part
                || is_whole(text.as_bytes(), found.start(), found.end())
                    && (pattern < self.words || {
                        let before = &text[..found.start()];
                        before.ends_with(['"', '\'']) || ends_with_dot(before)
                    });
            counts.then(|| found.start())
        };
        if self.overlapping {
            Box::new(self.automaton.find_overlapping_iter(text).filter_map(start))
        } else {
            Box::new(self.automaton.find_iter(text).filter_map(start))
        }
    }
}

/// Whether no ASCII part of an identifier touches the match; others only make a match more likely, never less.
#[must_use]
pub fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !bytes.get(end).copied().is_some_and(word)
        && !start.checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(word)
}

/// As much of the end of a text as the gates look back at: all texts but made ones say there what they have to say, and
/// a look at all of it for each word of a long line would take forever.
#[must_use]
pub fn nearby(before: &str) -> &str {
    const FAR: usize = 4096;
    &before[before.floor_char_boundary(before.len().saturating_sub(FAR))..]
}

/// What can stand between two tokens of Python beside comments.
pub const SPACE: [char; 6] = [' ', '\t', '\\', '\r', '\n', '\x0c'];

/// Whether what ends here is followed by a member: it ends with a dot, and perhaps with space, line ends and a comment.
#[must_use]
pub fn ends_with_dot(before: &str) -> bool {
    let head = before.trim_end_matches(SPACE);
    let is_commented = || {
        let line = head.rsplit(['\r', '\n']).next().unwrap_or_default();
        line.split('#').any(|part| part.trim_end_matches(SPACE).ends_with('.'))
    };
    head.ends_with('.') || before[head.len()..].contains(['\r', '\n']) && is_commented()
}

/// The whole identifier around a part of it.
#[must_use]
pub fn identifier_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let part = |c: &char| c.is_alphanumeric() || *c == '_';
    let before: usize = text[..start].chars().rev().take_while(part).map(char::len_utf8).sum();
    let after: usize = text[end..].chars().take_while(part).map(char::len_utf8).sum();
    (start - before, end + after)
}

/// Whether NFKC normalisation may change a name in a text. Most texts are ASCII but for a few characters of prose, so only
/// blocks with others are looked at by character.
#[must_use]
pub fn changed_by_nfkc(text: &str) -> bool {
    const BLOCK: usize = 256;
    let bytes = text.as_bytes();
    let starts = (0..bytes.len()).step_by(BLOCK).filter(|&at| !bytes[at..bytes.len().min(at + BLOCK)].is_ascii());
    let mut characters = starts.flat_map(|at| {
        let from = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let to = (at + BLOCK..bytes.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(bytes.len());
        text[from..to].chars().filter(|&c| !c.is_ascii() && unicode_ident::is_xid_continue(c))
    });
    characters.any(|c| is_nfkc_quick(std::iter::once(c)) != IsNormalized::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(words: &[&str], parts: &[&str], text: &str) -> usize {
        let names = |list: &[&str]| list.iter().map(|word| Name::from(*word)).collect::<Vec<_>>();
        Focus::new(names(words).iter(), std::iter::empty(), names(parts).iter()).unwrap().hits(text).len()
    }

    #[test]
    fn members_stand_behind_a_dot_or_in_a_string() {
        let (word, member) = (Name::from("Redis"), Name::from("_A__client"));
        let focus = Focus::new([word].iter(), [member].iter(), std::iter::empty()).unwrap();
        assert_eq!(focus.hits("Redis(x.__client, getattr(x, '__client'), client.__client)").len(), 5);
        assert_eq!(focus.hits("__client = 'a __client'").len(), 0);
    }

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
    fn whole_words_parts_and_what_no_word_announces() {
        assert_eq!(hits(&["Redis"], &[], "Redis() + my.Redis + RedisLike + xRedis"), 2);
        assert_eq!(hits(&[], &["edis"], "Redis() + RedisLike"), 2);
        assert_eq!(hits(&["_A__client"], &[], "self.__client()"), 1);
        assert_eq!(hits(&["x"], &[], "getattr(y, z)"), 1);
        assert_eq!(hits(&["x"], &[], "y = 1"), 0);
    }
}
