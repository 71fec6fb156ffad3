//! Names that `use` items give to what has another name.
//!
//! In: the text of any Rust file. Out: `a as b` wherever a `use` item can be. What they are is not known here.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::facts::Name;
use crate::lang::rust::syntax::ident::normalised;

/// The number of bytes before its `as` within which a `use` item is looked for.
const LONGEST_USE: usize = 4096;

/// The types that values are cast to most often.
const NUMBERS: [&str; 12] = ["usize", "u8", "u16", "u32", "u64", "u128", "isize", "i8", "i16", "i32", "i64", "f64"];

/// `a as b` where a `use` item can be.
#[must_use]
pub fn aliases(text: &str) -> BTreeSet<(Name, Name)> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'#') || !byte.is_ascii();
    let found = memmem::find_iter(bytes, " as ").filter_map(|at| {
        let written = text[at + 4..].trim_start();
        let name = &written[..written.bytes().position(|byte| !is_word(byte)).unwrap_or(written.len())];
        if NUMBERS.contains(&name) || !written[name.len()..].trim_start().starts_with([';', ',', '}']) {
            return None;
        }
        let before = text[..at].trim_end();
        let start = before.bytes().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
        let around = &bytes[start.saturating_sub(LONGEST_USE)..start];
        let item = memchr::memrchr(b';', around).map_or(around, |at| &around[at + 1..]);
        memmem::find(item, b"use ")?;
        let both = (normalised(Name::from(name)), normalised(Name::from(&before[start..])));
        (!both.0.is_empty() && !both.1.is_empty()).then_some(both)
    });
    found.collect()
}
