//! Byte offsets of tokens.
//!
//! In: spans of `proc_macro2`, which count lines and characters of the text that was parsed. Out: byte spans of the file
//! that the text is a part of.

use proc_macro2::{Ident, Span as TokenSpan};

use super::ident::{Segment, name_of, normalised};
use super::lexer;
use crate::facts::Name;
use crate::source::Span;

/// Maps token spans of a parsed text to byte spans of its file.
#[derive(Debug, Clone)]
pub struct SpanMap<'a> {
    text: &'a str,
    base: u32,
    lines: Vec<u32>,
    ascii: bool,
    /// The place of all tokens of a text that is not the file's own, but stands for this place of it.
    pub pinned: Option<Pinned>,
}

/// A text that is not the file's own.
#[derive(Debug, Clone, Copy)]
pub struct Pinned {
    /// The place of the file for which it stands.
    pub place: Span,
    /// Tells it from all other texts; not 0, which is the file's own.
    pub text: u32,
}

impl<'a> SpanMap<'a> {
    /// For `text`, which begins at byte `base` of its file.
    #[must_use]
    pub fn new(text: &'a str, base: u32) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self { text, base, lines: std::iter::once(0).chain(starts).collect(), ascii: text.is_ascii(), pinned: None }
    }

    /// The byte span of a token or group.
    #[must_use]
    pub fn span(&self, span: TokenSpan) -> Span {
        Span::new(self.start(span), self.end(span))
    }

    /// The name of an identifier and its place. The text has the name at the place already.
    #[must_use]
    pub fn named(&self, ident: &Ident) -> Segment {
        if self.pinned.is_none() {
            let start = self.offset(ident.span().start());
            let word = lexer::first_word(self.text.get((start - self.base) as usize..).unwrap_or_default());
            if !word.is_empty() {
                let end = start + u32::try_from(word.len()).unwrap_or(0);
                return (normalised(Name::from(word)), Span::new(start, end));
            }
        }
        (name_of(ident), self.span(ident.span()))
    }

    /// The offset of the first byte.
    #[must_use]
    pub fn start(&self, span: TokenSpan) -> u32 {
        self.pinned.map_or_else(|| self.offset(span.start()), |pinned| pinned.place.start)
    }

    /// The offset after the last byte.
    #[must_use]
    pub fn end(&self, span: TokenSpan) -> u32 {
        self.pinned.map_or_else(|| self.offset(span.end()), |pinned| pinned.place.end)
    }

    /// Returns the key that tells a token from all others.
    #[must_use]
    pub fn key(&self, span: TokenSpan) -> TokenKey {
        let start = span.start();
        (self.pinned.map_or(0, |pinned| pinned.text), start.line, start.column)
    }

    /// The file's text at a span of it.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'a str {
        let at = |offset: u32| offset.saturating_sub(self.base) as usize;
        self.text.get(at(span.start)..at(span.end)).unwrap_or_default()
    }

    /// The byte span from the first token to the last.
    #[must_use]
    pub fn range(&self, (first, last): (TokenSpan, TokenSpan)) -> Span {
        Span::new(self.start(first), self.end(last))
    }

    /// The parsed text before an offset.
    #[must_use]
    pub fn before(&self, offset: u32) -> &'a str {
        self.text.get(..offset.saturating_sub(self.base) as usize).unwrap_or_default()
    }

    /// The line around an offset, without white space at its ends: what a statement is where there are none.
    #[must_use]
    pub fn line(&self, offset: u32) -> Span {
        let at = self.lines.partition_point(|&start| start + self.base <= offset);
        let start = self.lines.get(at.saturating_sub(1)).copied().unwrap_or_default();
        let end = self.lines.get(at).copied().unwrap_or_else(|| u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.text.get(start as usize..end as usize).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let length = line.trim_end().len();
        let place = |length: usize| self.base + start + u32::try_from(length).unwrap_or(0);
        Span::new(place(indent), place(length))
    }

    fn offset(&self, at: proc_macro2::LineColumn) -> u32 {
        let start = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or_default();
        let column = if self.ascii {
            at.column
        } else {
            let line = self.text.get(start as usize..).unwrap_or_default();
            line.char_indices().nth(at.column).map_or(line.len(), |(byte, _)| byte)
        };
        self.base + start + u32::try_from(column).unwrap_or(u32::MAX)
    }
}

/// Tells tokens from each other: their text, line and column.
pub type TokenKey = (u32, usize, usize);
