//! Which rules file applies and where the project root is.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "these tests lay out directories")]

use std::fs;
use std::path::{Path, PathBuf};

use ssot::config::{RulesOrigin, Settings, Start, settings};
use ssot::rule::load_pack;
use ssot::rule::pack::DEFAULT;

/// A directory with these files; a path that ends in `/` is a directory.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        if path.to_string_lossy().ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    directory
}

/// Settings from a directory below the tree, which stands below the home directory.
fn from(tree: &tempfile::TempDir, directory: &str, config: Option<&str>) -> Settings {
    let start = Start {
        directory: tree.path().components().chain(Path::new(directory).components()).collect(),
        config: config.map(PathBuf::from),
        home: tree.path().parent().map(Path::to_owned),
    };
    settings(&start)
}

fn messages(settings: &Settings) -> Vec<String> {
    settings.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

const COMPONENT: &str = "[[component]]\nid = \"a\"\npaths = [\"a/**\"]\n";
const TOOL: &str = "[project]\nname = \"x\"\n\n[[tool.ssot.component]]\nid = \"a\"\npaths = [\"a/**\"]\n";
const NO_TOOL: &str = "[project]\nname = \"x\"\n";

#[test]
fn the_nearest_candidate_upward_wins_and_its_directory_is_the_root() {
    for name in ["ssot.toml", ".ssot.toml"] {
        let tree = tree(&[(".git/", ""), (&format!("svc/{name}"), COMPONENT), ("ssot.toml", ""), ("svc/a/b/", "")]);
        let found = from(&tree, "svc/a/b", None);
        assert_eq!(messages(&found), Vec::<String>::new());
        assert_eq!(found.root, tree.path().join("svc"));
        assert_eq!(found.origin, RulesOrigin::File(tree.path().join("svc").join(name)));
        assert_eq!(found.rules.components.len(), 1);
        assert_eq!(&*found.rules.files[0].name, name);
    }
}

#[test]
fn a_pyproject_counts_only_with_rules() {
    let tree = tree(&[(".git/", ""), ("pyproject.toml", TOOL), ("svc/pyproject.toml", NO_TOOL)]);
    let found = from(&tree, "svc", None);
    assert_eq!(found.root, tree.path());
    assert_eq!(found.rules.components.len(), 1);
    let beside = self::tree(&[(".git/", ""), ("pyproject.toml", NO_TOOL), ("ssot.toml", COMPONENT)]);
    assert!(!from(&beside, "", None).failed());
}

#[test]
fn a_cargo_manifest_counts_only_with_rules_of_a_workspace_or_a_package() {
    for place in ["workspace", "package"] {
        let rules = format!("[[{place}.metadata.ssot.component]]\nid = \"a\"\npaths = [\"**\"]\n");
        let tree = tree(&[
            (".git/", ""),
            ("Cargo.toml", &rules),
            ("svc/Cargo.toml", "[package]\nname = \"svc\"\n"),
            ("svc/src/", ""),
        ]);
        let found = from(&tree, "svc/src", None);
        assert_eq!((found.root, found.rules.components.len()), (tree.path().to_owned(), 1), "{place}");
    }
    let both = "[package.metadata.ssot]\n[workspace.metadata.ssot]\n";
    let found = from(&tree(&[(".git/", ""), ("Cargo.toml", both)]), "", None);
    assert_eq!(
        messages(&found),
        ["Cargo.toml: `[workspace.metadata.ssot]` and `[package.metadata.ssot]` both have rules"]
    );
}

#[test]
fn two_candidates_in_one_directory_are_an_error() {
    for second in [(".ssot.toml", ""), ("pyproject.toml", TOOL)] {
        let tree = tree(&[(".git/", ""), ("ssot.toml", COMPONENT), second]);
        let found = from(&tree, "", None);
        assert!(found.failed());
        let expected = format!("{0}: `ssot.toml` and `{0}` in one directory both have rules", second.0);
        assert_eq!(messages(&found), [expected]);
    }
}

#[test]
fn nothing_above_the_repository_counts() {
    for git in [(".git/", ""), (".git", "gitdir: elsewhere\n")] {
        let inner = (format!("repo/{}", git.0), git.1);
        let tree = tree(&[(&inner.0, inner.1), ("ssot.toml", COMPONENT), ("repo/a/", "")]);
        let found = from(&tree, "repo/a", None);
        assert_eq!(found.origin, RulesOrigin::BuiltIn("redis"));
        assert_eq!(found.root, tree.path().join("repo"));
        assert_eq!(found.rules.rules.len(), load_pack(DEFAULT).0.rules.len());
        assert!(!found.failed());
    }
}

#[test]
fn without_a_repository_parents_count_up_to_the_home_directory() {
    let tree = tree(&[("ssot.toml", COMPONENT), ("home/project/a/", "")]);
    let start = |home: &str| Start {
        directory: tree.path().join("home/project/a"),
        config: None,
        home: Some(tree.path().join(home)),
    };
    let stopped = settings(&start("home"));
    assert_eq!(stopped.origin, RulesOrigin::BuiltIn("redis"));
    assert_eq!(stopped.root, tree.path().join("home/project/a"));
    let found = settings(&start(""));
    assert_eq!(found.root, tree.path());
}

#[test]
fn a_named_file_makes_the_current_directory_the_root() {
    let tree = tree(&[(".git/", ""), ("ssot.toml", "broken"), ("conf/rules.toml", COMPONENT), ("a/", "")]);
    let found = from(&tree, "a", Some("../conf/rules.toml"));
    assert_eq!(messages(&found), Vec::<String>::new());
    assert_eq!(found.root, tree.path().join("a"));
    assert_eq!(found.rules.components.len(), 1);
}

#[test]
fn a_named_file_that_cannot_be_read_is_an_error() {
    let tree = tree(&[(".git/", ""), ("ssot.toml", COMPONENT)]);
    fs::write(tree.path().join("latin.toml"), b"# \xe9\n").unwrap();
    let because = |name| messages(&from(&tree, "", Some(name)));
    assert_eq!(because("none.toml"), ["none.toml: cannot read the rules file: there is no such file"]);
    assert_eq!(because(".git"), [".git: cannot read the rules file: it is a directory"]);
    assert_eq!(because("latin.toml"), ["latin.toml: cannot read the rules file: it is not UTF-8 text (byte 2)"]);
}

#[test]
fn extended_paths_are_relative_to_the_file_that_says_them() {
    let tree = tree(&[
        (".git/", ""),
        ("svc/ssot.toml", "extends = [\"../shared/base.toml\"]\n"),
        ("shared/base.toml", "extends = [\"more/extra.toml\"]\n"),
        ("shared/more/extra.toml", "\u{feff}exlude = 1\n"),
    ]);
    let found = from(&tree, "svc", None);
    let extra = tree.path().canonicalize().unwrap().join("shared/more/extra.toml");
    assert_eq!(messages(&found), [format!("{}: unknown key `exlude`", extra.display())]);
    assert_eq!((found.problems[0].line, found.problems[0].column), (1, 1));
}

#[test]
fn a_circle_through_the_disk_ends() {
    let tree = tree(&[
        (".git/", ""),
        ("ssot.toml", "extends = [\"sub/b.toml\"]\n"),
        ("sub/b.toml", "extends = [\"../ssot.toml\"]\n"),
    ]);
    let found = from(&tree, "", None);
    assert_eq!(messages(&found), ["sub/b.toml: `ssot.toml` extends itself"]);
    let help = found.problems[0].help.as_deref();
    assert_eq!(help, Some("the circle is ssot.toml -> sub/b.toml -> ssot.toml"));
}

#[test]
fn what_is_shown_says_where_it_comes_from() {
    let tree = tree(&[(".git/", ""), ("ssot.toml", COMPONENT)]);
    let shown = from(&tree, "", None).show();
    assert!(shown.starts_with(&format!("# project root: {}\n# rules file: ", tree.path().display())), "{shown}");
    let line = shown.lines().find(|line| line.starts_with("id = \"a\"")).unwrap();
    assert!(line.ends_with("# ssot.toml:2"), "{line}");
    let empty = self::tree(&[(".git/", "")]);
    assert!(from(&empty, "", None).show().contains("no rules file was found: the built-in pack `redis` applies"));
}
