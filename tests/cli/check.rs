//! `ssot check` on small projects: what it says, what it exits with, and that nothing else shows in the result.

use crate::support::{Run, Tree};

const RULES: &str = r#"
[[source]]
id = "cache"
canonical = ["app.cache.client"]
owners = ["app/cache.py"]

[[rule]]
id = "no-client"
source = "cache"
kind = "construct"
ban = ["cachelib.Client"]
use-instead = "app.cache.client"
reason = "each client opens connections of its own"

[[rule]]
id = "no-old"
source = "cache"
kind = "import"
ban = ["app.old_cache"]
severity = "warning"
"#;

const OWNER: &str = "import cachelib\nclient = cachelib.Client()\n";
const BAD: &str = "import cachelib\n\n\ndef start():\n    return cachelib.Client()\n";

/// A project with one construction in `app/bad.py`, one import of what is old in `app/late.py`, and an adopter.
fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("app/__init__.py", ""),
        ("app/cache.py", OWNER),
        ("app/old_cache.py", "x = 1\n"),
        ("app/bad.py", BAD),
        ("app/late.py", "from app import old_cache\n"),
        ("app/good.py", "from app.cache import client\nclient.get('x')\n"),
    ])
}

fn found(run: &Run) -> Vec<String> {
    let json = run.json();
    let list = json["violations"].as_array().expect("a list");
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    list.iter().map(|v| format!("{}:{} {}", text(&v["path"]), v["line"], text(&v["rule"]))).collect()
}

#[test]
fn violations_fail_the_run_by_default() {
    let tree = project();
    for format in ssot::render::Format::ALL.map(ssot::render::Format::name) {
        tree.run(&["check", "--format", format]).exits(1);
        tree.run(&["check", "--format", format, "--exit-zero"]).exits(0);
    }
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ["app/bad.py:5 no-client", "app/late.py:1 no-old"]);
    assert_eq!(run.json()["gate"]["passed"], false);
    // What is listed does not change the verdict.
    tree.run(&["check", "--select", "no-old", "--min-severity", "error"]).exits(1);
    tree.run(&["check", "app/good.py"]).exits(0);
}

#[test]
fn the_gate_can_be_a_score() {
    let tree = project();
    let score = tree.run(&["check", "--format", "json"]).json()["score"]["overall"].as_f64().expect("a number");
    assert!(score > 0.0 && score < 100.0, "{score}");
    tree.run(&["check", "--fail-under", "10"]).exits(0);
    tree.run(&["check", "--fail-under", "99.99"]).exits(1);
    tree.run(&["check", "--fail-under", &format!("{score:.2}")]).exits(0);
    tree.run(&["check", "--fail-under", &format!("{:.2}", score + 0.01)]).exits(1);
    tree.write("ssot.toml", format!("{RULES}\n[gate]\nfail-under = 99\n").as_bytes());
    tree.run(&["check"]).exits(1);
    tree.run(&["check", "--fail-under", "10"]).exits(0);
}

#[test]
fn a_syntax_error_hides_nothing_around_it() {
    let tree = project();
    let text = "import cachelib\na = cachelib.Client()\ndef broken(:\n    pass\nb = cachelib.Client()\n";
    tree.write("app/bad.py", text.as_bytes());
    let run = tree.run(&["check", "--format", "json", "--select", "no-client"]).exits(1);
    assert_eq!(found(&run), ["app/bad.py:2 no-client", "app/bad.py:5 no-client"]);
    let json = run.json();
    assert_eq!(json["problems"][0]["path"], "app/bad.py");
    assert_eq!(json["summary"]["not_parsed"], 1);
    tree.run(&["check", "--strict"]).exits(3);
    tree.run(&["check", "--strict", "--exit-zero"]).exits(3);
}

#[test]
fn what_cannot_be_read_is_shown_and_the_rest_is_checked() {
    let tree = project();
    tree.write("app/nul.py", b"import cachelib\ncachelib.Client()\0\n");
    tree.write("app/utf16.py", b"\xff\xfei\0m\0");
    tree.write("app/latin.py", b"x = '\xe9'\n");
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ["app/bad.py:5 no-client", "app/late.py:1 no-old"]);
    let json = run.json();
    let paths: Vec<_> = json["problems"].as_array().expect("a list").iter().map(|p| p["path"].clone()).collect();
    assert_eq!(paths, ["app/latin.py", "app/nul.py", "app/utf16.py"]);
    tree.run(&["check", "--strict"]).exits(3);
    let full = tree.run(&["check"]).exits(1).stdout;
    assert!(full.contains("the file holds a NUL byte on line 2") && full.contains("UTF-16"), "{full}");
}

