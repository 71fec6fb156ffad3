//! The plan of fixes as one JSON document.

use std::io::{self, Write};

use serde::Serialize;

use super::{PlanSums, PlanView};
use crate::fix::{FailedGuarantee, PlannedFix};
use crate::lang::fixing::{Applicability, Guarantee};
use crate::render::check::json::write;
use crate::violation::State;

#[derive(Serialize)]
struct PlanDocument<'a> {
    schema: u32,
    fixes: Vec<FixJson<'a>>,
    summary: PlanSummaryJson,
}

/// A planned fix as the plan has it.
#[derive(Serialize)]
pub(in crate::render) struct FixJson<'a> {
    rule: &'a str,
    source: Option<&'a str>,
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    symbol: &'a str,
    fingerprint: &'a str,
    state: State,
    applicability: &'static str,
    action: Option<&'static str>,
    failed: Vec<FailureJson<'a>>,
    suggestion: Option<&'a str>,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct FailureJson<'a> {
    guarantee: &'static str,
    reason: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
}

/// An edit by byte offsets in the text of the file, without a byte order mark.
#[derive(Serialize)]
struct EditJson<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct PlanSummaryJson {
    violations: u64,
    files: u64,
    safe: u64,
    r#unsafe: u64,
    manual: u64,
    /// The first guarantee that fails.
    by_guarantee: Vec<GuaranteeJson>,
}

#[derive(Serialize)]
struct GuaranteeJson {
    guarantee: &'static str,
    violations: u64,
}

pub(super) fn plan(view: &PlanView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sums = PlanSums::of(view.fixes.iter());
    let of = |it: Applicability| sums.by_applicability.get(&it).copied().unwrap_or(0);
    let named = |it: &Guarantee| Some(GuaranteeJson { guarantee: it.name(), violations: *sums.by_guarantee.get(it)? });
    let summary = PlanSummaryJson {
        violations: sums.all(),
        files: sums.files,
        safe: of(Applicability::Safe),
        r#unsafe: of(Applicability::Unsafe),
        manual: of(Applicability::Manual),
        by_guarantee: Guarantee::ALL.iter().filter_map(named).collect(),
    };
    write(&PlanDocument { schema: 1, fixes: view.fixes.iter().map(FixJson::of).collect(), summary }, out)
}

impl<'a> FixJson<'a> {
    pub(in crate::render) fn of(fix: &'a PlannedFix) -> Self {
        let at = &fix.violation;
        let failure = |it: &'a FailedGuarantee| FailureJson {
            guarantee: it.guarantee.name(),
            reason: &it.sentence,
            path: it.place.as_ref().map(|(path, _)| &**path),
            line: it.place.as_ref().map(|(_, line)| *line),
        };
        Self {
            rule: &at.rule,
            source: at.source.as_deref(),
            path: &at.path,
            line: at.start.line,
            column: at.start.column,
            end_line: at.end.line,
            end_column: at.end.column,
            symbol: &at.symbol,
            fingerprint: &at.fingerprint,
            state: at.state,
            applicability: fix.applicability.name(),
            action: fix.action.map(|action| action.name()),
            failed: fix.failures.iter().map(failure).collect(),
            suggestion: fix.suggestion.as_deref(),
            edits: fix
                .edits
                .iter()
                .map(|it| EditJson { start: it.span.start, end: it.span.end, text: &it.text })
                .collect(),
        }
    }
}
