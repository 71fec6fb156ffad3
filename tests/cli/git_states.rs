//! States of a repository in which a run must not be silently wrong: other work trees, sparse and shallow checkouts, missing
//! objects, several projects in one repository.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::process::Command;

use serde_json::Value;

use crate::git::{GOOD, OLD, OWNER, RULES, check, commit, counts, more, repository, violations};
use crate::support::{Run, Tree};

fn in_directory(tree: &Tree, directory: &str, arguments: &[&str]) -> Run {
    Run::of(tree.ssot(arguments).current_dir(tree.path(directory)))
}

#[test]
fn a_linked_work_tree_inside_the_project_is_another_tree() {
    let tree = repository();
    tree.git(&["worktree", "add", "-q", "--detach", "trees/other", "HEAD"]);
    let run = check(&tree, &[]).exits(1);
    assert_eq!(violations(&run), ["app/old.py:5 new"]);
    let listed = tree.run(&["files"]);
    assert!(listed.stderr.contains("skipped trees/other/: linked work tree of git"), "{}", listed.stderr);
    // It is a tree of its own, and a submodule is none of these.
    let run = in_directory(&tree, "trees/other", &["check", "--format", "json"]).exits(1);
    assert_eq!(violations(&run), ["app/old.py:5 new"]);
    let lib = Tree::new(&[("x.py", OLD)]);
    lib.git(&["init", "-q", "-b", "main"]);
    commit(&lib, "one");
    let url = lib.root().display().to_string();
    tree.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "sub"]);
    assert_eq!(violations(&check(&tree, &[]).exits(1)), ["app/old.py:5 new", "sub/x.py:5 new"]);
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_gone() {
    let tree = repository();
    tree.write("lib/names.py", b"from redis import Redis as R\n");
    tree.write("lib/old.py", OLD.as_bytes());
    tree.write("app/user.py", b"from lib.names import R\n\nR()\n");
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    commit(&tree, "baseline");
    tree.write("app/user.py", b"from lib.names import R\n\n\ndef f():\n    return R()\n");
    let whole = check(&tree, &[]).exits(1);
    tree.git(&["sparse-checkout", "set", "--cone", "app"]);
    assert!(!tree.path("lib").exists());
    let sparse = check(&tree, &[]).exits(1);
    assert_eq!(sparse.json()["summary"]["stale"], whole.json()["summary"]["stale"]);
    assert_eq!(violations(&sparse), violations(&whole));
    // Pruning takes nothing of a file that is not here.
    tree.run(&["baseline", "prune"]).exits(0);
    assert!(tree.read("ssot-baseline.toml").contains("lib/old.py"));
}

#[test]
fn a_rules_file_that_a_sparse_checkout_leaves_out_is_missed() {
    let tree = repository();
    tree.write("app/ssot.toml", b"extends = [\"redis\"]\n");
    commit(&tree, "rules of the app");
    for (kept, from, missing) in [("/app/old.py", ".", "ssot.toml"), ("/ssot.toml", "app", "app/ssot.toml")] {
        tree.git(&["sparse-checkout", "set", "--no-cone", kept, "/app/old.py"]);
        let run = in_directory(&tree, from, &["check"]).exits(2);
        assert!(run.stderr.contains("the rules file is not here"), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("--> {missing}\n")), "{}", run.stderr);
    }
    tree.git(&["sparse-checkout", "set", "--no-cone", "/ssot.toml", "/app/"]);
    in_directory(&tree, "app", &["check"]).exits(1);
    check(&tree, &[]).exits(1);
}

#[test]
fn a_shallow_clone_in_which_the_merge_base_may_be_another_is_no_comparison() {
    // main: 1 - 2 - 3 - merge of side; side leaves at 2. With a cut, 1 could be taken for where they part.
    let tree = repository();
    tree.git(&["checkout", "-q", "-b", "work"]);
    for name in ["a", "b", "c"] {
        tree.write(&format!("app/{name}.py"), b"x = 1\n");
        commit(&tree, name);
    }
    tree.git(&["checkout", "-q", "main"]);
    tree.write("app/d.py", b"x = 1\n");
    commit(&tree, "d");
    tree.git(&["checkout", "-q", "work"]);
    tree.git(&["merge", "-q", "--no-edit", "main"]);
    tree.git(&["checkout", "-q", "main"]);
    tree.write("app/e.py", b"x = 1\n");
    commit(&tree, "e");
    let clone = Tree::new(&[]);
    let url = format!("file://{}", tree.root().display());
    clone.git(&["clone", "-q", "--depth", "3", "--no-single-branch", "--branch", "work", &url, "c"]);
    let shallow = clone.read("c/.git/shallow");
    assert!(!shallow.is_empty());
    let run = in_directory(&clone, "c", &["check", "--against", "origin/main"]).exits(2);
    assert!(run.stderr.contains("may not be in it") && run.stderr.contains("--unshallow"), "{}", run.stderr);
    in_directory(&clone, "c", &["check", "--against-exact", "origin/main"]).exits(0);
    clone.git(&["-C", "c", "fetch", "-q", "--unshallow"]);
    in_directory(&clone, "c", &["check", "--against", "origin/main"]).exits(0);
    // A cut below where they part hides nothing.
    let other = Tree::new(&[]);
    other.git(&["clone", "-q", "--depth", "1", "--branch", "main", &url, "c"]);
    in_directory(&other, "c", &["check", "--against", "HEAD"]).exits(0);
}

