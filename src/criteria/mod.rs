//! Acceptance criteria: each met, not met, or not measured.
//!
//! In: the criteria of the rules file, what the run measured, and the bytes of evidence files. Out: one [`JudgedCriterion`] for each
//! criterion, with value, limit, and where the value comes from. What cannot be measured is never met. Reads no files:
//! bytes are handed in.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::findings::Findings;
use crate::rule::{Bound, Criterion, EvidenceFormat, ExposurePart, Limit, MeasureScope, RuleSet, Subject};
use crate::tree::Tree;

mod evidence;
mod measure;

use crate::impact::ImportGraph;

/// A criterion with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedCriterion {
    /// Its id.
    pub id: Arc<str>,
    /// Its demand in words.
    pub title: String,
    /// The subject of the measurement: `score of the source redis`.
    pub subject: String,
    /// The limit of the value.
    pub limit: Limit,
    /// Its outcome.
    pub outcome: Outcome,
    /// The value; none if it was not measured.
    pub value: Option<MeasuredValue>,
    /// The terms of the value, or the reason why it was not measured.
    pub detail: String,
    /// The file that the value comes from; none if this run measured it.
    pub evidence: Option<EvidenceFile>,
}

/// The outcome of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The value is on the right side of the limit.
    Met,
    /// It is not.
    NotMet,
    /// There is no value.
    NotMeasured,
}

impl Outcome {
    /// The words in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::NotMeasured => "not measured",
        }
    }
}

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MeasuredValue {
    /// A count.
    Count(u64),
    /// A score in hundredths.
    Score(u32),
    /// A share, compared as a percentage.
    Share {
        /// The part of the whole that counts.
        part: u64,
        /// Of how many; not 0.
        whole: u64,
    },
    /// A number that stands in a file.
    Number(f64),
}

/// A file of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// As the rules file names it.
    pub path: String,
    /// The time at which it was made, by its own word or by its time of change; none if it could not be read.
    pub time: Option<String>,
}

/// A file of evidence as it was read.
#[derive(Debug, Clone)]
pub struct EvidenceContent {
    /// Its bytes, or why there are none.
    pub bytes: Result<Vec<u8>, String>,
    /// The time at which it was last changed, as `2026-01-31T10:00:00Z`.
    pub changed: Option<String>,
}

/// Reads a file of evidence, by its path relative to the project root.
pub type ReadEvidence<'a> = dyn Fn(&str) -> EvidenceContent + 'a;

/// The results by which criteria are judged.
pub struct Basis<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// The files.
    pub tree: &'a Tree,
    /// Findings after triage.
    pub findings: &'a Findings,
    /// The command line leaves rules out, so that what is counted is only a part.
    pub partial: bool,
    /// The import graph; needed where [`needs_graph`] says so.
    pub graph: Option<&'a ImportGraph>,
}

/// Returns true if a criterion needs the import graph.
#[must_use]
pub fn needs_graph(rules: &RuleSet) -> bool {
    rules.criteria.iter().any(|criterion| matches!(criterion.subject, Subject::Exposure(..)))
}

/// Judges every criterion, in the order of the rules file.
#[must_use]
pub fn judge(basis: &Basis<'_>, read: &ReadEvidence<'_>) -> Vec<JudgedCriterion> {
    basis.rules.criteria.iter().map(|criterion| judge_one(basis, criterion, read)).collect()
}

/// A value with the words that explain it, or why there is none.
type Measurement = Result<(MeasuredValue, String), String>;

fn judge_one(basis: &Basis<'_>, criterion: &Criterion, read: &ReadEvidence<'_>) -> JudgedCriterion {
    let (measurement, evidence) = match &criterion.subject {
        Subject::Score(_) | Subject::Violations(_) | Subject::Implementations(_) | Subject::Exposure(..)
            if basis.partial =>
        {
            (Err("only a part of the rules was applied".to_owned()), None)
        }
        Subject::Score(scope) => (measure::score(basis, scope), None),
        Subject::Violations(scope) => (measure::violations(basis, scope), None),
        Subject::Implementations(scope) => (measure::implementations(basis, scope), None),
        Subject::Exposure(scope, part) => (measure::exposure(basis, scope, *part), None),
        Subject::Evidence { file, evidence } => {
            let (measurement, time) = of_file(evidence, read(file));
            (measurement, Some(EvidenceFile { path: file.clone(), time }))
        }
    };
    let doubt = match basis.findings.not_parsed.len() {
        _ if evidence.is_some() => String::new(),
        0 => String::new(),
        1 => "; 1 relevant file was not parsed completely".to_owned(),
        files => format!("; {files} relevant files were not parsed completely"),
    };
    let (value, detail) = match measurement {
        Ok((value, detail)) => (Some(value), detail + &doubt),
        Err(reason) => (None, reason),
    };
    let outcome = match value {
        None => Outcome::NotMeasured,
        Some(value) if holds(value, criterion.limit) => Outcome::Met,
        Some(_) => Outcome::NotMet,
    };
    JudgedCriterion {
        id: Arc::clone(&criterion.id),
        title: criterion.title.clone(),
        subject: describe(&criterion.subject),
        limit: criterion.limit,
        outcome,
        value,
        detail,
        evidence,
    }
}

