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
            "shop/admin.py:1 -> shop/__init__.py",
            "shop/admin.py:1 -> shop/store.py",
            "shop/api/routes.py:2 -> shop/__init__.py",
            "shop/api/routes.py:2 -> shop/store.py",
            "shop/app.py:2 -> shop/api/__init__.py",
            "shop/app.py:2 -> shop/api/routes.py",
            "tests/test_app.py:1 -> shop/__init__.py",
            "tests/test_app.py:1 -> shop/app.py",
        ]
    );
    assert_eq!(graph.edges(), 8);
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
    assert_eq!((impact.entry_points, impact.in_tests), (4, 1));
    assert_eq!(impact.whole, Exposure { modules: 7, exposed: 4, entries: 3 });
    assert_eq!(impact.components[0].1, Exposure { modules: 2, exposed: 1, entries: 1 });
    assert_eq!(impact.components[0].1.share(), Some(5_000));
    assert_eq!(impact.components[1].1.share(), None);
    assert!(impact.entries.iter().all(|it| it.reaches == 1));
}

#[test]
fn nothing_reaches_no_target() {
    let (tree, graph) = graph(&SHOP);
    let impact = impact(&graph, &tree, &[], &BTreeSet::new());
    assert!(impact.entries.is_empty() && impact.targets.is_empty());
    assert_eq!(impact.whole.exposed, 0);
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
    assert_eq!((impact.entries[0].reaches, impact.entries[0].chain.len()), (2, 3));
    assert_eq!(impact.whole.exposed, 4);
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
