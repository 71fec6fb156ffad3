//! `ssot doctor`: every check with a case of its own, and a project in which nothing is wrong.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use serde_json::Value;

use super::support::Tree;

const GOOD: &str = "[[source]]\nid = \"cache\"\ncanonical = [\"app.store.client\"]\nowners = [\"app/store.py\"]\n\n[[rule]]\nid = \"raw\"\n\
                    source = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Cache\"]\nuse-instead = \"app.store.client\"\n";

fn project(rules: &str, more: &[(&str, &str)]) -> Tree {
    let store = "import cachelib\n\n\nclass Store:\n    def get(self, key): ...\n\n\nclient = cachelib.Cache()\nmanager = Store()\n";
    let files = [("ssot.toml", rules), ("app/__init__.py", ""), ("app/store.py", store)];
    Tree::new(&[&files, more].concat())
}

/// The findings of a check: rule, place and message.
fn found(tree: &Tree, check: &str) -> Vec<(Value, String, String)> {
    let json = tree.run(&["doctor", "--format", "json"]).exits(1).json();
    assert_eq!(json["passed"], false);
    let of_check = json["findings"].as_array().unwrap().iter().filter(|it| it["check"] == check);
    let place = |it: &Value| format!("{}:{}", it["path"].as_str().unwrap(), it["line"]);
    of_check.map(|it| (it["rule"].clone(), place(it), it["message"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn rules_with_which_nothing_is_wrong_pass() {
    let tree = project(GOOD, &[("app/use.py", "from app.store import client\nclient.get('a')\n")]);
    assert_eq!(tree.run(&["doctor"]).exits(0).stdout, "nothing is wrong with the rules\n");
    let json = tree.run(&["doctor", "--format", "json"]).exits(0).json();
    assert_eq!((&json["passed"], &json["findings"]), (&true.into(), &Value::Array(Vec::new())));
}

#[test]
fn a_pack_that_fits_is_a_hint() {
    let tree = project(GOOD, &[("app/other.py", "import redis\nr = redis.Redis()\n")]);
    let run = tree.run(&["doctor"]).exits(0);
    assert!(run.stdout.contains("the built-in pack `redis` is not used: 1 file imports"), "{}", run.stdout);
    let used =
        project(&format!("extends = [\"redis\"]\n{GOOD}"), &[("app/other.py", "import redis\nr = redis.Redis()\n")]);
    // Nor are rules of packs blamed for what they say of each other.
    used.run(&["doctor"]).exits(0);
}

#[test]
fn a_replacement_that_is_missing_or_banned_is_named() {
    let missing = GOOD.replace("use-instead = \"app.store.client\"", "use-instead = \"app.store.clint\"");
    let [(rule, place, message)] = &found(&project(&missing, &[]), "missing-replacement")[..] else { panic!() };
    assert_eq!((rule, place.as_str()), (&"raw".into(), "ssot.toml:7"));
    assert!(message.contains("`app.store.clint`"), "{message}");
    let banned =
        format!("{GOOD}\n[[rule]]\nid = \"none\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"app.store\"]\n");
    let found = found(&project(&banned, &[]), "banned-replacement");
    assert!(found.len() == 1 && found[0].2.contains("which `none` bans itself"), "{found:?}");
}

#[test]
fn a_library_is_not_missing() {
    let library = GOOD.replace("use-instead = \"app.store.client\"", "use-instead = \"otherlib.client\"");
    project(&library, &[("app/use.py", "from app.store import client\nclient.get('a')\n")]).run(&["doctor"]).exits(0);
}

#[test]
fn a_rename_whose_target_lacks_a_member_is_refuted_with_the_place() {
    let rules = format!(
        "{GOOD}\n[[rule]]\nid = \"old\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"app.old\"]\nuse-instead = \"app.store\"\n\
         rename = {{ \"app.old.manager\" = \"app.store.manager\" }}\n"
    );
    let old = "class Old:\n    def get(self, key): ...\n    def scan(self): ...\n\n\nmanager = Old()\n";
    let tree = project(
        &rules,
        &[
            ("app/old.py", old),
            ("app/fits.py", "from app.old import manager\n\nmanager.get('a')\n"),
            ("app/lacks.py", "from app.old import manager\n\nmanager.scan()\n"),
            ("app/takes.py", "from app.old import manager\n\nmanager.get('a', 'b')\n"),
        ],
    );
    let found = found(&tree, "refuted-replacement");
    assert!(found.iter().all(|(rule, ..)| rule == "old"), "{found:?}");
    let messages: Vec<&str> = found.iter().map(|(.., message)| message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(
        messages.iter().any(|it| it.contains("app/lacks.py:3 uses `scan`, which `Store` does not have")),
        "{messages:?}"
    );
    assert!(
        messages.iter().any(|it| it.contains("app/takes.py:3 calls `get` as `Store` does not take it")),
        "{messages:?}"
    );
}

#[test]
fn contradictions_are_found() {
    let canonical = GOOD.replace("ban = [\"cachelib.Cache\"]", "ban = [\"cachelib.Cache\", \"app.store.client\"]");
    let one = found(&project(&canonical, &[]), "contradiction");
    assert!(
        one.len() == 1 && one[0].1 == "ssot.toml:3" && one[0].2.contains("rule `raw` bans it (ssot.toml:7)"),
        "{one:?}"
    );
    let twice = format!(
        "{GOOD}\n[[rule]]\nid = \"other\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Cache\"]\nuse-instead = \"app.store.manager\"\n"
    );
    let two = found(&project(&twice, &[]), "contradiction");
    assert!(two.len() == 1 && two[0].2.contains("rules `raw` and `other` ban `cachelib.Cache`"), "{two:?}");
}

#[test]
fn what_covers_nothing_is_found() {
    let rules = format!(
        "{GOOD}allow-in = [\n  {{ path = \"app/idle.py\", reason = \"was moved\" }},\n  {{ path = \"app/busy.py\", reason = \"the shim\" }},\n  \
         {{ path = \"app/gone.py\", reason = \"is gone\" }},\n]\n"
    );
    let tree = project(
        &rules,
        &[
            ("app/idle.py", "x = 1  # ssot: ignore[raw] no more\n"),
            ("app/busy.py", "import cachelib\nc = cachelib.Cache()\n"),
        ],
    );
    let idle = found(&tree, "idle-exemption");
    assert!(
        idle.len() == 1 && idle[0].1 == "ssot.toml:13" && idle[0].2.contains("`app/idle.py` exempts nothing"),
        "{idle:?}"
    );
    let dead = found(&tree, "dead-entry");
    assert!(dead.len() == 1 && dead[0].1 == "ssot.toml:15", "{dead:?}");
    let comments = found(&tree, "idle-suppression");
    assert!(comments.len() == 1 && comments[0].1 == "app/idle.py:1", "{comments:?}");
    let text = tree.run(&["doctor"]).exits(1).stdout;
    assert!(text.ends_with("3 faults (1 dead-entry, 1 idle-exemption, 1 idle-suppression)\n"), "{text}");
}

#[test]
fn bad_input_and_nothing_scanned_have_exit_codes_of_their_own() {
    project("[[rule]]\nid = 1\n", &[]).run(&["doctor"]).exits(2);
    Tree::new(&[("ssot.toml", GOOD)]).run(&["doctor"]).exits(3);
}
