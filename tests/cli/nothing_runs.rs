//! Nothing that a repository configures is run: neither by the program nor by the `git` that it asks.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::git::{OLD, commit, more, repository};
use crate::support::{Run, Tree};

/// Settings that take a command, in all places that git has for one.
const SETTINGS: [&str; 34] = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.askPass",
    "core.editor",
    "core.pager",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "core.virtualFilesystem",
    "pager.status",
    "pager.diff",
    "sequence.editor",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "credential.helper",
    "diff.external",
    "diff.bad.command",
    "diff.bad.textconv",
    "diff.tool",
    "merge.bad.driver",
    "interactive.diffFilter",
    "filter.bad.clean",
    "filter.bad.smudge",
    "filter.a=b.c d.process",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "trailer.bad.command",
    "tar.bad.command",
    "web.browser",
    "hook.bad.command",
    "alias.status",
    "alias.ls-files",
];

const HOOKS: [&str; 8] = [
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "fsmonitor-watchman",
    "query-watchman",
    "reference-transaction",
    "post-rewrite",
    "pre-auto-gc",
];

/// The commands of the program that ask git, or might.
const COMMANDS: [&[&str]; 9] = [
    &["check", "--format", "json"],
    &["check", "--staged"],
    &["check", "--against", "HEAD~1"],
    &["check", "--against-exact", "HEAD~1", "--staged"],
    &["report"],
    &["impact"],
    &["baseline", "create"],
    &["baseline", "update"],
    &["files"],
];

/// A program that leaves a mark when it is run, whatever its arguments.
fn trap(directory: &Path) -> String {
    let (program, mark) = (directory.join("trap"), directory.join("mark"));
    fs::write(&program, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", mark.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program.display().to_string()
}

/// Configures a repository to run a program wherever git can.
fn configure(tree: &Tree, at: &str, program: &str) {
    let config = |key: &str, value: &str| tree.git(&["-C", at, "config", key, value]);
    for key in SETTINGS {
        config(key, program);
    }
    for (key, value) in [
        ("filter.bad.required", "true"),
        ("filter.a=b.c d.required", "true"),
        ("log.showSignature", "true"),
        ("credential.helper", &format!("!{program}")),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &format!("ext::{program} %S")),
        ("protocol.ext.allow", "always"),
        ("status.submoduleSummary", "true"),
        ("diff.submodule", "log"),
        ("submodule.recurse", "true"),
        ("hook.bad.event", "post-index-change"),
        ("core.untrackedCache", "true"),
    ] {
        config(key, value);
    }
    let asked = ["-C", at, "rev-parse", "--absolute-git-dir"];
    let directory = String::from_utf8(output(Command::new("git").args(asked).current_dir(tree.root()))).unwrap();
    let hooks = Path::new(directory.trim()).join("traps");
    fs::create_dir_all(&hooks).unwrap();
    for name in HOOKS {
        fs::copy(program, hooks.join(name)).unwrap();
    }
    config("core.hooksPath", &hooks.display().to_string());
    let attributes = "*.py filter=bad diff=bad merge=bad\n*.pyi filter=a=b.c\\ d\n*.rs filter=bad\n";
    fs::create_dir_all(Path::new(directory.trim()).join("info")).unwrap();
    fs::write(Path::new(directory.trim()).join("info/attributes"), attributes).unwrap();
}

fn output(command: &mut Command) -> Vec<u8> {
    command.output().unwrap().stdout
}

/// A repository with a submodule, a repository inside it and an object that is missing, each of which would run the trap.
/// Every file looks as if it had changed in the instant in which the index was written, so that git looks into it.
fn trapped() -> (Tree, String) {
    let tree = repository();
    let outside = tree.path("..");
    let program = trap(&outside);
    tree.write("types/a.pyi", b"x: int\n");
    tree.write("gone.txt", b"an object that will be missing\n");
    tree.write(".gitignore", b"app/old.py\nnested/app/\n");
    tree.git(&["add", "-f", "-A"]);
    commit(&tree, "second");
    let lib = Tree::new(&[("x.py", OLD)]);
    lib.git(&["init", "-q", "-b", "main"]);
    commit(&lib, "one");
    tree.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &lib.root().display().to_string(), "sub"]);
    tree.write("nested/app/x.py", OLD.as_bytes());
    tree.git(&["-C", "nested", "init", "-q", "-b", "main"]);
    tree.git(&["-C", "nested", "add", "-A"]);
    tree.git(&["rm", "-q", "gone.txt"]);
    tree.write("app/renamed.txt", b"an object that will be missing, nearly\n");
    tree.git(&["add", "app/renamed.txt"]);
    let object = output(Command::new("git").args(["rev-parse", "HEAD:gone.txt"]).current_dir(tree.root()));
    let object = String::from_utf8(object).unwrap();
    let (head, rest) = object.trim().split_at(2);
    fs::remove_file(tree.path(&format!(".git/objects/{head}/{rest}"))).unwrap();
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.write("sub/x.py", more(OLD).as_bytes());
    for at in ["nested", "sub", "."] {
        configure(&tree, at, &program);
    }
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    for index in [".git/index", ".git/modules/sub/index", "nested/.git/index"] {
        fs::File::options().write(true).open(tree.path(index)).unwrap().set_modified(long_ago).unwrap();
    }
    (tree, program)
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let (tree, program) = trapped();
    let mark = Path::new(&program).with_file_name("mark");
    // The trap works: git itself falls into it.
    let _status = output(Command::new("git").args(["status"]).current_dir(tree.root()).stdin(Stdio::null()));
    assert!(mark.exists(), "git runs what the repository configures");
    fs::remove_file(&mark).unwrap();
    // A program of this name in the work tree is not taken for git either.
    fs::copy(&program, tree.path("git")).unwrap();
    for arguments in COMMANDS {
        let mut command = tree.ssot(arguments);
        let path = std::env::var("PATH").unwrap();
        let run = Run::of(command.env("PATH", format!(".::{path}")));
        assert!([0, 1].contains(&run.code), "{arguments:?}: {}", run.stderr);
        let said = fs::read_to_string(&mark).unwrap_or_default();
        assert_eq!(said, "", "{arguments:?} ran what the repository configures");
    }
}

#[test]
fn only_git_is_started_and_git_starts_only_itself() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        eprintln!("strace is not there: which programs are started is not watched");
        return;
    }
    let (tree, program) = trapped();
    let trace = Path::new(&program).with_file_name("trace");
    for arguments in COMMANDS {
        let inner = tree.ssot(arguments);
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=execve,socket", "-e", "signal=none", "-o"]).arg(&trace);
        command.arg(inner.get_program()).args(inner.get_args()).current_dir(tree.root()).stdin(Stdio::null());
        let run = Run::of(&mut command);
        if run.stderr.contains("ptrace") {
            eprintln!("processes cannot be traced here: which programs are started is not watched");
            return;
        }
        assert!([0, 1].contains(&run.code), "{arguments:?}: {}", run.stderr);
        let text = fs::read_to_string(&trace).unwrap();
        assert!(!text.contains("socket(AF_INET"), "{arguments:?} talks to a network:\n{text}");
        let started = text.lines().filter(|line| line.ends_with(" = 0")).filter_map(|line| line.split('"').nth(1));
        let names: BTreeSet<&str> = started.map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
        let others: Vec<&&str> = names.iter().filter(|name| !["ssot", "git"].contains(*name)).collect();
        assert!(others.is_empty(), "{arguments:?} started {others:?}:\n{text}");
    }
}
