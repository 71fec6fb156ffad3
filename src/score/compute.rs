//! From adopters and violations to a scorecard.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::{Findings, SourceFindings};
use crate::rule::{Component, RuleSet, SourceIndex};
use crate::source::FileId;
use crate::tree::Tree;
use crate::violation::{Context, Violation};

use super::{PartScore, Score, Scorecard, SourceScore};

/// Scores every source over the whole project and pools them.
///
/// Violations of every state count; those without a source (built-in rules) have no points and count nowhere.
/// `findings.sources` is in the order of `rules.sources`.
#[must_use]
pub fn score(findings: &Findings, rules: &RuleSet, tree: &Tree) -> Scorecard {
    let mut of_source: BTreeMap<SourceIndex, Vec<&Violation>> = BTreeMap::new();
    for violation in &findings.violations {
        let source = violation.source.as_ref().and_then(|id| rules.source_index_at(id, &violation.path));
        if let Some(source) = source {
            of_source.entry(source).or_default().push(violation);
        }
    }
    let nothing = SourceFindings::default();
    let sources: Vec<SourceScore> = rules
        .sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let known = findings.sources.get(index).unwrap_or(&nothing);
            let terms = SourceTerms {
                violations: of_source.remove(&SourceIndex(index)).unwrap_or_default(),
                adopters: adopting_files(known, tree),
                ownerless: known.candidates.is_some(),
            };
            let PartScore { score: total, production, .. } = terms.whole();
            SourceScore {
                id: Arc::clone(&source.id),
                below: Arc::clone(&source.within.below),
                total,
                production,
                inferred_owner: known.inferred_owner.as_ref().map(|owner| Arc::clone(&owner.path)),
                inferred_names: known.inferred_owner.as_ref().map(|owner| owner.names.clone()).unwrap_or_default(),
                ownerless: terms.ownerless,
                by_kind: terms.by_kind(rules, SourceIndex(index)),
                components: terms.by_component(&rules.components),
                directories: terms.by_directory(),
            }
        })
        .collect();
    let pooled = |of: fn(&SourceScore) -> Score| sources.iter().map(of).fold(Score::default(), Score::pooled);
    let (overall, production) = (pooled(|source| source.total), pooled(|source| source.production));
    Scorecard { overall, production, sources }
}

/// A file that counts two points for a source.
struct AdoptingFile {
    path: Arc<str>,
    /// It adopts outside test code.
    production: bool,
}

fn adopting_files(source: &SourceFindings, tree: &Tree) -> Vec<AdoptingFile> {
    let mut files: BTreeMap<FileId, bool> = BTreeMap::new();
    for adopter in &source.adopters {
        *files.entry(adopter.file).or_default() |= adopter.production;
    }
    let path = |file| Arc::clone(&tree.file(file).path);
    files.into_iter().map(|(file, production)| AdoptingFile { path: path(file), production }).collect()
}

/// The terms of one source's score.
struct SourceTerms<'a> {
    violations: Vec<&'a Violation>,
    adopters: Vec<AdoptingFile>,
    /// Nothing tells what goes around an owner that nobody knows: violations are counted and cost nothing.
    ownerless: bool,
}

