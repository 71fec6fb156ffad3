//! Results kept between runs: the same output, whatever happens to the files or to what is kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::support::{Run, Tree};

const RULES: &str = r#"
[[source]]
id = "redis"
canonical = ["app.core.client"]
owners = ["app/core.py"]

[[rule]]
id = "redis-new"
source = "redis"
kind = "construct"
ban = ["redis.Redis"]
"#;

const CORE: &str = "import redis\n\nclient = redis.Redis()\nclass Base(redis.Redis):\n    pass\n";
const USER: &str = "from app.core import client\nclient.get('a')\n";
const RIVAL: &str = "from app.core import Base\nb = Base()\n";
const OTHER: &str = "def f():\n    return 1\n";

fn tree() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/core.py", CORE),
        ("app/user.py", USER),
        ("app/rival.py", RIVAL),
        ("app/other.py", OTHER),
    ])
}

/// Runs with what is kept and without, and asserts that both give the same.
#[track_caller]
fn check(tree: &Tree) -> Run {
    let warm = tree.run(&["check", "--format", "json"]);
    let cold = tree.run(&["check", "--format", "json", "--no-cache"]);
    assert_eq!((&warm.code, &warm.stdout, &warm.stderr), (&cold.code, &cold.stdout, &cold.stderr));
    warm
}

fn violations(run: &Run) -> usize {
    run.json()["violations"].as_array().expect("a list").len()
}

fn directory(tree: &Tree) -> PathBuf {
    tree.root().with_file_name("cache")
}

fn states(tree: &Tree) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory(tree)).expect("the directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "state")).collect()
}

fn news(tree: &Tree) -> String {
    let shown = tree.run(&["cache"]).exits(0).stdout;
    shown.lines().find_map(|line| line.strip_prefix("  last run: ")).expect("a line").to_owned()
}

