//! The kinds `implement`, `configure`, `define` and `path`, end to end.

use super::support::Tree;

const RULES: &str = "\
[[source]]
id = \"redis\"
title = \"Redis access\"
canonical = [\"app.core.manager\"]

[[rule]]
id = \"rivals\"
source = \"redis\"
kind = \"implement\"
names = [\"*Redis*\"]
wraps = [\"redis.Redis\"]
use-instead = \"app.core.manager\"

[[rule]]
id = \"settings\"
source = \"redis\"
kind = \"configure\"
env = [\"REDIS_*\"]
schemes = [\"redis\"]

[[rule]]
id = \"one\"
source = \"redis\"
kind = \"define\"
names = [\"*Manager\"]

[[rule]]
id = \"layout\"
source = \"redis\"
kind = \"path\"
must-exist = [\"app/missing.py\"]
must-not-exist = [\"app/old*.py\"]
";

const CORE: &str =
    "import redis\nclass Manager:\n    def get(self): ...\n    def set(self): ...\nmanager = Manager()\n";

const RIVAL: &str = "\
import os
import redis


class AuthRedisManager:
    def __init__(self):
        url = os.environ[\"REDIS_URL\"] or \"redis://user:secret@host\"
        self.client = redis.Redis(url)

    def get(self):
        return self.client.get()


class MockRedis(redis.Redis):
    pass
";

fn tree() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/core.py", CORE),
        ("app/auth.py", RIVAL),
        ("app/old_client.py", "x = 1\n"),
        ("app/user.py", "from app.auth import AuthRedisManager\n"),
    ])
}

#[test]
fn implementations_are_listed_with_what_shows_them() {
    let report = tree().run(&["check", "--format", "json"]).json();
    let found = report["implementations"].as_array().expect("implementations");
    assert_eq!(found.len(), 2);
    assert_eq!((&found[0]["role"], &found[1]["role"]), (&"rival".into(), &"double".into()));
    assert_eq!(found[0]["symbol"], "app.auth.AuthRedisManager");
    assert_eq!(
        (&found[0]["path"], &found[0]["line"], &found[0]["column"]),
        (&"app/auth.py".into(), &5.into(), &7.into())
    );
    assert_eq!(found[0]["wraps"], serde_json::json!(["redis.Redis"]));
    assert_eq!(found[0]["shared_methods"], serde_json::json!(["get"]));
    assert_eq!((&found[0]["canonical_methods"], &found[0]["importers"]), (&2.into(), &1.into()));
    let text = tree().run(&["check"]).stdout;
    assert!(
        text.contains("`app.auth.AuthRedisManager` is a rival implementation of Redis access: wraps `redis.Redis`")
    );
    assert!(text.contains("implementations: 1 rival, 1 test double"), "{text}");
}

#[test]
fn paths_choose_which_implementations_are_listed() {
    let report = tree().run(&["check", "--format", "json", "app/user.py"]).json();
    assert_eq!(report["implementations"], serde_json::json!([]));
    assert_eq!(report["violations"], serde_json::json!([]));
}

#[test]
fn passwords_in_urls_stay_in_the_source() {
    for format in ["json", "concise", "sarif", "gitlab", "junit", "rdjson", "markdown", "github", "table", "html"] {
        let text = tree().run(&["check", "--format", format]).stdout;
        assert!(text.contains("redis://"), "{format}");
        assert!(!text.contains("secret"), "{format}: {text}");
    }
}

#[test]
fn every_kind_can_be_recorded_and_follows_its_place() {
    let tree = tree();
    tree.run(&["baseline", "create", "--reason", "older than the rules"]);
    assert_eq!(new_violations(&tree), Vec::<String>::new());
    tree.write("app/auth.py", format!("import sys\n{RIVAL}").as_bytes());
    tree.write("app/old_client.py", b"x = 1\ny = 2\n");
    assert_eq!(new_violations(&tree), Vec::<String>::new());
    tree.write("app/old_other.py", b"");
    tree.write("app/late.py", b"class LateManager: ...\n");
    assert_eq!(new_violations(&tree), ["one app/late.py:1", "layout app/old_other.py:1"]);
}

fn new_violations(tree: &Tree) -> Vec<String> {
    let report = tree.run(&["check", "--format", "json", "--baseline", "ssot-baseline.toml"]).json();
    let violations = report["violations"].as_array().expect("violations");
    let new = violations.iter().filter(|it| it["state"] == "new");
    new.map(|it| format!("{} {}:{}", it["rule"], it["path"], it["line"]).replace('"', "")).collect()
}

#[test]
fn a_missing_file_is_reported_in_path_order_and_can_be_made() {
    let tree = tree();
    let places = |tree: &Tree| -> Vec<String> {
        let report = tree.run(&["check", "--format", "json", "--select", "layout"]).json();
        let violations = report["violations"].as_array().expect("violations");
        violations.iter().map(|it| it["path"].as_str().expect("a path").to_owned()).collect()
    };
    assert_eq!(places(&tree), ["app/missing.py", "app/old_client.py"]);
    tree.write("app/missing.py", b"");
    assert_eq!(places(&tree), ["app/old_client.py"]);
}

#[test]
fn rules_of_these_kinds_are_explained() {
    let tree = tree();
    assert!(tree.run(&["rule", "rivals"]).stdout.contains("Wrapped\n    redis.Redis"));
    assert!(tree.run(&["rule", "settings"]).stdout.contains("Environment variables\n    REDIS_*"));
    assert!(tree.run(&["rule", "layout"]).stdout.contains("Must exist\n    app/missing.py"));
    assert!(tree.run(&["score"]).stdout.contains("kind implement"));
}
