//! The verdict is the same in every format, and the exit code says no other thing.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::git::{OLD, RULES};
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
