//! From adopters and violations to a scorecard.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::{Findings, SourceFindings};
use crate::rule::{Component, RuleSet, SourceIndex};
use crate::tree::Tree;
use crate::violation::Violation;

use super::{PartScore, Score, Scorecard, SourceScore};

/// Scores every source over the whole project and pools them.
///
/// Violations of every state count; those without a source (built-in rules) have no points and count nowhere.
/// `findings.sources` is in the order of `rules.sources`.
#[must_use]
pub fn score(findings: &Findings, rules: &RuleSet, tree: &Tree) -> Scorecard {
    let mut of_source: BTreeMap<&str, Vec<&Violation>> = BTreeMap::new();
    for violation in &findings.violations {
        if let Some(source) = &violation.source {
            of_source.entry(source).or_default().push(violation);
        }
    }
    let nothing = SourceFindings::default();
    let sources: Vec<SourceScore> = rules
        .sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let terms = Terms {
                violations: of_source.remove(&*source.id).unwrap_or_default(),
                adopters: adopter_paths(findings.sources.get(index).unwrap_or(&nothing), tree),
            };
            SourceScore {
                id: Arc::clone(&source.id),
                total: terms.whole().score,
                inferred_owner: findings
                    .sources
                    .get(index)
                    .and_then(|known| known.inferred_owner.as_ref())
                    .map(|owner| Arc::clone(&owner.path)),
                by_kind: terms.by_kind(rules, SourceIndex(index)),
                components: terms.by_component(&rules.components),
                directories: terms.by_directory(),
            }
        })
        .collect();
    let overall = sources.iter().fold(Score::default(), |sum, source| sum.pooled(source.total));
    Scorecard { overall, sources }
}

fn adopter_paths(source: &SourceFindings, tree: &Tree) -> Vec<Arc<str>> {
    let mut files: Vec<_> = source.adopters.iter().map(|adopter| adopter.file).collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter().map(|file| Arc::clone(&tree.file(file).path)).collect()
}

/// What one source's score is made of.
struct Terms<'a> {
    violations: Vec<&'a Violation>,
    adopters: Vec<Arc<str>>,
}

impl Terms<'_> {
    fn whole(&self) -> PartScore {
        let mut part = PartScore::default();
        self.violations.iter().for_each(|violation| part.charge(violation));
        part.score.adopters = self.adopters.len() as u64;
        part
    }

    /// Debt restricted to each kind; all adopters in each.
    fn by_kind(&self, rules: &RuleSet, source: SourceIndex) -> BTreeMap<crate::rule::RuleKind, PartScore> {
        let adopters = self.adopters.len() as u64;
        let empty = PartScore { violations: 0, score: Score { adopters, debt: 0 } };
        let mut parts: BTreeMap<_, _> =
            rules.rules.iter().filter(|rule| rule.source == source).map(|rule| (rule.kind, empty)).collect();
        for violation in &self.violations {
            if let Some(kind) = violation.kind {
                parts.entry(kind).or_insert(empty).charge(violation);
            }
        }
        parts
    }

    /// A file in several components counts in each.
    fn by_component(&self, components: &[Component]) -> Vec<(Arc<str>, PartScore)> {
        components
            .iter()
            .map(|component| {
                let covers = |path: &str| component.paths.iter().any(|glob| glob.matches(path));
                let mut part = PartScore::default();
                self.violations.iter().filter(|v| covers(&v.path)).for_each(|v| part.charge(v));
                part.score.adopters = self.adopters.iter().filter(|path| covers(path)).count() as u64;
                (Arc::clone(&component.id), part)
            })
            .collect()
    }

    /// Every directory above a file with a violation or an adopter; the project root is `.`.
    fn by_directory(&self) -> Vec<(Arc<str>, PartScore)> {
        let mut parts: BTreeMap<&str, PartScore> = BTreeMap::new();
        for violation in &self.violations {
            for directory in ancestors(&violation.path) {
                parts.entry(directory).or_default().charge(violation);
            }
        }
        for path in &self.adopters {
            for directory in ancestors(path) {
                parts.entry(directory).or_default().score.adopters += 1;
            }
        }
        parts.into_iter().map(|(directory, part)| (Arc::from(directory), part)).collect()
    }
}

impl PartScore {
    fn charge(&mut self, violation: &Violation) {
        self.violations += 1;
        self.score.debt = self.score.debt.saturating_add(violation.points);
    }
}

/// The directories above a file, from the nearest to the root, which is `.`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/').map(|(directory, _)| directory), |directory| {
        directory.rsplit_once('/').map(|(above, _)| above)
    })
    .chain(std::iter::once("."))
}
