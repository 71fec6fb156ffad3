//! Truth by construction: random valid programs are executed, and what they construct must be what is reported.
//!
//! `SSOT_PROGRAMS` says how many programs of each language are made, `SSOT_SEED` which one is the first.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the environment and write files")]

mod batch;
mod dice;
mod expression;
mod program;
mod python;
mod statement;

use std::fmt::Write as _;
use std::process::Command;

use batch::{Judged, judge_python};
use program::{Faults, Program, reduce};

/// The programs that one interpreter executes and one run checks.
const BATCH: usize = 1_000;
/// The programs at fault that are reduced and shown.
const SHOWN: usize = 5;

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
    run("python", 300, python::program, &judge_python);
}

/// Makes, judges and reduces the programs of one language.
fn run(language: &str, default: u64, make: fn(u64) -> Program, judge: &dyn Fn(&[Program], bool) -> Judged) {
    let (count, first) = (setting("SSOT_PROGRAMS", default), setting("SSOT_SEED", 1));
    let seeds: Vec<u64> = (first..first + count).collect();
    let mut at_fault: Vec<(Program, Faults)> = Vec::new();
    let (mut built, mut failed) = (0, Vec::new());
    for seeds in seeds.chunks(BATCH) {
        let programs: Vec<Program> = seeds.iter().map(|seed| make(*seed)).collect();
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
    let mut text = String::new();
    for (program, faults) in at_fault.iter().take(SHOWN) {
        let (small, faults) = reduce(program, faults, &|candidates| judge(candidates, false).faults);
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
