//! `--staged` and `--against` whatever git has done to the work tree, the index or the paths.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use crate::git::{GOOD, OLD, OWNER, RULES, check, commit, counts, more, repository, violations};
use crate::support::{Run, Tree};

const CLEAN: &str = "import redis\n\n\ndef start():\n    return None\n";

/// A commit that may fail, as a merge with conflicts does.
fn try_git(tree: &Tree, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    Command::new("git").args(identity).args(arguments).current_dir(tree.root()).output().unwrap();
}

#[test]
fn paths_that_are_not_utf8() {
    let tree = repository();
    let odd = |name: &[u8]| tree.root().join("app").join(OsStr::from_bytes(name));
    std::fs::write(odd(b"caf\xe9.py"), OLD).unwrap();
    commit(&tree, "odd");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 2]);
    assert_eq!(check(&tree, &["--staged"]).stdout, check(&tree, &[]).stdout);
    std::fs::write(odd(b"caf\xe9.py"), more(OLD)).unwrap();
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 2], "the edit is not staged");
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1)), [1, 0, 0, 2]);
    std::fs::write(odd(b"caf\xe9.py"), OLD).unwrap();
    tree.git(&["add", "-A"]);
    std::fs::rename(odd(b"caf\xe9.py"), odd(b"th\xe9.py")).unwrap();
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 1, 1]);
}

#[test]
fn line_ends_that_git_changes() {
    let tree = repository();
    tree.git(&["config", "core.autocrlf", "true"]);
    std::fs::remove_file(tree.path("app/old.py")).unwrap();
    tree.git(&["checkout", "-q", "app/old.py"]);
    assert!(tree.read("app/old.py").contains("\r\n"));
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    tree.write("app/old.py", more(OLD).replace('\n', "\r\n").as_bytes());
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!(
        (counts(&run), violations(&run)),
        ([1, 0, 0, 1], vec!["app/old.py:5 baselined".into(), "app/old.py:10 new".into()])
    );
    tree.write("app/old.py", OLD.as_bytes());
    let run = check(&tree, &["--staged"]).exits(1);
    assert_eq!(violations(&run), ["app/old.py:5 new", "app/old.py:10 new"]);
}

#[test]
fn filters_that_change_what_is_checked_out() {
    let tree = repository();
    tree.git(&["config", "filter.swap.smudge", "sed s/STORED/CHECKED/"]);
    tree.git(&["config", "filter.swap.clean", "sed s/CHECKED/STORED/"]);
    tree.write(".gitattributes", b"*.py filter=swap\n");
    tree.write("app/old.py", format!("{OLD}# CHECKED\n").as_bytes());
    commit(&tree, "filter");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    tree.write("app/old.py", format!("{}# CHECKED\n", more(OLD)).as_bytes());
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1)), [1, 0, 0, 1]);
}

#[test]
fn a_pointer_to_a_large_file_is_a_text_that_is_not_here() {
    let tree = repository();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    tree.write("app/data.py", pointer.as_bytes());
    commit(&tree, "pointer");
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1)), [1, 0, 0, 1]);
    for arguments in [&["--staged"][..], &[]] {
        let run = check(&tree, arguments).exits(1);
        assert_eq!(run.json()["summary"]["not_parsed"], 1);
        assert!(run.json()["problems"][0]["message"].as_str().unwrap().contains("Git LFS"), "{}", run.stdout);
        check(&tree, &[arguments, &["--strict"]].concat()).exits(3);
    }
}

