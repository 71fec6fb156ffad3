//! The urgency of the debt, and the labels to file it under.
//!
//! In: the report of a check, how many entry points load its debt, `[report]` of the rules file. Out: words; what the rules
//! file says stands in place of what the numbers give, and the numbers stay beside it.

use crate::report::Report;
use crate::rule::ReportTerms;
use crate::violation::Context;

use super::{Counts, SourceDebt};

/// The label of every report.
const LABEL: &str = "ssot";

/// The urgency of the debt, with the numbers that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// `high`, `medium`, `low`, `none`, or the word of the rules file.
    pub name: String,
    /// The numbers, in a sentence.
    pub why: String,
}

impl Priority {
    /// Ranks the debt: `high` where production code has errors and an entry point loads them, `medium` where it has errors
    /// or warnings, `low` where only tests and notes are left.
    pub(super) fn of(report: &Report, loading: u64) -> Self {
        let production = report.violations.iter().filter(|it| it.context != Context::Test && it.is_active());
        let Counts { errors, warnings, .. } = Counts::of(production);
        let found = format!("{} and {} in production code", count(errors, "error"), count(warnings, "warning"));
        let (name, why) = match (errors, warnings) {
            (0, 0) if report.violations.is_empty() => ("none", "nothing is left".to_owned()),
            (0, 0) => ("low", "no error and no warning in production code".to_owned()),
            (1.., _) if loading > 0 => {
                let entries = count(loading, "entry point");
                ("high", format!("{found}; loading {entries} loads a file with a violation or a rival"))
            }
            _ => ("medium", found),
        };
        match &report.rules.report.priority {
            Some(named) => {
                Self { name: named.clone(), why: format!("as the rules file says; measured: {name}, {why}") }
            }
            None => Self { name: name.to_owned(), why },
        }
    }
}

/// Lists the labels: those of the rules file, otherwise one for all and one for each source with violations.
pub(super) fn labels(terms: &ReportTerms, sources: &[SourceDebt]) -> Vec<String> {
    terms.labels.clone().unwrap_or_else(|| {
        let with_debt = sources.iter().filter(|it| it.counts.violations > 0);
        std::iter::once(LABEL.to_owned()).chain(with_debt.map(|it| format!("{LABEL}:{}", it.id))).collect()
    })
}

fn count(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
