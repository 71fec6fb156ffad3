//! GitLab's Code Quality report: a list of issues with unique, stable fingerprints.
//!
//! In: the report. Out: one JSON array. Severities: an error is `major`, a warning `minor`, a note `info`, and a file
//! that is lost to the analysis `blocker`, because what it hides is not known; one that is lost in part is `minor`. The
//! verdict has no place in this format.

use std::io::{self, Write};

use serde::Serialize;

use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::Violation;

use super::json;
use crate::render::style::RenderOptions;
use crate::render::style::sentences::{self, Ordinals};

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut ordinals = Ordinals::default();
    let violations = sentences::listed(report, options).into_iter().map(|(it, fingerprint)| Issue::of(it, fingerprint));
    let files = report.problems.iter().filter(|problem| concerns_code(problem));
    let problems = files.map(|it| Issue::of_problem(it, ordinals.unique(&sentences::problem_identity(it))));
    json::write(&violations.chain(problems).collect::<Vec<_>>(), out)
}

/// Returns true for a file that was not read or parsed in full; a fault of the rules file is no quality of code.
fn concerns_code(problem: &Problem) -> bool {
    problem.severity == ProblemSeverity::Error || matches!(problem.kind, ProblemKind::Read | ProblemKind::Parse)
}

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation<'r>,
}

#[derive(Serialize)]
struct IssueLocation<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl<'r> Issue<'r> {
    fn of(violation: &'r Violation, fingerprint: String) -> Self {
        let accepted = sentences::acceptance(violation);
        let severity = match violation.severity {
            Severity::Error if accepted.is_none() => "major",
            Severity::Warning if accepted.is_none() => "minor",
            _ => "info",
        };
        let accepted = accepted.map(|it| format!(" ({it})")).unwrap_or_default();
        let begin = violation.start.line.max(1);
        Self {
            description: format!("{}{accepted}", sentences::sentence_with_chain(violation)),
            check_name: &violation.rule,
            fingerprint,
            severity,
            location: IssueLocation {
                path: &violation.path,
                lines: Lines { begin, end: violation.end.line.max(begin) },
            },
        }
    }

    fn of_problem(problem: &'r Problem, fingerprint: String) -> Self {
        let line = problem.line.max(1);
        Self {
            description: sentences::problem_sentence(problem),
            check_name: "ssot-problem",
            fingerprint,
            severity: match problem.severity {
                ProblemSeverity::Error => "blocker",
                ProblemSeverity::Warning => "minor",
            },
            location: IssueLocation { path: sentences::problem_path(problem), lines: Lines { begin: line, end: line } },
        }
    }
}
