//! `ssot discover` and `ssot init`: from a project without rules to a first rules file.

use serde_json::Value;

use super::support::Tree;

/// Redis with an owner, a rival and a direct use; a library of no pack that two files build.
fn project() -> Tree {
    Tree::new(&[
        ("app/__init__.py", ""),
        ("app/store.py", "import redis\n\nclient = redis.Redis()\n"),
        ("app/a.py", "from app.store import client\nclient.get('x')\n"),
        ("app/b.py", "from app.store import client\nclient.get('x')\n"),
        ("app/rival.py", "import redis\n\n\ndef get_client():\n    return redis.Redis()\n"),
        ("app/direct.py", "import redis\n\n\ndef run():\n    redis.Redis().ping()\n"),
        ("app/chat.py", "import openai\n\nclient = openai.OpenAI(api_key='k')\n"),
        (
            "app/mail.py",
            "import openai\n\n\ndef send(token):\n    return openai.OpenAI(base_url='https://x', api_key=token)\n",
        ),
        ("app/old.py", "from app.store import client\n"),
        ("app/user.py", "from app.old import client\nclient.get('x')\n"),
        ("app/values.py", "import fastapi\n\n\ndef fail(url):\n    raise fastapi.HTTPException(url=url)\n"),
        ("app/values2.py", "import fastapi\n\n\ndef fail(url):\n    raise fastapi.HTTPException(url=url)\n"),
        ("scripts/run.py", "import redis\nredis.Redis()\n"),
        ("tests/test_a.py", "import redis\nredis.Redis()\n"),
    ])
}

fn concern(json: &Value, id: &str) -> Value {
    json["concerns"].as_array().unwrap().iter().find(|it| it["id"] == id).cloned().unwrap_or_default()
}

#[test]
fn concerns_are_found_with_owner_rivals_and_direct_places() {
    let tree = project();
    let json = tree.run(&["discover", "--format", "json"]).exits(0).json();
    let ids: Vec<&str> = json["concerns"].as_array().unwrap().iter().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!(ids, ["redis", "openai"]);
    let redis = concern(&json, "redis");
    assert_eq!(redis["canonical"]["names"], serde_json::json!(["app.store.client"]));
    assert_eq!((&redis["canonical"]["users"], &redis["confidence"]), (&3.into(), &"high".into()));
    assert_eq!(redis["rivals"][0]["names"], serde_json::json!(["app.rival.get_client"]));
    let sites: Vec<&str> = redis["sites"].as_array().unwrap().iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!(sites, ["app/direct.py", "app/rival.py"], "neither scripts nor tests");
    let openai = concern(&json, "openai");
    assert!(openai["canonical"].is_null() && openai["evidence"][1].as_str().unwrap().contains("apikey"), "{openai}");
    assert_eq!(json["reexports"][0]["path"], "app/old.py");
    assert_eq!(json["reexports"][0]["importers"], 1);
    let text = tree.run(&["discover"]).exits(0).stdout;
    for words in [
        "Redis access [redis], high confidence",
        "app.store.client in app/store.py (used by 3 files)",
        "app/direct.py:5",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let part = tree.run(&["discover", "app/chat.py", "--format", "json"]).exits(0).json();
    assert!(concern(&part, "redis").is_null() && !concern(&part, "openai").is_null());
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let tree = Tree::new(&[("a.py", "import json\n\n\ndef f(url):\n    return json.dumps(url)\n")]);
    assert!(tree.run(&["discover"]).exits(0).stdout.contains("nothing found"));
    assert_eq!(tree.run(&["discover", "--format", "json"]).json()["concerns"], serde_json::json!([]));
    assert!(Tree::new(&[("a.txt", "")]).run(&["discover"]).exits(3).stderr.contains("nothing was scanned"));
}

#[test]
fn init_writes_what_is_accepted_and_the_check_gives_the_score_that_was_shown() {
    let tree = project();
    let found = tree.run(&["discover", "--format", "json"]).json();
    let printed = tree.run(&["init", "--stdout", "--accept", "redis"]).exits(0).stdout;
    assert!(printed.contains("canonical = [\"app.store.client\"]") && !printed.contains("openai"), "{printed}");
    assert!(tree.run(&["init", "--accept", "rediss"]).exits(2).stderr.contains("did you mean `redis`"));
    tree.run(&["init", "--accept", "all"]).exits(0);
    let rules = tree.read("ssot.toml");
    assert!(rules.contains("\"openai.OpenAI\"") && rules.contains("app.chat.client"), "{rules}");
    let checked = tree.run(&["check", "--format", "json"]).json();
    let source = |id: &str| {
        let sources = checked["score"]["sources"].as_array().unwrap();
        sources.iter().find(|it| it["id"] == id).cloned().unwrap_or_default()
    };
    for id in ["redis", "openai"] {
        let shown = &concern(&found, id)["score"];
        for key in ["score", "measured", "adopters"] {
            assert_eq!(source(id)[key], shown[key], "{id} {key}");
        }
    }
    // With rules present the file stays, and what it lacks is printed.
    tree.write("ssot.toml", b"extends = [\"redis\"]\n");
    let lacking = tree.run(&["init"]).exits(0);
    assert!(
        lacking.stdout.contains("id = \"openai\"") && !lacking.stdout.contains("id = \"redis\""),
        "{}",
        lacking.stdout
    );
    assert_eq!(tree.read("ssot.toml"), "extends = [\"redis\"]\n");
}

#[test]
fn init_from_another_tool_says_what_became_of_each_entry() {
    let tree = Tree::new(&[
        ("app/a.py", "import os\n\nos.getcwd()\n"),
        (
            "pyproject.toml",
            "[tool.ruff.lint.flake8-tidy-imports]\nban-relative-imports = \"all\"\n\
             [tool.ruff.lint.flake8-tidy-imports.banned-api]\n\"os.getcwd\".msg = \"use Path\"\n",
        ),
    ]);
    let run = tree.run(&["init", "--from", "pyproject.toml"]).exits(0);
    assert!(run.stderr.contains("pyproject.toml:2: ban-relative-imports: not converted"), "{}", run.stderr);
    assert!(run.stderr.contains("pyproject.toml:4: os.getcwd: rule `ruff-os-getcwd`"), "{}", run.stderr);
    let found = tree.run(&["check", "--format", "concise"]).exits(1).stdout;
    assert!(found.contains("app/a.py:3") && found.contains("ruff-os-getcwd"), "{found}");
    assert!(tree.run(&["init", "--from", "pyproject.toml"]).exits(2).stderr.contains("has rules already"));
    let broken = Tree::new(&[("a.py", ""), ("clippy.toml", "a = \n")]);
    assert!(broken.run(&["init", "--from", "clippy.toml"]).exits(2).stderr.contains("clippy.toml:1"));
    assert!(broken.run(&["init", "--from", "gone.toml"]).exits(2).stderr.contains("gone.toml"));
}