impl SourceTerms<'_> {
    fn charge(&self, part: &mut PartScore, violation: &Violation) {
        part.violations += 1;
        if !self.ownerless {
            part.charge(violation);
        }
    }

    fn whole(&self) -> PartScore {
        let mut part = PartScore::default();
        self.adopters.iter().for_each(|file| part.adopt(file));
        self.violations.iter().for_each(|violation| self.charge(&mut part, violation));
        part
    }

    /// Debt restricted to each kind; all adopters in each.
    fn by_kind(&self, rules: &RuleSet, source: SourceIndex) -> BTreeMap<crate::rule::RuleKind, PartScore> {
        let mut empty = PartScore::default();
        self.adopters.iter().for_each(|file| empty.adopt(file));
        let mut parts: BTreeMap<_, _> =
            rules.rules.iter().filter(|rule| rule.source == source).map(|rule| (rule.kind, empty)).collect();
        for violation in &self.violations {
            if let Some(kind) = violation.kind {
                self.charge(parts.entry(kind).or_insert(empty), violation);
            }
        }
        parts
    }

    /// A file in several components counts in each.
    fn by_component(&self, components: &[Component]) -> Vec<(Arc<str>, PartScore)> {
        components
            .iter()
            .map(|component| {
                let covers = |path: &str| component.has(path);
                let mut part = PartScore::default();
                self.violations.iter().filter(|v| covers(&v.path)).for_each(|v| self.charge(&mut part, v));
                self.adopters.iter().filter(|file| covers(&file.path)).for_each(|file| part.adopt(file));
                (Arc::clone(&component.id), part)
            })
            .collect()
    }

    /// Every directory above a file with a violation or an adopter; the project root is `.`.
    fn by_directory(&self) -> Vec<(Arc<str>, PartScore)> {
        let mut parts: BTreeMap<&str, PartScore> = BTreeMap::new();
        for violation in &self.violations {
            for directory in ancestors(&violation.path) {
                self.charge(parts.entry(directory).or_default(), violation);
            }
        }
        for file in &self.adopters {
            for directory in ancestors(&file.path) {
                parts.entry(directory).or_default().adopt(file);
            }
        }
        parts.into_iter().map(|(directory, part)| (Arc::from(directory), part)).collect()
    }
}

impl PartScore {
    fn charge(&mut self, violation: &Violation) {
        self.score.debt = self.score.debt.saturating_add(violation.points);
        if violation.context != Context::Test {
            self.production.debt = self.production.debt.saturating_add(violation.points);
        }
    }

    fn adopt(&mut self, file: &AdoptingFile) {
        self.score.adopters += 1;
        self.production.adopters += u64::from(file.production);
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
    use crate::source::Span;
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
        assert_eq!((redis.production, card.production), (card.overall, card.overall), "violations in tests are notes");
        assert_eq!(card.component("app"), Score { adopters: 1, debt: 4_000 });
        assert_eq!(redis.inferred_owner.as_deref(), Some("app/redis_manager.py"));
        let part = |violations, adopters, debt| {
            let score = Score { adopters, debt };
            PartScore { violations, score, production: score }
        };
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

    #[test]
    fn test_code_counts_in_no_production_score() {
        let mut findings = sample::findings();
        findings.sources[0].adopters[0].production = false;
        findings.violations[0].context = Context::Test;
        let card = score(&findings, &sample::rules(), &sample::tree());
        let debt = 5_500 - findings.violations[0].points;
        assert_eq!(card.overall, Score { adopters: 1, debt: 5_500 });
        assert_eq!(card.production, Score { adopters: 0, debt });
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
            production: true,
        };
        SourceFindings { adopters: files.iter().map(adopter).collect(), ..SourceFindings::default() }
    }

    /// Every score of a card, by name.
    fn every(card: &Scorecard) -> BTreeMap<String, Score> {
        let mut all =
            BTreeMap::from([("overall".to_owned(), card.overall), ("production".to_owned(), card.production)]);
        for it in &card.sources {
            all.extend([(it.id.to_string(), it.total), (format!("{}/production", it.id), it.production)]);
            let kinds = it.by_kind.iter().map(|(kind, part)| (format!("kind/{}", kind.name()), part));
            let components = it.components.iter().map(|(id, part)| (format!("component/{id}"), part));
            let directories = it.directories.iter().map(|(id, part)| (format!("directory/{id}"), part));
            for (name, part) in kinds.chain(components).chain(directories) {
                all.insert(format!("{}/{name}", it.id), part.score);
                all.insert(format!("{}/{name}/production", it.id), part.production);
            }
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
