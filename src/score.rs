//! The score of DESIGN.md section 6, in integers, with every term kept.
//!
//! In: adopters and violations for each source. Out: a [`Scorecard`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::rule::RuleKind;

/// Scores of a run.
#[derive(Debug, Clone, Default)]
pub struct Scorecard {
    /// Adopters and debt pooled over sources.
    pub overall: Score,
    /// Each source, in the order of the rule set.
    pub sources: Vec<SourceScore>,
}

/// A score with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Number of adopters, `A`.
    pub adopters: u64,
    /// Debt `D`, in thousandths of a point.
    pub debt: u64,
}

/// Scores of one source.
#[derive(Debug, Clone)]
pub struct SourceScore {
    /// The source's id.
    pub id: Arc<str>,
    /// All its adopters and debt.
    pub total: Score,
    /// Path of the owner that was inferred.
    pub inferred_owner: Option<Arc<str>>,
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
}

/// Grades of DESIGN.md section 6.
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
