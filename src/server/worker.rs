//! The worker: the one thread that analyses, publishes and answers.
//!
//! In: jobs in their order. Out: diagnostics and answers. Waits for a pause in what comes in before it begins, and begins
//! again when something comes while it analyses. Questions are answered when the projects are up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, RequestId};
use serde_json::{Value, json};

use super::OpenProject;
use super::addresses;
use super::client::ClientFeatures;
use super::diagnostics::FileDiagnostics;
use super::documents::Documents;
use super::project::{ChangeClock, Interruption, ServedProject};
use super::questions::{self, Ask, Question, Refusal};
use crate::config;

/// So long nothing may come in before an analysis begins: less than between two keys that are pressed.
const PAUSE: Duration = Duration::from_millis(10);

/// Something to do.
#[derive(Debug)]
pub(super) enum Job {
    /// The client has introduced itself.
    Start(Box<ClientFeatures>),
    /// The open documents are these.
    Documents(Arc<Documents>),
    /// Files on disk have changed.
    Files(Vec<FileChange>),
    /// Directories were opened and closed.
    Folders {
        /// Those that were opened.
        added: Vec<PathBuf>,
        /// Those that were closed.
        removed: Vec<PathBuf>,
    },
    /// A question.
    Ask(Question),
    /// A question that nobody waits for any more.
    Cancel(RequestId),
}

/// A change of a file on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileChange {
    /// The file or directory.
    pub path: PathBuf,
    /// It may have come or gone.
    pub is_new: bool,
}

/// The state of the worker.
pub(super) struct Worker<'w> {
    open: &'w dyn OpenProject,
    /// The threads that analyse.
    pub pool: &'w rayon::ThreadPool,
    /// Tells whether something has come in.
    pub clock: &'w ChangeClock,
    out: Sender<Value>,
    /// The abilities of the client.
    pub client: ClientFeatures,
    /// The open documents.
    pub documents: Arc<Documents>,
    /// The projects.
    pub projects: Vec<ServedProject>,
    questions: Vec<Question>,
    /// The ids of what was published, by URI.
    published: BTreeMap<String, String>,
    /// All diagnostics, by path.
    pub current: BTreeMap<PathBuf, FileDiagnostics>,
    /// The client asks for all of them itself.
    pulls_workspace: bool,
    /// The number of requests to the client.
    requests: u32,
}

impl<'w> Worker<'w> {
    /// Makes one that knows nothing yet.
    pub fn new(
        open: &'w dyn OpenProject,
        pool: &'w rayon::ThreadPool,
        clock: &'w ChangeClock,
        out: Sender<Value>,
    ) -> Self {
        Self {
            open,
            pool,
            clock,
            out,
            client: ClientFeatures::default(),
            documents: Arc::default(),
            projects: Vec::new(),
            questions: Vec::new(),
            published: BTreeMap::new(),
            current: BTreeMap::new(),
            pulls_workspace: false,
            requests: 0,
        }
    }

    /// Works until no more jobs can come.
    pub fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            self.take(first);
            loop {
                match jobs.recv_timeout(PAUSE) {
                    Ok(job) => self.take(job),
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            // What supersedes this is in the queue already.
            if self.bring_up_to_date() {
                self.publish();
                self.answer_all();
            }
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Start(client) => {
                self.client = *client;
                let folders = self.client.folders.clone();
                folders.into_iter().for_each(|folder| self.open_folder(folder));
            }
            Job::Documents(documents) => {
                self.documents = documents;
                self.open_lone_documents();
                self.projects.iter_mut().for_each(|project| project.stale = true);
            }
            Job::Files(changes) => self.files_changed(&changes),
            Job::Folders { added, removed } => {
                self.projects.retain(|project| !removed.contains(&project.folder));
                added.into_iter().for_each(|folder| self.open_folder(folder));
            }
            Job::Ask(question) => {
                self.pulls_workspace |= matches!(question.ask, Ask::Workspace(_));
                self.questions.push(question);
            }
            Job::Cancel(id) => {
                if let Some(at) = self.questions.iter().position(|question| question.id == id) {
                    self.questions.remove(at);
                    self.reply(&id, Err(Refusal::new(ErrorCode::RequestCanceled, "the client takes it back")));
                }
            }
        }
    }

    /// Opens a directory; one that leads to a project that is open already adds nothing.
    fn open_folder(&mut self, folder: PathBuf) {
        let opened = self.pool.install(|| self.open.open(&folder));
        if self.projects.iter().all(|project| project.root != opened.root) {
            self.projects.push(ServedProject::new(folder, opened));
        }
    }

    /// Without any folder a file is served in the project that its directory is in.
    fn open_lone_documents(&mut self) {
        if !self.client.folders.is_empty() {
            return;
        }
        let documents = Arc::clone(&self.documents);
        for (_, path, _) in documents.files() {
            if self.project_of(path).is_none()
                && let Some(directory) = path.parent().filter(|directory| directory.is_dir())
            {
                self.open_folder(directory.to_owned());
            }
        }
    }

