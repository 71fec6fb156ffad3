//! Resolving: what the names of all files mean, followed through aliases, re-exports, subclasses and members.
//!
//! In: the facts of the files that are loaded, and the layout of their modules. Out: for any value of any file the set
//! of things it can denote, each with the chain that led there ([`Denotation`]). Names no language: what differs is in
//! the layouts and in the [`LookupPolicy`] of each front end. Knows of the rules only which external paths they name
//! ([`KnownPaths`]), because a star import of an external module cannot be resolved without.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cache::Consulted;
use crate::facts::{Anchor, DefinitionId, FileFacts, Name, ScopeId, Value};
use crate::lang::{Layouts, LookupPolicy};
use crate::problem::Problem;
use crate::source::{FileId, LineIndex};
use crate::tree::{Texts, Tree};

mod chain;
mod dynamic;
mod entity;
mod evaluate;
mod heirs;
mod known_paths;
mod lineage;
mod member;
mod module;
mod query;
mod shared;

pub use crate::lang::{Located, ModuleRef};
pub use chain::{Chain, ChainMemo};
pub use dynamic::DynamicImport;
pub use entity::{Denotation, Entity, ItemRef, PathRef, Step};
pub use evaluate::is_class_like;
use heirs::HeirsOfBases;
pub use heirs::{Heirs, of_file as heirs_of};
pub use known_paths::KnownPaths;
pub use lineage::Ancestor;
use query::{Circles, Key};
pub use shared::SharedAnswers;
use shared::{AnswerId, Moment, OpenAnswer, Remembered};

/// The files that are loaded, and how their modules hang together.
#[derive(Debug)]
pub struct Project<'a> {
    /// All files of the tree.
    pub tree: &'a Tree,
    /// The files that are loaded, and what loading took.
    pub files: Files<'a>,
    /// The places of the modules.
    pub layouts: Layouts,
    /// External paths that the rules name.
    pub known: KnownPaths,
    /// The members that subclasses set, among the files that were loaded before the last questions were asked.
    pub heirs: Heirs,
    /// The answers to what many files ask.
    pub shared: SharedAnswers,
}

/// The files of a tree as far as they are loaded. Files are added while others read them, and never change.
pub struct Files<'a> {
    texts: &'a dyn Texts,
    slots: Vec<OnceLock<Result<LoadedFile, Problem>>>,
    /// The process ends with them.
    last: bool,
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("slots", &self.slots).finish_non_exhaustive()
    }
}

impl Drop for Files<'_> {
    /// Facts are many small things. Taking them apart is a twentieth of a short run.
    fn drop(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        match self.last {
            true => std::mem::forget(slots),
            false => rayon::spawn(move || drop(slots)),
        }
    }
}

impl<'a> Files<'a> {
    /// Nothing loaded yet of a tree of so many files; the `last` ones of a process are left to the system.
    #[must_use]
    pub fn new(texts: &'a dyn Texts, count: usize, last: bool) -> Self {
        Self { texts, slots: std::iter::repeat_with(OnceLock::new).take(count).collect(), last }
    }

    /// Returns the store that the texts come from.
    #[must_use]
    pub fn texts(&self) -> &'a dyn Texts {
        self.texts
    }

    /// A file that is loaded.
    #[must_use]
    pub fn loaded(&self, file: FileId) -> Option<&LoadedFile> {
        self.slots.get(file.index())?.get()?.as_ref().ok()
    }

    /// Returns whether loading a file was tried.
    #[must_use]
    pub fn tried(&self, file: FileId) -> bool {
        self.slots.get(file.index()).is_some_and(|slot| slot.get().is_some())
    }

    /// Notes that a file cannot be read.
    pub fn lost(&self, file: FileId, problem: Problem) {
        if let Some(slot) = self.slots.get(file.index()) {
            slot.get_or_init(|| Err(problem));
        }
    }

    /// Returns the problems for which files could not be read, in path order.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.slots.iter().filter_map(|slot| slot.get()?.as_ref().err())
    }
}

/// A file whose facts are known.
#[derive(Debug)]
pub struct LoadedFile {
    /// Its text.
    pub text: Arc<str>,
    /// The facts that it states.
    pub facts: FileFacts,
    /// Its lines.
    pub lines: LineIndex,
    /// The names that its classes set, once somebody has asked.
    heirs: OnceLock<Vec<(Name, DefinitionId)>>,
}

impl LoadedFile {
    /// Returns what the classes of the file set, each with its class.
    #[must_use]
    pub fn heirs(&self) -> &[(Name, DefinitionId)] {
        self.heirs.get_or_init(|| heirs::of_file(&self.facts))
    }

    /// Returns whether the file puts names together that its text does not spell: literals side by side, with escapes, or
    /// with parts that are filled in.
    #[must_use]
    pub fn composes_names(&self) -> bool {
        self.facts.values.iter().any(|node| {
            let written = node.span.of(&self.text);
            // Most literals are nothing but their text between two quotes.
            let spells = |text: &str| written.get(1..1 + text.len()) == Some(text) || written.contains(text);
            match &node.value {
                Value::Text(text) => !spells(self.facts.text(*text)),
                Value::Texts(first, count) => self.facts.texts(*first, *count).any(|text| !spells(text)),
                _ => false,
            }
        })
    }
}

