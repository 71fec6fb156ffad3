//! One project that is served: its files on disk with the open texts on top, and what the last analysis found.
//!
//! In: an opened project, the open documents. Out: diagnostics by path. The tree is kept from edit to edit; whoever knows that
//! files came or went opens the project anew. An analysis that an edit supersedes is unwound at its next look at a text.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gen_lsp_types as lsp;

use super::addresses;
use super::client::ClientFeatures;
use super::diagnostics::{self, FileDiagnostics};
use super::documents::{Documents, OpenDocument};
use super::positions::TextPositions;
use super::{LoadedProject, OpenedProject};
use crate::baseline::{Baseline, FILE_NAME};
use crate::cache::{Fingerprint, FingerprintBuilder, Keeper, State};
use crate::discover;
use crate::findings::Findings;
use crate::fix::{OverlaidTexts, PlannedFix};
use crate::lang;
use crate::pipeline::{self, Inputs, ReportSettings, Run, Stopwatch};
use crate::problem::Problem;
use crate::report::{Filters, Report};
use crate::source::FileId;
use crate::tree::{Identity, Texts, Tree};

/// Counts the changes that the client has told of.
#[derive(Debug, Default)]
pub(super) struct ChangeClock(AtomicU64);

impl ChangeClock {
    /// Notes a change, which supersedes what is being computed.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the number of changes so far.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The end of an analysis that gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Interruption {
    /// Its subject has changed.
    Superseded,
    /// A defect: the words of the panic.
    Failed(String),
}

/// The payload by which a superseded analysis is unwound.
struct SupersededAnalysis;

/// Texts that end the analysis that reads them once there was a change.
struct InterruptibleTexts<'a> {
    below: &'a dyn Texts,
    clock: &'a ChangeClock,
    started: u64,
}

impl InterruptibleTexts<'_> {
    fn check(&self) {
        if self.clock.now() != self.started {
            panic::resume_unwind(Box::new(SupersededAnalysis));
        }
    }
}

impl Texts for InterruptibleTexts<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        self.check();
        self.below.read(path)
    }

    fn show(&self, path: &str, buffer: &mut Vec<u8>, see: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        self.check();
        self.below.show(path, buffer, see)
    }

    fn identities(&self, tree: &Tree) -> Vec<Option<Identity>> {
        self.check();
        self.below.identities(tree)
    }
}

/// Does some work that a change may supersede; neither that nor a defect gets past.
pub(super) fn interruptible<T>(work: impl FnOnce() -> T) -> Result<T, Interruption> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        if payload.is::<SupersededAnalysis>() {
            return Interruption::Superseded;
        }
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied());
        Interruption::Failed(words.unwrap_or("no message").to_owned())
    })
}

/// A project that is served.
pub(super) struct ServedProject {
    /// The directory that it was opened for.
    pub folder: PathBuf,
    /// Its root.
    pub root: PathBuf,
    /// Its rules and files, or what is wrong with the rules.
    pub loaded: Result<LoadedProject, Vec<Problem>>,
    /// The results of the last analysis that came to its end.
    pub analysis: Option<Analysis>,
    /// Something has changed since the last analysis.
    pub stale: bool,
    /// The results that the next analysis starts from.
    pub kept: Option<Arc<State>>,
}

/// The results of an analysis.
pub(super) struct Analysis {
    /// The files, with those that are not on disk yet.
    pub tree: Tree,
    /// The texts that differ from those on disk.
    pub over: BTreeMap<Arc<str>, Arc<str>>,
    /// The findings, after triage.
    pub findings: Findings,
    /// The diagnostics of each file that has some.
    pub diagnostics: BTreeMap<PathBuf, FileDiagnostics>,
}

impl ServedProject {
    /// Makes one of what was opened for a directory.
    pub fn new(folder: PathBuf, opened: OpenedProject) -> Self {
        let OpenedProject { root, loaded } = opened;
        Self { folder, root, loaded, analysis: None, stale: true, kept: None }
    }

