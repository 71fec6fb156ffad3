//! The gate: whether a run passes, and which conditions say so (docs/design.md section 8).
//!
//! In: settings, scores, the violations that are reported, the number of files that could not be analysed. Out: a
//! [`GateOutcome`] with every condition, its limit and its value. Chooses no exit code.

use crate::rule::{GateSettings, RuleSet, Severity, Source};
use crate::score::{Score, Scorecard, SourceScore};
use crate::violation::Violation;

/// The verdict with each condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateOutcome {
    /// All conditions hold.
    pub passed: bool,
    /// Each condition, in a fixed order.
    pub conditions: Vec<GateCondition>,
}

/// One condition of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateCondition {
    /// `files-scanned` (only where there is none), `fail-under`, `fail-under.source.redis`, `fail-under.component.web`,
    /// `fail-under-production`, `fail-under-production.source.redis`, `score-drop`, `no-new`, `rule-changes`, `stale`,
    /// `max-violations.error`, `unanalysed`, `strict`, or `violations` (the default gate).
    pub id: String,
    /// The limit, in thousandths.
    pub limit: i64,
    /// The measured value, in thousandths.
    pub value: i64,
    /// It holds.
    pub passed: bool,
}

impl GateOutcome {
    /// Returns true if it says that the run could not judge everything that was asked for.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.conditions.iter().any(|it| !it.passed && matches!(it.id.as_str(), NOTHING_SCANNED | "strict"))
    }

    /// Returns true if there was no file to judge.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.conditions.iter().any(|it| !it.passed && it.id == NOTHING_SCANNED)
    }
}

impl GateCondition {
    /// Returns true if limit and value are scores; otherwise they count.
    #[must_use]
    pub fn is_score(&self) -> bool {
        self.id.starts_with("fail-under") || self.id == "score-drop"
    }

    /// Returns true if the limit is a floor; otherwise it is a ceiling.
    #[must_use]
    pub fn is_floor(&self) -> bool {
        self.is_score() || self.id == NOTHING_SCANNED
    }
}

/// The condition that only a run without files has.
const NOTHING_SCANNED: &str = "files-scanned";

/// The values that the gate judges besides scores and violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// Files that could not be read or, being relevant, not be parsed.
    pub unanalysed: u64,
    /// There is a baseline or reference: `no-new` holds unless the settings say otherwise.
    pub compared: bool,
    /// Baseline entries that stand for nothing any more; none where they do not count.
    pub stale: Option<u64>,
    /// The score of the reference, and whether a violation with points is new since then.
    pub reference: Option<(Score, bool)>,
    /// Violations that a change of the rules hides; none where that does not count.
    pub hidden: Option<u64>,
    /// There was no file to report on: a gate that passes would say something of the code.
    pub nothing_scanned: bool,
    /// Files that could not be analysed and uses that could not be decided; none where they do not count.
    pub doubts: Option<u64>,
}

/// Checks the conditions of `settings`, or the default gate when there is none that can be checked.
///
/// `violations` are those that the run reports, of any state; only active ones count. Without a baseline or reference
/// every active violation of severity warning or error is new, and `score-drop` has nothing to compare with, so it is no
/// condition. A score of nothing is 100.00 and so passes `fail-under`. The floors that `rules` declares for sources and
/// components are conditions besides.
#[must_use]
pub fn evaluate<'a>(
    settings: &GateSettings,
    rules: &RuleSet,
    score: &Scorecard,
    violations: impl IntoIterator<Item = &'a Violation>,
    measured: &Measured,
) -> GateOutcome {
    let active = Active::count(violations);
    let drop = settings.score_drop.filter(|&on| on).and(measured.reference).map(|(before, new_points)| {
        let (limit, value) = (before.hundredths(), score.overall.hundredths());
        GateCondition {
            id: "score-drop".to_owned(),
            limit: i64::from(limit) * 10,
            value: i64::from(value) * 10,
            // Deleting code that complies lowers the score too, and is no fault.
            passed: value >= limit || !new_points,
        }
    });
    let ceilings = [
        ("no-new", settings.no_new.unwrap_or(measured.compared).then_some(0), active.errors + active.warnings),
        ("rule-changes", measured.hidden.map(|_| 0), measured.hidden.unwrap_or_default()),
        ("stale", measured.stale.map(|_| 0), measured.stale.unwrap_or_default()),
        ("max-violations.error", settings.max_errors, active.errors),
        ("max-violations.warning", settings.max_warnings, active.warnings),
        ("max-violations.note", settings.max_notes, active.notes),
        ("unanalysed", settings.unanalysed, measured.unanalysed),
        ("strict", measured.doubts.map(|_| 0), measured.doubts.unwrap_or_default()),
    ];
    let empty = measured.nothing_scanned.then(|| GateCondition {
        id: NOTHING_SCANNED.to_owned(),
        limit: thousandths(1),
        value: 0,
        passed: false,
    });
    let mut conditions: Vec<GateCondition> = empty
        .into_iter()
        .chain(floors(settings, rules, score))
        .chain(drop)
        .chain(ceilings.into_iter().filter_map(|(id, limit, value)| limit.map(|limit| at_most(id, limit, value))))
        .collect();
    // These say nothing about the code, or about a part of it: they alone never replace the default gate.
    const BESIDES: [&str; 4] = [NOTHING_SCANNED, "stale", "rule-changes", "strict"];
    let besides = |id: &str| BESIDES.contains(&id) || id.starts_with(OF_SOURCE) || id.starts_with(OF_COMPONENT);
    if conditions.iter().all(|condition| besides(&condition.id)) {
        conditions.push(at_most("violations", 0, active.errors + active.warnings));
    }
    GateOutcome { passed: conditions.iter().all(|condition| condition.passed), conditions }
}

