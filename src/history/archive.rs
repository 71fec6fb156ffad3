//! Archive: the numbers of commits that were measured before, kept between runs, within a bound.
//!
//! In: by a key of everything that they depend on, measurements. Out: bytes, and from bytes the same. What was not used for
//! the longest time goes first. Knows neither what a key is of nor where the bytes stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{PastFindings, PastIdentity, PastViolation};
use crate::cache::{Damaged, Fingerprint, sealed, unsealed};
use crate::suppress::Date;

/// So many commits are kept.
const MOST_COMMITS: usize = 4_000;

/// So many violations of all commits are kept.
const MOST_VIOLATIONS: usize = 2_000_000;

/// The bytes with which every archive begins.
const MAGIC: &[u8; 12] = b"ssot past  1";

/// Measurements of earlier runs and of this one.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    kept: BTreeMap<Fingerprint, ArchivedFindings>,
    /// Those of earlier runs, the one last used first.
    order: Vec<Fingerprint>,
    /// Those that this run used or made, in the order of their first use.
    used: Vec<Fingerprint>,
    changed: bool,
}

/// A measurement with the day on which it holds, where it depends on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ArchivedFindings {
    day: Option<String>,
    measurement: PastFindings,
}

/// An archive as bytes: every identity once, and violations without theirs.
#[derive(Serialize, Deserialize)]
struct PackedArchive {
    label: String,
    identities: Vec<Arc<PastIdentity>>,
    commits: Vec<(Fingerprint, ArchivedFindings, Vec<PackedViolation>)>,
}

#[derive(Serialize, Deserialize)]
struct PackedViolation {
    identity: u32,
    line: u32,
    suppressed: bool,
}

impl Archive {
    /// Returns the measurement that was kept under a key, if it holds today.
    pub fn get(&mut self, key: Fingerprint, today: Date) -> Option<PastFindings> {
        let found = self.kept.get(&key)?;
        if found.day.as_ref().is_some_and(|day| *day != today.to_string()) {
            return None;
        }
        self.used.push(key);
        Some(found.measurement.clone())
    }

    /// Keeps a measurement; `day` is the one on which it holds, where it depends on that.
    pub fn keep(&mut self, key: Fingerprint, measurement: PastFindings, day: Option<Date>) {
        let archived = ArchivedFindings { day: day.map(|day| day.to_string()), measurement };
        self.changed |= self.kept.get(&key) != Some(&archived);
        self.kept.insert(key, archived);
        self.used.push(key);
    }

    /// Returns whether it holds anything that it did not hold before.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Returns the number of commits that it holds.
    #[must_use]
    pub fn commit_count(&self) -> usize {
        self.kept.len()
    }

    /// Returns it as bytes, within its bound, with the name of the project.
    #[must_use]
    pub fn to_bytes(&self, label: &str) -> Vec<u8> {
        let mut known: BTreeMap<Arc<PastIdentity>, u32> = BTreeMap::new();
        let mut identities: Vec<Arc<PastIdentity>> = Vec::new();
        let (mut commits, mut seen, mut room) = (Vec::new(), BTreeSet::new(), MOST_VIOLATIONS);
        for key in self.used.iter().chain(&self.order).filter(|key| seen.insert(**key)) {
            let Some(ArchivedFindings { day, measurement }) = self.kept.get(key).cloned() else { continue };
            let violations = &measurement.violations;
            let Some(left) = room.checked_sub(violations.len()).filter(|_| commits.len() < MOST_COMMITS) else { break };
            room = left;
            let packed = violations.iter().map(|it| {
                let identity = *known.entry(Arc::clone(&it.identity)).or_insert_with(|| {
                    identities.push(Arc::clone(&it.identity));
                    u32::try_from(identities.len() - 1).unwrap_or(u32::MAX)
                });
                PackedViolation { identity, line: it.line, suppressed: it.suppressed }
            });
            let packed = packed.collect();
            let measurement = PastFindings { violations: Vec::new(), ..measurement };
            commits.push((*key, ArchivedFindings { day, measurement }, packed));
        }
        let packed = PackedArchive { label: label.to_owned(), identities, commits };
        sealed(MAGIC, &postcard::to_stdvec(&packed).unwrap_or_default())
    }

    /// Reads an archive, and the name of its project, from bytes.
    ///
    /// # Errors
    /// When the bytes are not those of an archive, or not all of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<(String, Self), Damaged> {
        let packed = postcard::from_bytes(unsealed(MAGIC, bytes)?).map_err(|_| Damaged)?;
        let PackedArchive { label, identities, commits } = packed;
        let mut archive = Self::default();
        for (key, mut archived, violations) in commits {
            let unpacked = violations.into_iter().map(|it| {
                let identity = Arc::clone(identities.get(it.identity as usize)?);
                Some(PastViolation { identity, line: it.line, suppressed: it.suppressed })
            });
            archived.measurement.violations = unpacked.collect::<Option<_>>().ok_or(Damaged)?;
            archive.kept.insert(key, archived);
            archive.order.push(key);
        }
        Ok((label, archive))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;

    fn measurement(violations: usize) -> PastFindings {
        let identity = |at: usize| PastIdentity {
            fingerprint: (at % 3).to_string(),
            rule: "r".into(),
            source: None,
            path: "p".into(),
            symbol: "s".to_owned(),
            scope: String::new(),
        };
        let violation =
            |at: usize| PastViolation { identity: Arc::new(identity(at)), line: at as u32, suppressed: at == 1 };
        let score = Score { adopters: 1, debt: 2 };
        let violations = (0..violations).map(violation).collect();
        PastFindings { overall: score, production: score, sources: Vec::new(), violations, rivals: Vec::new() }
    }

    fn key(number: usize) -> Fingerprint {
        Fingerprint::of(&number.to_string())
    }

    fn again(archive: &Archive) -> Archive {
        Archive::from_bytes(&archive.to_bytes("label")).unwrap().1
    }

    #[test]
    fn what_is_kept_comes_back() {
        let today = Date::of_seconds(0);
        let mut archive = Archive::default();
        archive.keep(key(1), measurement(5), None);
        archive.keep(key(2), measurement(2), Some(today));
        let mut found = again(&archive);
        assert_eq!(found.get(key(1), today), Some(measurement(5)));
        assert_eq!(found.get(key(2), today), Some(measurement(2)));
        assert_eq!((found.get(key(2), Date::of_seconds(86_400)), found.get(key(3), today)), (None, None));
        assert!(!found.has_changed());
        let mut bytes = archive.to_bytes("label");
        bytes.pop();
        assert!(Archive::from_bytes(&bytes).is_err());
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first() {
        let today = Date::of_seconds(0);
        let mut archive = Archive::default();
        archive.keep(key(0), measurement(MOST_VIOLATIONS / 2), None);
        archive.keep(key(1), measurement(MOST_VIOLATIONS / 2), None);
        let mut archive = again(&archive);
        assert!(archive.get(key(1), today).is_some());
        archive.keep(key(2), measurement(1), None);
        let mut archive = again(&archive);
        assert_eq!([0, 1, 2].map(|number| archive.get(key(number), today).is_some()), [false, true, true]);
    }
}
