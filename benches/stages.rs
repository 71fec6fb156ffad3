//! What the analysis costs as its input grows: `cargo bench --bench stages`.
//!
//! Generated projects whose size doubles: files that name nothing, files that construct a client, hops of re-exports. A
//! cost that grows linearly has the same time for each unit in every row. The sizes take turns, so that what else the
//! machine does meets all alike; the best of several rounds counts.
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod generated;

use std::hint::black_box;
use std::time::{Duration, Instant};

use generated::Project;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 7;
const DOUBLINGS: u32 = 4;

/// Makes a project of a given size.
type Make = fn(usize) -> Project;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(256 << 20).build();
    let Ok(pool) = pool else { return println!("no thread could be started") };
    pool.install(|| {
        series("Python files that name nothing", 1000, |size| Project::python(size, 10, 0));
        series("Python files that construct a client", 200, |size| Project::python(100, size, 0));
        series("Python re-exports, each under another name", 8, |size| Project::python(100, 10, size));
        series("Rust files that name nothing", 500, |size| Project::rust(size, 10, 0));
        series("Rust files that construct a client", 100, |size| Project::rust(100, size, 0));
        series("Rust re-exports, each under another name", 8, |size| Project::rust(100, 10, size));
    });
}

/// Times one kind of input at sizes that double.
fn series(what: &str, first: usize, make: Make) {
    println!("\n{what}, one thread");
    println!("{:>8} {:>8} {:>10} {:>12} {:>12}", "size", "kB", "ms", "µs each", "to the first");
    let sizes: Vec<usize> = (0..DOUBLINGS).map(|at| first << at).collect();
    let projects: Vec<Project> = sizes.iter().map(|&size| make(size)).collect();
    let mut best = vec![Duration::MAX; projects.len()];
    for _ in 0..ROUNDS {
        for (project, best) in projects.iter().zip(&mut best) {
            let start = Instant::now();
            black_box(project.analyse(false));
            *best = start.elapsed().min(*best);
        }
    }
    let each = |time: Duration, size: usize| time.as_secs_f64() * 1e6 / u32::try_from(size).map_or(1.0, f64::from);
    let base = each(best[0], sizes[0]);
    for ((time, size), project) in best.iter().zip(sizes).zip(&projects) {
        let (each, kilobytes) = (each(*time, size), project.size() / 1000);
        println!("{size:>8} {kilobytes:>8} {:>10.1} {each:>12.1} {:>12.2}", time.as_secs_f64() * 1e3, each / base);
    }
}
