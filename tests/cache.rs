//! Kept results change nothing: after every edit a run that reuses those of the run before gives what one without gives.
//!
//! `SSOT_EDITS=500` makes so many random sequences of edits instead of the few of the normal run; `SSOT_SEED=7` makes that
//! one alone.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment")]

mod pages;

use pages::memory::{self, Memory};
use pages::page::{PageFile, Scenario};
use ssot::analysis::{AnalysisOptions, analyse};
use ssot::cache::{Fingerprint, Keeper, State};
use ssot::rule::RuleSet;
use ssot::tree::Tree;

/// The state between two runs, as it stands on disk.
#[derive(Default)]
struct Disk(Option<Vec<u8>>);

impl Disk {
    /// Runs with what is kept and without; gives both results, and whether there was something kept.
    fn run(&mut self, tree: &Tree, texts: &Memory, rules: &RuleSet) -> (String, String) {
        let old = self.0.take().map(|bytes| State::from_bytes(&bytes).unwrap());
        let keeper = Keeper::new(old.clone(), Fingerprint::of("the same rules"), 0);
        let options = AnalysisOptions { keeper: Some(&keeper), ..AnalysisOptions::default() };
        let warm = analyse(tree, texts, rules, &options).described();
        // Where nothing changed there is nothing new to keep.
        self.0 = keeper.into_state().or(old).map(|state| state.to_bytes());
        (warm, analyse(tree, texts, rules, &AnalysisOptions::default()).described())
    }
}

/// The first lines in which two results differ, if they do: what was kept gave the first.
fn difference<'t>(warm: &'t str, cold: &'t str) -> Option<(&'t str, &'t str)> {
    let mut lines = warm.lines().zip(cold.lines()).filter(|(one, other)| one != other);
    lines.next().or_else(|| (warm != cold).then_some(("the lengths", "differ")))
}

fn copy(files: &[PageFile]) -> Vec<PageFile> {
    let copy = |file: &PageFile| PageFile { path: file.path.clone(), text: file.text.clone(), page_line: 0 };
    files.iter().map(copy).collect()
}

/// The files with one of them changed, in several ways.
fn edits(files: &[PageFile], at: usize) -> Vec<(&'static str, Vec<PageFile>)> {
    let with = |text: String| {
        let mut files = copy(files);
        files[at].text = text;
        files
    };
    let text = &files[at].text;
    let lines: Vec<&str> = text.lines().collect();
    let sign = if files[at].path.ends_with(".rs") { "//" } else { "#" };
    let mut removed = copy(files);
    removed.remove(at);
    let mut renamed = copy(files);
    let (stem, extension) = renamed[at].path.rsplit_once('.').unwrap();
    renamed[at].path = format!("{stem}_moved.{extension}");
    vec![
        ("a line more at its head", with(format!("{sign} a comment\n{text}"))),
        ("only its first half", with(lines[..lines.len() / 2].join("\n") + "\n")),
        ("removed", removed),
        ("renamed", renamed),
    ]
}

#[test]
fn every_fixture_gives_the_same_after_every_edit() {
    let mut compared = 0;
    for page in ["python", "packs", "rust"].into_iter().flat_map(pages::pages) {
        for scenario in &page.scenarios {
            compared += edited(&page.name, scenario);
        }
    }
    assert!(compared > 4_000, "only {compared} runs were compared");
}

fn edited(page: &str, scenario: &Scenario) -> usize {
    let (rules, _) = pages::rules(&scenario.rules);
    let mut disk = Disk::default();
    let mut compared = 0;
    let mut check = |what: &str, files: &[PageFile]| {
        let (tree, texts) = memory::tree(files);
        let (warm, cold) = disk.run(&tree, &texts, &rules);
        let difference = difference(&warm, &cold);
        assert!(difference.is_none(), "{page}:{}: {what}: {difference:?}", scenario.page_line);
        compared += 1;
    };
    check("cold", &scenario.files);
    check("nothing changed", &scenario.files);
    for at in 0..scenario.files.len() {
        for (what, files) in edits(&scenario.files, at) {
            check(&format!("{}: {what}", scenario.files[at].path), &files);
        }
        check("as at first", &scenario.files);
    }
    compared
}
