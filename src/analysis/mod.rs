//! The analysis: from a tree and rules to findings.
//!
//! In: the tree, its texts, the rules. Out: [`Findings`]. Names the stages: select and extract (`load`), infer an owner
//! where none is declared (`infer`), resolve and detect each relevant file, collect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Fingerprint, FingerprintBuilder, Keepable, Keeper};
use crate::detect::Interest as _;
use crate::detect::symbols::Symbols;
use crate::detect::{self, CanonicalClass, Detected, FileHits, Rules};
use crate::facts::{Name, ScopeId};
use crate::findings::Findings;
use crate::lang::{self, Layouts};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{Files, Heirs, ModuleRef, Project, Resolver, SharedAnswers};
use crate::rivals;
use crate::rule::{Rule, RuleSet, SourceIndex, SymbolPattern, WithOrigin};
use crate::selection::{self, Loader, Selection, WorkCounts};
use crate::source::FileId;
use crate::tree::{Snapshot, Texts, Tree, TwoTrees};
use crate::violations::{self, FileFindings};
use infer::Inference;
pub use inquire::{InquiredBan, InquiredMeaning, InquiredName, InquiredPlace, Inquiry, Standing};

mod advice;
mod builtins;
mod dead;
mod infer;
mod inquire;
mod kept;
mod owners;
mod third_party;

/// The options of an analysis.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnalysisOptions<'a> {
    /// Analyse every file in full, instead of those that can matter; the findings are the same.
    pub exhaustive: bool,
    /// Nothing is analysed afterwards in this process: its memory is left to the system, which takes it back at once.
    pub last: bool,
    /// Has the results of an earlier run, and takes those of this one.
    pub keeper: Option<&'a Keeper>,
    /// Is told how far the analysis has come.
    pub counts: Option<&'a WorkCounts>,
}

/// Analyses the whole tree. The result depends on nothing but the arguments: not on threads, nor on any order.
#[must_use]
pub fn analyse(tree: &Tree, texts: &dyn Texts, rules: &RuleSet, options: &AnalysisOptions<'_>) -> Findings {
    let Some(keeper) = options.keeper.filter(|_| !options.exhaustive) else {
        return analysed(tree, texts, rules, options, None).findings;
    };
    let names_of = |trees: TwoTrees<'_>| names_of_change(trees, rules, &tree.manifests);
    let cache = Arc::new(keeper.open(layout_fingerprint(tree, texts), tree, texts, &names_of));
    if let Some(findings) = cache.unchanged().and_then(|kept| kept::decode(kept, tree, texts)) {
        cache.settled(tree).into_iter().for_each(|state| keeper.keep(state));
        return findings;
    }
    let Analysed { findings, loader, .. } = analysed(tree, texts, rules, options, Some(cache));
    if let Some(state) = kept::encode(&findings).and_then(|kept| loader.state(kept)) {
        keeper.keep(state);
    }
    findings
}

/// Analyses the whole tree, and says what the names at a place of a file denote.
#[must_use]
pub fn inquire(tree: &Tree, texts: &dyn Texts, rules: &RuleSet, file: FileId, place: InquiredPlace) -> Inquiry {
    let mut analysed = analysed(tree, texts, rules, &AnalysisOptions::default(), None);
    inquire::inquire(&mut analysed.loader, &analysed.rules, &analysed.symbols, file, &place)
}

/// Returns which of these full names nothing defines: neither the tree, nor, as far as can be told, a library.
#[must_use]
pub fn missing(tree: &Tree, texts: &dyn Texts, rules: &RuleSet, names: &[SymbolPattern]) -> Vec<bool> {
    let mut analysed = analysed(tree, texts, rules, &AnalysisOptions::default(), None);
    names.iter().map(|name| !dead::name_lives(&mut analysed.loader, name)).collect()
}

/// Returns the full name of the module of each of these files, the most natural one; none for a file that is no module.
#[must_use]
pub fn module_names(files: Snapshot<'_>, rules: &RuleSet, paths: &[&Arc<str>]) -> Vec<Option<String>> {
    if paths.is_empty() {
        return Vec::new();
    }
    let layouts = layouts(files.tree, files.texts, rules);
    let name = |path: &&Arc<str>| {
        let file = files.tree.file(files.tree.by_path(path)?);
        let module = ModuleRef::File { file: file.id, scope: ScopeId::MODULE };
        let name = layouts.of(file.language).names(module).into_iter().next()?;
        Some(name.join(file.language.separator()))
    };
    paths.iter().map(name).collect()
}

/// An analysis with what it read.
struct Analysed<'a> {
    findings: Findings,
    loader: Loader<'a>,
    /// The rules with every owner and canonical symbol.
    rules: Arc<RuleSet>,
    symbols: Symbols,
}