const OF_SOURCE: &str = "fail-under.source.";
const OF_COMPONENT: &str = "fail-under.component.";

/// The floor of a source that has no owner: nothing can be said to reach it, whatever its limit.
fn unreached(id: String, limit: u32) -> GateCondition {
    GateCondition { id, limit: i64::from(limit) * 10, value: 0, passed: false }
}

/// Lists the floors: of the pooled scores; of each source that is one of several, or has a floor of its own, so that
/// another source cannot make up for it; of the components that have one.
fn floors(settings: &GateSettings, rules: &RuleSet, score: &Scorecard) -> Vec<GateCondition> {
    let several = score.sources.iter().filter(|source| source.total.measured()).count() > 1;
    let general = |limit: Option<u32>, of: Score| limit.filter(|_| several && of.measured());
    let of_source = |score: &SourceScore| {
        let is = |source: &&Source| source.id == score.id && source.within.below == score.below;
        rules.sources.iter().find(is)?.fail_under
    };
    let mut found = Vec::new();
    found.extend(settings.fail_under.map(|limit| at_least("fail-under".to_owned(), limit, score.overall)));
    for source in &score.sources {
        let limit = of_source(source).or(general(settings.fail_under, source.total));
        if let (true, Some(limit)) = (source.ownerless, of_source(source).or(settings.fail_under)) {
            found.push(unreached(format!("{OF_SOURCE}{}", source.name()), limit));
            continue;
        }
        found.extend(limit.map(|limit| at_least(format!("{OF_SOURCE}{}", source.name()), limit, source.total)));
    }
    for component in &rules.components {
        let value = score.component(&component.id);
        found.extend(
            component.fail_under.map(|limit| at_least(format!("{OF_COMPONENT}{}", component.id), limit, value)),
        );
    }
    const PRODUCTION: &str = "fail-under-production";
    found.extend(settings.fail_under_production.map(|limit| at_least(PRODUCTION.to_owned(), limit, score.production)));
    for source in &score.sources {
        let limit = general(settings.fail_under_production, source.production);
        if let (true, Some(limit)) = (source.ownerless, settings.fail_under_production) {
            found.push(unreached(format!("{PRODUCTION}.source.{}", source.name()), limit));
            continue;
        }
        found.extend(
            limit.map(|limit| at_least(format!("{PRODUCTION}.source.{}", source.name()), limit, source.production)),
        );
    }
    found
}

fn at_least(id: String, limit: u32, score: Score) -> GateCondition {
    let value = score.hundredths();
    GateCondition { id, limit: i64::from(limit) * 10, value: i64::from(value) * 10, passed: value >= limit }
}

fn at_most(id: &str, limit: u64, value: u64) -> GateCondition {
    GateCondition { id: id.to_owned(), limit: thousandths(limit), value: thousandths(value), passed: value <= limit }
}

fn thousandths(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1_000)
}

/// Active violations by severity.
#[derive(Default)]
struct Active {
    errors: u64,
    warnings: u64,
    notes: u64,
}

