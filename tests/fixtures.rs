//! Runs the literate pages under `fixtures/`: every expectation must be met and nothing else be reported.
//!
//! `SSOT_PAGE=score` runs the pages whose name contains `score`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment")]

mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use pages::compare::{Outcome, compare};
use pages::page::{Page, PageFile, Scenario};
use ssot::analysis::{AnalysisOptions, analyse};
use ssot::findings::Findings;
use ssot::lang::{Layouts, front_end};
use ssot::rule::RuleKind;
use ssot::rule::pack::PACKS;
use ssot::tree::{Texts, Tree, TreeFile};

/// The pages make at least so many statements; whoever deletes some sees it here.
const LEAST_PYTHON: usize = 550;
const LEAST_RUST: usize = 150;
const LEAST_PACKS: usize = 150;

#[test]
fn python() {
    run("python", LEAST_PYTHON);
}

#[test]
fn rust() {
    run("rust", LEAST_RUST);
}

#[test]
fn packs() {
    run("packs", LEAST_PACKS);
}

/// A kind without a page would be one whose meaning is written nowhere; a pack without one, rules that nobody saw fire.
#[test]
fn every_kind_and_every_pack_has_a_page() {
    let all: Vec<Page> = ["python", "rust", "packs"].into_iter().flat_map(pages::pages).collect();
    let has = |line: &str| all.iter().flat_map(|page| &page.scenarios).any(|it| it.rules.contains(line));
    for kind in RuleKind::ALL {
        let line = format!("kind = \"{}\"", kind.name());
        assert!(has(&line), "no scenario has a rule with `{line}`");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let stems = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let packs: BTreeSet<String> = PACKS.iter().map(|pack| pack.name.to_owned()).collect();
    assert_eq!(stems("rules"), packs, "the files of rules/ and the rows of PACKS");
    assert_eq!(stems("fixtures/packs"), packs, "the pages of fixtures/packs/ and the rows of PACKS");
}

#[test]
fn facts_of_a_file_depend_on_nothing_but_their_text() {
    let mut compared = 0;
    for page in ["python", "rust", "packs"].into_iter().flat_map(pages::pages) {
        for scenario in &page.scenarios {
            let (tree, texts) = pages::memory::tree(&scenario.files);
            let facts = alone(&tree, &texts, false);
            let place = format!("{}:{}", page.name, scenario.page_line);
            assert_eq!(facts, alone(&tree, &texts, true), "{place}: alone, in another order");
            let in_tree = together(&tree, &texts, false);
            assert_eq!(in_tree, together(&tree, &texts, true), "{place}: in the tree, in another order");
            let file = |file: &PageFile| PageFile { path: file.path.clone(), text: file.text.clone(), page_line: 0 };
            let mut more: Vec<PageFile> = scenario.files.iter().map(file).collect();
            // The last in path order, so that no file has another number.
            let text =
                "use redis as unrelated; macro_rules! of_nobody { () => { unrelated::Client::open(1) } }".to_owned();
            more.push(PageFile { path: "zzzz/unrelated.rs".to_owned(), text, page_line: 0 });
            let (larger, texts) = pages::memory::tree(&more);
            let mut in_larger = together(&larger, &texts, false);
            in_larger.remove("zzzz/unrelated.rs");
            assert_eq!(in_tree, in_larger, "{place}: in a larger tree with the same definitions of macros");
            let reads_others =
                |file: &PageFile| ["macro_rules", "include!"].iter().any(|word| file.text.contains(word));
            if !scenario.files.iter().any(reads_others) {
                assert_eq!(facts, in_tree, "{place}: alone and in the tree");
            }
            compared += facts.len();
        }
    }
    assert!(compared > 900, "only {compared} files were compared");
}

/// Extracts each file of a tree by itself.
fn alone(tree: &Tree, texts: &dyn Texts, backwards: bool) -> BTreeMap<String, String> {
    let facts = |file: &TreeFile| {
        format!("{:?}", front_end(file.language).extract(&file.path, &texts.read(&file.path).unwrap()))
    };
    each(tree, backwards, facts)
}

/// Extracts each file of a tree as part of it; the layout takes in the facts of those that were extracted before.
fn together(tree: &Tree, texts: &dyn Texts, backwards: bool) -> BTreeMap<String, String> {
    let mut layouts = Layouts::new(tree, texts, &|_| None);
    each(tree, backwards, |file| {
        let facts = layouts.extract(file, &texts.read(&file.path).unwrap());
        layouts.of_mut(file.language).learn(file.id, &facts);
        format!("{facts:?}")
    })
}

fn each(tree: &Tree, backwards: bool, mut facts: impl FnMut(&TreeFile) -> String) -> BTreeMap<String, String> {
    let mut files: Vec<&TreeFile> = tree.files().iter().collect();
    if backwards {
        files.reverse();
    }
    files.into_iter().map(|file| (file.path.to_string(), facts(file))).collect()
}

/// Runs all pages of a folder and reports all differences at once.
fn run(folder: &str, least: usize) {
    let wanted = std::env::var("SSOT_PAGE").unwrap_or_default();
    let pages = pages::pages(folder);
    let expectations = count(&pages);
    let mut failures = String::new();
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut todo = 0;
    for page in pages.iter().filter(|page| page.name.contains(&wanted)) {
        for scenario in &page.scenarios {
            let outcome = outcome(scenario);
            todo += outcome.todo.len();
            *failed.entry(&page.name).or_default() += outcome.failures.len();
            for (line, message) in &outcome.failures {
                writeln!(failures, "{}:{line}: ({}) {message}", page.name, scenario.title).unwrap();
            }
        }
    }
    let scenarios: usize = pages.iter().map(|page| page.scenarios.len()).sum();
    println!("{folder}: {} pages, {scenarios} scenarios, {expectations} expectations, {todo} known gaps", pages.len());
    assert!(failures.is_empty(), "{} differences\n{failures}", failed.values().sum::<usize>());
    assert!(expectations >= least, "only {expectations} expectations are left");
}

fn outcome(scenario: &Scenario) -> Outcome {
    let (rules, problems) = pages::rules(&scenario.rules);
    if !problems.is_empty() {
        let message = format!("the rules are not valid: {problems:#?}");
        return Outcome { failures: vec![(scenario.page_line, message)], todo: Vec::new() };
    }
    let (tree, texts) = pages::memory::tree(&scenario.files);
    let findings = analyse(&tree, &texts, &rules, &AnalysisOptions::default());
    let mut outcome = compare(scenario, &tree, &rules, &findings);
    let exhaustive =
        analyse(&tree, &texts, &rules, &AnalysisOptions { exhaustive: true, ..AnalysisOptions::default() });
    if shown(&findings) != shown(&exhaustive) {
        let message = format!(
            "selection changes the findings\nselected:   {}\nexhaustive: {}",
            shown(&findings),
            shown(&exhaustive)
        );
        outcome.failures.push((scenario.page_line, message));
    }
    outcome
}

/// Everything of the findings that a user can see.
fn shown(findings: &Findings) -> String {
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        findings.violations,
        findings.rivals,
        findings.exempted,
        findings.sources,
        findings.unresolved,
        findings.problems,
        findings.relevant,
        findings.not_parsed
    )
}

fn count(pages: &[Page]) -> usize {
    pages.iter().flat_map(|page| &page.scenarios).map(|scenario| scenario.expected.count()).sum()
}
