//! Crates of the tree, from its `Cargo.toml` files.
//!
//! In: the texts of the manifests and which files there are. Out: every target (library, binary, test, example, bench,
//! build script) with its root file, edition and the names by which it sees other crates. Nothing is built and nothing
//! is looked up outside the tree; keys of a wrong type are passed over, a text that is no TOML is a problem.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::{Table, Value};

use crate::facts::Name;
use crate::lang::rust::syntax::ident::normalised;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::source::Span;

/// One compilation target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CargoTarget {
    /// Its crate name, dashes as underscores.
    pub name: Name,
    /// Its root file, relative to the project root.
    pub root: String,
    /// The kind of target that it is.
    pub kind: TargetKind,
    /// The year.
    pub edition: u16,
    /// Other crates by the names under which its code sees them.
    pub externs: BTreeMap<Name, Extern>,
}

/// The kind of thing that a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    /// A library.
    Lib,
    /// A binary.
    Bin,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// A build script.
    Build,
}

impl TargetKind {
    /// Tests, benches and examples are test code.
    #[must_use]
    pub fn is_test(self) -> bool {
        matches!(self, Self::Example | Self::Test | Self::Bench)
    }
}

/// Another crate as seen from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extern {
    /// The library whose root is this file of the tree.
    Tree(String),
    /// A crate outside the tree, by its real name.
    Outside(Name),
}

/// A package: the directory and table of a manifest that has one.
struct Package<'m> {
    directory: &'m str,
    manifest: &'m Table,
    package: &'m Table,
    workspace: Option<(&'m str, &'m Table)>,
}

/// The targets of all manifests (path and text), in path order, with what is wrong with the manifests.
#[must_use]
pub fn targets(manifests: &[(Arc<str>, Arc<str>)], files: &BTreeSet<&str>) -> (Vec<CargoTarget>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut tables: Vec<(&str, Table)> = Vec::new();
    for (path, text) in manifests {
        match text.parse::<Table>() {
            Ok(table) => tables.push((parent(path), table)),
            Err(error) => problems.push(unreadable(path, text, &error)),
        }
    }
    let packages: Vec<Package<'_>> = tables.iter().filter_map(|(at, table)| package(at, table, &tables)).collect();
    let libraries: BTreeMap<&str, (Name, String)> =
        packages.iter().filter_map(|one| Some((one.directory, library(one, files)?))).collect();
    let targets = packages.iter().flat_map(|one| package_targets(one, files, &libraries)).collect();
    (targets, problems)
}

fn unreadable(path: &Arc<str>, text: &Arc<str>, error: &toml::de::Error) -> Problem {
    let (severity, kind) = (ProblemSeverity::Warning, ProblemKind::Parse);
    let message = format!("not valid TOML: {}", error.message().lines().next().unwrap_or_default());
    let problem = match error.span() {
        Some(range) => {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            Problem::at(severity, kind, path, text, Span::new(place(range.start), place(range.end)), message)
        }
        None => Problem::whole_file(severity, kind, path, message),
    };
    problem.with_help("its crates are analysed as files of no crate")
}

