//! The verdict is the same in every format, and the exit code says no other thing.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::git::{GOOD, OLD, OWNER, RULES};
use crate::support::Tree;
use ssot::render::Format;

#[test]
fn nothing_scanned_is_no_pass_in_any_format() {
    let tree = Tree::new(&[("docs/index.md", ""), ("src/a.py", "")]);
    for format in Format::ALL.map(Format::name) {
        let run = tree.run(&["check", "docs", "--format", format]).exits(3);
        assert!(run.stdout.contains("nothing was scanned"), "{format}: {}", run.stdout);
        assert!(!run.stdout.contains("gate passed"), "{format}: {}", run.stdout);
        tree.run(&["check", "docs", "--exit-zero", "--format", format]).exits(3);
    }
    let json = tree.run(&["check", "docs", "--format", "json"]).json();
    assert_eq!(
        (&json["gate"]["passed"], &json["gate"]["conditions"][0]["id"]),
        (&false.into(), &"files-scanned".into())
    );
    assert_eq!(
        (&json["gate"]["conditions"][0]["limit"], &json["gate"]["conditions"][0]["value"]),
        (&1.into(), &0.into())
    );
    let quiet = tree.run(&["check", "docs", "-q"]).exits(3).stdout;
    assert!(quiet.contains("gate failed: files-scanned 0, at least 1"), "{quiet}");
}

#[test]
fn files_that_are_given_and_all_excluded_were_judged_by_that() {
    let tree = Tree::new(&[("ssot.toml", &format!("exclude = [\"gen/**\", \"x.py\"]\n{RULES}")), ("app/owner.py", "")]);
    for path in ["gen/a.py", "gen/deep/b.py", "x.py"] {
        tree.write(path, OLD.as_bytes());
    }
    let run = tree.run(&["check", "--force-exclude", "gen/a.py", "gen/deep/b.py", "x.py"]).exits(0);
    assert!(run.stdout.contains("all files that are given are excluded"), "{}", run.stdout);
    assert!(run.stdout.contains("gate passed"), "{}", run.stdout);
    // Named without the flag they are scanned; a directory without files is a mistake.
    tree.run(&["check", "gen/a.py"]).exits(1);
    tree.run(&["check", "--force-exclude", "gen"]).exits(3);
    tree.write("notes.md", b"");
    tree.run(&["check", "--force-exclude", "gen/a.py", "notes.md"]).exits(3);
    std::fs::remove_file(tree.path("app/owner.py")).unwrap();
    tree.run(&["check", "--force-exclude", "gen/a.py"]).exits(3);
}

#[test]
fn each_floor_is_a_condition_and_adding_a_source_lets_no_gate_pass() {
    let mail =
        RULES.replace("redis-new", "mail-new").replace("redis.Redis", "smtplib.SMTP").replace("\"redis\"", "\"mail\"");
    let mail = mail.replace("app.owner.client", "app.mail.send").replace("app/owner.py", "app/mail.py");
    let floors = "[gate]\nfail-under = 70\nfail-under-production = 60\n";
    let one = format!("{RULES}\n{floors}");
    let tree = Tree::new(&[
        ("ssot.toml", &one),
        ("app/__init__.py", ""),
        ("app/owner.py", OWNER),
        ("app/mail.py", "import smtplib\n\nsend = smtplib.SMTP()\n"),
        ("app/old.py", OLD),
        ("app/good.py", GOOD),
        ("tests/test_good.py", GOOD),
        ("app/first.py", "from app.mail import send\n\nsend.quit()\n"),
        ("app/second.py", "from app.mail import send\n\nsend.quit()\n"),
    ]);
    let shown = |rules: &str| {
        tree.write("ssot.toml", rules.as_bytes());
        let report = tree.run(&["check", "--format", "json"]).json();
        let conditions = report["gate"]["conditions"].as_array().unwrap();
        let shown = |it: &serde_json::Value| format!("{} {} {}", it["id"].as_str().unwrap(), it["value"], it["passed"]);
        conditions.iter().map(shown).collect::<Vec<_>>()
    };
    let of_one = shown(&one);
    assert_eq!(of_one, ["fail-under 66.66 false", "fail-under-production 50.0 false"]);
    assert_eq!(
        shown(&format!("{RULES}\n{mail}\n{floors}")),
        [
            "fail-under 80.0 true",
            "fail-under.source.redis 66.66 false",
            "fail-under.source.mail 100.0 true",
            "fail-under-production 75.0 true",
            "fail-under-production.source.redis 50.0 false",
            "fail-under-production.source.mail 100.0 true"
        ]
    );
    let own = RULES.replace("\n\n[[rule]]", "\nfail-under = 60.5\n\n[[rule]]");
    let component = "[[component]]\nid = \"app\"\npaths = [\"app/**\"]\nfail-under = 99\n";
    assert_eq!(
        shown(&format!("{own}\n{component}")),
        ["fail-under.source.redis 66.66 true", "fail-under.component.app 50.0 false", "violations 1 false"]
    );
}

#[test]
fn a_file_adopts_in_production_where_one_use_lies_outside_test_code() {
    let test = "#[cfg(test)]\nmod tests {\n    fn t() {\n        crate::cache::client();\n    }\n}\n";
    let both = format!("{test}\npub fn late() {{\n    crate::cache::client();\n}}\n");
    let rules = "[[source]]\nid = \"redis\"\nowners = [\"src/cache.rs\"]\ncanonical = [\"app::cache::client\"]\n\n\
                 [[rule]]\nid = \"no-client\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis::Client::open\"]\n";
    let tree = Tree::new(&[
        ("ssot.toml", rules),
        ("Cargo.toml", "[package]\nname = \"app\"\n"),
        ("src/lib.rs", "pub mod both;\npub mod cache;\npub mod only;\n"),
        ("src/cache.rs", "pub fn client() -> redis::Client {\n    redis::Client::open(\"x\").unwrap()\n}\n"),
        ("src/both.rs", &both),
        ("src/only.rs", test),
    ]);
    let score = tree.run(&["score", "--format", "json"]).json();
    assert_eq!((&score["adopters"], &score["production"]["adopters"]), (&2.into(), &1.into()));
    assert_eq!(score["sources"][0]["directories"][1]["production"]["adopters"], 1);
}

#[test]
fn strict_says_in_the_verdict_why_it_is_not_0() {
    let doubt = "import redis\n\n\ndef f(name):\n    return getattr(redis, name)()\n";
    for text in [doubt, "import redis\nredis.Redis\nx = (\n"] {
        let tree = Tree::new(&[("ssot.toml", RULES), ("app/owner.py", ""), ("a.py", text)]);
        tree.run(&["check"]).exits(0);
        for format in Format::ALL.map(Format::name) {
            let run = tree.run(&["check", "--strict", "--format", format]).exits(3);
            assert!(!run.stdout.contains("gate passed"), "{format}: {}", run.stdout);
            tree.run(&["check", "--strict", "--exit-zero", "--format", format]).exits(3);
        }
        let line = tree.run(&["check", "--strict", "-q"]).exits(3).stdout;
        assert!(line.contains("strict 1, at most 0 (failed)"), "{line}");
        assert!(line.contains("errors and warnings 0, at most 0 (passed)"), "{line}");
    }
    let clean = Tree::new(&[("ssot.toml", RULES), ("app/owner.py", "")]);
    clean.run(&["check", "--strict"]).exits(0);
}
