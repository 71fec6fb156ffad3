//! Selecting and loading: which files can matter, and their facts (docs/design.md section 9).
//!
//! In: the literals without which a file cannot name a symbol of the rules. Out: a project in which every file that can
//! matter is loaded. Goes on until resolving asks for no further file and finds no further name under which others could
//! use a symbol.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::detect::symbols::Symbols;
use crate::detect::{self, CanonicalClass, Derived, FileHits, Giver, Rules};
use crate::problem::Problem;
use crate::resolve::{LoadedFile, Project, Resolver};
use crate::rule::{RuleSet, SourceIndex};
use crate::source::FileId;

use super::AnalysisOptions;
use super::interest::Interest;
use super::literals::Literals;
use super::rivals;

/// Loads files on demand and keeps what was read.
pub struct Loader<'a> {
    /// What is loaded so far.
    pub project: Project<'a>,
    options: AnalysisOptions,
    /// Whether code in which nothing can matter is left out.
    pub focused: bool,
    /// Files that are not looked at, unless others ask for them; empty if there are none.
    pub left_out: Vec<bool>,
    /// Files whose facts the layout has taken in.
    learnt: BTreeSet<FileId>,
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
    /// What can matter in a file, with all names that were derived.
    pub interest: Interest,
}

impl<'a> Loader<'a> {
    /// A loader that has loaded nothing.
    #[must_use]
    pub fn new(project: Project<'a>, options: AnalysisOptions) -> Self {
        Self { project, options, focused: false, left_out: Vec::new(), learnt: BTreeSet::new(), canonical: Vec::new() }
    }

    /// Files that could not be read, in path order.
    pub fn unreadable(&self) -> impl Iterator<Item = &Problem> {
        self.project.files.problems()
    }

    /// Selects and loads until nothing is added, then detects.
    pub fn run(&mut self, rules: &RuleSet, symbols: &Symbols) -> Scanned {
        let exempt = exempt_files(rules, &self.project);
        let canonical = self.canonical.clone();
        let rules = Rules { set: rules, symbols, exempt: &exempt, canonical: &canonical };
        let mut literals = Literals::of_rules(rules.set, symbols, self.project.tree, &self.project.layouts);
        self.project.in_full = literals.homes().clone();
        let relevant = self.select(rules, &mut literals);
        let interest = Interest::new(literals.names(), self.options.exhaustive);
        let looked = if self.options.exhaustive { self.all() } else { relevant.clone() };
        let found = self.look(&looked, |resolver, file| {
            let mut judge = interest.judge(resolver.project, file);
            detect::detect(resolver, rules, file, &mut |value| judge.as_mut().is_some_and(|judge| judge.value(value)))
        });
        let mut files = Vec::new();
        for (file, hits) in found {
            if relevant.contains(&file) {
                files.push((file, hits));
            } else if !hits.hits.is_empty() || !hits.uses.is_empty() {
                // Only a full analysis looks at other files; had it found anything there, the selection would be wrong,
                // and the results would differ.
                files.push((file, FileHits { unresolved: Vec::new(), ..hits }));
            }
        }
        let interest = Interest::new(literals.names(), false);
        Scanned { files, everything: literals.is_everything(), interest }
    }

    /// The relevant files, loaded. Looks for derived names in them, and for files that use those, until there are none.
    fn select(&mut self, rules: Rules<'_>, literals: &mut Literals) -> BTreeSet<FileId> {
        self.focus(literals);
        let mut relevant = self.search(literals);
        let classes = literals.add(&rivals::canonical_names(self), self.project.tree, &self.project.layouts);
        if !classes.is_empty() {
            self.focus(literals);
            relevant.extend(self.search(&classes));
        }
        if self.options.exhaustive {
            self.load(&self.all());
        }
        // Which files are relevant is part of the result, so a full analysis comes to it in the same way.
        let mut open = relevant.clone();
        while !open.is_empty() {
            let interest = Interest::new(literals.names(), false);
            let derived = self.look(&open, |resolver, file| {
                let mut judge = interest.judge(resolver.project, file);
                let mut interesting = |value| judge.as_mut().is_some_and(|judge| judge.value(value));
                let mut holders = None;
                let mut holds = |value| {
                    let judge = holders.get_or_insert_with(|| interest.judge_of_holders(resolver.project, file));
                    judge.as_mut().is_some_and(|judge| judge.value(value))
                };
                detect::derived_names(resolver, rules, file, &mut interesting, &mut holds)
            });
            let mut names: BTreeMap<Derived, BTreeSet<Giver>> = BTreeMap::new();
            for (file, derived) in derived {
                for (name, extent) in derived {
                    names.entry(name).or_default().insert((file, extent));
                }
            }
            let fresh = literals.add(&names, self.project.tree, &self.project.layouts);
            // The name may be spelled otherwise in its own file (private names of classes).
            open = names
                .into_iter()
                .filter(|(name, _)| fresh.contains(name))
                .flat_map(|(_, givers)| givers)
                .map(|(file, _)| file)
                .collect();
            if !fresh.is_empty() {
                self.focus(literals);
                self.reread(&fresh);
                let matching = self.search(&fresh);
                relevant.extend(matching.iter().copied());
                open.extend(matching);
            }
        }
        relevant
    }

    fn focus(&mut self, literals: &Literals) {
        let focused = self.focused && !self.options.exhaustive && !literals.is_everything();
        self.project.focus = focused.then(|| literals.focus()).flatten();
    }