fn package<'m>(directory: &'m str, manifest: &'m Table, tables: &'m [(&'m str, Table)]) -> Option<Package<'m>> {
    let package = table(manifest, "package").or_else(|| table(manifest, "project"))?;
    let named = package.get("workspace").and_then(Value::as_str).map(|path| join(directory, path));
    let above = |at: &str| at.is_empty() || directory == at || directory.starts_with(&format!("{at}/"));
    let workspaces = tables.iter().filter_map(|(at, table)| Some((*at, self::table(table, "workspace")?)));
    let workspace = match named {
        Some(path) => workspaces.into_iter().find(|(at, _)| *at == path),
        None => workspaces.filter(|(at, _)| above(at)).max_by_key(|(at, _)| at.len()),
    };
    Some(Package { directory, manifest, package, workspace })
}

impl Package<'_> {
    fn name(&self) -> Option<&str> {
        self.package.get("name").and_then(Value::as_str)
    }

    fn edition(&self) -> u16 {
        let own = self.package.get("edition");
        let edition = match own {
            Some(Value::Table(inherited)) if inherited.contains_key("workspace") => {
                self.workspace.and_then(|(_, workspace)| table(workspace, "package")?.get("edition"))
            }
            other => other,
        };
        edition.and_then(Value::as_str).and_then(|year| year.parse().ok()).unwrap_or(2015)
    }
}

/// The crate name and root of a package's library.
fn library(package: &Package<'_>, files: &BTreeSet<&str>) -> Option<(Name, String)> {
    let lib = table(package.manifest, "lib");
    let text = |key: &str| lib.and_then(|lib| lib.get(key)).and_then(Value::as_str);
    let root = join(package.directory, text("path").unwrap_or("src/lib.rs"));
    let name = text("name").or(package.name())?;
    files.contains(root.as_str()).then(|| (crate_name(name), root))
}

fn package_targets(
    package: &Package<'_>,
    files: &BTreeSet<&str>,
    libraries: &BTreeMap<&str, (Name, String)>,
) -> Vec<CargoTarget> {
    let Some(name) = package.name() else { return Vec::new() };
    let edition = package.edition();
    let mut externs = externs(package, libraries);
    let mut targets = Vec::new();
    let lib = libraries.get(package.directory);
    if let Some((name, root)) = lib {
        let (name, root, externs) = (name.clone(), root.clone(), externs.clone());
        targets.push(CargoTarget { name, root, kind: TargetKind::Lib, edition, externs });
    }
    if let Some((name, root)) = lib {
        externs.insert(name.clone(), Extern::Tree(root.clone()));
    }
    let mut add = |name: &str, root: String, kind: TargetKind| {
        if files.contains(root.as_str()) && !targets.iter().any(|t| t.root == root && t.kind != TargetKind::Lib) {
            targets.push(CargoTarget { name: crate_name(name), root, kind, edition, externs: externs.clone() });
        }
    };
    for (key, kind, directory) in KINDS {
        for entry in package.manifest.get(key).and_then(Value::as_array).into_iter().flatten() {
            let Some(own) = entry.get("name").and_then(Value::as_str) else { continue };
            let path = entry.get("path").and_then(Value::as_str);
            let candidates = match path {
                Some(path) => vec![path.to_owned()],
                None if kind == TargetKind::Bin && own == name => {
                    vec![
                        "src/main.rs".to_owned(),
                        format!("{directory}/{own}.rs"),
                        format!("{directory}/{own}/main.rs"),
                    ]
                }
                None => vec![format!("{directory}/{own}.rs"), format!("{directory}/{own}/main.rs")],
            };
            let mut roots = candidates.iter().map(|path| join(package.directory, path));
            if let Some(root) = roots.find(|root| files.contains(root.as_str())) {
                add(own, root, kind);
            }
        }
    }
    add(name, join(package.directory, "src/main.rs"), TargetKind::Bin);
    for (_, kind, directory) in KINDS {
        for (stem, root) in discovered(&join(package.directory, directory), files) {
            add(&stem, root, kind);
        }
    }
    let build = package.package.get("build").and_then(Value::as_str).unwrap_or("build.rs");
    add("build_script_build", join(package.directory, build), TargetKind::Build);
    targets
}

const KINDS: [(&str, TargetKind, &str); 4] = [
    ("bin", TargetKind::Bin, "src/bin"),
    ("example", TargetKind::Example, "examples"),
    ("test", TargetKind::Test, "tests"),
    ("bench", TargetKind::Bench, "benches"),
];

/// `directory/*.rs` and `directory/*/main.rs`, with their names.
fn discovered(directory: &str, files: &BTreeSet<&str>) -> Vec<(String, String)> {
    let prefix = format!("{directory}/");
    let inside = files.range(prefix.as_str()..).take_while(|path| path.starts_with(&prefix));
    inside
        .filter_map(|path| {
            let rest = &path[prefix.len()..];
            let stem = match rest.split_once('/') {
                None => rest.strip_suffix(".rs")?,
                Some((stem, "main.rs")) => stem,
                Some(_) => return None,
            };
            Some((stem.to_owned(), (*path).to_owned()))
        })
        .collect()
}

/// The crates that a package's code sees, by name.
fn externs(package: &Package<'_>, libraries: &BTreeMap<&str, (Name, String)>) -> BTreeMap<Name, Extern> {
    let mut found = BTreeMap::new();
    let mut add = |tables: &Table| {
        for key in ["build-dependencies", "build_dependencies", "dev-dependencies", "dev_dependencies", "dependencies"]
        {
            for (name, value) in table(tables, key).into_iter().flatten() {
                let (name, seen) = dependency(package, name, value, libraries);
                found.insert(name, seen);
            }
        }
    };
    for (_, target) in table(package.manifest, "target").into_iter().flatten() {
        if let Value::Table(target) = target {
            add(target);
        }
    }
    add(package.manifest);
    found
}

fn dependency(
    package: &Package<'_>,
    key: &str,
    value: &Value,
    libraries: &BTreeMap<&str, (Name, String)>,
) -> (Name, Extern) {
    let mut at = package.directory;
    let mut entry = value;
    if value.get("workspace").and_then(Value::as_bool) == Some(true)
        && let Some((root, workspace)) = package.workspace
        && let Some(inherited) = table(workspace, "dependencies").and_then(|table| table.get(key))
    {
        (at, entry) = (root, inherited);
    }
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let renamed = text("package").is_some_and(|package| package != key);
    let path = text("path").map(|path| join(at, path));
    if let Some((name, root)) = path.as_deref().and_then(|path| libraries.get(path)) {
        let seen = if renamed { crate_name(key) } else { name.clone() };
        return (seen, Extern::Tree(root.clone()));
    }
    (crate_name(key), Extern::Outside(crate_name(text("package").unwrap_or(key))))
}

fn table<'t>(table: &'t Table, key: &str) -> Option<&'t Table> {
    table.get(key).and_then(Value::as_table)
}

