//! `ssot explain`: what the names at a place denote, and why each rule applies there or not.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use serde_json::Value;

use super::support::Tree;

const RULES: &str = "[[source]]\nid = \"redis\"\ncanonical = [\"app.store.client\"]\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\n\
                     kind = \"construct\"\nban = [\"redis.Redis\"]\nuse-instead = \"app.store.client\"\n\
                     allow-in = [{ path = \"app/shim.py\", reason = \"the shim\" }]\n\n[[rule]]\nid = \"off\"\nsource = \"redis\"\n\
                     kind = \"reference\"\nban = [\"redis.Redis\"]\nenabled = false\n";

fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/store.py", "import redis\nclient = redis.Redis()\n"),
        ("app/names.py", "from redis import Redis as R\n"),
        ("app/bad.py", "from app.names import R\n\n\ndef run():\n    return R()\n"),
        ("app/shim.py", "import redis\nclient = redis.Redis()\n"),
        ("app/good.py", "from app.store import client\nclient.get('x')\n"),
        ("app/other.py", "class Redis:\n    pass\n\n\nr = Redis()\nimport redis\nkind = redis.Redis\n"),
        ("app/quiet.py", "import redis\nredis.Redis()  # ssot: ignore[raw] for a while\n"),
        ("app/plain.py", "x = 1\n"),
        ("app/node_modules/a.py", "x = 1\n"),
    ])
}

fn explained(tree: &Tree, place: &str) -> Value {
    tree.run(&["explain", place, "--json"]).exits(0).json()
}

/// What is said of the rule `raw` for the first name that it bans.
fn said(json: &Value, rule: &str) -> (bool, String) {
    let names = json["names"].as_array().unwrap().iter();
    let rules =
        names.flat_map(|name| name["meanings"].as_array().unwrap()).flat_map(|it| it["rules"].as_array().unwrap());
    let found = rules.clone().find(|it| it["rule"] == rule);
    let found = found.unwrap_or_else(|| panic!("{json:#}"));
    (found["reported"] == true, found["why"].as_str().unwrap().to_owned())
}

#[test]
fn a_reported_place_shows_each_hop_and_the_rules() {
    let json = explained(&project(), "app/bad.py:5");
    let name = &json["names"][0];
    assert_eq!((&name["written"], &name["standing"]), (&"R".into(), &"a call".into()));
    let meaning = &name["meanings"][0];
    assert_eq!(meaning["what"], "redis.Redis, outside the project");
    let hops: Vec<&str> = meaning["hops"].as_array().unwrap().iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!(hops, ["app/bad.py", "app/names.py"]);
    assert_eq!(said(&json, "raw"), (true, "reported as error with confidence high".to_owned()));
    assert_eq!(said(&json, "off"), (false, "the rule is switched off".to_owned()));
    assert_eq!(json["violations"][0]["use_instead"], "app.store.client");
    let text = project().run(&["explain", "app/bad.py:5:12"]).exits(0).stdout;
    for words in
        ["`R`, a call", "app/names.py:1 imported as R", "rule `raw` applies", "use instead: `app.store.client`"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_silent_place_says_why() {
    let tree = project();
    for (place, why) in [
        ("app/store.py:2", "owns source `redis`"),
        ("app/shim.py:2", "exempts `app/shim.py` at ssot.toml:11: the shim"),
        ("app/other.py:7", "the rule is of kind `construct`"),
    ] {
        let (reported, said) = said(&explained(&tree, place), "raw");
        assert!(!reported && said.contains(why), "{place}: {said}");
    }
    let (reported, said) = said(&explained(&tree, "app/quiet.py:2"), "raw");
    assert!(reported && said.contains("accepted by an inline comment: for a while"), "{said}");
    let near = explained(&tree, "app/other.py:5")["names"][0]["meanings"][0]["near"].as_str().unwrap().to_owned();
    assert!(near.contains("`raw` bans `redis.Redis`"), "{near}");
    let canonical = explained(&tree, "app/good.py:2");
    assert!(canonical.to_string().contains("\"canonical\":[\"redis\"]"), "{canonical}");
    for (place, why) in
        [("app/plain.py:1", "the file is not relevant"), ("app/node_modules/a.py:1", "the file is not scanned")]
    {
        let silence = explained(&tree, place)["silence"].to_string();
        assert!(silence.contains(why), "{place}: {silence}");
    }
}

#[test]
fn what_stands_before_a_dot_is_read_not_called() {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/store.py", "import redis\nclient = redis.Redis()\n"),
        ("app/use.py", "import app.store\n\nkind: app.store.Kind = app.store.client.get('a')\n"),
    ]);
    let json = explained(&tree, "app/use.py:3");
    let standings: Vec<(&str, &str)> = json["names"].as_array().unwrap().iter().map(standing).collect();
    let expected = [
        ("app.store.Kind", "an annotation"),
        ("app.store", "an annotation"),
        ("app", "an annotation"),
        ("app.store.client.get", "a call"),
        ("app.store.client", "a reference"),
        ("app.store", "a reference"),
        ("app", "a reference"),
    ];
    assert_eq!(standings, expected);
}

