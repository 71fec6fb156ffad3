//! Programs written side by side into one directory, executed by one interpreter and checked by one run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;

use crate::program::{Faults, PACKAGE, Place, Program};

pub const RULES: &str = "\
[[source]]
id = \"client\"
owners = []
canonical = []

[[rule]]
id = \"raw\"
source = \"client\"
kind = \"construct\"
ban = [\"redis.Redis\", \"redis.Redis.from_url\"]
";

/// What a batch came to.
#[derive(Default)]
pub struct Judged {
    /// One for each program, in their order.
    pub faults: Vec<Faults>,
    /// The constructions that were executed.
    pub built: usize,
    /// The programs that did not run to their end, with the errors.
    pub failed: Vec<String>,
}

/// Writes the programs into a directory; gives the names of their packages.
pub fn write(programs: &[Program], project: &Path) -> Vec<String> {
    let names: Vec<String> = (0..programs.len()).map(|at| format!("pkg{at:05}")).collect();
    for (program, name) in programs.iter().zip(&names) {
        for (path, text) in program.named(name) {
            let path = project.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    names
}

/// What the check says of a directory; both ways of looking must say the same.
pub fn check(project: &Path, rules: &str, exhaustive: bool) -> Value {
    fs::write(project.join("ssot.toml"), rules).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("ssot").unwrap();
        command.args(["check", "--format", "json", "--exit-zero", "--no-cache"]).args(arguments);
        let output = command.current_dir(project).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let text = run(&[]);
    if exhaustive {
        assert!(text == run(&["--exhaustive"]), "--exhaustive says something else in {}", project.display());
    }
    serde_json::from_slice(&text).unwrap()
}

/// The violations of each package: place, end, whether of high confidence.
pub fn reported(report: &Value) -> BTreeMap<String, BTreeMap<Place, (usize, usize, bool)>> {
    let mut all: BTreeMap<String, BTreeMap<Place, (usize, usize, bool)>> = BTreeMap::new();
    for it in report["violations"].as_array().unwrap() {
        let (package, path) = it["path"].as_str().unwrap().split_once('/').unwrap();
        let place = (path.to_owned(), number(&it["line"]), number(&it["column"]));
        let end = (number(&it["end_line"]), number(&it["end_column"]), it["confidence"] == "high");
        all.entry(package.to_owned()).or_default().insert(place, end);
    }
    all
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Places of calls with their ends, as the harness prints them.
fn places(value: &Value) -> BTreeSet<(Place, (usize, usize))> {
    let place = |it: &Value| {
        let path = it[0].as_str().unwrap();
        let path = path.split_once('/').unwrap().1.to_owned();
        ((path, number(&it[1]), number(&it[2])), (number(&it[3]), number(&it[4])))
    };
    value.as_array().unwrap().iter().map(place).collect()
}

/// Executes programs and compares what is said of them.
pub fn judge_python(programs: &[Program], exhaustive: bool) -> Judged {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let (project, library) = (root.join("project"), root.join("library"));
    fs::create_dir_all(&library).unwrap();
    fs::write(library.join("redis.py"), include_str!("library.py")).unwrap();
    fs::write(root.join("harness.py"), include_str!("harness.py")).unwrap();
    let names = write(programs, &project);
    let mut python = Command::new("python3");
    python.arg("-B").arg(root.join("harness.py")).args([&library, &project]).stdin(Stdio::null());
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let truth: BTreeMap<String, Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|value: Value| (value["package"].as_str().unwrap().to_owned(), value))
        .collect();
    let said = reported(&check(&project, RULES, exhaustive));
    let nothing = BTreeMap::new();
    let mut judged = Judged::default();
    for name in &names {
        let truth = &truth[name];
        let said = said.get(name).unwrap_or(&nothing);
        let (built, others) = (places(&truth["built"]), places(&truth["others"]));
        judged.built += built.len();
        judged.failed.extend(truth["error"].as_str().map(|error| error.replace(name, PACKAGE)));
        let high = |place: &Place, end: &(usize, usize)| said.get(place) == Some(&(end.0, end.1, true));
        judged.faults.push(Faults {
            missed: built.iter().map(|it| &it.0).filter(|place| !said.contains_key(*place)).cloned().collect(),
            wrong: others.iter().filter(|(place, end)| high(place, end)).map(|it| it.0.clone()).collect(),
        });
    }
    judged
}
