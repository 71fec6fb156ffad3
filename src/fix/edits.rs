//! Edits of one text: which exclude each other, what they make of it, which whole lines they replace.

use std::collections::BTreeSet;

use crate::lang::fixing::TextEdit;
use crate::source::{LineIndex, Span};

/// Returns whether two edits touch the same bytes, or insert at one place.
pub(super) fn conflict(a: &TextEdit, b: &TextEdit) -> bool {
    let (a, b) = (a.span, b.span);
    match a.start.cmp(&b.start) {
        std::cmp::Ordering::Equal => true,
        std::cmp::Ordering::Less => b.start < a.end,
        std::cmp::Ordering::Greater => a.start < b.end,
    }
}

/// Returns a part of a text with edits inside it, which are sorted and do not conflict.
pub(super) fn apply<'e>(text: &str, part: Span, edits: impl IntoIterator<Item = &'e TextEdit>) -> String {
    let mut result = String::with_capacity((part.end - part.start) as usize);
    let mut at = part.start;
    for edit in edits {
        result.push_str(Span::new(at, edit.span.start).of(text));
        result.push_str(&edit.text);
        at = edit.span.end.max(at);
    }
    result.push_str(Span::new(at, part.end).of(text));
    result
}

/// Whole lines with what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedLines {
    /// The 1-based first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
    /// The new lines, without the last line end; empty if the lines go.
    pub text: String,
}

/// Returns the whole lines that edits replace; edits of one line, or of lines that follow each other, go together.
#[must_use]
pub fn replaced_lines(text: &str, edits: &[TextEdit]) -> Vec<ReplacedLines> {
    let index = LineIndex::default();
    let line_of = |at: u32| index.position(text, at).line;
    let mut groups: Vec<(u32, u32, Vec<&TextEdit>)> = Vec::new();
    for edit in edits.iter().collect::<BTreeSet<_>>() {
        let first = line_of(edit.span.start);
        // An edit that ends with its line does not touch the next one.
        let whole = edit.span.end > edit.span.start && (edit.text.is_empty() || edit.text.ends_with('\n'));
        let at_line_start = index.position(text, edit.span.end).column == 1;
        let last = line_of(edit.span.end) - u32::from(whole && at_line_start && line_of(edit.span.end) > first);
        match groups.last_mut() {
            Some((_, end, members)) if first <= *end + 1 => {
                *end = last.max(*end);
                members.push(edit);
            }
            _ => groups.push((first, last, vec![edit])),
        }
    }
    let lines = |(first, last, members): (u32, u32, Vec<&TextEdit>)| {
        let start = index.line_span(text, first)?.start;
        let end = index.line_span(text, last + 1).map_or(text.len() as u32, |next| next.start);
        let new = apply(text, Span::new(start, end), members);
        let new = new.strip_suffix('\n').map_or(&*new, |it| it.strip_suffix('\r').unwrap_or(it));
        Some(ReplacedLines { first, last, text: new.to_owned() })
    };
    groups.into_iter().filter_map(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> TextEdit {
        TextEdit { span: Span::new(start, end), text: text.to_owned() }
    }

    fn lines(edits: &[TextEdit]) -> Vec<(u32, u32, String)> {
        let replaced = replaced_lines("one\ntwo\nthree\nfour\nfive", edits);
        replaced.into_iter().map(|it| (it.first, it.last, it.text)).collect()
    }

    #[test]
    fn lines_that_follow_each_other_go_together() {
        assert_eq!(lines(&[edit(4, 7, "2")]), [(2, 2, "2".to_owned())]);
        assert_eq!(lines(&[edit(4, 7, "2"), edit(0, 1, "O")]), [(1, 2, "One\n2".to_owned())]);
        assert_eq!(lines(&[edit(0, 0, "0 "), edit(19, 23, "5")]), [(1, 1, "0 one".to_owned()), (5, 5, "5".to_owned())]);
    }

    #[test]
    fn lines_that_go_leave_nothing() {
        assert_eq!(lines(&[edit(4, 8, "")]), [(2, 2, String::new())]);
        assert_eq!(lines(&[edit(4, 4, "x\n")]), [(2, 2, "x\ntwo".to_owned())]);
        assert_eq!(lines(&[edit(3, 7, "")]), [(1, 2, "one".to_owned())]);
    }
}
