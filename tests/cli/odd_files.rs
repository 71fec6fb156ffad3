//! Files that are none, or lie where they may not: rules, baselines, evidence. Never a hang, never a run without rules.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::git::{OLD, RULES, check, violations};
use crate::support::{Run, Tree};

fn project() -> Tree {
    let tree = Tree::new(&[("app/owner.py", "import redis\n\nclient = redis.Redis()\n"), ("app/old.py", OLD)]);
    fs::write(tree.path("../secret.toml"), "password = hunter2\n").unwrap();
    tree
}

/// Makes a pipe.
fn pipe(tree: &Tree, path: &str) {
    assert!(Command::new("mkfifo").arg(tree.path(path)).status().unwrap().success());
}

/// Ends a run that hangs.
fn ends(tree: &Tree, arguments: &[&str]) -> Run {
    let mut child = tree.ssot(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "{arguments:?} hangs");
        std::thread::sleep(Duration::from_millis(20));
    }
    Run::from(child.wait_with_output().unwrap())
}

/// Lays something out at a path.
type LayOut = fn(&Tree, &str);

/// What is no regular file of the project, each with what the program says of it.
const ODD: [(&str, LayOut); 5] = [
    ("leads nowhere", |tree, path| symlink("nowhere", tree.path(path)).unwrap()),
    ("is a directory", |tree, path| fs::create_dir(tree.path(path)).unwrap()),
    ("no regular file", pipe),
    ("no regular file", |tree, path| symlink("/dev/zero", tree.path(path)).unwrap()),
    ("is outside", |tree, path| symlink("../secret.toml", tree.path(path)).unwrap()),
];

