//! `--staged` and `--against` in real repositories.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Tree};

pub const RULES: &str = "\
[[source]]
id = \"redis\"
owners = [\"app/owner.py\"]
canonical = [\"app.owner.client\"]

[[rule]]
id = \"redis-new\"
source = \"redis\"
kind = \"construct\"
ban = [\"redis.Redis\"]
";

pub const OWNER: &str = "import redis\n\nclient = redis.Redis()\n";
pub const OLD: &str = "import redis\n\n\ndef start():\n    first = redis.Redis()\n    return first\n";
pub const GOOD: &str = "from app.owner import client\n\nclient.get('a')\n";

/// A repository with one old violation and one adopter, all committed.
pub fn repository() -> Tree {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/owner.py", OWNER),
        ("app/old.py", OLD),
        ("app/good.py", GOOD),
    ]);
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, "first");
    tree
}

pub fn commit(tree: &Tree, message: &str) {
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "-m", message]);
}

/// Adds a function that breaks the rule.
pub fn more(text: &str) -> String {
    format!("{text}\n\ndef added():\n    second = redis.Redis()\n    return second\n")
}

pub fn check(tree: &Tree, arguments: &[&str]) -> Run {
    tree.run(&[&["check", "--format", "json"], arguments].concat())
}

/// `new fixed moved unchanged`.
pub fn counts(run: &Run) -> [u64; 4] {
    let json = run.json();
    ["new", "fixed", "moved", "unchanged"].map(|key| json["comparison"][key].as_u64().expect("a count"))
}

/// `path:line state` of each violation.
pub fn violations(run: &Run) -> Vec<String> {
    let json = run.json();
    let shown =
        |it: &Value| format!("{}:{} {}", it["path"].as_str().unwrap(), it["line"], it["state"].as_str().unwrap());
    json["violations"].as_array().expect("violations").iter().map(shown).collect()
}

pub fn condition(run: &Run, id: &str) -> Option<bool> {
    let json = run.json();
    let conditions = json["gate"]["conditions"].as_array().expect("conditions").clone();
    conditions.iter().find(|it| it["id"] == id).map(|it| it["passed"].as_bool().unwrap())
}

#[test]
fn staged_judges_the_index_and_nothing_else() {
    let tree = repository();
    tree.write("app/half.py", more("import redis\n").as_bytes());
    tree.git(&["add", "app/half.py"]);
    tree.write("app/half.py", b"import redis\n");
    tree.write("app/old.py", b"x = 1\n");
    tree.write("app/untracked.py", OLD.as_bytes());
    let index = || std::fs::read(tree.path(".git/index")).unwrap();
    let before = index();
    let staged = check(&tree, &["--staged"]).exits(1);
    assert_eq!(before, index());
    assert_eq!(violations(&staged), ["app/half.py:5 new", "app/old.py:5 new"]);
    assert_eq!(violations(&check(&tree, &[])), ["app/untracked.py:5 new"]);
}

#[test]
fn names_are_resolved_in_the_index_too() {
    let tree = repository();
    tree.write("app/names.py", b"from redis import Redis as R\n");
    tree.write("app/user.py", b"from app.names import R\n\nR()\n");
    commit(&tree, "names");
    tree.write("app/names.py", b"class R: ...\n");
    assert_eq!(violations(&check(&tree, &["--staged"])), ["app/old.py:5 new", "app/user.py:3 new"]);
    assert_eq!(violations(&check(&tree, &[])), ["app/old.py:5 new"]);
}

#[test]
fn a_clean_checkout_gives_the_same_either_way() {
    let tree = repository();
    tree.write("app/a b\nc.py", OLD.as_bytes());
    tree.write("node_modules/x.py", OLD.as_bytes());
    tree.write("env/pyvenv.cfg", b"");
    tree.write("env/lib.py", OLD.as_bytes());
    std::os::unix::fs::symlink("old.py", tree.path("app/link.py")).unwrap();
    commit(&tree, "odd");
    assert_eq!(check(&tree, &["--staged"]).stdout, check(&tree, &[]).stdout);
}

#[test]
fn what_the_index_does_not_vouch_for_is_read_from_objects() {
    let tree = repository();
    tree.git(&["update-index", "--assume-unchanged", "app/old.py"]);
    tree.write("app/old.py", b"x = 1\n");
    assert_eq!(violations(&check(&tree, &["--staged"])), ["app/old.py:5 new"]);
    let sparse = repository();
    sparse.git(&["sparse-checkout", "set", "--no-cone", "/ssot.toml", "/app/owner.py"]);
    assert!(!sparse.path("app/old.py").exists());
    assert_eq!(violations(&check(&sparse, &["--staged"])), ["app/old.py:5 new"]);
}

