//! Pieces that the formats for other tools share: identities, sentences, chains.
//!
//! In: violations and problems of the report. Out: plain strings, not yet escaped for any format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::problem::{Problem, ProblemSeverity};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::{Via, Violation};

use super::RenderOptions;
use super::text::message;

/// The violations that a format lists, each with a fingerprint that no other violation of the report has.
pub(in crate::render) fn listed<'r>(report: &'r Report, options: &RenderOptions) -> Vec<(&'r Violation, String)> {
    let mut ordinals = Ordinals::default();
    // Numbered before any is left out, so that an identity does not depend on which states are shown.
    let numbered = report.violations.iter().map(|it| (it, ordinals.unique(&it.fingerprint)));
    numbered.filter(|(it, _)| options.show_suppressed || it.is_active()).collect()
}

/// Tells equal identities apart: the first keeps its own, later ones get `-2`, `-3`, ...
#[derive(Default)]
pub(in crate::render) struct Ordinals {
    seen: BTreeMap<String, u32>,
}

impl Ordinals {
    pub(in crate::render) fn unique(&mut self, identity: &str) -> String {
        let count = self.seen.entry(identity.to_owned()).or_default();
        *count += 1;
        if *count == 1 { identity.to_owned() } else { format!("{identity}-{count}") }
    }
}

/// Identity of a problem: its path and message, not its line.
pub(in crate::render) fn problem_identity(problem: &Problem) -> String {
    let mut hash = Sha256::new();
    for part in ["problem", &problem.path, &problem.message] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()[..16].iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

/// Returns the violation's sentence with what to write instead: ``... outside its owner; use `a.b` ``.
#[must_use]
pub fn sentence(violation: &Violation) -> String {
    let instead = violation.instead().map(|it| format!("; use {it}")).unwrap_or_default();
    format!("{}{instead}", message(violation))
}

/// One step of a chain: ``imported as `R` at app/a.py:2``.
pub(in crate::render) fn step(via: &Via) -> String {
    format!("{} at {}:{}", via.note, via.path, via.line)
}

/// The sentence followed by the chain in brackets, where there is one.
pub(in crate::render) fn sentence_with_chain(violation: &Violation) -> String {
    let steps: Vec<String> = violation.via.iter().map(step).collect();
    let chain = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join("; ")) };
    format!("{}{chain}", sentence(violation))
}

/// `suppressed: only a name` of a violation that is accepted.
pub(in crate::render) fn acceptance(violation: &Violation) -> Option<String> {
    let reason = violation.reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    (!violation.is_active()).then(|| format!("{}{reason}", violation.state.name()))
}

/// Returns the problem's message with its remedy in brackets.
#[must_use]
pub fn problem_sentence(problem: &Problem) -> String {
    let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}{help}", problem.message)
}

/// The severity whose word a problem is shown with.
pub(in crate::render) fn problem_level(problem: &Problem) -> Severity {
    match problem.severity {
        ProblemSeverity::Error => Severity::Error,
        ProblemSeverity::Warning => Severity::Warning,
    }
}

/// The path of a problem; the project root for one that concerns no file, where a format demands a path.
pub(in crate::render) fn problem_path(problem: &Problem) -> &str {
    if problem.path.is_empty() { "." } else { &problem.path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::violation::State;

    #[test]
    fn equal_fingerprints_get_ordinals_that_do_not_depend_on_what_is_shown() {
        let mut report = sample::report();
        let one = report.violations[0].clone();
        report.violations = vec![one.clone(), one.clone(), one];
        report.violations[1].state = State::Suppressed;
        let of = |show_suppressed| -> Vec<String> {
            let options = RenderOptions { show_suppressed, ..RenderOptions::default() };
            listed(&report, &options).into_iter().map(|(_, it)| it).collect()
        };
        let base = report.violations[0].fingerprint.clone();
        assert_eq!(of(true), [base.clone(), format!("{base}-2"), format!("{base}-3")]);
        assert_eq!(of(false), [base.clone(), format!("{base}-3")]);
    }

    #[test]
    fn a_problem_keeps_its_identity_when_lines_shift() {
        let mut problem = sample::report().problems[0].clone();
        let before = problem_identity(&problem);
        problem.line += 1;
        assert_eq!(problem_identity(&problem), before);
        problem.message.push('!');
        assert_ne!(problem_identity(&problem), before);
    }
}
