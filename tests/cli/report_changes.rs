//! `ssot report --against REF`, `ssot report merge`, and what `[report]` says.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::support::Tree;

const RULES: &str = r#"
[report]
priority = "P1"
labels = ["debt", "team/core"]

[[source]]
id = "cache"
title = "Cache access"
owners = ["app/cache.py"]
canonical = ["app.cache.client"]

[[rule]]
id = "no-client"
source = "cache"
kind = "construct"
ban = ["cachelib.Client"]

[[component]]
id = "web"
paths = ["app/web/**"]
impact = "Chat stops for everybody."

[[component]]
id = "clean"
paths = ["app/cache.py"]
impact = "Nobody reads this."
"#;

const CLIENT: &str = "import cachelib\nstore = cachelib.Client()\n";
const USE: &str = "from app.cache import client\nclient.get('a')\n";

/// A repository with two violations, one of them in the web.
fn project() -> Tree {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("app/cache.py", "import cachelib\nclient = cachelib.Client()\n"),
        ("app/store.py", CLIENT),
        ("app/web/main.py", CLIENT),
        ("app/use.py", USE),
    ]);
    tree.git(&["init", "-q"]);
    commit(&tree);
    tree
}

fn commit(tree: &Tree) {
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-qm", "all"]);
}

#[test]
fn the_report_says_what_changed_since_a_reference() {
    let tree = project();
    tree.git(&["tag", "then"]);
    tree.git(&["mv", "app/store.py", "app/shelf.py"]);
    tree.write("app/web/main.py", USE.as_bytes());
    tree.write("app/web/more.py", format!("{CLIENT}other = cachelib.Client()\n").as_bytes());
    tree.write("tests/test_store.py", CLIENT.as_bytes());
    // What is accepted is debt as well.
    tree.write("app/late.py", b"import cachelib\nlate = cachelib.Client()  # ssot: ignore[no-client] later\n");
    commit(&tree);
    let report = tree.run(&["report", "--against", "then", "--format", "json"]).exits(0).json();
    let changes = &report["changes"];
    assert_eq!((&changes["reference"], &changes["rules_differ"]), (&"then".into(), &false.into()));
    assert_eq!(changes["before"]["counts"]["violations"], 2);
    assert_eq!(changes["after"]["counts"], report["counts"]);
    assert_eq!(changes["after"]["production"], report["score"]["production"]["score"]);
    let paths = |list: &str| -> Vec<String> {
        let list = changes[list].as_array().unwrap();
        list.iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths("new"), ["app/late.py", "app/web/more.py", "app/web/more.py", "tests/test_store.py"]);
    assert_eq!(paths("gone"), ["app/web/main.py"], "a file that was renamed keeps what it has");
    let web = serde_json::json!([{"id": "web", "before": 1, "after": 2, "new": 2, "gone": 1}]);
    assert_eq!(changes["components"], web, "the other component has nothing");
    let before = tree.run(&["check", "--format", "json", "--against-exact", "then"]).exits(1).json();
    let then = before["comparison"]["score"].as_f64().unwrap();
    assert!((changes["before"]["score"].as_f64().unwrap() - then).abs() < 1e-9, "as check gives it");

    let text = tree.run(&["report", "--against", "then"]).exits(0).stdout;
    assert!(text.contains("## Changes since then\n\n4 new and 1 gone since commit `"), "{text}");
    assert!(text.contains("| Violations | 2 | 5 | **+3** |"), "{text}");
    assert!(text.contains("| `web` | 1 | 2 | 2 | 1 |"), "{text}");
    assert!(text.contains("- `no-client`: `app/web/main.py:2` `cachelib.Client`"), "{text}");
    let page = tree.run(&["report", "--against", "then", "--format", "html"]).exits(0).stdout;
    assert!(page.contains("<section id=\"changes\">") && page.contains("<b>+3</b>"));
}

#[test]
fn the_section_on_changes_comes_with_a_reference_and_says_when_there_is_none() {
    let tree = project();
    tree.git(&["tag", "then"]);
    assert!(!tree.run(&["report"]).exits(0).stdout.contains("ssot:begin changes"));
    tree.run(&["report", "--update", "issue.md"]).exits(0);
    tree.run(&["report", "--update", "issue.md", "--against", "then"]).exits(0);
    let compared = tree.read("issue.md");
    assert!(compared.contains("## Changes since then\n\n0 new and 0 gone since commit `"), "{compared}");
    tree.run(&["report", "--update", "issue.md"]).exits(0);
    assert!(tree.read("issue.md").contains("Not compared; `ssot report --against REF` does."));
    let run = tree.run(&["report", "--against", "never"]).exits(2);
    assert!(run.stderr.contains("never"), "{}", run.stderr);
}