#[test]
fn a_missing_object_of_another_kind_does_not_break_renames() {
    let tree = repository();
    tree.write("data.bin", b"gone tomorrow\n");
    commit(&tree, "data");
    let object = Command::new("git").args(["rev-parse", "HEAD:data.bin"]).current_dir(tree.root()).output().unwrap();
    let object = String::from_utf8(object.stdout).unwrap();
    let (head, rest) = object.trim().split_at(2);
    std::fs::remove_file(tree.path(&format!(".git/objects/{head}/{rest}"))).unwrap();
    tree.git(&["rm", "-q", "data.bin"]);
    tree.git(&["mv", "app/old.py", "app/renamed.py"]);
    tree.write("app/renamed.py", format!("import os\n{OLD}").as_bytes());
    tree.write("other.bin", b"gone tomorrow, or nearly\n");
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 1, 0]);
}

/// A repository with two projects whose files have the same names.
fn two_projects() -> Tree {
    let mut files = Vec::new();
    for (path, text) in [("ssot.toml", RULES), ("app/owner.py", OWNER), ("app/old.py", OLD), ("app/good.py", GOOD)] {
        files.push((format!("one/{path}"), text));
        files.push((format!("two/{path}"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let tree = Tree::new(&files);
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, "first");
    tree
}

#[test]
fn two_projects_of_one_repository_are_kept_apart() {
    let tree = two_projects();
    let of = |project: &str, format: &str| in_directory(&tree, project, &["check", "--format", format]).exits(1);
    let (one, two) = (of("one", "sarif").json(), of("two", "sarif").json());
    let identity = |it: &Value| {
        let run = &it["runs"][0];
        let result = &run["results"][0];
        (
            run["automationDetails"]["id"].as_str().unwrap().to_owned(),
            result["partialFingerprints"]["ssotFingerprint/v1"].as_str().unwrap().to_owned(),
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
        )
    };
    let (one, two) = (identity(&one), identity(&two));
    assert_eq!((one.0.as_str(), two.0.as_str()), ("ssot/one/", "ssot/two/"));
    assert_ne!(one.1, two.1);
    assert_eq!((one.2.as_str(), two.2.as_str()), ("one/app/old.py", "two/app/old.py"));
    for format in ["github", "gitlab", "junit", "rdjson"] {
        let text = of("one", format).stdout;
        assert!(text.contains("one/app/old.py"), "{format}: {text}");
    }
    for format in ["json", "concise", "full", "markdown"] {
        let text = of("one", format).stdout;
        assert!(text.contains("app/old.py") && !text.contains("one/app/old.py"), "{format}: {text}");
    }
}

/// The fingerprints of a format, by line.
fn fingerprints(tree: &Tree, format: &str) -> Vec<(u64, String)> {
    let json = tree.run(&["check", "--format", format]).json();
    let of = |it: &Value| match format {
        "gitlab" => (it["location"]["lines"]["begin"].clone(), it["fingerprint"].clone()),
        "sarif" => {
            let place = &it["locations"][0]["physicalLocation"]["region"]["startLine"];
            (place.clone(), it["partialFingerprints"]["ssotFingerprint/v1"].clone())
        }
        _ => (it["line"].clone(), it["fingerprint"].clone()),
    };
    let list = match format {
        "gitlab" => &json,
        "sarif" => &json["runs"][0]["results"],
        _ => &json["violations"],
    };
    let pairs = list.as_array().unwrap().iter().map(of);
    pairs.map(|(line, identity)| (line.as_u64().unwrap(), identity.as_str().unwrap().to_owned())).collect()
}

#[test]
fn equals_in_one_scope_are_told_apart_by_their_statements() {
    for format in ["gitlab", "sarif", "json"] {
        let tree = repository();
        let text = |lines: &[&str]| {
            format!("import redis\n\n{}", lines.iter().map(|it| format!("{it}\n")).collect::<String>())
        };
        tree.write("app/old.py", text(&["a = redis.Redis()", "b = redis.Redis(db=1)"]).as_bytes());
        let before = fingerprints(&tree, format);
        assert_eq!(before.iter().map(|it| it.0).collect::<Vec<_>>(), [3, 4]);
        assert_ne!(before[0].1, before[1].1);
        // The first is fixed, another added, and the second gets an argument.
        tree.write(
            "app/old.py",
            text(&["a = None", "b = redis.Redis(db=1, ssl=True)", "c = redis.Redis()"]).as_bytes(),
        );
        let after = fingerprints(&tree, format);
        assert_eq!(after[0].1, before[1].1, "{format}");
        assert!(after[1].1 != before[0].1 && after[1].1 != before[1].1, "{format}");
        // Statements that are the same are still several.
        tree.write("app/old.py", text(&["redis.Redis()", "redis.Redis()"]).as_bytes());
        let same = fingerprints(&tree, format);
        assert_ne!(same[0].1, same[1].1);
        // Alone it has the plain one, whatever its statement.
        tree.write("app/old.py", text(&["a = redis.Redis()"]).as_bytes());
        let alone = fingerprints(&tree, format);
        tree.write("app/old.py", text(&["b = redis.Redis(9)"]).as_bytes());
        assert_eq!(fingerprints(&tree, format), alone);
    }
}

#[test]
fn a_commit_that_only_removes_debt_prunes_in_the_same_run() {
    let tree = repository();
    tree.write("app/more.py", more(OLD).as_bytes());
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    tree.write("app/old.py", b"x = 1\n");
    let run = check(&tree, &[]).exits(1);
    assert!(run.json()["problems"][0]["help"].as_str().unwrap().contains("check --prune"), "{}", run.stdout);
    let run = check(&tree, &["--prune"]).exits(0);
    assert_eq!(run.json()["problems"].as_array().unwrap().len(), 0);
    assert!(run.stderr.contains("1 removed, 2 left"), "{}", run.stderr);
    assert!(!tree.read("ssot-baseline.toml").contains("app/old.py"));
    check(&tree, &[]).exits(0);
    // What is new fails all the same.
    tree.write("app/old.py", OLD.as_bytes());
    check(&tree, &["--prune"]).exits(1);
    check(&tree, &["--prune", "--staged"]).exits(2);
}

#[test]
fn another_name_of_the_same_class_is_no_new_violation() {
    let old = "import redis\n\n\ndef start():\n    return redis.StrictRedis()\n";
    let tree = Tree::new(&[
        ("ssot.toml", "extends = [\"redis\"]\n[[source]]\nid = \"redis\"\nowners = [\"app/owner.py\"]\n"),
        ("app/owner.py", OWNER),
        ("app/old.py", old),
    ]);
    tree.git(&["init", "-q", "-b", "main"]);
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    commit(&tree, "first");
    tree.write("app/old.py", old.replace("StrictRedis", "Redis").as_bytes());
    let run = check(&tree, &["--prune"]).exits(0);
    assert_eq!(run.json()["summary"]["violations"]["new"], 0, "{}", run.stdout);
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(0);
    assert_eq!(counts(&run)[0], 0);
    assert_eq!(violations(&run), ["app/old.py:5 baselined"]);
}

#[test]
fn what_a_format_has_no_place_for_is_said_on_standard_error() {
    let tree = repository();
    for format in ["gitlab", "rdjson"] {
        let run = tree.run(&["check", "--format", format]).exits(1);
        assert!(run.stderr.contains("gate failed: errors and warnings 1, at most 0"), "{}", run.stderr);
    }
    let bare = Tree::new(&[
        ("app/owner.py", "import redis\n\nclient = redis.Redis()\n"),
        ("app/good.py", "from app.owner import client\n\nclient.get('a')\n"),
        ("app/old.py", OLD),
    ]);
    for format in
        ["full", "concise", "table", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"]
    {
        let run = bare.run(&["check", "--format", format]);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("no rules file was found"), "{format}: {said}");
        // JSON has a field for it.
        let inferred = said.contains("declares no owner") || said.contains("\"inferred_owner\": {");
        assert!(inferred, "{format}: {said}");
    }
}
