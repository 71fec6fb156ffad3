//! Documents: the texts that are open in the editor, saved or not.
//!
//! In: what the client opens, changes and closes. Out: each text as the editor has it. Says nothing of projects.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use gen_lsp_types as lsp;

use super::addresses;
use super::positions::{PositionEncoding, TextPositions};

/// One open document.
#[derive(Debug, Clone)]
pub(super) struct OpenDocument {
    /// Its path without links; none if it is no file.
    pub path: Option<PathBuf>,
    /// Its version, as the client counts.
    pub version: i32,
    /// Its text, without a byte order mark.
    pub text: Arc<str>,
    /// It was changed since it was opened or saved.
    pub edited: bool,
}

/// The open documents by their URIs. A copy costs little: texts are shared.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, OpenDocument>,
}

impl Documents {
    /// Opens a document; one that is open already is replaced.
    pub fn open(&mut self, item: lsp::TextDocumentItem) {
        let text = unmarked(&item.text).into();
        let path = addresses::path_of(&item.uri.0);
        self.open.insert(item.uri.0, OpenDocument { path, version: item.version, text, edited: false });
    }

    /// Applies changes, each to what the one before left.
    ///
    /// # Errors
    /// A sentence if the document is not open.
    pub fn change(
        &mut self,
        params: lsp::DidChangeTextDocumentParams,
        encoding: PositionEncoding,
    ) -> Result<(), String> {
        let uri = params.text_document.text_document_identifier.uri.0;
        let document = self.open.get_mut(&uri).ok_or_else(|| format!("`{uri}` was changed and is not open"))?;
        let mut text = document.text.to_string();
        for change in params.content_changes {
            match change {
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let span = TextPositions::new(&text, encoding).span(change.range);
                    text.replace_range(span.start as usize..span.end as usize, &change.text);
                }
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    text = unmarked(&change.text).to_owned();
                }
            }
        }
        (document.text, document.version, document.edited) = (text.into(), params.text_document.version, true);
        Ok(())
    }

    /// Notes that the disk has the text of a document.
    pub fn save(&mut self, uri: &str) {
        if let Some(document) = self.open.get_mut(uri) {
            document.edited = false;
        }
    }

    /// Closes a document.
    pub fn close(&mut self, uri: &str) {
        self.open.remove(uri);
    }

    /// Returns a document.
    pub fn get(&self, uri: &str) -> Option<&OpenDocument> {
        self.open.get(uri)
    }

    /// Returns all documents that are files: URI, path and document.
    pub fn files(&self) -> impl Iterator<Item = (&str, &PathBuf, &OpenDocument)> {
        self.open.iter().filter_map(|(uri, document)| Some((uri.as_str(), document.path.as_ref()?, document)))
    }
}

fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(text: &str, changes: serde_json::Value) -> String {
        let mut documents = Documents::default();
        let item = json!({ "uri": "file:///a.py", "languageId": "python", "version": 1, "text": text });
        documents.open(serde_json::from_value(item).expect("an item"));
        let params = json!({ "textDocument": { "uri": "file:///a.py", "version": 2 }, "contentChanges": changes });
        documents
            .change(serde_json::from_value(params).expect("a change"), PositionEncoding::Utf16)
            .expect("the document is open");
        let document = documents.get("file:///a.py").expect("it is open");
        assert!(document.edited && document.version == 2);
        document.text.to_string()
    }

    #[test]
    fn changes_apply_one_after_the_other() {
        let at = |line: u32, from: u32, to: u32, text: &str| json!({ "range": { "start": { "line": line, "character": from }, "end": { "line": line, "character": to } }, "text": text });
        assert_eq!(changed("𝄞x = 1\n", json!([at(0, 2, 3, "yy"), at(0, 4, 5, "=")])), "𝄞yy== 1\n");
        assert_eq!(changed("a\n", json!([at(7, 0, 0, "end")])), "a\nend");
        assert_eq!(changed("a\n", json!([{ "text": "\u{feff}whole" }, at(0, 0, 1, "W")])), "Whole");
    }

    #[test]
    fn what_is_not_open_cannot_be_changed() {
        let params = json!({ "textDocument": { "uri": "file:///b.py", "version": 2 }, "contentChanges": [] });
        let error = Documents::default()
            .change(serde_json::from_value(params).expect("a change"), PositionEncoding::Utf8)
            .expect_err("nothing is open");
        assert!(error.contains("file:///b.py"));
    }
}
