//! The gate for Rust: whether a word in a text can denote what other files call by it, judged without parsing.
//!
//! In: the text and one occurrence of a word. Out: false only if no path of the file can lead to the word's symbol. A
//! symbol outside the tree is reached through its crate's name, which the file itself or a file that re-exports it writes.

use memchr::memmem;

use crate::lang::WordUse;

/// Whether an occurrence of a crate's name can matter by itself: in a declaration that others can import.
#[must_use]
pub fn admits_root(text: &str, word: &WordUse) -> bool {
    let start = text[..word.start].rfind([';', '}', '\n']).map_or(0, |at| at + 1);
    let line = &text.as_bytes()[start..word.start];
    memmem::find(line, b"use").is_some() || memmem::find(line, b"crate").is_some()
}
