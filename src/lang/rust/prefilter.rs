//! The gate for Rust: whether a word in a text can denote what other files call by it, judged without parsing.
//!
//! In: the text and one occurrence of a word. Out: false only if no path of the file can lead to the word's symbol. A
//! symbol outside the tree is reached through its crate's name, which the file itself or a file that re-exports it
//! writes; what another file of the tree gives is named by a path, by a `use`, by a glob, or as a member.

use std::cell::OnceCell;

use memchr::memmem;

use crate::lang::WordUse;
use crate::lang::focus::{is_whole, nearby};

/// What a text has that any word can come in by, read once.
#[derive(Debug, Default)]
pub struct Ways {
    glob: OnceCell<bool>,
}

impl Ways {
    /// Whether an occurrence can be of something that another file of the tree gives.
    #[must_use]
    pub fn admits(&self, text: &str, word: &WordUse) -> bool {
        let before = text[..word.start].trim_end();
        let after = text[word.end..].trim_start();
        before.ends_with("::")
            || before.ends_with('.')
            || after.starts_with('!')
            || self.has_glob(text)
            || in_use(text, word)
    }

    fn has_glob(&self, text: &str) -> bool {
        *self.glob.get_or_init(|| {
            memmem::find_iter(text.as_bytes(), "*").any(|at| {
                let before = text[..at].trim_end();
                before.ends_with("::") || before.ends_with(['{', ','])
            })
        })
    }
}

/// Whether an occurrence of a crate's name can matter by itself: in a declaration that others can import.
#[must_use]
pub fn admits_root(text: &str, word: &WordUse) -> bool {
    let near = nearby(&text[..word.start]);
    let start = near.rfind([';', '}', '\n']).map_or(0, |at| at + 1);
    memmem::find(&near.as_bytes()[start..], b"crate").is_some() || in_use(text, word)
}

/// Whether an occurrence of a crate's name can be one in code: before a path, in a declaration, or alone among arguments
/// of a macro. A mention in prose or in a URL is none.
#[must_use]
pub fn names_crate(text: &str, word: &WordUse) -> bool {
    let (before, after) = (text[..word.start].trim_end(), text[word.end..].trim_start());
    let alone =
        before.ends_with(['(', '[', '{', ',', '=', '<', '&']) && after.starts_with([')', ']', '}', ',', ';', '=', '>']);
    after.starts_with("::") || alone || before.ends_with("crate") || in_use(text, word)
}

/// Whether an occurrence stands where a `use` declaration can be: after a `use`, with nothing between but what a tree of
/// paths is made of, and comments.
fn in_use(text: &str, word: &WordUse) -> bool {
    let near = nearby(&text[..word.start]);
    let Some(start) = near.rfind(';').map(|at| at + 1).or((near.len() == word.start).then_some(0)) else {
        // In doubt it does.
        return true;
    };
    let before = &near[start..];
    let of_tree = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | ':' | '{' | '}' | ',' | '*' | '$' | '#')
    };
    memmem::find_iter(before.as_bytes(), "use").any(|at| {
        let (head, tree) = (&before[..at], &before[at + "use".len()..]);
        let is_code = |line: &str| line.split("//").next().unwrap_or_default().chars().all(of_tree);
        is_whole(before.as_bytes(), at, at + "use".len())
            && !head.rsplit('\n').next().unwrap_or_default().contains("//")
            && (tree.contains("/*") || tree.split('\n').all(is_code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(text: &str, word: &str) -> bool {
        let ways = Ways::default();
        memmem::find_iter(text.as_bytes(), word).any(|start| {
            ways.admits(text, &WordUse { start, end: start + word.len(), root: false, member: false, anywhere: false })
        })
    }

    #[test]
    fn what_another_file_gives_is_named_by_a_path_a_use_a_glob_or_a_member() {
        for text in [
            "fn f() { crate::db::Conn::open() }",
            "use crate::{\n    a,\n    db::{self, Conn},\n};",
            "use super::*;\nfn f(c: Conn) {}",
            "use super::{a, *};\nfn f(c: Conn) {}",
            "fn f(x: X) { x\n    .Conn() }",
            "Conn!(1)",
        ] {
            assert!(admits(text, "Conn"), "{text}");
        }
    }

    #[test]
    fn a_crate_is_named_in_code_and_not_in_prose() {
        let named = |text: &str| {
            memmem::find_iter(text.as_bytes(), "redis").any(|start| {
                names_crate(text, &WordUse { start, end: start + 5, root: true, member: false, anywhere: false })
            })
        };
        for text in
            ["redis :: Client", "use {a, redis as r};", "extern crate redis;", "client!(redis)", "f!(a, redis => 1)"]
        {
            assert!(named(text), "{text}");
        }
        for text in ["// The redis Client", "\"redis://localhost\"", "// redis, or redis-rs", "let x = \"redis\";"] {
            assert!(!named(text), "{text}");
        }
    }

    #[test]
    fn a_declaration_that_others_can_import_may_have_several_lines() {
        let admits = |text: &str| {
            let start = text.find("redis").unwrap();
            admits_root(text, &WordUse { start, end: start + 5, root: true, member: false, anywhere: false })
        };
        for text in [
            "pub use crate::a::{\n    b::{C, D}, // (one)\n    /* (two) */\n    redis as r,\n};",
            "extern crate redis as r;",
            "use redis;",
        ] {
            assert!(admits(text), "{text}");
        }
        for text in ["fn f() { user(redis::x()) }", "/// We use redis.", "// use a::b\nfn f() { redis::x() }"] {
            assert!(!admits(text), "{text}");
        }
    }

    #[test]
    fn what_the_file_itself_defines_is_not() {
        for text in ["struct Conn;\nimpl Conn { fn f(c: Conn) -> u8 { 2 * 3 } }", "fn f(Conn: u8) {}"] {
            assert!(!admits(text, "Conn"), "{text}");
        }
    }
}
