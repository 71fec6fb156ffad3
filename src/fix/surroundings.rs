//! The rest of the project, as front ends ask for it while they propose fixes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use crate::facts::{Anchor, Name, ScopeId};
use crate::lang::fixing::Surroundings;
use crate::lang::text::is_whole_word;
use crate::lang::{Layouts, Located, ModuleRef};
use crate::source::{FileId, Language};
use crate::tree::{Snapshot, TreeFile};

/// A project seen from the files of one language.
pub(super) struct ProjectSurroundings<'a> {
    files: Snapshot<'a>,
    layouts: &'a Layouts,
    language: Language,
    unsafe_fixes: bool,
    /// The files that have a word.
    words: RefCell<BTreeMap<Name, Vec<FileId>>>,
    read: RefCell<BTreeMap<FileId, Option<Arc<str>>>>,
}

impl<'a> ProjectSurroundings<'a> {
    pub fn new(files: Snapshot<'a>, layouts: &'a Layouts, language: Language, unsafe_fixes: bool) -> Self {
        Self { files, layouts, language, unsafe_fixes, words: RefCell::default(), read: RefCell::default() }
    }

    /// Searches all texts of the language for words, at once.
    pub fn search(&self, words: BTreeSet<Name>) {
        let known = self.words.borrow();
        let words: Vec<Name> = words.into_iter().filter(|it| !it.is_empty() && !known.contains_key(it)).collect();
        drop(known);
        let Some(automaton) = AhoCorasick::new(words.iter().map(Name::as_str)).ok().filter(|_| !words.is_empty())
        else {
            return;
        };
        let (files, language) = (self.files, self.language);
        let own = files.tree.files().par_iter().filter(|file| file.language == language);
        let look = |buffer: &mut Vec<u8>, file: &TreeFile| {
            let mut found = BTreeSet::new();
            let mut see = |text: &str| {
                for hit in automaton.find_overlapping_iter(text) {
                    if is_whole_word(text.as_bytes(), hit.start(), hit.end()) {
                        found.insert(hit.pattern().as_usize());
                    }
                }
            };
            // A file that cannot be read is a problem of the analysis.
            let _read = files.texts.show(&file.path, buffer, &mut see);
            (file.id, found)
        };
        let found: Vec<(FileId, BTreeSet<usize>)> = own.map_init(Vec::new, look).collect();
        let mut known = self.words.borrow_mut();
        for word in &words {
            known.entry(word.clone()).or_default();
        }
        for (file, words_there) in found {
            for at in words_there {
                known.entry(words[at].clone()).or_default().push(file);
            }
        }
    }
}

impl Surroundings for ProjectSurroundings<'_> {
    fn text(&self, file: FileId) -> Option<Arc<str>> {
        let read = || self.files.texts.read(&self.files.tree.files().get(file.index())?.path).ok();
        self.read.borrow_mut().entry(file).or_insert_with(read).clone()
    }

    fn path(&self, file: FileId) -> &str {
        self.files.tree.files().get(file.index()).map_or("", |file| &file.path)
    }

    fn files(&self) -> Vec<FileId> {
        self.files.tree.files().iter().filter(|file| file.language == self.language).map(|file| file.id).collect()
    }

    fn locate(&self, file: FileId, anchor: Anchor, path: &[Name]) -> Located {
        self.layouts.of(self.language).locate(ModuleRef::File { file, scope: ScopeId::MODULE }, anchor, path)
    }

    fn names(&self, module: ModuleRef) -> Vec<Vec<Name>> {
        self.layouts.of(self.language).names(module)
    }

    fn child(&self, module: ModuleRef, name: &str) -> Option<ModuleRef> {
        self.layouts.of(self.language).child(module, name)
    }

    fn files_with(&self, word: &str) -> Vec<FileId> {
        let name = Name::from(word);
        if let Some(known) = self.words.borrow().get(&name) {
            return known.clone();
        }
        self.search(BTreeSet::from([name.clone()]));
        self.words.borrow().get(&name).cloned().unwrap_or_default()
    }

    fn manifests(&self, file: FileId) -> Vec<(Arc<str>, Arc<str>)> {
        let mut found = Vec::new();
        let mut directory = Path::new(self.path(file)).parent();
        while let Some(at) = directory {
            let beside = |manifest: &&Arc<str>| Path::new(&***manifest).parent() == Some(at);
            for manifest in self.files.tree.manifests.iter().filter(beside) {
                found.extend(self.files.texts.read(manifest).ok().map(|text| (Arc::clone(manifest), text)));
            }
            directory = at.parent();
        }
        found
    }

    fn unsafe_fixes(&self) -> bool {
        self.unsafe_fixes
    }
}
