//! Rough outlines: of what declares nothing, found without reading its tokens.
//!
//! In: the text of any Rust file. Out: its outline; after the last thing that looks like a declaration, everything counts
//! that looks like a call, in comments and strings too.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

use super::Outline;
use super::aliases::aliases;
use super::exact::outline_until;
use crate::facts::Name;
use crate::lang::rust::syntax::ident::normalised;

/// The outline of `text`, with all that looks like a call where nothing is declared any more: most files declare nothing,
/// others do so at their beginning, and finding that out takes a fraction of the time.
#[must_use]
pub fn rough(text: &str) -> Outline {
    let (mut outline, read) = match last_declaration(text) {
        Some(last) => outline_until(text, last),
        None => (Outline { aliases: aliases(text), ..Outline::default() }, 0),
    };
    if read < text.len() {
        outline.calls.extend(calls(text, read));
        outline.rough = true;
    }
    outline
}

/// Finds the names of what looks like a macro call whose `!` stands at or after `from`.
fn calls(text: &str, from: usize) -> impl Iterator<Item = Name> {
    memchr::memchr_iter(b'!', &text.as_bytes()[from..]).filter_map(move |at| {
        let at = from + at;
        let before = text[..at].trim_end();
        let start = before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let called = &before[start..];
        let opens = text[at + 1..].trim_start().starts_with(['(', '[', '{']);
        (opens && !called.is_empty()).then(|| normalised(Name::from(called)))
    })
}

/// Words that declarations begin with. Only the leftmost kinds are searched for by several bytes at once.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(["macro_rules", "include", "extern", "mod"]).ok()
});

/// Finds the last declaration of a text: where what an outline tells begins last, or may begin, calls of macros aside. A
/// text that may define a macro is read to its end, for where the macro is seen.
fn last_declaration(text: &str) -> Option<usize> {
    let mut last = tests(text).last();
    for found in WORDS.iter().flat_map(|words| words.find_iter(text)) {
        let end = found.end();
        let place = match found.pattern().as_usize() {
            0 => followed(text, end, "!").map(|_| text.len()),
            1 => followed(text, end, "!"),
            2 => followed(text, end, "crate"),
            _ => names_module(text, end).then_some(end),
        };
        last = last.max(place);
    }
    last
}

/// Returns whether a text may contain an `include!`.
#[must_use]
pub fn may_include(text: &str) -> bool {
    let word = "include";
    memmem::find_iter(text.as_bytes(), word).any(|at| followed(text, at + word.len(), "!").is_some())
}

/// Finds `by` after byte `end`; gives the end of the text if a comment stands there, after which `by` may stand.
fn followed(text: &str, end: usize, by: &str) -> Option<usize> {
    let rest = text[end..].trim_start();
    if rest.starts_with(by) {
        return Some(text.len() - rest.len());
    }
    rest.starts_with('/').then_some(text.len())
}

/// Returns whether the text after a `mod` may make it a `mod x;`.
fn names_module(text: &str, end: usize) -> bool {
    let after = &text[end..];
    let rest = after.trim_start();
    // A comment may stand anywhere between.
    let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '#'));
    rest.len() < after.len() && name.trim_start().starts_with([';', '/']) || after.starts_with('/')
}

/// Finds the places where an inner attribute may say that the file is test code.
fn tests(text: &str) -> impl Iterator<Item = usize> {
    memmem::find_iter(text.as_bytes(), "#!").filter(|&at| {
        // A bracket inside the attribute is within parentheses.
        let mut open = 0i32;
        let attribute = text.as_bytes()[at..].iter().position(|&byte| {
            open += i32::from(byte == b'(') - i32::from(byte == b')');
            byte == b']' && open <= 0
        });
        let end = attribute.map_or(text.len(), |length| at + length);
        memmem::find(&text.as_bytes()[at..end], b"test").is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::exact::outline;
    use super::*;

    #[test]
    fn a_rough_outline_lacks_nothing_but_certainty() {
        for declaration in [
            "mod a;",
            "pub(crate) mod\n    r#type ;",
            "mod /* x */ a;",
            "#![cfg(test)] fn f() {}",
            "#![cfg_attr(a, doc = \"[x]\")] #![cfg(all(unix, test))] fn f() {}",
            "extern crate redis as r;",
            "include!(\"a.rs\");",
            "include ! { \"a.rs\" }",
            "include // x\n ! { \"a.rs\" }",
            "macro_rules! m { () => {} }",
            "macro_rules /* x */ ! m { () => {} }",
            "macro_rules! // x\n m { () => {} }",
            "macro_rules! r#m { () => {} }",
            "mod x { macro_rules! m { () => { a!() } } }",
            "#[macro_use] mod x { mod y; macro_rules! m { () => { a!() } } }",
            "if_std! { #[cfg(unix)] mod a; #[cfg(windows)] #[path = \"b.rs\"] mod b; }",
            "use a::b as c; mod d;",
        ] {
            for tail in ["", "\nfn f() { g!(1); mod_x(); }\n// h!()\n", "\nmod tests { fn f() { g!(); } } fn h() {}"] {
                let text = format!("{declaration}{tail}");
                let (rough, exact) = (rough(&text), outline(&text));
                assert_ne!(exact, Outline::default(), "{text}");
                assert!(exact.calls.is_subset(&rough.calls), "{text}");
                let calls = exact.calls.clone();
                assert_eq!(Outline { calls, rough: false, ..rough }, exact, "{text}");
            }
        }
        let text = "mod tests { fn f() { println!(\"x\"); a::b ! [1]; /* c!() */ if !x {} x != (1) } }";
        let rough = rough(text);
        assert!(rough.rough);
        assert!(outline(text).calls.is_subset(&rough.calls));
        assert_eq!(rough.calls.iter().map(Name::as_str).collect::<Vec<_>>(), ["b", "c", "println"]);
    }

    #[test]
    fn what_follows_the_last_declaration_is_not_read_word_by_word() {
        let text = "mod a;\nfn f() { g!(1) }\n";
        let (outline, read) = outline_until(text, last_declaration(text).unwrap());
        assert_eq!((outline.children.len(), read), (1, "mod a;\n".len()));
        assert_eq!(last_declaration("fn modify() {} // model"), None);
    }
}
