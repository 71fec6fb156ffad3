//! Runs the literate pages under `fixtures/`: every expectation must be met and nothing else be reported.
//!
//! `SSOT_PAGE=score` runs the pages whose name contains `score`.
#![allow(clippy::disallowed_methods, reason = "tests read the environment")]

mod support;

use support::page::Page;

/// The pages make at least so many statements; whoever deletes some sees it here.
const LEAST_PYTHON: usize = 450;

#[test]
fn the_rules_of_every_page_are_valid() {
    for page in support::pages("python") {
        for scenario in &page.scenarios {
            let (_, problems) = support::rules(&scenario.rules);
            assert!(problems.is_empty(), "{}:{}: {problems:#?}", page.name, scenario.page_line);
        }
    }
}

fn expectations(pages: &[Page]) -> usize {
    pages.iter().flat_map(|page| &page.scenarios).map(|scenario| scenario.expected.count()).sum()
}

#[test]
fn the_python_pages_make_enough_statements() {
    let pages = support::pages("python");
    let scenarios: usize = pages.iter().map(|page| page.scenarios.len()).sum();
    println!("python: {} pages, {scenarios} scenarios, {} expectations", pages.len(), expectations(&pages));
    assert!(expectations(&pages) >= LEAST_PYTHON);
}
