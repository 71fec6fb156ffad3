//! Formats for other tools, where the command line has a part in them.

use crate::support::{Run, Tree};

const RULES: &str = r#"
[[source]]
id = "cache"
owners = ["app/cache.py"]

[[rule]]
id = "no-client"
source = "cache"
kind = "construct"
ban = ["cachelib.Client"]
"#;

fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/cache.py", "import cachelib\nclient = cachelib.Client()\n"),
        ("app/bad.py", "import cachelib\nx = '日本', cachelib.Client()\n"),
    ])
}

/// A run in a step of a workflow.
fn step(tree: &Tree, arguments: &[&str]) -> Run {
    Run::of(tree.ssot(arguments).env("GITHUB_STEP_SUMMARY", tree.path("summary.md")))
}

#[test]
fn annotations_come_with_a_step_summary_that_is_added_to() {
    let tree = project();
    tree.write("summary.md", b"what stood there\n");
    let run = step(&tree, &["check", "--format", "github"]).exits(1);
    assert!(run.stdout.starts_with("::error file=app/bad.py,line=2,endLine=2,col=11,endColumn=28,"), "{}", run.stdout);
    let summary = tree.read("summary.md");
    assert!(summary.starts_with("what stood there\n## "), "{summary}");
    assert!(summary.contains("ssot: gate failed") && summary.contains("`app/bad.py:2`"), "{summary}");
}

#[test]
fn other_formats_leave_the_step_summary_alone() {
    let tree = project();
    step(&tree, &["check", "--format", "json"]).exits(1);
    assert!(!tree.path("summary.md").exists());
}

#[test]
fn a_step_summary_that_is_full_or_cannot_be_written_is_told_and_fails_nothing() {
    let tree = project();
    tree.write("summary.md", &vec![b'x'; 1 << 20]);
    let run = step(&tree, &["check", "--format", "github", "--exit-zero"]).exits(0);
    assert!(run.stderr.contains("the step summary is full"), "{}", run.stderr);
    assert_eq!(tree.read("summary.md").len(), 1 << 20);
    let mut command = tree.ssot(&["check", "--format", "github", "--exit-zero"]);
    let run = Run::of(command.env("GITHUB_STEP_SUMMARY", tree.path("no/summary.md"))).exits(0);
    assert!(run.stderr.contains("the step summary is not written"), "{}", run.stderr);
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    let run = project().run(&["check", "--format", "rdjson"]).exits(1);
    let range = &run.json()["diagnostics"][0]["location"]["range"];
    assert_eq!(range["start"], serde_json::json!({ "line": 2, "column": 15 }));
    assert_eq!(range["end"], serde_json::json!({ "line": 2, "column": 32 }));
}

#[test]
fn the_page_is_the_same_however_it_is_written() {
    let tree = project();
    let stdout = tree.run(&["check", "--format", "html"]).exits(1).stdout;
    assert!(stdout.starts_with("<!doctype html>") && stdout.ends_with("</html>\n"));
    tree.run(&["check", "--format", "html", "-o", "page.html", "--jobs", "1"]).exits(1);
    tree.run(&["check", "app", "--report", "html=more.html", "--color", "always"]).exits(1);
    assert_eq!((tree.read("page.html"), tree.read("more.html")), (stdout.clone(), stdout));
}

#[test]
fn the_page_heeds_what_is_asked_for() {
    let tree = project();
    let page = |arguments: &[&str], code: i32| {
        tree.run(&[&["check", "--format", "html"], arguments].concat()).exits(code).stdout
    };
    assert!(page(&[], 1).contains("<h1>Gate failed: 1 violation (1 error)</h1>"));
    let other = page(&["app/cache.py"], 0);
    assert!(other.contains("<h1>Gate passed: 0 violations</h1>") && !other.contains("app/bad.py"));
    tree.write("app/bad.py", b"import cachelib\nx = cachelib.Client()  # ssot: ignore[no-client] a trial\n");
    assert!(!page(&[], 0).contains("a trial"));
    assert!(page(&["--show-suppressed"], 0).contains("a trial"));
}

#[test]
fn a_badge_has_the_score_in_the_colour_of_its_grade() {
    let tree = project();
    let score = tree.run(&["score", "--format", "json"]).exits(0).json();
    let badge = tree.run(&["score", "--format", "shields"]).exits(0).json();
    let message = format!("{:.2}", score["overall"].as_f64().expect("a score"));
    assert_eq!(badge, serde_json::json!({ "schemaVersion": 1, "label": "ssot", "message": message, "color": "red" }));
    assert_eq!(score["grade"], "critical");
    tree.write("app/bad.py", b"");
    let unused = tree.run(&["score", "--format", "shields"]).exits(0).json();
    assert_eq!((&unused["message"], &unused["color"]), (&"not measured".into(), &"lightgrey".into()));
    let refused = tree.run(&["score", "--format", "shields", "--explain"]).exits(2);
    assert!(refused.stderr.contains("leave out --explain"), "{}", refused.stderr);
}
