//! Identifiers as names.
//!
//! In: identifiers as tokens or as text. Out: names, without `r#` and after NFKC.

use crate::facts::Name;
use crate::source::Span;

/// A segment of a path: its name and its place.
pub type Segment = (Name, Span);

/// The name of an identifier, without `r#`, normalised.
#[must_use]
pub fn name_of(ident: &proc_macro2::Ident) -> Name {
    normalised(Name::from(ident.to_string()))
}

/// A word as a name: without `r#`, after NFKC.
#[must_use]
pub fn normalised(word: Name) -> Name {
    use unicode_normalization::UnicodeNormalization;
    if word.is_ascii() {
        word.strip_prefix("r#").map(Name::from).unwrap_or(word)
    } else {
        word.strip_prefix("r#").unwrap_or(&word).nfkc().collect()
    }
}