#[test]
fn nothing_new_passes_and_something_new_fails() {
    let tree = repository();
    let same = check(&tree, &["--against", "main"]).exits(0);
    assert_eq!((counts(&same), violations(&same)), ([0, 0, 0, 1], vec!["app/old.py:5 baselined".to_owned()]));
    tree.git(&["checkout", "-q", "-b", "work"]);
    tree.write("app/old.py", more(&format!("# a line\n{OLD}")).as_bytes());
    commit(&tree, "more");
    let found = check(&tree, &["--against", "main"]).exits(1);
    assert_eq!(counts(&found), [1, 0, 0, 1]);
    assert_eq!(violations(&found), ["app/old.py:6 baselined", "app/old.py:11 new"]);
    assert_eq!(condition(&found, "no-new"), Some(false));
    assert!(found.json()["comparison"]["delta"].as_f64().unwrap() < 0.0);
    let text = tree.run(&["check", "--against", "main"]).exits(1).stdout;
    assert!(text.contains("1 new, 0 fixed, 0 moved, 1 unchanged; score -"), "{text}");
    let line = tree.run(&["check", "--against", "main", "--format", "concise"]).exits(1).stdout;
    assert!(line.contains("1 new, 0 fixed"), "{line}");
}

#[test]
fn unstaged_edits_and_untracked_files_take_no_part() {
    let tree = repository();
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.write("app/untracked.py", OLD.as_bytes());
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    tree.git(&["add", "app/old.py"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1)), [1, 0, 0, 1]);
}

#[test]
fn identity_survives_what_it_must_and_nothing_else() {
    let one = "    first = redis.Redis()\n";
    for (name, text, expected) in [
        ("lines shift", format!("import os\n\n{OLD}"), [0, 0, 0, 1]),
        ("argument added", OLD.replace("Redis()", "Redis(\n        db=1,\n    )"), [0, 0, 0, 1]),
        ("fixed", OLD.replace("redis.Redis()", "None"), [0, 1, 0, 0]),
        ("function renamed", OLD.replace("start", "begin"), [0, 0, 1, 0]),
        ("duplicate above", OLD.replace(one, &format!("{one}{one}")), [1, 0, 0, 1]),
        (
            "one fixed and one added",
            format!("{}\n\ndef other(x):\n    y = x\n{one}    z = y\n", OLD.replace("redis.Redis()", "None")),
            [1, 1, 0, 0],
        ),
    ] {
        let tree = repository();
        tree.write("app/old.py", text.as_bytes());
        tree.git(&["add", "-A"]);
        assert_eq!(counts(&check(&tree, &["--against", "HEAD"])), expected, "{name}");
    }
    let tree = repository();
    tree.git(&["mv", "app/old.py", "app/renamed.py"]);
    let found = check(&tree, &["--against", "HEAD"]).exits(0);
    assert_eq!(counts(&found), [0, 0, 1, 0]);
    assert_eq!(found.json()["comparison"]["moved_violations"][0]["from"]["path"], "app/old.py");
}

#[test]
fn the_merge_base_counts_unless_the_reference_itself_is_wanted() {
    let tree = repository();
    tree.git(&["checkout", "-q", "-b", "work"]);
    tree.git(&["commit", "-q", "--allow-empty", "-m", "work"]);
    tree.git(&["checkout", "-q", "main"]);
    tree.write("app/old.py", OLD.replace("redis.Redis()", "None").as_bytes());
    commit(&tree, "fixed on main");
    tree.git(&["checkout", "-q", "work"]);
    assert_eq!(counts(&check(&tree, &["--against", "main"]).exits(0)), [0, 0, 0, 1]);
    for exact in [&["--against", "main", "--against-exact"][..], &["--against-exact", "main"]] {
        assert_eq!(counts(&check(&tree, exact).exits(1)), [1, 0, 0, 0]);
    }
}

#[test]
fn a_lower_score_fails_only_with_a_new_violation() {
    let tree = repository();
    tree.write("ssot.toml", format!("{RULES}[gate]\nscore-drop = true\nno-new = false\n").as_bytes());
    commit(&tree, "gate");
    tree.git(&["rm", "-q", "app/good.py"]);
    let deleted = check(&tree, &["--against", "HEAD"]).exits(0);
    assert_eq!(condition(&deleted, "score-drop"), Some(true));
    assert!(deleted.json()["comparison"]["delta"].as_f64().unwrap() < 0.0);
    // One that a comment accepts lowers the score like any other.
    let accepted =
        more(OLD).replace("second = redis.Redis()", "second = redis.Redis()  # ssot: ignore[redis-new] measured apart");
    tree.write("app/old.py", accepted.as_bytes());
    tree.git(&["add", "-A"]);
    let taken = check(&tree, &["--against", "HEAD"]);
    assert_eq!(condition(&taken, "score-drop"), Some(false), "{}", taken.stdout);
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.git(&["add", "-A"]);
    let worse = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!(condition(&worse, "score-drop"), Some(false));
}

