//! What the facts of Rust files cost beside parsing them with `syn` alone: `cargo bench --bench rust_front_end`.
//!
//! The files are every sixth below `SSOT_BENCH_CORPUS`, or below Cargo's registry; without either there is nothing to
//! measure. Both readers take turns file by file, so that what else the machine does meets both alike; the best of
//! three rounds counts. The ratio is to stay below 1.5.
#![allow(clippy::disallowed_methods, reason = "a bench reads its corpus and the clock")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVERY: usize = 6;
const ROUNDS: usize = 3;

fn main() {
    let Some(corpus) = corpus() else {
        println!("no corpus: set SSOT_BENCH_CORPUS to a directory with Rust files");
        return;
    };
    let mut paths = Vec::new();
    collect(&corpus, &mut paths);
    paths.sort();
    let texts: Vec<String> =
        paths.iter().step_by(EVERY).filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files, {:.1} MB", texts.len(), megabytes(bytes));
    let rounds: Vec<(Duration, Duration)> = (0..ROUNDS).map(|_| round(&texts)).collect();
    let parser = rounds.iter().map(|round| round.0).min().unwrap_or_default();
    let facts = rounds.iter().map(|round| round.1).min().unwrap_or_default();
    println!("syn::parse_file {:.2} s, {:.1} MB/s", parser.as_secs_f64(), megabytes(bytes) / parser.as_secs_f64());
    println!("facts           {:.2} s, {:.1} MB/s", facts.as_secs_f64(), megabytes(bytes) / facts.as_secs_f64());
    println!("ratio           {:.2}", facts.as_secs_f64() / parser.as_secs_f64());
}

/// The time that each of the two takes for all texts.
fn round(texts: &[String]) -> (Duration, Duration) {
    let (mut parser, mut facts) = (Duration::ZERO, Duration::ZERO);
    for text in texts {
        let start = Instant::now();
        let _ = black_box(syn::parse_file(text));
        proc_macro2::extra::invalidate_current_thread_spans();
        parser += start.elapsed();
        let start = Instant::now();
        black_box(ssot::lang::rust::extract("bench.rs", text));
        facts += start.elapsed();
    }
    (parser, facts)
}

fn corpus() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("SSOT_BENCH_CORPUS") {
        return Some(PathBuf::from(given));
    }
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = cargo.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("registry/src")).filter(|sources| sources.is_dir())
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn megabytes(bytes: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
    let bytes = bytes as f64;
    bytes / 1e6
}
