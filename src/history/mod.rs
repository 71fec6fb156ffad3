//! History: what the commits before `HEAD` measure, and which of them moved the score (docs/design.md section 14).
//!
//! In: commits as git lists them, and what was found in each. Out: a [`History`]. Which commits are looked at says
//! `interval`, what renames mean for the rules `follow`. Reads neither git nor files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::findings::{Findings, ImplementationRole};
use crate::score::{Score, Scorecard};
use crate::violation::{State, Violation};

mod archive;
mod follow;
mod interval;
mod moves;
mod newest;

pub use archive::Archive;
pub use follow::RenameFollower;
pub use interval::Interval;
pub use moves::ScoreMove;
pub use newest::NewestOwners;

/// A commit before `HEAD`, or `HEAD` itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastCommit {
    /// Its full name.
    pub id: String,
    /// The name of its tree.
    pub tree: String,
    /// The names of its parents, the one on its own branch first.
    pub parents: Vec<String>,
    /// The time at which it was made, in seconds since 1970.
    pub seconds: i64,
    /// The first line of its message.
    pub subject: String,
    /// A tag names it.
    pub tagged: bool,
}

/// The numbers of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastFindings {
    /// Adopters and debt of all sources.
    pub overall: Score,
    /// Those of production code.
    pub production: Score,
    /// Each source, in the order of the rules.
    pub sources: Vec<PastSource>,
    /// All violations, in the order of their places.
    pub violations: Vec<PastViolation>,
    /// Each rival implementation: its source and its path.
    pub rivals: Vec<(Arc<str>, Arc<str>)>,
}

/// The numbers of one source in one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastSource {
    /// The source's name.
    pub id: Arc<str>,
    /// All its adopters and debt.
    pub total: Score,
    /// Those of production code.
    pub production: Score,
    /// Nobody knows its owner, so that its score says nothing.
    pub ownerless: bool,
    /// The files that own it.
    pub owners: BTreeSet<Arc<str>>,
}

/// A violation in one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastViolation {
    /// The traits by which it is known again.
    pub identity: Arc<PastIdentity>,
    /// 1-based line.
    pub line: u32,
    /// A comment accepts it.
    pub suppressed: bool,
}

/// The traits of a violation that stay from commit to commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PastIdentity {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The source's name; none for built-in rules.
    pub source: Option<Arc<str>>,
    /// Its file.
    pub path: Arc<str>,
    /// The banned symbol.
    pub symbol: String,
    /// The enclosing definition.
    pub scope: String,
}

impl PastFindings {
    /// Takes the numbers out of what was found.
    #[must_use]
    pub fn of(findings: &Findings, score: &Scorecard, path_of: &dyn Fn(crate::source::FileId) -> Arc<str>) -> Self {
        let sources = score.sources.iter().zip(&findings.sources).map(|(source, known)| PastSource {
            id: source.name(),
            total: source.total,
            production: source.production,
            ownerless: source.ownerless,
            owners: known.owners.iter().map(|&file| path_of(file)).collect(),
        });
        let named = |id: &Arc<str>, path: &str| {
            score.source_at(id, path).map_or_else(|| Arc::clone(id), crate::score::SourceScore::name)
        };
        let rivals = findings.rivals.iter().filter(|it| it.role == ImplementationRole::Rival);
        Self {
            overall: score.overall,
            production: score.production,
            sources: sources.collect(),
            violations: findings.violations.iter().map(|it| PastViolation::of(it, &named)).collect(),
            rivals: rivals.map(|it| (named(&it.source, &it.path), Arc::clone(&it.path))).collect(),
        }
    }

    /// Leaves out what stands in other files; scores are those of the whole project.
    #[must_use]
    pub fn restricted(mut self, reported: &dyn Fn(&str) -> bool) -> Self {
        self.violations.retain(|it| reported(&it.identity.path));
        self.rivals.retain(|(_, path)| reported(path));
        self
    }

    /// Counts the violations that no comment accepts, of one source or of all.
    #[must_use]
    pub fn violation_count(&self, source: Option<&str>) -> u64 {
        let of_source = |it: &&PastViolation| source.is_none() || it.identity.source.as_deref() == source;
        self.violations.iter().filter(|it| !it.suppressed).filter(of_source).count() as u64
    }

    /// Counts the rivals of one source or of all.
    #[must_use]
    pub fn rival_count(&self, source: Option<&str>) -> u64 {
        self.rivals.iter().filter(|(id, _)| source.is_none_or(|source| **id == *source)).count() as u64
    }

    /// Returns the numbers of a source.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&PastSource> {
        self.sources.iter().find(|source| *source.id == *id)
    }
}

