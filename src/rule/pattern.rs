//! Patterns of symbols: dotted (Python) or `::` paths (Rust) with `*` and `**`.

use crate::facts::Name;
use crate::source::Language;

use super::Origin;

/// A path pattern; see DESIGN.md section 2.
#[derive(Debug, Clone)]
pub struct SymbolPattern {
    /// As written.
    pub text: String,
    /// The language it names.
    pub language: Language,
    /// Its segments, at least one.
    pub segments: Vec<SegmentPattern>,
    /// Where it is written.
    pub origin: Origin,
}

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentPattern {
    /// Exactly this name.
    Literal(Name),
    /// `*` inside: any run of characters in one segment.
    Wildcard(Name),
    /// `**`: any number of segments, also none.
    AnyDepth,
}

impl SymbolPattern {
    /// Whether the pattern names exactly the path with these segments.
    #[must_use]
    pub fn matches(&self, path: &[Name]) -> bool {
        matches_segments(&self.segments, path)
    }

    /// The length of the shortest prefix of `path` that the pattern names; none if it names no prefix, not even the whole.
    #[must_use]
    pub fn matches_prefix(&self, path: &[Name]) -> Option<usize> {
        (1..=path.len()).find(|&length| self.matches(&path[..length]))
    }

    /// The path itself, if the pattern has no wildcard.
    #[must_use]
    pub fn literal(&self) -> Option<Vec<Name>> {
        self.segments
            .iter()
            .map(|segment| match segment {
                SegmentPattern::Literal(name) => Some(name.clone()),
                SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => None,
            })
            .collect()
    }

    /// The first segment, if it has no wildcard.
    #[must_use]
    pub fn root(&self) -> Option<&Name> {
        match self.segments.first()? {
            SegmentPattern::Literal(name) => Some(name),
            SegmentPattern::Wildcard(_) | SegmentPattern::AnyDepth => None,
        }
    }
}

fn matches_segments(pattern: &[SegmentPattern], path: &[Name]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((SegmentPattern::AnyDepth, rest)), _) => {
            (0..=path.len()).any(|skip| matches_segments(rest, &path[skip..]))
        }
        (Some(_), None) => false,
        (Some((SegmentPattern::Literal(name), rest)), Some((first, tail))) => {
            name == first && matches_segments(rest, tail)
        }
        (Some((SegmentPattern::Wildcard(glob), rest)), Some((first, tail))) => {
            wildcard_matches(glob, first) && matches_segments(rest, tail)
        }
    }
}

/// Whether `text` matches `glob`, in which `*` stands for any run of characters.
#[must_use]
pub fn wildcard_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
