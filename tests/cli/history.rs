//! `ssot history` in real repositories.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::process::Command;

use serde_json::Value;

use crate::git::{GOOD, OLD, OWNER, RULES, more};
use crate::support::{Run, Tree};

/// Commits everything on a day of May 2026.
fn commit(tree: &Tree, day: u32, message: &str) {
    tree.git(&["add", "-A"]);
    made(tree, day, &["commit", "-q", "--allow-empty", "-m", message]);
}

/// Runs a command of git that makes a commit on a day of May 2026.
fn made(tree: &Tree, day: u32, arguments: &[&str]) {
    let date = format!("2026-05-{day:02}T12:00:00+00:00");
    let run = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

fn start(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new(files);
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, 1, "first");
    tree
}

fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/owner.py", OWNER),
        ("app/old.py", OLD),
        ("app/good.py", GOOD),
    ]
}

/// A repository with five commits, one a day from the first of May: more debt, an adopter, less debt, a page of prose.
fn repository() -> Tree {
    let tree = start(&files());
    tree.write("app/old.py", more(OLD).as_bytes());
    commit(&tree, 2, "more debt");
    tree.write("app/adopter.py", GOOD.as_bytes());
    commit(&tree, 3, "an adopter");
    tree.write("app/old.py", b"x = 1\n");
    commit(&tree, 4, "less debt");
    tree.write("README.md", b"prose\n");
    commit(&tree, 5, "prose");
    tree
}

fn history(tree: &Tree, arguments: &[&str]) -> Value {
    json(tree, arguments).exits(0).json()
}

fn json(tree: &Tree, arguments: &[&str]) -> Run {
    tree.run(&[&["history", "--format", "json"], arguments].concat())
}

/// One value of every commit.
fn all(history: &Value, key: &str) -> Vec<Value> {
    history["commits"].as_array().unwrap().iter().map(|commit| commit[key].clone()).collect()
}

