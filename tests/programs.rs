//! Random programs: what their own language says was constructed is the truth.
//!
//! `tests/programs/python.py` makes Python programs and runs them under CPython, `rust.py` makes crates and runs what rustc
//! makes of them. The check may miss nothing that was constructed and be sure of nothing that was not.
//! `SSOT_PROGRAMS=1000` tries so many of each, `SSOT_FIRST_PROGRAM` says from which seed on. Without Python or rustc there is
//! nothing to test with, which is said.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test makes files and may stop at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const RULES: &str = "[[source]]\nid = \"s\"\nowners = []\ncanonical = []\n[[rule]]\nid = \"r\"\nsource = \"s\"\nkind = \"construct\"\n\
    ban = [\"redis.Redis\", \"redis::Client::open\"]\n";

type Line = (String, u64);

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn works(program: &str) -> bool {
    let run = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = run.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: there is no `{program}` here");
    }
    works
}

fn lines(value: &Value) -> BTreeSet<Line> {
    let line = |it: &Value| (it[0].as_str().unwrap().to_owned(), it[1].as_u64().unwrap());
    value.as_array().unwrap().iter().map(line).collect()
}

/// The lines with violations, and whether one of each is sure.
fn found(directory: &Path) -> BTreeMap<Line, bool> {
    std::fs::write(directory.join("ssot.toml"), RULES).unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_ssot"));
    let out = check.args(["check", "--format", "json"]).current_dir(directory).output().unwrap();
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let mut found = BTreeMap::new();
    for violation in report["violations"].as_array().unwrap() {
        let line = (violation["path"].as_str().unwrap().to_owned(), violation["line"].as_u64().unwrap());
        *found.entry(line).or_default() |= violation["confidence"] == "high";
    }
    found
}

/// Makes programs and compares each with what the check finds in it.
fn compare(script: &str, count: u64) {
    let root = tempfile::tempdir().unwrap();
    let (first, count) = (number("SSOT_FIRST_PROGRAM", 1), number("SSOT_PROGRAMS", count));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(script);
    let arguments = [first, count].map(|number| number.to_string());
    let out = Command::new("python3").arg(&script).args(arguments).arg(root.path()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut wrong = Vec::new();
    let mut constructed = 0;
    for program in &told {
        let directory = root.path().join(program["seed"].to_string());
        let (truth, found) = (lines(&program["constructed"]), found(&directory));
        let ran = program["ran"].as_array().map(|_| lines(&program["ran"]));
        constructed += truth.len();
        let missed = truth.iter().filter(|line| !found.contains_key(*line)).map(|line| ("missed", line));
        // Code that never ran says nothing.
        let says = |line: &Line| ran.as_ref().is_none_or(|ran| ran.contains(line)) && !truth.contains(line);
        let sure = found.iter().filter(|&(line, sure)| *sure && says(line)).map(|(line, _)| ("false", line));
        for (what, (path, line)) in missed.chain(sure) {
            let text = std::fs::read_to_string(directory.join(path)).unwrap();
            let code = text.lines().nth(usize::try_from(line - 1).unwrap()).unwrap_or_default();
            wrong.push(format!("seed {}: {what} {path}:{line}: {code}", program["seed"]));
        }
    }
    println!("seeds {first} to {}: {} programs, {constructed} constructions", first + count - 1, told.len());
    assert!(constructed > 0, "no program constructs anything");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn python_programs() {
    if works("python3") {
        compare("python.py", 40);
    }
}

#[test]
fn rust_programs() {
    if works("python3") && works("rustc") {
        compare("rust.py", 25);
    }
}
