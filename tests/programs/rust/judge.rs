//! Compiling and running crates, and comparing what they did with what is reported.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::body::MARK;
use crate::batch::{Judged, check, reported, write};
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
ban = [\"redis::Client::open\", \"redis::connect\"]
";

/// Compiles and runs the programs, and compares what is said of them.
pub fn judge(programs: &[Program], whole: bool) -> Judged {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let (project, library) = (root.join("project"), root.join("libredis.rlib"));
    fs::write(root.join("redis.rs"), include_str!("library.rs")).unwrap();
    let compiled = rustc(&root, "2021", &["--crate-type=rlib", "--crate-name=redis", "redis.rs"]);
    assert_eq!(compiled, Ok(()), "the stand-in for the library compiles");
    let names = write(programs, &project);
    let results: Vec<Mutex<Result<Built, String>>> = names.iter().map(|_| Mutex::new(Err(String::new()))).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let at = names.iter().position(|it| it == name).unwrap();
                    *results[at].lock().unwrap() = built(&project.join(name), &library, &programs[at]);
                }
            });
        }
    });
    let said = reported(&check(&project, RULES, whole));
    let mut judged = Judged::default();
    for ((name, result), program) in names.iter().zip(results).zip(programs) {
        let mut faults = Faults::default();
        match result.into_inner().unwrap() {
            Ok((built, others)) => {
                judged.built += built.len();
                let said: BTreeSet<Place> = said.get(name).into_iter().flatten().map(|it| it.0.clone()).collect();
                faults.missed = built.difference(&said).cloned().collect();
                // A whole program is executed to the last line; of one that is reduced some lines are dead.
                faults.wrong = said.difference(&built).filter(|it| whole || others.contains(*it)).cloned().collect();
            }
            Err(error) => {
                judged.failed.push(format!("seed {}: {}", program.seed, summary(&error).replace(name, PACKAGE)))
            }
        }
        judged.faults.push(faults);
    }
    judged
}

/// The places at which a crate constructed what is banned, and those at which it constructed something else.
type Built = (BTreeSet<Place>, BTreeSet<Place>);

/// Compiles and runs a crate.
fn built(package: &Path, library: &Path, program: &Program) -> Result<Built, String> {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    let edition = manifest.lines().find_map(|line| line.strip_prefix("edition = ")).unwrap_or("2021").replace('"', "");
    let library = format!("redis={}", library.display());
    rustc(package, &edition, &["--extern", &library, "-o", "program", "src/main.rs"])?;
    let output = Command::new(package.join("program")).stdin(Stdio::null()).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let (mut places, mut others) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        let (kind, place) = line.split_once(' ').unwrap();
        let mut parts = place.rsplitn(3, ':');
        let (column, line) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
        let path = parts.next().unwrap().to_owned();
        // Of a function that is passed as a value the compiler records where it is defined: outside the crate.
        if path.starts_with("src/") {
            if kind == "built" { &mut places } else { &mut others }.insert((path, line, column));
        }
    }
    for (path, text) in &program.files {
        for (at, line) in text.lines().enumerate() {
            places.extend(line.match_indices(MARK).map(|(column, _)| (path.clone(), at + 1, column + MARK.len() + 1)));
        }
    }
    Ok((places, others))
}

/// What a compiler says, less its notes.
fn summary(error: &str) -> String {
    let lines: Vec<&str> = error.lines().filter(|line| line.starts_with("error") || line.contains("-->")).collect();
    lines[..lines.len().min(2)].join(" ")
}

fn rustc(directory: &Path, edition: &str, arguments: &[&str]) -> Result<(), String> {
    let mut rustc = Command::new("rustc");
    rustc
        .args([
            "--edition",
            edition,
            "-A",
            "warnings",
            "-D",
            "ambiguous_glob_imports",
            "-C",
            "debuginfo=0",
            "-C",
            "opt-level=0",
        ])
        .args(arguments);
    let output = rustc.current_dir(directory).stdin(Stdio::null()).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
