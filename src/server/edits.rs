//! Edits: changes of texts as the protocol has them.
//!
//! In: spans and texts, before and after. Out: an edit of the workspace as a client takes it, as small as it can be told
//! in one piece. Applies nothing: that is for the client.

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::client::ClientFeatures;
use super::positions::TextPositions;
use crate::lang::fixing::TextEdit;
use crate::source::Span;

/// The document that an edit changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct EditedDocument<'e> {
    /// Its URI.
    pub uri: &'e str,
    /// Its version; none if it is not open.
    pub version: Option<i32>,
    /// It is to be made first.
    pub is_new: bool,
}

/// Returns the edit by which one text becomes another: the part between what is the same at both ends.
pub(super) fn between(before: &str, after: &str) -> TextEdit {
    let same = before.char_indices().zip(after.chars()).find(|((_, old), new)| old != new);
    let start = same.map_or(before.len().min(after.len()), |((at, _), _)| at);
    let (rest, other) = (&before[start..], &after[start..]);
    let tail: usize =
        rest.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).map(|it| it.0.len_utf8()).sum();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    TextEdit {
        span: Span::new(number(start), number(before.len() - tail)),
        text: other[..other.len() - tail].to_owned(),
    }
}

/// Returns edits of one document for a client; none if it cannot take them.
pub(super) fn of_document(
    document: EditedDocument<'_>,
    edits: &[TextEdit],
    text: &str,
    client: &ClientFeatures,
) -> Option<Value> {
    let positions = TextPositions::new(text, client.encoding);
    let edits: Vec<lsp::TextEdit> = edits
        .iter()
        .map(|edit| lsp::TextEdit { range: positions.range(edit.span), new_text: edit.text.clone() })
        .collect();
    if !client.takes_versions {
        return (!document.is_new).then(|| json!({ "changes": { document.uri: edits } }));
    }
    if document.is_new && !client.creates_files {
        return None;
    }
    let change = json!({ "textDocument": { "uri": document.uri, "version": document.version }, "edits": edits });
    let create = json!({ "kind": "create", "uri": document.uri, "options": { "ignoreIfExists": true } });
    let changes = if document.is_new { vec![create, change] } else { vec![change] };
    Some(json!({ "documentChanges": changes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_what_lies_between_equal_ends() {
        for (before, after) in [
            ("abc", "abc"),
            ("", "x"),
            ("x", ""),
            ("aa", "a"),
            ("a", "aa"),
            ("äöü", "äxü"),
            ("ab\n", "ab # c\n"),
            ("𝄞", "𝄢"),
        ] {
            let edit = between(before, after);
            let mut text = before.to_owned();
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            assert_eq!(text, after);
        }
        assert_eq!(between("one two three", "one 2 three"), TextEdit { span: Span::new(4, 7), text: "2".to_owned() });
    }
}
