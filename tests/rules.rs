//! The rules file: packs and merging.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use ssot::rule::load_pack;
use ssot::rule::pack::PACKS;
use support::{load_files, rendered};

#[test]
fn every_pack_loads_without_a_problem() {
    for pack in PACKS {
        let (rules, problems) = load_pack(pack);
        assert_eq!(rendered(&problems), "", "pack {}", pack.name);
        assert!(!rules.rules.is_empty());
    }
}

#[test]
fn every_rule_of_a_pack_is_documented_with_whole_files() {
    for rule in PACKS.iter().map(|pack| load_pack(pack).0).flat_map(|rules| [rules.rules, rules.disabled]).flatten() {
        assert!(rule.reason.is_some() && rule.docs.is_some(), "{}", rule.id);
        let in_tests = rule.severity_in_tests.map(|severity| severity.name());
        assert!(matches!(in_tests, Some("note" | "off")), "{}", rule.id);
        assert!(!rule.examples_bad.is_empty() && !rule.examples_good.is_empty(), "{}", rule.id);
        for code in rule.examples_bad.iter().chain(&rule.examples_good) {
            let code = &code.value;
            let parses = ruff_python_parser::parse_module(code).is_ok() || syn::parse_file(code).is_ok();
            assert!(parses, "{}: {code}", rule.id);
        }
    }
}

#[test]
fn every_name_that_a_pack_bans_is_banned_once() {
    for rule in PACKS.iter().map(|pack| load_pack(pack).0).flat_map(|rules| [rules.rules, rules.disabled]).flatten() {
        let mut names = texts(&rule.ban);
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{}", rule.id);
    }
}

#[test]
fn the_policy_of_a_project_loads_without_a_problem() {
    let (rules, problems) = load_files(&[("ssot.toml", include_str!("rules/project.toml"))]);
    assert_eq!(rendered(&problems), "");
    // Of the pack one is off; the project adds two.
    assert_eq!(rules.rules.len(), load_pack(&PACKS[0]).0.rules.len() + 1);
}

const BASE: &str = r#"
[[source]]
id = "cache"
title = "Cache"
canonical = ["base.client"]

[[rule]]
id = "raw"
source = "cache"
kind = "construct"
ban = ["redis.Redis"]
severity = "warning"
weight = 2
reason = "from the base"
allow-in = [{ path = "base.py", reason = "base" }]
rename = { a = "b" }
examples = { bad = ["import a"] }

[[component]]
id = "web"
paths = ["web/**"]

[gate]
fail-under = 50
no-new = true
max-violations = { error = 1, warning = 2 }
"#;

fn texts(patterns: &[ssot::rule::SymbolPattern]) -> Vec<&str> {
    patterns.iter().map(|pattern| pattern.text.as_str()).collect()
}

#[test]
fn a_later_file_appends_to_lists_and_replaces_single_values() {
    let project = r#"
extends = ["base.toml"]

[[source]]
id = "cache"
owners = ["app/cache.py"]

[[rule]]
id = "raw"
ban = ["redis.asyncio.Redis"]
severity = "error"
allow-in = [{ path = "app.py", reason = "app" }]
rename = { a = "c", d = "e" }
examples = { bad = ["import b"], good = ["import c"] }

[[rule]]
id = "own"
source = "cache"
kind = "import"
ban = ["old"]

[[component]]
id = "web"
paths = ["sites/**"]

[gate]
fail-under = 60.25
max-violations = { warning = 3 }
"#;
    let (rules, problems) = load_files(&[("ssot.toml", project), ("base.toml", BASE)]);
    assert_eq!(rendered(&problems), "");
    let source = &rules.sources[0];
    assert_eq!((rules.sources.len(), source.title.as_str()), (1, "Cache"));
    assert_eq!(texts(&source.canonical), ["base.client"]);
    assert!(source.canonical_declared && source.owners_declared);
    assert_eq!(source.owners[0].text, "app/cache.py");

    assert_eq!(rules.rules.iter().map(|rule| &*rule.id).collect::<Vec<_>>(), ["raw", "own"]);
    let raw = &rules.rules[0];
    assert_eq!(texts(&raw.ban), ["redis.Redis", "redis.asyncio.Redis"]);
    assert_eq!((raw.severity.name(), raw.weight), ("error", 2000));
    assert_eq!(raw.reason.as_deref(), Some("from the base"));
    assert_eq!(raw.allow_in.iter().map(|e| e.path.text.as_str()).collect::<Vec<_>>(), ["base.py", "app.py"]);
    assert_eq!(raw.rename.iter().map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>(), ["ac", "de"]);
    assert_eq!((raw.examples_bad.len(), raw.examples_good.len()), (2, 1));
    assert_eq!(raw.origin.place(), "base.toml:8");
    assert_eq!(raw.ban[1].origin.place(), "ssot.toml:10");

    assert_eq!(rules.components[0].paths.len(), 2);
    let gate = &rules.gate;
    assert_eq!((gate.fail_under, gate.no_new), (Some(6025), Some(true)));
    assert_eq!((gate.max_errors, gate.max_warnings, gate.max_notes), (Some(1), Some(3), None));
    assert_eq!(gate.origins["fail-under"].place(), "ssot.toml:27");
    assert_eq!(gate.origins["max-violations.error"].place(), "base.toml:26");
    assert_eq!(rules.files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["base.toml", "ssot.toml"]);
}