#[test]
fn weaker_rules_are_shown_and_fail() {
    let weaker = [
        format!("exclude = [\"app/old.py\"]\n{RULES}"),
        format!("{RULES}severity = \"note\"\n"),
        format!("{RULES}enabled = false\n"),
        format!("{RULES}allow-in = [{{ path = \"app/old.py\", reason = \"x\" }}]\n"),
        RULES.replace("app/owner.py\"]", "app/owner.py\", \"app/old.py\"]"),
    ];
    for rules in weaker {
        let tree = repository();
        tree.write("ssot.toml", rules.as_bytes());
        tree.git(&["add", "-A"]);
        let found = check(&tree, &["--against", "HEAD"]).exits(1);
        assert_eq!(condition(&found, "rule-changes"), Some(false), "{rules}");
        assert_eq!(found.json()["comparison"]["hidden_violations"][0]["path"], "app/old.py", "{rules}");
        check(&tree, &["--against", "HEAD", "--allow-rule-changes"]).exits(0);
    }
    let tree = repository();
    tree.write("ssot.toml", RULES.replace("redis.Redis\"]", "redis.Redis\", \"redis.StrictRedis\"]").as_bytes());
    tree.git(&["add", "-A"]);
    assert_eq!(condition(&check(&tree, &["--against", "HEAD"]).exits(0), "rule-changes"), Some(true));
}

#[test]
fn rules_are_read_from_the_index() {
    let tree = repository();
    tree.write("ssot.toml", format!("{RULES}enabled = false\n").as_bytes());
    check(&tree, &[]).exits(0);
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 new"]);
    // It was deleted or renamed, or what it extends was, and that is not staged.
    std::fs::remove_file(tree.path("ssot.toml")).unwrap();
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 new"]);
    tree.write(".ssot.toml", format!("{RULES}enabled = false\n").as_bytes());
    check(&tree, &[]).exits(0);
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 new"]);
    check(&tree, &["--staged", "--config", ".ssot.toml"]).exits(0);
    std::fs::remove_file(tree.path(".ssot.toml")).unwrap();
    tree.write("ssot.toml", b"extends = [\"base.toml\"]\n");
    tree.write("base.toml", RULES.as_bytes());
    commit(&tree, "base");
    std::fs::remove_file(tree.path("base.toml")).unwrap();
    check(&tree, &[]).exits(2);
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 new"]);
}