    /// Opens projects anew whose rules or files are others, and marks the rest.
    fn files_changed(&mut self, changes: &[FileChange]) {
        for at in 0..self.projects.len() {
            let project = &self.projects[at];
            let rules = |path: &Path| project.below(path).is_none() && config::is_rules_file(path);
            if changes
                .iter()
                .any(|it| config::is_settings(&it.path) && (project.below(&it.path).is_some() || rules(&it.path)))
                || changes.iter().any(|it| it.is_new && project.may_hold(&it.path))
            {
                let folder = project.folder.clone();
                let opened = self.pool.install(|| self.open.open(&folder));
                let analysis = self.projects[at].analysis.take();
                let kept = self.projects[at].kept.take();
                self.projects[at] = ServedProject { analysis, kept, ..ServedProject::new(folder, opened) };
            } else if changes.iter().any(|it| project.below(&it.path).is_some()) {
                self.projects[at].stale = true;
            }
        }
    }

    /// Analyses what is stale; gives whether that came to its end.
    fn bring_up_to_date(&mut self) -> bool {
        for at in 0..self.projects.len() {
            if !self.projects[at].stale {
                continue;
            }
            let progress = self.projects[at].analysis.is_none().then(|| self.begin_progress(at)).flatten();
            let project = &mut self.projects[at];
            let (documents, clock, client) = (&self.documents, self.clock, &self.client);
            let outcome = self.pool.install(|| project.analyse(documents, clock, client));
            if let Some(token) = progress {
                self.tell("$/progress", &json!({ "token": token, "value": { "kind": "end" } }));
            }
            match outcome {
                Ok(()) => {}
                Err(Interruption::Superseded) => return false,
                Err(Interruption::Failed(words)) => {
                    // The same input would fail the same way; the next change tries again.
                    self.projects[at].stale = false;
                    let message = format!("ssot: internal error, which is a defect of ssot: {words}");
                    self.tell("window/logMessage", &json!({ "type": lsp::MessageType::Error, "message": message }));
                }
            }
        }
        true
    }

    fn begin_progress(&mut self, project: usize) -> Option<String> {
        if !self.client.shows_progress {
            return None;
        }
        let token = self.ask("window/workDoneProgress/create", |token| json!({ "token": token }));
        let name = self.projects[project].root.file_name().unwrap_or_default().to_string_lossy();
        let value = json!({ "kind": "begin", "title": format!("ssot: analysing {name}"), "cancellable": false });
        self.tell("$/progress", &json!({ "token": token, "value": value }));
        Some(token)
    }

    /// Tells the client what has changed, what is open first.
    fn publish(&mut self) {
        let mut current: BTreeMap<PathBuf, FileDiagnostics> = BTreeMap::new();
        for project in &self.projects {
            let own = |path: &Path| self.project_of(path).is_none_or(|nearest| nearest.root == project.root);
            current.extend(project.diagnostics(&self.client).into_iter().filter(|(path, _)| own(path)));
        }
        let is_new = current != self.current;
        self.current = current;
        let open: BTreeMap<&PathBuf, &str> = self.documents.files().map(|(uri, path, _)| (path, uri)).collect();
        let clean = FileDiagnostics::none();
        let mut wanted: BTreeMap<String, &FileDiagnostics> = BTreeMap::new();
        if !self.client.pulls {
            let served = open.iter().filter(|(path, _)| self.project_of(path).is_some());
            wanted.extend(served.map(|(path, uri)| ((*uri).to_owned(), self.current.get(*path).unwrap_or(&clean))));
        }
        if !self.pulls_workspace {
            let closed = self.current.iter().filter(|(path, _)| !open.contains_key(path));
            wanted.extend(closed.map(|(path, found)| (addresses::uri_of(path), found)));
        }
        let uris: BTreeSet<&String> = self.published.keys().chain(wanted.keys()).collect();
        let (first, rest): (Vec<&String>, Vec<&String>) =
            uris.into_iter().partition(|uri| self.documents.get(uri).is_some());
        for uri in first.into_iter().chain(rest) {
            let found = wanted.get(uri).copied().unwrap_or(&clean);
            if self.published.get(uri) != Some(&found.id) {
                let version = self.documents.get(uri).map(|document| document.version);
                let params = lsp::PublishDiagnosticsParams {
                    uri: uri.as_str().into(),
                    version,
                    diagnostics: found.items.clone(),
                };
                self.tell("textDocument/publishDiagnostics", &json!(params));
            }
        }
        self.published = wanted.into_iter().map(|(uri, found)| (uri, found.id.clone())).collect();
        if is_new && self.client.refreshes && (self.client.pulls || self.pulls_workspace) {
            self.ask("workspace/diagnostic/refresh", |_| Value::Null);
        }
    }

    fn answer_all(&mut self) {
        for question in std::mem::take(&mut self.questions) {
            match self.answer(&question) {
                Ok(result) => self.reply(&question.id, result),
                // It is asked again when what superseded it is known.
                Err(Interruption::Superseded) => self.questions.push(question),
                Err(Interruption::Failed(words)) => {
                    self.reply(&question.id, Err(Refusal::new(ErrorCode::InternalError, words)));
                }
            }
        }
    }

    fn send(&self, message: Value) {
        let _closed = self.out.send(message);
    }

    fn reply(&self, id: &RequestId, result: Result<Value, Refusal>) {
        self.send(questions::answer(id, result));
    }

    fn tell(&self, method: &str, params: &Value) {
        self.send(questions::notification(method, params));
    }

    /// Asks the client for something; gives the id.
    fn ask(&mut self, method: &str, params: impl FnOnce(&str) -> Value) -> String {
        self.requests += 1;
        let id = format!("ssot-{}", self.requests);
        self.send(questions::request(&id, method, &params(&id)));
        id
    }
}
