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
            let terms = SourceTerms {
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

/// The terms of one source's score.
struct SourceTerms<'a> {
    violations: Vec<&'a Violation>,
    adopters: Vec<Arc<str>>,
}

impl SourceTerms<'_> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::findings::Adopter;
    use crate::rule::RuleKind;
    use crate::sample;
    use crate::source::{FileId, Language, Span};
    use crate::violation::State;

    fn shown(parts: &[(Arc<str>, PartScore)]) -> Vec<(&str, u64, u64, u64)> {
        parts.iter().map(|(id, it)| (&**id, it.violations, it.score.adopters, it.score.debt)).collect()
    }

    #[test]
    fn the_sample_by_hand() {
        let card = score(&sample::findings(), &sample::rules(), &sample::tree());
        assert_eq!(card.overall, Score { adopters: 1, debt: 5_500 });
        let redis = &card.sources[0];
        assert_eq!(redis.total, card.overall);
        assert_eq!(redis.inferred_owner.as_deref(), Some("app/redis_manager.py"));
        let part = |violations, adopters, debt| PartScore { violations, score: Score { adopters, debt } };
        let kinds = BTreeMap::from([(RuleKind::Import, part(1, 1, 1_500)), (RuleKind::Construct, part(4, 1, 4_000))]);
        assert_eq!(redis.by_kind, kinds);
        assert_eq!(shown(&redis.components), [("websocket", 2, 0, 4_000), ("app", 2, 1, 4_000)]);
        assert_eq!(
            shown(&redis.directories),
            [
                (".", 5, 1, 5_500),
                ("app", 2, 1, 4_000),
                ("app/websocket", 2, 0, 4_000),
                ("legacy", 1, 0, 1_500),
                ("tests", 2, 0, 0)
            ]
        );
        let mail = &card.sources[1];
        assert!(!mail.total.measured() && mail.directories.is_empty());
        assert_eq!(mail.by_kind, BTreeMap::from([(RuleKind::Reference, part(0, 0, 0))]));
    }

    #[test]
    fn accepting_a_violation_does_not_remove_its_debt() {
        let mut findings = sample::findings();
        let before = score(&findings, &sample::rules(), &sample::tree()).overall;
        findings.violations[0].state = State::Suppressed;
        findings.violations[1].state = State::Baselined;
        assert_eq!(score(&findings, &sample::rules(), &sample::tree()).overall, before);
    }

    #[test]
    fn a_file_adopts_once_and_a_violation_without_a_source_counts_nowhere() {
        let mut findings = sample::findings();
        let before = score(&findings, &sample::rules(), &sample::tree()).overall;
        let again = findings.sources[0].adopters[0].clone();
        findings.sources[0].adopters.push(again);
        let built_in = Violation { source: None, kind: None, ..findings.violations[0].clone() };
        findings.violations.push(built_in);
        assert_eq!(score(&findings, &sample::rules(), &sample::tree()).overall, before);
    }

    const PATHS: [&str; 6] = ["a.py", "app/b.py", "app/x/c.py", "app/x/y/d.py", "lib/e.py", "lib/x/f.py"];

    fn tree() -> Tree {
        Tree::new(PATHS.iter().map(|path| (Arc::from(*path), crate::lang::PYTHON)).collect(), Vec::new(), Vec::new())
    }

    fn rules() -> RuleSet {
        let mut rules = sample::rules();
        rules.components = vec![sample::component("app", "app/**"), sample::component("x", "**/x/**")];
        rules
    }

    /// A violation in one of the files; `second` puts it under the second source.
    fn violation((file, kind, points, second): (usize, usize, u64, bool)) -> Violation {
        Violation {
            file: FileId(u32::try_from(file).unwrap()),
            path: PATHS[file].into(),
            kind: Some(RuleKind::ALL[kind]),
            source: Some(if second { "mail" } else { "redis" }.into()),
            points,
            ..sample::violation("tests/test_pool.py", "redis.Redis()")
        }
    }

    fn adopters(files: &[usize]) -> SourceFindings {
        let adopter = |&file: &usize| Adopter {
            file: FileId(u32::try_from(file).unwrap()),
            span: Span::default(),
            line: 1,
            symbol: "s".to_owned(),
        };
        SourceFindings { adopters: files.iter().map(adopter).collect(), ..SourceFindings::default() }
    }

    /// Every score of a card, by name.
    fn every(card: &Scorecard) -> BTreeMap<String, Score> {
        let mut all = BTreeMap::from([("overall".to_owned(), card.overall)]);
        for it in &card.sources {
            all.insert(it.id.to_string(), it.total);
            all.extend(it.by_kind.iter().map(|(kind, part)| (format!("{}/kind/{}", it.id, kind.name()), part.score)));
            all.extend(it.components.iter().map(|(id, part)| (format!("{}/component/{id}", it.id), part.score)));
            all.extend(it.directories.iter().map(|(id, part)| (format!("{}/directory/{id}", it.id), part.score)));
        }
        all
    }

    fn a_violation() -> impl Strategy<Value = (usize, usize, u64, bool)> {
        (0..PATHS.len(), 0usize..3, prop_oneof![Just(0u64), 1u64..5_000, Just(u64::MAX)], any::<bool>())
    }

    proptest! {
        #[test]
        fn no_score_rises_when_a_violation_is_added_and_none_falls_when_it_is_removed(
            model in prop::collection::vec(a_violation(), 0..12),
            more in a_violation(),
            uses in prop::collection::vec(0..PATHS.len(), 0..8),
        ) {
            let (rules, tree) = (rules(), tree());
            let mut findings = Findings {
                violations: model.into_iter().map(violation).collect(),
                sources: vec![adopters(&uses), adopters(&uses[..uses.len() / 2])],
                ..Findings::default()
            };
            let before = every(&score(&findings, &rules, &tree));
            findings.violations.push(violation(more));
            let after = every(&score(&findings, &rules, &tree));
            for (name, score) in &after {
                prop_assert!(score.hundredths() <= Score::FULL);
                let was = before.get(name).copied().unwrap_or_default();
                prop_assert!(score.hundredths() <= was.hundredths(), "{name}: {was:?} to {score:?}");
                prop_assert!(score.debt >= was.debt && score.adopters >= was.adopters);
            }
        }

        #[test]
        fn a_violation_replaced_by_a_canonical_use_lowers_no_score(
            model in prop::collection::vec(a_violation(), 1..12),
            uses in prop::collection::vec(0..PATHS.len(), 0..8),
        ) {
            let (rules, tree) = (rules(), tree());
            let mut findings = Findings {
                violations: model.into_iter().map(violation).collect(),
                sources: vec![adopters(&uses), adopters(&uses)],
                ..Findings::default()
            };
            let before = every(&score(&findings, &rules, &tree));
            let gone = findings.violations.pop().unwrap();
            let mut more = uses.clone();
            more.push(gone.file.index());
            findings.sources[usize::from(gone.source.as_deref() == Some("mail"))] = adopters(&more);
            let after = every(&score(&findings, &rules, &tree));
            for (name, was) in &before {
                let now = after.get(name).copied().unwrap_or_default();
                prop_assert!(now.hundredths() >= was.hundredths(), "{name}: {was:?} to {now:?}");
            }
        }

        #[test]
        fn debt_is_the_sum_of_points_wherever_it_is_counted(
            model in prop::collection::vec((0..PATHS.len(), 0usize..3, 0u64..5_000, any::<bool>()), 0..12),
        ) {
            let (rules, tree) = (rules(), tree());
            let all: u64 = model.iter().map(|it| it.2).sum();
            let findings = Findings { violations: model.into_iter().map(violation).collect(), ..Findings::default() };
            let card = score(&findings, &rules, &tree);
            prop_assert_eq!(card.overall.debt, all);
            for source in &card.sources {
                let of_kinds: u64 = source.by_kind.values().map(|part| part.score.debt).sum();
                prop_assert_eq!(of_kinds, source.total.debt);
                let root = source.directories.iter().find(|(path, _)| &**path == ".").map_or(0, |it| it.1.score.debt);
                prop_assert_eq!(root, source.total.debt);
            }
        }
    }
}
