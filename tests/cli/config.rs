//! Which rules apply, and what is said when they cannot.

use crate::support::{Run, Tree};

const RULES: &str = "[[source]]\nid = \"cache\"\nowners = []\n\n[[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\n";

#[test]
fn every_problem_of_the_rules_file_is_shown_at_once_with_a_caret() {
    let tree = Tree::new(&[("a.py", ""), ("ssot.toml", "extend = [\"redis\"]\n\n[gate]\nfail-under = \"x\"\n")]);
    for command in ["check", "score", "files", "rules", "rule", "init"] {
        let run = tree.run(&[command]).exits(2);
        assert_eq!(run.stdout, "", "{command}");
        for words in ["--> ssot.toml:1:1", "did you mean `extends`?", "--> ssot.toml:4:14", "^^^"] {
            assert!(run.stderr.contains(words), "{command}: {words} in {}", run.stderr);
        }
    }
    tree.run(&["check", "--exit-zero"]).exits(2);
}

#[test]
fn the_nearest_rules_file_upward_makes_the_root() {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("sub/deep/a.py", ""),
        ("b.py", ""),
        ("own/ssot.toml", RULES),
        ("own/c.py", ""),
    ]);
    let from = |directory: &str| Run::of(tree.ssot(&["files", "-q"]).current_dir(tree.path(directory))).exits(0).stdout;
    assert_eq!(from("sub/deep"), "b.py\nown/c.py\nsub/deep/a.py\n");
    assert_eq!(from("own"), "c.py\n");
}

#[test]
fn a_named_rules_file_makes_the_current_directory_the_root() {
    let tree = Tree::new(&[("conf/rules.toml", RULES), ("sub/a.py", ""), ("b.py", ""), ("ssot.toml", "broken")]);
    let run = Run::of(tree.ssot(&["files", "-q", "--config", "../conf/rules.toml"]).current_dir(tree.path("sub")));
    assert_eq!(run.exits(0).stdout, "a.py\n");
    let mut command = tree.ssot(&["rules"]);
    assert!(Run::of(command.env("SSOT_CONFIG", "conf/rules.toml")).exits(0).stdout.contains("no-client"));
    let mut command = tree.ssot(&["rules"]);
    Run::of(command.env("SSOT_CONFIG", "")).exits(2);
    tree.run(&["check", "--config", "missing.toml"]).exits(2);
}

#[test]
fn without_a_rules_file_every_directory_of_a_repository_gives_the_same_and_says_what_applies() {
    let tree = Tree::new(&[("a/b.py", "x = 1\n"), ("c.py", "")]);
    tree.git(&["init", "-q"]);
    let top = tree.run(&["check"]).exits(0);
    assert!(top.stdout.contains("no rules file was found, so the built-in pack `redis` applies"), "{}", top.stdout);
    let below = Run::of(tree.ssot(&["check"]).current_dir(tree.path("a"))).exits(0);
    assert_eq!(below.stdout, top.stdout);
}

#[test]
fn a_run_without_a_rule_says_so() {
    let tree = Tree::new(&[("ssot.toml", "exclude = []\n"), ("a.py", "import redis\n")]);
    let run = tree.run(&["check", "--format", "concise"]).exits(0);
    assert!(run.stdout.contains("ssot.toml: warning: there is no rule, so nothing can be found"), "{}", run.stdout);
    tree.write("ssot.toml", b"extends = [\"redis\"]\n");
    assert!(!tree.run(&["check"]).exits(0).stdout.contains("nothing can be found"));
    let run = tree.run(&["check", "--format", "concise", "--ignore", "*"]).exits(0);
    assert!(run.stdout.contains("every rule is switched off, so nothing can be found"), "{}", run.stdout);
}

#[test]
fn rules_are_selected_by_id_and_unknown_ids_are_refused() {
    let tree = Tree::new(&[("ssot.toml", RULES), ("a.py", "")]);
    tree.run(&["check", "--select", "no-client"]).exits(0);
    let run = tree.run(&["check", "--select", "no-clint", "--ignore", "nonsense"]).exits(2);
    assert!(run.stderr.contains("no-clint") && run.stderr.contains("`no-client`"), "{}", run.stderr);
    assert!(run.stderr.contains("nonsense"), "{}", run.stderr);
}

#[test]
fn subcommands_about_rules_print_what_they_know() {
    let tree = Tree::new(&[("ssot.toml", RULES), ("a.py", "")]);
    assert!(tree.run(&["rule", "no-client"]).exits(0).stdout.contains("cachelib.Client"));
    assert!(tree.run(&["rule", "no-clien"]).exits(2).stderr.contains("no-client"));
    assert!(tree.run(&["config", "--show"]).exits(0).stdout.contains("ssot.toml:2"));
    assert!(tree.run(&["rules", "--packs"]).exits(0).stdout.contains("redis"));
    assert_eq!(tree.run(&["schema"]).exits(0).json()["type"], "object");
    for arguments in [&["rules"][..], &["rule", "no-client"], &["rules", "--packs"], &["rule"]] {
        tree.run(&[arguments, &["--format", "json"]].concat()).exits(0).json();
    }
    tree.run(&["config"]).exits(2);
}

#[test]
fn exclude_of_the_rules_file_counts_unless_the_flag_replaces_it() {
    let tree = Tree::new(&[("ssot.toml", &format!("exclude = [\"old/**\"]\n{RULES}")), ("old/a.py", ""), ("b.py", "")]);
    assert_eq!(tree.scanned(&[]), ["b.py"]);
    assert_eq!(tree.scanned(&["--exclude", "b.py"]), ["old/a.py"]);
    assert_eq!(tree.scanned(&["--extend-exclude", "b.py"]), Vec::<String>::new());
    let run = tree.run(&["files"]).exits(0);
    assert!(run.stderr.contains("skipped old/: excluded by `old/**` (ssot.toml)"), "{}", run.stderr);
}

#[test]
fn init_never_writes_over_a_rules_file() {
    for existing in ["ssot.toml", ".ssot.toml"] {
        let tree = Tree::new(&[(existing, RULES), ("a.py", "")]);
        let run = tree.run(&["init"]).exits(0);
        assert!(run.stderr.contains("the project has rules, which are left as they are"), "{}", run.stderr);
        assert_eq!(tree.read(existing), RULES);
    }
    let tree = Tree::new(&[("a.py", "")]);
    let printed = tree.run(&["init", "--stdout"]).exits(0).stdout;
    assert!(!tree.path("ssot.toml").exists());
    tree.run(&["init"]).exits(0);
    assert_eq!(tree.read("ssot.toml"), printed);
    tree.run(&["check"]).exits(0);
    tree.run(&["init"]).exits(0);
    assert_eq!(tree.read("ssot.toml"), printed);
}
