//! Runs the literate pages under `fixtures/`: every expectation must be met and nothing else be reported.
//!
//! `SSOT_PAGE=score` runs the pages whose name contains `score`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment")]

mod pages;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pages::compare::{Outcome, compare};
use pages::page::{Page, Scenario};
use ssot::analysis::{AnalysisOptions, analyse};
use ssot::findings::Findings;

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
    let exhaustive = analyse(&tree, &texts, &rules, &AnalysisOptions { exhaustive: true, last: false });
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