#[test]
fn a_file_is_read_in_the_encoding_it_declares() {
    let tree = project();
    tree.write("app/bad.py", b"# coding: latin-1\nimport cachelib\nx = '\xe9', cachelib.Client()\n");
    let run = tree.run(&["check", "--format", "json", "--select", "no-client"]).exits(1);
    assert_eq!(found(&run), ["app/bad.py:3 no-client"]);
    assert_eq!(run.json()["violations"][0]["column"], 10);
}

#[test]
fn entries_that_match_nothing_are_warned_about() {
    let tree = project();
    tree.write(
        "ssot.toml",
        format!("exclude = [\"nowhere/**\"]\n{RULES}").replace("app.old_cache", "app.gone").as_bytes(),
    );
    let run = tree.run(&["check"]).exits(1);
    assert!(run.stdout.contains("ssot.toml:1:12"), "{}", run.stdout);
    assert!(run.stdout.contains("app.gone"), "{}", run.stdout);
}

#[test]
fn deep_nesting_kills_nothing() {
    let tree = project();
    tree.write("app/attributes.py", format!("import cachelib\na = cachelib{}\n", ".b".repeat(10_000)).as_bytes());
    tree.write(
        "app/parentheses.py",
        format!("import cachelib\na = {}1{}\n", "(".repeat(5_000), ")".repeat(5_000)).as_bytes(),
    );
    let sum = vec!["cachelib"; 10_000].join(" + ");
    tree.write("app/sum.py", format!("import cachelib\na = {sum}\n").as_bytes());
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ["app/bad.py:5 no-client", "app/late.py:1 no-old"]);
}

#[test]
fn paths_choose_what_is_reported_and_nothing_else() {
    let tree = project();
    let whole = tree.run(&["check", "--format", "json"]).json();
    let part = tree.run(&["check", "--format", "json", "app/late.py"]).exits(1);
    assert_eq!(found(&part), ["app/late.py:1 no-old"]);
    assert_eq!(part.json()["score"], whole["score"]);
    assert_eq!(part.json()["problems"], whole["problems"]);
    assert_eq!(part.json()["summary"]["files_scanned"], whole["summary"]["files_scanned"]);
}

#[test]
fn standard_input_stands_for_a_file() {
    let tree = project();
    let arguments = ["check", "--format", "json", "-", "--stdin-filename", "app/good.py"];
    let run = tree.run_with_input(&arguments, BAD.as_bytes()).exits(1);
    assert_eq!(found(&run), ["app/good.py:5 no-client"]);
    let arguments = ["check", "--format", "json", "-", "--stdin-filename", "app/new.py"];
    let run = tree.run_with_input(&arguments, b"from app.bad import cachelib as c\nc.Client()\n").exits(1);
    assert_eq!(found(&run), ["app/new.py:2 no-client"]);
    let run = tree.run_with_input(&["check", "-", "--stdin-filename", "app/bad.py"], b"x = 1\n").exits(0);
    assert!(!run.stdout.contains("no-client"), "{}", run.stdout);
    let run = tree.run_with_input(&["check", "-", "--stdin-filename", "app/bad.py"], b"x = 1\0\n").exits(0);
    assert!(run.stdout.contains("NUL"), "{}", run.stdout);
}

#[test]
fn the_result_is_the_same_for_any_threads_directory_and_order() {
    let tree = project();
    for number in 0..40 {
        let text = format!("from app.good import client as c{number}\nimport cachelib as k\nk.Client()\n");
        tree.write(&format!("app/many/m{number}.py"), text.as_bytes());
    }
    for format in ["json", "full", "concise", "table"] {
        let one = tree.run(&["check", "--format", format, "-j1"]).exits(1).stdout;
        assert_eq!(tree.run(&["check", "--format", format, "-j8"]).stdout, one);
        let below = Run::of(tree.ssot(&["check", "--format", format]).current_dir(tree.path("app/many")));
        assert_eq!(below.stdout, one);
        assert_eq!(tree.run(&["check", "--format", format, "--exhaustive"]).stdout, one);
    }
    tree.write("list", b"app/many/m3.py\napp/bad.py\napp/many/m11.py\n");
    let listed = tree.run(&["check", "--format", "json", "--files-from", "list"]).exits(1).stdout;
    tree.write("list", b"app/many/m11.py\0app/many/m3.py\0app/bad.py\0app/bad.py\0");
    assert_eq!(tree.run(&["check", "--format", "json", "--files-from", "list"]).stdout, listed);
}