fn subjects(history: &Value) -> Vec<String> {
    all(history, "subject").iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The numbers of a history are those of a check in a checkout of each commit.
fn assert_equal_to_checks(tree: &Tree, history: &Value) {
    for commit in history["commits"].as_array().unwrap() {
        let id = commit["commit"].as_str().unwrap();
        tree.git(&["checkout", "-q", id]);
        let check = tree.run(&["check", "--format", "json", "--no-cache"]).json();
        assert_eq!(commit["score"], check["score"]["overall"], "{id}");
        assert_eq!(commit["production"], check["score"]["production"]["score"], "{id}");
        assert_eq!(commit["violations"], check["summary"]["violations"]["new"], "{id}");
        let rivals = check["implementations"].as_array().unwrap().iter().filter(|it| it["role"] == "rival").count();
        assert_eq!(commit["rivals"], rivals, "{id}");
        for (past, source) in
            commit["sources"].as_array().unwrap().iter().zip(check["score"]["sources"].as_array().unwrap())
        {
            for key in ["id", "score", "adopters", "debt", "measured"] {
                assert_eq!(past[key], source[key], "{id} {key}");
            }
        }
    }
    tree.git(&["checkout", "-q", "main"]);
}

#[test]
fn each_commit_has_the_numbers_of_a_check_of_it() {
    let tree = repository();
    tree.write(
        "app/rival.py",
        b"import redis\n\n\nclass Pool:\n    def __init__(self):\n        self.it = redis.Redis()\n",
    );
    commit(&tree, 6, "a rival");
    tree.write("app/names.py", b"from redis import Redis as R\n");
    tree.write("app/user.py", b"from app.names import R\n\nR()\n");
    commit(&tree, 7, "through another module");
    tree.write("app/user.py", b"from app.names import R\n\nR()  # ssot: ignore[redis-new] a reason\n");
    commit(&tree, 8, "accepted");
    tree.git(&["rm", "-q", "app/names.py"]);
    commit(&tree, 9, "gone");
    // Rules on disk are those of today, recorded or not.
    let rules = format!(
        "{RULES}\n[[rule]]\nid = \"rival\"\nsource = \"redis\"\nkind = \"implement\"\nwraps = [\"redis.Redis\"]\n"
    );
    tree.write("ssot.toml", rules.as_bytes());
    let found = history(&tree, &[]);
    assert_eq!(all(&found, "rivals"), [0, 0, 0, 0, 0, 1, 1, 1, 1]);
    assert_eq!(all(&found, "date")[1], "2026-05-02T12:00:00Z");
    assert_eq!(found["schema"], 1);
    assert_equal_to_checks(&tree, &found);
}

#[test]
fn kept_results_change_nothing() {
    let tree = repository();
    let cold = json(&tree, &["--no-cache"]).exits(0).stdout;
    for arguments in [&[][..], &[], &["--exhaustive"], &["--jobs", "1"]] {
        assert_eq!(json(&tree, arguments).exits(0).stdout, cold, "{arguments:?}");
    }
    tree.write("app/late.py", OLD.as_bytes());
    commit(&tree, 6, "late");
    assert_eq!(json(&tree, &[]).exits(0).stdout, json(&tree, &["--no-cache"]).exits(0).stdout);
}

#[test]
fn the_range_begins_after_a_commit_or_with_a_day() {
    let tree = repository();
    tree.git(&["tag", "v1", "HEAD~3"]);
    for since in ["HEAD~3", "v1", "2026-05-03"] {
        let found = history(&tree, &["--since", since]);
        assert_eq!(subjects(&found), ["an adopter", "less debt", "prose"], "{since}");
        // The first of them is compared with the one before.
        let moved = found["moved"].as_array().unwrap();
        assert_eq!((moved.len(), moved[1]["since"].as_str().unwrap().len()), (2, 40), "{moved:#?}");
    }
    let none = history(&tree, &["--since", "HEAD"]);
    assert_eq!(none["commits"], Value::Array(Vec::new()));
    assert_eq!(none["notices"][0], "there is no commit after `HEAD`");
    let refused = json(&tree, &["--since", "nothing"]).exits(2);
    assert!(
        refused.stderr.contains("`nothing` is no commit") && refused.stderr.contains("2026-01-31"),
        "{}",
        refused.stderr
    );
}

#[test]
fn intervals_choose_the_last_commit_of_each() {
    let tree = repository();
    tree.git(&["tag", "-a", "-m", "a tag", "v1", "HEAD~3"]);
    made(&tree, 5, &["commit", "-q", "--allow-empty", "-m", "same day"]);
    // The third of May 2026 was a Sunday.
    assert_eq!(subjects(&history(&tree, &["--every", "week"])), ["an adopter", "same day"]);
    assert_eq!(subjects(&history(&tree, &["--every", "tag"])), ["more debt", "same day"]);
    let days = ["first", "more debt", "an adopter", "less debt", "same day"];
    assert_eq!(subjects(&history(&tree, &["--every", "day"])), days);
    assert_eq!(subjects(&history(&tree, &["--every", "commit"])).len(), 6);
}

#[test]
fn first_parents_are_followed_unless_all_commits_are_wanted() {
    let tree = repository();
    tree.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    tree.write("app/side.py", OLD.as_bytes());
    commit(&tree, 6, "on the side");
    tree.git(&["checkout", "-q", "main"]);
    made(&tree, 7, &["merge", "-q", "--no-ff", "-m", "merged", "side"]);
    let found = history(&tree, &["--since", "HEAD~2"]);
    assert_eq!(
        (subjects(&found), all(&found, "violations")),
        (vec!["prose".to_owned(), "merged".to_owned()], vec![0.into(), 1.into()])
    );
    let everything = subjects(&history(&tree, &["--all-commits"]));
    assert_eq!(everything.len(), 7);
    assert!(everything.contains(&"on the side".to_owned()));
    assert_equal_to_checks(&tree, &history(&tree, &["--all-commits"]));
}

#[test]
fn paths_choose_what_is_counted() {
    let tree = repository();
    tree.write("lib/more.py", OLD.as_bytes());
    commit(&tree, 6, "another directory");
    let whole = history(&tree, &[]);
    let part = history(&tree, &["--path", "lib"]);
    assert_eq!(all(&part, "violations"), [0, 0, 0, 0, 0, 1]);
    assert_eq!(all(&part, "score"), all(&whole, "score"));
    let both = history(&tree, &["--path", "lib", "--path", "app/old.py"]);
    assert_eq!(all(&both, "violations"), all(&whole, "violations"));
    json(&tree, &["--path", "nowhere"]).exits(2);
}

#[test]
fn the_commits_that_moved_the_score_say_what_they_fixed_and_brought() {
    let tree = repository();
    let moved = history(&tree, &[])["moved"].clone();
    let changes: Vec<f64> = moved.as_array().unwrap().iter().map(|it| it["change"].as_f64().unwrap()).collect();
    assert_eq!(changes.len(), 3, "{moved:#?}");
    assert!(changes.windows(2).all(|pair| pair[0].abs() >= pair[1].abs()), "{changes:?}");
    let fixed: Vec<&str> =
        moved[0]["fixed"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!((fixed, &moved[0]["brought"]), (vec!["app/old.py", "app/old.py"], &Value::Array(Vec::new())));
    let text = tree.run(&["history"]).exits(0).stdout;
    for part in
        ["less debt", "  fixed app/old.py:5 [redis-new] redis.Redis", "  brought app/old.py:10", "source redis", "▁"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_file_that_was_renamed_fixes_and_brings_nothing() {
    let tree = start(&files());
    tree.git(&["mv", "app/old.py", "app/older.py"]);
    tree.write("app/adopter.py", GOOD.as_bytes());
    commit(&tree, 2, "renamed");
    let moved = history(&tree, &[])["moved"].clone();
    assert_eq!((moved[0]["fixed"].clone(), moved[0]["brought"].clone()), (Value::Array(vec![]), Value::Array(vec![])));
}

#[test]
fn an_owner_and_an_exempt_file_are_followed_to_their_old_paths() {
    let rules = format!(
        "{RULES}allow-in = [{{ path = \"app/shim.py\", reason = \"the shim itself\" }}]\n\n\
         [[rule]]\nid = \"own\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"app.owner.Manager\"]\n"
    );
    let owner =
        format!("{OWNER}\n\nclass Manager:\n    \"\"\"One of its kind.\"\"\"\n\n    first = 1\n    second = 2\n");
    let old_user = "from app.client import Manager, client\n\nclient.get('a')\nManager()\n";
    let tree = start(&[
        ("ssot.toml", &rules),
        ("app/__init__.py", ""),
        ("app/client.py", &owner),
        ("app/old_shim.py", OLD),
        ("app/good.py", old_user),
    ]);
    tree.git(&["mv", "app/old_shim.py", "app/shim.py"]);
    commit(&tree, 2, "shim");
    tree.git(&["mv", "app/client.py", "app/owner.py"]);
    tree.write("app/good.py", old_user.replace("client import", "owner import").as_bytes());
    commit(&tree, 3, "owner");
    let found = history(&tree, &[]);
    assert_eq!(all(&found, "violations"), [1, 1, 1], "{found:#}");
    assert_eq!(all(&found, "score"), vec![all(&found, "score")[2].clone(); 3]);
    assert_eq!(all(&found, "comparable"), [true, true, true]);
}

#[test]
fn a_commit_without_the_owner_is_marked_and_left_out_of_comparisons() {
    let mut without = files();
    without.retain(|(path, _)| *path != "app/owner.py");
    let tree = start(&without);
    tree.write("app/owner.py", OWNER.as_bytes());
    commit(&tree, 2, "the owner");
    let found = history(&tree, &[]);
    assert_eq!(all(&found, "comparable"), [false, true]);
    assert_eq!(all(&found, "note"), ["it has no owner of `redis`".into(), Value::Null]);
    assert_eq!(found["moved"], Value::Array(Vec::new()));
    let text = tree.run(&["history"]).exits(0).stdout;
    assert!(text.contains("left out of comparisons: 1 commit"), "{text}");
}

#[test]
fn an_owner_that_is_inferred_at_the_newest_commit_counts_for_all() {
    let rules = RULES.replace("owners = [\"app/owner.py\"]\n", "").replace("canonical = [\"app.owner.client\"]\n", "");
    let mut files = files();
    files[0].1 = &rules;
    let tree = start(&files);
    tree.write("app/second.py", GOOD.as_bytes());
    commit(&tree, 2, "second");
    let inferred = history(&tree, &[]);
    assert!(inferred["notices"].as_array().unwrap().iter().any(|it| it.as_str().unwrap().contains("app.owner.client")));
    // Rules that declare it, on disk only, are those of today.
    tree.write("ssot.toml", RULES.as_bytes());
    let declared = history(&tree, &[]);
    assert_eq!(inferred["commits"], declared["commits"]);
}

#[test]
fn each_commit_can_be_judged_by_its_own_rules() {
    let tree = repository();
    tree.write("ssot.toml", RULES.replace("redis.Redis", "redis.Other").as_bytes());
    commit(&tree, 6, "rules");
    tree.write("ssot.toml", b"nonsense = 1\n");
    commit(&tree, 7, "broken rules");
    tree.write("ssot.toml", RULES.replace("redis.Redis", "redis.Other").as_bytes());
    commit(&tree, 8, "rules again");
    assert_eq!(all(&history(&tree, &[]), "violations"), [0, 0, 0, 0, 0, 0, 0, 0]);
    let own = history(&tree, &["--rules-of-commit"]);
    let counts: Vec<Value> = all(&own, "violations");
    assert_eq!(counts[..6], [1, 2, 2, 0, 0, 0].map(Value::from));
    assert_eq!((&counts[6], &counts[7]), (&Value::Null, &0.into()));
    assert!(all(&own, "note")[6].as_str().unwrap().contains("its rules cannot be used: ssot.toml:1"), "{own:#}");
}

#[test]
fn a_missing_blob_costs_its_commits_and_says_so() {
    let tree = repository();
    let blob = Command::new("git").args(["rev-parse", "HEAD~3:app/old.py"]).current_dir(tree.root()).output().unwrap();
    let blob = String::from_utf8(blob.stdout).unwrap();
    let (directory, file) = blob.trim().split_at(2);
    std::fs::remove_file(tree.path(&format!(".git/objects/{directory}/{file}"))).unwrap();
    let found = history(&tree, &[]);
    assert_eq!(all(&found, "unread"), [0, 1, 1, 0, 0]);
    assert_eq!(all(&found, "violations"), [1.into(), Value::Null, Value::Null, 0.into(), 0.into()]);
    assert!(all(&found, "note")[1].as_str().unwrap().contains("1 file is not in this clone"), "{found:#}");
    // What is left is compared with what is left before it.
    assert_eq!(found["moved"][0]["since"], found["commits"][0]["commit"]);
    assert_eq!(json(&tree, &[]).stdout, json(&tree, &["--no-cache"]).stdout);
}

#[test]
fn a_shallow_clone_says_that_its_history_ends_early() {
    let tree = repository();
    let url = format!("file://{}", tree.root().display());
    let clone = Tree::new(&[]);
    clone.git(&["clone", "-q", "--depth", "2", &url, "c"]);
    let run = |arguments: &[&str]| {
        Run::of(clone.ssot(&[&["history", "--format", "json"], arguments].concat()).current_dir(clone.path("c")))
    };
    let found = run(&[]).exits(0).json();
    assert_eq!(subjects(&found), ["less debt", "prose"]);
    assert!(found["notices"][0].as_str().unwrap().contains("fetch --unshallow"), "{found:#}");
    assert_eq!(run(&["--since", "HEAD~1"]).exits(0).json()["notices"], Value::Array(Vec::new()));
    let refused = run(&["--since", "v1"]).exits(2);
    assert!(refused.stderr.contains("unshallow"), "{}", refused.stderr);
}

#[test]
fn without_a_repository_or_a_commit_there_is_no_history() {
    let tree = Tree::new(&files());
    let none = tree.run(&["history"]).exits(2);
    assert!(none.stderr.contains("is in no git repository") && none.stderr.contains("help: "), "{}", none.stderr);
    tree.git(&["init", "-q"]);
    let unborn = tree.run(&["history"]).exits(2);
    assert!(unborn.stderr.contains("there is no commit on this branch yet"), "{}", unborn.stderr);
}

#[test]
fn a_bare_repository_and_a_project_below_the_top_have_a_history() {
    let tree = Tree::new(&[("other/x.py", OLD)]);
    for (path, text) in files() {
        tree.write(&format!("service/{path}"), text.as_bytes());
    }
    tree.git(&["init", "-q", "-b", "main"]);
    commit(&tree, 1, "first");
    tree.write("service/app/old.py", more(OLD).as_bytes());
    commit(&tree, 2, "second");
    let below = Run::of(tree.ssot(&["history", "--format", "json"]).current_dir(tree.path("service"))).exits(0).json();
    assert_eq!(all(&below, "violations"), [1, 2]);
    let plain = repository();
    let bare = Tree::new(&[]);
    bare.git(&["clone", "-q", "--bare", &plain.root().display().to_string(), "b"]);
    let found = Run::of(bare.ssot(&["history", "--format", "json"]).current_dir(bare.path("b"))).exits(0).json();
    assert_eq!(found["commits"], history(&plain, &[])["commits"]);
}

#[test]
fn csv_has_a_row_for_each_commit() {
    let tree = repository();
    let text = tree.run(&["history", "--format", "csv", "--since", "HEAD~2"]).exits(0).stdout;
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let head = "commit,date,score,production,violations,rivals,unread,comparable,redis.score,redis.production,redis.violations,redis.rivals";
    assert_eq!(rows[0].join(","), head);
    assert_eq!(rows[1][1..].join(","), "2026-05-04T12:00:00Z,100.00,100.00,0,0,0,true,100.00,100.00,0,0");
    assert_eq!(rows.len(), 3);
}

#[test]
fn the_history_has_its_own_place_and_leaves_what_is_kept_of_the_work_tree() {
    let tree = repository();
    tree.run(&["check"]);
    let kept = |tree: &Tree| tree.run(&["cache"]).exits(0).stdout;
    let directory = tree.root().with_file_name("cache");
    let files = |extension: &str| -> Vec<std::path::PathBuf> {
        let paths = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect()
    };
    let of_work_tree = files("state").remove(0);
    let before = std::fs::read(&of_work_tree).unwrap();
    let first = json(&tree, &[]).exits(0).stdout;
    assert_eq!(std::fs::read(&of_work_tree).unwrap(), before);
    assert_eq!(files("state").len(), 2);
    let shown = kept(&tree);
    assert!(shown.contains("3 projects") && shown.contains("5 commits of its history"), "{shown}");
    let archive = || files("history").remove(0);
    // What is kept is used: a number that was tampered with would be told by the check sum, and costs only time.
    let bytes = std::fs::read(archive()).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], b"nonsense"] {
        std::fs::write(archive(), damaged).unwrap();
        assert!(kept(&tree).contains("of no use"), "{}", kept(&tree));
        assert_eq!(json(&tree, &[]).exits(0).stdout, first);
    }
    let verified = Run::of(tree.ssot(&["history", "--format", "json"]).env("SSOT_CACHE", "verify")).exits(0).stdout;
    assert_eq!(verified, first);
    tree.run(&["cache", "--clear"]).exits(0);
    assert!(kept(&tree).contains("0 projects"), "{}", kept(&tree));
}

#[test]
fn a_suppression_that_ends_is_judged_by_the_day_of_the_run() {
    let tree = start(&files());
    let until = "import redis\n\nredis.Redis()  # ssot: ignore[redis-new] a reason until=2026-06-30\n";
    tree.write("app/old.py", until.as_bytes());
    commit(&tree, 2, "accepted for a time");
    tree.write("app/more.py", b"x = 1\n");
    commit(&tree, 3, "later");
    let on = |seconds: &str| {
        let mut command = tree.ssot(&["history", "--format", "json"]);
        all(&Run::of(command.env("SOURCE_DATE_EPOCH", seconds)).exits(0).json(), "violations")
    };
    // The first of May and of July 2026; a suppression without effect is a violation itself.
    assert_eq!(on("1777593600"), [1, 0, 0]);
    assert_eq!(on("1782864000"), [1, 2, 2]);
    assert_eq!(on("1777593600"), [1, 0, 0]);
}
