//! `components = "codeowners"`: owners as components.

use crate::support::{Run, Tree};

const RULES: &str = "components = \"codeowners\"\n[[source]]\nid = \"mail\"\nowners = []\n[[rule]]\nid = \"no-smtp\"\nsource = \"mail\"\nkind = \"construct\"\nban = [\"smtplib.SMTP\"]\n";
const CODE: &str = "import smtplib\nsmtplib.SMTP()\n";

fn repository(more: &[(&str, &str)]) -> Tree {
    let files = [("a/x.py", CODE), ("a/b/x.py", CODE), ("c/x.py", CODE)];
    let tree = Tree::new(&[&files, more].concat());
    tree.git(&["init", "-q"]);
    tree
}

/// The components with their violations.
fn found(run: &Run) -> Vec<String> {
    let json = run.json();
    let all = json["score"]["sources"][0]["components"].as_array().cloned().unwrap_or_default();
    all.iter().map(|it| format!("{} {}", it["id"].as_str().unwrap_or_default(), it["violations"])).collect()
}

const OWNERS: &str = "* @org/all\n/a/ @org/a @bob\n/a/b/\n";

#[test]
fn each_owner_is_a_component_of_the_files_whose_last_pattern_names_it() {
    let expected = ["@org/all 1", "@org/a 1", "@bob 1"];
    for place in [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"] {
        let tree = repository(&[("ssot.toml", RULES), (place, OWNERS)]);
        assert_eq!(found(&tree.run(&["check", "--format", "json"]).exits(1)), expected, "{place}");
        tree.git(&["add", "-A"]);
        tree.git(&["commit", "-q", "-m", "first"]);
        assert_eq!(found(&tree.run(&["check", "--staged", "--format", "json"]).exits(1)), expected, "{place}");
    }
}

#[test]
fn a_project_below_the_top_reads_the_file_of_the_repository() {
    let tree = repository(&[("a/ssot.toml", RULES), ("CODEOWNERS", OWNERS)]);
    let mut below = tree.ssot(&["check", "--format", "json"]);
    assert_eq!(found(&Run::of(below.current_dir(tree.path("a")))), ["@org/all 0", "@org/a 1", "@bob 1"]);
}

#[test]
fn without_the_file_the_key_is_an_error() {
    let tree = repository(&[("ssot.toml", RULES)]);
    let run = tree.run(&["check"]).exits(2);
    assert!(run.stderr.contains("ssot.toml:1:14") && run.stderr.contains(".github/CODEOWNERS"), "{}", run.stderr);
    tree.write("ssot.toml", RULES.replace("\"codeowners\"", "\"codeowner\"").as_bytes());
    let run = tree.run(&["check"]).exits(2);
    assert!(run.stderr.contains("did you mean `codeowners`?"), "{}", run.stderr);
}
