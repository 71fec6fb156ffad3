//! `ssot report` and `ssot impact` on small projects and on the bundled example.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::path::Path;

use crate::support::{Run, Tree};

const RULES: &str = r#"
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

[[criterion]]
id = "none-left"
title = "No client is left"
measure = "violations"
at-most = 0

[[criterion]]
id = "exposed"
title = "Half of the web at most"
measure = "exposure"
component = "web"
at-most = 50

[[criterion]]
id = "tests"
measure = "junit"
file = "junit.xml"
above = 90
"#;

fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/cache.py", "import cachelib\nclient = cachelib.Client()\n"),
        ("app/store.py", "import cachelib\nstore = cachelib.Client()\n"),
        ("app/web/main.py", "import fastapi\nfrom app.web import routes\napp = fastapi.FastAPI()\n"),
        ("app/web/routes.py", "from app import store\n\n@router.websocket('/ws')\nasync def ws(): ...\n"),
        (
            "app/web/about.py",
            "from app.cache import client\n@router.get('/about')\ndef about(): return client.get('a')\n",
        ),
    ])
}

#[test]
fn the_sums_of_the_report_are_those_of_the_check() {
    let tree = project();
    let report = tree.run(&["report", "--format", "json"]).exits(0).json();
    let check = tree.run(&["check", "--format", "json"]).exits(1).json();
    assert_eq!(report["violations"], check["violations"]);
    assert_eq!(report["score"], check["score"]);
    assert_eq!(report["counts"]["violations"], 1);
    assert_eq!(report["method"]["by_rule"], check["summary"]["by_rule"]);
    assert_eq!(report["method"]["commit"], serde_json::Value::Null, "it is in no repository");
    assert_eq!(report["impact"]["entry_points"], 3);
    let reaching: Vec<&str> =
        report["impact"]["reaching"].as_array().unwrap().iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(reaching, ["app", "websocket"]);
    assert_eq!(report["plan"][0]["after"], 100.0);
}

#[test]
fn criteria_gate_only_when_asked_and_what_is_not_measured_fails() {
    let tree = project();
    tree.run(&["report"]).exits(0);
    let run = tree.run(&["report", "--fail-on-criteria"]).exits(1);
    assert!(run.stderr.contains("not met: No client is left (1 in 1 file)"), "{}", run.stderr);
    assert!(run.stderr.contains("not met: Half of the web at most (2 of 3 modules)"), "{}", run.stderr);
    assert!(run.stderr.contains("not measured: tests (there is no such file)"), "{}", run.stderr);
    assert!(run.stdout.contains("- [ ] **No client is left**: not met. Value 1"));

    tree.write("app/store.py", b"from app.cache import client\nclient.get('a')\n");
    let run = tree.run(&["report", "--fail-on-criteria"]).exits(1);
    assert!(run.stderr.starts_with("met: No client is left"), "{}", run.stderr);
    tree.write("junit.xml", b"<testsuite timestamp='2026-01-02T03:04:05'><testcase name='a'/></testsuite>");
    let run = tree.run(&["report", "--fail-on-criteria"]).exits(0);
    assert!(run.stdout.contains("from `junit.xml` of 2026-01-02T03:04:05"), "{}", run.stdout);
    tree.write("junit.xml", b"<testsuite><testcase name='a'/>");
    tree.run(&["report", "--fail-on-criteria"]).exits(1);
}

#[test]
fn an_earlier_report_is_brought_up_to_date_in_place() {
    let tree = project();
    tree.run(&["report", "--update", "issue.md"]).exits(0);
    let first = tree.read("issue.md");
    tree.write("issue.md", format!("Hello.\n\n{first}\nMine.\n").as_bytes());
    tree.run(&["report", "--update", "issue.md"]).exits(0);
    assert_eq!(tree.read("issue.md"), format!("Hello.\n\n{first}\nMine.\n"), "nothing has changed");

    tree.write("app/store.py", b"");
    tree.run(&["report", "--update", "issue.md"]).exits(0);
    let second = tree.read("issue.md");
    assert!(second.starts_with("Hello.\n\n<!-- ssot:begin summary -->") && second.ends_with("\nMine.\n"), "{second}");
    assert!(second.contains("~~`app/store.py:2` `cachelib.Client`~~ fixed"), "{second}");
}