impl<'a> Project<'a> {
    /// The facts of a loaded file.
    #[must_use]
    pub fn loaded(&self, file: FileId) -> Option<&LoadedFile> {
        self.files.loaded(file)
    }

    /// The facts of a file; it is loaded now if its language allows that while others are resolved.
    fn demand(&self, file: FileId) -> Option<&LoadedFile> {
        match self.layouts.of(self.tree.file(file).language).learns() {
            true => self.loaded(file),
            false => self.load(file),
        }
    }

    /// Loads a file unless that was tried before, for those who ask what its names mean; none if it cannot be read.
    pub fn load(&self, file: FileId) -> Option<&LoadedFile> {
        let slot = self.files.slots.get(file.index())?;
        let load = || self.files.texts.read(&self.tree.file(file).path).map(|text| self.extract(file, text));
        slot.get_or_init(load).as_ref().ok()
    }

    /// Loads a file that matters and whose text is known, unless that was tried before.
    pub fn load_text(&self, file: FileId, text: Arc<str>) {
        if let Some(slot) = self.files.slots.get(file.index()) {
            slot.get_or_init(|| Ok(self.extract(file, text)));
        }
    }

    /// Reads the facts of a file without keeping them; none if it cannot be read.
    #[must_use]
    pub fn read_facts(&self, file: FileId) -> Option<FileFacts> {
        let text = self.files.texts.read(&self.tree.file(file).path).ok()?;
        Some(self.layouts.extract(self.tree.file(file), &text))
    }

    fn extract(&self, file: FileId, text: Arc<str>) -> LoadedFile {
        let facts = self.layouts.extract(self.tree.file(file), &text);
        let lines = LineIndex::default();
        LoadedFile { text, facts, lines, heirs: OnceLock::new() }
    }

    /// Takes in what the subclasses in the loaded files set, and in those that `kept` speaks for instead.
    pub fn learn_heirs<'k>(&mut self, kept: &dyn Fn(FileId) -> Option<&'k [(Name, DefinitionId)]>) {
        let mut heirs = Heirs::default();
        for file in self.tree.files().iter().map(|file| file.id) {
            match (self.files.loaded(file), kept(file)) {
                (Some(loaded), _) => heirs.add(file, loaded.heirs().iter().cloned()),
                (None, Some(kept)) => heirs.add(file, kept.iter().cloned()),
                (None, None) => {}
            }
        }
        self.heirs = heirs;
    }

    /// The innermost module around a scope of a file.
    #[must_use]
    pub fn module_around(&self, file: FileId, scope: ScopeId) -> ModuleRef {
        self.layouts.of(self.tree.file(file).language).module_around(self.loaded(file).map(|f| &f.facts), file, scope)
    }

    /// The dotted names of a module, the most natural one first.
    #[must_use]
    pub fn module_names(&self, module: ModuleRef) -> Vec<Vec<Name>> {
        self.layouts.of_module(self.tree, module).names(module)
    }
}

/// Answers what values denote. One for each file that asks: its memory is not shared between threads.
#[derive(Debug)]
pub struct Resolver<'p, 'a> {
    /// The project it reads.
    pub project: &'p Project<'a>,
    known: RefCell<FxHashMap<Key, Remembered<Meanings>>>,
    names: RefCell<FxHashMap<ModuleRef, Arc<[Vec<Name>]>>>,
    /// The classes from which a class inherits.
    lineages: RefCell<FxHashMap<ItemRef, Remembered<Chain<Ancestor>>>>,
    /// For a name, the classes that set it, by the classes from which they inherit.
    heirs: RefCell<FxHashMap<Name, Arc<HeirsOfBases>>>,
    /// The modules that the import statements of a file name.
    imported: RefCell<FxHashMap<FileId, Remembered<Arc<FxHashSet<ModuleRef>>>>>,
    /// The questions that are being answered.
    circles: RefCell<Circles>,
    /// The least depth at which a circle was closed during the present evaluation.
    closed_at: Cell<u32>,
    wanted: RefCell<BTreeSet<FileId>>,
    consulted: RefCell<Consulted>,
    /// The file that was last consulted as a whole.
    consulted_last: Cell<Option<FileId>>,
    /// The file that was last found to be consulted.
    entered_last: Cell<Option<FileId>>,
    /// A chain was longer than is followed.
    cut: Cell<bool>,
    /// The questions that are being answered for everybody.
    open: RefCell<Vec<OpenAnswer>>,
    moment: Cell<Moment>,
    /// Shared answers whose dependencies were taken over.
    taken: RefCell<FxHashSet<AnswerId>>,
}

/// All that a value can denote; empty if nothing is known of it.
pub type Meanings = Arc<[Denotation]>;

