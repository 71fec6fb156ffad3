//! The safe fixes of a run by the violation that each is for, for formats that carry them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PlannedFix;
use crate::lang::fixing::Applicability;
use crate::source::{FileId, Span};
use crate::violation::Violation;

/// The fixes that a reader can apply without a look: safe, and verified.
#[derive(Debug, Clone, Default)]
pub struct SafeFixes {
    by_place: BTreeMap<FixKey, PlannedFix>,
}

impl SafeFixes {
    /// Keeps what is safe of a plan that was verified.
    #[must_use]
    pub fn of(plan: Vec<PlannedFix>) -> Self {
        let safe = plan.into_iter().filter(|it| it.applicability == Applicability::Safe && !it.edits.is_empty());
        Self { by_place: safe.map(|fix| (FixKey::of(&fix.violation), fix)).collect() }
    }

    /// Returns the fix for a violation.
    #[must_use]
    pub fn get(&self, violation: &Violation) -> Option<&PlannedFix> {
        self.by_place.get(&FixKey::of(violation))
    }
}

/// A violation among those of one run. Paths and fingerprints do not tell it: formats change them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FixKey {
    file: FileId,
    span: Span,
    rule: Arc<str>,
    symbol: String,
}

impl FixKey {
    fn of(violation: &Violation) -> Self {
        Self {
            file: violation.file,
            span: violation.span,
            rule: Arc::clone(&violation.rule),
            symbol: violation.symbol.clone(),
        }
    }
}
