//! Questions: requests that need an analysis, and the form of their answers.
//!
//! In: a request. Out: a [`Question`], or why it is none. Answers themselves are for [`super::worker`].

use gen_lsp_types::{self as lsp, Request as _};
use lsp_server::{ErrorCode, Request, RequestId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A request that waits for an answer.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// By what the client knows it.
    pub id: RequestId,
    /// The subject.
    pub ask: Ask,
    /// The version of its document when it was asked.
    pub version: Option<i32>,
}

/// The subjects of questions.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// The diagnostics of a document.
    Document(lsp::DocumentDiagnosticParams),
    /// Those of everything.
    Workspace(lsp::WorkspaceDiagnosticParams),
    /// The meaning of a place.
    Hover(lsp::HoverParams),
    /// The place of the canonical symbol.
    Definition(lsp::DefinitionParams),
    /// The actions for a range.
    Actions(lsp::CodeActionParams),
    /// The edit of an action.
    Resolve(Value),
    /// Rules by their names.
    Symbols(lsp::WorkspaceSymbolParams),
}

/// A request that gets an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The code.
    pub code: i32,
    /// The reason.
    pub words: String,
}

impl Refusal {
    /// Refuses with a reason.
    pub fn new(code: ErrorCode, words: impl Into<String>) -> Self {
        Self { code: code as i32, words: words.into() }
    }
}

impl Question {
    /// Reads a request.
    ///
    /// # Errors
    /// When there is no such request, or its parameters are not what they should be.
    pub fn of(request: Request) -> Result<Self, Refusal> {
        let Request { id, method, params } = request;
        let is = |known: lsp::LspRequestMethod<'static>| method == String::from(known);
        let ask = if is(lsp::DocumentDiagnosticRequest::METHOD) {
            Ask::Document(read(&method, params)?)
        } else if is(lsp::WorkspaceDiagnosticRequest::METHOD) {
            Ask::Workspace(read(&method, params)?)
        } else if is(lsp::HoverRequest::METHOD) {
            Ask::Hover(read(&method, params)?)
        } else if is(lsp::DefinitionRequest::METHOD) {
            Ask::Definition(read(&method, params)?)
        } else if is(lsp::CodeActionRequest::METHOD) {
            Ask::Actions(read(&method, params)?)
        } else if is(lsp::CodeActionResolveRequest::METHOD) {
            Ask::Resolve(params)
        } else if is(lsp::WorkspaceSymbolRequest::METHOD) {
            Ask::Symbols(read(&method, params)?)
        } else {
            return Err(Refusal::new(ErrorCode::MethodNotFound, format!("there is no request `{method}`")));
        };
        Ok(Self { id, ask, version: None })
    }

    /// Returns the document that is asked about.
    pub fn uri(&self) -> Option<&str> {
        match &self.ask {
            Ask::Document(params) => Some(&params.text_document.uri.0),
            Ask::Hover(params) => Some(&params.text_document_position_params.text_document.uri.0),
            Ask::Definition(params) => Some(&params.text_document_position_params.text_document.uri.0),
            Ask::Actions(params) => Some(&params.text_document.uri.0),
            Ask::Resolve(action) => action.pointer("/data/uri").and_then(Value::as_str),
            Ask::Workspace(_) | Ask::Symbols(_) => None,
        }
    }
}

/// Reads parameters.
pub(super) fn read<T: DeserializeOwned>(method: &str, params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal::new(ErrorCode::InvalidParams, format!("the parameters of `{method}`: {error}")))
}

/// Returns the message that answers a request.
pub(super) fn answer(id: &RequestId, result: Result<Value, Refusal>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Refusal { code, words }) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": words } })
        }
    }
}

/// Returns a message that is told, not asked.
pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// Returns a message that asks the client.
pub(super) fn request(id: &str, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}