#[test]
fn a_rule_is_switched_off_by_enabled_or_severity_and_kept() {
    for line in ["enabled = false", "severity = \"off\""] {
        let project = format!("extends = [\"base.toml\"]\n[[rule]]\nid = \"raw\"\n{line}\n");
        let (rules, problems) = load_files(&[("ssot.toml", &project), ("base.toml", BASE)]);
        assert_eq!(rendered(&problems), "");
        assert!(rules.rules.is_empty(), "{line}");
        assert_eq!(&*rules.disabled[0].id, "raw");
    }
    let back = "extends = [\"off.toml\"]\n[[rule]]\nid = \"raw\"\nenabled = true\n";
    let off = "extends = [\"base.toml\"]\n[[rule]]\nid = \"raw\"\nenabled = false\n";
    let (rules, _) = load_files(&[("ssot.toml", back), ("off.toml", off), ("base.toml", BASE)]);
    assert_eq!(rules.rules.len(), 1);
}

#[test]
fn a_file_that_is_reached_twice_counts_once() {
    let left = "extends = [\"base.toml\"]\n";
    let (rules, problems) = load_files(&[
        ("ssot.toml", "extends = [\"left.toml\", \"right.toml\", \"base.toml\"]\n"),
        ("left.toml", left),
        ("right.toml", left),
        ("base.toml", BASE),
    ]);
    assert_eq!(rendered(&problems), "");
    assert_eq!(texts(&rules.rules[0].ban), ["redis.Redis"]);
    assert_eq!(rules.files.len(), 4);
}

#[test]
fn an_empty_list_is_a_declaration() {
    let declared = "[[source]]\nid = \"a\"\ncanonical = []\n";
    let (rules, _) = load_files(&[("ssot.toml", declared)]);
    assert!(rules.sources[0].canonical_declared);
    assert!(!rules.sources[0].owners_declared);
}

#[test]
fn a_bare_name_is_python_unless_the_rule_or_the_other_path_says_rust() {
    let (rules, problems) = load_files(&[("ssot.toml", include_str!("rules/project.toml"))]);
    assert_eq!(rendered(&problems), "");
    let rust = rules.rules.iter().find(|rule| &*rule.id == "rust-crate").unwrap();
    assert_eq!(rust.ban[0].language, ssot::lang::RUST);
    assert_eq!(rust.use_instead.for_language(ssot::lang::RUST), Some("infra"));
    let retired = rules.disabled.iter().find(|rule| &*rule.id == "redis-retired-library").unwrap();
    assert_eq!(retired.ban[0].language, ssot::lang::PYTHON);
    let alias = rules.aliases.last().unwrap();
    assert_eq!((alias.path.language, alias.is.language), (ssot::lang::RUST, ssot::lang::RUST));
    let roots: Vec<_> = rules.roots[&ssot::lang::PYTHON].iter().map(|root| root.value.as_str()).collect();
    assert_eq!(roots, [".", "services/auth"]);
    assert_eq!(rules.gate_profiles["release"].fail_under, Some(9900));
    assert_eq!(rules.gate.fail_under, Some(9550));
    let raw = &rules.rules[0];
    assert_eq!((raw.weight, &*raw.id), (1125, "redis-raw-client"));
}

#[test]
fn rules_are_chosen_by_id_and_wildcard() {
    let all = load_pack(&PACKS[0]).0.rules.len();
    let ids = |select: &[&str], ignore: &[&str]| {
        let mut rules = load_pack(&PACKS[0]).0;
        let owned = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        let chosen = rules.select(&owned(select), &owned(ignore));
        assert_eq!(rules.rules.len() + rules.disabled.len(), all);
        chosen.map(|()| rules.rules.iter().map(|rule| rule.id.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(ids(&[], &[]).unwrap().len(), all);
    assert_eq!(ids(&["redis-raw-client"], &[]).unwrap(), ["redis-raw-client"]);
    assert_eq!(ids(&["redis-r*"], &["*-library"]).unwrap(), ["redis-raw-client"]);
    assert_eq!(ids(&[], &["unused-suppression"]).unwrap().len(), all);
    let problems = ids(&["redis-raw-clint"], &["x*"]).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].message, "--select redis-raw-clint: there is no such rule");
    assert!(problems[0].help.as_ref().unwrap().starts_with("did you mean `redis-raw-client`?"));
}

#[test]
fn a_rule_that_is_off_cannot_be_selected_but_ignored() {
    let project = "extends = [\"redis\"]\n[[rule]]\nid = \"redis-raw-client\"\nenabled = false\n";
    let name = ["redis-raw-client".to_owned()];
    let mut rules = load_files(&[("ssot.toml", project)]).0;
    assert_eq!(rules.select(&[], &name), Ok(()));
    let problems = rules.select(&name, &[]).unwrap_err();
    assert_eq!(problems[0].message, "--select redis-raw-client: that rule is switched off");
}