#[test]
fn conflicts_that_are_not_resolved() {
    let tree = repository();
    tree.git(&["checkout", "-q", "-b", "work"]);
    tree.write("app/old.py", OLD.replace("first", "ours").as_bytes());
    tree.write("app/more.py", OLD.as_bytes());
    commit(&tree, "ours");
    tree.git(&["checkout", "-q", "main"]);
    tree.write("app/old.py", OLD.replace("first", "theirs").as_bytes());
    commit(&tree, "theirs");
    try_git(&tree, &["merge", "-q", "work"]);
    for arguments in [&["--staged"][..], &["--against", "main"]] {
        let run = check(&tree, arguments).exits(1);
        assert_eq!(violations(&run).len(), 1, "{:?}", violations(&run));
        assert!(violations(&run)[0].starts_with("app/more.py:5"), "the others are judged");
        let problem = run.json()["problems"][0].clone();
        assert_eq!((&problem["path"], &problem["severity"]), (&"app/old.py".into(), &"error".into()));
        assert!(problem["message"].as_str().unwrap().contains("conflicts"), "{problem}");
        check(&tree, &[arguments, &["--strict"]].concat()).exits(3);
    }
    let run = check(&tree, &[]).exits(1);
    assert_eq!(violations(&run).iter().filter(|it| it.starts_with("app/old.py")).count(), 2, "both sides in the file");
}

#[test]
fn a_file_that_is_only_intended_to_be_added_takes_no_part() {
    let tree = repository();
    tree.write("app/late.py", OLD.as_bytes());
    tree.write("redis.py", b"class Redis: ...\n");
    tree.git(&["add", "-N", "app/late.py", "redis.py"]);
    let run = check(&tree, &["--staged"]).exits(1);
    assert_eq!(violations(&run), ["app/old.py:5 new"]);
    assert_eq!(run.json()["summary"]["files_scanned"], 4);
    assert_eq!(run.json()["problems"].as_array().unwrap().len(), 0, "{}", run.stdout);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
}

#[test]
fn what_is_staged_and_then_deleted_or_renamed_in_the_work_tree() {
    let tree = repository();
    tree.write("app/new.py", OLD.as_bytes());
    tree.git(&["add", "-A"]);
    std::fs::remove_file(tree.path("app/new.py")).unwrap();
    std::fs::remove_file(tree.path("app/good.py")).unwrap();
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((counts(&run), run.json()["score"]["adopters"].as_u64()), ([1, 0, 0, 1], Some(1)));
    let named = check(&tree, &["--staged", "app/new.py"]).exits(1);
    assert_eq!(violations(&named), ["app/new.py:5 new"], "a path is looked up in the index too");
    std::fs::remove_dir_all(tree.path("app")).unwrap();
    assert_eq!(violations(&check(&tree, &["--staged", "app"]).exits(1)), ["app/new.py:5 new", "app/old.py:5 new"]);
    assert!(check(&tree, &["--staged", "app/none.py"]).exits(2).stderr.contains("does not exist"));
}

#[test]
fn a_file_that_is_renamed_and_edited() {
    let tree = repository();
    tree.git(&["mv", "app/old.py", "app/renamed.py"]);
    tree.write("app/renamed.py", more(&format!("import os\n{OLD}")).as_bytes());
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((counts(&run), violations(&run)[1].clone()), ([1, 0, 1, 0], "app/renamed.py:11 new".to_owned()));
}

#[test]
fn links_in_the_index() {
    let tree = repository();
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, tree.path(name)).unwrap();
    link("old.py", "app/inside.py");
    link("/etc/passwd", "app/outside.py");
    link("nowhere.py", "app/dangling.py");
    link(".", "app/circle");
    tree.write("lib/template.txt", OLD.as_bytes());
    link("../lib/template.txt", "app/other_kind.py");
    commit(&tree, "links");
    let staged = check(&tree, &["--staged"]).exits(1);
    assert_eq!(violations(&staged), violations(&check(&tree, &[]).exits(1)));
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0))[0], 0);
    // A link that becomes a file.
    std::fs::remove_file(tree.path("app/inside.py")).unwrap();
    tree.write("app/inside.py", OLD.as_bytes());
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1))[0], 1);
}

