//! `ssot test`: examples that are wrong fail with their place, and the disguises of bans are tried.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::Tree;

const HEAD: &str = "[[source]]\nid = \"redis\"\ncanonical = [\"app.store.client\"]\nowners = [\"*.py\"]\n";

fn rules(rest: &str) -> Tree {
    Tree::new(&[("ssot.toml", &format!("{HEAD}{rest}"))])
}

/// A rule of kind construct with these keys ; the examples stand in line 12 of the file.
fn rule(examples: &str) -> String {
    format!(
        "\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis.Redis\", \"redis::Client::open\"]\n\
         [rule.examples]\n{examples}\n"
    )
}

#[test]
fn examples_that_do_as_they_say_pass_in_both_languages() {
    let examples = "bad = [\"import redis as r\\nr.Redis()\\n\", \"use redis::Client as C;\\nfn f() { C::open(); }\\n\"]\n\
                    good = [\"from app.store import client\\nclient.get()\\n\"]";
    let tree = rules(&rule(examples));
    let run = tree.run(&["test"]).exits(0);
    assert_eq!(run.stdout, "3 examples: all do as they say\n");
    let json = tree.run(&["test", "--format", "json"]).exits(0).json();
    assert_eq!((&json["passed"], &json["evasions"]), (&true.into(), &Value::Null));
    assert_eq!(json["examples"][1]["line"], 12);
}

#[test]
fn an_example_that_is_wrong_fails_with_its_place() {
    for (examples, words) in [
        ("bad = [\"import redis\\nredis.Other()\\n\"]", "this bad example of rule `raw` does not break it"),
        ("good = [\"\"\"\nimport redis\nredis.Redis()\n\"\"\"]", "this good example of rule `raw` breaks it in line 2"),
        ("bad = [\"def (:\\n\"]", "an example of rule `raw` cannot be parsed"),
    ] {
        let run = rules(&rule(examples)).run(&["test"]).exits(1);
        assert!(run.stdout.contains(words) && run.stdout.contains("--> ssot.toml:12:"), "{words}: {}", run.stdout);
        assert!(run.stdout.ends_with("1 example: 1 wrong\n"), "{}", run.stdout);
    }
    let path = "\n[[rule]]\nid = \"files\"\nsource = \"redis\"\nkind = \"path\"\nmust-not-exist = [\"a.py\"]\nexamples = { bad = [\"x\"] }\n";
    let run = rules(path).run(&["test"]).exits(1);
    assert!(run.stdout.contains("such a rule judges which files there are"), "{}", run.stdout);
}

#[test]
fn only_selected_rules_are_tried_and_bad_input_is_an_error() {
    let two = rule("bad = [\"x = 1\\n\"]") + &rule("bad = []").replace("\"raw\"", "\"none\"");
    let tree = rules(&two);
    tree.run(&["test"]).exits(1);
    assert_eq!(
        tree.run(&["test", "--ignore", "raw"]).exits(0).stdout,
        "0 examples: all do as they say; rule `none` has none\n"
    );
    assert!(tree.run(&["test", "--select", "rwa"]).exits(2).stderr.contains("did you mean `raw`"));
    tree.run(&["test", "--format", "sarif"]).exits(2);
}

/// For each disguise of a language whether it is caught in all bans.
fn caught(tree: &Tree, rule: &str, language: &str) -> BTreeMap<String, bool> {
    let json = tree.run(&["test", "--evasions", "--select", rule, "--format", "json"]).exits(0).json();
    let mut ways = BTreeMap::new();
    for way in json["evasions"].as_array().unwrap().iter().filter(|it| it["language"] == language) {
        let all = ways.entry(way["disguise"].as_str().unwrap().to_owned()).or_insert(true);
        *all &= way["caught"] == true;
    }
    ways
}

fn missed(ways: &BTreeMap<String, bool>) -> Vec<&str> {
    ways.iter().filter(|(_, caught)| !**caught).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn disguises_are_caught_but_for_those_that_reading_cannot_follow() {
    let kinds = |kind: &str, ban: &str| {
        format!("\n[[rule]]\nid = \"{kind}\"\nsource = \"redis\"\nkind = \"{kind}\"\nban = [{ban}]\n")
    };
    let tree = rules(
        &[
            kinds(
                "construct",
                "\"redis.Redis\", \"redis.Redis.from_url\", \"redis::Client::open\", \"app::old::make\"",
            ),
            kinds("import", "\"app.old\", \"aioredis\", \"**.managers.old\", \"oldcrate\", \"new::old\""),
            kinds("reference", "\"app.old.Thing\", \"print\", \"new::old::Thing\""),
            kinds("subclass", "\"redis.Redis\", \"redis::Commands\""),
        ]
        .concat(),
    );
    for (rule, expected) in [
        ("construct", ["computed getattr", "eval", "sys.modules", "vars"].as_slice()),
        ("reference", &["computed getattr", "eval", "sys.modules", "vars"]),
        ("subclass", &["computed getattr", "eval", "sys.modules", "vars"]),
        ("import", &["computed import_module", "exec"]),
    ] {
        let ways = caught(&tree, rule, "python");
        assert_eq!(missed(&ways), expected, "{rule}");
        assert!(ways.len() > 12, "{ways:?}");
        let ways = caught(&tree, rule, "rust");
        assert_eq!(missed(&ways), [""; 0], "{rule}");
        assert!(ways.len() > 6, "{ways:?}");
    }
    let ways = caught(&tree, "construct", "rust");
    for way in ["use as", "glob", "pub use", "type alias", "macro", "function value"] {
        assert!(ways.contains_key(way), "{way} in {ways:?}");
    }
    let text = tree.run(&["test", "--evasions", "--select", "construct"]).exits(0).stdout;
    assert!(text.contains("importlib.import_module") && text.contains("disguises: "), "{text}");
}

#[test]
fn a_disguise_that_hides_some_bans_names_them() {
    let tree = rules(
        "\n[[rule]]\nid = \"both\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"a::Kind\", \"a::Kind::new\"]\n",
    );
    let text = tree.run(&["test", "--evasions"]).exits(0).stdout;
    let row = text.lines().find(|line| line.contains("generic function")).unwrap();
    assert!(row.contains("no"), "{row}");
}