#[test]
fn a_rules_file_that_is_none_is_no_run_without_rules() {
    for name in ["ssot.toml", ".ssot.toml", "pyproject.toml"] {
        for (words, lay) in ODD {
            for git in [false, true] {
                let tree = project();
                if git {
                    tree.git(&["init", "-q"]);
                }
                lay(&tree, name);
                let run = ends(&tree, &["check"]).exits(2);
                // A device lies outside too.
                assert!(run.stderr.contains(words) || run.stderr.contains("outside"), "{name} {words}: {}", run.stderr);
                assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn what_a_rules_file_extends_lies_in_the_work_tree_unless_it_is_named() {
    for (words, lay) in ODD {
        let tree = project();
        tree.write("ssot.toml", b"extends = [\"base.toml\"]\n");
        lay(&tree, "base.toml");
        let run = ends(&tree, &["check"]).exits(2);
        assert!(run.stderr.contains(words) || run.stderr.contains("outside"), "{words}: {}", run.stderr);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    let tree = project();
    fs::write(tree.path("../base.toml"), RULES).unwrap();
    tree.write("ssot.toml", b"extends = [\"../base.toml\"]\n");
    assert!(tree.run(&["check"]).exits(2).stderr.contains("is outside"));
    assert_eq!(violations(&check(&tree, &["--config", "ssot.toml"]).exits(1)), ["app/old.py:5 new"]);
    // Inside the work tree it may lie above the project.
    let tree =
        Tree::new(&[("base.toml", RULES), ("svc/ssot.toml", "extends = [\"../base.toml\"]\n"), ("svc/a.py", OLD)]);
    tree.git(&["init", "-q"]);
    Run::of(tree.ssot(&["check"]).current_dir(tree.path("svc"))).exits(1);
}

#[test]
fn a_baseline_is_a_regular_file_of_the_project() {
    for (words, lay) in ODD {
        let tree = project();
        tree.write("ssot.toml", RULES.as_bytes());
        lay(&tree, "ssot-baseline.toml");
        for arguments in [&["check"][..], &["report"], &["baseline", "update"], &["baseline", "show"]] {
            let run = ends(&tree, arguments).exits(2);
            assert!(run.stderr.contains(words) || run.stderr.contains("outside"), "{words}: {}", run.stderr);
            assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
        }
    }
}

#[test]
fn evidence_is_a_regular_file_of_the_project() {
    for (words, lay) in ODD {
        let tree = project();
        let criterion = "[[criterion]]\nid = \"secret\"\nmeasure = \"json\"\nfile = \"evidence.json\"\npointer = \"/a\"\nat-least = 1\n";
        tree.write("ssot.toml", format!("{RULES}\n{criterion}").as_bytes());
        lay(&tree, "evidence.json");
        let run = ends(&tree, &["report", "--format", "json"]).exits(0);
        assert!(run.stdout.contains(words) || run.stdout.contains("is outside"), "{words}: {}", run.stdout);
        assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    }
}

#[test]
fn a_minus_is_standard_output() {
    let tree = project();
    tree.write("ssot.toml", RULES.as_bytes());
    let plain = tree.run(&["check", "--format", "json"]).exits(1).stdout;
    assert_eq!(tree.run(&["check", "--format", "json", "-o", "-"]).exits(1).stdout, plain);
    assert_eq!(tree.run(&["check", "-o", "out", "--report", "json=-"]).exits(1).stdout, plain);
    assert_eq!(tree.run(&["report", "-o", "-"]).exits(0).stdout, tree.run(&["report"]).exits(0).stdout);
    let run = tree.run(&["check", "--report", "json=-"]).exits(2);
    assert!(run.stderr.contains("standard output"), "{}", run.stderr);
    assert!(!tree.path("-").exists());
}

#[test]
fn a_run_that_is_ended_leaves_nothing_behind() {
    let tree = project();
    tree.write("ssot.toml", RULES.as_bytes());
    let many: String = (0..20_000).map(|at| format!("a{at} = redis.Redis()\n")).collect();
    tree.write("app/many.py", format!("import redis\n{many}").as_bytes());
    let names = || {
        let entries = fs::read_dir(tree.root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.filter(|name| name.starts_with(".ssot-")).collect::<Vec<_>>()
    };
    for wait in [20, 200, 600, 1200, 2000] {
        let mut child = tree.ssot(&["check", "-o", "out.json", "--format", "json"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        let id = child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status().unwrap();
        child.wait().unwrap();
        assert_eq!(names(), Vec::<String>::new());
    }
}

#[test]
fn texts_that_cannot_be_read_are_counted_in_every_run() {
    let tree = project();
    tree.write("ssot.toml", RULES.as_bytes());
    tree.write("app/escaped.py", b"# coding: unicode_escape\n\\x69mport redis\n");
    tree.write("app/seven.py", b"# coding: utf-7\nimport redis\n");
    tree.write("app/binary.py", b"\x7fELF\0\0\0import redis\n");
    let run = check(&tree, &[]).exits(1);
    assert_eq!(run.json()["summary"]["not_parsed"], 3, "{}", run.stdout);
    check(&tree, &["--strict"]).exits(3);
    let text = tree.run(&["check", "--format", "concise"]).exits(1).stdout;
    assert!(text.contains("3 not parsed"), "{text}");
}

#[test]
fn a_pipe_among_the_sources_is_not_waited_for() {
    let tree = project();
    tree.write("ssot.toml", RULES.as_bytes());
    pipe(&tree, "app/pipe.py");
    pipe(&tree, "setup.py");
    pipe(&tree, ".gitignore");
    ends(&tree, &["check"]).exits(1);
    // Nor is one that is named.
    let mut child = tree.ssot(&["check", "app/pipe.py"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let _ended = std::io::stderr().write_all(text.as_bytes());
    child.wait().unwrap();
}

#[test]
fn a_file_of_more_than_32_mib_is_not_read_and_said_to_be_so() {
    let line = "x = 1\n";
    let most = line.repeat((32 << 20) / line.len());
    let tree = Tree::new(&[
        ("ssot.toml", RULES),
        ("large.py", &format!("{most}import redis\nredis.Redis()\n")),
        ("small.py", "import redis\nredis.Redis()\n"),
    ]);
    for arguments in [&["check", "--format", "concise"][..], &["check", "--format", "concise", "--exhaustive"]] {
        let run = tree.run(arguments).exits(1);
        assert!(
            run.stdout.contains("large.py: error: the file could not be read: it is larger than 32 MiB"),
            "{}",
            run.stdout
        );
        assert!(run.stdout.contains("1 violation ") && run.stdout.contains("1 not parsed"), "{}", run.stdout);
    }
    let laid_over =
        tree.run_with_input(&["check", "--format", "concise", "--stdin-filename", "large.py", "-"], most.as_bytes());
    assert!(!laid_over.stdout.contains("larger than"), "{}", laid_over.stdout);
    let text = format!("{most}{line}");
    let laid_over =
        tree.run_with_input(&["check", "--format", "concise", "--stdin-filename", "large.py", "-"], text.as_bytes());
    assert!(laid_over.stdout.contains("larger than 32 MiB"), "{}", laid_over.stdout);
}