#[test]
fn other_rules_and_files_that_are_no_longer_looked_at_are_told() {
    let tree = project();
    tree.git(&["tag", "then"]);
    tree.write(
        "ssot.toml",
        RULES.replacen("[[source]]", "[[alias]]\npath = \"a.b\"\nis = \"c.d\"\n\n[[source]]", 1).as_bytes(),
    );
    tree.write("app/web/pyvenv.cfg", b"home = /usr\n");
    commit(&tree);
    let report = tree.run(&["report", "--against", "then", "--format", "json"]).exits(0).json();
    let changes = &report["changes"];
    assert_eq!((&changes["rules_differ"], &changes["unseen"]), (&true.into(), &1.into()));
    assert_eq!(changes["gone"].as_array().unwrap().len(), 0, "nobody fixed it");
    let text = tree.run(&["report", "--against", "then"]).exits(0).stdout;
    assert!(
        text.contains("and 1 violation in files that are no longer looked at. The rules of that commit were others"),
        "{text}"
    );
}

#[test]
fn the_rules_file_says_priority_labels_and_what_is_endangered() {
    let tree = project();
    let text = tree.run(&["report"]).exits(0).stdout;
    assert!(text.contains("- **Priority P1**: as the rules file says; measured: medium, 2 errors"), "{text}");
    assert!(text.contains("- Labels: `debt`, `team/core`\n"), "{text}");
    assert!(text.contains("\nWhat it endangers:\n\n- `web`, 1 violation: Chat stops for everybody.\n"), "{text}");
    assert!(!text.contains("Nobody reads this."), "a component without debt endangers nothing");
    let page = tree.run(&["report", "--format", "html"]).exits(0).stdout;
    assert!(page.contains("<b>Priority P1</b>") && page.contains("Chat stops for everybody."));
    let report = tree.run(&["report", "--format", "json"]).exits(0).json();
    assert_eq!((&report["priority"]["name"], &report["labels"][1]), (&"P1".into(), &"team/core".into()));
    assert_eq!(report["components"][0]["impact"], "Chat stops for everybody.");

    tree.write("ssot.toml", RULES.replace("labels = [\"debt\", \"team/core\"]", "labels = []").as_bytes());
    assert!(!tree.run(&["report"]).exits(0).stdout.contains("Labels"));
    let derived = RULES.split_once("[[source]]").unwrap().1;
    tree.write("ssot.toml", format!("[[source]]{derived}").as_bytes());
    let text = tree.run(&["report"]).exits(0).stdout;
    assert!(text.contains("- **Priority medium**: 2 errors and 0 warnings in production code\n"), "{text}");
    assert!(text.contains("- Labels: `ssot`, `ssot:cache`\n"), "{text}");
}

#[test]
fn reports_of_several_projects_are_merged() {
    let (one, other) = (project(), project());
    one.run(&["report", "--format", "json", "-o", "one.json"]).exits(0);
    other.write("app/store.py", USE.as_bytes());
    other.write("app/web/main.py", b"");
    other.git(&["remote", "add", "origin", "git@github.com:shop/web.git"]);
    other.run(&["report", "--format", "json", "-o", "other.json"]).exits(0);
    let paths = [one.path("one.json"), other.path("other.json")].map(|path| path.display().to_string());
    let [first, second] = paths.each_ref().map(String::as_str);
    // No project is needed.
    let elsewhere = Tree::new(&[]);
    let text = elsewhere.run(&["report", "merge", second, first]).exits(0).stdout;
    assert!(text.starts_with("# 2 projects: 2 violations against the single sources of truth\n"), "{text}");
    // One adopter and two errors; two adopters: 100 * 6 / (6 + 4).
    assert!(text.contains("- **Score 60.00** (poor), pooled over all projects"), "{text}");
    assert!(
        text.contains("\n| `project` | 33.33 | 33.33 | 2 | 2 | 0 | 0 of 0 | P1 | - |\n| `shop/web` | 100.00 |"),
        "{text}"
    );
    assert!(
        text.contains("- `project`: Component web (1 violation)\n") || text.contains("- `project`: Free"),
        "{text}"
    );
    elsewhere.run(&["report", "merge", first, second, "--format", "html", "-o", "all.html"]).exits(0);
    assert!(elsewhere.read("all.html").contains("<section id=\"projects\">"));

    for (text, why) in [("{}", "missing field"), ("no", "expected")] {
        elsewhere.write("bad.json", text.as_bytes());
        let run = elsewhere.run(&["report", "merge", first, "bad.json"]).exits(2);
        assert!(
            run.stderr.contains("`bad.json` is no JSON report of ssot") && run.stderr.contains(why),
            "{}",
            run.stderr
        );
    }
    let run = elsewhere.run(&["report", "merge", "none.json"]).exits(2);
    assert!(run.stderr.contains("`none.json` cannot be read"), "{}", run.stderr);
    elsewhere.run(&["report", "merge"]).exits(2);
}
