//! Help, completions, the manual page, and colour.

use crate::support::{Run, Tree};

const RULES: &str = "[gate.profile.nightly]\nno-new = true\n[[source]]\nid = \"mail\"\nowners = []\n[[rule]]\nid = \"no-smtp\"\nsource = \"mail\"\nkind = \"construct\"\nban = [\"smtplib.SMTP\"]\nreason = \"one queue\"\n";

fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("a.py", "import smtplib\nsmtplib.SMTP()\n"),
        (".gitignore", "*.log\n"),
        ("x.log", ""),
    ])
}

/// What a shell is told of the last word.
fn candidates(tree: &Tree, words: &[&str]) -> Vec<String> {
    let mut command = tree.ssot(&[&["--", "ssot"], words].concat());
    command.env("SSOT_COMPLETE", "fish");
    Run::of(&mut command).exits(0).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_the_ids_of_the_project() {
    let tree = project();
    let rule = ["no-smtp\tone queue"];
    assert_eq!(candidates(&tree, &["rule", "no"]), rule);
    assert_eq!(candidates(&tree, &["check", "--select", "no"]), rule);
    assert_eq!(candidates(&tree, &["impact", ""])[..2], ["no-smtp\tone queue", "mail\tmail"]);
    assert_eq!(candidates(&tree, &["check", "--gate", ""]), ["nightly"]);
    assert!(candidates(&tree, &["dis"])[0].starts_with("discover\t"));
}

#[test]
fn rules_that_cannot_be_read_complete_to_nothing() {
    let tree = project();
    tree.write("ssot.toml", b"x =");
    assert_eq!(candidates(&tree, &["rule", "no"]), [""; 0]);
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    let tree = project();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = tree.run(&["completions", shell]).exits(0).stdout;
        assert!(script.contains("SSOT_COMPLETE") && script.contains("ssot"), "{shell}: {script}");
    }
}

#[test]
fn lists_have_colour_where_it_is_wanted() {
    let tree = project();
    for words in [&["rule", "no-smtp"][..], &["rules"], &["config", "--show"], &["impact"], &["score"]] {
        let plain = tree.run(&[words, &["--color", "never"]].concat()).exits(0).stdout;
        let colored = tree.run(&[words, &["--color", "always"]].concat()).exits(0).stdout;
        assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'), "{words:?}: {colored}");
    }
    let files = tree.run(&["files", "--color", "always"]).exits(0);
    assert!(!files.stdout.contains('\u{1b}'), "a list of paths is for programs: {}", files.stdout);
    assert!(files.stderr.contains("\u{1b}["), "{}", files.stderr);
}
