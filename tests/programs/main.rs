//! Truth by construction: random valid programs are executed, and what they construct must be what is reported.
//!
//! `SSOT_PROGRAMS` says how many programs of each language are made, `SSOT_SEED` which one is the first, `SSOT_SHOWN` how
//! many of those at fault are reduced and shown.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment and write files")]

mod batch;
mod dice;
mod expression;
mod laws;
mod program;
mod python;
mod rust;
mod statement;

use std::fmt::Write as _;
use std::process::Command;

use batch::{Judged, judge_python};
use program::{Faults, Program, reduce};

/// The programs at fault whose places are listed.
const LISTED: usize = 40;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} takes a number")))
}

#[test]
fn python_programs_construct_what_is_reported() {
    // The places of calls within a line are kept since 3.11.
    let version = "import sys; sys.exit(sys.version_info < (3, 11))";
    if !Command::new("python3").args(["-c", version]).status().is_ok_and(|status| status.success()) {
        eprintln!("no CPython from 3.11 on is here: nothing was executed");
        return;
    }
    let python = Language { name: "python", programs: 300, batch: 1_000, make: python::program, judge: &judge_python };
    run(&python);
}

#[test]
fn rust_programs_construct_what_is_reported() {
    let rust = Language { name: "rust", programs: 60, batch: 16, make: rust::program, judge: &rust::judge::judge };
    run(&rust);
}

#[test]
fn changes_that_change_nothing_change_no_report() {
    let (count, first) = (setting("SSOT_PROGRAMS", 120), setting("SSOT_SEED", 1));
    let programs = |make: fn(u64) -> Program| (first..first + count).map(make).collect::<Vec<_>>();
    let python: Vec<_> = laws::COMMON.into_iter().chain(laws::PYTHON).collect();
    let mut found = laws::differences(&programs(python::program), batch::RULES, &python);
    let rust: Vec<_> = laws::COMMON.into_iter().chain(laws::RUST).collect();
    found.extend(laws::differences(&programs(rust::program), rust::judge::RULES, &rust));
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found[..found.len().min(LISTED)].join("\n"));
}

/// How programs of a language are made and judged.
struct Language<'a> {
    name: &'static str,
    /// The programs of an ordinary run.
    programs: u64,
    /// The programs that are judged at once while one is reduced.
    batch: usize,
    make: fn(u64) -> Program,
    /// Executes programs and compares; with `true` the exhaustive run must say the same.
    judge: &'a dyn Fn(&[Program], bool) -> Judged,
}

/// Makes, judges and reduces the programs of one language.
fn run(it: &Language) {
    let (language, judge) = (it.name, it.judge);
    let (count, first) = (setting("SSOT_PROGRAMS", it.programs), setting("SSOT_SEED", 1));
    let seeds: Vec<u64> = (first..first + count).collect();
    let mut at_fault: Vec<(Program, Faults)> = Vec::new();
    let (mut built, mut failed) = (0, Vec::new());
    for seeds in seeds.chunks(1_000) {
        let programs: Vec<Program> = seeds.iter().map(|seed| (it.make)(*seed)).collect();
        let judged = judge(&programs, true);
        built += judged.built;
        failed.extend(judged.failed);
        at_fault.extend(programs.into_iter().zip(judged.faults).filter(|it| !it.1.is_empty()));
    }
    let missed: usize = at_fault.iter().map(|it| it.1.missed.len()).sum();
    let wrong: usize = at_fault.iter().map(|it| it.1.wrong.len()).sum();
    println!(
        "{language}: seeds {first} to {}, {built} constructions, {missed} missed, {wrong} wrong, {} stopped early",
        first + count - 1,
        failed.len()
    );
    for error in failed.iter().take(10) {
        eprintln!("{error}");
    }
    for (program, faults) in at_fault.iter().take(LISTED) {
        for (kind, places) in [("missed", &faults.missed), ("wrong", &faults.wrong)] {
            for (path, line, column) in places {
                let text =
                    program.files.iter().find(|file| file.0 == *path).and_then(|file| file.1.lines().nth(line - 1));
                eprintln!("seed {}: {kind} {path}:{line}:{column}: {}", program.seed, text.unwrap_or_default().trim());
            }
        }
    }
    let mut text = String::new();
    let shown = usize::try_from(setting("SSOT_SHOWN", 3)).unwrap();
    for (program, faults) in at_fault.iter().take(shown) {
        let (small, faults) = reduce(program, faults, it.batch, &|candidates| judge(candidates, false).faults);
        write!(text, "\nSSOT_SEED={} SSOT_PROGRAMS=1: {faults:?}\n{}", small.seed, small.shown()).unwrap();
    }
    assert!(at_fault.is_empty(), "{language}: {} of {count} programs are at fault\n{text}", at_fault.len());
    // What stops early proves little: the generator has to write programs that run.
    let most = usize::try_from(count).unwrap() / 4;
    assert!(
        failed.len() <= most.max(5),
        "{} programs stopped early: {:?}",
        failed.len(),
        &failed[..10.min(failed.len())]
    );
    assert!(built as u64 >= count, "{built} constructions in {count} programs");
}