/// A package or target name as it is written in code.
fn crate_name(name: &str) -> Name {
    normalised(Name::from(name.replace('-', "_")))
}

/// The directory of a path; empty for the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// `path` from `directory`, with `.` and `..` taken out; a path out of the project keeps its `..`.
#[must_use]
pub fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(manifests: &[(&str, &str)], files: &[&str]) -> Vec<String> {
        let manifests: Vec<(Arc<str>, Arc<str>)> = manifests.iter().map(|(p, t)| ((*p).into(), (*t).into())).collect();
        let files = files.iter().copied().collect();
        let (targets, problems) = targets(&manifests, &files);
        let problems = problems.iter().map(|p| format!("{}:{} {}", p.path, p.line, p.message));
        let shown = targets.iter().map(|t| {
            let externs: Vec<String> = t
                .externs
                .iter()
                .map(|(name, seen)| match seen {
                    Extern::Tree(root) => format!("{name}={root}"),
                    Extern::Outside(real) => format!("{name}={real}"),
                })
                .collect();
            format!("{:?} {} {} {} [{}]", t.kind, t.name, t.root, t.edition, externs.join(" "))
        });
        shown.chain(problems).collect()
    }

    #[test]
    fn a_workspace() {
        let root = r#"
[workspace]
members = ["crates/*"]
[workspace.package]
edition = "2021"
[workspace.dependencies]
infra = { path = "crates/infra" }
r = { package = "redis", version = "1" }
"#;
        let app = r#"
[package]
name = "my-app"
edition.workspace = true
[dependencies]
infra.workspace = true
r = { workspace = true, features = ["aio"] }
serde = "1"
[dev-dependencies]
other = { package = "infra-thing", path = "../infra" }
[target.'cfg(unix)'.dependencies]
deadpool-redis = "0.1"
[[bin]]
name = "tool"
path = "tools/tool.rs"
"#;
        let infra = "[package]\nname = \"infra-thing\"\n[lib]\nname = \"infra_lib\"\npath = \"lib.rs\"\n";
        let files = [
            "crates/app/src/lib.rs",
            "crates/app/src/main.rs",
            "crates/app/src/bin/extra.rs",
            "crates/app/src/bin/deep/main.rs",
            "crates/app/tools/tool.rs",
            "crates/app/tests/it.rs",
            "crates/app/tests/common/mod.rs",
            "crates/app/build.rs",
            "crates/infra/lib.rs",
        ];
        let manifests = [("Cargo.toml", root), ("crates/app/Cargo.toml", app), ("crates/infra/Cargo.toml", infra)];
        let deps =
            "deadpool_redis=deadpool_redis infra_lib=crates/infra/lib.rs other=crates/infra/lib.rs r=redis serde=serde";
        let own = deps.replace(" other", " my_app=crates/app/src/lib.rs other");
        assert_eq!(
            crates(&manifests, &files),
            [
                format!("Lib my_app crates/app/src/lib.rs 2021 [{deps}]"),
                format!("Bin tool crates/app/tools/tool.rs 2021 [{own}]"),
                format!("Bin my_app crates/app/src/main.rs 2021 [{own}]"),
                format!("Bin deep crates/app/src/bin/deep/main.rs 2021 [{own}]"),
                format!("Bin extra crates/app/src/bin/extra.rs 2021 [{own}]"),
                format!("Test it crates/app/tests/it.rs 2021 [{own}]"),
                format!("Build build_script_build crates/app/build.rs 2021 [{own}]"),
                "Lib infra_lib crates/infra/lib.rs 2015 []".to_owned(),
            ]
        );
    }

    #[test]
    fn nothing_in_a_manifest_is_fatal() {
        let odd = "package = 3\nlib = []\n[workspace]\nmembers = 7\n";
        let more =
            "[package]\nname = \"a\"\nedition = 5\nbuild = false\n[dependencies]\nx = 1\ny = {workspace = true}\n";
        assert_eq!(
            crates(&[("Cargo.toml", odd), ("a/Cargo.toml", more), ("b/Cargo.toml", "[package\n")], &["a/src/lib.rs"]),
            ["Lib a a/src/lib.rs 2015 [x=x y=y]", "b/Cargo.toml:1 not valid TOML: unclosed table, expected `]`"]
        );
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(join("a/b", "../c/./d.rs"), "a/c/d.rs");
        assert_eq!(join("", "../x"), "../x");
        assert_eq!(join("a", "b\\c.rs"), "a/b/c.rs");
    }
}
