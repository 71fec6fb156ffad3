//! What a change of the rules, of the gate or of the baseline accepts, under `--against`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use serde_json::Value;

use crate::git::{GOOD, OLD, RULES, check, commit, condition, counts, more, repository, violations};
use crate::support::{Run, Tree};

/// The repository with these rules in its commit.
fn under(rules: &str) -> Tree {
    let tree = repository();
    tree.write("ssot.toml", rules.as_bytes());
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "--allow-empty", "-m", "rules"]);
    tree
}

fn staged(tree: &Tree, rules: &str) -> Run {
    tree.write("ssot.toml", rules.as_bytes());
    tree.git(&["add", "-A"]);
    check(tree, &["--against", "HEAD"])
}

fn loosened(run: &Run) -> Vec<String> {
    let json = run.json();
    let shown = |it: &Value| {
        let word = |key: &str| it[key].as_str().unwrap().to_owned();
        format!("{}: {} -> {}", word("what"), word("before"), word("after"))
    };
    json["comparison"]["loosened"].as_array().unwrap().iter().map(shown).collect()
}

/// `path:line state` of what is hidden.
fn hidden(run: &Run) -> Vec<String> {
    let json = run.json();
    let shown =
        |it: &Value| format!("{}:{} {}", it["path"].as_str().unwrap(), it["line"], it["state"].as_str().unwrap());
    json["comparison"]["hidden_violations"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn a_gate_that_accepts_more_is_shown_and_fails() {
    let strict = "[gate]\nfail-under = 45.0\nscore-drop = true\nmax-violations = { error = 1 }\nunanalysed = 0\n";
    for (gate, expected) in [
        (strict.replace("45.0", "40"), "[gate] fail-under: 45.00 -> 40.00"),
        (strict.replace("fail-under = 45.0\n", ""), "[gate] fail-under: 45.00 -> none"),
        (strict.replace("score-drop = true", "score-drop = false"), "[gate] score-drop: true -> false"),
        (strict.replace("error = 1", "error = 2"), "[gate] max-violations.error: 1 -> 2"),
        (strict.replace("unanalysed = 0\n", ""), "[gate] unanalysed: 0 -> none"),
        (format!("{strict}no-new = false\n"), "[gate] no-new: true -> false"),
    ] {
        let tree = under(&format!("{RULES}{strict}"));
        let run = staged(&tree, &format!("{RULES}{gate}")).exits(1);
        assert_eq!(loosened(&run), [expected]);
        assert_eq!(condition(&run, "rule-changes"), Some(false));
        let text = tree.run(&["check", "--against", "HEAD", "--format", "concise"]).exits(1).stdout;
        assert!(text.contains("accepts more than in HEAD") && text.contains("loosen 1 limit"), "{text}");
        check(&tree, &["--against", "HEAD", "--allow-rule-changes"]).exits(0);
    }
    let tree = under(&format!("{RULES}{strict}"));
    let run = staged(&tree, &format!("{RULES}{}", strict.replace("45.0", "50"))).exits(0);
    assert_eq!(loosened(&run), [""; 0]);
}

#[test]
fn the_profile_that_is_used_is_the_one_that_counts() {
    let rules = |floor: &str| format!("{RULES}[gate.profile.pr]\nfail-under = {floor}\n");
    let tree = under(&rules("50"));
    assert_eq!(loosened(&staged(&tree, &rules("40")).exits(0)), [""; 0]);
    let run = check(&tree, &["--against", "HEAD", "--gate", "pr"]).exits(1);
    assert_eq!(loosened(&run), ["[gate] fail-under: 50.00 -> 40.00"]);
    let run = check(&tree, &["--against", "HEAD", "--gate", "pr", "--fail-under", "30"]).exits(0);
    assert_eq!(loosened(&run), [""; 0], "the command line says the floor for both");
}

#[test]
fn canonical_symbols_that_let_more_files_adopt_are_shown_and_fail() {
    let tree = repository();
    tree.write("app/other.py", b"from app.names import thing\n\nthing.get('a')\n");
    tree.write("app/names.py", b"thing = object()\n");
    commit(&tree, "other");
    let wider = RULES.replace("\"app.owner.client\"", "\"app.owner.client\", \"app.names.thing\"");
    let run = staged(&tree, &wider).exits(1);
    assert_eq!(loosened(&run), ["what is canonical for `redis`: 1 adopters -> 2 adopters"]);
    check(&tree, &["--against", "HEAD", "--allow-rule-changes"]).exits(0);
    tree.git(&["reset", "-q", "--hard"]);
    // A canonical module makes the files that define it owners.
    let only = RULES.replace("owners = [\"app/owner.py\"]\n", "");
    let tree = under(&only);
    let run = staged(&tree, &only.replace("\"app.owner.client\"", "\"app.owner.client\", \"app.old\"")).exits(1);
    assert_eq!(hidden(&run), ["app/old.py:5 baselined"]);
}

#[test]
fn suppressions_that_only_the_rules_of_today_accept_are_hidden_violations() {
    let deny = format!("{RULES}inline-ignore = \"deny\"\n");
    let tree = under(&deny);
    let accepted = more(OLD).replace("second = redis.Redis()", "second = redis.Redis()  # ssot: ignore[redis-new] why");
    tree.write("app/old.py", accepted.as_bytes());
    let run = staged(&tree, RULES).exits(1);
    assert_eq!(hidden(&run), ["app/old.py:10 new"]);
    // Without a change of the rules the comment is a way to accept it.
    let tree = repository();
    tree.write("app/old.py", accepted.as_bytes());
    assert_eq!(counts(&staged(&tree, RULES).exits(0)), [0, 0, 0, 1]);
}

#[test]
fn a_new_rule_comes_with_suppressions_and_hides_nothing() {
    let tree = repository();
    tree.write(
        "app/log.py",
        b"import logging\n\nlogging.Logger('a')  # ssot: ignore[log-new] needed until the next release\n",
    );
    let rule = "\n[[rule]]\nid = \"log-new\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"logging.Logger\"]\n";
    let run = staged(&tree, &format!("{RULES}{rule}")).exits(0);
    assert_eq!((hidden(&run), condition(&run, "rule-changes")), (Vec::new(), Some(true)));
}

#[test]
fn rules_are_weakened_and_broken_in_one_change() {
    let tree = repository();
    tree.write("app/old.py", more(OLD).as_bytes());
    let run = staged(&tree, &format!("{RULES}enabled = false\n")).exits(1);
    assert_eq!(hidden(&run), ["app/old.py:5 baselined", "app/old.py:10 new"]);
    assert_eq!(condition(&run, "no-new"), Some(true), "under the rules of today nothing is new");
}

#[test]
fn a_baseline_that_takes_up_something_new_is_shown_and_fails() {
    let tree = repository();
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    commit(&tree, "baseline");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(0)), [0, 0, 0, 1]);
    tree.write("app/old.py", more(OLD).as_bytes());
    tree.git(&["add", "-A"]);
    tree.run(&["baseline", "update", "--allow-additions", "--reason", "late"]).exits(0);
    // The baseline counts as it is staged.
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((counts(&run)[0], condition(&run, "rule-changes")), (1, None));
    assert_eq!(violations(&check(&tree, &["--staged"]).exits(1)), ["app/old.py:5 baselined", "app/old.py:10 new"]);
    tree.git(&["add", "-A"]);
    check(&tree, &["--staged"]).exits(0);
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((counts(&run)[0], condition(&run, "rule-changes")), (0, Some(false)));
    assert_eq!(hidden(&run), ["app/old.py:10 new"]);
    let said = run.json()["problems"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(said, "the baseline accepts this (`redis-new`, error), and that of HEAD does not");
    check(&tree, &["--against", "HEAD", "--allow-rule-changes"]).exits(0);
    // What the work tree has instead takes no part.
    std::fs::remove_file(tree.path("ssot-baseline.toml")).unwrap();
    check(&tree, &["--staged"]).exits(0);
    check(&tree, &["--staged", "--baseline", "ssot-baseline.toml"]).exits(0);
    check(&tree, &[]).exits(1);
}

#[test]
fn a_first_baseline_of_what_the_reference_has_hides_nothing() {
    let tree = repository();
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(0);
    assert_eq!((condition(&run, "rule-changes"), hidden(&run)), (Some(true), Vec::new()));
}

#[test]
fn an_untracked_baseline_takes_part_only_where_it_is_named() {
    let tree = repository();
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    check(&tree, &["--staged"]).exits(1);
    check(&tree, &["--staged", "--baseline", "ssot-baseline.toml"]).exits(0);
    let missing = check(&tree, &["--staged", "--baseline", "nothing.toml"]).exits(2);
    assert!(missing.stderr.contains("does not exist"), "{}", missing.stderr);
    check(&tree, &["--staged", "--no-baseline"]).exits(1);
}

#[test]
fn counts_and_lists_are_of_what_paths_choose() {
    let tree = repository();
    tree.write("lib/one.py", b"import redis\n\nshared = [redis.Redis(db=7)]\n");
    tree.write("lib/two.py", OLD.as_bytes());
    commit(&tree, "lib");
    tree.git(&["rm", "-q", "lib/one.py"]);
    tree.git(&["mv", "lib/two.py", "app/two.py"]);
    tree.write("app/new.py", more(OLD).as_bytes());
    tree.write("app/good.py", GOOD.as_bytes());
    tree.git(&["add", "-A"]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD"]).exits(1)), [2, 1, 1, 1]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD", "--", "app/old.py"]).exits(0)), [0, 0, 0, 1]);
    assert_eq!(counts(&check(&tree, &["--against", "HEAD", "--", "app/two.py", "app/new.py"]).exits(1)), [2, 0, 1, 0]);
    std::fs::create_dir_all(tree.path("lib")).unwrap();
    tree.write("lib/three.py", b"");
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD", "--", "lib"]).exits(0);
    assert_eq!(counts(&run), [0, 1, 0, 0]);
    assert_eq!(run.json()["comparison"]["fixed_violations"][0]["path"], "lib/one.py");
    assert_eq!(counts(&check(&tree, &["--against", "HEAD", "--min-severity", "error"]))[0], 2);
}

