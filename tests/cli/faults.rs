//! Writers that cannot write, are killed, or read what changes: what was there stays, or what is new is whole.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]
#![allow(clippy::disallowed_methods, reason = "tests write and read files")]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::support::{Run, Tree};

const RULES: &str = "[[source]]\nid = \"redis\"\ncanonical = [\"app.store.client\"]\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\n\
                     kind = \"construct\"\nban = [\"redis.Redis\"]\n\n[[rule]]\nid = \"old\"\nsource = \"redis\"\nkind = \"import\"\n\
                     ban = [\"app.old\"]\nuse-instead = \"app.store\"\n";

/// Files that `ssot fix` changes.
const MANY: usize = 60;

fn project() -> Tree {
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/store.py", "import redis\nclient = redis.Redis()\n"),
        ("app/old.py", "from app.store import client\n"),
        ("app/bad.py", "import redis\nraw = redis.Redis()\n"),
    ]);
    for at in 0..MANY {
        tree.write(&user(at), USER.as_bytes());
    }
    tree
}

const USER: &str = "from app.old import client\n\n\ndef get():\n    return client\n";

fn user(at: usize) -> String {
    format!("app/user{at:02}.py")
}

/// All files of the project with their bytes.
fn state(tree: &Tree) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![tree.root().to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => all.push((path.display().to_string(), fs::read(&path).unwrap())),
            }
        }
    }
    all.sort();
    all
}

/// Runs the binary where no file may get a byte, as on a full disk: a write fails with an error, not with a signal.
fn on_full_disk(tree: &Tree, arguments: &[&str]) -> Run {
    let ssot = tree.ssot(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]).arg(ssot.get_program()).args(ssot.get_args());
    for (name, value) in ssot.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Run::of(shell.current_dir(tree.root()).stdin(Stdio::null()))
}

#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    let tree = project();
    tree.run(&["baseline", "create", "-q"]).exits(0);
    tree.write("out.json", b"before");
    tree.run(&["report", "-o", "debt.md"]).exits(0);
    fs::remove_file(tree.path("app/bad.py")).unwrap();
    for arguments in [&["baseline", "update", "-q"][..], &["baseline", "prune", "-q"], &["check", "--prune"]] {
        fails_and_changes_nothing(&tree, arguments);
    }
    tree.write("app/new.py", b"import app.old as more\n");
    for arguments in [
        &["check", "--format", "json", "-o", "out.json"][..],
        &["fix"],
        &["check", "--fix"],
        &["report", "--update", "debt.md"],
        &["check", "--add-ignore", "because it is so"],
    ] {
        fails_and_changes_nothing(&tree, arguments);
    }
}

fn fails_and_changes_nothing(tree: &Tree, arguments: &[&str]) {
    let before = state(tree);
    let run = on_full_disk(tree, arguments);
    println!("{arguments:?}: {} {}", run.code, run.stderr);
    assert_eq!(state(tree), before, "{arguments:?} changed a file: {}", run.stderr);
    assert_eq!(run.code, 2, "{arguments:?}: {}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("cannot be written"), "{arguments:?}: {}", run.stderr);
}

#[test]
fn a_full_disk_under_the_kept_results_changes_no_answer() {
    let tree = project();
    let plain = tree.run(&["check", "--no-cache", "--format", "json"]);
    let run = on_full_disk(&tree, &["check", "--format", "json"]);
    assert_eq!((run.code, &run.stdout), (1, &plain.stdout), "{}", run.stderr);
    let warm = tree.run(&["check", "--format", "json"]);
    assert_eq!(warm.stdout, plain.stdout);
}

#[test]
fn a_killed_fix_leaves_each_file_old_or_new() {
    let whole = project();
    whole.run(&["fix", "-q"]).exits(0);
    let new = whole.read(&user(0));
    assert_ne!(new, USER);
    let tree = project();
    let mut seen = [false; 2];
    for delay in 0..40 {
        for at in 0..MANY {
            tree.write(&user(at), USER.as_bytes());
        }
        let mut child = tree.ssot(&["fix", "-q"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay * 8));
        let _ended = child.kill();
        child.wait().unwrap();
        for at in 0..MANY {
            let text = tree.read(&user(at));
            assert!(text == USER || text == new, "{delay}: {text:?}");
            seen[usize::from(text == new)] = true;
        }
    }
    assert!(seen[0], "every run was done before it was killed");
    // What a killed run left is not in the way of the next.
    tree.run(&["fix", "-q"]).exits(0);
    assert_eq!(tree.read(&user(MANY - 1)), new);
}

#[test]
fn a_killed_baseline_is_old_or_new() {
    let tree = project();
    tree.run(&["baseline", "create", "-q"]).exits(0);
    let old = tree.read("ssot-baseline.toml");
    fs::remove_file(tree.path("app/bad.py")).unwrap();
    tree.run(&["baseline", "update", "-q"]).exits(0);
    let new = tree.read("ssot-baseline.toml");
    assert_ne!(old, new);
    for delay in 0..30 {
        tree.write("ssot-baseline.toml", old.as_bytes());
        let mut child =
            tree.ssot(&["baseline", "update", "-q"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay * 5));
        let _ended = child.kill();
        child.wait().unwrap();
        let text = tree.read("ssot-baseline.toml");
        assert!(text == old || text == new, "{delay}: {text:?}");
    }
}

#[test]
fn files_that_change_while_they_are_read_make_no_run_fail() {
    let tree = project();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut at = 0;
            while !done.load(Ordering::Relaxed) {
                let path = tree.path(&user(at % MANY));
                match at % 4 {
                    0 => fs::write(&path, "import redis\nredis.Redis()\n").unwrap(),
                    1 => fs::write(&path, "def broken(:\n").unwrap(),
                    2 => drop(fs::remove_file(&path)),
                    _ => {
                        let _exists = fs::remove_file(&path);
                        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
                    }
                }
                at += 7;
            }
        });
        for at in 0..30 {
            let arguments =
                [&["check", "--format", "json"][..], if at % 2 == 0 { &["--no-cache"] } else { &[] }].concat();
            let run = tree.run(&arguments);
            assert!(matches!(run.code, 0 | 1), "{}: {}", run.code, run.stderr);
            assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
            run.json();
        }
        done.store(true, Ordering::Relaxed);
    });
    // When all is quiet again the kept results are those of the files that are there.
    for at in 0..MANY {
        let _exists = fs::remove_file(tree.path(&user(at)));
        tree.write(&user(at), USER.as_bytes());
    }
    let warm = tree.run(&["check", "--format", "json"]);
    assert_eq!(warm.stdout, tree.run(&["check", "--format", "json", "--no-cache"]).stdout);
}