#[test]
fn a_report_that_cannot_be_brought_up_to_date_is_left_alone() {
    let tree = project();
    for (text, why) in [
        (&b"# By hand\n"[..], "did not write it"),
        (b"<!-- ssot:begin summary -->\n", "has no end"),
        (b"\xff\xfe", "is not UTF-8"),
    ] {
        tree.write("issue.md", text);
        let run = tree.run(&["report", "--update", "issue.md"]).exits(2);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(fs::read(tree.path("issue.md")).unwrap(), text);
    }
    tree.run(&["report", "--update", "issue.md", "--format", "html"]).exits(2);
    tree.run(&["report", "--update", "no/such/issue.md"]).exits(2);
}

#[test]
fn the_size_of_the_markdown_is_kept() {
    let tree = project();
    let text: String = (0..400).map(|at| format!("x{at} = cachelib.Client()\n")).collect();
    tree.write("app/store.py", format!("import cachelib\n{text}").as_bytes());
    let run = tree.run(&["report", "--max-size", "20000"]).exits(0);
    assert!(run.stdout.len() <= 20_000, "{}", run.stdout.len());
    assert!(run.stdout.contains(" more are not listed, for want of room;"), "{}", run.stdout);
    let all = tree.run(&["report", "--max-size", "0"]).exits(0).stdout;
    assert_eq!(all.matches("<!-- ssot:item ").count(), 400);
    let listed = run.stdout.matches("<!-- ssot:item ").count();
    assert!(
        run.stdout.contains(&format!("\n_{} more are not listed, for want of room; ", 400 - listed)),
        "{}",
        run.stdout
    );
}

#[test]
fn sections_are_chosen_by_name() {
    let tree = project();
    let run = tree.run(&["report", "--sections", "plan,summary"]).exits(0);
    let begun: Vec<&str> = run.stdout.lines().filter_map(|line| line.strip_prefix("<!-- ssot:begin ")).collect();
    assert_eq!(begun, ["summary -->", "plan -->"]);
    let run = tree.run(&["report", "--sections", "plans"]).exits(2);
    assert!(run.stderr.contains("there are summary, changes, scores, plan,"), "{}", run.stderr);
    tree.run(&["report", "--sections", "plan", "--format", "json"]).exits(2);
}

#[test]
fn places_lead_to_the_code_host_at_the_commit() {
    let tree = project();
    tree.git(&["init", "-q"]);
    tree.git(&["add", "."]);
    tree.git(&["commit", "-qm", "all"]);
    assert!(!tree.run(&["report"]).exits(0).stdout.contains("http"), "there is no remote");
    tree.git(&["remote", "add", "origin", "git@gitlab.com:team/shop/web.git"]);
    let commit =
        tree.run(&["report", "--format", "json"]).exits(0).json()["method"]["commit"].as_str().unwrap().to_owned();
    let link = format!("[`app/store.py:2`](https://gitlab.com/team/shop/web/-/blob/{commit}/app/store.py#L2)");
    let run = tree.run(&["report"]).exits(0);
    assert!(run.stdout.contains(&format!("- [ ] {link} `cachelib.Client` <!-- ssot:item ")), "{}", run.stdout);
}

#[test]
fn the_commit_is_named_and_a_report_is_the_same_bytes_each_time() {
    let tree = project();
    tree.git(&["init", "-q"]);
    tree.git(&["add", "."]);
    tree.git(&["commit", "-qm", "all"]);
    for format in ["markdown", "html", "json"] {
        let one = tree.run(&["report", "--format", format, "--jobs", "1"]).exits(0).stdout;
        let other = tree.run(&["report", "--format", format, "--jobs", "4"]).exits(0).stdout;
        assert_eq!(one, other, "{format}");
    }
    let report = tree.run(&["report", "--format", "json"]).json();
    assert_eq!(report["method"]["commit"].as_str().map(str::len), Some(40));
    assert_eq!(report["method"]["changed"], false);
    tree.write("app/store.py", b"");
    assert_eq!(tree.run(&["report", "--format", "json"]).json()["method"]["changed"], true);
}

#[test]
fn what_is_accepted_remains_debt_and_says_why() {
    let tree = project();
    tree.run(&["baseline", "create", "--reason", "moves next month"]).exits(0);
    let report = tree.run(&["report", "--format", "json"]).exits(0).json();
    assert_eq!((&report["counts"]["violations"], &report["counts"]["accepted"]), (&1.into(), &1.into()));
    assert_eq!(report["criteria"][0]["outcome"], "not met");
    let text = tree.run(&["report"]).exits(0).stdout;
    assert!(text.contains("`cachelib.Client` (baselined: moves next month)"), "{text}");
    assert!(text.contains("1 of them accepted by a comment or the baseline; they remain debt"), "{text}");
}

