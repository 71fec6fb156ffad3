//! Selecting and loading: which files can matter, and their facts (docs/design.md section 9).
//!
//! In: the literals without which a file cannot name a symbol of the rules. Out: a project in which every file that can
//! matter is loaded. Goes on until resolving asks for no further file and finds no further name under which others could
//! use a symbol.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::detect::symbols::Symbols;
use crate::detect::{self, CanonicalClass, FileHits, Rules};
use crate::facts::Name;
use crate::problem::Problem;
use crate::resolve::{LoadedFile, Project, Resolver};
use crate::rule::{RuleSet, SourceIndex};
use crate::source::{FileId, Language, LineIndex};
use crate::tree::Texts;

use super::AnalysisOptions;
use super::interest::Interest;
use super::literals::Literals;
use super::rivals;

/// Loads files on demand and keeps what was read.
pub struct Loader<'a> {
    /// What is loaded so far.
    pub project: Project<'a>,
    texts: &'a dyn Texts,
    options: AnalysisOptions,
    /// Files that could not be read, in path order.
    pub unreadable: Vec<Problem>,
    tried: Vec<bool>,
    /// For each source the classes of its canonical symbols, for rules that compare with them.
    pub canonical: Vec<Vec<CanonicalClass>>,
}

/// A selection that came to its end.
#[derive(Debug)]
pub struct Scanned {
    /// Relevant files with what was found in each, in path order.
    pub files: Vec<(FileId, FileHits)>,
    /// A pattern without any literal makes every file relevant.
    pub everything: bool,
}

impl<'a> Loader<'a> {
    /// A loader that has loaded nothing.
    #[must_use]
    pub fn new(mut project: Project<'a>, texts: &'a dyn Texts, options: AnalysisOptions) -> Self {
        let count = project.tree.files().len();
        project.files = vec![None; count];
        Self { project, texts, options, unreadable: Vec::new(), tried: vec![false; count], canonical: Vec::new() }
    }

    /// Selects, loads and detects until nothing is added.
    pub fn run(&mut self, rules: &RuleSet, symbols: &Symbols) -> Scanned {
        let layouts = &self.project.layouts;
        let external = |root: &Name| layouts.is_external(root);
        let mut literals = Literals::of_rules(rules, symbols, &external, &layouts.renames());
        let mut relevant: BTreeSet<FileId> = self.search(&literals);
        let classes = literals.add(rivals::canonical_names(self));
        if !classes.is_empty() {
            relevant.extend(self.search(&classes));
        }
        let mut found: Vec<Option<FileHits>> = Vec::new();
        found.resize_with(self.project.tree.files().len(), || None);
        let mut dirty: BTreeSet<FileId> = relevant.clone();
        if self.options.exhaustive {
            dirty = self.project.tree.files().iter().map(|file| file.id).collect();
            self.load(&dirty);
        }
        let exempt = exempt_files(rules, &self.project);
        while !dirty.is_empty() {
            let interest = Interest::new(literals.names(), self.options.exhaustive);
            let context = Rules { set: rules, symbols, exempt: &exempt, canonical: &self.canonical };
            let files: Vec<FileId> = dirty.iter().copied().collect();
            let round: Vec<Round> =
                files.par_chunks(CHUNK).flat_map_iter(|chunk| look(&self.project, context, &interest, chunk)).collect();
            let mut wanted: BTreeSet<FileId> = BTreeSet::new();
            let mut names: BTreeMap<Name, BTreeSet<FileId>> = BTreeMap::new();
            let mut again: BTreeSet<FileId> = BTreeSet::new();
            for result in round {
                for name in result.derived {
                    names.entry(name).or_default().insert(result.file);
                }
                let missing: BTreeSet<FileId> =
                    result.wanted.into_iter().filter(|file| !self.tried[file.index()]).collect();
                if !missing.is_empty() {
                    again.insert(result.file);
                    wanted.extend(missing);
                }
                found[result.file.index()] = Some(result.hits);
            }
            self.load(&wanted);
            dirty = again;
            let fresh = literals.add(names.keys().cloned().collect());
            if !fresh.is_empty() {
                // The name may be spelled otherwise in its own file (private names of classes).
                dirty.extend(names.into_iter().filter(|(name, _)| fresh.contains(name)).flat_map(|(_, files)| files));
                let matching = self.search(&fresh);
                relevant.extend(matching.iter().copied());
                dirty.extend(matching);
            }
        }
        let mut files: Vec<(FileId, FileHits)> = Vec::new();
        for (file, hits) in self.project.tree.files().iter().map(|file| file.id).zip(found) {
            match (hits, relevant.contains(&file)) {
                (hits, true) => files.push((file, hits.unwrap_or_default())),
                // Only a full analysis looks at other files; had it found anything there, the selection would be wrong,
                // and the results would differ.
                (Some(hits), false) if !hits.hits.is_empty() || !hits.uses.is_empty() => {
                    files.push((file, FileHits { unresolved: Vec::new(), ..hits }));
                }
                _ => {}
            }
        }
        Scanned { files, everything: literals.is_everything() }
    }