#[test]
fn a_project_below_the_top_of_its_repository() {
    let tree = Tree::new(&[
        ("svc/ssot.toml", RULES),
        ("svc/app/owner.py", OWNER),
        ("svc/app/old.py", OLD),
        ("svc/app/good.py", GOOD),
        ("other/ssot.toml", ""),
        ("other/x.py", OLD),
    ]);
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, "first");
    tree.git(&["mv", "svc/app/old.py", "svc/app/renamed.py"]);
    tree.write("svc/app/new.py", CLEAN.replace("None", "redis.Redis()").as_bytes());
    tree.git(&["add", "-A"]);
    tree.write("svc/app/good.py", OLD.as_bytes());
    let run = Run::of(tree.ssot(&["check", "--format", "json", "--against", "HEAD"]).current_dir(tree.path("svc/app")));
    assert_eq!(counts(&run), [1, 0, 1, 0]);
    assert_eq!(violations(&run), ["app/new.py:5 new", "app/renamed.py:5 baselined"]);
    let worktree = tree.path("../linked");
    tree.git(&["worktree", "add", "-q", "--detach", &worktree.display().to_string()]);
    let run = Run::of(tree.ssot(&["check", "--format", "json", "--staged"]).current_dir(worktree.join("svc")));
    assert_eq!(violations(&run), ["app/old.py:5 new"]);
}

#[test]
fn paths_in_a_bare_repository_and_a_sparse_one() {
    let tree = repository();
    tree.write("lib/x.py", OLD.as_bytes());
    commit(&tree, "lib");
    let other = Tree::new(&[]);
    other.git(&["clone", "-q", "--bare", &tree.root().display().to_string(), "b.git"]);
    let arguments = ["check", "--format", "json", "--against", "HEAD~1", "lib"];
    let run = Run::of(other.ssot(&arguments).current_dir(other.path("b.git")));
    assert_eq!((counts(&run), violations(&run)), ([1, 0, 0, 0], vec!["lib/x.py:5 new".to_owned()]));
    tree.git(&["sparse-checkout", "set", "--cone", "app"]);
    assert!(!tree.path("lib").exists());
    let run = check(&tree, &["--against", "HEAD~1"]).exits(1);
    assert_eq!((counts(&run), violations(&run)[1].clone()), ([1, 0, 0, 1], "lib/x.py:5 new".to_owned()));
    tree.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "app"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD~1"]).exits(1)), [1, 0, 0, 1]);
}

#[test]
fn a_submodule_is_left_alone_however_it_changes() {
    let lib = Tree::new(&[("x.py", OLD)]);
    lib.git(&["init", "-q", "-b", "main"]);
    commit(&lib, "one");
    let tree = repository();
    let url = lib.root().display().to_string();
    tree.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "sub"]);
    commit(&tree, "sub");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD~1"]).exits(0)), [0, 0, 0, 1]);
    tree.write("sub/y.py", OLD.as_bytes());
    tree.write("sub/x.py", more(OLD).as_bytes());
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 new"]);
}

#[test]
fn nothing_of_the_repository_changes() {
    let tree = repository();
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.git(&["add", "-A"]);
    tree.write("app/old.py", CLEAN.as_bytes());
    let look = || {
        let mut files: Vec<_> = ["index", "HEAD", "config", "refs/heads/main"]
            .iter()
            .map(|name| std::fs::read(tree.path(".git").join(name)).unwrap())
            .collect();
        files.push(std::fs::read(tree.path("app/old.py")).unwrap());
        let objects = Command::new("git").args(["count-objects", "-v"]).current_dir(tree.root()).output().unwrap();
        files.push(objects.stdout);
        files
    };
    let before = look();
    check(&tree, &["--against", "HEAD"]).exits(1);
    check(&tree, &["--staged"]).exits(1);
    assert_eq!(before, look());
    std::fs::write(tree.path(".git/index.lock"), "").unwrap();
    check(&tree, &["--staged"]).exits(1);
}