#[test]
fn timings_are_the_only_thing_that_differs_between_runs() {
    let tree = project();
    let plain = tree.run(&["check", "--format", "json"]).json();
    let mut timed = tree.run(&["check", "--format", "json", "--timings"]).json();
    let elapsed = timed.as_object_mut().expect("an object").remove("elapsed_ms");
    assert!(elapsed.is_some_and(|stages| stages["analyse"].is_u64()));
    assert_eq!(timed, plain);
}

#[test]
fn exempted_places_are_counted_and_listed_on_request() {
    let tree = project();
    let exemption = "allow-in = [{ path = \"app/bad.py\", reason = \"moves next month\" }]\nuse-instead";
    tree.write("ssot.toml", RULES.replacen("use-instead", exemption, 1).as_bytes());
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ["app/late.py:1 no-old"]);
    assert_eq!(run.json()["summary"]["violations"]["exempted"], 1);
    let shown = tree.run(&["check", "--show-exempted", "--format", "concise"]).stdout;
    assert!(shown.contains("app/bad.py:5"), "{shown}");
}

#[test]
fn the_score_is_explained_to_the_last_term() {
    let tree = project();
    let text = tree.run(&["score", "--explain"]).exits(0).stdout;
    for words in ["app/good.py:2", "app/bad.py:5", "app/late.py:1"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let json = tree.run(&["score", "--format", "json"]).exits(0).json();
    assert_eq!(json, tree.run(&["check", "--format", "json"]).json()["score"]);
}

#[test]
fn init_declares_the_owner_and_the_result_stays() {
    let tree = Tree::new(&[
        ("pkg/__init__.py", ""),
        ("pkg/base.py", "import redis\nclass Client(redis.Redis):\n    pass\n"),
        ("pkg/store.py", "from pkg.base import Client\nclient = Client()\nspare = Client()\n"),
        ("pkg/a.py", "from pkg.store import client\nclient.get('x')\n"),
        ("pkg/b.py", "from pkg.store import client\nclient.get('x')\n"),
        ("pkg/c.py", "import redis\nclient = redis.Redis()\n"),
    ]);
    let before = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&before), ["pkg/c.py:2 redis-raw-client"]);
    let shown = tree.run(&["check"]).stdout;
    assert!(shown.contains("canonical = [\"pkg.store.client\"]"), "{shown}");
    tree.run(&["init"]).exits(0);
    let mut after = tree.run(&["check", "--format", "json"]).exits(1).json();
    let mut before = before.json();
    for json in [&mut before, &mut after] {
        json["score"]["sources"][0]["inferred_owner"] = serde_json::Value::Null;
        json["score"]["sources"][0]["inferred_names"] = serde_json::Value::Null;
        json["notices"] = serde_json::Value::Null;
    }
    assert_eq!(after, before);
}

