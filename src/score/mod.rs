//! The score of docs/design.md section 6, in integers, with every term kept.
//!
//! In: adopters and violations for each source, in any state (what is suppressed or in a baseline is still debt; what the
//! rules file exempts is none and never comes here). Out: a [`Scorecard`]. Judges nothing: which files are adopters is
//! decided by the analysis (docs/design.md section 6: other than owners, with a clean run-time use; test files only if some
//! rule of the source gives points in tests), and what a violation costs by its rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::rule::RuleKind;
use crate::rule::subtree::{is_below, qualified};

mod compute;
mod explain;

pub use compute::score;
pub use explain::{AdopterTerm, Explanation, SourceExplanation, ViolationTerm, explain};

/// Scores of a run.
#[derive(Debug, Clone, Default)]
pub struct Scorecard {
    /// Adopters and debt pooled over sources.
    pub overall: Score,
    /// The same of production code alone.
    pub production: Score,
    /// Each source, in the order of the rule set.
    pub sources: Vec<SourceScore>,
}

/// The words for a source that nobody uses.
pub const UNUSED: &str = "nothing uses it";

/// The words for a source whose owner is neither declared nor inferred.
pub const UNOWNED: &str = "not measured, since it has no owner";

impl SourceScore {
    /// Returns the name of the source, which no other score of a run has.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        qualified(&self.id, &self.below)
    }

    /// Returns why its score is not measured, in words.
    #[must_use]
    pub fn unmeasured(&self) -> &'static str {
        if self.ownerless { UNOWNED } else { UNUSED }
    }
}

impl Scorecard {
    /// Returns the score to which what breaks a rule of a source at `path` counts.
    #[must_use]
    pub fn source_at(&self, id: &str, path: &str) -> Option<&SourceScore> {
        let around = self.sources.iter().filter(|source| *source.id == *id && is_below(path, &source.below));
        around.max_by_key(|source| source.below.len())
    }

    /// Returns why the overall score is not measured, in words.
    #[must_use]
    pub fn unmeasured(&self) -> &'static str {
        self.sources.iter().find(|source| source.ownerless).map_or(UNUSED, SourceScore::unmeasured)
    }

    /// Returns the score of a component, pooled over sources.
    #[must_use]
    pub fn component(&self, id: &str) -> Score {
        let parts =
            self.sources.iter().flat_map(|source| &source.components).filter(|(component, _)| **component == *id);
        parts.fold(Score::default(), |sum, (_, part)| sum.pooled(part.score))
    }
}

/// A score with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Score {
    /// Number of adopters, `A`.
    pub adopters: u64,
    /// Debt `D`, in thousandths of a point.
    pub debt: u64,
}

impl Score {
    /// The best score, 100.00.
    pub const FULL: u32 = 10_000;

    /// The score in hundredths, floored: `100 * 2A / (2A + D)`, and 100.00 without debt.
    #[must_use]
    pub fn hundredths(self) -> u32 {
        if self.debt == 0 {
            return Self::FULL;
        }
        // Both terms in thousandths; u128 because the product does not fit into 64 bits for every input.
        let adopted = self.adopted();
        let floored = u128::from(Self::FULL) * adopted / (adopted + u128::from(self.debt));
        u32::try_from(floored).unwrap_or(Self::FULL)
    }

    /// `a = 2A`, in thousandths of a point.
    #[must_use]
    pub fn adopted(self) -> u128 {
        u128::from(self.adopters) * 2_000
    }

    /// Returns true if anything uses the source at all; a score of nothing is 100.00 and says nothing.
    #[must_use]
    pub fn measured(self) -> bool {
        self.adopters > 0 || self.debt > 0
    }

    /// The grade of the floored value.
    #[must_use]
    pub fn grade(self) -> Grade {
        Grade::of(self.hundredths())
    }

    /// Adopters and debt of both.
    #[must_use]
    pub fn pooled(self, other: Self) -> Self {
        Self { adopters: self.adopters.saturating_add(other.adopters), debt: self.debt.saturating_add(other.debt) }
    }
}