fn of_file(evidence: &EvidenceFormat, reading: EvidenceContent) -> (Measurement, Option<String>) {
    let bytes = match reading.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return (Err(reason), None),
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return (Err("the file is empty".to_owned()), reading.changed);
    }
    match evidence {
        EvidenceFormat::Junit { name } => {
            let (measurement, own) = evidence::junit(&bytes, name.as_ref());
            (measurement, own.or(reading.changed))
        }
        EvidenceFormat::Json { pointer } => (evidence::json(&bytes, pointer), reading.changed),
        EvidenceFormat::Log { among, matching } => (evidence::log(&bytes, among.as_ref(), matching), reading.changed),
    }
}

/// Compares a value with a limit; exact for everything but numbers of files, which are doubles.
#[must_use]
pub fn holds(value: MeasuredValue, limit: Limit) -> bool {
    use std::cmp::Ordering;
    let thousandths = u128::from(limit.value);
    let order = match value {
        MeasuredValue::Count(count) => (u128::from(count) * 1_000).cmp(&thousandths),
        MeasuredValue::Score(hundredths) => (u128::from(hundredths) * 10).cmp(&thousandths),
        MeasuredValue::Share { part, whole } => (u128::from(part) * 100_000).cmp(&(thousandths * u128::from(whole))),
        MeasuredValue::Number(number) => match number.partial_cmp(&(f64::from(limit.value) / 1_000.0)) {
            Some(order) => order,
            None => return false,
        },
    };
    match limit.bound {
        Bound::AtLeast => order != Ordering::Less,
        Bound::AtMost => order != Ordering::Greater,
        Bound::Above => order == Ordering::Greater,
        Bound::Below => order == Ordering::Less,
    }
}

/// `score of the source redis in the component web`.
fn describe(subject: &Subject) -> String {
    let of = |what: &str, scope: &MeasureScope| {
        let part = |kind: &str, word: &str, id: &Option<Arc<str>>| {
            id.as_ref().map(|id| format!(" {word} {kind} `{id}`")).unwrap_or_default()
        };
        let parts = [
            part("the rule", "of", &scope.rule),
            part("the source", "of", &scope.source),
            part("the component", "in", &scope.component),
        ];
        format!("{what}{}", parts.concat())
    };
    match subject {
        Subject::Score(scope) => of("score", scope),
        Subject::Violations(scope) => of("violations", scope),
        Subject::Implementations(scope) => of("rival implementations", scope),
        Subject::Exposure(scope, ExposurePart::Reaching) => {
            of("share of modules that reach a violation or a rival", scope)
        }
        Subject::Exposure(scope, ExposurePart::Loading) => {
            of("share of modules that load a violation or a rival", scope)
        }
        Subject::Evidence { evidence: EvidenceFormat::Junit { name }, .. } => match name {
            Some(name) => format!("share of passed tests among those that match `{name}`"),
            None => "share of passed tests".to_owned(),
        },
        Subject::Evidence { evidence: EvidenceFormat::Json { pointer }, .. } => format!("the number at `{pointer}`"),
        Subject::Evidence { evidence: EvidenceFormat::Log { among, matching }, .. } => match among {
            Some(among) => format!("share of lines that match `{matching}` among those that match `{among}`"),
            None => format!("share of lines that match `{matching}`"),
        },
    }
}

/// The files of a component; none where no component is asked for.
fn component_files(basis: &Basis<'_>, scope: &MeasureScope) -> Option<BTreeSet<crate::source::FileId>> {
    let id = scope.component.as_ref()?;
    let component = basis.rules.components.iter().find(|component| component.id == *id);
    let covered = |path: &str| component.is_some_and(|it| it.has(path));
    Some(basis.tree.files().iter().filter(|file| covered(&file.path)).map(|file| file.id).collect())
}

#[cfg(test)]
mod tests;
