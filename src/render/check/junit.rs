//! JUnit XML: one suite for each rule, one for the inputs and one for the gate.
//!
//! In: the report. Out: XML in the order and with the attributes that the common schemas allow. A violation of severity
//! error or warning is a failed test, a note passes with its text as output, an accepted one is skipped. A rule without
//! a violation is one passed test, so that a clean run is not an empty one. Times are 0: output does not depend on a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::problem::ProblemSeverity;
use crate::render::style::{RenderOptions, sentences, text};
use crate::report::Report;
use crate::rule::Severity;
use crate::violation::Violation;

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<Suite> =
        rules(report, options).into_iter().chain([inputs(report), gate(report, options)]).collect();
    let total = |outcome: CaseKind| suites.iter().map(|suite| suite.count(outcome)).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"ssot\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\">",
        suites.iter().map(|suite| suite.cases.len()).sum::<usize>(),
        total(CaseKind::Failure),
        total(CaseKind::Error),
    )?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    outcome: CaseOutcome,
}

#[derive(Default)]
struct CaseOutcome {
    kind: CaseKind,
    /// Word for the `type` attribute.
    level: &'static str,
    message: String,
    body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum CaseKind {
    #[default]
    Passed,
    /// Passed with output.
    Told,
    Skipped,
    Failure,
    Error,
}

/// A suite for each rule that applied, then for the others that a violation names.
fn rules(report: &Report, options: &RenderOptions) -> Vec<Suite> {
    let mut ids = BTreeSet::new();
    let rules = report.rules.rules.iter().filter(|rule| ids.insert(&rule.id));
    let mut suites: Vec<Suite> = rules.map(|rule| Suite { name: rule.id.to_string(), cases: Vec::new() }).collect();
    let mut at: BTreeMap<String, usize> = suites.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect();
    for violation in text::listed(report, options) {
        let index = *at.entry(violation.rule.to_string()).or_insert_with(|| {
            suites.push(Suite { name: violation.rule.to_string(), cases: Vec::new() });
            suites.len() - 1
        });
        suites[index].cases.push(Case::of(violation));
    }
    for suite in suites.iter_mut().filter(|suite| suite.cases.is_empty()) {
        suite.cases.push(Case::passed("no violation"));
    }
    suites
}

/// Trouble with inputs: what could not be analysed is an error.
fn inputs(report: &Report) -> Suite {
    let case = |problem: &crate::problem::Problem| {
        let place = match (problem.path.is_empty(), problem.line) {
            (true, _) => String::new(),
            (false, 0) => text::clean(&problem.path).into_owned(),
            (false, line) => format!("{}:{line}:{}", text::clean(&problem.path), problem.column.max(1)),
        };
        let message = sentences::problem_sentence(problem);
        let body = if place.is_empty() { message.clone() } else { format!("{place}: {message}") };
        let (kind, level) = match problem.severity {
            ProblemSeverity::Error => (CaseKind::Error, "error"),
            ProblemSeverity::Warning => (CaseKind::Told, "warning"),
        };
        let name = if place.is_empty() { message.clone() } else { place };
        Case { name, outcome: CaseOutcome { kind, level, message, body } }
    };
    let mut cases: Vec<Case> = report.problems.iter().map(case).collect();
    if cases.is_empty() {
        cases.push(Case::passed("no problem"));
    }
    Suite { name: "ssot.inputs".to_owned(), cases }
}

/// The verdict: each condition is a test, and so is the summary, which never fails.
fn gate(report: &Report, options: &RenderOptions) -> Suite {
    let cases = report.gate.conditions.iter().map(|condition| {
        let words = text::condition(condition);
        let kind = if condition.passed { CaseKind::Told } else { CaseKind::Failure };
        let outcome = CaseOutcome { kind, level: "gate", message: words.clone(), body: words };
        Case { name: condition.id.clone(), outcome }
    });
    let parts = [Some(text::violations(report)), Some(text::checked(report)), text::hidden(report, options)];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let outcome = CaseOutcome { kind: CaseKind::Told, level: "gate", message: String::new(), body: words };
    let summary = Case { name: "summary".to_owned(), outcome };
    Suite { name: "ssot.gate".to_owned(), cases: cases.chain([summary]).collect() }
}

impl Case {
    fn passed(name: &str) -> Self {
        Self { name: name.to_owned(), outcome: CaseOutcome::default() }
    }

    fn of(violation: &Violation) -> Self {
        let path = text::clean(&violation.path);
        let place = format!("{path}:{}:{}", violation.start.line, violation.start.column);
        let level = violation.severity.name();
        let message = sentences::sentence(violation);
        let mut body = format!("{place}: {level}[{}] {message}", violation.rule);
        for via in &violation.via {
            let _infallible = write!(body, "\n{}", sentences::step(via));
        }
        let accepted = sentences::acceptance(violation);
        let kind = match violation.severity {
            _ if accepted.is_some() => CaseKind::Skipped,
            Severity::Error | Severity::Warning => CaseKind::Failure,
            Severity::Note | Severity::Off => CaseKind::Told,
        };
        let message = accepted.unwrap_or(message);
        Self { name: place, outcome: CaseOutcome { kind, level, message, body } }
    }

    fn write(&self, suite: &str, out: &mut dyn Write) -> io::Result<()> {
        let CaseOutcome { kind, level, message, body } = &self.outcome;
        write!(out, "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", escaped(&self.name), escaped(suite))?;
        let element = match kind {
            CaseKind::Passed => return writeln!(out, "/>"),
            CaseKind::Told => {
                writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", escaped_body(body))?;
                return Ok(());
            }
            CaseKind::Skipped => {
                return writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(message));
            }
            CaseKind::Failure => "failure",
            CaseKind::Error => "error",
        };
        writeln!(
            out,
            ">\n      <{element} message=\"{}\" type=\"{level}\">{}</{element}>\n    </testcase>",
            escaped(message),
            escaped_body(body)
        )
    }
}

impl Suite {
    fn count(&self, kind: CaseKind) -> usize {
        self.cases.iter().filter(|case| case.outcome.kind == kind).count()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">",
            escaped(&self.name),
            self.cases.len(),
            self.count(CaseKind::Failure),
            self.count(CaseKind::Error),
            self.count(CaseKind::Skipped),
        )?;
        for case in &self.cases {
            case.write(&self.name, out)?;
        }
        writeln!(out, "  </testsuite>")
    }
}

/// Text for an attribute.
fn escaped(text: &str) -> String {
    escape(text, true)
}

/// Text for the content of an element.
fn escaped_body(text: &str) -> String {
    escape(text, false)
}

/// Markup as entities; in attributes also white space that a parser would turn into blanks. Characters that XML 1.0 has
/// no way to write, and other control characters, stand in words.
fn escape(text: &str, attribute: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\t' | '\n' if !attribute => result.push(c),
            // A bare carriage return would be read as a line feed, in content too.
            '\t' | '\n' | '\r' => {
                let _infallible = write!(result, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => result.extend(c.escape_default()),
            c => result.push(c),
        }
    }
    result
}
