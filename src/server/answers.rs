//! Answers: what the worker says to each question once the projects are up to date.
//!
//! In: a question. Out: its answer, or that a change supersedes it. Reads what the last analysis left, and has the project
//! analysed again only for what that does not hold.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde_json::{Value, json};

use super::actions::ActionContext;
use super::addresses;
use super::diagnostics::FileDiagnostics;
use super::edits::EditedDocument;
use super::navigation;
use super::positions::TextPositions;
use super::project::{AnalysedProject, AskedPlace, Interruption, ServedProject};
use super::questions::{Ask, Question, Refusal};
use super::worker::Worker;

type Answer = Result<Value, Refusal>;

impl Worker<'_> {
    /// Answers a question.
    ///
    /// # Errors
    /// When a change supersedes it, or for a defect.
    pub(super) fn answer(&self, question: &Question) -> Result<Answer, Interruption> {
        let modified = question.uri().is_some_and(|uri| self.version(uri) != question.version);
        Ok(match &question.ask {
            Ask::Document(params) => Ok(self.document_diagnostics(params)),
            Ask::Workspace(params) => Ok(self.workspace_diagnostics(params)),
            Ask::Symbols(params) => Ok(self.symbols(&params.query)),
            _ if modified => Err(Refusal::new(ErrorCode::ContentModified, "the document has changed meanwhile")),
            Ask::Hover(params) => {
                self.at(&params.text_document_position_params, |view, place| navigation::hover(view, &place))?
            }
            Ask::Definition(params) => {
                self.at(&params.text_document_position_params, |view, place| navigation::definition(view, &place))?
            }
            Ask::Actions(params) => {
                let only: Option<Vec<String>> =
                    params.context.only.as_ref().map(|only| only.iter().map(|kind| kind.to_string()).collect());
                let uri = &params.text_document.uri.0;
                self.with_actions(uri, |context| json!(context.actions(params.range, only.as_deref())))?
            }
            Ask::Resolve(action) => {
                let uri = action.pointer("/data/uri").and_then(Value::as_str).unwrap_or_default();
                self.with_actions(uri, |context| context.resolved(action.clone()).unwrap_or_else(|| action.clone()))?
            }
        })
    }

    fn version(&self, uri: &str) -> Option<i32> {
        self.documents.get(uri).map(|document| document.version)
    }

    fn document_diagnostics(&self, params: &lsp::DocumentDiagnosticParams) -> Value {
        let path = addresses::path_of(&params.text_document.uri.0);
        let clean = FileDiagnostics::none();
        let found = path.and_then(|path| self.current.get(&path)).unwrap_or(&clean);
        report_since(found, params.previous_result_id.as_deref())
    }

    fn workspace_diagnostics(&self, params: &lsp::WorkspaceDiagnosticParams) -> Value {
        let known: BTreeMap<&str, &str> =
            params.previous_result_ids.iter().map(|it| (it.uri.0.as_str(), it.value.as_str())).collect();
        let open: BTreeMap<&PathBuf, &str> = self.documents.files().map(|(uri, path, _)| (path, uri)).collect();
        let uri_of = |path: &PathBuf| open.get(path).map_or_else(|| addresses::uri_of(path), |uri| (*uri).to_owned());
        let clean = FileDiagnostics::none();
        let mut all: BTreeMap<String, &FileDiagnostics> =
            self.current.iter().map(|(path, found)| (uri_of(path), found)).collect();
        for uri in known.keys() {
            all.entry((*uri).to_owned()).or_insert(&clean);
        }
        let items = all.into_iter().map(|(uri, found)| {
            let mut item = report_since(found, known.get(uri.as_str()).copied());
            item["version"] = json!(self.version(&uri));
            item["uri"] = json!(uri);
            item
        });
        json!({ "items": items.collect::<Vec<_>>() })
    }

    fn symbols(&self, query: &str) -> Value {
        let rules = self.projects.iter().filter_map(|project| project.loaded.as_ref().ok().map(|it| (project, it)));
        let found = rules
            .flat_map(|(project, loaded)| navigation::rules(&loaded.rules, query, &project.root, self.client.encoding));
        json!(found.collect::<Vec<_>>())
    }

    /// Does something with a document of a project; null where there is none.
    fn with_view(
        &self,
        uri: &str,
        work: impl FnOnce(&AnalysedProject<'_>, AskedDocument<'_>) -> Value + Send,
    ) -> Result<Answer, Interruption> {
        let Some((project, path)) = addresses::path_of(uri).and_then(|path| Some((self.project_of(&path)?, path)))
        else {
            return Ok(Ok(Value::Null));
        };
        let done = self.pool.install(|| {
            project.with_view(self.clock, |view| {
                let below = project.below(&path)?;
                let file = view.analysis.tree.by_path(&below)?;
                let text = crate::tree::Texts::read(view.texts, &below).ok()?;
                Some(work(view, AskedDocument { uri, path: &path, file, text: &text }))
            })
        })?;
        Ok(Ok(done.flatten().unwrap_or_default()))
    }

    fn at(
        &self,
        params: &lsp::TextDocumentPositionParams,
        work: impl FnOnce(&AnalysedProject<'_>, AskedPlace<'_>) -> Value + Send,
    ) -> Result<Answer, Interruption> {
        let encoding = self.client.encoding;
        self.with_view(&params.text_document.uri.0, |view, document| {
            let positions = TextPositions::new(document.text, encoding);
            let place = AskedPlace { file: document.file, positions: &positions, position: params.position };
            work(view, place)
        })
    }

    fn with_actions(
        &self,
        uri: &str,
        work: impl FnOnce(&ActionContext<'_>) -> Value + Send,
    ) -> Result<Answer, Interruption> {
        let (clean, version) = (FileDiagnostics::none(), self.version(uri));
        let client = &self.client;
        self.with_view(uri, |view, document| {
            let diagnostics = view.analysis.diagnostics.get(document.path).unwrap_or(&clean);
            work(&ActionContext {
                view,
                file: document.file,
                text: document.text,
                document: EditedDocument { uri: document.uri, version, is_new: false },
                diagnostics,
                client,
            })
        })
    }

    /// Returns the project with the deepest root around a path.
    pub(super) fn project_of(&self, path: &std::path::Path) -> Option<&ServedProject> {
        let around = self.projects.iter().filter(|project| path.starts_with(&project.root));
        around.max_by_key(|project| project.root.components().count())
    }
}

/// A document of a project.
struct AskedDocument<'d> {
    uri: &'d str,
    path: &'d PathBuf,
    file: crate::source::FileId,
    text: &'d str,
}

/// Returns the report on a file for a client that may know it already.
fn report_since(found: &FileDiagnostics, known: Option<&str>) -> Value {
    match known == Some(found.id.as_str()) {
        true => json!({ "kind": "unchanged", "resultId": found.id }),
        false => json!({ "kind": "full", "resultId": found.id, "items": found.items }),
    }
}
