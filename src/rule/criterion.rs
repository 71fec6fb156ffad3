//! Acceptance criteria and phases of the migration plan, checked.
//!
//! In: [`check`](super::check) makes them. Out: plain data for [`crate::criteria`] and [`crate::debt`]. Measures nothing.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::{FileGlob, Origin};

/// A condition on a measured value or on evidence.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// Its id.
    pub id: Arc<str>,
    /// The demand, in words.
    pub title: String,
    /// The measured value.
    pub subject: Subject,
    /// The value's limit.
    pub limit: Limit,
    /// The place of its first declaration.
    pub origin: Origin,
}

/// The value that a criterion measures.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The score of a part.
    Score(MeasureScope),
    /// The violations of a part.
    Violations(MeasureScope),
    /// The rival implementations of a part.
    Implementations(MeasureScope),
    /// The share of the modules of a part that reach a violation or a rival.
    Exposure(MeasureScope, ExposurePart),
    /// Something in a file.
    Evidence {
        /// Relative to the project root.
        file: String,
        /// Its format.
        evidence: EvidenceFormat,
    },
}

/// The modules that count as exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExposurePart {
    /// Those that load a violation or a rival whenever they are loaded.
    Loading,
    /// Those that reach one over imports that may be deferred.
    Reaching,
}

/// The part of the project that is measured; an absent id restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasureScope {
    /// Id of a source.
    pub source: Option<Arc<str>>,
    /// Id of a rule.
    pub rule: Option<Arc<str>>,
    /// Id of a component.
    pub component: Option<Arc<str>>,
}

/// The format of a file of evidence, and what is read from it.
#[derive(Debug, Clone)]
pub enum EvidenceFormat {
    /// JUnit XML: the share of passed tests among those whose name matches.
    Junit {
        /// The tests that count; all if absent.
        name: Option<Regex>,
    },
    /// JSON: the number at a pointer.
    Json {
        /// As RFC 6901 has it.
        pointer: String,
    },
    /// A log: the share of the lines that match one pattern among those that match another.
    Log {
        /// The lines that are counted; all if absent.
        among: Option<Regex>,
        /// Those of them that are looked for.
        matching: Regex,
    },
}

/// A bound and the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The side of it on which the value must be.
    pub bound: Bound,
    /// In thousandths.
    pub value: u32,
}

/// The side of the limit on which a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// On it or above.
    AtLeast,
    /// On it or below.
    AtMost,
    /// Above.
    Above,
    /// Below.
    Below,
}

impl Bound {
    /// Every bound with its key in rules files.
    pub const KEYS: [(&'static str, Self); 4] =
        [("at-least", Self::AtLeast), ("at-most", Self::AtMost), ("above", Self::Above), ("below", Self::Below)];
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::Above => "above",
            Self::Below => "below",
        })
    }
}

/// The kinds of measured values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeasureKind {
    /// The score.
    Score,
    /// The number of violations.
    Violations,
    /// The number of rivals.
    Implementations,
    /// The share of modules that reach a violation or a rival.
    Exposure,
    /// The share of modules that load a violation or a rival.
    LoadTimeExposure,
    /// Passed tests of a JUnit XML file.
    Junit,
    /// A number of a JSON file.
    Json,
    /// Lines of a log.
    Log,
}

impl MeasureKind {
    /// Every measure, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::Score,
        Self::Violations,
        Self::Implementations,
        Self::Exposure,
        Self::LoadTimeExposure,
        Self::Junit,
        Self::Json,
        Self::Log,
    ];

    /// Returns what is said of the measure.
    #[must_use]
    pub fn meta(self) -> MeasureMeta {
        match self {
            Self::Score => MeasureMeta {
                name: "score",
                sentence: "The score, 0 to 100; not measured where nothing uses the source.",
                keys: &["source", "rule", "component"],
            },
            Self::Violations => MeasureMeta {
                name: "violations",
                sentence: "The number of violations of severity warning or error, accepted ones too.",
                keys: &["source", "rule", "component"],
            },
            Self::Implementations => MeasureMeta {
                name: "implementations",
                sentence: "The number of rival implementations.",
                keys: &["source", "component"],
            },
            Self::Exposure => MeasureMeta {
                name: "exposure",
                sentence: "The percentage of modules outside test code that reach a violation or a rival over imports, deferred ones too.",
                keys: &["source", "rule", "component"],
            },
            Self::LoadTimeExposure => MeasureMeta {
                name: "load-time-exposure",
                sentence: "The percentage of modules outside test code that load a violation or a rival whenever they are loaded.",
                keys: &["source", "rule", "component"],
            },
            Self::Junit => MeasureMeta {
                name: "junit",
                sentence: "The percentage of tests in a JUnit XML file that passed, of those that ran.",
                keys: &["file", "name"],
            },
            Self::Json => {
                MeasureMeta { name: "json", sentence: "A number in a JSON file.", keys: &["file", "pointer"] }
            }
            Self::Log => MeasureMeta {
                name: "log",
                sentence: "The percentage of lines of a log that match, plain or JSON lines.",
                keys: &["file", "among", "matching"],
            },
        }
    }

    /// Returns the word in rules files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.meta().name
    }

    /// Lists the measures that read a key.
    pub fn reading(key: &str) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |measure| measure.meta().keys.contains(&key))
    }
}

/// Everything that is said of a measure.
#[derive(Debug, Clone, Copy)]
pub struct MeasureMeta {
    /// Names the measure in rules files.
    pub name: &'static str,
    /// Says what is measured, for the schema and the reference.
    pub sentence: &'static str,
    /// Lists the keys that the measure reads besides those of every criterion.
    pub keys: &'static [&'static str],
}

/// A step of the migration plan.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Its id.
    pub id: Arc<str>,
    /// The work that is done in it, in words.
    pub title: String,
    /// Its files.
    pub paths: Vec<FileGlob>,
    /// The place of its first declaration.
    pub origin: Origin,
}
