//! Suppressions, the baseline and the gate, end to end.

use super::support::Tree;

const RULES: &str = "\
[[source]]
id = \"redis\"
canonical = [\"app.core.client\"]
owners = [\"app/core.py\"]

[[rule]]
id = \"redis-new\"
source = \"redis\"
kind = \"construct\"
ban = [\"redis.Redis\"]

[[rule]]
id = \"redis-strict\"
source = \"redis\"
kind = \"construct\"
ban = [\"redis.StrictRedis\"]
policy = \"strict\"
inline-ignore = \"deny\"

[gate]
max-violations = { error = 0 }

[gate.profile.pr]
no-new = true
fail-under = 10.0
";

const CORE: (&str, &str) = ("app/core.py", "import redis\nclient = redis.Redis()\n");

fn tree(text: &str) -> Tree {
    let user = ("app/user.py", "from app.core import client\nclient.get('x')\n");
    Tree::new(&[("ssot.toml", RULES), CORE, user, ("app/a.py", text)])
}

const OLD: &str = "import redis\n\n\ndef f():\n    r = redis.Redis(1)\n    return r\n";

/// Conditions of the gate as `id value limit passed`.
fn conditions(report: &serde_json::Value) -> Vec<String> {
    let conditions = report["gate"]["conditions"].as_array().expect("conditions");
    conditions
        .iter()
        .map(|it| format!("{} {} {} {}", it["id"], it["value"], it["limit"], it["passed"]).replace('"', ""))
        .collect()
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_else() {
    let tree = tree(OLD);
    tree.run(&["check"]).exits(1);
    let said = tree.run(&["baseline", "create", "--reason", "adopted in July"]).exits(0);
    assert!(said.stderr.contains("1 violation recorded in ssot-baseline.toml"), "{}", said.stderr);
    let report = tree.run(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(report["violations"][0]["state"], "baselined");
    assert_eq!(report["violations"][0]["reason"], "adopted in July");
    assert_eq!(conditions(&report), ["no-new 0 0 true", "stale 0 0 true", "max-violations.error 0 0 true"]);
    tree.run(&["check", "--no-baseline"]).exits(1);

    tree.write("app/a.py", OLD.replace("    return r", "    s = redis.Redis(2)\n    return r").as_bytes());
    let report = tree.run(&["check", "--format", "json"]).exits(1).json();
    let states: Vec<_> = report["violations"]
        .as_array()
        .expect("list")
        .iter()
        .map(|it| (it["line"].as_u64(), it["state"].as_str()))
        .collect();
    assert_eq!(states, [(Some(5), Some("baselined")), (Some(6), Some("new"))]);
    let refused = tree.run(&["baseline", "update"]).exits(1);
    assert!(refused.stderr.contains("app/a.py:6:9: not in the baseline"), "{}", refused.stderr);
    tree.run(&["baseline", "update", "--allow-additions"]).exits(2);
    tree.run(&["baseline", "update", "--allow-additions", "--reason", " - "]).exits(2);
    tree.run(&["baseline", "update", "--allow-additions", "--reason", "until the move"]).exits(0);
    tree.run(&["check"]).exits(0);
    assert!(tree.read("ssot-baseline.toml").contains("reason = \"until the move\""));
}

#[test]
fn stale_entries_fail_until_they_are_pruned() {
    let tree = tree(OLD);
    tree.run(&["baseline", "create"]).exits(0);
    tree.write("app/a.py", b"x = 1\n");
    let run = tree.run(&["check"]).exits(1);
    assert!(
        run.stdout.contains("stale baseline entry") && run.stdout.contains("stale 1, at most 0 (failed)"),
        "{}",
        run.stdout
    );
    tree.run(&["check", "--allow-stale"]).exits(0);
    tree.run(&["check", "app/user.py"]).exits(1);
    let shown = tree.run(&["baseline", "show"]).exits(0);
    assert_eq!(shown.stdout, "app/a.py: redis-new (stale) redis.Redis\n");
    tree.run(&["baseline", "prune"]).exits(0);
    tree.run(&["check"]).exits(0);
    assert!(!tree.read("ssot-baseline.toml").contains("app/a.py"));
}

#[test]
fn pruning_keeps_the_line_ends_of_the_checkout() {
    let tree = tree(OLD);
    tree.write("app/b.py", OLD.as_bytes());
    tree.run(&["baseline", "create"]).exits(0);
    let windows = tree.read("ssot-baseline.toml").replace('\n', "\r\n");
    tree.write("ssot-baseline.toml", windows.as_bytes());
    tree.run(&["check"]).exits(0);
    tree.write("app/b.py", b"x = 1\n");
    tree.run(&["baseline", "prune"]).exits(0);
    let kept: String = windows.split_inclusive('\n').filter(|line| !line.contains("app/b.py")).collect();
    assert_eq!(tree.read("ssot-baseline.toml"), kept);
}

#[test]
fn a_stale_entry_says_why_it_can_stand_for_nothing() {
    let tree = tree(OLD);
    tree.run(&["baseline", "create"]).exits(0);
    let rules = tree.read("ssot.toml");
    for (rules, why) in [
        (
            rules.replacen("kind =", "policy = \"strict\"\nkind =", 1),
            "rule `redis-new` is strict and takes no baseline",
        ),
        (rules.replacen("kind =", "enabled = false\nkind =", 1), "rule `redis-new` is switched off"),
        (rules.replace("redis-new", "redis-raw"), "there is no rule `redis-new`"),
    ] {
        tree.write("ssot.toml", rules.as_bytes());
        let run = tree.run(&["check", "--format", "concise"]).exits(1);
        assert!(run.stdout.contains(&format!("stale baseline entry: {why}")), "{}", run.stdout);
    }
    tree.write("ssot.toml", rules.as_bytes());
    tree.write("app/a.py", OLD.replace("(1)", "(1)  # ssot: ignore[redis-new] why").as_bytes());
    let run = tree.run(&["check", "--format", "concise", "--show-suppressed"]).exits(1);
    let why = "a comment accepts what breaks `redis-new` in `app/a.py`";
    assert!(run.stdout.contains(&format!("stale baseline entry: {why}")), "{}", run.stdout);
    assert!(run.stdout.contains("app/a.py:5:9: error[redis-new] (suppressed: why) "), "{}", run.stdout);
}

#[test]
fn a_suppression_above_the_attributes_of_a_statement_accepts_it() {
    let rules = RULES.replace("[\"redis.Redis\"]", "[\"redis::Client::open\"]");
    let rust = "pub fn f() {\n    // ssot: ignore[redis-new] why\n    #[allow(\n        unused\n    )]\n    #[cold]\n    let c = redis::Client::open(1);\n    \
                // ssot: ignore[redis-new] too far away\n\n    #[allow(unused)]\n    let d = redis::Client::open(2);\n}\n";
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\n\n[dependencies]\nredis = \"1\"\n";
    let tree = Tree::new(&[("ssot.toml", &rules), ("Cargo.toml", manifest), ("src/lib.rs", rust)]);
    let report = tree.run(&["check", "--format", "json"]).exits(1).json();
    let states: Vec<_> = report["violations"]
        .as_array()
        .expect("list")
        .iter()
        .map(|it| (it["line"].as_u64(), it["rule"].as_str(), it["state"].as_str()))
        .collect();
    assert_eq!(
        states,
        [
            (Some(7), Some("redis-new"), Some("suppressed")),
            (Some(8), Some("unused-suppression"), Some("new")),
            (Some(11), Some("redis-new"), Some("new")),
        ]
    );
}

#[test]
fn a_baseline_that_is_asked_for_must_be_there_and_be_one() {
    let tree = tree(OLD);
    let missing = tree.run(&["check", "--baseline", "other.toml"]).exits(2);
    assert!(missing.stderr.contains("`other.toml` does not exist"), "{}", missing.stderr);
    for action in ["update", "prune", "show"] {
        tree.run(&["baseline", action]).exits(2);
    }
    tree.write("other.toml", b"version = 1\nentries = [\n<<<<<<< ours\n]\n");
    let broken = tree.run(&["check", "--baseline", "other.toml"]).exits(2);
    assert!(broken.stderr.contains("other.toml:3"), "{}", broken.stderr);
    tree.run(&["baseline", "create", "--baseline", "other.toml"]).exits(2);
    tree.run(&["baseline", "create", "--baseline", "third.toml"]).exits(0);
    tree.run(&["check", "--baseline", "third.toml"]).exits(0);
    tree.run(&["check"]).exits(1);
}

#[test]
fn a_baseline_needs_a_declared_owner() {
    let tree = Tree::new(&[("app/a.py", OLD)]);
    let refused = tree.run(&["baseline", "create"]).exits(2);
    assert!(refused.stderr.contains("declares no owner"), "{}", refused.stderr);
    tree.write("ssot-baseline.toml", b"version = 1\nentries = []\n");
    tree.run(&["check"]).exits(2);
}

#[test]
fn a_strict_rule_is_never_accepted() {
    let tree = tree("import redis\nr = redis.StrictRedis()\n");
    let said = tree.run(&["baseline", "create"]).exits(0);
    assert!(said.stderr.contains("1 violation cannot be recorded"), "{}", said.stderr);
    tree.run(&["check"]).exits(1);
    let said = tree.run(&["check", "--add-ignore", "why not"]).exits(1);
    assert!(said.stderr.contains("app/a.py:2: `redis-strict` accepts none"), "{}", said.stderr);
    assert_eq!(tree.read("app/a.py"), "import redis\nr = redis.StrictRedis()\n");
}

#[test]
fn suppressions_are_written_counted_and_listed_on_demand() {
    let tree = tree(OLD);
    let run = tree.run(&["check", "--add-ignore", "moves in May"]).exits(0);
    assert!(run.stderr.contains("suppressions added: 1 violations in 1 files"), "{}", run.stderr);
    assert!(tree.read("app/a.py").contains("r = redis.Redis(1)  # ssot: ignore[redis-new] moves in May\n"));
    for format in ["full", "concise", "table"] {
        let run = tree.run(&["check", "--format", format]).exits(0);
        assert!(run.stdout.contains("1 suppressed"), "{format}: {}", run.stdout);
        let run = tree.run(&["check", "--format", format, "--show-suppressed"]).exits(0);
        assert!(run.stdout.contains("suppressed"), "{format}: {}", run.stdout);
    }
    let report = tree.run(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(
        (&report["violations"][0]["state"], &report["violations"][0]["reason"]),
        (&"suppressed".into(), &"moves in May".into())
    );
    assert_eq!(report["summary"]["violations"]["suppressed"], 1);
    assert_eq!(report["score"]["debt"], 2, "what is accepted remains debt");
    tree.run(&["check", "--add-ignore", "later until=2027-01-01"]).exits(2);
}

#[test]
fn a_suppression_ends_with_its_day() {
    let tree = tree("import redis\nr = redis.Redis()  # ssot: ignore[redis-new] soon until=2026-03-01\n");
    let at = |seconds: &str| {
        let mut command = tree.ssot(&["check", "--format", "concise"]);
        command.env("SOURCE_DATE_EPOCH", seconds);
        super::support::Run::of(&mut command)
    };
    at("1772323200").exits(0);
    let ended = at("1772409600").exits(1);
    assert!(
        ended.stdout.contains("warning[bad-suppression]") && ended.stdout.contains("it ended with 2026-03-01"),
        "{}",
        ended.stdout
    );
    at("soon").exits(2);
}

#[test]
fn a_profile_replaces_the_gate() {
    let tree = tree(OLD);
    let report = tree.run(&["check", "--gate", "pr", "--format", "json"]).exits(1).json();
    assert_eq!(conditions(&report), ["fail-under 50.0 10.0 true", "no-new 1 0 false"]);
    let wrong = tree.run(&["check", "--gate", "rp"]).exits(2);
    assert!(wrong.stderr.contains("no such profile; did you mean `pr`?"), "{}", wrong.stderr);
}

#[test]
fn suppressions_are_written_on_odd_lines() {
    let own = "# ssot: ignore[redis-new] old";
    let cases = [
        (
            "call.py",
            "x = f(\n    redis.Redis(\n        1,\n    ),\n)\n",
            format!("{own}\nx = f(\n    redis.Redis(\n        1,\n    ),\n)\n"),
        ),
        ("decorator.py", "@d(redis.Redis())\ndef f(): ...\n", format!("{own}\n@d(redis.Redis())\ndef f(): ...\n")),
        ("continued.py", "x = 1 + \\\n    redis.Redis()\n", format!("{own}\nx = 1 + \\\n    redis.Redis()\n")),
        (
            "string.py",
            "x = f(redis.Redis(), \"\"\"\n a\n\"\"\")\n",
            format!("{own}\nx = f(redis.Redis(), \"\"\"\n a\n\"\"\")\n"),
        ),
        (
            "crlf.py",
            "x = redis.Redis()\r\ny = f(\r\n  redis.Redis())\r\n",
            format!("x = redis.Redis()  {own}\r\n{own}\r\ny = f(\r\n  redis.Redis())\r\n"),
        ),
        ("tabs.py", "if a:\n\tx = f(\n\t\tredis.Redis())\n", format!("if a:\n\t{own}\n\tx = f(\n\t\tredis.Redis())\n")),
        ("bare.py", "x = redis.Redis()", format!("x = redis.Redis()  {own}")),
        (
            "several.py",
            "x = redis.Redis(); y = redis.Redis()\n",
            format!("x = redis.Redis(); y = redis.Redis()  {own}\n"),
        ),
        ("taken.py", "x = redis.Redis()  # noqa\n", format!("{own}\nx = redis.Redis()  # noqa\n")),
        (
            "default.py",
            "def f(a=redis.Redis(),\n      b=1): ...\n",
            format!("{own}\ndef f(a=redis.Redis(),\n      b=1): ...\n"),
        ),
    ];
    let rust = "use redis::Client;\n\n#[must_use]\npub fn f() -> u8 {\n    Client::open(\n        1,\n    )\n}\n\npub fn g() {\n    println!(\n        \"{}\",\n        Client::open(1),\n    );\n}\n";
    let head = "import redis\r\n";
    let tree = Tree::new(&[("ssot.toml", &RULES.replace("redis.Redis\"]", "redis.Redis\", \"redis::Client::open\"]"))]);
    for (name, text, _) in &cases {
        tree.write(&format!("app/{name}"), format!("{head}{text}").as_bytes());
    }
    tree.write("Cargo.toml", b"[package]\nname = \"a\"\nversion = \"0.1.0\"\n\n[dependencies]\nredis = \"1\"\n");
    tree.write("src/lib.rs", rust.as_bytes());
    let run = tree.run(&["check", "--add-ignore", "old", "--format", "concise"]).exits(0);
    assert!(run.stderr.contains("suppressions added: 14 violations in 11 files"), "{}", run.stderr);
    for (name, _, expected) in &cases {
        assert_eq!(tree.read(&format!("app/{name}")), format!("{head}{expected}"), "{name}");
    }
    let comment = "// ssot: ignore[redis-new] old\n";
    let expected = rust
        .replace("    Client::open(\n", &format!("    {comment}    Client::open(\n"))
        .replace("    println!(\n", &format!("    {comment}    println!(\n"));
    assert_eq!(tree.read("src/lib.rs"), expected);
    let again = tree.run(&["check", "--add-ignore", "old"]).exits(0);
    assert!(again.stderr.contains("suppressions added: 0 violations in 0 files"), "{}", again.stderr);
}

#[test]
fn baselines_of_two_branches_merge() {
    let file = |number: u32| format!("import redis\n\n\ndef f{number}():\n    return redis.Redis(db={number})\n");
    let tree = Tree::new(&[("ssot.toml", RULES)]);
    (0..9).for_each(|number| tree.write(&format!("app/m{number}.py"), file(number).as_bytes()));
    let commit = |message: &str| {
        tree.git(&["add", "-A"]);
        tree.git(&["commit", "-q", "-m", message]);
    };
    tree.git(&["init", "-q", "-b", "main"]);
    tree.run(&["baseline", "create", "--reason", "old"]).exits(0);
    commit("first");
    for (branch, fixed) in [("one", 1), ("two", 7)] {
        tree.git(&["checkout", "-q", "-b", branch, "main"]);
        tree.write(&format!("app/m{fixed}.py"), b"");
        tree.write(&format!("app/m{fixed}b.py"), file(20 + fixed).as_bytes());
        tree.run(&["baseline", "update", "--allow-additions", "--reason", "both"]).exits(0);
        commit(branch);
    }
    tree.git(&["merge", "-q", "--no-edit", "one"]);
    let run = tree.run(&["check", "--format", "json"]).exits(0);
    assert_eq!(run.json()["summary"]["violations"]["baselined"], 9);
    // What a careless merge leaves twice is stale, and one command mends it.
    let text = tree.read("ssot-baseline.toml");
    let line = text.lines().nth(4).unwrap();
    tree.write("ssot-baseline.toml", text.replace(line, &format!("{line}\n{line}")).as_bytes());
    let twice = tree.run(&["check"]).exits(1);
    assert!(twice.stdout.contains("it stands here twice"), "{}", twice.stdout);
    tree.run(&["baseline", "prune"]).exits(0);
    assert_eq!(tree.read("ssot-baseline.toml"), text);
    tree.write(
        "ssot-baseline.toml",
        text.replace(line, &format!("<<<<<<< HEAD\n{line}\n=======\n>>>>>>> one")).as_bytes(),
    );
    for arguments in [&["check"][..], &["baseline", "prune"], &["baseline", "update"], &["baseline", "show"]] {
        let run = tree.run(arguments).exits(2);
        assert!(run.stderr.contains("merge conflict"), "{}", run.stderr);
    }
}