impl PastViolation {
    fn of(violation: &Violation, named: &dyn Fn(&Arc<str>, &str) -> Arc<str>) -> Self {
        let identity = PastIdentity {
            fingerprint: violation.fingerprint.clone(),
            rule: Arc::clone(&violation.rule),
            source: violation.source.as_ref().map(|id| named(id, &violation.path)),
            path: Arc::clone(&violation.path),
            symbol: violation.symbol.clone(),
            scope: violation.scope.clone(),
        };
        let suppressed = violation.state == State::Suppressed;
        Self { identity: Arc::new(identity), line: violation.start.line, suppressed }
    }
}

/// The outcome of looking at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastOutcome {
    /// It was measured.
    Measured(PastFindings),
    /// It was not.
    Unread {
        /// The number of files whose content is not here.
        files: u64,
        /// The reason.
        reason: String,
    },
}

/// One commit of a history.
#[derive(Debug, Clone)]
pub struct HistoryPoint {
    /// The commit.
    pub commit: PastCommit,
    /// The outcome.
    pub reading: PastOutcome,
    /// The sources whose owner is at `HEAD` and not in this commit.
    pub unowned: Vec<Arc<str>>,
    /// It only stands before the first that was asked for, to compare that with.
    pub before: bool,
}

impl HistoryPoint {
    /// Returns its numbers, if it was measured.
    #[must_use]
    pub fn measurement(&self) -> Option<&PastFindings> {
        match &self.reading {
            PastOutcome::Measured(measurement) => Some(measurement),
            PastOutcome::Unread { .. } => None,
        }
    }

    /// Returns its overall score, if it can be compared with that of other commits.
    #[must_use]
    pub fn comparable(&self) -> Option<Score> {
        let score = self.measurement().filter(|_| self.unowned.is_empty())?.overall;
        score.measured().then_some(score)
    }

    /// Returns the score of a source, if it can be compared with that of other commits.
    #[must_use]
    pub fn comparable_source(&self, id: &str) -> Option<Score> {
        let source = self.measurement()?.source(id)?;
        let owned = !source.ownerless && !self.unowned.iter().any(|it| **it == *id);
        (owned && source.total.measured()).then_some(source.total)
    }

    /// Says why it cannot be compared, where there is a reason to say.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        match &self.reading {
            PastOutcome::Unread { reason, .. } => Some(reason.clone()),
            PastOutcome::Measured(_) if self.unowned.is_empty() => None,
            PastOutcome::Measured(_) => {
                let ids: Vec<String> = self.unowned.iter().map(|id| format!("`{id}`")).collect();
                Some(format!("it has no owner of {}", ids.join(", ")))
            }
        }
    }
}

/// The history of a project.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The commits, oldest first.
    pub points: Vec<HistoryPoint>,
    /// The ids of all sources, those of the newest commit first.
    pub sources: Vec<Arc<str>>,
    /// The commits that moved the score most, the greatest move first.
    pub moves: Vec<ScoreMove>,
    /// Notices.
    pub notices: Vec<String>,
}

/// Tells which files were renamed from one commit to another.
pub type RenamesBetween<'a> = dyn Fn(&str, &str) -> Vec<(String, String)> + 'a;

impl History {
    /// Puts a history together. `points` are oldest first; `parents` has the first parent of each commit of the range,
    /// looked at or not.
    #[must_use]
    pub fn new(
        mut points: Vec<HistoryPoint>,
        parents: &BTreeMap<String, String>,
        renames: &RenamesBetween<'_>,
        notices: Vec<String>,
    ) -> Self {
        mark_unowned(&mut points);
        let mut sources: Vec<Arc<str>> = Vec::new();
        for id in points.iter().rev().filter_map(HistoryPoint::measurement).flat_map(|it| &it.sources).map(|it| &it.id)
        {
            if !sources.contains(id) {
                sources.push(Arc::clone(id));
            }
        }
        let moves = moves::greatest(&points, parents, renames);
        Self { points, sources, moves, notices }
    }

    /// Lists the commits that were asked for.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &HistoryPoint> {
        self.points.iter().filter(|point| !point.before)
    }
}

/// Notes for each commit the sources whose owner is in the newest and not there.
fn mark_unowned(points: &mut [HistoryPoint]) {
    let owned = |it: &PastSource| (!it.owners.is_empty()).then(|| Arc::clone(&it.id));
    let newest = points.iter().rev().find_map(HistoryPoint::measurement);
    let newest: Vec<Arc<str>> = newest.map(|it| it.sources.iter().filter_map(owned).collect()).unwrap_or_default();
    for point in points {
        let Some(measurement) = point.measurement() else { continue };
        let lacks = |id: &&Arc<str>| measurement.source(id).is_none_or(|source| source.owners.is_empty());
        point.unowned = newest.iter().filter(lacks).cloned().collect();
    }
}
