//! What is told about rules: the schema, explanations, the effective configuration, the first rules file.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use ssot::rule::explain;
use ssot::rule::pack::{DEFAULT, PACKS};
use ssot::rule::schema::{schema, schema_text};
use ssot::rule::{RuleSet, load_pack};
use support::{load_files, problems_of, rendered};

const PROJECT: &str = include_str!("rules/project.toml");

/// The schema of a table: references are followed, lists and maps are entered.
fn table_of(root: &Value, value: &Value) -> Value {
    if let Some(name) = value.get("$ref").and_then(Value::as_str) {
        return table_of(root, &root["$defs"][name.rsplit('/').next().unwrap()]);
    }
    let inner = [value.get("items"), value.get("additionalProperties"), value.pointer("/anyOf/1")];
    match inner.into_iter().flatten().find(|inner| inner.is_object()) {
        Some(inner) if value.get("properties").is_none() => table_of(root, inner),
        _ => value.clone(),
    }
}

fn schema_at(path: &[&str]) -> Value {
    let root = schema();
    let mut at = root.clone();
    for key in path {
        at = table_of(&root, &at["properties"][key]);
    }
    at
}

/// The words in back quotes after "expected one of".
fn expected(problems: &str) -> BTreeSet<String> {
    let list = problems.split("expected one of ").nth(1).unwrap_or_else(|| panic!("{problems}"));
    let list = list.lines().next().unwrap_or_default();
    list.split(", ").map(|word| word.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_schema_has_the_keys_that_reading_knows() {
    let tables: [(&[&str], &str); 14] = [
        (&[], "zzzzzzzz = 1\n"),
        (&["python"], "[python]\nzzzzzzzz = 1\n"),
        (&["gate"], "[gate]\nzzzzzzzz = 1\n"),
        (&["gate", "profile"], "[gate.profile.a]\nzzzzzzzz = 1\n"),
        (&["gate", "max-violations"], "[gate.max-violations]\nzzzzzzzz = 1\n"),
        (&["source"], "[[source]]\nid = \"a\"\nzzzzzzzz = 1\n"),
        (&["rule"], "[[rule]]\nzzzzzzzz = 1\n"),
        (&["rule", "use-instead"], "[[rule]]\nuse-instead.zzzzzzzz = 1\n"),
        (&["rule", "allow-in"], "[[rule]]\nallow-in = [{ zzzzzzzz = 1 }]\n"),
        (&["rule", "examples"], "[[rule]]\nexamples.zzzzzzzz = 1\n"),
        (&["alias"], "[[alias]]\nzzzzzzzz = 1\n"),
        (&["component"], "[[component]]\nzzzzzzzz = 1\n"),
        (&["criterion"], "[[criterion]]\nzzzzzzzz = 1\n"),
        (&["phase"], "[[phase]]\nzzzzzzzz = 1\n"),
    ];
    for (path, toml) in tables {
        let problems: Vec<_> = load_files(&[("ssot.toml", toml)]).1;
        let unknown = problems.iter().find(|problem| problem.message.contains("zzzzzzzz")).unwrap();
        let known = expected(unknown.help.as_deref().unwrap());
        let in_schema = schema_at(path);
        let keys: BTreeSet<String> = in_schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, known, "{path:?}");
        assert_eq!(in_schema["additionalProperties"], Value::Bool(false), "{path:?}");
    }
}

#[test]
fn the_schema_has_the_words_that_reading_knows() {
    for key in ["kind", "severity", "severity-in-tests", "language", "inline-ignore", "policy"] {
        let known = expected(&problems_of(&format!("[[rule]]\nid = \"a\"\nsource = \"b\"\n{key} = \"zzzzzzzz\"\n")));
        let choice = schema_at(&["rule", key]);
        let words = choice["oneOf"].as_array().unwrap().iter().map(|one| one["const"].as_str().unwrap().to_owned());
        assert_eq!(words.collect::<BTreeSet<_>>(), known, "{key}");
    }
}

#[test]
fn valid_files_are_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let valid = |text: &str| {
        let file = serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap();
        validator.iter_errors(&file).map(|error| error.to_string()).collect::<Vec<_>>()
    };
    let mut texts: Vec<&str> = PACKS.iter().map(|pack| pack.text).collect();
    let init = explain::init_text(&["redis"], None);
    texts.extend([PROJECT, &init]);
    for text in texts {
        assert_eq!(valid(text), [""; 0], "{text}");
    }
    for text in
        ["zzz = 1", "[[rule]]\nkind = \"import\"", "[[rule]]\nid = \"a\"\nkind = \"zzz\"", "[gate]\nfail-under = 101"]
    {
        assert_ne!(valid(text), [""; 0], "{text}");
    }
}

