//! The examples of the packs, run: every `bad` one breaks exactly its rule, every `good` one none of them.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod pages;

use std::collections::BTreeSet;

use pages::memory;
use pages::page::PageFile;
use ssot::analysis::{AnalysisOptions, analyse};
use ssot::rule::load::{RulesText, load};
use ssot::rule::pack::{PACKS, Pack};
use ssot::rule::{Rule, RuleSet, load_pack};

#[test]
fn examples_in_both_languages_do_as_they_say() {
    let mut languages = BTreeSet::new();
    for pack in PACKS {
        let rules = without_owners(pack);
        for rule in &rules.rules {
            let rules = without_optional_rules(&rules, pack, rule);
            for code in rule.examples_bad.iter().map(|code| &code.value) {
                languages.insert(language(code));
                assert_eq!(broken(&rules, code), BTreeSet::from([rule.id.to_string()]), "{}", described(rule, code));
            }
            for code in rule.examples_good.iter().map(|code| &code.value) {
                assert_eq!(broken(&rules, code), BTreeSet::new(), "{}", described(rule, code));
            }
        }
    }
    assert_eq!(languages, BTreeSet::from(["py", "rs"]));
}

/// The form that `.ci/pack-versions` reads.
#[test]
fn each_pack_names_the_releases_it_was_read_against() {
    for pack in PACKS {
        let mut libraries = BTreeSet::new();
        for line in pack.text.lines().filter(|line| line.contains("read against")) {
            let read = line.strip_prefix("# read against: ").and_then(|it| it.split_once(' '));
            let (library, releases) = read.unwrap_or_else(|| panic!("{}: {line}", pack.name));
            let index = ["(PyPI)", "(crates.io)"].into_iter().find_map(|it| releases.strip_suffix(it));
            assert!(index.is_some_and(|it| it.ends_with(' ')), "{}: {line}", pack.name);
            assert!(
                libraries.insert((library, releases.ends_with("(PyPI)"))),
                "{}: {library} is named twice",
                pack.name
            );
        }
        assert!(!libraries.is_empty(), "{}", pack.name);
    }
}

/// A pack in a project that declares that nothing is an owner: of a single file, that file would be inferred.
fn without_owners(pack: &Pack) -> RuleSet {
    let mut text = format!("extends = [\"{}\"]\n", pack.name);
    let packed = load_pack(pack).0;
    for source in packed.sources {
        text += &format!("[[source]]\nid = \"{}\"\ncanonical = []\nowners = []\n", source.id);
    }
    for rule in packed.disabled {
        text += &format!("[[rule]]\nid = \"{}\"\nenabled = true\n", rule.id);
    }
    let file = RulesText { name: "ssot.toml".into(), text: text.into(), pack: false };
    let (rules, problems) = load(file, &|_, _| Ok(pack.rules_text()));
    assert!(problems.is_empty(), "{problems:#?}");
    rules
}

/// The rules without those, but this one, that the pack leaves to the project to switch on.
fn without_optional_rules(rules: &RuleSet, pack: &Pack, but: &Rule) -> RuleSet {
    let optional: BTreeSet<_> = load_pack(pack).0.disabled.into_iter().map(|rule| rule.id).collect();
    let mut rules = rules.clone();
    rules.rules.retain(|rule| rule.id == but.id || !optional.contains(&rule.id));
    rules
}

/// The rules that a file of this text breaks.
fn broken(rules: &RuleSet, code: &str) -> BTreeSet<String> {
    let path = format!("example.{}", language(code));
    let (tree, texts) = memory::tree(&[PageFile { path, text: code.to_owned(), page_line: 0 }]);
    let findings = analyse(&tree, &texts, rules, &AnalysisOptions::default());
    findings.violations.iter().map(|violation| violation.rule.to_string()).collect()
}

/// No example is valid in both languages.
fn language(code: &str) -> &'static str {
    if ruff_python_parser::parse_module(code).is_ok() { "py" } else { "rs" }
}

fn described(rule: &Rule, code: &str) -> String {
    format!("{}:\n{code}", rule.id)
}
