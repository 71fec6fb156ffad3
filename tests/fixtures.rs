//! Runs the literate pages under `fixtures/`: every expectation must be met and nothing else be reported.

mod support;

use std::fmt::Write as _;

use support::page::Page;

fn expectations(pages: &[Page]) -> usize {
    pages.iter().flat_map(|page| &page.scenarios).map(|scenario| scenario.expected.count()).sum()
}

#[test]
fn python_pages_make_enough_statements() {
    let pages = support::pages("python");
    let scenarios: usize = pages.iter().map(|page| page.scenarios.len()).sum();
    let mut text = String::new();
    writeln!(text, "python: {} pages, {scenarios} scenarios, {} expectations", pages.len(), expectations(&pages))
        .unwrap();
    println!("{text}");
    assert!(expectations(&pages) >= 40);
}
