//! The client: what it can do, and what it is told of the server.
//!
//! In: the parameters of `initialize`. Out: [`ClientFeatures`], and the capabilities of the server. The parameters are read
//! value by value: a client that writes one of the others wrongly is served all the same.

use std::path::PathBuf;

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::actions::FIX_ALL;
use super::addresses;
use super::positions::PositionEncoding;
use crate::lang;

/// The abilities of a client.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientFeatures {
    /// The unit of columns.
    pub encoding: PositionEncoding,
    /// It asks for the diagnostics of what is open.
    pub pulls: bool,
    /// It can be told to ask again.
    pub refreshes: bool,
    /// It watches files for the server.
    pub watches: bool,
    /// It shows the places of a chain.
    pub shows_related: bool,
    /// It shows tags.
    pub shows_tags: bool,
    /// It shows progress.
    pub shows_progress: bool,
    /// It takes edits of a version of a document.
    pub takes_versions: bool,
    /// It makes files that edits need.
    pub creates_files: bool,
    /// It asks for the edit of an action when somebody chooses it.
    pub resolves_edits: bool,
    /// The directories that are open in it.
    pub folders: Vec<PathBuf>,
}

impl ClientFeatures {
    /// Reads the parameters of `initialize`.
    pub fn of(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| at(path).and_then(Value::as_bool).unwrap_or_default();
        let lists = |path: &str, word: &str| {
            at(path).and_then(Value::as_array).is_some_and(|words| words.iter().any(|it| it == word))
        };
        let offered = at("general/positionEncodings").and_then(Value::as_array).into_iter().flatten();
        Self {
            encoding: PositionEncoding::negotiated(offered.filter_map(Value::as_str)),
            pulls: at("textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes: can("workspace/diagnostics/refreshSupport"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            shows_related: can("textDocument/publishDiagnostics/relatedInformation")
                || can("textDocument/diagnostic/relatedInformation"),
            shows_tags: at("textDocument/publishDiagnostics/tagSupport").is_some()
                || at("textDocument/diagnostic/tagSupport").is_some(),
            shows_progress: can("window/workDoneProgress"),
            takes_versions: can("workspace/workspaceEdit/documentChanges"),
            creates_files: lists("workspace/workspaceEdit/resourceOperations", "create"),
            resolves_edits: lists("textDocument/codeAction/resolveSupport/properties", "edit"),
            folders: folders(params),
        }
    }
}

/// The workspace folders; those of older clients have one root.
fn folders(params: &Value) -> Vec<PathBuf> {
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    let uris: Vec<&str> = match listed {
        Some(folders) => folders.iter().filter_map(|folder| folder.get("uri")?.as_str()).collect(),
        None => params.get("rootUri").and_then(Value::as_str).into_iter().collect(),
    };
    uris.into_iter().filter_map(addresses::path_of).collect()
}

/// Returns the answer to `initialize`.
pub(super) fn introduction(client: &ClientFeatures) -> lsp::InitializeResult {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        save: Some(lsp::Save::Bool(true)),
        ..lsp::TextDocumentSyncOptions::default()
    };
    let diagnostics = lsp::DiagnosticOptions {
        identifier: Some("ssot".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..lsp::DiagnosticOptions::default()
    };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, lsp::CodeActionKind::Custom(FIX_ALL.into())]),
        resolve_provider: Some(true),
        ..lsp::CodeActionOptions::default()
    };
    let folders =
        lsp::WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(true.into()) };
    let workspace = lsp::WorkspaceOptions { workspace_folders: Some(folders), ..lsp::WorkspaceOptions::default() };
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(lsp::TextDocumentSync::Options(sync)),
        hover_provider: Some(lsp::HoverProvider::Bool(true)),
        definition_provider: Some(lsp::DefinitionProvider::Bool(true)),
        workspace_symbol_provider: Some(lsp::WorkspaceSymbolProvider::Bool(true)),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(actions)),
        diagnostic_provider: Some(lsp::DiagnosticProvider::DiagnosticOptions(diagnostics)),
        workspace: Some(workspace),
        ..lsp::ServerCapabilities::default()
    };
    let server_info = lsp::ServerInfo { name: "ssot".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    lsp::InitializeResult { capabilities, server_info: Some(server_info) }
}

/// Returns the parameters that ask a client to watch what the server reads: source files, rules, baselines, manifests,
/// ignore files. Directories have no pattern of their own, so that all that comes and goes is told.
pub(super) fn watchers() -> Value {
    const CREATE_AND_DELETE: u32 = 5;
    let sources = format!("**/*.{{{}}}", lang::extensions().join(","));
    let watched = [sources.as_str(), "**/*.toml", "**/*.cfg", "**/.gitignore"];
    let mut watchers: Vec<Value> = watched.iter().map(|glob| json!({ "globPattern": glob })).collect();
    watchers.push(json!({ "globPattern": "**/*", "kind": CREATE_AND_DELETE }));
    json!({ "registrations": [{
        "id": "ssot-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": watchers },
    }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_says_nothing_can_do_nothing() {
        for params in [json!(null), json!({}), json!({ "capabilities": { "textDocument": 7, "general": null } })] {
            let client = ClientFeatures::of(&params);
            assert!(!client.pulls && !client.watches && client.folders.is_empty());
            assert_eq!(client.encoding, PositionEncoding::Utf16);
        }
    }

    #[test]
    fn folders_come_before_the_root() {
        let of = |params: Value| ClientFeatures::of(&params).folders;
        let listed = json!({ "workspaceFolders": [{ "uri": "file:///no/a", "name": "a" }], "rootUri": "file:///no/b" });
        assert_eq!(of(listed), [PathBuf::from("/no/a")]);
        assert_eq!(of(json!({ "workspaceFolders": null, "rootUri": "file:///no/b" })), [PathBuf::from("/no/b")]);
        assert!(of(json!({ "rootUri": null })).is_empty());
    }
}
