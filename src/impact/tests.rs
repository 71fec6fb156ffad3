//! Graphs of small trees.

use super::*;
use crate::lang::EntryPointKind;
use crate::rule::RuleSet;
use crate::testing::Memory;

fn graph(files: &[(&str, &str)]) -> (Tree, ImportGraph) {
    let memory = Memory::new(files);
    let tree = memory.tree();
    let graph = ImportGraph::read(&tree, &memory, &RuleSet::default());
    (tree, graph)
}

fn edges(tree: &Tree, graph: &ImportGraph) -> Vec<String> {
    let mut shown = Vec::new();
    for file in tree.files() {
        let to = graph.node(file.id).imports.iter();
        shown.extend(to.map(|edge| format!("{}:{} -> {}", file.path, edge.line, tree.file(edge.to).path)));
    }
    shown
}

fn both(number: u64) -> ReachCount {
    ReachCount { loading: number, reaching: number }
}

/// Each entry point with its chain; a deferred import has a `~`.
fn chains(impact: &Impact) -> Vec<String> {
    let hop = |hop: &Hop| format!("{}:{}{}", hop.path, hop.line, if hop.deferred { "~" } else { "" });
    let entries = impact.entries.iter();
    entries.map(|it| format!("{}: {}", it.entry.name, it.chain.iter().map(hop).collect::<Vec<_>>().join(" "))).collect()
}

const SHOP: [(&str, &str); 9] = [
    ("pyproject.toml", "[project.scripts]\nshop-admin = \"shop.admin:main\"\n"),
    ("shop/__init__.py", ""),
    ("shop/admin.py", "from shop import store\n"),
    ("shop/app.py", "import fastapi\nfrom .api import routes\napp = fastapi.FastAPI()\n"),
    ("shop/api/__init__.py", ""),
    ("shop/api/routes.py", "\nimport shop.store as s\n@r.get('/a')\ndef a(): ...\n"),
    ("shop/safe.py", "if __name__ == '__main__':\n    pass\n"),
    ("shop/store.py", "from redis.asyncio import Redis\n"),
    ("tests/test_app.py", "import shop.app\nif __name__ == '__main__':\n    pass\n"),
];

#[test]
fn an_import_runs_the_packages_on_its_way() {
    let (tree, graph) = graph(&SHOP);
    assert_eq!(
        edges(&tree, &graph),
        [
            "shop/admin.py:0 -> shop/__init__.py",
            "shop/admin.py:1 -> shop/store.py",
            "shop/api/__init__.py:0 -> shop/__init__.py",
            "shop/api/routes.py:0 -> shop/__init__.py",
            "shop/api/routes.py:0 -> shop/api/__init__.py",
            "shop/api/routes.py:2 -> shop/store.py",
            "shop/app.py:0 -> shop/__init__.py",
            "shop/app.py:2 -> shop/api/__init__.py",
            "shop/app.py:2 -> shop/api/routes.py",
            "shop/safe.py:0 -> shop/__init__.py",
            "shop/store.py:0 -> shop/__init__.py",
            "tests/test_app.py:1 -> shop/__init__.py",
            "tests/test_app.py:1 -> shop/app.py",
        ]
    );
    assert_eq!(graph.edges(), 6, "what a module is in it does not import");
}

