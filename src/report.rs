//! The report: the one value that every renderer takes.
//!
//! In: findings after triage, scorecard, gate. Out: plain data; nothing is decided after this.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::Unresolved;
use crate::problem::Problem;
use crate::rule::{RuleSet, Severity};
use crate::score::Scorecard;
use crate::source::FileId;
use crate::violation::Violation;

/// Everything a run says.
#[derive(Debug, Clone)]
pub struct Report {
    /// The rules that applied.
    pub rules: Arc<RuleSet>,
    /// Violations in path, line, column, rule order, after the PATHS, severity and confidence filters.
    pub violations: Vec<Violation>,
    /// Exempted places, same order and filters.
    pub exempted: Vec<Violation>,
    /// Scores over the whole project.
    pub score: Scorecard,
    /// Verdict.
    pub gate: GateOutcome,
    /// Rival implementations.
    pub implementations: Vec<Implementation>,
    /// Counts.
    pub summary: Summary,
    /// Trouble with inputs.
    pub problems: Vec<Problem>,
    /// Undecided uses.
    pub unresolved: Vec<Unresolved>,
    /// Notices a person should read (an inferred owner and the lines that declare it, the built-in pack applied, a
    /// pattern that forces full analysis), one paragraph each.
    pub notices: Vec<String>,
    /// Texts of the files that violations and their chains point into.
    pub texts: BTreeMap<FileId, Arc<str>>,
    /// Milliseconds of each stage, only with `--timings`.
    pub elapsed_ms: Option<BTreeMap<&'static str, u64>>,
}

/// The verdict with each condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateOutcome {
    /// All conditions hold.
    pub passed: bool,
    /// Each condition, in a fixed order.
    pub conditions: Vec<GateCondition>,
}

/// One condition of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateCondition {
    /// `fail-under`, `no-new`, `max-violations.error`, `score-drop`, `unanalysed`, or `violations` (the default gate).
    pub id: String,
    /// The limit, in thousandths.
    pub limit: i64,
    /// The measured value, in thousandths.
    pub value: i64,
    /// It holds.
    pub passed: bool,
}

/// A class or struct that implements the source a second time (DESIGN.md section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implementation {
    /// The source's id.
    pub source: Arc<str>,
    /// Qualified name.
    pub symbol: String,
    /// Its file.
    pub path: Arc<str>,
    /// 1-based line.
    pub line: u32,
    /// `rival`, `shim` or `double`.
    pub role: &'static str,
    /// Qualified names of the banned clients it wraps.
    pub wraps: Vec<String>,
    /// Public methods that it shares with the canonical class.
    pub shared_methods: Vec<String>,
    /// Number of files that import it.
    pub importers: u64,
}

/// Counts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files of the tree in a language that is analysed.
    pub files_scanned: u64,
    /// Relevant files.
    pub files_relevant: u64,
    /// Files passed over, by reason.
    pub files_skipped: u64,
    /// Violations with state new.
    pub new: u64,
    /// Violations in the baseline.
    pub baselined: u64,
    /// Violations accepted by a comment.
    pub suppressed: u64,
    /// Exempted places.
    pub exempted: u64,
    /// Counts for each rule with a violation, by rule id.
    pub by_rule: Vec<RuleSummary>,
    /// Undecided uses.
    pub unresolved: u64,
    /// Relevant files that could not be parsed completely.
    pub not_parsed: u64,
    /// Active rules.
    pub rules: u64,
    /// Active violations for each severity that has one.
    pub by_severity: BTreeMap<Severity, u64>,
}

/// Counts of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary {
    /// The rule's id.
    pub rule: Arc<str>,
    /// Violations.
    pub violations: u64,
    /// Distinct files.
    pub files: u64,
    /// Distinct lines.
    pub lines: u64,
    /// Violations in test code.
    pub in_tests: u64,
}