    /// Returns the path below the root, as the tree has it, of a file.
    pub fn below(&self, path: &Path) -> Option<String> {
        path.starts_with(&self.root).then(|| discover::shown(&self.root, path))
    }

    /// Returns true if what has come or gone at a path may be the project's: a file of it, a directory around some, or
    /// something that was not there.
    pub fn may_hold(&self, path: &Path) -> bool {
        let Some(below) = self.below(path) else { return false };
        let Ok(loaded) = &self.loaded else { return true };
        let tree = &loaded.files.tree;
        let passed_over = tree.skipped.iter().any(|it| it.path.ends_with('/') && below.starts_with(&*it.path));
        let around = || tree.files().iter().any(|file| Path::new(&*file.path).starts_with(&below));
        !passed_over && (lang::of_path(path).is_some() || path.is_dir() || around())
    }

    /// Analyses the project as it is with the open documents.
    ///
    /// # Errors
    /// When a change supersedes it, or for a defect.
    pub fn analyse(
        &mut self,
        documents: &Documents,
        clock: &ChangeClock,
        client: &ClientFeatures,
    ) -> Result<(), Interruption> {
        let started = clock.now();
        let Ok(loaded) = &self.loaded else {
            self.stale = false;
            return Ok(());
        };
        let keeper = Keeper::new(self.kept.clone(), key(loaded), (loaded.clock)()).with_words();
        let analysis = interruptible(|| {
            let (tree, over) = self.with_documents(loaded, documents);
            let texts = OverlaidTexts::new(&loaded.files.texts, over.clone());
            let texts = InterruptibleTexts { below: &texts, clock, started };
            let run = pipeline::run_keeping(&inputs(loaded, &tree, &texts), Some(&keeper), &mut Stopwatch::start());
            let findings = run.findings.clone();
            let report = report(loaded, &tree, &texts, run);
            let diagnostics = diagnostics::of_report(&report, &self.root, client);
            Analysis { tree, over, findings, diagnostics }
        })?;
        self.analysis = Some(analysis);
        self.kept = keeper.new_state().or_else(|| self.kept.take());
        self.stale = false;
        Ok(())
    }

    /// Returns the diagnostics of each file that has some.
    pub fn diagnostics(&self, client: &ClientFeatures) -> BTreeMap<PathBuf, FileDiagnostics> {
        match (&self.loaded, &self.analysis) {
            (Err(problems), _) => diagnostics::of_refusal(problems, &self.root, client),
            (Ok(_), Some(analysis)) => analysis.diagnostics.clone(),
            (Ok(_), None) => BTreeMap::new(),
        }
    }

