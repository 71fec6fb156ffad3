//! What each optimisation is worth: `cargo bench --features ablation --bench ablation [-- DIRECTORY RULES]`.
//!
//! The analysis of a tree, or of generated projects, with all optimisations and without one after the other: the factor is
//! the time without it by the time with all. The runs take turns, so that what else the machine does meets all alike; the
//! best of several rounds counts. The findings must be the same.
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock and the disk")]

mod generated;

use std::path::Path;
use std::time::{Duration, Instant};

use generated::Project;
use ssot::ablation::{Optimisation, turn_off};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(256 << 20).build();
    let Ok(pool) = pool else { return println!("no thread could be started") };
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    pool.install(|| match arguments.as_slice() {
        [directory, rules] => match from_disk(Path::new(directory), Path::new(rules)) {
            Ok(project) => factors(directory, &project),
            Err(error) => println!("{error}"),
        },
        _ => {
            factors("Python, generated", &Project::python(1000, 100, 8));
            factors("Rust, generated", &Project::rust(500, 50, 8));
        }
    });
}

/// The files of a directory that are scanned, under a rules file.
fn from_disk(directory: &Path, rules: &Path) -> std::io::Result<Project> {
    let mut project = Project::with_rules(std::fs::read_to_string(rules)?);
    for found in ignore::WalkBuilder::new(directory).build().flatten() {
        let path = found.path().strip_prefix(directory).unwrap_or(found.path()).to_string_lossy().into_owned();
        if path.ends_with(".py") || path.ends_with(".rs") || path.ends_with("Cargo.toml") {
            let Ok(text) = std::fs::read_to_string(found.path()) else { continue };
            project.add(&path, text);
        }
    }
    Ok(project)
}

fn factors(what: &str, project: &Project) {
    println!("\n{what}, {} kB, one thread", project.size() / 1000);
    println!("{:<16} {:>10} {:>8}", "without", "ms", "factor");
    let off: Vec<Option<Optimisation>> = [None].into_iter().chain(Optimisation::ALL.map(Some)).collect();
    let mut best = vec![Duration::MAX; off.len()];
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        for (off, best) in off.iter().zip(&mut best) {
            turn_off(*off);
            let start = Instant::now();
            let findings = project.analyse(false);
            *best = start.elapsed().min(*best);
            found.push(format!("{:?}", findings.violations));
        }
    }
    assert!(found.windows(2).all(|two| two[0] == two[1]), "an optimisation changes what is found");
    for (off, time) in off.iter().zip(&best) {
        let name = off.map_or("nothing".to_owned(), |off| format!("{off:?}"));
        println!("{name:<16} {:>10.1} {:>8.2}", time.as_secs_f64() * 1e3, time.as_secs_f64() / best[0].as_secs_f64());
    }
}
