//! How the process behaves whatever it finds: exit codes for usage, files written, streams.

use std::process::Stdio;

use crate::support::{Run, Tree};

fn clean() -> Tree {
    Tree::new(&[("a.py", "x = 1\n")])
}

#[test]
fn wrong_usage_is_2_and_asked_for_help_is_0() {
    let tree = clean();
    for arguments in [
        &[][..],
        &["chekc"],
        &["check", "--no-such-flag"],
        &["check", "--format", "xml"],
        &["check", "--report", "json"],
        &["check", "--report", "xml=a"],
        &["check", "--fail-under", "101"],
        &["check", "--fail-under", "95.123"],
        &["check", "--min-severity", "off"],
        &["check", "-j", "0"],
        &["check", "-q", "-v"],
    ] {
        assert_eq!(tree.run(arguments).exits(2).stdout, "", "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["check", "-h"], &["--version"], &["completions", "bash"]] {
        assert_ne!(tree.run(arguments).exits(0).stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_path_that_does_not_exist_is_2_and_nothing_to_scan_is_3() {
    let tree = Tree::new(&[("docs/index.md", ""), ("src/a.py", "")]);
    let run = tree.run(&["check", "no"]).exits(2);
    assert!(run.stderr.contains("`no` does not exist"), "{}", run.stderr);
    let run = tree.run(&["check", "docs"]).exits(3);
    assert!(run.stderr.contains("nothing was scanned"), "{}", run.stderr);
    tree.run(&["check", "docs", "--exit-zero"]).exits(3);
    tree.run(&["check", "docs", "no"]).exits(2);
    let empty = Tree::new(&[(".gitignore", "a.py\n"), ("a.py", "")]);
    for command in ["check", "score"] {
        let run = empty.run(&[command]).exits(3);
        assert!(run.stderr.contains("a.py is passed over: ignored by `a.py` in .gitignore"), "{}", run.stderr);
    }
}

#[test]
fn the_result_goes_to_a_file_whole_and_without_colour() {
    let tree = clean();
    let shown = tree.run(&["check"]).exits(0);
    let run = Run::of(tree.ssot(&["check", "-o", "out.txt"]).env("FORCE_COLOR", "1")).exits(0);
    assert_eq!(run.stdout, "");
    assert_eq!(tree.read("out.txt"), shown.stdout);
    let names: Vec<_> =
        std::fs::read_dir(tree.root()).expect("a list").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 2, "nothing is left beside the file: {names:?}");
    let run = tree.run(&["check", "-o", "no/out.txt"]).exits(2);
    assert!(run.stderr.contains("there is no directory `no`"), "{}", run.stderr);
}

#[test]
fn several_reports_are_written_beside_the_result() {
    let tree = clean();
    let run = tree.run(&["check", "--report", "json=a.json", "--report", "concise=b.txt", "--format", "json"]).exits(0);
    assert_eq!(tree.read("a.json"), run.stdout);
    assert_eq!(tree.read("b.txt"), tree.run(&["check", "--format", "concise"]).stdout);
    tree.run(&["check", "--report", "json=no/a.json"]).exits(2);
    for twice in [["-o", "x", "--report", "json=x"], ["--report", "sarif=x", "--report", "json=x"]] {
        let run = tree.run(&[&["check"][..], &twice].concat()).exits(2);
        assert!(run.stderr.contains("two outputs are to be written to `x`"), "{}", run.stderr);
    }
    tree.run(&["check", "-o", "x", "--report", "json=./x"]).exits(2);
    tree.run(&["check", "-o", "/dev/null", "--report", "json=/dev/null"]).exits(0);
}

#[test]
fn a_reader_that_goes_away_does_not_change_the_exit_code() {
    let tree = clean();
    for arguments in [&["check"][..], &["--help"], &["completions", "zsh"]] {
        let mut child =
            tree.ssot(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        drop(child.stdout.take());
        let run = Run::from(child.wait_with_output().expect("ends")).exits(0);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn progress_is_never_shown_where_there_is_no_terminal() {
    let run = clean().run(&["check"]).exits(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn the_environment_decides_over_colour_and_the_flag_over_it() {
    let tree = clean();
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = Run::of(tree.ssot(arguments).envs(variables.iter().copied()));
        run.exits(0).stdout.contains('\x1b')
    };
    assert!(!colored(&["check"], &[]));
    assert!(colored(&["check"], &[("FORCE_COLOR", "1")]));
    assert!(colored(&["check"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["check"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(colored(&["check", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!colored(&["check", "--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(!colored(&["check", "--format", "json"], &[("FORCE_COLOR", "1")]));
}
