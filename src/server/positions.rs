//! Positions: those of the protocol, which count lines from 0 and columns in the units that were agreed on, and bytes.
//!
//! In: a text. Out: offsets and positions. A position past the end of its line means the end of that line, one past the
//! last line the end of the text, so that no client can point outside.

use gen_lsp_types as lsp;

use crate::source::{LineIndex, Span};

/// The unit in which columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl PositionEncoding {
    /// Returns the one to use of those that a client offers: bytes cost nothing, otherwise the first that is known.
    pub fn negotiated<'o>(offered: impl Iterator<Item = &'o str>) -> Self {
        let known: Vec<Self> = offered.filter_map(Self::of_name).collect();
        match known.first() {
            Some(_) if known.contains(&Self::Utf8) => Self::Utf8,
            Some(first) => *first,
            None => Self::default(),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        match name {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        }
    }

    /// Returns it as the protocol names it.
    pub fn kind(self) -> lsp::PositionEncodingKind {
        match self {
            Self::Utf8 => lsp::PositionEncodingKind::UTF8,
            Self::Utf16 => lsp::PositionEncodingKind::UTF16,
            Self::Utf32 => lsp::PositionEncodingKind::UTF32,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    fn length(self, text: &str) -> u32 {
        let units = match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            _ => text.chars().map(|character| self.width(character)).sum(),
        };
        number(units)
    }
}

/// A text with the places of its lines.
pub(super) struct TextPositions<'t> {
    text: &'t str,
    lines: LineIndex,
    encoding: PositionEncoding,
}

impl<'t> TextPositions<'t> {
    /// Makes them for a text, and finds its lines at once.
    pub fn read(text: &'t str, encoding: PositionEncoding) -> Self {
        let positions = Self::new(text, encoding);
        let _first = positions.lines.position(text, 0);
        positions
    }

    /// Makes them for a text.
    pub fn new(text: &'t str, encoding: PositionEncoding) -> Self {
        Self { text, lines: LineIndex::default(), encoding }
    }

    /// Returns the unit of its columns.
    pub fn encoding(&self) -> PositionEncoding {
        self.encoding
    }

    /// Returns the position of a byte.
    pub fn position(&self, offset: u32) -> lsp::Position {
        let offset = number(self.text.floor_char_boundary(offset as usize));
        let line = self.lines.position(self.text, offset).line;
        let start = self.lines.line_span(self.text, line).map_or(offset, |span| span.start);
        lsp::Position { line: line - 1, character: self.encoding.length(Span::new(start, offset).of(self.text)) }
    }

    /// Returns the range of some bytes.
    pub fn range(&self, span: Span) -> lsp::Range {
        lsp::Range { start: self.position(span.start), end: self.position(span.end.max(span.start)) }
    }

    /// Returns the byte at a position.
    pub fn offset(&self, position: lsp::Position) -> u32 {
        let Some(line) = self.lines.line_span(self.text, position.line.saturating_add(1)) else {
            return number(self.text.len());
        };
        let (mut units, wanted) = (0, position.character as usize);
        for (at, character) in line.of(self.text).char_indices() {
            units += self.encoding.width(character);
            if units > wanted {
                return line.start + number(at);
            }
        }
        line.end
    }

    /// Returns the bytes of a range; one that ends before it begins is empty.
    pub fn span(&self, range: lsp::Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start, end.max(start))
    }

    /// Returns the 1-based line and column in characters of a position.
    pub fn place(&self, position: lsp::Position) -> crate::source::Position {
        self.lines.position(self.text, self.offset(position))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\r\nü𝄞b\rlast";

    #[test]
    fn every_byte_comes_back_in_every_encoding() {
        for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32] {
            let positions = TextPositions::new(TEXT, encoding);
            for (at, character) in TEXT.char_indices() {
                // Inside of a line end there is no position.
                if !matches!(character, '\r' | '\n') {
                    let at = number(at);
                    assert_eq!(positions.offset(positions.position(at)), at, "{encoding:?} {at}");
                }
            }
        }
    }

    #[test]
    fn columns_count_units() {
        let column = |encoding| TextPositions::new(TEXT, encoding).position(9).character;
        assert_eq!(column(PositionEncoding::Utf8), 6);
        assert_eq!(column(PositionEncoding::Utf16), 3);
        assert_eq!(column(PositionEncoding::Utf32), 2);
    }

    #[test]
    fn a_position_outside_means_the_nearest_inside() {
        let positions = TextPositions::new(TEXT, PositionEncoding::Utf16);
        let offset = |line, character| positions.offset(lsp::Position { line, character });
        assert_eq!(offset(0, 99), 1);
        assert_eq!(offset(9, 0) as usize, TEXT.len());
        assert_eq!(offset(1, 2), 5, "inside of a surrogate pair: its beginning");
        assert_eq!(offset(u32::MAX, u32::MAX) as usize, TEXT.len());
        let backwards =
            lsp::Range { start: lsp::Position { line: 2, character: 1 }, end: lsp::Position { line: 0, character: 0 } };
        assert!(positions.span(backwards).of(TEXT).is_empty());
    }

    #[test]
    fn bytes_are_agreed_on_where_they_are_offered() {
        let of = |offered: &[&str]| PositionEncoding::negotiated(offered.iter().copied());
        assert_eq!(of(&["utf-16", "utf-8"]), PositionEncoding::Utf8);
        assert_eq!(of(&["utf-32", "utf-16"]), PositionEncoding::Utf32);
        assert_eq!(of(&["ebcdic"]), PositionEncoding::Utf16);
        assert_eq!(of(&[]), PositionEncoding::Utf16);
    }
}
