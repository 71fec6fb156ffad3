//! The rules file: packs, merging, and every error with its place.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ssot::problem::Problem;
use ssot::rule::pack::PACKS;
use ssot::rule::{RuleSet, RulesText, load, load_pack};

/// Loads `ssot.toml` out of some files that are there.
fn load_files(files: &[(&str, &str)]) -> (RuleSet, Vec<Problem>) {
    let texts: BTreeMap<&str, &str> = files.iter().copied().collect();
    let text_of = |name: &str| {
        let text = texts.get(name).ok_or_else(|| "no such file".to_owned())?;
        Ok(RulesText { name: name.into(), text: (*text).into(), pack: false })
    };
    let first = text_of(files[0].0).unwrap();
    load(first, &|_, path| text_of(path))
}

fn rendered(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let severity = format!("{:?}", problem.severity).to_lowercase();
        let caret = problem.excerpt.as_ref().map(|e| e.span.of(&e.text).lines().next().unwrap_or_default().to_owned());
        let (path, line, column, message) = (&problem.path, problem.line, problem.column, &problem.message);
        writeln!(text, "{path}:{line}:{column}: {severity}: {message}").unwrap();
        writeln!(text, "    at   {}", caret.unwrap_or_default()).unwrap();
        writeln!(text, "    help {}", problem.help.as_deref().unwrap_or("NONE")).unwrap();
    }
    text
}

/// The problems of a single `ssot.toml`.
fn problems_of(text: &str) -> String {
    rendered(&load_files(&[("ssot.toml", text)]).1)
}

#[test]
fn every_pack_loads_without_a_problem() {
    for pack in PACKS {
        let (rules, problems) = load_pack(pack);
        assert_eq!(rendered(&problems), "", "pack {}", pack.name);
        assert!(!rules.rules.is_empty());
    }
}

#[test]
fn the_policy_of_a_project_loads_without_a_problem() {
    let (rules, problems) = load_files(&[("ssot.toml", include_str!("rules/project.toml"))]);
    assert_eq!(rendered(&problems), "");
    assert_eq!(rules.rules.len(), 4);
}