#[test]
fn a_second_run_reuses_what_the_first_found() {
    let tree = tree();
    assert_eq!(violations(&check(&tree)), 1);
    assert_eq!(news(&tree), "nothing was kept");
    assert_eq!(violations(&check(&tree)), 1);
    tree.write("app/other.py", b"import redis\nredis.Redis()\n");
    assert_eq!(violations(&check(&tree)), 2);
    assert_eq!(news(&tree), "1 of 5 files changed");
    tree.write("ssot.toml", RULES.replace("redis.Redis", "redis.StrictRedis").as_bytes());
    assert_eq!(violations(&check(&tree)), 0);
    assert_eq!(news(&tree), "the rules, options or version are others");
    fs::remove_file(tree.path("app/rival.py")).expect("removed");
    check(&tree);
    // The project itself stays as it was.
    let mut names: Vec<_> = fs::read_dir(tree.root()).expect("list").map(|it| it.expect("entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["app", "ssot.toml"]);
}

#[test]
fn an_edit_reaches_those_that_depend_on_it() {
    let tree = tree();
    check(&tree);
    // A chain goes through the owner: its places move, its meaning stays.
    tree.write("app/core.py", format!("# first\n\n{CORE}").as_bytes());
    let moved = check(&tree);
    assert_eq!(violations(&moved), 1);
    tree.write("app/core.py", CORE.replace("Base(redis.Redis)", "Base").as_bytes());
    assert_eq!(violations(&check(&tree)), 0);
    tree.write("app/core.py", CORE.as_bytes());
    assert_eq!(violations(&check(&tree)), 1);
    // A module that was not there.
    tree.write("app/rival.py", b"from app.late import Late\nLate()\n");
    assert_eq!(violations(&check(&tree)), 0);
    tree.write("app/late.py", b"from app.core import Base as Late\n");
    assert_eq!(violations(&check(&tree)), 1);
    fs::rename(tree.path("app/late.py"), tree.path("app/later.py")).expect("renamed");
    assert_eq!(violations(&check(&tree)), 0);
}

fn set_modified(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("a time");
}

#[test]
fn a_change_that_hides_itself_is_seen() {
    let tree = tree();
    let path = tree.path("app/other.py");
    let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    set_modified(&path, long_ago);
    std::thread::sleep(std::time::Duration::from_millis(200));
    check(&tree);
    // The same size and the time that it had.
    let rival = "import redis\nredis.Redis()\n";
    tree.write("app/other.py", format!("{rival}#").as_bytes());
    set_modified(&path, long_ago);
    assert_eq!(violations(&check(&tree)), 2);
    // Several changes within a tick of the clock, each of the same size.
    for _ in 0..5 {
        tree.write("app/other.py", b"import redis\nredis.Redis()\n");
        assert_eq!(violations(&check(&tree)), 2);
        tree.write("app/other.py", b"import redis\nredis.redis()\n");
        assert_eq!(violations(&check(&tree)), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_or_unreadable_is_seen() {
    let tree = tree();
    check(&tree);
    fs::remove_file(tree.path("app/other.py")).expect("removed");
    fs::write(tree.root().with_file_name("elsewhere.py"), "import redis\nredis.Redis()\n").expect("written");
    std::os::unix::fs::symlink("../../elsewhere.py", tree.path("app/other.py")).expect("a link");
    check(&tree);
    fs::remove_file(tree.path("app/other.py")).expect("removed");
    tree.write("app/other.py", b"\0\xff");
    check(&tree);
    check(&tree);
}

#[test]
fn what_is_damaged_costs_time_and_nothing_else() {
    let tree = tree();
    let first = check(&tree);
    let [state] = &states(&tree)[..] else { panic!("one state") };
    let whole = fs::read(state).expect("readable");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for bytes in [&b""[..], b"something else", &whole[..whole.len() / 2], &flipped] {
        fs::write(state, bytes).expect("written");
        assert_eq!(check(&tree).stdout, first.stdout);
        let shown = tree.run(&["cache"]).exits(0).stdout;
        assert!(!shown.contains("of no use"), "{shown}");
    }
    fs::write(state, "x").expect("written");
    let shown = tree.run(&["cache"]).exits(0).stdout;
    assert!(shown.contains("of no use: it is damaged, or of another version"), "{shown}");
}

#[test]
fn there_may_be_nowhere_to_keep_anything() {
    let tree = tree();
    let file = tree.root().with_file_name("no-directory");
    fs::write(&file, "").expect("written");
    let run = |arguments: &[&str]| Run::of(tree.ssot(arguments).env("SSOT_CACHE_DIR", &file));
    let without = tree.run(&["check", "--no-cache"]);
    assert_eq!(run(&["check"]).stdout, without.stdout);
    let told = run(&["check", "-v"]);
    assert!(told.stderr.contains("results are not kept"), "{}", told.stderr);
    assert!(!directory(&tree).exists(), "--no-cache keeps nothing");
}

#[test]
fn it_can_be_shown_cleared_and_verified() {
    let tree = tree();
    check(&tree);
    let shown = tree.run(&["cache"]).exits(0).stdout;
    assert!(shown.contains("1 project") && shown.contains("5 files"), "{shown}");
    let verified = |value: &str| Run::of(tree.ssot(&["check", "--exit-zero"]).env("SSOT_CACHE", value));
    verified("verify").exits(0);
    let refused = verified("sometimes").exits(2);
    assert!(refused.stderr.contains("it can only be `verify`"), "{}", refused.stderr);
    tree.run(&["cache", "--clear"]).exits(0);
    assert!(states(&tree).is_empty());
    assert!(tree.run(&["cache"]).exits(0).stdout.contains("0 projects"));
}

#[test]
fn several_processes_may_write_at_once() {
    let tree = tree();
    let expected = tree.run(&["check", "--format", "json", "--no-cache"]).stdout;
    let runs: Vec<_> = (0..6)
        .map(|_| {
            let mut command = tree.ssot(&["check", "--format", "json"]);
            command.stdout(std::process::Stdio::piped()).spawn().expect("a process")
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().expect("an end");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
    assert_eq!(check(&tree).stdout, expected);
    assert_eq!(states(&tree).len(), 1);
}

/// Asserts that a run gives the same with what is kept and without.
#[track_caller]
fn same_with_git(tree: &Tree, arguments: &[&str]) -> Run {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    let warm = tree.run(&arguments);
    let cold = tree.run(&[&arguments[..], &["--no-cache"]].concat());
    assert_eq!((&warm.code, &warm.stdout, &warm.stderr), (&cold.code, &cold.stdout, &cold.stderr));
    warm
}

#[test]
fn what_is_staged_and_what_a_commit_holds_start_from_the_work_tree() {
    let tree = tree();
    tree.git(&["init", "-q"]);
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-qm", "first"]);
    check(&tree);
    tree.write("app/other.py", b"import redis\nredis.Redis()\n");
    tree.git(&["commit", "-qam", "second"]);
    check(&tree);
    assert_eq!(violations(&same_with_git(&tree, &["--against", "HEAD~1"])), 2);
    // What is staged, what the work tree has and what the commit holds are three things.
    tree.write("app/core.py", CORE.replace("Base(redis.Redis)", "Base").as_bytes());
    tree.git(&["add", "-A"]);
    tree.write("app/core.py", CORE.as_bytes());
    assert_eq!(violations(&same_with_git(&tree, &["--staged"])), 1);
    assert_eq!(violations(&same_with_git(&tree, &["--staged"])), 1);
    same_with_git(&tree, &["--against", "HEAD~1"]);
    assert_eq!(violations(&check(&tree)), 2);
    fs::remove_file(tree.path("app/rival.py")).expect("removed");
    tree.git(&["commit", "-qam", "third"]);
    same_with_git(&tree, &["--against", "HEAD~2"]);
    assert_eq!(states(&tree).len(), 2);
}

#[test]
fn of_a_manifest_that_is_not_read_only_the_place_counts() {
    let tree = tree();
    tree.write("pyproject.toml", b"[project]\nversion = \"1\"\n");
    check(&tree);
    tree.write("pyproject.toml", b"[project]\nversion = \"2\"\n");
    tree.write("app/other.py", OTHER.replace('1', "2").as_bytes());
    check(&tree);
    assert_eq!(news(&tree), "1 of 5 files changed");
    tree.write("Cargo.toml", b"[package]\nname = \"a\"\n");
    check(&tree);
    assert_eq!(news(&tree), "manifests or excluded files changed");
}
