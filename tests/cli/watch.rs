//! `check --watch`: a check after each change, until the program is stopped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::support::Tree;

/// A program that watches, and the lines that it prints.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(tree: &Tree) -> Self {
        let arguments = ["check", "--watch", "--format", "concise"];
        let mut child = tree.ssot(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let (sender, lines) = mpsc::channel();
        let (out, errors) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let errors_to = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|it| sender.send(it))
        });
        std::thread::spawn(move || {
            BufReader::new(errors).lines().map_while(Result::ok).try_for_each(|it| errors_to.send(it))
        });
        Self { child, lines }
    }

    /// Waits for a line with this in it and for the end of the check, which come by two streams.
    fn wait_for(&self, part: &str) {
        let mut seen: Vec<String> = Vec::new();
        let has = |seen: &[String], part: &str| seen.iter().any(|line| line.contains(part));
        while !(has(&seen, part) && has(&seen, "watching ")) {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => seen.push(line),
                Err(_) => panic!("no line has `{part}`: {seen:?}"),
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.child.kill().expect("it is there");
        self.child.wait().expect("it ends");
    }
}

const RULES: &str = "[[source]]\nid = \"redis\"\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis.Redis\"]\n";

#[test]
fn a_change_of_sources_or_rules_is_checked_at_once() {
    let tree = Tree::new(&[("ssot.toml", RULES), ("app/a.py", "import redis\n")]);
    let watching = Watching::start(&tree);
    watching.wait_for("0 violations");
    tree.write("app/a.py", b"import redis\nredis.Redis()\n");
    watching.wait_for("app/a.py:2:1");
    tree.write("app/new/b.py", b"from redis import Redis\nRedis()\n");
    watching.wait_for("app/new/b.py:2:1");
    // What is wrong with the rules is said, and the next change is waited for.
    tree.write("ssot.toml", RULES.replace("construct", "build").as_bytes());
    watching.wait_for("is no kind");
    tree.write("ssot.toml", RULES.replace("redis.Redis", "redis.Other").as_bytes());
    watching.wait_for("0 violations");
}

#[test]
fn what_changes_files_or_reads_no_work_tree_cannot_watch() {
    let tree = Tree::new(&[("ssot.toml", RULES)]);
    for other in ["--fix", "--staged", "--prune"] {
        let output = tree.run(&["check", "--watch", other]).exits(2);
        assert!(output.stderr.contains("cannot be used with"), "{other}: {}", output.stderr);
    }
}
