//! The comparison with a reference, as JSON has it.

use serde::Serialize;

use super::{Hundredths, ViolationJson};
use crate::compare::{Comparison, Loosened};
use crate::report::Report;
use crate::violation::Violation;

#[derive(Serialize)]
pub(super) struct ComparisonJson<'r> {
    reference: &'r str,
    commit: &'r str,
    merge_base: bool,
    new: u64,
    fixed: u64,
    moved: u64,
    unchanged: u64,
    score: Hundredths,
    /// Today's overall score less that of the reference.
    delta: f64,
    rules_differ: bool,
    fixed_violations: Vec<ViolationJson<'r>>,
    moved_violations: Vec<MovedJson<'r>>,
    hidden_violations: Vec<ViolationJson<'r>>,
    baseline_differs: bool,
    loosened: Vec<LoosenedJson<'r>>,
}

#[derive(Serialize)]
struct LoosenedJson<'r> {
    what: &'r str,
    before: &'r str,
    after: &'r str,
}

impl<'r> LoosenedJson<'r> {
    fn of(it: &'r Loosened) -> Self {
        Self { what: &it.what, before: &it.before, after: &it.after }
    }
}

#[derive(Serialize)]
struct MovedJson<'r> {
    fingerprint: &'r str,
    path: &'r str,
    line: u32,
    from: FromJson<'r>,
}

#[derive(Serialize)]
struct FromJson<'r> {
    path: &'r str,
    line: u32,
}

impl<'r> ComparisonJson<'r> {
    pub(super) fn of(it: &'r Comparison, report: &'r Report) -> Self {
        let (now, before) = (report.score.overall.hundredths(), it.score.hundredths());
        let list = |violations: &'r [Violation]| violations.iter().map(ViolationJson::of).collect();
        let moved = it.moved.iter().map(|moved| MovedJson {
            fingerprint: &moved.fingerprint,
            path: &moved.to.0,
            line: moved.to.1,
            from: FromJson { path: &moved.from.0, line: moved.from.1 },
        });
        Self {
            reference: &it.reference,
            commit: &it.commit,
            merge_base: it.merge_base,
            new: it.new,
            fixed: it.fixed.len() as u64,
            moved: it.moved.len() as u64,
            unchanged: it.unchanged,
            score: Hundredths(before),
            delta: (f64::from(now) - f64::from(before)) / 100.0,
            rules_differ: it.rules_differ,
            fixed_violations: list(&it.fixed),
            moved_violations: moved.collect(),
            hidden_violations: list(&it.hidden),
            baseline_differs: it.baseline_differs,
            loosened: it.loosened.iter().map(LoosenedJson::of).collect(),
        }
    }
}