fn analysed<'a>(
    tree: &'a Tree,
    texts: &'a dyn Texts,
    rules: &RuleSet,
    options: &AnalysisOptions<'a>,
    cache: Option<Arc<Cache>>,
) -> Analysed<'a> {
    let layouts = layouts(tree, texts, rules);
    let rules = &builtins::qualified(&with_bare_names(rules, tree), &layouts);
    let files = Files::new(texts, tree.files().len(), options.last);
    let known = Symbols::new(rules).known_paths();
    let mut loader = Loader::new(
        Project { tree, files, layouts, known, heirs: Heirs::default(), shared: SharedAnswers::default() },
        options.exhaustive,
        cache,
        options.counts,
    );
    let (rules, inferred) = with_owners(&mut loader, rules);
    let symbols = Symbols::new(&rules);
    loader.project.known = symbols.known_paths();
    let canonical = rivals::canonical(&mut loader, &rules, &symbols);
    let owners = violations::owners(&loader.project, &rules);
    let collect = |resolver: &Resolver<'_, '_>, file: FileId, hits: &FileHits| {
        violations::collect(resolver.project, &rules, &owners, file, hits)
    };
    let scan = scan(&mut loader, &rules, &symbols, &canonical, Some(&collect));
    let everything = scan.everything;
    violations::load(&mut loader, &rules);
    let (detected, found) = scan.apart();
    let rivals = rivals::find(&loader, &rules, &detected, &canonical);
    let mut findings = violations::findings(&loader, &rules, found, rivals);
    advice::give(&mut loader, &rules, &mut findings);
    note_inferences(&mut findings, &rules, inferred);
    if everything {
        let message = "a pattern of the rules has no literal segment, so every file is analysed in full";
        findings.problems.push(Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, "", message));
    }
    findings.problems.extend(third_party::captured(&loader.project, &rules));
    findings.problems.extend(dead::entries(&mut loader, &rules, &symbols, &detected));
    findings.problems.extend(loader.project.layouts.all().flat_map(|(_, layout)| layout.problems()).cloned());
    findings.problems.sort();
    findings.problems.dedup();
    Analysed { findings, loader, rules, symbols }
}

/// Notes what was inferred. That no file stands out is worth a word only where something is built or could be an owner.
fn note_inferences(findings: &mut Findings, rules: &RuleSet, inferred: Vec<Inference>) {
    let charged: BTreeSet<Arc<str>> =
        findings.violations.iter().filter(|it| it.points > 0).filter_map(|it| it.source.clone()).collect();
    for ((known, inference), source) in findings.sources.iter_mut().zip(inferred).zip(&rules.sources) {
        match inference {
            Inference::Declared => {}
            Inference::Owner(owner, _) => known.inferred_owner = Some(owner),
            Inference::Open(candidates) => {
                known.candidates = (!candidates.is_empty() || charged.contains(&source.id)).then_some(candidates);
            }
        }
    }
}

/// The rules, with names of one segment in the language of the tree: such a name says no language, and where all files are
/// in one it can only mean that.
fn with_bare_names(rules: &RuleSet, tree: &Tree) -> RuleSet {
    let mut rules = rules.clone();
    let mut languages = tree.files().iter().map(|file| file.language);
    let Some(only) = languages.next().filter(|first| languages.all(|other| other == *first)) else { return rules };
    let named = |rule: &&mut Rule| rule.language.is_none();
    for rule in rules.rules.iter_mut().filter(named) {
        let patterns = rule.ban.iter_mut().chain(&mut rule.parameters.wraps);
        patterns.filter(|pattern| pattern.segments.len() == 1).for_each(|pattern| pattern.language = only);
    }
    let canonical = rules.sources.iter_mut().flat_map(|source| &mut source.canonical);
    canonical.filter(|pattern| pattern.segments.len() == 1).for_each(|pattern| pattern.language = only);
    rules
}