impl Active {
    fn count<'a>(violations: impl IntoIterator<Item = &'a Violation>) -> Self {
        let mut counts = Self::default();
        for violation in violations.into_iter().filter(|violation| violation.is_active()) {
            match violation.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
                Severity::Off => {}
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::violation::State;

    fn violations(severities: &[Severity]) -> Vec<Violation> {
        let one = sample::violation("tests/test_pool.py", "redis.Redis()");
        severities.iter().map(|&severity| Violation { severity, ..one.clone() }).collect()
    }

    fn card(adopters: u64, debt: u64) -> Scorecard {
        let overall = Score { adopters, debt };
        Scorecard { overall, production: overall, sources: Vec::new() }
    }

    /// Passed, and each condition as `id limit value passed`.
    fn outcome(settings: &GateSettings, violations: &[Violation], unanalysed: u64) -> (bool, Vec<String>) {
        measured(settings, violations, &Measured { unanalysed, ..Measured::default() })
    }

    fn measured(settings: &GateSettings, violations: &[Violation], measured: &Measured) -> (bool, Vec<String>) {
        let outcome = evaluate(settings, &RuleSet::default(), &card(120, 98_000), violations, measured);
        let shown =
            outcome.conditions.iter().map(|it| format!("{} {} {} {}", it.id, it.limit, it.value, it.passed)).collect();
        (outcome.passed, shown)
    }

    const E: Severity = Severity::Error;
    const W: Severity = Severity::Warning;
    const N: Severity = Severity::Note;

    #[test]
    fn default_gate_fails_on_active_errors_and_warnings() {
        let none = GateSettings::default();
        for (severities, passed, condition) in [
            (&[][..], true, "violations 0 0 true"),
            (&[N, N], true, "violations 0 0 true"),
            (&[N, W], false, "violations 0 1000 false"),
            (&[E, W, E], false, "violations 0 3000 false"),
        ] {
            assert_eq!(outcome(&none, &violations(severities), 7), (passed, vec![condition.to_owned()]));
        }
    }

    #[test]
    fn accepted_violations_do_not_count() {
        let mut accepted = violations(&[E, E, W]);
        accepted[0].state = State::Suppressed;
        accepted[1].state = State::Baselined;
        let settings = GateSettings { max_errors: Some(0), max_warnings: Some(1), ..GateSettings::default() };
        assert!(outcome(&settings, &accepted, 0).0);
        assert!(!outcome(&GateSettings::default(), &accepted, 0).0, "the warning is active");
        assert!(outcome(&GateSettings::default(), &accepted[..2], 0).0);
    }

    #[test]
    fn each_condition_replaces_the_default_gate() {
        let base = GateSettings::default();
        let found = violations(&[E, E, W, N]);
        for (settings, passed, condition) in [
            (GateSettings { fail_under: Some(7_100), ..base.clone() }, true, "fail-under 71000 71000 true"),
            (GateSettings { fail_under: Some(7_101), ..base.clone() }, false, "fail-under 71010 71000 false"),
            (GateSettings { max_errors: Some(2), ..base.clone() }, true, "max-violations.error 2000 2000 true"),
            (GateSettings { max_errors: Some(1), ..base.clone() }, false, "max-violations.error 1000 2000 false"),
            (GateSettings { max_warnings: Some(0), ..base.clone() }, false, "max-violations.warning 0 1000 false"),
            (GateSettings { max_notes: Some(0), ..base.clone() }, false, "max-violations.note 0 1000 false"),
            (GateSettings { unanalysed: Some(3), ..base.clone() }, true, "unanalysed 3000 3000 true"),
            (GateSettings { unanalysed: Some(2), ..base.clone() }, false, "unanalysed 2000 3000 false"),
            (GateSettings { no_new: Some(true), ..base.clone() }, false, "no-new 0 3000 false"),
        ] {
            assert_eq!(outcome(&settings, &found, 3), (passed, vec![condition.to_owned()]));
        }
    }

    #[test]
    fn all_conditions_must_hold_and_stand_in_a_fixed_order() {
        let settings = GateSettings {
            fail_under: Some(5_000),
            no_new: Some(true),
            max_errors: Some(9),
            max_warnings: Some(9),
            max_notes: Some(9),
            unanalysed: Some(9),
            ..GateSettings::default()
        };
        let (passed, conditions) = outcome(&settings, &violations(&[E]), 0);
        assert!(!passed);
        let ids: Vec<&str> = conditions.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(
            ids,
            [
                "fail-under",
                "no-new",
                "max-violations.error",
                "max-violations.warning",
                "max-violations.note",
                "unanalysed"
            ]
        );
        assert!(outcome(&settings, &violations(&[N]), 0).0);
    }

    #[test]
    fn a_condition_without_a_reference_never_turns_the_gate_off() {
        let settings = GateSettings { score_drop: Some(true), no_new: Some(false), ..GateSettings::default() };
        assert_eq!(outcome(&settings, &violations(&[E]), 0), (false, vec!["violations 0 1000 false".to_owned()]));
    }

    #[test]
    fn a_baseline_brings_no_new_and_stale() {
        let none = GateSettings::default();
        let compared = Measured { compared: true, stale: Some(0), ..Measured::default() };
        let both = |new: &str, stale: &str| vec![new.to_owned(), stale.to_owned()];
        let found = measured(&none, &violations(&[N]), &compared);
        assert_eq!(found, (true, both("no-new 0 0 true", "stale 0 0 true")));
        let found = measured(&none, &violations(&[W]), &Measured { stale: Some(2), ..compared });
        assert_eq!(found, (false, both("no-new 0 1000 false", "stale 0 2000 false")));
        let lenient = Measured { stale: None, ..compared };
        assert_eq!(measured(&none, &[], &lenient), (true, vec!["no-new 0 0 true".to_owned()]));
        let off = GateSettings { no_new: Some(false), ..none };
        let found = measured(&off, &violations(&[E]), &compared);
        assert_eq!(found, (false, both("stale 0 0 true", "violations 0 1000 false")));
        let floor = GateSettings { fail_under: Some(5_000), ..off };
        assert!(measured(&floor, &violations(&[E]), &compared).0, "`no-new = false` with another condition is heeded");
    }

    #[test]
    fn a_score_of_nothing_passes() {
        let settings = GateSettings { fail_under: Some(10_000), ..GateSettings::default() };
        let passes = |debt| evaluate(&settings, &RuleSet::default(), &card(0, debt), &[], &Measured::default()).passed;
        assert!(passes(0));
        assert!(!passes(1));
    }

    /// The sample's rules and scores: of its two sources `redis` has 26.66, and `mail` is made one that is used well.
    fn two_sources() -> (RuleSet, Scorecard) {
        let rules = sample::rules();
        let mut score = crate::score::score(&sample::findings(), &rules, &sample::tree());
        score.sources[1].total = Score { adopters: 40, debt: 1_000 };
        score.overall = score.overall.pooled(score.sources[1].total);
        (rules, score)
    }

    fn conditions(settings: &GateSettings, rules: &RuleSet, score: &Scorecard) -> Vec<String> {
        let outcome = evaluate(settings, rules, score, &[], &Measured::default());
        outcome.conditions.iter().map(|it| format!("{} {} {} {}", it.id, it.limit, it.value, it.passed)).collect()
    }

    #[test]
    fn a_source_cannot_make_up_for_another() {
        let (rules, score) = two_sources();
        let settings = GateSettings { fail_under: Some(9_000), ..GateSettings::default() };
        assert_eq!(
            conditions(&settings, &rules, &score),
            [
                "fail-under 90000 92650 true",
                "fail-under.source.redis 90000 26660 false",
                "fail-under.source.mail 90000 98760 true"
            ]
        );
    }

    #[test]
    fn a_floor_of_its_own_takes_the_place_of_the_general_one_and_replaces_no_gate() {
        let (mut rules, score) = two_sources();
        rules.sources[0].fail_under = Some(2_000);
        rules.components[0].fail_under = Some(1_000);
        let of_parts = ["fail-under.source.redis 20000 26660 true", "fail-under.component.websocket 10000 0 false"];
        let default = conditions(&GateSettings::default(), &rules, &score);
        assert_eq!(default, [of_parts[0], of_parts[1], "violations 0 0 true"]);
        let settings = GateSettings { fail_under: Some(9_000), ..GateSettings::default() };
        let mail = "fail-under.source.mail 90000 98760 true";
        assert_eq!(
            conditions(&settings, &rules, &score),
            ["fail-under 90000 92650 true", of_parts[0], mail, of_parts[1]]
        );
    }

    #[test]
    fn production_has_a_floor_of_its_own() {
        let (rules, mut score) = two_sources();
        score.production = Score { adopters: 9, debt: 2_000 };
        let settings = GateSettings { fail_under_production: Some(9_500), ..GateSettings::default() };
        assert_eq!(
            conditions(&settings, &rules, &score),
            ["fail-under-production 95000 90000 false", "fail-under-production.source.redis 95000 26660 false"]
        );
    }
}