#[test]
fn a_source_without_a_known_owner_is_not_measured_and_reaches_no_floor() {
    let tree = Tree::new(&[
        ("pkg/__init__.py", ""),
        ("pkg/a.py", "import redis\nclient = redis.Redis()\n"),
        ("pkg/b.py", "import redis\nredis.Redis().get('x')\n"),
    ]);
    let run = tree.run(&["check", "--format", "json"]).exits(1);
    assert_eq!(found(&run), ["pkg/a.py:2 redis-raw-client", "pkg/b.py:2 redis-raw-client"]);
    let source = &run.json()["score"]["sources"][0];
    assert_eq!((&source["measured"], &source["debt"]), (&false.into(), &0.into()));
    for format in
        ["full", "concise", "table", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"]
    {
        let run = tree.run(&["check", "--format", format]).exits(1);
        let said = format!("{}{}", run.stdout, run.stderr).replace("<wbr>", "");
        for words in ["none is inferred", "pkg/a.py", "pkg.a.client"] {
            assert!(said.contains(words), "{format}: {words} in {said}");
        }
    }
    let failed = tree.run(&["check", "--fail-under", "0", "--format", "json"]).exits(1).json();
    let conditions = failed["gate"]["conditions"].as_array().unwrap();
    let floor = conditions.iter().find(|it| it["id"] == "fail-under.source.redis").unwrap();
    assert_eq!(floor["passed"], false);
    assert!(tree.run(&["score"]).exits(0).stdout.contains("not measured"));
}

const UNOWNED: &str = "[[source]]\nid = \"redis\"\n\n[[rule]]\nid = \"raw\"\nsource = \"redis\"\nkind = \"construct\"\nban = [\"redis.Redis\"]\n";

#[test]
fn a_source_without_an_owner_is_never_said_to_have_no_use() {
    let criterion = "\n[[criterion]]\nid = \"paid\"\nmeasure = \"score\"\nsource = \"redis\"\nat-least = 90\n";
    let tree = Tree::new(&[
        ("ssot.toml", &format!("{UNOWNED}{criterion}")),
        ("app/a.py", "import redis\n\n\ndef run():\n    redis.Redis().get('a')\n"),
        ("app/b.py", "import redis\n\n\ndef run():\n    redis.Redis().get('b')\n"),
    ]);
    for arguments in [
        &["report"][..],
        &["report", "--format", "html"],
        &["score"],
        &["score", "--explain"],
        &["check"],
        &["check", "--format", "markdown"],
        &["check", "--format", "html"],
    ] {
        let said = tree.run(arguments).stdout;
        assert!(!said.contains("nothing uses it"), "{arguments:?}: {said}");
        assert!(said.contains("owner"), "{arguments:?}: {said}");
    }
}

#[test]
fn what_an_owner_does_is_listed_with_the_exempted_and_counted_nowhere() {
    let rules = "[[source]]\nid = \"mail\"\nowners = [\"mail.py\"]\n[[rule]]\nid = \"no-smtp\"\nsource = \"mail\"\nkind = \"construct\"\nban = [\"smtplib.SMTP\"]\nallow-in = [{ path = \"old.py\", reason = \"goes\" }]\n";
    let code = "import smtplib\nserver = smtplib.SMTP()\n";
    let tree = Tree::new(&[("ssot.toml", rules), ("mail.py", code), ("old.py", code)]);
    let shown = tree.run(&["check", "--show-exempted", "--format", "concise"]).exits(0).stdout;
    assert!(shown.starts_with("old.py:2:10: error[no-smtp] (exempted: goes) direct"), "{shown}");
    assert!(shown.contains("\nmail.py:2:10: error[no-smtp] (exempted: the file owns source `mail`) direct"), "{shown}");
    for format in ["full", "table", "html"] {
        let shown = tree.run(&["check", "--show-exempted", "--format", format]).exits(0).stdout;
        assert!(shown.contains("mail.py"), "{format}: {shown}");
    }
    let json = tree.run(&["check", "--show-exempted", "--format", "json"]).exits(0).json();
    let reasons: Vec<&str> =
        json["exempted"].as_array().unwrap().iter().filter_map(|it| it["reason"].as_str()).collect();
    assert_eq!(reasons, ["goes", "the file owns source `mail`"]);
    assert_eq!(json["summary"]["violations"]["exempted"], 1);
    let again = tree.run(&["check", "--show-exempted", "--format", "json"]).exits(0);
    assert_eq!(again.json(), json, "with kept results");
    assert!(!tree.run(&["check", "--format", "json"]).exits(0).stdout.contains("exempted\": ["));
}

#[test]
fn documentation_is_a_link_where_there_is_colour_and_a_note_in_any_case() {
    let rules = "[[source]]\nid = \"mail\"\nowners = []\n[[rule]]\nid = \"no-smtp\"\nsource = \"mail\"\nkind = \"construct\"\nban = [\"smtplib.SMTP\"]\ndocs = \"https://example.org/mail\"\n";
    let tree = Tree::new(&[("ssot.toml", rules), ("a.py", "import smtplib\nsmtplib.SMTP()\n")]);
    let plain = tree.run(&["check"]).exits(1).stdout;
    assert!(plain.contains("= note: more: https://example.org/mail") && !plain.contains('\u{1b}'), "{plain}");
    let colored = tree.run(&["check", "--color", "always"]).exits(1).stdout;
    assert!(colored.contains("\u{1b}]8;;https://example.org/mail\u{1b}\\no-smtp\u{1b}]8;;\u{1b}\\"), "{colored:?}");
}