    /// Does something with what the last analysis found; nothing where there was none.
    ///
    /// # Errors
    /// When a change supersedes it, or for a defect.
    pub fn with_view<T>(
        &self,
        clock: &ChangeClock,
        work: impl FnOnce(&AnalysedProject<'_>) -> T,
    ) -> Result<Option<T>, Interruption> {
        let (Ok(loaded), Some(analysis)) = (&self.loaded, &self.analysis) else { return Ok(None) };
        let texts = OverlaidTexts::new(&loaded.files.texts, analysis.over.clone());
        let texts = InterruptibleTexts { below: &texts, clock, started: clock.now() };
        interruptible(|| work(&AnalysedProject { loaded, analysis, texts: &texts, root: &self.root })).map(Some)
    }

    /// Returns the files with the open texts on top. A text that the disk has too is left to the disk, so that it is read as
    /// a check reads it; a document that was never saved joins the files if it would be scanned.
    fn with_documents(&self, loaded: &LoadedProject, documents: &Documents) -> (Tree, BTreeMap<Arc<str>, Arc<str>>) {
        let mut over = BTreeMap::new();
        let mut new = Vec::new();
        for (_, path, document) in documents.files() {
            let Some(below) = self.below(path) else { continue };
            let language = lang::of_path(path);
            if loaded.files.tree.by_path(&below).is_some() {
                if differs(document, loaded.files.texts.read(&below)) {
                    over.insert(below.into(), Arc::clone(&document.text));
                }
            } else if let Some(language) = language
                && !path.exists()
                && discover::would_scan(&self.root, &loaded.options, &loaded.files.tree, &below)
            {
                let below: Arc<str> = below.into();
                over.insert(Arc::clone(&below), Arc::clone(&document.text));
                new.push((below, language));
            }
        }
        let tree = loaded.files.tree.clone();
        (if new.is_empty() { tree } else { tree.with(new) }, over)
    }
}

/// Returns whether a document is to stand for its file. One that nobody has touched says nothing new of a file that cannot be
/// read.
fn differs(document: &OpenDocument, on_disk: Result<Arc<str>, Problem>) -> bool {
    match on_disk {
        Ok(text) => text != document.text,
        Err(_) => document.edited,
    }
}

/// Returns the fingerprint of the rules. The program does not change while it runs.
fn key(loaded: &LoadedProject) -> Fingerprint {
    let mut key = FingerprintBuilder::default();
    for file in &loaded.rules.files {
        key.add(&*file.name);
        key.add(&file.sha256);
    }
    loaded.rules.rules.iter().for_each(|rule| key.add(&*rule.id));
    key.finish()
}

/// Analyses a project with other texts than those that are kept from edit to edit.
fn run(loaded: &LoadedProject, tree: &Tree, texts: &dyn Texts) -> Run {
    pipeline::run(&inputs(loaded, tree, texts), &mut Stopwatch::start())
}

/// Reports a run as a check without arguments does.
fn report(loaded: &LoadedProject, tree: &Tree, texts: &dyn Texts, run: Run) -> Report {
    let filters = Filters::default();
    let settings = ReportSettings {
        filters: &filters,
        gate: &loaded.rules.gate,
        allow_stale: false,
        allow_rule_changes: false,
        nothing_scanned: None,
        strict: false,
        snippets: true,
    };
    pipeline::report(inputs(loaded, tree, texts), run, None, &settings)
}

fn inputs<'a>(loaded: &'a LoadedProject, tree: &'a Tree, texts: &'a dyn Texts) -> Inputs<'a> {
    Inputs {
        counts: None,
        tree,
        texts,
        rules: Arc::clone(&loaded.rules),
        exhaustive: false,
        last: false,
        selection: loaded.selection.clone(),
        today: loaded.today,
        baseline: loaded.baseline.clone(),
        problems: loaded.files.problems.clone(),
        notices: loaded.notices.clone(),
    }
}

/// The baseline of a project that has none.
fn no_baseline() -> Baseline {
    Baseline { name: FILE_NAME.into(), text: "".into(), entries: Vec::new() }
}

/// A project after an analysis, for what questions need besides.
pub(super) struct AnalysedProject<'v> {
    /// Its rules and files.
    pub loaded: &'v LoadedProject,
    /// The results.
    pub analysis: &'v Analysis,
    /// The texts that were analysed.
    pub texts: &'v dyn Texts,
    root: &'v Path,
}

impl AnalysedProject<'_> {
    /// Analyses other texts of the same files.
    pub fn analyse(&self, texts: &dyn Texts) -> Run {
        run(self.loaded, &self.analysis.tree, texts)
    }

    /// Plans the fixes of a file.
    pub fn planned(&self, file: FileId) -> Vec<PlannedFix> {
        let inputs = inputs(self.loaded, &self.analysis.tree, self.texts);
        pipeline::planned(&inputs, &self.analysis.findings, Some([file].into()))
    }

    /// Returns the baseline, and whether its file is still to be made.
    pub fn recorded(&self) -> (Arc<Baseline>, bool) {
        match &self.loaded.baseline {
            Some(baseline) => (Arc::clone(baseline), false),
            None => (Arc::new(no_baseline()), true),
        }
    }

    /// Returns the URI of a file by its path below the root.
    pub fn uri_of(&self, path: &str) -> String {
        addresses::uri_of(&self.root.join(path))
    }
}

/// A place that a question is about.
pub(super) struct AskedPlace<'p> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub positions: &'p TextPositions<'p>,
    /// The place in it.
    pub position: lsp::Position,
}
