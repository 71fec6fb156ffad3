//! The analysis: from a tree and rules to findings.
//!
//! In: the tree, its texts, the rules. Out: [`Findings`]. Names the stages: select and extract (`load`), infer an owner
//! where none is declared (`infer`), resolve and detect each relevant file, collect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::Interest as _;
use crate::detect::symbols::Symbols;
use crate::detect::{self, CanonicalClass, Detected, FileHits, Rules};
use crate::findings::Findings;
use crate::lang::{self, Layouts};
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{Files, Heirs, Project};
use crate::rivals;
use crate::rule::{Rule, RuleSet, SourceIndex, WithOrigin};
use crate::selection::{self, Loader, Selection};
use crate::source::FileId;
use crate::tree::{Texts, Tree};
use crate::violations;
use infer::Inference;
pub use inquire::{InquiredBan, InquiredMeaning, InquiredName, InquiredPlace, Inquiry, Standing};

mod builtins;
mod dead;
mod infer;
mod inquire;
mod owners;
mod third_party;

/// The options of an analysis.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnalysisOptions {
    /// Analyse every file in full, instead of those that can matter; the findings are the same.
    pub exhaustive: bool,
    /// Nothing is analysed afterwards in this process: its memory is left to the system, which takes it back at once.
    pub last: bool,
}

/// Analyses the whole tree. The result depends on nothing but the arguments: not on threads, nor on any order.
#[must_use]
pub fn analyse(tree: &Tree, texts: &dyn Texts, rules: &RuleSet, options: &AnalysisOptions) -> Findings {
    analysed(tree, texts, rules, options).findings
}

/// Analyses the whole tree, and says what the names at a place of a file denote.
#[must_use]
pub fn inquire(tree: &Tree, texts: &dyn Texts, rules: &RuleSet, file: FileId, place: InquiredPlace) -> Inquiry {
    let mut analysed = analysed(tree, texts, rules, &AnalysisOptions::default());
    inquire::inquire(&mut analysed.loader, &analysed.rules, &analysed.symbols, file, &place)
}

/// An analysis with what it read.
struct Analysed<'a> {
    findings: Findings,
    loader: Loader<'a>,
    /// The rules with every owner and canonical symbol.
    rules: Arc<RuleSet>,
    symbols: Symbols,
}

fn analysed<'a>(tree: &'a Tree, texts: &'a dyn Texts, rules: &RuleSet, options: &AnalysisOptions) -> Analysed<'a> {
    let layouts = layouts(tree, texts, rules);
    let rules = &builtins::qualified(&with_bare_names(rules, tree), &layouts);
    let files = Files::new(texts, tree.files().len(), options.last);
    let known = Symbols::new(rules).known_paths();
    let mut loader = Loader::new(Project { tree, files, layouts, known, heirs: Heirs::default() }, options.exhaustive);
    let (rules, inferred) = with_owners(&mut loader, rules);
    let symbols = Symbols::new(&rules);
    loader.project.known = symbols.known_paths();
    let canonical = rivals::canonical(&mut loader, &rules, &symbols);
    let scan = scan(&mut loader, &rules, &symbols, &canonical);
    violations::load(&mut loader, &rules);
    let rivals = rivals::find(&loader, &rules, &scan.detected, &canonical);
    let mut findings = violations::findings(&loader, &rules, &scan.detected, rivals);
    note_inferences(&mut findings, &rules, inferred);
    if scan.selection.is_everything() {
        let message = "a pattern of the rules has no literal segment, so every file is analysed in full";
        findings.problems.push(Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, "", message));
    }
    findings.problems.extend(third_party::captured(&loader.project, &rules));
    findings.problems.extend(dead::entries(&mut loader, &rules, &symbols, &scan.detected));
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

/// The results of selecting and detecting.
struct Scan {
    /// The words that were searched for.
    selection: Selection,
    /// The findings in each relevant file.
    detected: Detected,
}

/// Selects the relevant files and looks at each.
fn scan(loader: &mut Loader<'_>, rules: &RuleSet, symbols: &Symbols, canonical: &[Vec<CanonicalClass>]) -> Scan {
    let exempt = exempt_files(rules, &loader.project);
    let rules = Rules { set: rules, symbols, exempt: &exempt, canonical };
    let mut selection = Selection::of_rules(loader, rules.set, symbols);
    let names = rivals::canonical_names(loader, canonical);
    let relevant = selection.run(loader, rules, &names);
    let everything = loader.is_exhaustive();
    let looked = if everything { loader.all() } else { relevant.clone() };
    let may_refer = selection.may_refer(everything);
    let found = loader.look(&looked, |resolver, file| {
        let mut judge = may_refer.judge(resolver.project, file);
        detect::detect(resolver, rules, file, &mut |value| judge.as_mut().is_some_and(|judge| judge.value(value)))
    });
    // Only an exhaustive analysis looks at other files; had it found anything there, the selection would be wrong, and the
    // results would differ.
    let detected = found.into_iter().filter_map(|(file, hits)| match relevant.contains(&file) {
        true => Some((file, hits)),
        false if hits.hits.is_empty() && hits.uses.is_empty() => None,
        false => Some((file, FileHits { unresolved: Vec::new(), ..hits })),
    });
    Scan { detected: detected.collect(), selection }
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