#[test]
fn evidence_that_cannot_be_read_and_a_part_of_the_rules_meet_no_criterion() {
    let tree = project();
    fs::create_dir(tree.path("junit.xml")).unwrap();
    let run = tree.run(&["report", "--fail-on-criteria"]).exits(1);
    assert!(run.stderr.contains("not measured: tests (it is a directory)"), "{}", run.stderr);
    tree.run(&["report", "--fail-on-criteria", "--ignore", "no-client"]).exits(2);
    let part = tree.run(&["report", "--ignore", "no-client", "--format", "json"]).exits(0).json();
    assert_eq!(part["counts"]["violations"], 0);
    assert_eq!(part["criteria"][0]["detail"], "only a part of the rules was applied");
}

#[test]
fn nothing_scanned_is_no_report_on_nothing() {
    let tree = Tree::new(&[("ssot.toml", RULES)]);
    tree.run(&["report"]).exits(3);
    tree.run(&["impact"]).exits(3);
}

#[test]
fn impact_of_a_rule_a_source_a_symbol_and_of_everything() {
    let tree = project();
    for subject in [&["impact", "no-client"][..], &["impact", "cache"], &["impact"], &["impact", "app.store"]] {
        let run = tree.run(subject).exits(0);
        let chain = "app/store.py\n└─ app/web/routes.py:1\n   ├─ ▶ websocket /ws (line 3)\n   └─ app/web/main.py:2\n      └─ ▶ app FastAPI (line 3)\n";
        assert!(run.stdout.contains(chain), "{subject:?}: {}", run.stdout);
        assert!(
            run.stdout.contains("exposure 60.00 % at load time, 60.00 % with deferred imports (3 and 3 of 5 modules)"),
            "{}",
            run.stdout
        );
    }
    let outside = tree.run(&["impact", "cachelib", "--format", "json"]).exits(0).json();
    assert_eq!(outside["targets"], serde_json::json!(["app/cache.py", "app/store.py"]));
    let member = tree.run(&["impact", "cachelib.Client", "--format", "json"]).exits(0).json();
    assert_eq!(member["targets"], outside["targets"], "the module is imported, the class is used");
    tree.run(&["impact", "cachelib.Server"]).exits(2);
    let run = tree.run(&["impact", "no-clint"]).exits(2);
    assert!(run.stderr.contains("did you mean `no-client`?"), "{}", run.stderr);
    let mermaid = tree.run(&["impact", "--format", "mermaid"]).exits(0).stdout;
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    assert!(tree.run(&["impact", "--format", "dot"]).exits(0).stdout.starts_with("digraph impact {"));
}

/// The bundled example with its evidence, in a directory of its own.
fn example() -> Tree {
    let tree = Tree::new(&[]);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("example"), tree.root());
    tree
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn outcomes(run: &Run) -> Vec<String> {
    let criteria = run.json()["criteria"].as_array().unwrap().clone();
    criteria.iter().map(|it| format!("{}: {} ({})", it["id"], it["outcome"], it["detail"]).replace('"', "")).collect()
}

#[test]
fn the_five_criteria_run_on_the_bundled_evidence() {
    let tree = example();
    let arguments = ["report", "--config", "criteria.toml", "--format", "json"];
    let found = outcomes(&tree.run(&arguments).exits(0));
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/criteria.md")).unwrap();
    for line in &found {
        assert!(page.contains(line.as_str()), "docs/criteria.md does not say: {line}\n{found:#?}");
    }
    assert_eq!(found.len(), 5);
    assert_eq!(found[1], "websocket-1011: met (2 of 60 lines)");
    assert_eq!(found[2], "compliance: not met (3 adopters, 10 points of debt)");
    assert_eq!(found[3], "connections: met (40 of 41 tests passed, 1 skipped)");
    assert_eq!(found[4], "agents: not met (`/runs/succeeded_percent` is 93.4)");
    tree.run(&[&arguments[..], &["--fail-on-criteria"]].concat()).exits(1);

    fs::remove_file(tree.path("evidence/websocket.log")).unwrap();
    tree.write("evidence/connections.xml", b"<testsuites>");
    let found = outcomes(&tree.run(&arguments).exits(0));
    assert_eq!(found[1], "websocket-1011: not measured (there is no such file)");
    assert!(found[3].starts_with("connections: not measured (the file is no valid XML"), "{}", found[3]);
}