    /// Reads every file, and loads those that contain a literal.
    fn search(&mut self, literals: &Literals) -> BTreeSet<FileId> {
        let project = &self.project;
        let texts = self.texts;
        let found: Vec<(FileId, Searched)> = project
            .tree
            .files()
            .par_iter()
            .map_init(Vec::new, |buffer, file| {
                if let Some(loaded) = &project.files[file.id.index()] {
                    return literals.admit(file.language, &loaded.text).then_some((file.id, Ok(None)));
                }
                let mut admitted = None;
                let shown = texts.show(&file.path, buffer, &mut |text| {
                    if literals.admit(file.language, text) {
                        admitted = Some(Arc::<str>::from(text));
                    }
                });
                match (shown, admitted) {
                    (Err(problem), _) => Some((file.id, Err(problem))),
                    (Ok(()), Some(text)) => Some((file.id, Ok(Some(extract(project, file.id, text))))),
                    (Ok(()), None) => None,
                }
            })
            .flatten()
            .collect();
        let mut matching = BTreeSet::new();
        for (file, result) in found {
            match result {
                Ok(loaded) => {
                    matching.insert(file);
                    self.tried[file.index()] = true;
                    if let Some(loaded) = loaded {
                        self.keep(file, loaded);
                    }
                }
                Err(problem) => self.lost(file, problem),
            }
        }
        matching
    }

    /// Loads these files, whatever they contain; false if none of them was left to load.
    pub fn load(&mut self, wanted: &BTreeSet<FileId>) -> bool {
        let project = &self.project;
        let texts = self.texts;
        let missing: Vec<FileId> = wanted.iter().copied().filter(|file| !self.tried[file.index()]).collect();
        let loaded: Vec<(FileId, Result<Arc<LoadedFile>, Problem>)> = missing
            .into_par_iter()
            .map(|file| (file, texts.read(&project.tree.file(file).path).map(|text| extract(project, file, text))))
            .collect();
        let any = !loaded.is_empty();
        for (file, result) in loaded {
            match result {
                Ok(loaded) => {
                    self.tried[file.index()] = true;
                    self.keep(file, loaded);
                }
                Err(problem) => self.lost(file, problem),
            }
        }
        any
    }

    fn keep(&mut self, file: FileId, loaded: Arc<LoadedFile>) {
        if self.project.tree.file(file).language == Language::Rust {
            self.project.layouts.rust.learn(file, &loaded.facts);
        }
        self.project.files[file.index()] = Some(loaded);
    }

    fn lost(&mut self, file: FileId, problem: Problem) {
        if !std::mem::replace(&mut self.tried[file.index()], true) {
            self.unreadable.push(problem);
            self.unreadable.sort();
        }
    }
}

fn extract(project: &Project<'_>, file: FileId, text: Arc<str>) -> Arc<LoadedFile> {
    let entry = project.tree.file(file);
    let mut facts = project.layouts.extract(entry, &text);
    facts.shrink();
    let lines = LineIndex::new(&text);
    Arc::new(LoadedFile { text, facts, lines })
}

/// A file that contains a literal, with its facts if it was not loaded before; or why it cannot be read.
type Searched = Result<Option<Arc<LoadedFile>>, Problem>;

/// What one look at a file gives.
struct Round {
    file: FileId,
    hits: FileHits,
    derived: Vec<Name>,
    wanted: BTreeSet<FileId>,
}

/// How many files share a resolver: enough that long chains are followed once for many, few enough to share the work.
const CHUNK: usize = 64;

fn look(project: &Project<'_>, rules: Rules<'_>, interest: &Interest, files: &[FileId]) -> Vec<Round> {
    let resolver = Resolver::new(project);
    let mut rounds: Vec<Round> = files.iter().map(|&file| look_at(&resolver, rules, interest, file)).collect();
    // An answer that lacks a file may have been remembered for those that asked later.
    let wanted = resolver.into_wanted();
    for round in &mut rounds {
        round.wanted = wanted.clone();
    }
    rounds
}

fn look_at(resolver: &Resolver<'_, '_>, rules: Rules<'_>, interest: &Interest, file: FileId) -> Round {
    let mut round = Round { file, hits: FileHits::default(), derived: Vec::new(), wanted: BTreeSet::new() };
    if let Some(loaded) = resolver.project.loaded(file) {
        let mut judge = interest.judge(&loaded.facts);
        round.hits = detect::detect(resolver, rules, file, &mut |value| judge.value(value));
        round.derived = detect::derived_names(resolver, rules, file, &round.hits, &mut |value| judge.value(value));
    }
    round
}

/// For each source the files that are exempt from one of its rules.
fn exempt_files(rules: &RuleSet, project: &Project<'_>) -> impl Fn(SourceIndex, FileId) -> bool + Sync + use<> {
    let exempt: Vec<BTreeSet<FileId>> = (0..rules.sources.len())
        .map(|source| {
            let entries: Vec<_> =
                rules.rules.iter().filter(|rule| rule.source.0 == source).flat_map(|rule| &rule.allow_in).collect();
            let files = project.tree.files().iter();
            files
                .filter(|file| entries.iter().any(|entry| entry.path.matches(&file.path)))
                .map(|file| file.id)
                .collect()
        })
        .collect();
    move |source, file| exempt[source.0].contains(&file)
}