#[test]
fn entry_points_reach_by_the_shortest_chain_and_components_are_exposed() {
    let (tree, graph) = graph(&SHOP);
    let store = tree.by_path("shop/store.py").unwrap();
    let components = [crate::sample::component("api", "shop/api/**"), crate::sample::component("none", "x/**")];
    let impact = impact(&graph, &tree, &components, &[store].into());
    let shown: Vec<String> = impact
        .entries
        .iter()
        .map(|it| {
            let chain: Vec<String> = it.chain.iter().map(|hop| format!("{}:{}", hop.path, hop.line)).collect();
            format!("{} {} by {}", it.entry.kind, it.entry.name, chain.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "console-script shop-admin by shop/admin.py:1 shop/store.py:0",
            "route GET /a by shop/api/routes.py:2 shop/store.py:0",
            "app FastAPI by shop/app.py:2 shop/api/routes.py:2 shop/store.py:0",
        ]
    );
    assert_eq!((impact.entry_points, impact.in_tests), (4, both(1)));
    assert_eq!(impact.whole, Exposure { modules: 7, exposed: both(4), entries: both(3) });
    assert_eq!(impact.components[0].1, Exposure { modules: 2, exposed: both(1), entries: both(1) });
    assert_eq!(impact.components[0].1.share(), Some(5_000));
    assert_eq!(impact.components[1].1.share(), None);
    assert!(impact.entries.iter().all(|it| it.reaches == both(1)));
}

#[test]
fn nothing_reaches_no_target() {
    let (tree, graph) = graph(&SHOP);
    let impact = impact(&graph, &tree, &[], &BTreeSet::new());
    assert!(impact.entries.is_empty() && impact.targets.is_empty());
    assert_eq!(impact.whole.exposed, both(0));
}

#[test]
fn cycles_end_and_every_target_counts() {
    let (tree, graph) = graph(&[
        ("a.py", "import b\nif __name__ == '__main__': ...\n"),
        ("b.py", "import a, c, d\n"),
        ("c.py", "import b\n"),
        ("d.py", ""),
    ]);
    let targets = [tree.by_path("c.py").unwrap(), tree.by_path("d.py").unwrap()].into();
    let impact = impact(&graph, &tree, &[], &targets);
    assert_eq!(impact.entries.len(), 1);
    assert_eq!((impact.entries[0].reaches, impact.entries[0].chain.len()), (both(2), 3));
    assert_eq!(impact.whole.exposed, both(4));
}

#[test]
fn the_chain_is_the_shortest_and_the_first_of_equals() {
    let (tree, graph) = graph(&[
        ("a.py", "import b, m, n\nif __name__ == '__main__': ...\n"),
        ("b.py", "import c\n"),
        ("c.py", "import y\n"),
        ("m.py", "import z\n"),
        ("n.py", "import z\n"),
        ("y.py", "import z\n"),
        ("z.py", ""),
    ]);
    let impact = impact(&graph, &tree, &[], &[tree.by_path("z.py").unwrap()].into());
    let chain: Vec<&str> = impact.entries[0].chain.iter().map(|hop| &*hop.path).collect();
    assert_eq!(chain, ["a.py", "m.py", "z.py"]);
}

#[test]
fn rust_paths_lead_to_modules() {
    let (tree, graph) = graph(&[
        (
            "Cargo.toml",
            "[package]\nname = \"app\"\nedition = \"2021\"\n[[bin]]\nname = \"tool\"\npath = \"src/tool.rs\"\n",
        ),
        ("src/lib.rs", "pub mod store;\npub mod api;\nmod alone;\n"),
        ("src/api.rs", "pub fn run() {\n    crate::store::open();\n}\n"),
        ("src/store.rs", "use redis::Client;\npub fn open() { Client::open(\"\"); }\n"),
        ("src/alone.rs", ""),
        ("src/tool.rs", "use app::api;\n\nfn main() {\n    api::run();\n}\n"),
    ]);
    let edges = edges(&tree, &graph);
    for edge in ["src/api.rs:2 -> src/store.rs", "src/tool.rs:1 -> src/api.rs"] {
        assert!(edges.iter().any(|it| it == edge), "{edges:?}");
    }
    assert!(!edges.iter().any(|it| it.ends_with("alone.rs")), "{edges:?}");
    let store = tree.by_path("src/store.rs").unwrap();
    let impact = impact(&graph, &tree, &[], &[store].into());
    let entries: Vec<_> = impact.entries.iter().map(|it| (it.entry.kind, &*it.entry.name, it.entry.line)).collect();
    assert_eq!(entries, [(EntryPointKind::Binary, "tool", 3)]);
    assert_eq!(find(&graph, &tree, "redis::Client"), SymbolFiles::Outside(vec![(store, 1)]));
    assert_eq!(find(&graph, &tree, "app::store::open"), SymbolFiles::Inside(store));
}

#[test]
fn a_symbol_stands_in_a_file_or_is_imported() {
    let (tree, graph) = graph(&SHOP);
    let store = tree.by_path("shop/store.py").unwrap();
    assert_eq!(find(&graph, &tree, "shop.store.Redis"), SymbolFiles::Inside(store));
    assert_eq!(find(&graph, &tree, "redis.asyncio"), SymbolFiles::Outside(vec![(store, 1)]));
    assert_eq!(find(&graph, &tree, "redis"), SymbolFiles::Outside(vec![(store, 1)]));
    assert_eq!(find(&graph, &tree, "kafka"), SymbolFiles::Outside(Vec::new()));
}

#[test]
fn a_longer_way_at_load_comes_before_a_deferred_one() {
    let (tree, graph) = graph(&[
        ("far.py", "import mid\ndef f():\n    import near\nif __name__ == '__main__': ...\n"),
        ("late.py", "import far_late\nif __name__ == '__main__': ...\n"),
        ("far_late.py", "def f():\n    import near\n"),
        ("mid.py", "import near\n"),
        ("near.py", "import z\n"),
        ("types.py", "if TYPE_CHECKING:\n    import z\n"),
        ("z.py", ""),
    ]);
    let impact = impact(&graph, &tree, &[], &[tree.by_path("z.py").unwrap()].into());
    assert_eq!(
        chains(&impact),
        ["__main__: far.py:1 mid.py:1 near.py:1 z.py:0", "__main__: late.py:1 far_late.py:2~ near.py:1 z.py:0",]
    );
    assert_eq!(impact.reaching(), ReachCount { loading: 1, reaching: 2 });
    assert_eq!(impact.whole.exposed, ReachCount { loading: 4, reaching: 6 });
    assert_eq!(impact.targets[0].entries, ReachCount { loading: 1, reaching: 2 });
    assert_eq!((impact.whole.load_share(), impact.whole.share()), (Some(5_714), Some(8_571)));
}

#[test]
fn what_only_a_program_imports_is_loaded_when_it_starts() {
    let (tree, graph) = graph(&[
        (
            "job.py",
            "app = Flask()\nimport flask\n@app.route('/a')\ndef a(): ...\nif __name__ == '__main__':\n    import z\n",
        ),
        ("user.py", "import job\nif __name__ == '__main__': ...\n"),
        ("z.py", ""),
    ]);
    let impact = impact(&graph, &tree, &[], &[tree.by_path("z.py").unwrap()].into());
    assert_eq!(
        chains(&impact),
        ["/a: job.py:6~ z.py:0", "__main__: job.py:6 z.py:0", "__main__: user.py:1 job.py:6~ z.py:0"]
    );
    let reaches: Vec<u64> = impact.entries.iter().map(|it| it.reaches.loading).collect();
    assert_eq!(reaches, [0, 1, 0]);
    assert_eq!(impact.whole.exposed, ReachCount { loading: 1, reaching: 3 });
    assert_eq!(impact.whole.entries, ReachCount { loading: 1, reaching: 3 });
}

#[test]
fn a_module_loads_the_packages_that_it_is_in() {
    let (tree, graph) = graph(&[
        ("a/__init__.py", "import z\n"),
        ("a/b/c.py", "if __name__ == '__main__': ...\n"),
        ("a/d/__init__.py", ""),
        ("a/d/e.py", "if __name__ == '__main__': ...\n"),
        ("z.py", ""),
    ]);
    let impact = impact(&graph, &tree, &[], &[tree.by_path("z.py").unwrap()].into());
    let expected = ["__main__: a/b/c.py:0 a/__init__.py:1 z.py:0", "__main__: a/d/e.py:0 a/__init__.py:1 z.py:0"];
    assert_eq!(chains(&impact), expected, "`a/b` is a namespace package in `a`");
}

#[test]
fn files_that_no_entry_point_reaches_are_told_apart() {
    let (tree, graph) = graph(&[
        ("a.py", "import b\nif __name__ == '__main__': ...\n"),
        ("b.py", ""),
        ("c.py", "import d\n"),
        ("d.py", ""),
        ("tests/test_d.py", "import d\nif __name__ == '__main__': ...\n"),
    ]);
    let targets = ["b.py", "d.py"].map(|path| tree.by_path(path).unwrap()).into();
    let impact = impact(&graph, &tree, &[], &targets);
    let unreached: Vec<&str> = impact.unreached().map(|it| &*it.path).collect();
    assert_eq!(unreached, ["d.py"]);
    assert_eq!(impact.in_tests, both(1));
}

#[test]
fn rust_code_in_functions_is_deferred_and_that_in_main_starts_a_program() {
    let (tree, graph) = graph(&[
        ("Cargo.toml", "[package]\nname = \"app\"\nedition = \"2021\"\n"),
        ("src/main.rs", "mod a;\nmod b;\nmod z;\nuse crate::b::run;\nfn main() {\n    crate::a::run();\n}\n"),
        ("src/a.rs", "use crate::z::Z;\npub fn run() {}\n"),
        ("src/b.rs", "pub fn run() {\n    let closure = || crate::z::Z;\n}\n"),
        ("src/z.rs", "pub struct Z;\n"),
    ]);
    let impact = impact(&graph, &tree, &[], &[tree.by_path("src/z.rs").unwrap()].into());
    assert_eq!(chains(&impact), ["app: src/main.rs:6 src/a.rs:1 src/z.rs:0"]);
    assert_eq!(impact.whole.exposed, ReachCount { loading: 2, reaching: 4 });
}
