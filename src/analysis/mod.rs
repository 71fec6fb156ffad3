//! The analysis: from a tree and rules to findings.
//!
//! In: the tree, its texts, the rules. Out: [`Findings`]. Names the stages: select and extract (`load`), infer an owner
//! where none is declared (`infer`), resolve and detect each relevant file, collect.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::symbols::Symbols;
use crate::findings::{Findings, InferredOwner};
use crate::lang::Layouts;
use crate::lang::python::layout::PythonLayout;
use crate::lang::rust::layout::RustLayout;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::resolve::{Files, Project};
use crate::rule::RuleSet;
use crate::tree::{Texts, Tree};

mod collect;
mod dead;
mod definers;
mod files;
mod homes;
mod infer;
mod interest;
mod literals;
mod load;
mod needs;
mod owners;
mod rivals;
mod third_party;

use load::Loader;

/// How to analyse.
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
    let layouts = layouts(tree, texts, rules);
    let files = Files::new(texts, tree.files().len(), options.last);
    let known = Symbols::new(rules).known_paths();
    let project = Project { tree, files, layouts, focus: None, in_full: BTreeSet::new(), known };
    let mut loader = Loader::new(project, *options);
    let (rules, inferred) = with_owners(&mut loader, rules);
    // Other kinds of rules judge classes as a whole.
    loader.focused = rules.rules.iter().all(|rule| rule.kind.judges_places());
    let symbols = Symbols::new(&rules);
    loader.project.known = symbols.known_paths();
    loader.canonical = rivals::canonical(&mut loader, &rules, &symbols);
    let scanned = loader.run(&rules, &symbols);
    files::load(&mut loader, &rules);
    let mut findings = collect::findings(&loader, &rules, &scanned);
    for (source, owner) in findings.sources.iter_mut().zip(inferred) {
        source.inferred_owner = owner;
    }
    if scanned.everything {
        let message = "a pattern of the rules has no literal segment, so every file is analysed in full";
        findings.problems.push(Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, "", message));
    }
    findings.problems.extend(third_party::captured(&loader.project, &rules));
    findings.problems.extend(dead::entries(&mut loader, &rules, &symbols, &scanned));
    findings.problems.extend(loader.project.layouts.rust.problems.iter().cloned());
    findings.problems.sort();
    findings.problems.dedup();
    findings
}

/// Where the modules of a tree are, under these rules.
#[must_use]
pub fn layouts(tree: &Tree, texts: &dyn Texts, rules: &RuleSet) -> Layouts {
    Layouts { python: python_layout(tree, texts, rules), rust: RustLayout::new(tree, texts) }
}

/// Whether a file is test code by its place or by the rules file.
#[must_use]
pub fn is_test_path(path: &str, rules: &RuleSet) -> bool {
    collect::test_path(path) || rules.tests.iter().any(|glob| glob.matches(path))
}

fn python_layout(tree: &Tree, texts: &dyn Texts, rules: &RuleSet) -> PythonLayout {
    let roots =
        rules.python_roots.as_ref().map(|roots| roots.iter().map(|root| root.value.clone()).collect::<Vec<_>>());
    let mut layout = PythonLayout::new(tree, roots.as_deref());
    layout.set_third_party(third_party::names(tree, texts, &layout, rules));
    layout
}

/// The rules with every source's owners and canonical symbols filled in, and what was inferred for each source.
fn with_owners(loader: &mut Loader<'_>, rules: &RuleSet) -> (Arc<RuleSet>, Vec<Option<InferredOwner>>) {
    let mut rules = rules.clone();
    owners::complete(loader, &mut rules);
    if rules.sources.iter().all(|source| source.canonical_declared || source.owners_declared) {
        let none = vec![None; rules.sources.len()];
        return (Arc::new(rules), none);
    }
    // Tests say nothing of who owns a source; reading them would cost most of the time and memory.
    let files = loader.project.tree.files().iter();
    loader.left_out = files.map(|file| collect::is_test(loader, &rules, file.id)).collect();
    let inferred: Vec<Option<InferredOwner>> =
        (0..rules.sources.len()).map(|source| infer::owner(loader, &rules, source)).collect();
    loader.left_out.clear();
    loader.forget();
    for (source, owner) in inferred.iter().enumerate() {
        if let Some(owner) = owner {
            owners::declare(loader, &mut rules, source, owner.file);
        }
    }
    (Arc::new(rules), inferred)
}
