//! `ssot impact` on load-time and deferred imports: each format, criteria, and an independent measure over `ast`.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Tree;

const RULES: &str = "[[source]]\nid = \"cache\"\nowners = []\n[[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\n";

fn project() -> Tree {
    Tree::new(&[
        ("ssot.toml", RULES),
        ("store.py", "import cachelib\nstore = cachelib.Client()\n"),
        ("unused.py", "import cachelib\nstore = cachelib.Client()\n"),
        ("at_load.py", "import store\nif __name__ == '__main__': ...\n"),
        ("late.py", "import fastapi\napp = fastapi.FastAPI()\ndef f():\n    import store\n"),
    ])
}

#[test]
fn deferred_imports_are_marked_in_every_format() {
    let tree = project();
    let text = tree.run(&["impact"]).exits(0).stdout;
    let expected = "store.py\n├─ at_load.py:1\n│  └─ ▶ script __main__ (line 2)\n└─ late.py:4 (when called)\n   └─ ▶ app FastAPI (line 2)\n\n\
                    reached by no entry point: 1 file\n  unused.py\n\n\
                    1 of 2 entry points outside test code load one at load time, 2 reach one with deferred imports (in test code 0 and 0)\n\
                    exposure 75.00 % at load time, 100.00 % with deferred imports (3 and 4 of 4 modules)\n";
    assert!(text.ends_with(expected), "{text}");
    let mermaid = tree.run(&["impact", "--format", "mermaid"]).exits(0).stdout;
    assert!(mermaid.contains("\n  f1 -. when called .-> f2\n") && mermaid.contains("\n  f0 --> f2\n"), "{mermaid}");
    let dot = tree.run(&["impact", "--format", "dot"]).exits(0).stdout;
    assert!(dot.contains("\"late.py\" -> \"store.py\" [style=dashed, label=\"when called\"];"), "{dot}");
    assert!(dot.contains("\"at_load.py\" -> \"store.py\";"), "{dot}");
    let json = tree.run(&["impact", "--format", "json"]).exits(0).json();
    assert_eq!(json["unreached"], serde_json::json!(["unused.py"]));
    assert_eq!(json["target_files"][0]["load_time_entry_points"], 1);
    assert_eq!(json["exposure"]["load_time"], serde_json::json!({"exposed": 3, "entry_points": 1, "share": 75.0}));
    assert_eq!(json["exposure"]["share"], 100.0);
    assert_eq!(json["reaching"][1]["chain"][0]["deferred"], true);
    let report = tree.run(&["report"]).exits(0).stdout;
    assert!(report.contains("`late.py` (when called) → `store.py`"), "{report}");
    assert!(tree.run(&["report", "--format", "html"]).exits(0).stdout.contains("late.<wbr>py</code> (when called) → "));
}

#[test]
fn criteria_can_limit_either_number() {
    let tree = project();
    let criterion = |id: &str| format!("[[criterion]]\nid = \"{id}\"\nmeasure = \"{id}\"\nat-most = 80\n");
    let rules = format!("{RULES}{}{}", criterion("exposure"), criterion("load-time-exposure"));
    tree.write("ssot.toml", rules.as_bytes());
    let run = tree.run(&["report", "--fail-on-criteria"]).exits(1);
    assert!(run.stderr.contains("not met: exposure (4 of 4 modules)"), "{}", run.stderr);
    assert!(run.stderr.contains("\nmet: load-time-exposure (3 of 4 modules)"), "{}", run.stderr);
}

/// Modules that import in every way, most of them the store in the end.
const WAYS: [(&str, &str); 24] = [
    ("pkg/__init__.py", ""),
    ("pkg/heavy/__init__.py", "from pkg import store\n"),
    ("pkg/heavy/inner.py", "x = 1\n"),
    ("pkg/heavy/deep/part.py", "x = 1\n"),
    ("pkg/store.py", "import cachelib\nstore = cachelib.Client()\n"),
    ("pkg/plain.py", "import pkg.store\n"),
    ("pkg/relative.py", "from . import store as s\n"),
    ("pkg/on_the_way.py", "import pkg.heavy.inner\n"),
    ("pkg/second.py", "from .plain import x\n"),
    ("pkg/in_class.py", "class A:\n    from pkg.store import store\n"),
    ("pkg/in_try.py", "try:\n    import ujson\nexcept ImportError:\n    import pkg.store\n"),
    ("pkg/in_function.py", "def f():\n    import pkg.store\n"),
    ("pkg/in_method.py", "class A:\n    async def f(self):\n        from .store import store\n"),
    ("pkg/in_lambda.py", "f = lambda: __import__('pkg.store')\n"),
    ("pkg/in_default.py", "def f(x=__import__('pkg.store')): ...\n"),
    ("pkg/in_decorator.py", "@use(importlib.import_module('pkg.store'))\ndef f(): ...\n"),
    ("pkg/hook.py", "def __getattr__(name):\n    return importlib.import_module('.store', __name__)\n"),
    ("pkg/by_name.py", "importlib.import_module('pkg.store')\n"),
    ("pkg/types_only.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg.store\n"),
    ("pkg/types_else.py", "if not TYPE_CHECKING:\n    import pkg.store\nelse:\n    import pkg.plain\n"),
    ("pkg/program.py", "if __name__ == '__main__':\n    import pkg.store\n"),
    ("pkg/of_program.py", "import pkg.program\n"),
    ("pkg/circle.py", "import pkg.circle_too\nimport pkg.in_function\n"),
    ("pkg/circle_too.py", "import pkg.circle\n"),
];