impl<'p, 'a> Resolver<'p, 'a> {
    /// A resolver with an empty memory.
    #[must_use]
    pub fn new(project: &'p Project<'a>) -> Self {
        Self {
            project,
            known: RefCell::default(),
            names: RefCell::default(),
            lineages: RefCell::default(),
            heirs: RefCell::default(),
            imported: RefCell::default(),
            circles: RefCell::default(),
            closed_at: Cell::new(u32::MAX),
            wanted: RefCell::default(),
            consulted: RefCell::default(),
            consulted_last: Cell::new(None),
            entered_last: Cell::new(None),
            cut: Cell::new(false),
            open: RefCell::default(),
            moment: Cell::default(),
            taken: RefCell::default(),
        }
    }

    /// Returns whether a chain was cut since this was last asked.
    #[must_use]
    pub fn was_cut(&self) -> bool {
        self.cut.replace(false)
    }

    /// Files that were asked for and can only be loaded between two runs, or not at all.
    #[must_use]
    pub fn into_wanted(self) -> BTreeSet<FileId> {
        self.wanted.into_inner()
    }

    /// Returns what the answers given since this was last asked depended on.
    #[must_use]
    pub fn take_consulted(&self) -> Consulted {
        self.consulted_last.set(None);
        self.entered_last.set(None);
        self.consulted.take()
    }

    /// Returns a file; if it is not loaded and cannot be loaded now it is noted as wanted.
    #[must_use]
    pub fn loaded(&self, file: FileId) -> Option<&'p LoadedFile> {
        self.consult_whole(file);
        self.demand(file)
    }

    /// Notes that an answer depends on the facts of a file, whichever they are.
    fn consult_whole(&self, file: FileId) {
        if self.consulted_last.replace(Some(file)) != Some(file) {
            self.consult(|consulted| consulted.files.entry(file).or_default().whole = true);
        }
    }

    fn demand(&self, file: FileId) -> Option<&'p LoadedFile> {
        let loaded = self.project.demand(file);
        if loaded.is_none() {
            self.wanted.borrow_mut().insert(file);
            self.keep_to_itself();
        }
        loaded
    }

    /// Returns the facts of a file of which only such are read as those lead to by which it was entered: its own, by
    /// [`Self::loaded`], or the names that [`Self::enter`] noted. A file that was not entered so counts as read whole.
    fn facts(&self, file: FileId) -> Option<&'p FileFacts> {
        let known = || self.consulted.borrow().files.contains_key(&file);
        if self.entered_last.replace(Some(file)) != Some(file) && !known() {
            return self.loaded(file).map(|loaded| &loaded.facts);
        }
        self.demand(file).map(|loaded| &loaded.facts)
    }

    /// Returns the facts of a file that is entered by a name of one of its scopes.
    fn enter(&self, file: FileId, scope: ScopeId, name: &Name) -> Option<&'p FileFacts> {
        if scope != ScopeId::MODULE {
            return self.loaded(file).map(|loaded| &loaded.facts);
        }
        self.consult(|consulted| {
            let names = &mut consulted.files.entry(file).or_default().names;
            if !names.contains(name) {
                names.insert(name.clone());
            }
        });
        self.demand(file).map(|loaded| &loaded.facts)
    }

    /// Notes that an answer depends on whether there are modules of these names.
    pub(crate) fn consult_module_names(&self, names: &[Name]) {
        self.consult(|consulted| {
            for name in names {
                if !consulted.module_names.contains(name) {
                    consulted.module_names.insert(name.clone());
                }
            }
        });
    }

    /// Notes that an answer depends on what subclasses set for a name.
    fn consult_heirs(&self, name: &Name) {
        let heirs = || self.project.heirs.fingerprint(self.project.tree, name);
        self.consult(|consulted| {
            consulted.heirs.entry(name.clone()).or_insert_with(heirs);
        });
    }

    fn policy(&self, file: FileId) -> &'static LookupPolicy {
        crate::lang::policy(self.project.tree.file(file).language)
    }

    /// Finds the module that `anchor` and `path` name when written in `scope` of `file`.
    fn locate(&self, file: FileId, scope: ScopeId, anchor: Anchor, path: &[Name]) -> Located {
        self.consult_module_names(path);
        let project = self.project;
        let module = project.module_around(file, scope);
        project.layouts.of(project.tree.file(file).language).locate(module, anchor, path)
    }

    /// The dotted names of a module, the most natural one first.
    #[must_use]
    pub fn module_names(&self, module: ModuleRef) -> Arc<[Vec<Name>]> {
        if let Some(names) = self.names.borrow().get(&module) {
            return Arc::clone(names);
        }
        let names: Arc<[Vec<Name>]> = self.project.module_names(module).into();
        self.names.borrow_mut().insert(module, Arc::clone(&names));
        names
    }

    /// All full names of a path: one for a path outside the tree, one for each name of the module inside it.
    #[must_use]
    pub fn full_names(&self, path: &PathRef) -> Vec<Vec<Name>> {
        match path {
            PathRef::External(path) => vec![path.to_vec()],
            PathRef::Tree { module, members } => {
                let names = self.module_names(*module);
                names.iter().map(|name| name.iter().chain(members.iter()).cloned().collect()).collect()
            }
        }
    }
}