#[test]
fn what_is_no_longer_scanned_is_not_fixed() {
    let excluding = format!("exclude = [\"vendor/**\"]\n{RULES}");
    let tree = under(&excluding);
    std::fs::create_dir(tree.path("vendor")).unwrap();
    tree.git(&["mv", "app/old.py", "vendor/old.py"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((hidden(&run), counts(&run)), (vec!["vendor/old.py:5 new".to_owned()], [0, 0, 0, 0]));
    assert_eq!(condition(&run, "rule-changes"), Some(false));
    let text = tree.run(&["check", "--against", "HEAD", "--format", "concise"]).exits(1).stdout;
    let said = "HEAD reports this (`redis-new`, error), and today the file is passed over: excluded by `vendor/**`";
    assert!(text.contains(said) && text.contains("1 violation in files that are passed over now"), "{text}");
    tree.run(&["check", "--against", "HEAD", "--allow-rule-changes"]).exits(0);

    // A marker of third-party code does it without a move, and deleting the file is no such thing.
    let tree = under(RULES);
    tree.write("lib/old.py", OLD.as_bytes());
    tree.write("lib/gone.py", OLD.as_bytes());
    commit(&tree, "lib");
    tree.write("lib/pyvenv.cfg", b"");
    std::fs::remove_file(tree.path("lib/gone.py")).unwrap();
    tree.git(&["add", "-A"]);
    let run = check(&tree, &["--against", "HEAD"]).exits(1);
    assert_eq!((hidden(&run), counts(&run)), (vec!["lib/old.py:5 new".to_owned()], [0, 1, 0, 1]));

    // A wider `exclude` is a change of the rules, and told once.
    let tree = under(RULES);
    let run = staged(&tree, &format!("exclude = [\"app/old.py\"]\n{RULES}")).exits(1);
    assert_eq!((hidden(&run), counts(&run)), (vec!["app/old.py:5 baselined".to_owned()], [0, 0, 0, 0]));
}