/// Set `SSOT_UPDATE=1` to write the file anew.
#[test]
fn the_schema_file_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ssot.schema.json");
    #[allow(clippy::disallowed_methods, reason = "a test compares a file of the repository")]
    let (update, written) = (std::env::var("SSOT_UPDATE").is_ok(), std::fs::read_to_string(path).unwrap_or_default());
    if update {
        #[allow(clippy::disallowed_methods, reason = "on request the test writes the file")]
        std::fs::write(path, schema_text()).unwrap();
    } else {
        assert_eq!(written, schema_text(), "run the test once with SSOT_UPDATE=1");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let (rules, _) = load_files(&[("ssot.toml", PROJECT)]);
    let mut text = explain::rules_text(&rules);
    text.push_str("\n---\n");
    text.push_str(&explain::packs_text());
    for id in ["redis-deprecated-name", "redis-url", "rust-crate", "bad-suppression"] {
        text.push_str("\n---\n");
        text.push_str(&explain::rule_text(&rules, Some(id)).unwrap());
    }
    insta::assert_snapshot!("explained", text);
    let all = explain::rule_text(&rules, None).unwrap();
    for rule in rules.rules.iter().chain(&rules.disabled) {
        assert!(all.contains(&*rule.id));
    }
}

#[test]
fn an_unknown_rule_is_told_the_nearest() {
    let (rules, _) = load_files(&[("ssot.toml", PROJECT)]);
    let problem = explain::rule_text(&rules, Some("redis-urls")).unwrap_err();
    assert_eq!(problem.message, "there is no rule `redis-urls`");
    assert_eq!(problem.help.as_deref(), Some("did you mean `redis-url`? `ssot rules` lists them"));
    assert!(explain::rule_as_json(&rules, "nothing").is_err());
}

#[test]
fn rules_as_json_have_everything_that_is_known() {
    let (rules, _) = load_files(&[("ssot.toml", PROJECT)]);
    insta::assert_snapshot!("rule_json", format!("{:#}", explain::rule_as_json(&rules, "redis-url").unwrap()));
    let listed = explain::rules_json(&rules);
    assert_eq!(listed["rules"].as_array().unwrap().len(), rules.rules.len() + rules.disabled.len());
    assert_eq!(listed["rules"][0]["weight"], 1.125);
    assert_eq!(listed["rules"][0]["allow_in"][0]["reason"], "the shim itself");
    assert_eq!(explain::packs_json()["packs"][0]["name"], "redis");
}

#[test]
fn the_effective_configuration_names_the_place_of_each_value() {
    let own: String = PROJECT.lines().skip(1).map(|line| format!("{line}\n")).collect();
    let base = "[[source]]\nid = \"redis\"\ntitle = \"Redis\"\n\n[[rule]]\nid = \"redis-raw-client\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"a\"]\n\n[[rule]]\nid = \"redis-retired-library\"\nsource = \"redis\"\nkind = \"import\"\nban = [\"b\"]\nexamples = { bad = [\"\"\"\nimport b\n\"\"\"] }\n";
    let project = format!("extends = [\"base.toml\"]\n{own}");
    let (rules, problems) = load_files(&[("ssot.toml", &project), ("base.toml", base)]);
    assert_eq!(rendered(&problems), "");
    let text = explain::config_text(&rules);
    insta::assert_snapshot!("config", text);

    // What is shown means the same: it loads, and shows the same values.
    let (again, problems) = load_files(&[("ssot.toml", &text), ("base.toml", "")]);
    assert_eq!(rendered(&problems), "");
    let values = |text: &str| toml::from_str::<toml::Value>(text).unwrap();
    assert_eq!(values(&text), values(&explain::config_text(&again)));
    let known = |rules: &RuleSet| {
        let mut known = explain::rules_json(rules);
        known["rules"].as_array_mut().unwrap().iter_mut().for_each(|rule| rule["origin"] = Value::Null);
        known["rules"].clone()
    };
    assert_eq!(known(&rules), known(&again), "the defaults that are shown are those that apply");
}

#[test]
fn the_first_rules_file_loads_without_a_problem() {
    let declaration = "[[source]]\nid = \"redis\"\ncanonical = [\"app.cache.client\"]\nowners = [\"app/cache.py\"]\n";
    let texts = [explain::init_text(&["redis"], None), explain::init_text(&["redis"], Some(declaration))];
    for text in &texts {
        let (rules, problems) = load_files(&[("ssot.toml", text)]);
        assert_eq!(rendered(&problems), "");
        assert_eq!(rules.rules.len(), load_pack(DEFAULT).0.rules.len());
        // What stands there as a comment is valid too.
        let open: String = text
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|l| toml_line(l)).unwrap_or(line))
            .map(|l| format!("{l}\n"))
            .collect();
        let (rules, problems) = load_files(&[("ssot.toml", &open)]);
        assert_eq!(rendered(&problems), "", "{open}");
        let of_pack = load_pack(DEFAULT).0.rules.len();
        assert_eq!((rules.rules.len(), rules.disabled.len(), rules.exclude.len()), (of_pack, 1, 1));
    }
    let owned = load_files(&[("ssot.toml", &texts[1])]).0;
    assert_eq!(owned.sources[0].owners[0].text, "app/cache.py");
    insta::assert_snapshot!("init", texts[1]);
}

fn toml_line(line: &str) -> bool {
    line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
}