/// Returns the names by which imports could tell two trees apart; none if more than imports could, or if a name stands in the
/// rules: then what the rules mean may be something else.
fn names_of_change<'t>(trees: TwoTrees<'t>, rules: &RuleSet, manifests: &[Arc<str>]) -> Option<BTreeSet<Name>> {
    let mut all = BTreeSet::new();
    for language in lang::languages() {
        let extensions = language.0.extensions;
        let has_extension = |path: &&str| path.rsplit_once('.').is_some_and(|(_, it)| extensions.contains(&it));
        let of_language = |paths: &[&'t str]| paths.iter().copied().filter(has_extension).collect::<Vec<&'t str>>();
        let changed = of_language(trees.changed);
        if changed.is_empty() {
            continue;
        }
        let (before, after) = (of_language(trees.before), of_language(trees.after));
        let trees = TwoTrees { before: &before, after: &after, changed: &changed };
        all.extend(lang::front_end(language).names_of_change(trees, manifests)?);
        if third_party::named(rules, language).any(|name| all.contains(&name)) {
            return None;
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Returns the fingerprint of what says where modules are, besides the paths of the files.
fn layout_fingerprint(tree: &Tree, texts: &dyn Texts) -> Fingerprint {
    let mut builder = FingerprintBuilder::default();
    for path in &tree.manifests {
        builder.add(&**path);
        if lang::reads_manifest(path.rsplit('/').next().unwrap_or_default()) {
            builder.add(&*texts.read(path).unwrap_or_default());
        }
    }
    for skipped in &tree.skipped {
        builder.add(&*skipped.path);
    }
    builder.finish()
}

/// The results of selecting and detecting.
struct Scan {
    /// A pattern without any literal makes every file relevant.
    everything: bool,
    /// The relevant files, each with what was found in it.
    files: Vec<(FileId, CollectedFile)>,
}

impl Scan {
    /// Takes what the detectors saw apart from what is reported.
    fn apart(self) -> (Detected, Vec<(FileId, FileFindings)>) {
        self.files.into_iter().map(|(file, it)| ((file, it.hits), (file, it.findings))).unzip()
    }
}

/// A file with what the detectors saw in it, and what is reported of it.
#[derive(Serialize, Deserialize)]
struct CollectedFile {
    hits: FileHits,
    findings: FileFindings,
}

impl Keepable for CollectedFile {
    fn shown(&self, see: &mut dyn FnMut(FileId)) {
        self.hits.shown(see);
    }

    fn renumber(&mut self, number: &dyn Fn(FileId) -> FileId) {
        self.hits.renumber(number);
        self.findings.renumber(number);
    }
}

/// Says what is reported of a file, by its hits.
type Collect<'c> = dyn Fn(&Resolver<'_, '_>, FileId, &FileHits) -> FileFindings + Sync + 'c;

/// Selects the relevant files and looks at each; what is reported of them is asked of `collect`, if it is there.
fn scan(
    loader: &mut Loader<'_>,
    rules: &RuleSet,
    symbols: &Symbols,
    canonical: &[Vec<CanonicalClass>],
    collect: Option<&Collect<'_>>,
) -> Scan {
    let exempt = exempt_files(rules, &loader.project);
    let rules = Rules { set: rules, symbols, exempt: &exempt, canonical };
    let mut selection = Selection::of_rules(loader, rules.set, symbols);
    let names = rivals::canonical_names(loader, canonical);
    let relevant = selection.run(loader, rules, &names);
    let everything = loader.is_exhaustive();
    let looked = if everything { loader.all() } else { relevant.clone() };
    let may_refer = selection.may_refer(everything);
    let question = if collect.is_some() { "hits and what is reported" } else { "hits" };
    let stage = selection.stage(loader.project.tree, rules, question);
    let found = loader.look(
        &looked,
        || stage,
        |resolver, file| {
            let mut judge = may_refer.judge(resolver.project, file);
            let mut refers = |value| judge.as_mut().is_some_and(|judge| judge.value(value));
            let hits = detect::detect(resolver, rules, file, &mut refers);
            let findings = collect.map(|collect| collect(resolver, file, &hits)).unwrap_or_default();
            CollectedFile { hits, findings }
        },
    );
    // Only an exhaustive analysis looks at other files; had it found anything there, the selection would be wrong, and the
    // results would differ.
    let files = found.into_iter().filter_map(|(file, mut found)| match relevant.contains(&file) {
        true => Some((file, found)),
        false if found.hits.hits.is_empty() && found.hits.uses.is_empty() => None,
        false => {
            found.findings.unresolved.clear();
            Some((file, found))
        }
    });
    Scan { files: files.collect(), everything: selection.is_everything() }
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

/// Returns the places of the modules of a tree, under these rules.
#[must_use]
pub fn layouts(tree: &Tree, texts: &dyn Texts, rules: &RuleSet) -> Layouts {
    let listed = |roots: &Vec<WithOrigin<String>>| roots.iter().map(|root| root.value.clone()).collect::<Vec<_>>();
    let roots: BTreeMap<_, _> = rules.roots.iter().map(|(language, roots)| (*language, listed(roots))).collect();
    let mut layouts = Layouts::new(tree, texts, &|language| roots.get(&language).map(Vec::as_slice));
    for language in lang::languages() {
        let names = third_party::names(language, layouts.of(language), rules);
        layouts.of_mut(language).set_third_party(names);
    }
    layouts
}

/// The rules with every source's owners and canonical symbols filled in, and what was inferred for each source.
fn with_owners(loader: &mut Loader<'_>, rules: &RuleSet) -> (Arc<RuleSet>, Vec<Inference>) {
    let mut rules = rules.clone();
    owners::complete(loader, &mut rules);
    if !rules.sources.iter().any(infer::is_open) {
        let declared = vec![Inference::Declared; rules.sources.len()];
        return (Arc::new(rules), declared);
    }
    // Tests say nothing of who owns a source; reading them would cost most of the time and memory.
    let files = loader.project.tree.files().iter();
    loader.left_out = files.map(|file| selection::is_test(&loader.project, &rules, file.id)).collect();
    let inferred = infer::owners(loader, &rules);
    loader.left_out.clear();
    for (source, inference) in inferred.iter().enumerate() {
        if let Inference::Owner(owner, canonical) = inference {
            owners::declare(loader, &mut rules, source, owner.file, canonical.clone());
        }
    }
    (Arc::new(rules), inferred)
}