/// Scores of one source.
#[derive(Debug, Clone)]
pub struct SourceScore {
    /// The source's id.
    pub id: Arc<str>,
    /// The directory in which it counts; empty for the whole project.
    pub below: Arc<str>,
    /// All its adopters and debt.
    pub total: Score,
    /// Those of production code alone.
    pub production: Score,
    /// Path of the owner that was inferred.
    pub inferred_owner: Option<Arc<str>>,
    /// The names by which that hands the source out.
    pub inferred_names: Vec<String>,
    /// No owner is declared and none could be inferred: nothing is measured, whatever violations there are.
    pub ownerless: bool,
    /// Debt restricted to one rule kind; kinds with a rule of the source.
    pub by_kind: BTreeMap<RuleKind, PartScore>,
    /// Components in the order of the rule set.
    pub components: Vec<(Arc<str>, PartScore)>,
    /// Directories (all ancestors of files with a violation or adopter), in path order.
    pub directories: Vec<(Arc<str>, PartScore)>,
}

/// A score of a part, with the number of its violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartScore {
    /// Violations of all severities.
    pub violations: u64,
    /// Adopters and debt of the part.
    pub score: Score,
    /// Those of production code alone.
    pub production: Score,
}

/// Grades of docs/design.md section 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Below 50.
    Critical,
    /// At least 50.
    Poor,
    /// At least 80.
    Fair,
    /// At least 95.
    Compliant,
}

impl Grade {
    /// The grade of a score in hundredths.
    #[must_use]
    pub fn of(hundredths: u32) -> Self {
        match hundredths {
            9_500.. => Self::Compliant,
            8_000.. => Self::Fair,
            5_000.. => Self::Poor,
            _ => Self::Critical,
        }
    }

    /// The word in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Poor => "poor",
            Self::Fair => "fair",
            Self::Compliant => "compliant",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(adopters: u64, debt: u64) -> u32 {
        Score { adopters, debt }.hundredths()
    }

    #[test]
    fn worked_examples() {
        assert_eq!(of(120, 98_000), 7_100, "100 * 240 / 338 = 71.005");
        assert_eq!(of(120, 40_000), 8_571);
        assert_eq!(of(3, 4_000), 6_000);
        assert_eq!(of(0, 1), 0);
        assert_eq!(of(7, 0), 10_000);
        assert_eq!(of(0, 0), 10_000);
        assert!(!Score::default().measured());
        assert!(Score { adopters: 0, debt: 1 }.measured() && Score { adopters: 1, debt: 0 }.measured());
    }

    #[test]
    fn one_lost_point_never_rounds_up_to_a_full_score() {
        assert_eq!(of(1_000_000_000, 1), 9_999);
        assert_eq!(of(u64::MAX, u64::MAX), 9_995);
    }

    #[test]
    fn grades_compare_the_floored_value() {
        for (value, grade) in [
            (10_000, Grade::Compliant),
            (9_500, Grade::Compliant),
            (9_499, Grade::Fair),
            (8_000, Grade::Fair),
            (7_999, Grade::Poor),
            (5_000, Grade::Poor),
            (4_999, Grade::Critical),
            (0, Grade::Critical),
        ] {
            assert_eq!(Grade::of(value), grade, "{value}");
        }
    }

    proptest! {
        #[test]
        fn is_the_floor_of_the_formula(adopters: u64, debt in 1u64..) {
            let h = u128::from(of(adopters, debt));
            let a = u128::from(adopters) * 2_000;
            let whole = a + u128::from(debt);
            prop_assert!(h < 10_000, "debt must show");
            prop_assert!(h * whole <= 10_000 * a && 10_000 * a < (h + 1) * whole);
        }

        #[test]
        fn falls_with_debt_and_rises_with_adopters(adopters in 0u64..1 << 40, debt in 0u64..1 << 40, more in 1u64..1 << 40) {
            prop_assert!(of(adopters, debt + more) <= of(adopters, debt));
            prop_assert!(of(adopters + more, debt) >= of(adopters, debt));
        }

        #[test]
        fn a_violation_replaced_by_a_canonical_use_never_lowers_it(adopters in 0u64..1 << 40, debt in 0u64..1 << 40, points in 0u64..1 << 20) {
            let before = of(adopters, debt + points);
            prop_assert!(of(adopters, debt) >= before);
            prop_assert!(of(adopters + 1, debt) >= before);
        }
    }
}