fn standing(name: &Value) -> (&str, &str) {
    (name["written"].as_str().unwrap(), name["standing"].as_str().unwrap())
}

#[test]
fn a_violation_has_its_fix_and_the_guarantee_that_it_lacks() {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/store.py", "import redis\nclient = redis.Redis()\n"),
        ("app/ends.py", "import redis\n\n\ndef run():\n    r = redis.Redis()\n    r.get('a')\n    r.close()\n"),
        ("app/quiet.py", "import redis\nredis.Redis()  # ssot: ignore[raw] for a while\n"),
    ]);
    let json = explained(&tree, "app/ends.py:5");
    let fix = &json["violations"][0]["fix"];
    assert_eq!(fix["applicability"], "manual", "{json:#}");
    assert_eq!((&fix["failed"][0]["guarantee"], &fix["failed"][0]["line"]), (&"fits".into(), &7.into()), "{json:#}");
    let text = tree.run(&["explain", "app/ends.py:5"]).exits(0).stdout;
    assert!(text.contains("  fix: manual") && text.contains("(line 7)"), "{text}");
    let plan = tree.run(&["fix", "--plan", "--format", "json", "app/ends.py"]).exits(0).json();
    assert_eq!(*fix, plan["fixes"][0]);
    assert_eq!(explained(&tree, "app/quiet.py:2")["violations"][0]["fix"], Value::Null);
}

#[test]
fn a_place_that_is_none_is_an_error() {
    let tree = project();
    for (place, why) in [
        ("app/bad.py", "expected FILE:LINE"),
        ("app/bad.py:0", "expected FILE:LINE"),
        ("app/bad.py:99", "there is no line 99"),
        ("app/gone.py:1", "cannot be looked at"),
    ] {
        let run = tree.run(&["explain", place]).exits(2);
        assert!(run.stderr.contains(why), "{place}: {}", run.stderr);
    }
}

#[test]
fn nothing_is_said_of_a_macro_that_the_call_does_not_mean() {
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2021\"\n");
    let part = "pub mod io {\n    use super::*;\n    pub fn run() {\n        io::make!();\n    }\n}\n";
    let of = |name: &str| {
        format!("macro_rules! make {{ () => {{ redis::{name}::open() }}; }}\npub(crate) use make;\n{part}")
    };
    let tree = Tree::new(&[
        ("ssot.toml", &RULES.replace("redis.Redis", "redis::Client::open")),
        ("one/Cargo.toml", &manifest("one")),
        ("one/src/lib.rs", &of("Client")),
        ("two/Cargo.toml", &manifest("two")),
        ("two/src/lib.rs", &of("Other")),
    ]);
    let (one, two) =
        (explained(&tree, "one/src/lib.rs:6").to_string(), explained(&tree, "two/src/lib.rs:6").to_string());
    assert!(one.contains("redis::Client::open, outside") && !one.contains("redis::Other"), "{one}");
    assert!(two.contains("redis::Other::open, outside") && !two.contains("redis::Client::open, outside"), "{two}");
}