    /// Reads the files again in which one of these words stands in code that was left out.
    fn reread(&mut self, fresh: &Literals) {
        let Some(focus) = self.project.focus.as_ref().and_then(|_| fresh.focus()) else { return };
        let project = &self.project;
        let stale: Vec<FileId> = project
            .tree
            .files()
            .par_iter()
            .filter(|file| {
                let left_out = |loaded: &LoadedFile| {
                    loaded.facts.unread.iter().any(|place| !focus.hits(place.of(&loaded.text)).is_empty())
                };
                !self.learns(file.id) && project.loaded(file.id).is_some_and(left_out)
            })
            .map(|file| file.id)
            .collect();
        self.project.reread(&stale);
    }

    fn all(&self) -> BTreeSet<FileId> {
        self.project.tree.files().iter().map(|file| file.id).filter(|&file| !self.is_left_out(file)).collect()
    }

    fn is_left_out(&self, file: FileId) -> bool {
        self.left_out.get(file.index()).is_some_and(|left_out| *left_out)
    }

    /// Forgets what is loaded, to be read again as far as it is needed; what a layout has taken in stays.
    pub fn forget(&mut self) {
        for file in self.project.tree.files() {
            if !self.learns(file.id) {
                self.project.files.forget(file.id);
            }
        }
    }

    /// Reads every file, and loads those that contain a literal.
    fn search(&mut self, literals: &Literals) -> BTreeSet<FileId> {
        let project = &self.project;
        let layouts = &project.layouts;
        let matching: BTreeSet<FileId> = project
            .tree
            .files()
            .par_iter()
            .map_init(Vec::new, |buffer, file| {
                if self.is_left_out(file.id) {
                    return None;
                }
                if let Some(loaded) = project.loaded(file.id) {
                    return literals.admit(layouts, file, &loaded.text).then_some(file.id);
                }
                let mut admitted = None;
                let texts = project.files.texts();
                let shown = texts.show(&file.path, buffer, &mut |text| {
                    if literals.admit(layouts, file, text) {
                        project.load_text(file.id, texts.kept(&file.path).unwrap_or_else(|| text.into()));
                        admitted = Some(file.id);
                    }
                });
                if let Err(problem) = shown {
                    project.files.lost(file.id, problem);
                }
                admitted
            })
            .flatten()
            .collect();
        self.deepen(&matching);
        self.learn(&matching);
        matching
    }

    /// Loads files in full that were only asked for before.
    fn deepen(&mut self, files: &BTreeSet<FileId>) {
        let asked_for =
            |file: &FileId| self.learns(*file) && self.project.loaded(*file).is_some_and(LoadedFile::is_partial);
        let shallow: BTreeSet<FileId> = files.iter().copied().filter(asked_for).collect();
        self.project.reread(&shallow.iter().copied().collect::<Vec<_>>());
        if !shallow.is_empty() {
            self.project.layouts.rust.unlearn(&shallow);
            self.learnt.retain(|file| !shallow.contains(file));
        }
    }

    /// Whether the layout of the file's language takes in its facts.
    fn learns(&self, file: FileId) -> bool {
        self.project.layouts.of(self.project.tree.file(file).language).learns()
    }

    /// Loads these files, whatever they contain; false if that was tried before for all of them.
    pub fn load(&mut self, wanted: &BTreeSet<FileId>) -> bool {
        let missing: Vec<FileId> = wanted.iter().copied().filter(|&file| !self.project.files.tried(file)).collect();
        missing.par_iter().for_each(|&file| {
            self.project.load(file);
        });
        self.learn(wanted);
        !missing.is_empty()
    }

    fn learn(&mut self, files: &BTreeSet<FileId>) {
        for &file in files {
            if let Some(loaded) = self.project.files.loaded(file)
                && self.learns(file)
                && self.learnt.insert(file)
            {
                self.project.layouts.rust.learn(file, &loaded.facts);
            }
        }
    }

    /// Asks the same of each of these files, in path order; a group of files is asked anew when files that it needs
    /// could not be loaded meanwhile.
    pub fn look<T: Send>(
        &mut self,
        files: &BTreeSet<FileId>,
        ask: impl Fn(&Resolver<'_, '_>, FileId) -> T + Sync,
    ) -> Answers<T> {
        let files: Vec<FileId> = files.iter().copied().collect();
        let mut answers: Answers<T> = Vec::new();
        let mut open: Vec<&[FileId]> = files.chunks(CHUNK).collect();
        while !open.is_empty() {
            let project = &self.project;
            let asked: Vec<(Answers<T>, BTreeSet<FileId>)> = open
                .par_iter()
                .map(|chunk| {
                    let resolver = Resolver::new(project);
                    let answers = chunk.iter().map(|&file| (file, ask(&resolver, file))).collect();
                    (answers, resolver.into_wanted())
                })
                .collect();
            let mut wanted: BTreeSet<FileId> = BTreeSet::new();
            let mut again = Vec::new();
            for (chunk, (answer, missing)) in open.into_iter().zip(asked) {
                if missing.iter().any(|&file| !self.project.files.tried(file)) {
                    // An answer that lacks a file may have been remembered for those that asked later.
                    again.push(chunk);
                    wanted.extend(missing);
                } else {
                    answers.extend(answer);
                }
            }
            self.load(&wanted);
            open = again;
        }
        answers.sort_by_key(|(file, _)| *file);
        answers
    }
}

/// What each of some files gave.
type Answers<T> = Vec<(FileId, T)>;

/// How many files share a resolver: enough that long chains are followed once for many, few enough to share the work.
const CHUNK: usize = 64;

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