#[test]
fn refusals_say_what_to_do() {
    let tree = repository();
    for (arguments, words) in [
        (&["--against", "nowhere"][..], "no commit in this repository"),
        (&["--against=--all"], "no commit in this repository"),
        (&["--against"], "no upstream"),
        (&["--against", "app"], "put `--` between --against and PATHS"),
        (&["--against", "main", "--against-exact", "app"], "both given"),
    ] {
        let run = check(&tree, arguments).exits(2);
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    let plain = Tree::new(&[("ssot.toml", RULES), ("a.py", OLD)]);
    let run = check(&plain, &["--staged"]).exits(2);
    assert!(run.stderr.contains("in no git repository"), "{}", run.stderr);
    plain.git(&["init", "-q", "-b", "main"]);
    plain.git(&["add", "a.py"]);
    assert_eq!(violations(&check(&plain, &["--staged"])), ["a.py:5 new"]);
    assert!(check(&plain, &["--against", "HEAD"]).exits(2).stderr.contains("no commit"));
    let mut without = tree.ssot(&["check", "--staged"]);
    let run = Run::of(without.env("PATH", "/nonexistent")).exits(2);
    assert!(run.stderr.contains("could not be started"), "{}", run.stderr);
}

#[test]
fn the_reference_is_the_base_of_the_pull_request_or_the_upstream() {
    let tree = repository();
    tree.git(&["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    let mut command = tree.ssot(&["check", "--format", "json", "--against"]);
    let run = Run::of(command.env("GITHUB_BASE_REF", "trunk")).exits(0);
    assert_eq!(run.json()["comparison"]["reference"], "origin/trunk");
    tree.git(&["branch", "-q", "side"]);
    tree.git(&["branch", "-q", "--set-upstream-to=side"]);
    assert_eq!(check(&tree, &["--against"]).exits(0).json()["comparison"]["reference"], "side");
}

#[test]
fn a_shallow_clone_says_what_is_missing() {
    let tree = repository();
    tree.git(&["checkout", "-q", "-b", "work"]);
    tree.git(&["commit", "-q", "--allow-empty", "-m", "work"]);
    let url = format!("file://{}", tree.root().display());
    let clone = Tree::new(&[]);
    clone.git(&["clone", "-q", "--depth", "1", "--branch", "work", &url, "c"]);
    let run = Run::of(clone.ssot(&["check", "--against", "origin/main"]).current_dir(clone.path("c"))).exits(2);
    assert!(run.stderr.contains("shallow") && run.stderr.contains("fetch-depth: 0"), "{}", run.stderr);
    let remedy = "`git fetch --unshallow origin +main:refs/remotes/origin/main`";
    assert!(run.stderr.contains(remedy), "{}", run.stderr);
    let fetch = ["-C", "c", "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main"];
    clone.git(&fetch);
    let against = |flag: &str| Run::of(clone.ssot(&["check", flag, "origin/main"]).current_dir(clone.path("c")));
    let run = against("--against").exits(2);
    assert!(run.stderr.contains("shallow"), "{}", run.stderr);
    against("--against-exact").exits(0);
    clone.git(&["-C", "c", "fetch", "-q", "--unshallow", "origin", "+main:refs/remotes/origin/main"]);
    against("--against").exits(0);
}

#[test]
fn bare_repositories_worktrees_and_submodules() {
    let tree = repository();
    tree.write("app/old.py", more(OLD).as_bytes());
    commit(&tree, "more");
    let other = Tree::new(&[]);
    other.git(&["clone", "-q", "--bare", &tree.root().display().to_string(), "b.git"]);
    let run = |arguments: &[&str]| Run::of(other.ssot(arguments).current_dir(other.path("b.git")));
    assert!(run(&["check", "--staged"]).exits(2).stderr.contains("bare"));
    let found = run(&["check", "--format", "json", "--against", "HEAD~1"]).exits(1);
    assert_eq!(counts(&found), [1, 0, 0, 1]);
    tree.git(&["worktree", "add", "-q", "--detach", "../wt", "HEAD"]);
    let found =
        Run::of(tree.ssot(&["check", "--format", "json", "--against", "HEAD~1"]).current_dir(tree.path("../wt")));
    assert_eq!(counts(&found.exits(1)), [1, 0, 0, 1]);
    let url = other.path("b.git").display().to_string();
    tree.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "sub"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 2]);
}

#[test]
fn a_hook_is_judged_by_the_index_that_it_is_given() {
    let tree = repository();
    tree.write("app/new.py", OLD.as_bytes());
    std::fs::copy(tree.path(".git/index"), tree.path(".git/next-index")).unwrap();
    let add = Command::new("git")
        .args(["add", "app/new.py"])
        .env("GIT_INDEX_FILE", ".git/next-index")
        .current_dir(tree.root())
        .status()
        .unwrap();
    assert!(add.success());
    let mut command = tree.ssot(&["check", "--format", "json", "--staged"]);
    let run = Run::of(command.env("GIT_INDEX_FILE", ".git/next-index").env("GIT_DIR", ".git"));
    assert_eq!(violations(&run), ["app/new.py:5 new", "app/old.py:5 new"]);
}

#[test]
fn a_partial_clone_without_the_content_is_no_comparison() {
    let tree = repository();
    tree.write("app/old.py", more(OLD).as_bytes());
    commit(&tree, "more");
    tree.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = Tree::new(&[]);
    let url = format!("file://{}", tree.root().display());
    clone.git(&["clone", "-q", "--filter=blob:none", &url, "c"]);
    let run = Run::of(clone.ssot(&["check", "--against", "HEAD~1"]).current_dir(clone.path("c"))).exits(2);
    assert!(run.stderr.contains("not in this clone"), "{}", run.stderr);
}

#[test]
fn an_included_file_is_read_from_the_commit() {
    let rules = "[[source]]\nid = \"redis\"\ncanonical = []\nowners = []\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\n\
                 kind = \"construct\"\nban = [\"redis::Client::open\"]\n";
    let old = "fn f() {\n    redis::Client::open(1);\n}\n";
    let tree = Tree::new(&[("ssot.toml", rules), ("src/lib.rs", "include!(\"part.in\");\n"), ("src/part.in", old)]);
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, "first");
    tree.write("src/part.in", format!("{old}fn g() {{\n    redis::Client::open(2);\n}}\n").as_bytes());
    tree.git(&["add", "-A"]);
    tree.write("src/part.in", b"");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"])), [1, 0, 0, 1]);
    let staged = check(&tree, &["--staged"]).json();
    assert_eq!(staged["violations"].as_array().map(Vec::len), Some(2));
}
