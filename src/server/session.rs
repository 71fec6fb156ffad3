//! The session: the protocol with one client, and the documents that are open in it.
//!
//! In: messages in their order. Out: answers to what needs no analysis, jobs for the worker for all else. Nothing here takes
//! time, so that documents are always those of the last message. A client that breaks the protocol gets an error.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use gen_lsp_types::{self as lsp, Request as _};
use lsp_server::{ErrorCode, Message, Notification, Request};
use serde_json::{Value, json};

use super::addresses;
use super::client::{self, ClientFeatures};
use super::documents::Documents;
use super::project::ChangeClock;
use super::questions::{self, Question, Refusal};
use super::transport::Received;
use super::worker::{FileChange, Job};

/// The phases of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProtocolPhase {
    /// The client has not introduced itself.
    Begun,
    /// Everything is allowed.
    Running,
    /// The client has said that it will leave.
    ShutDown,
}

/// The session with a client.
pub(super) struct Session<'s> {
    out: Sender<Value>,
    jobs: Sender<Job>,
    clock: &'s ChangeClock,
    phase: ProtocolPhase,
    client: ClientFeatures,
    documents: Arc<Documents>,
}

impl<'s> Session<'s> {
    /// Begins one.
    pub fn new(out: Sender<Value>, jobs: Sender<Job>, clock: &'s ChangeClock) -> Self {
        let (client, documents) = (ClientFeatures::default(), Arc::default());
        Self { out, jobs, clock, phase: ProtocolPhase::Begun, client, documents }
    }

    /// Takes messages until the client leaves; gives whether it had shut down before.
    pub fn run(mut self, messages: &Receiver<Received>) -> bool {
        for received in messages {
            match received {
                Received::Message(Message::Request(request)) => self.request(request),
                Received::Message(Message::Notification(told)) if is::<lsp::ExitNotification>(&told) => break,
                Received::Message(Message::Notification(told)) => self.notification(told),
                // The server asks for nothing whose answer changes what it does.
                Received::Message(Message::Response(_)) => {}
                Received::Malformed(fault) => self.send(fault.answer()),
                Received::Closed => break,
            }
        }
        self.phase == ProtocolPhase::ShutDown
    }

    /// A client that reads no more will leave; that a message does not reach it is no error.
    fn send(&self, message: Value) {
        let _closed = self.out.send(message);
    }

    fn log(&self, words: &str) {
        let params = json!({ "type": lsp::MessageType::Warning, "message": words });
        self.send(questions::notification("window/logMessage", &params));
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        if let Some(result) = self.answered(request) {
            self.send(questions::answer(&id, result));
        }
    }

    /// Returns the answer to a request, or nothing if the worker will give it.
    fn answered(&mut self, request: Request) -> Option<Result<Value, Refusal>> {
        let refused = |code, words: &str| Some(Err(Refusal::new(code, words)));
        let initialize = request.method == String::from(lsp::InitializeRequest::METHOD);
        match self.phase {
            ProtocolPhase::Begun if initialize => Some(self.initialize(&request.params)),
            ProtocolPhase::Begun => refused(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            ProtocolPhase::Running if initialize => refused(ErrorCode::InvalidRequest, "`initialize` comes once"),
            ProtocolPhase::Running if request.method == String::from(lsp::ShutdownRequest::METHOD) => {
                self.phase = ProtocolPhase::ShutDown;
                Some(Ok(Value::Null))
            }
            ProtocolPhase::Running => match Question::of(request) {
                Ok(mut question) => {
                    question.version = question.uri().and_then(|uri| Some(self.documents.get(uri)?.version));
                    self.job(Job::Ask(question));
                    None
                }
                Err(refusal) => Some(Err(refusal)),
            },
            ProtocolPhase::ShutDown => refused(ErrorCode::InvalidRequest, "after `shutdown` there is only `exit`"),
        }
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, Refusal> {
        self.client = ClientFeatures::of(params);
        self.phase = ProtocolPhase::Running;
        self.job(Job::Start(Box::new(self.client.clone())));
        serde_json::to_value(client::introduction(&self.client))
            .map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
    }

    fn job(&self, job: Job) {
        let _over = self.jobs.send(job);
    }

    /// Hands on something by which what is being computed is superseded.
    fn change(&self, job: Job) {
        self.clock.advance();
        self.job(job);
    }

    fn notification(&mut self, told: Notification) {
        if self.phase != ProtocolPhase::Running {
            return;
        }
        if let Err(words) = self.took(told) {
            self.log(&words);
        }
    }

    /// Takes a notification; one that is not known is nobody's fault.
    fn took(&mut self, told: Notification) -> Result<(), String> {
        if is::<lsp::InitializedNotification>(&told) {
            if self.client.watches {
                let params = client::watchers();
                self.send(questions::request("ssot-files", "client/registerCapability", &params));
            }
        } else if is::<lsp::DidOpenTextDocumentNotification>(&told) {
            let params = read::<lsp::DidOpenTextDocumentNotification>(told)?;
            Arc::make_mut(&mut self.documents).open(params.text_document);
            self.documents_changed();
        } else if is::<lsp::DidChangeTextDocumentNotification>(&told) {
            let params = read::<lsp::DidChangeTextDocumentNotification>(told)?;
            Arc::make_mut(&mut self.documents).change(params, self.client.encoding)?;
            self.documents_changed();
        } else if is::<lsp::DidCloseTextDocumentNotification>(&told) {
            let uri = read::<lsp::DidCloseTextDocumentNotification>(told)?.text_document.uri.0;
            Arc::make_mut(&mut self.documents).close(&uri);
            self.documents_changed();
        } else if is::<lsp::DidSaveTextDocumentNotification>(&told) {
            let uri = read::<lsp::DidSaveTextDocumentNotification>(told)?.text_document.uri.0;
            Arc::make_mut(&mut self.documents).save(&uri);
            self.documents_changed();
            let saved = FileChange { path: addresses::path_of(&uri).unwrap_or_default(), is_new: !self.client.watches };
            self.change(Job::Files(vec![saved]));
        } else if is::<lsp::DidChangeWatchedFilesNotification>(&told) {
            let changes = read::<lsp::DidChangeWatchedFilesNotification>(told)?.changes.into_iter();
            let changes = changes.filter_map(|change| {
                let is_new = change.kind != lsp::FileChangeType::Changed;
                Some(FileChange { path: addresses::path_of(&change.uri.0)?, is_new })
            });
            self.change(Job::Files(changes.collect()));
        } else if is::<lsp::DidChangeWorkspaceFoldersNotification>(&told) {
            let event = read::<lsp::DidChangeWorkspaceFoldersNotification>(told)?.event;
            let paths = |folders: Vec<lsp::WorkspaceFolder>| {
                folders.into_iter().filter_map(|folder| addresses::path_of(&folder.uri.0)).collect()
            };
            self.change(Job::Folders { added: paths(event.added), removed: paths(event.removed) });
        } else if is::<lsp::CancelNotification>(&told) {
            let id = told.params.get("id").cloned().unwrap_or_default();
            let id = serde_json::from_value(id).map_err(|_| "`$/cancelRequest` names no request".to_owned())?;
            self.job(Job::Cancel(id));
        }
        Ok(())
    }

    fn documents_changed(&self) {
        self.change(Job::Documents(Arc::clone(&self.documents)));
    }
}

fn is<N: lsp::Notification>(told: &Notification) -> bool {
    told.method == String::from(N::METHOD)
}

fn read<N: lsp::Notification>(told: Notification) -> Result<N::Params, String> {
    questions::read(&told.method, told.params).map_err(|refusal| refusal.words)
}
