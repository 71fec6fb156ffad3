//! Severities that a rule has in some files: `[[rule.override]]`.
//!
//! In: the entries of a rule, in order. Out: the severity for a file; of the entries that name it the last one counts, as
//! in CODEOWNERS and `.gitignore`, so that a later file, or one further down, can say more.

use super::complaint::error;
use super::shape::{Key, Shape, Table, key};
use super::tree::Node;
use super::{FileGlob, Origin, Rule, Severity};
use crate::problem::Problem;
use crate::rule::choice::{Choice, ChoiceMeta};

/// Severities of a rule in some files.
#[derive(Debug, Clone)]
pub struct SeverityOverride {
    /// The files.
    pub paths: Vec<FileGlob>,
    /// The cost of a violation there; that of the rule if absent.
    pub severity: Option<Severity>,
    /// The cost in test code there; that of the rule if absent.
    pub severity_in_tests: Option<Severity>,
    /// The reason for it.
    pub reason: String,
    /// The place of the entry.
    pub origin: Origin,
}

pub(super) const OVERRIDE: &Table = &Table {
    name: "Override",
    about: "Severities of a rule in some files; of the entries that name a file the last one counts.",
    keys: KEYS,
};

const KEYS: &[Key] = &[
    key("paths", Shape::Texts, "Patterns of the files.").required(),
    key(
        "severity",
        Shape::Word(ChoiceMeta::of::<Severity>()),
        "What a violation costs there. Not `off`: that is what `allow-in` is for, which is counted and can be listed.",
    ),
    key(
        "severity-in-tests",
        Shape::Word(ChoiceMeta::of::<Severity>()),
        "What a violation costs in test code there; when absent as the rule says, or else as `severity` here.",
    ),
    key("reason", Shape::Text, "Why.").required(),
];

impl Rule {
    /// Returns the entry that sets its severity in a file, if there is one.
    #[must_use]
    pub fn override_at(&self, path: &str) -> Option<&SeverityOverride> {
        self.overrides.iter().rev().find(|it| it.paths.iter().any(|glob| glob.matches(path)))
    }

    /// Returns its severity in a file, in test code or in other code.
    #[must_use]
    pub fn severity_at(&self, path: &str, test: bool) -> Severity {
        let here = self.override_at(path);
        let in_tests = here.and_then(|it| it.severity_in_tests).or(self.severity_in_tests).filter(|_| test);
        in_tests.or(here.and_then(|it| it.severity)).unwrap_or(self.severity)
    }

    /// Tells whether it reports anything anywhere.
    #[must_use]
    pub fn is_on_somewhere(&self) -> bool {
        let set = self.overrides.iter().flat_map(|it| [it.severity, it.severity_in_tests]);
        set.flatten().chain([self.severity]).any(|severity| severity != Severity::Off)
    }
}

impl SeverityOverride {
    /// Words the severities and the files: `warning, note in tests in services/legacy/**`.
    #[must_use]
    pub fn shown(&self) -> String {
        let in_tests = self.severity_in_tests.map(|it| format!("{} in tests", it.name()));
        let severities: Vec<String> =
            self.severity.map(|it| it.name().to_owned()).into_iter().chain(in_tests).collect();
        let paths: Vec<&str> = self.paths.iter().map(|glob| glob.text.as_str()).collect();
        format!("{} in {}", severities.join(", "), paths.join(", "))
    }
}

/// Reports what is wrong with an entry besides its patterns.
pub(super) fn faults(entry: &Node, problems: &mut Vec<Problem>) {
    if let Some(off) = entry.get("severity").filter(|it| it.text() == Some(Severity::Off.word())) {
        let message = "`off` in an override hides what it covers";
        let help = "write an `allow-in` entry of the rule, which is counted and listed by `--show-exempted`";
        problems.push(error(&off.origin, message.to_owned()).with_help(help));
    }
    if entry.get("severity").is_none() && entry.get("severity-in-tests").is_none() {
        let message = "this override changes nothing";
        let help = "write `severity`, or `severity-in-tests`";
        problems.push(error(&entry.origin, message.to_owned()).with_help(help));
    }
}