#[test]
fn an_independent_measure_over_ast_agrees() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/reach.py");
    let tree = Tree::new(&WAYS);
    tree.write("ssot.toml", RULES.as_bytes());
    let paths: Vec<&str> = WAYS.iter().map(|(path, _)| *path).collect();
    tree.write("files.txt", paths.join("\n").as_bytes());
    let json = tree.run(&["impact", "pkg.store", "--format", "json"]).exits(0).json();
    let mut command = Command::new("python3");
    command.arg(script).args([tree.root(), Path::new("."), &tree.path("files.txt")]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("python3 is not here: the independent measure was not taken");
        return;
    };
    child.stdin.take().unwrap().write_all(json["targets"].to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let reaching: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
    let loading = reaching.values().filter(|time| *time == "load").count();
    assert_eq!(json["exposure"]["exposed"], reaching.len(), "{reaching:?}");
    assert_eq!(json["exposure"]["load_time"]["exposed"], loading, "{reaching:?}");
    assert_eq!((loading, reaching.len()), (14, 22), "{reaching:?}");
    // Each file by itself: whether it reaches the store shows in what a program that imports it does.
    for path in paths.iter().filter(|path| **path != "pkg/store.py") {
        let module = path.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".");
        tree.write("entry.py", format!("import {module}\nif __name__ == '__main__': ...\n").as_bytes());
        let json = tree.run(&["impact", "pkg.store", "--format", "json"]).exits(0).json();
        let time = json["reaching"].as_array().unwrap().iter().find(|it| it["path"] == "entry.py");
        let time = time.map(|it| if it["load_time"] == true { "load" } else { "deferred" });
        assert_eq!(time, reaching.get(*path).map(String::as_str), "{path}");
    }
}

/// Two packages below `src`, of which the entry points load files of both.
fn planned() -> Tree {
    let client = "import cachelib\nclient = cachelib.Client()\n";
    let main = |modules: &str| format!("import {modules}\nif __name__ == '__main__': ...\n");
    let (one, two, three) = (main("shop.db.hub"), main("shop.db.hub, shop.web.pool"), main("shop.web.late"));
    Tree::new(&[
        ("ssot.toml", RULES),
        ("pyproject.toml", "[project]\nname = \"shop\"\n"),
        ("src/shop/__init__.py", ""),
        ("src/shop/db/hub.py", client),
        ("src/shop/db/dead.py", &client.repeat(3)),
        ("src/shop/web/pool.py", &client.repeat(2)),
        ("src/shop/web/late.py", "def f():\n    import shop.web.pool\n"),
        ("src/shop/one.py", &one),
        ("src/shop/two.py", &two),
        ("src/shop/three.py", &three),
        ("tests/test_pool.py", "import cachelib\nimport shop.web.pool\nclient = cachelib.Client()\n"),
    ])
}

#[test]
fn the_plan_says_what_impact_gives_after_each_phase() {
    let tree = planned();
    let report = tree.run(&["report", "--format", "json"]).exits(0).json();
    let phases = report["plan"].as_array().unwrap();
    let ids: Vec<&str> = phases.iter().filter_map(|phase| phase["id"].as_str()).collect();
    assert_eq!(ids, ["entry-points-1", "entry-points-2", "directory-src/shop/db", "tests"]);
    let left: Vec<_> = phases.iter().filter_map(|phase| phase["load_time_entry_points_left"].as_u64()).collect();
    assert_eq!(left, [1, 0, 0, 0], "the file that frees one with one violation comes before that with two");
    assert_eq!(phases[2]["steps"][0]["unused"], true);
    assert_eq!(phases[0]["steps"][0]["changes"][0]["symbol"], "cachelib.Client");
    let mut done: Vec<String> = Vec::new();
    for phase in phases {
        let files = phase["files"].as_array().unwrap().iter().filter_map(|file| file.as_str());
        done.extend(files.map(|file| format!("{{ path = \"{file}\", reason = \"done\" }}")));
        tree.write("ssot.toml", format!("{RULES}allow-in = [{}]\n", done.join(", ")).as_bytes());
        let impact = tree.run(&["impact", "--format", "json"]).exits(0).json();
        let id = &phase["id"];
        assert_eq!(impact["exposure"]["entry_points"], phase["entry_points_left"], "{id}");
        assert_eq!(impact["exposure"]["load_time"]["entry_points"], phase["load_time_entry_points_left"], "{id}");
        let score = tree.run(&["check", "--exit-zero", "--format", "json"]).exits(0).json();
        assert_eq!(score["score"]["overall"], phase["after"], "{id}");
        assert_eq!(score["score"]["production"]["score"], phase["production_after"], "{id}");
    }
    tree.write("ssot.toml", RULES.as_bytes());
    let markdown = tree.run(&["report"]).exits(0).stdout;
    let dead = "`src/shop/db/dead.py`: 3 violations; nothing outside test code imports it and no entry point is known in it: delete it";
    assert!(markdown.contains(dead) && markdown.contains("| Free 1 entry point |"), "{markdown}");
}
