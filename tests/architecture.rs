//! The direction of the modules: each names only those below it, in the order of `docs/architecture.md`.
#![allow(clippy::disallowed_methods, reason = "tests read the sources from the disk")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `src/`, lowest first: a module names only modules before it.
const ORDER: [&str; 44] = [
    "ablation",
    "source",
    "problem",
    "code_host",
    "purpose",
    "tree",
    "facts",
    "cache",
    "lang",
    "resolve",
    "rule",
    "violation",
    "findings",
    "detect",
    "selection",
    "rivals",
    "violations",
    "analysis",
    "trial",
    "suppress",
    "baseline",
    "triage",
    "fix",
    "explain",
    "impact",
    "score",
    "discovery",
    "doctor",
    "convert",
    "criteria",
    "compare",
    "history",
    "gate",
    "report",
    "debt",
    "render",
    "pipeline",
    "git_command",
    "discover",
    "git",
    "store",
    "config",
    "server",
    "cli",
];

/// Sources that only tests use: they may name anything.
const FOR_TESTS: [&str; 2] = ["sample", "testing"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All `.rs` files below a directory, in path order.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The module of `src/` that a file belongs to.
fn module_of(file: &Path) -> String {
    let first = file.strip_prefix(root().join("src")).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// What of a file is built into the program: no comments, and nothing from the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules that paths in a text begin with: `crate::a`, and `crate::{a, b::c}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(heads(group)),
            None => {
                names.insert(head(rest));
            }
        }
    }
    names
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first segments of the paths of a `use` group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut start = 0;
    let mut found = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => found.push(head(group[std::mem::replace(&mut start, at + 1)..at].trim())),
            '}' if depth == 0 => {
                found.push(head(group[start..at].trim()));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// Which modules each module names, with the files that do.
fn edges() -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut edges: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for file in sources(&root().join("src")) {
        let from = module_of(&file);
        let for_tests = file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests");
        if ["lib", "main"].contains(&from.as_str()) || FOR_TESTS.contains(&from.as_str()) || for_tests {
            continue;
        }
        for to in named(&code(&fs::read_to_string(&file).unwrap())) {
            if to != from {
                let name = file.strip_prefix(root()).unwrap().display().to_string();
                edges.entry((from.clone(), to)).or_default().insert(name);
            }
        }
    }
    edges
}

#[test]
fn paths_are_read_out_of_code() {
    let text = "use crate::a::B;\n// crate::comment\nuse crate::{c, d::{E, F}, g::h};\nfn f() { crate::i::j(); mycrate::k(); }\n\
                #[cfg(test)]\nmod tests {\n    use crate::later;\n}\n";
    let names = named(&code(text));
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "c", "d", "g", "i"]);
}

#[test]
fn the_order_has_every_module() {
    let mut present: BTreeSet<String> = sources(&root().join("src")).iter().map(|file| module_of(file)).collect();
    for other in ["lib", "main"].iter().chain(&FOR_TESTS) {
        assert!(present.remove(*other), "there is no `{other}`");
    }
    assert_eq!(present, ORDER.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn each_module_names_only_lower_ones() {
    let rank = |name: &str| ORDER.iter().position(|module| *module == name);
    let edges = edges();
    assert!(edges.len() > 50, "only {} edges were found", edges.len());
    let upward: Vec<String> = edges
        .iter()
        .filter(|((from, to), _)| rank(to) >= rank(from) || rank(to).is_none())
        .map(|((from, to), files)| format!("`{from}` names `{to}`: {files:?}"))
        .collect();
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn the_order_is_the_one_in_the_docs() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| module |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert_eq!(rows, ORDER);
}

/// Modules that nearly every other names: in the picture their arrows would hide all others.
const EVERYWHERE: [&str; 6] = ["source", "problem", "purpose", "tree", "facts", "rule"];

/// Draws the modules: an arrow for each edge that does not follow from others.
fn picture() -> String {
    let shown = |name: &str| !EVERYWHERE.contains(&name) && name != "ablation";
    let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in edges().into_keys().filter(|(from, to)| shown(from) && shown(to)) {
        below.entry(from).or_default().insert(to);
    }
    let mut reach: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut text = "```mermaid\nflowchart TD\n".to_owned();
    for module in ORDER.into_iter().filter(|module| shown(module)) {
        let direct: BTreeSet<&str> = below.get(module).into_iter().flatten().map(String::as_str).collect();
        let follows = |to: &str| direct.iter().any(|via| reach.get(via).is_some_and(|reached| reached.contains(to)));
        let drawn: Vec<&str> = direct.iter().copied().filter(|to| !follows(to)).collect();
        match drawn.is_empty() {
            true => text += &format!("    {module}\n"),
            false => text += &format!("    {module} --> {}\n", drawn.join(" & ")),
        }
        let further: BTreeSet<&str> = direct.iter().filter_map(|via| reach.get(via)).flatten().copied().collect();
        reach.insert(module, direct.union(&further).copied().collect());
    }
    text + "```\n"
}

#[test]
fn the_picture_is_made_from_the_code() {
    let path = root().join("docs/architecture.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once("<!-- rooms -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end -->\n").unwrap();
    let renewed = format!("{head}<!-- rooms -->\n\n{}\n<!-- end -->\n{tail}", picture());
    if std::env::var_os("SSOT_BLESS").is_some() {
        fs::write(&path, renewed).unwrap();
    } else {
        assert!(renewed == page, "the picture is stale; `SSOT_BLESS=1 cargo test --test architecture` renews it");
    }
}

/// Files outside `src/lang` that name a language, with the number of lines that do: all of them for somebody to read.
const NAMING_LANGUAGES: [(&str, usize); 4] = [
    ("src/cli/baseline.rs", 1),
    ("src/rule/check/criteria.rs", 1),
    ("src/rule/explain/init.rs", 3),
    ("src/rule/shape.rs", 6),
];

/// Whether a line of code names a language, one of its extensions or a name that only means something there.
fn names_language(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    let magic = |word: &str| word.len() > 4 && word.starts_with("__") && word.ends_with("__");
    words.into_iter().any(|word| {
        matches!(word, "rust" | "Rust" | "RUST" | "py" | "pyi" | "rs" | "Protocol" | "abstractmethod")
            || word.to_lowercase().contains("python")
            || magic(word)
    }) || line.contains("Cargo.toml")
        || line.contains("\"builtins\"")
}

#[test]
fn nothing_outside_lang_names_a_language() {
    let mut found = Vec::new();
    for file in sources(&root().join("src")) {
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        let for_tests = file.ends_with("tests.rs") || name.contains("/tests/");
        let module = module_of(&file);
        if module == "lang" || FOR_TESTS.contains(&module.as_str()) || for_tests {
            continue;
        }
        let text = code(&fs::read_to_string(&file).unwrap());
        let lines: Vec<String> =
            text.lines().filter(|line| names_language(line)).map(|line| format!("{name}: {}", line.trim())).collect();
        if !lines.is_empty() && !NAMING_LANGUAGES.contains(&(name.as_str(), lines.len())) {
            found.extend(lines);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(NAMING_LANGUAGES.iter().map(|(_, lines)| lines).sum::<usize>() <= 12);
}
