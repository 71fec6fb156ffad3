//! The words of the code: one meaning for a name, doc comments that begin with a verb or a noun, "gate" for the quality gate.
//!
//! The list of what is still to be mended is exact: what is mended leaves it, or the test fails. It may only shrink.
#![allow(clippy::disallowed_methods, reason = "tests read the sources from the disk")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What is still to be mended, a line each; written anew by `SSOT_BLESS=1 cargo test --test words`.
const TO_MEND: &str = "tests/words.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `src/` by its path in the repository, without its tests.
struct SourceFile {
    path: String,
    code: String,
}

/// Reads all files of `src/` that are built into the program.
fn sources() -> Vec<SourceFile> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    assert!(paths.len() > 150, "only {} files were found", paths.len());
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    let built_in = |path: &str| !path.ends_with("tests.rs") && !path.contains("/tests/");
    let files =
        paths.iter().map(|path| SourceFile { path: name(path), code: code(&fs::read_to_string(path).unwrap()) });
    files.filter(|file| built_in(&file.path)).collect()
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Cuts off the tests at the end of a file.
fn code(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Returns the module of `src/` that a path belongs to.
fn module_of(path: &str) -> &str {
    path.trim_start_matches("src/").split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Returns the names of the types that a text defines, less those of aliases inside an `impl` or a trait.
fn defined(code: &str) -> Vec<&str> {
    let item = Regex::new(
        r"(?m)^ *(?:pub(?:\([^)]+\))? )?(?:struct|enum|trait) ([A-Z]\w*)|^(?:pub(?:\([^)]+\))? )?type ([A-Z]\w*)",
    );
    item.unwrap().captures_iter(code).filter_map(|it| it.get(1).or(it.get(2))).map(|it| it.as_str()).collect()
}

/// Returns the first lines of the doc comments that begin with a question word. The help of an argument of the command line
/// is a sentence for its users, and none of these.
fn questions(code: &str) -> Vec<&str> {
    let question = Regex::new(r"^//[/!] (?:What|Whether|Which|Where|How|If)\b").unwrap();
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let is_doc = |line: &str| line.starts_with("///") || line.starts_with("//!");
    let of_argument = |at: usize| {
        let item = lines[at..].iter().find(|line| !is_doc(line));
        item.is_some_and(|line| line.starts_with("#[arg") || line.starts_with("#[command"))
    };
    let first = |at: usize| at == 0 || !is_doc(lines[at - 1]);
    let found = (0..lines.len()).filter(|&at| question.is_match(lines[at]) && first(at) && !of_argument(at));
    found.map(|at| lines[at]).collect()
}

/// Counts the parameters of functions that are tuples taken apart; closures over tuples are none.
fn tuples(code: &str) -> usize {
    let multiline = Regex::new(r"(?m)^ *\(\w+(?:, \w+)+\): [(&]").unwrap();
    let inline = Regex::new(r"fn \w+(?:<[^>]*>)?\((?:[^)]*, )?\(\w+(?:, \w+)+\): [(&]").unwrap();
    multiline.find_iter(code).count() + inline.find_iter(code).count()
}

#[test]
fn what_is_looked_for_is_found() {
    let text = "pub(super) struct A<'a> {\n}\nimpl B for C {\n    type D = E;\n}\n    enum F {}\ntype G = H;\n";
    assert_eq!(defined(text), ["A", "F", "G"]);
    let text = "/// What it is.\n/// Which goes on.\nfn a();\n/// How to write\n#[arg(long)]\nb: u8,\n/// Returns what it is.\nfn c();\n";
    assert_eq!(questions(text), ["/// What it is."]);
    assert_eq!(
        tuples(
            "fn a(b: u8, (c, d): (&C, &D)) {}\nfn e(\n    &self,\n    (f, g): (F, G),\n) {\n    |(h, i): (H, I)| h;\n}"
        ),
        2
    );
}

/// Returns a line for each type name with several meanings, and counts by module of doc comments and of tuples.
fn to_mend(files: &[SourceFile]) -> BTreeSet<String> {
    let mut definitions: BTreeMap<&str, usize> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for file in files {
        for name in defined(&file.code) {
            *definitions.entry(name).or_default() += 1;
        }
        let module = module_of(&file.path);
        *counts.entry(("doc comments that begin with a question word", module)).or_default() +=
            questions(&file.code).len();
        *counts.entry(("tuples of arguments", module)).or_default() += tuples(&file.code);
    }
    let several = definitions.into_iter().filter(|(_, number)| *number > 1);
    let names = several.map(|(name, number)| format!("type name with several meanings: {name} ({number})"));
    let counts = counts.into_iter().filter(|(_, number)| *number > 0);
    names.chain(counts.map(|((what, module), number)| format!("{what}: {module} ({number})"))).collect()
}

#[test]
fn names_sentences_and_arguments_are_in_order() {
    let found = to_mend(&sources());
    let path = root().join(TO_MEND);
    if std::env::var_os("SSOT_BLESS").is_some() {
        let lines: String = found.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, lines).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    let known: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(
        new.is_empty() && stale.is_empty(),
        "not in {TO_MEND}: {new:#?}\nin {TO_MEND} and no longer so: {stale:#?}\n\
         Mend what is new; for what is mended `SSOT_BLESS=1 cargo test --test words` renews the list."
    );
}

#[test]
fn a_gate_is_the_quality_gate() {
    // The gate, and its table in the rules file.
    let expected = ["src/gate.rs", "src/rule/check/gate.rs"];
    let found: Vec<String> = sources().into_iter().map(|file| file.path).filter(|path| path.contains("gate")).collect();
    assert_eq!(found, expected);
}
