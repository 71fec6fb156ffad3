//! Which files are scanned, which are not, and what is said about it.

use crate::support::{Run, Tree};

#[test]
fn python_and_rust_files_are_scanned_in_path_order() {
    let tree = Tree::new(&[("b.py", ""), ("a/c.pyi", ""), ("a.rs", ""), ("a-b.py", ""), ("notes.md", ""), ("run", "")]);
    assert_eq!(tree.scanned(&[]), ["a-b.py", "a.rs", "a/c.pyi", "b.py"]);
}

#[test]
fn a_file_that_rust_code_includes_is_scanned_whatever_its_name() {
    let tree = Tree::new(&[
        (
            "src/lib.rs",
            "include!(\"table.in\"); include!(\"old/gen.txt\"); include!(\"gone.in\"); // include!(\"no.in\")",
        ),
        ("src/table.in", "mod inner { include! { \"deep.inc\" } }\nconst T: &str = include_str!(\"text.txt\");"),
        ("src/deep.inc", "include!(\"../../outside.in\"); include!(\"table.in\");"),
        ("src/text.txt", ""),
        ("src/old/gen.txt", ""),
        ("src/no.in", ""),
    ]);
    assert_eq!(tree.scanned(&["--exclude", "src/old/**"]), ["src/deep.inc", "src/lib.rs", "src/table.in"]);
}

#[test]
fn hidden_directories_are_scanned_and_those_of_version_control_are_not() {
    let tree =
        Tree::new(&[(".github/scripts/x.py", ""), (".git/hooks/y.py", ""), (".hg/z.py", ""), (".hidden.py", "")]);
    assert_eq!(tree.scanned(&[]), [".github/scripts/x.py", ".hidden.py"]);
}

#[test]
fn gitignore_counts_outside_a_repository() {
    let tree = Tree::new(&[(".gitignore", "build/\n*_gen.py\n"), ("build/a.py", ""), ("b_gen.py", ""), ("c.py", "")]);
    assert_eq!(tree.scanned(&[]), ["c.py"]);
    let run = tree.run(&["files"]).exits(0);
    assert!(run.stderr.contains("skipped build/: ignored by `build/` in .gitignore"), "{}", run.stderr);
    assert!(run.stderr.contains("skipped b_gen.py: ignored by `*_gen.py` in .gitignore"), "{}", run.stderr);
    assert_eq!(tree.scanned(&["--no-respect-gitignore"]), ["b_gen.py", "build/a.py", "c.py"]);
}

#[test]
fn the_nearest_gitignore_decides_and_may_take_back() {
    let tree = Tree::new(&[
        (".gitignore", "*.py\n!keep.py\n"),
        ("a.py", ""),
        ("keep.py", ""),
        ("sub/.gitignore", "!*.py\nsecret.py\n"),
        ("sub/a.py", ""),
        ("sub/secret.py", ""),
        ("sub/deep/a.py", ""),
    ]);
    assert_eq!(tree.scanned(&[]), ["keep.py", "sub/a.py", "sub/deep/a.py"]);
}

