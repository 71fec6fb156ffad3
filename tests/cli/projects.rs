//! `projects`: rules files below the topmost one.

use serde_json::Value;

use crate::support::{Run, Tree};

const TOP: &str = "\
projects = [\"services/*\"]

[[source]]
id = \"log\"
owners = []

[[rule]]
id = \"no-print\"
source = \"log\"
kind = \"reference\"
ban = [\"builtins.print\"]

[[source]]
id = \"mail\"
owners = [\"lib/mail.py\"]

[[rule]]
id = \"no-smtp\"
source = \"mail\"
kind = \"construct\"
ban = [\"smtplib.SMTP\"]
";

const OF_A: &str = "\
exclude = [\"old/**\"]

[[rule]]
id = \"no-print\"
severity = \"warning\"
allow-in = [{ path = \"cli.py\", reason = \"it talks to people\" }]

[[source]]
id = \"mail\"
owners = [\"mail.py\"]

[[source]]
id = \"clock\"
owners = [\"clock.py\"]

[[rule]]
id = \"no-sleep\"
source = \"clock\"
kind = \"construct\"
ban = [\"time.sleep\"]
";

const CODE: &str = "import smtplib, time\nprint(1)\nsmtplib.SMTP('h')\ntime.sleep(1)\n";

fn monorepo(more: &[(&str, &str)]) -> Tree {
    let files = [
        ("ssot.toml", TOP),
        ("services/a/ssot.toml", OF_A),
        ("services/a/use.py", CODE),
        ("services/a/cli.py", "print(2)\n"),
        ("services/a/mail.py", "import smtplib\n\nserver = smtplib.SMTP('h')\n"),
        ("services/a/clock.py", "import time\n\n\ndef wait():\n    time.sleep(1)\n"),
        ("services/a/good.py", "from services.a.mail import server\n\nserver.quit()\n"),
        ("services/a/old/use.py", CODE),
        ("services/b/use.py", CODE),
        ("lib/mail.py", "import smtplib\n\nserver = smtplib.SMTP('h')\n"),
        ("lib/clock.py", "import time\ntime.sleep(1)\n"),
        ("lib/cli.py", "print(3)\n"),
    ];
    let tree = Tree::new(&[&files, more].concat());
    tree.git(&["init", "-q"]);
    tree
}

fn found(run: &Run) -> Vec<String> {
    let json = run.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line =
        |it: &Value| format!("{}:{} {} {}", text(&it["path"]), it["line"], text(&it["severity"]), text(&it["rule"]));
    json["violations"].as_array().map(|all| all.iter().map(line).collect()).unwrap_or_default()
}

const ALL: [&str; 6] = [
    "lib/cli.py:1 error no-print",
    "services/a/use.py:2 warning no-print",
    "services/a/use.py:3 error no-smtp",
    "services/a/use.py:4 error no-sleep",
    "services/b/use.py:2 error no-print",
    "services/b/use.py:3 error no-smtp",
];

#[test]
fn a_listed_file_adds_and_adjusts_rules_below_its_directory_and_nowhere_else() {
    let tree = monorepo(&[]);
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ALL);
    let json = run.json();
    assert_eq!(json["problems"], serde_json::json!([]), "no pattern of it matches nothing");
    assert_eq!(json["summary"]["violations"]["exempted"], 1);
    let exhaustive = tree.run(&["check", "--format", "json", "--exhaustive", "--no-cache"]).exits(1);
    assert_eq!(exhaustive.stdout, run.stdout);
    let again = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(again.stdout, run.stdout, "with kept results");
}

#[test]
fn the_root_is_that_of_the_topmost_file_from_everywhere() {
    let tree = monorepo(&[]);
    let whole = tree.run(&["check", "--format", "json"]);
    let mut below = tree.ssot(&["check", "--format", "json"]);
    assert_eq!(Run::of(below.current_dir(tree.path("services/a"))).stdout, whole.stdout);
    let part = tree.run(&["check", "--format", "json", "services/a"]).exits(1);
    assert_eq!(found(&part), ALL[1..4]);
    assert_eq!(part.json()["score"], whole.json()["score"], "scores are those of the whole");
}

#[test]
fn a_source_has_a_score_for_each_directory_that_adjusts_it() {
    let json = monorepo(&[]).run(&["check", "--format", "json"]).json();
    let sources = json["score"]["sources"].as_array().cloned().unwrap_or_default();
    let shown: Vec<(String, u64, u64)> = sources
        .iter()
        .map(|it| {
            let below = it["below"].as_str().map(|below| format!("@{below}")).unwrap_or_default();
            let number = |key: &str| it[key].as_f64().unwrap_or_default() as u64;
            (format!("{}{below}", it["id"].as_str().unwrap_or_default()), number("adopters"), number("debt"))
        })
        .collect();
    let expected = [("log", 0, 5), ("mail", 0, 2), ("mail@services/a", 1, 2), ("clock@services/a", 0, 2)];
    assert_eq!(shown, expected.map(|(name, adopters, debt)| (name.to_owned(), adopters, debt)));
}

#[test]
fn directories_do_not_see_each_other() {
    let of_b = "[[source]]\nid = \"clock\"\nowners = []\n[[rule]]\nid = \"no-sleep\"\nsource = \"clock\"\nkind = \"import\"\nban = [\"time\"]\n";
    let tree = monorepo(&[("services/b/.ssot.toml", of_b)]);
    let run = tree.run(&["check", "--format", "json", "--select", "no-sleep"]).exits(1);
    assert_eq!(found(&run), ["services/a/use.py:4 error no-sleep", "services/b/use.py:1 error no-sleep"]);
    let shown = tree.run(&["rules"]).exits(0).stdout;
    let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with("no-sleep")).collect();
    assert!(lines[0].ends_with("services/a/ssot.toml:17 (below services/a)"), "{shown}");
    assert!(lines[1].ends_with("services/b/.ssot.toml:5 (below services/b)"), "{shown}");
    let one = tree.run(&["rule", "no-print"]).exits(0).stdout;
    assert!(one.contains("Changed   services/a/ssot.toml:4\n"), "{one}");
    let config = tree.run(&["config", "--show"]).exits(0).stdout;
    assert!(config.contains("# below services/b\n"), "{config}");
}

#[test]
fn a_directory_that_is_not_listed_is_a_project_of_its_own() {
    let tree = monorepo(&[("tools/ssot.toml", "[[source]]\nid = \"x\"\nowners = []\n"), ("tools/use.py", CODE)]);
    assert_eq!(found(&tree.run(&["check", "--format", "json", "tools"])).len(), 2, "the rules of the top hold");
    let mut own = tree.ssot(&["check", "--format", "json"]);
    assert_eq!(found(&Run::of(own.current_dir(tree.path("tools")))), [""; 0]);
}

#[test]
fn errors_name_the_file_that_has_them() {
    let wrong = "[gate]\nno-new = true\n\n[report]\nlabels = []\n\n[[rule]]\nid = \"no-prnt\"\nseverity = \"note\"\n\n[[component]]\nid = \"x\"\npaths = [\"/abs/**\"]\n";
    let tree = monorepo(&[("services/b/ssot.toml", wrong), ("services/c/ssot.toml", "x ="), ("services/d/x.py", "")]);
    let run = tree.run(&["check"]).exits(2);
    for expected in [
        "services/b/ssot.toml:1:1",
        "`gate` speaks of the whole project",
        "`report` speaks of the whole project",
        "services/b/ssot.toml:8:6",
        "did you mean `no-print`?",
        "services/b/ssot.toml:13:10",
        "services/c/ssot.toml:1:",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    tree.write("services/b/ssot.toml", b"");
    tree.write("services/b/.ssot.toml", b"");
    tree.write("services/c/ssot.toml", b"");
    let run = tree.run(&["check"]).exits(2);
    assert!(run.stderr.contains("services/b/.ssot.toml"), "{}", run.stderr);
    assert!(run.stderr.contains("`ssot.toml` and `.ssot.toml` in one directory"), "{}", run.stderr);
}

#[test]
fn a_pattern_that_no_directory_has_is_said() {
    let tree = monorepo(&[]);
    tree.write("ssot.toml", TOP.replace("services/*\"", "services/*\", \"nowhere/*\"").as_bytes());
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ALL);
    assert_eq!(run.json()["problems"][0]["message"], "`nowhere/*` matches no directory");
}

#[test]
fn what_is_staged_and_compared_has_the_rules_that_git_has() {
    let tree = monorepo(&[]);
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "-m", "first"]);
    let staged = ["check", "--format", "json", "--staged"];
    assert_eq!(found(&tree.run(&staged).exits(1)), ALL);
    std::fs::remove_file(tree.path("services/a/ssot.toml")).expect("a file");
    assert_eq!(found(&tree.run(&staged).exits(1)), ALL, "the index has the file still");
    tree.write("services/a/ssot.toml", OF_A.replace("severity = \"warning\"\n", "severity = \"note\"\n").as_bytes());
    tree.git(&["add", "-A"]);
    assert!(found(&tree.run(&staged).exits(1)).contains(&"services/a/use.py:2 note no-print".to_owned()));
    let run = tree.run(&["check", "--against", "HEAD", "--format", "json"]).exits(1);
    let rules = run.json()["gate"]["conditions"].as_array().map(|all| all.iter().any(|it| it["id"] == "rule-changes"));
    assert_eq!(rules, Some(true), "the file of the directory is one of the rules: {}", run.stdout);
    let history = tree.run(&["history", "--format", "json", "--rules-of-commit"]).exits(0).json();
    let names: Vec<&Value> = history["commits"][0]["sources"]
        .as_array()
        .map(|all| all.iter().map(|it| &it["id"]).collect())
        .unwrap_or_default();
    assert!(names.contains(&&Value::from("mail@services/a")), "{names:?}");
}

#[test]
fn a_comment_that_names_a_rule_of_another_directory_says_so() {
    let tree = monorepo(&[("lib/more.py", "import time\ntime.sleep(1)  # ssot: ignore[no-sleep] waits\n")]);
    let json = tree.run(&["check", "--format", "json", "lib/more.py"]).exits(1).json();
    let message = json["violations"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.ends_with("rule `no-sleep` does not hold here but elsewhere (below services/a)"), "{message}");
}

#[test]
fn explain_names_the_directory_in_which_a_rule_holds() {
    let tree = monorepo(&[]);
    let run = tree.run(&["explain", "lib/clock.py:2"]).exits(0);
    assert!(run.stdout.contains("the rule holds elsewhere (below services/a)"), "{}", run.stdout);
    let run = tree.run(&["explain", "services/a/cli.py:1"]).exits(0);
    assert!(run.stdout.contains("`allow-in` exempts `services/a/cli.py` at services/a/ssot.toml:6"), "{}", run.stdout);
    assert!(!run.stdout.contains("elsewhere"), "{}", run.stdout);
}
