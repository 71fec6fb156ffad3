//! Layouts of small trees, told by the names of their modules.

use super::*;
use crate::lang::RUST;
use crate::problem::{ProblemKind, ProblemSeverity};
use crate::tree::{Texts, Tree};
use std::collections::BTreeMap;

struct Memory(BTreeMap<String, Arc<str>>);

impl Texts for Memory {
    fn read(&self, path: &str) -> Result<Arc<str>, Problem> {
        let found = self.0.get(path).map(Arc::clone);
        found.ok_or_else(|| Problem::whole_file(ProblemSeverity::Error, ProblemKind::Read, path, "missing"))
    }
}

fn layout(files: &[(&str, &str)]) -> (Tree, RustLayout) {
    let texts = Memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).into())).collect());
    let (manifests, sources): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with(".toml"));
    let sources = sources.into_iter().map(|(path, _)| ((*path).into(), RUST)).collect();
    let manifests = manifests.into_iter().map(|(path, _)| (*path).into()).collect();
    let tree = Tree::new(sources, manifests, Vec::new());
    let mut layout = RustLayout::new(&tree, &texts);
    for file in tree.files() {
        let facts = layout.extract(file, &texts.0[&*file.path]);
        layout.learn(file.id, &facts);
    }
    (tree, layout)
}

fn shown(tree: &Tree, layout: &RustLayout) -> Vec<String> {
    let show = |file: &crate::tree::TreeFile| {
        let names = layout.names(module_of(file.id));
        let names: Vec<String> = names.iter().map(|name| name.join("::")).collect();
        let test = if layout.is_test(file.id) { " test" } else { "" };
        format!("{} {}{test}", file.path, names.join(" "))
    };
    tree.files().iter().map(show).collect()
}

fn located(tree: &Tree, layout: &RustLayout, from: &str, inside: &[&str], anchor: Anchor, path: &[&str]) -> String {
    let file = tree.by_path(from).unwrap();
    let inside: Vec<Name> = inside.iter().map(|name| Name::from(*name)).collect();
    let path: Vec<Name> = path.iter().map(|name| Name::from(*name)).collect();
    match layout.locate(layout.module_at(file, &inside).unwrap(), anchor, &path) {
        Located::Module(module) => layout.names(module)[0].join("::"),
        Located::External(path) => format!("external {}", path.join("::")),
        Located::Either(..) | Located::Nowhere => "nowhere".to_owned(),
    }
}

#[test]
fn files_of_crates_and_files_of_none() {
    let (tree, layout) = layout(&[
        ("Cargo.toml", "[package]\nname = \"a-b\"\nedition = \"2021\"\n[dependencies]\nr = { package = \"redis\" }\n"),
        (
            "src/lib.rs",
            "mod flat; mod dir; mod shared; #[cfg(test)] mod checks; mod inl { mod deep; #[path = \"p.rs\"] mod x; }",
        ),
        ("src/main.rs", "mod shared; mod only;"),
        ("src/flat.rs", "mod sub;"),
        ("src/flat/sub.rs", ""),
        ("src/dir/mod.rs", "mod leaf; #[path = \"odd/o.rs\"] mod odd;"),
        ("src/dir/leaf.rs", "mod under;"),
        ("src/dir/leaf/under.rs", ""),
        ("src/dir/odd/o.rs", "mod next;"),
        ("src/dir/odd/next.rs", ""),
        ("src/shared.rs", ""),
        ("src/only.rs", ""),
        ("src/checks.rs", "mod more;"),
        ("src/checks/more.rs", ""),
        ("src/inl/deep.rs", ""),
        ("src/inl/p.rs", ""),
        ("tests/it.rs", "mod common;"),
        ("tests/common/mod.rs", ""),
        ("lost/a.rs", "mod b;"),
        ("lost/a/b.rs", ""),
    ]);
    assert_eq!(
        shown(&tree, &layout),
        [
            "lost/a.rs crate",
            "lost/a/b.rs crate::b",
            "src/checks.rs a_b::checks test",
            "src/checks/more.rs a_b::checks::more test",
            "src/dir/leaf.rs a_b::dir::leaf",
            "src/dir/leaf/under.rs a_b::dir::leaf::under",
            "src/dir/mod.rs a_b::dir",
            "src/dir/odd/next.rs a_b::dir::odd::next",
            "src/dir/odd/o.rs a_b::dir::odd",
            "src/flat.rs a_b::flat",
            "src/flat/sub.rs a_b::flat::sub",
            "src/inl/deep.rs a_b::inl::deep",
            "src/inl/p.rs a_b::inl::x",
            "src/lib.rs a_b",
            "src/main.rs bin::a_b",
            "src/only.rs bin::a_b::only",
            "src/shared.rs a_b::shared bin::a_b::shared",
            "tests/common/mod.rs tests::it::common test",
            "tests/it.rs tests::it test",
        ]
    );
    let at = |from, inside: &[&str], anchor, path: &[&str]| located(&tree, &layout, from, inside, anchor, path);
    assert_eq!(at("src/inl/deep.rs", &[], Anchor::Module(1), &[]), "a_b::inl");
    assert_eq!(at("src/inl/deep.rs", &[], Anchor::Module(2), &["flat"]), "a_b::flat");
    assert_eq!(at("src/lib.rs", &["inl"], Anchor::Module(0), &["deep"]), "a_b::inl::deep");
    assert_eq!(at("src/lib.rs", &[], Anchor::Module(1), &[]), "nowhere");
    assert_eq!(at("src/flat/sub.rs", &[], Anchor::Crate, &[]), "a_b");
    assert_eq!(at("src/flat/sub.rs", &[], Anchor::Absolute, &["r"]), "external redis");
    assert_eq!(at("tests/it.rs", &[], Anchor::Absolute, &["a_b"]), "a_b");
    assert_eq!(at("src/flat/sub.rs", &[], Anchor::Absolute, &["flat"]), "external flat");
}

#[test]
fn the_first_edition_looks_in_the_crate_root() {
    let (tree, layout) = layout(&[
        ("Cargo.toml", "[package]\nname = \"old\"\n"),
        ("src/lib.rs", "extern crate redis as r; mod a; mod b;"),
        ("src/a.rs", ""),
        ("src/b.rs", ""),
    ]);
    assert_eq!(located(&tree, &layout, "src/a.rs", &[], Anchor::Absolute, &["b"]), "old::b");
    assert_eq!(located(&tree, &layout, "src/a.rs", &[], Anchor::Absolute, &["r"]), "external redis");
}

#[test]
fn every_file_a_declaration_can_mean_counts() {
    let lib = "#[cfg(unix)] #[path = \"u.rs\"] mod imp; #[cfg(windows)] #[path = \"w.rs\"] mod imp;";
    let manifest = "[package]\nname = \"k\"\n";
    let (tree, layout) = layout(&[("Cargo.toml", manifest), ("src/lib.rs", lib), ("src/u.rs", ""), ("src/w.rs", "")]);
    let first = module_of(tree.by_path("src/u.rs").unwrap());
    assert_eq!(layout.alternatives(first), [module_of(tree.by_path("src/w.rs").unwrap())]);
}

#[test]
fn a_module_tree_may_have_a_cycle() {
    let (tree, layout) = layout(&[("a.rs", "#[path = \"b.rs\"] mod b;"), ("b.rs", "#[path = \"a.rs\"] mod a;")]);
    assert_eq!(shown(&tree, &layout).len(), 2);
}