#[test]
fn a_gitignore_above_the_root_counts_inside_its_repository_only() {
    let tree = Tree::new(&[
        (".gitignore", "*_gen.py\n/app/local.py\n"),
        ("app/a_gen.py", ""),
        ("app/local.py", ""),
        ("app/b.py", ""),
    ]);
    let scanned = |tree: &Tree| {
        let run = Run::of(tree.ssot(&["files", "-q"]).current_dir(tree.path("app")));
        run.exits(0).stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    tree.write("app/ssot.toml", b"");
    assert_eq!(scanned(&tree), ["a_gen.py", "b.py", "local.py"]);
    tree.git(&["init", "-q"]);
    assert_eq!(scanned(&tree), ["b.py"]);
}

#[test]
fn a_project_in_an_ignored_directory_is_not_clean() {
    let tree = Tree::new(&[(".gitignore", "venvs/\n"), ("venvs/app/a.py", "")]);
    tree.git(&["init", "-q"]);
    let run = Run::of(tree.ssot(&["check"]).current_dir(tree.path("venvs/app"))).exits(3);
    assert!(run.stdout.contains("the current directory is passed over"), "{}", run.stdout);
    tree.write("venvs/app/ssot.toml", b"");
    let run = Run::of(tree.ssot(&["files", "-q"]).current_dir(tree.path("venvs/app"))).exits(0);
    assert_eq!(run.stdout, "a.py\n");
}

#[test]
fn what_git_tracks_is_scanned_though_gitignore_names_it() {
    let tree = Tree::new(&[
        (".gitignore", "generated/\nlocal.py\n"),
        ("generated/deep/tracked.py", ""),
        ("generated/deep/untracked.py", ""),
        ("generated/other/untracked.py", ""),
        ("local.py", ""),
        ("main.py", ""),
    ]);
    tree.git(&["init", "-q"]);
    assert_eq!(tree.scanned(&[]), ["main.py"]);
    tree.git(&["add", "-f", "generated/deep/tracked.py", "local.py"]);
    assert_eq!(tree.scanned(&[]), ["generated/deep/tracked.py", "local.py", "main.py"]);
}

#[test]
fn a_repository_inside_has_rules_and_tracked_files_of_its_own() {
    let tree = Tree::new(&[
        (".gitignore", "*_gen.py\n"),
        ("inner/.gitignore", "/local.py\n"),
        ("inner/a_gen.py", ""),
        ("inner/local.py", ""),
        ("b_gen.py", ""),
    ]);
    tree.git(&["init", "-q"]);
    tree.git(&["init", "-q", "inner"]);
    assert_eq!(tree.scanned(&[]), ["inner/a_gen.py"]);
    tree.git(&["-C", "inner", "add", "-f", "local.py"]);
    assert_eq!(tree.scanned(&[]), ["inner/a_gen.py", "inner/local.py"]);
}

#[test]
fn settings_of_the_machine_do_not_count() {
    let tree = Tree::new(&[("a.py", ""), ("b.py", ""), ("home/.config/git/ignore", "a.py\n")]);
    tree.git(&["init", "-q"]);
    tree.write(".git/info/exclude", b"b.py\n");
    let home = tree.path("home");
    let mut command = tree.ssot(&["files", "-q"]);
    let run = Run::of(command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"))).exits(0);
    assert_eq!(run.stdout, "a.py\nb.py\n");
}

#[test]
fn a_repository_that_git_cannot_read_is_a_problem_and_the_rest_goes_on() {
    let tree = Tree::new(&[(".git/HEAD", "nonsense"), (".gitignore", "a.py\n"), ("a.py", ""), ("b.py", "")]);
    let run = tree.run(&["files"]).exits(0);
    assert_eq!(run.stdout, "b.py\n");
    assert!(run.stderr.contains("git could not say which ignored files it tracks"), "{}", run.stderr);
}

#[test]
fn third_party_code_is_passed_over_and_named() {
    let tree = Tree::new(&[
        ("env/pyvenv.cfg", ""),
        ("env/lib/a.py", ""),
        ("web/node_modules/x/a.py", ""),
        ("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# cargo\n"),
        ("target/a.rs", ""),
        ("cache/CACHEDIR.TAG", "not the signature, and long enough to hold one: 8a477f597d28d172789f06886806bc55"),
        ("cache/kept.py", ""),
        ("venv/kept.py", ""),
        ("pkg/__pycache__/a.py", ""),
    ]);
    let run = tree.run(&["files"]).exits(0);
    assert_eq!(run.stdout, "cache/kept.py\nvenv/kept.py\n");
    for line in [
        "skipped env/: virtual environment",
        "skipped target/: cache directory (CACHEDIR.TAG)",
        "skipped web/node_modules/: third-party packages",
    ] {
        assert!(run.stderr.contains(line), "{line} in {}", run.stderr);
    }
}

#[test]
fn the_root_itself_is_never_passed_over() {
    let tree =
        Tree::new(&[("pyvenv.cfg", ""), ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55"), ("a.py", "")]);
    assert_eq!(tree.scanned(&[]), ["a.py"]);
}

#[test]
fn excluded_files_are_passed_over_unless_named() {
    let tree = Tree::new(&[("old/a.py", ""), ("old/deep/b.py", ""), ("c.py", ""), ("x/old/d.py", "")]);
    assert_eq!(tree.scanned(&["--exclude", "old/**"]), ["c.py", "x/old/d.py"]);
    assert_eq!(tree.scanned(&["--extend-exclude", "**/old,c.py"]), Vec::<String>::new());
    assert_eq!(tree.scanned(&["--exclude", "old/**", "old/a.py"]), ["old/a.py"]);
    assert_eq!(tree.scanned(&["--exclude", "old/**", "old"]), Vec::<String>::new());
    let run = tree.run(&["files", "--exclude", "old/**", "--force-exclude", "old/a.py"]).exits(3);
    assert!(run.stderr.contains("skipped old/: excluded by `old/**` (--exclude)"), "{}", run.stderr);
    tree.run(&["files", "--exclude", "a{"]).exits(2);
}

#[test]
fn paths_choose_what_is_listed() {
    let tree = Tree::new(&[("a/b.py", ""), ("a/c.py", ""), ("ab/c.py", ""), ("d.py", "")]);
    assert_eq!(tree.scanned(&["a", "d.py"]), ["a/b.py", "a/c.py", "d.py"]);
    assert_eq!(tree.scanned(&["./a/../a/b.py"]), ["a/b.py"]);
    assert_eq!(tree.scanned(&[".", "d.py"]).len(), 4);
    let absolute = tree.path("ab");
    assert_eq!(tree.scanned(&[absolute.to_str().expect("UTF-8")]), ["ab/c.py"]);
}

#[test]
fn paths_that_do_not_exist_or_lie_outside_are_all_named() {
    let tree = Tree::new(&[("a.py", "")]);
    std::fs::write(tree.path("../outside.py"), "").expect("a file");
    let run = tree.run(&["files", "a.py", "no.py", "../outside.py", "neither/"]).exits(2);
    assert_eq!(run.stdout, "");
    for words in ["`no.py` does not exist", "`neither/` does not exist", "`../outside.py` is outside the project root"]
    {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
}

#[test]
fn nothing_to_scan_is_said() {
    let tree = Tree::new(&[("README.md", ""), ("docs/index.md", "")]);
    for arguments in [&["files"][..], &["files", "docs"], &["files", "README.md"]] {
        let run = tree.run(arguments).exits(3);
        assert!(run.stderr.contains("nothing to scan"), "{}", run.stderr);
    }
}

#[test]
fn a_list_of_files_is_separated_by_lines_or_nul() {
    let tree = Tree::new(&[("a.py", ""), ("b.py", ""), ("with space.py", ""), ("lines", "b.py\r\n\nwith space.py\n")]);
    tree.write("nul", b"a.py\0with space.py\0");
    assert_eq!(tree.scanned(&["--files-from", "lines"]), ["b.py", "with space.py"]);
    assert_eq!(tree.scanned(&["--files-from", "nul"]), ["a.py", "with space.py"]);
    let run = tree.run_with_input(&["files", "-q", "--files-from", "-"], b"b.py\na.py\n").exits(0);
    assert_eq!(run.stdout, "a.py\nb.py\n");
    tree.run_with_input(&["files", "--files-from", "-"], b"").exits(3);
    tree.run(&["files", "--files-from", "missing"]).exits(2);
}

#[test]
fn standard_input_needs_a_name_and_becomes_a_file() {
    let tree = Tree::new(&[("a.py", "")]);
    tree.run_with_input(&["files", "-"], b"").exits(2);
    tree.run(&["files", "--stdin-filename", "a.py"]).exits(2);
    tree.run_with_input(&["files", "-", "--files-from", "-", "--stdin-filename", "a.py"], b"").exits(2);
    tree.run_with_input(&["files", "-", "--stdin-filename", "../b.py"], b"").exits(2);
    tree.run_with_input(&["files", "-", "--stdin-filename", "new/../../b.py"], b"").exits(2);
    let run = tree.run_with_input(&["files", "-q", "-", "--stdin-filename", "new/b.py"], b"x = 1\n").exits(0);
    assert_eq!(run.stdout, "new/b.py\n");
    let excluded = ["files", "-q", "-", "--stdin-filename", "new/b.py", "--exclude", "new/**"];
    tree.run_with_input(&excluded, b"").exits(0);
    tree.run_with_input(&[&excluded[..], &["--force-exclude"]].concat(), b"").exits(3);
}

#[test]
fn the_list_as_json_has_reasons() {
    let tree = Tree::new(&[("a.py", ""), ("b.rs", ""), (".gitignore", "c.py\n"), ("c.py", "")]);
    let json = tree.run(&["files", "--format", "json"]).exits(0).json();
    assert_eq!(json["files"][1], serde_json::json!({"path": "b.rs", "language": "rust"}));
    assert_eq!(json["skipped"][0], serde_json::json!({"path": "c.py", "reason": "ignored by `c.py` in .gitignore"}));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Stdio};

    use crate::support::{Run, Tree};

    #[test]
    fn a_file_and_its_links_are_one_file() {
        let tree = Tree::new(&[("pkg/real.py", "")]);
        symlink("pkg/real.py", tree.path("a_link.py")).expect("a link");
        symlink("pkg", tree.path("pkg_link")).expect("a link");
        let run = tree.run(&["files"]).exits(0);
        assert_eq!(run.stdout, "pkg/real.py\n");
        assert!(run.stderr.contains("skipped a_link.py: link to `pkg/real.py`"), "{}", run.stderr);
        assert!(run.stderr.contains("skipped pkg_link: link to `pkg/`"), "{}", run.stderr);
        assert_eq!(tree.scanned(&["a_link.py"]), ["pkg/real.py"]);
    }

    #[test]
    fn a_file_outside_is_scanned_under_its_first_link() {
        let tree = Tree::new(&[("a.py", "")]);
        fs::write(tree.path("../shared.py"), "").expect("a file");
        symlink("../shared.py", tree.path("s1.py")).expect("a link");
        symlink("../shared.py", tree.path("s2.py")).expect("a link");
        assert_eq!(tree.scanned(&[]), ["a.py", "s1.py"]);
        assert_eq!(tree.scanned(&["s1.py"]), ["s1.py"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_and_the_rest_goes_on() {
        let tree = Tree::new(&[("a.py", ""), ("sub/b.py", "")]);
        symlink("loop_b.py", tree.path("loop_a.py")).expect("a link");
        symlink("loop_a.py", tree.path("loop_b.py")).expect("a link");
        symlink("..", tree.path("sub/up")).expect("a link");
        symlink("gone.py", tree.path("dangling.py")).expect("a link");
        symlink("someone@host:1", tree.path(".#a.py")).expect("a link");
        let made = Command::new("mkfifo").arg(tree.path("pipe.py")).status().expect("mkfifo");
        assert!(made.success());
        let run = tree.run(&["files", "--format", "json"]).exits(0).json();
        let paths: Vec<_> = run["problems"].as_array().expect("a list").iter().map(|p| &p["path"]).collect();
        assert_eq!(paths, ["dangling.py", "loop_a.py", "loop_b.py", "pipe.py", "sub/up"]);
        assert_eq!(tree.scanned(&[]), ["a.py", "sub/b.py"]);
    }

    #[test]
    fn a_directory_that_may_not_be_read_is_a_problem() {
        let tree = Tree::new(&[("a.py", ""), ("closed/b.py", "")]);
        let closed = tree.path("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
        let readable = fs::read_dir(&closed).is_ok();
        let run = tree.run(&["files"]);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("permissions");
        if readable {
            return;
        }
        assert_eq!(run.stdout, "a.py\n");
        assert!(run.stderr.contains("problem closed: the directory could not be read: permission denied"));
    }

    #[test]
    fn names_that_are_not_utf8_are_shown_with_a_replacement() {
        let tree = Tree::new(&[("a.py", "")]);
        fs::write(tree.root().join(OsStr::from_bytes(b"b\xff.py")), "").expect("a file");
        assert_eq!(tree.scanned(&[]), ["a.py", "b\u{fffd}.py"]);
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let tree = Tree::new(&[]);
        for number in 0..4000 {
            fs::write(tree.path(&format!("a_long_name_that_fills_the_pipe_soon_{number}.py")), "").expect("a file");
        }
        let mut child = tree.ssot(&["files"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        drop(child.stdout.take());
        let run = Run::from(child.wait_with_output().expect("ends"));
        assert!(!run.stderr.contains("error"), "{}", run.stderr);
        run.exits(0);
    }
}

#[test]
fn the_order_of_threads_does_not_show() {
    let files: Vec<(String, &str)> = (0..300).map(|n| (format!("d{}/f{n}.py", n % 17), "")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let tree = Tree::new(&files);
    let one = tree.run(&["files", "-j1", "--format", "json"]).exits(0).stdout;
    for _ in 0..3 {
        assert_eq!(tree.run(&["files", "-j8", "--format", "json"]).exits(0).stdout, one);
    }
}
