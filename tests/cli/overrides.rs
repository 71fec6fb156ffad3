//! `[[rule.override]]`: severities of a rule in some files.

use serde_json::Value;

use crate::support::{Run, Tree};

const RULES: &str = "\
[gate]
max-violations = { error = 1, warning = 1 }

[[source]]
id = \"mail\"
owners = []

[[rule]]
id = \"no-smtp\"
source = \"mail\"
kind = \"construct\"
ban = [\"smtplib.SMTP\"]
severity-in-tests = \"note\"

[[rule.override]]
paths = [\"old/**\"]
severity = \"note\"
reason = \"goes with the move to the queue\"

[[rule.override]]
paths = [\"old/kept/**\", \"tools/**\"]
severity = \"warning\"
severity-in-tests = \"warning\"
reason = \"stays\"

[[rule]]
id = \"no-sleep\"
source = \"mail\"
kind = \"construct\"
ban = [\"time.sleep\"]
severity = \"off\"

[[rule.override]]
paths = [\"new/**\"]
severity = \"error\"
reason = \"new code alone\"
";

const CODE: &str = "import smtplib, time\nsmtplib.SMTP('h')\ntime.sleep(1)\n";

fn project() -> Tree {
    let places =
        ["old/a.py", "old/kept/a.py", "old/tests/a.py", "tools/tests/a.py", "new/a.py", "a.py"].map(|it| (it, CODE));
    Tree::new(&[&places[..], &[("ssot.toml", RULES)]].concat())
}

fn found(run: &Run) -> Vec<String> {
    let json = run.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |it: &Value| format!("{} {} {}", text(&it["path"]), text(&it["severity"]), text(&it["rule"]));
    json["violations"].as_array().map(|all| all.iter().map(line).collect()).unwrap_or_default()
}

#[test]
fn the_last_override_that_names_a_file_sets_its_severity() {
    let run = project().run(&["check", "--format", "json"]).exits(1);
    let expected = [
        "a.py error no-smtp",
        "new/a.py error no-smtp",
        "new/a.py error no-sleep",
        "old/a.py note no-smtp",
        "old/kept/a.py warning no-smtp",
        "old/tests/a.py note no-smtp",
        "tools/tests/a.py warning no-smtp",
    ];
    assert_eq!(found(&run), expected);
    let json = run.json();
    assert_eq!(json["score"]["debt"], 8, "the severity of a place decides its points");
    let conditions = json["gate"]["conditions"].as_array().cloned().unwrap_or_default();
    let values: Vec<&Value> = conditions.iter().map(|it| &it["value"]).collect();
    assert_eq!(values, [3, 2], "the gate counts what is reported: {conditions:?}");
    assert_eq!(json["problems"], serde_json::json!([]));
}

#[test]
fn a_pattern_of_an_override_that_matches_nothing_is_said() {
    let tree = project();
    tree.write("ssot.toml", RULES.replace("new/**", "neu/**").as_bytes());
    let json = tree.run(&["check", "--format", "json"]).json();
    assert_eq!(json["problems"][0]["message"], "`neu/**` matches no file");
}

#[test]
fn what_overrides_say_is_shown() {
    let tree = project();
    let shown = tree.run(&["rule", "no-smtp"]).exits(0).stdout;
    assert!(shown.contains("Severity  error, note in tests, others in some files\n"), "{shown}");
    assert!(shown.contains("    note in old/**: goes with the move to the queue (ssot.toml:15)\n"), "{shown}");
    let shown = tree.run(&["rules"]).exits(0).stdout;
    assert!(shown.contains("off, another in some files"), "{shown}");
    let json = tree.run(&["rule", "no-sleep", "--format", "json"]).exits(0).json();
    assert_eq!((&json["enabled"], &json["overrides"][0]["severity"]), (&true.into(), &"error".into()));
    let shown = tree.run(&["config", "--show"]).exits(0).stdout;
    assert!(shown.contains("[[rule.override]]\npaths = [\n  \"old/**\","), "{shown}");
    let shown = tree.run(&["explain", "old/a.py:2"]).exits(0).stdout;
    let why =
        "reported as note with confidence high; ssot.toml:15 says note in old/**: goes with the move to the queue";
    assert!(shown.contains(why), "{shown}");
    let shown = tree.run(&["explain", "old/a.py:3"]).exits(0).stdout;
    assert!(shown.contains("the rule has severity `off` in this file"), "{shown}");
}

#[test]
fn a_directory_of_its_own_adds_overrides_that_come_last() {
    let tree = project();
    tree.write("ssot.toml", format!("projects = [\"old\"]\n{RULES}").as_bytes());
    let own =
        "[[rule]]\nid = \"no-smtp\"\n[[rule.override]]\npaths = [\"a.py\"]\nseverity = \"error\"\nreason = \"hot\"\n";
    tree.write("old/ssot.toml", own.as_bytes());
    let all = found(&tree.run(&["check", "--format", "json"]).exits(1));
    assert!(all.contains(&"old/a.py error no-smtp".to_owned()), "{all:?}");
    assert!(all.contains(&"old/kept/a.py warning no-smtp".to_owned()), "{all:?}");
}

#[test]
fn an_override_that_hides_or_says_nothing_is_an_error() {
    let tree = project();
    let wrong = RULES
        .replace("severity = \"note\"\nreason", "severity = \"off\"\nreason")
        .replace("severity = \"warning\"\nseverity-in-tests = \"warning\"\nreason = \"stays\"\n", "");
    tree.write("ssot.toml", wrong.as_bytes());
    let run = tree.run(&["check"]).exits(2);
    let expected =
        ["`off` in an override hides what it covers", "`allow-in`", "this override changes nothing", "has no `reason`"];
    for expected in expected {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
}

#[test]
fn an_override_that_lowers_a_severity_is_a_change_of_the_rules() {
    let tree = project();
    tree.git(&["init", "-q"]);
    tree.write("ssot.toml", RULES.replace("\"old/**\"", "\"old/x/**\"").as_bytes());
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "-m", "first"]);
    tree.write("ssot.toml", RULES.as_bytes());
    tree.git(&["add", "-A"]);
    let json = tree.run(&["check", "--against", "HEAD", "--format", "json"]).json();
    let conditions = json["gate"]["conditions"].as_array().cloned().unwrap_or_default();
    let change = conditions.iter().find(|it| it["id"] == "rule-changes").cloned().unwrap_or_default();
    assert_eq!(change["value"], 1, "{conditions:?}");
}
