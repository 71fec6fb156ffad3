//! Files of Windows: lines that end in CR LF say the same as lines that end in LF. What is written is tested in `fix` and `accept`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::support::Tree;
use serde_json::Value;

const FILES: [(&str, &str); 5] = [
    (
        "ssot.toml",
        "[[source]]\nid = \"redis\"\ncanonical = [\"app.cache.client\"]\n\n[[rule]]\nid = \"old\"\nsource = \"redis\"\nkind = \"import\"\n\
         ban = [\"app.old\"]\nuse-instead = \"app.cache\"\n\n[[rule]]\nid = \"direct\"\nsource = \"redis\"\nkind = \"construct\"\n\
         ban = [\"redis.Redis\", \"redis::Client::open\"]\nseverity = \"warning\"\n",
    ),
    ("app/__init__.py", ""),
    ("app/cache.py", "import redis\n\nclient = redis.Redis()\n"),
    (
        "app/user.py",
        "\"\"\"A text\nover lines.\"\"\"\nfrom app.old import (\n    client,\n)\nimport redis\n\na = redis.Redis(\n    db=1,\n)\n\
         b = redis.Redis()  # ssot: ignore[direct]: measured apart\nc = (redis \\\n    .Redis())\n",
    ),
    (
        "src/lib.rs",
        "//! Doc.\n\npub fn f() {\n    let text = \"a\nb\";\n    redis::Client::open(text);\n    // ssot: ignore[direct]: so\n    redis::Client::open(text);\n}\n",
    ),
];

/// The files with other ends of lines.
fn tree(end: &str) -> Tree {
    let tree = Tree::new(&[("app/old.py", "from app.cache import client\n")]);
    for (path, text) in FILES {
        tree.write(path, text.replace('\n', end).as_bytes());
    }
    tree
}

/// What a run says, without what names its directory or counts bytes of the rules file.
fn said(tree: &Tree) -> Vec<Value> {
    let json = tree.run(&["check", "--format", "json", "--no-cache"]).json();
    let violations = json["violations"].as_array().unwrap().clone();
    let problems = json["problems"].as_array().unwrap().clone();
    violations.into_iter().chain(problems).chain([json["score"].clone(), json["summary"].clone()]).collect()
}

#[test]
fn the_same_is_found_with_the_same_identity() {
    let unix = said(&tree("\n"));
    let states: Vec<&str> = unix.iter().filter_map(|it| it["state"].as_str()).collect();
    assert_eq!((states.len(), states.iter().filter(|it| **it == "suppressed").count()), (6, 2), "{unix:#?}");
    assert_eq!(said(&tree("\r\n")), unix);
}

#[test]
fn a_baseline_of_one_is_that_of_the_other() {
    let (unix, windows) = (tree("\n"), tree("\r\n"));
    unix.run(&["baseline", "create", "--reason", "as it was"]).exits(0);
    let recorded = std::fs::read_to_string(unix.path("ssot-baseline.toml")).unwrap();
    windows.write("ssot-baseline.toml", recorded.replace('\n', "\r\n").as_bytes());
    windows.run(&["check", "--no-cache"]).exits(0);
}
