//! The gate: whether a run passes, and which conditions say so (DESIGN.md section 8).
//!
//! In: settings, scores, the violations that are reported, the number of files that could not be analysed. Out: a
//! [`GateOutcome`] with every condition, its limit and its value. Chooses no exit code.

use crate::rule::{GateSettings, Severity};
use crate::score::Scorecard;
use crate::violation::Violation;

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

impl GateCondition {
    /// Whether limit and value are scores, the limit being a floor; otherwise they count and the limit is a ceiling.
    #[must_use]
    pub fn is_score(&self) -> bool {
        self.id == "fail-under"
    }
}

/// Checks the conditions of `settings`, or the default gate when they name none that can be checked.
///
/// `violations` are those that the run reports, of any state; only active ones count. Without a baseline or reference
/// every active violation of severity warning or error is new, and `score-drop` has nothing to compare with, so it is no
/// condition. A score of nothing passes `fail-under`.
#[must_use]
pub fn evaluate<'a>(
    settings: &GateSettings,
    score: &Scorecard,
    violations: impl IntoIterator<Item = &'a Violation>,
    unanalysed: u64,
) -> GateOutcome {
    let active = Active::count(violations);
    let floor = settings.fail_under.map(|limit| {
        let value = score.overall.hundredths();
        GateCondition {
            id: "fail-under".to_owned(),
            limit: i64::from(limit) * 10,
            value: i64::from(value) * 10,
            passed: value >= limit || !score.overall.measured(),
        }
    });
    let ceilings = [
        ("no-new", settings.no_new.filter(|&on| on).map(|_| 0), active.errors + active.warnings),
        ("max-violations.error", settings.max_errors, active.errors),
        ("max-violations.warning", settings.max_warnings, active.warnings),
        ("max-violations.note", settings.max_notes, active.notes),
        ("unanalysed", settings.unanalysed, unanalysed),
    ];
    let mut conditions: Vec<GateCondition> = floor
        .into_iter()
        .chain(ceilings.into_iter().filter_map(|(id, limit, value)| limit.map(|limit| at_most(id, limit, value))))
        .collect();
    if conditions.is_empty() {
        conditions.push(at_most("violations", 0, active.errors + active.warnings));
    }
    GateOutcome { passed: conditions.iter().all(|condition| condition.passed), conditions }
}

fn at_most(id: &str, limit: u64, value: u64) -> GateCondition {
    GateCondition { id: id.to_owned(), limit: thousandths(limit), value: thousandths(value), passed: value <= limit }
}

fn thousandths(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1_000)
}

/// Active violations by severity.
#[derive(Default)]
struct Active {
    errors: u64,
    warnings: u64,
    notes: u64,
}

impl Active {
    fn count<'a>(violations: impl IntoIterator<Item = &'a Violation>) -> Self {
        let mut counts = Self::default();
        for violation in violations.into_iter().filter(|violation| violation.is_active()) {
            match violation.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
                Severity::Off => {}
            }
        }
        counts
    }
}
