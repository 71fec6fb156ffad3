//! Source text: which file, which bytes, which line.
//!
//! In: the text of one file. Out: ids, byte spans and the index that turns offsets into lines and columns.
//! Knows nothing of syntax; languages appear only as a name.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A file of the scanned tree, numbered in path order (so comparing ids compares paths).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    /// A file that should be in the tree and is not.
    pub const ABSENT: Self = Self(u32::MAX);

    /// The id as an index into the tree's file list.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of byte offsets in one file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The text that the span covers; empty when it does not fall on character boundaries.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// The names of a language, and the way in which its files and paths are written; its front end has one.
#[derive(Debug)]
pub struct LanguageNames {
    /// Lower-case name, as written in rules files and output.
    pub name: &'static str,
    /// Name in sentences.
    pub title: &'static str,
    /// Extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// The text between the segments of a path.
    pub separator: &'static str,
}

/// A language with a front end in [`crate::lang`]; two are the same if they have the same name.
#[derive(Clone, Copy)]
pub struct Language(pub &'static LanguageNames);

impl Language {
    /// Returns the lower-case name, as written in rules files and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns what stands between the segments of a path in this language.
    #[must_use]
    pub fn separator(self) -> &'static str {
        self.0.separator
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.name() == other.name()
    }
}

impl Eq for Language {}

impl PartialOrd for Language {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Language {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Language {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.title)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A 1-based position; columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
}

impl Position {
    /// Returns the position of one byte offset. Where many are asked for, a [`LineIndex`] remembers where lines begin; this
    /// one makes nothing, so that thousands of single questions about a text of that many lines stay cheap.
    #[must_use]
    pub fn of(text: &str, offset: u32) -> Self {
        let offset = text.floor_char_boundary(offset as usize);
        let (bytes, before) = (text.as_bytes(), &text.as_bytes()[..offset]);
        let lone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
        let returns = memchr::memchr_iter(b'\r', before).filter(|&at| lone(at)).count();
        let line = memchr::memchr_iter(b'\n', before).count() + returns + 1;
        let ends = |byte: u8| memchr::memrchr_iter(byte, before);
        let end = ends(b'\n').next().max(ends(b'\r').find(|&at| lone(at)));
        let column = text[end.map_or(0, |end| end + 1)..offset].chars().count() + 1;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { line: number(line), column: number(column) }
    }
}

/// Byte offsets of line starts, to turn offsets into positions.
///
/// Lines end at `\n`, `\r\n` or a lone `\r`, as in the Python and Rust references. Made when it is first asked: of most
/// files nobody wants to know a line. All questions are to be about the same text.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: OnceLock<Vec<u32>>,
    ascii: OnceLock<u32>,
}

impl LineIndex {
    fn starts(&self, text: &str) -> &[u32] {
        self.starts.get_or_init(|| {
            let bytes = text.as_bytes();
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                    starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// Counts the bytes of the text before the first that is not ASCII.
    fn ascii(&self, text: &str) -> u32 {
        *self.ascii.get_or_init(|| {
            let end = text.bytes().position(|byte| !byte.is_ascii()).unwrap_or(text.len());
            u32::try_from(end).unwrap_or(u32::MAX)
        })
    }

    /// Position of a byte offset in `text`, the text the index was made of.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let starts = self.starts(text);
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let before = Span::new(start, offset);
        // A line can be a megabyte long and have thousands of places.
        let column = match offset <= self.ascii(text) {
            true => before.of(text).len() + 1,
            false => before.of(text).chars().count() + 1,
        };
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// Span of a 1-based line, without its line end; none past the last line.
    #[must_use]
    pub fn line_span(&self, text: &str, line: u32) -> Option<Span> {
        let starts = self.starts(text);
        let start = *starts.get(line.checked_sub(1)? as usize)?;
        let end = starts.get(line as usize).copied().unwrap_or(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let trimmed = Span::new(start, end).of(text).trim_end_matches(['\r', '\n']).len();
        Some(Span::new(start, start + u32::try_from(trimmed).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_every_line_end() {
        let text = "a\r\nüb\rc\n";
        let index = LineIndex::default();
        let at = |offset| {
            let p = index.position(text, offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(7), (3, 1));
        assert_eq!(at(9), (4, 1));
        for offset in 0..=text.len() as u32 {
            if text.is_char_boundary(offset as usize) {
                assert_eq!(Position::of(text, offset), index.position(text, offset), "{offset}");
            }
        }
        assert_eq!(index.line_span(text, 2).map(|s| s.of(text)), Some("üb"));
        assert_eq!(index.line_span(text, 9), None);
    }
}
