//! Violations and limits that a change of the rules, of the gate or of the baseline hides.
//!
//! In: the findings of today under the rules and the baseline of the reference, and those under today's; the conditions
//! of both gates; both scores. Out: violations that are reported no more, and limits that accept more. A change of the
//! rules that hides nothing and loosens nothing is none of its business.

use std::collections::{BTreeMap, BTreeSet};

use super::Comparison;
use crate::findings::Findings;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};
use crate::rule::{GateSettings, RuleKind, RuleSet};
use crate::score::Scorecard;
use crate::violation::{State, Violation};

/// Something in the rules that accepts more than in the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loosened {
    /// The part of the rules: `[gate] fail-under`.
    pub what: String,
    /// Its value in the reference.
    pub before: String,
    /// Its value today.
    pub after: String,
}

/// Active violations of `stricter`, found in the same tree under other rules, that `today` does not report with the
/// same weight. Those at the indices `accepted` are not reported either: only a baseline accepts them.
#[must_use]
pub fn hidden(stricter: &Findings, today: &Findings, accepted: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut known: BTreeMap<PlaceKey<'_>, Vec<&Violation>> = BTreeMap::new();
    for (at, violation) in today.violations.iter().enumerate() {
        if violation.state != State::Suppressed && !accepted.contains(&at) {
            known.entry(place(violation)).or_default().push(violation);
        }
    }
    let reported = |violation: &Violation| {
        known.get(&place(violation)).is_some_and(|list| {
            list.iter().any(|it| it.severity >= violation.severity && it.points >= violation.points)
        })
    };
    // A comment for a rule of today means nothing under the rules of the reference: it hides nothing.
    let of_rules = stricter.violations.iter().enumerate().filter(|(_, it)| it.source.is_some());
    of_rules.filter(|(_, it)| it.is_active() && !reported(it)).map(|(at, _)| at).collect()
}

type PlaceKey<'v> = (&'v str, u32, u32, Option<RuleKind>);

fn place(violation: &Violation) -> PlaceKey<'_> {
    (&violation.path, violation.span.start, violation.span.end, violation.kind)
}

/// The conditions of the gate that accept more than they did.
#[must_use]
pub fn loosened_gate(before: &GateSettings, after: &GateSettings) -> Vec<Loosened> {
    let count = |key, before: Option<u64>, after: Option<u64>| {
        let looser = before.is_some_and(|before| after.is_none_or(|after| after > before));
        (key, looser, shown(before), shown(after))
    };
    let floor = |key, before, after| (key, is_lower(before, after), hundredths(before), hundredths(after));
    // A reference brings this condition unless it is switched off.
    let (no_new_before, no_new) = (before.no_new.unwrap_or(true), after.no_new.unwrap_or(true));
    let (drop_before, drop) = (before.score_drop.unwrap_or(false), after.score_drop.unwrap_or(false));
    let all = [
        floor("fail-under", before.fail_under, after.fail_under),
        floor("fail-under-production", before.fail_under_production, after.fail_under_production),
        ("no-new", no_new_before && !no_new, no_new_before.to_string(), no_new.to_string()),
        ("score-drop", drop_before && !drop, drop_before.to_string(), drop.to_string()),
        count("max-violations.error", before.max_errors, after.max_errors),
        count("max-violations.warning", before.max_warnings, after.max_warnings),
        count("max-violations.note", before.max_notes, after.max_notes),
        count("unanalysed", before.unanalysed, after.unanalysed),
    ];
    let looser = all.into_iter().filter(|(_, looser, ..)| *looser);
    looser.map(|(key, _, before, after)| Loosened { what: format!("[gate] {key}"), before, after }).collect()
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// Lists the floors of sources and components that are lower than they were, or gone.
#[must_use]
pub fn loosened_floors(before: &RuleSet, after: &RuleSet) -> Vec<Loosened> {
    let sources = |rules: &RuleSet| {
        let floors = rules.sources.iter().map(|it| (format!("`fail-under` of source `{}`", it.name()), it.fail_under));
        let of_components = rules.components.iter();
        let of_components = of_components.map(|it| (format!("`fail-under` of component `{}`", it.id), it.fail_under));
        floors.chain(of_components).collect::<BTreeMap<_, _>>()
    };
    let now = sources(after);
    let floors = sources(before).into_iter().map(|(what, before)| {
        let after = now.get(&what).copied().flatten();
        (what, before, after)
    });
    let lower = floors.filter(|(_, before, after)| is_lower(*before, *after));
    lower.map(|(what, before, after)| Loosened { what, before: hundredths(before), after: hundredths(after) }).collect()
}

fn is_lower(before: Option<u32>, after: Option<u32>) -> bool {
    before.is_some_and(|before| after.is_none_or(|after| after < before))
}

fn hundredths(value: Option<u32>) -> String {
    shown(value.map(|value| format!("{}.{:02}", value / 100, value % 100)))
}

/// Rules, with the scores of today's files under them.
#[derive(Clone, Copy)]
pub struct ScoredRules<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// The scores.
    pub score: &'a Scorecard,
}

/// Finds the sources whose canonical symbols or owners are more than they were, so that more of today's files adopt them.
#[must_use]
pub fn widened_canonical(before: ScoredRules<'_>, after: ScoredRules<'_>) -> Vec<Loosened> {
    let names = |rules: &RuleSet, id: &str| -> Option<BTreeSet<String>> {
        let source = rules.sources.iter().find(|source| *source.name() == *id)?;
        let canonical = source.canonical.iter().map(|pattern| pattern.text.clone());
        Some(canonical.chain(source.owners.iter().map(|glob| glob.text.clone())).collect())
    };
    let adopters = |card: &Scorecard, id: &str| {
        let source = card.sources.iter().find(|source| *source.name() == *id);
        source.map_or(0, |source| source.total.adopters)
    };
    let widened = |id: &str| {
        let (old, new) = (names(before.rules, id)?, names(after.rules, id)?);
        let (then, now) = (adopters(before.score, id), adopters(after.score, id));
        let files = |number: u64| format!("{number} adopters");
        (!new.is_subset(&old) && now > then).then(|| Loosened {
            what: format!("what is canonical for `{id}`"),
            before: files(then),
            after: files(now),
        })
    };
    after.rules.sources.iter().filter_map(|source| widened(&source.name())).collect()
}

impl Comparison {
    /// Counts what a change of the rules or the baseline accepts.
    #[must_use]
    pub fn weakened(&self) -> u64 {
        (self.hidden.len() + self.loosened.len()) as u64
    }

    /// A warning for each violation that only the rules or the baseline hide, and for each limit that is loosened.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        const HELP: &str = "restore it, or let the change pass with --allow-rule-changes";
        let whole = |path: &str, message: String| {
            Problem::whole_file(ProblemSeverity::Warning, ProblemKind::Note, path, message).with_help(HELP)
        };
        let hidden = self.hidden.iter().map(|violation| {
            let (line, column) = (violation.start.line, violation.start.column);
            let at = |message| Problem { line, column, ..whole(&violation.path, message) };
            let (what, reference) = (format!("`{}`, {}", violation.rule, violation.severity.name()), &self.reference);
            if let Some(why) = self.passed_over.get(&*violation.path) {
                return at(format!("{reference} reports this ({what}), and today the file is passed over: {why}"));
            }
            let message = match (self.rules_differ, self.baseline_differs) {
                (false, _) => format!("the baseline accepts this ({what}), and that of {reference} does not"),
                (_, false) => format!("the rules of {reference} report this ({what}), and the rules of today do not"),
                _ => format!("rules and baseline of {reference} report this ({what}), and those of today do not"),
            };
            at(message)
        });
        let loosened = self.loosened.iter().map(|it| {
            let Loosened { what, before, after } = it;
            whole("", format!("{what} accepts more than in {}: {before}, and now {after}", self.reference))
        });
        hidden.chain(loosened).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_looser_where_it_accepts_more() {
        let strict = GateSettings {
            fail_under: Some(9_500),
            fail_under_production: Some(9_900),
            score_drop: Some(true),
            max_errors: Some(0),
            max_warnings: Some(5),
            unanalysed: Some(0),
            ..GateSettings::default()
        };
        assert_eq!(loosened_gate(&strict, &strict), []);
        assert_eq!(loosened_gate(&GateSettings::default(), &strict), []);
        let tighter =
            GateSettings { fail_under: Some(9_600), max_warnings: Some(4), max_notes: Some(3), ..strict.clone() };
        assert_eq!(loosened_gate(&strict, &tighter), []);
        let none = GateSettings { no_new: Some(false), ..GateSettings::default() };
        let found: Vec<String> = loosened_gate(&strict, &none).into_iter().map(|it| it.what).collect();
        let all = [
            "fail-under",
            "fail-under-production",
            "no-new",
            "score-drop",
            "max-violations.error",
            "max-violations.warning",
            "unanalysed",
        ];
        assert_eq!(found, all.map(|key| format!("[gate] {key}")));
        let one = GateSettings { max_errors: Some(1), ..strict.clone() };
        let expected = Loosened { what: "[gate] max-violations.error".into(), before: "0".into(), after: "1".into() };
        assert_eq!(loosened_gate(&strict, &one), [expected]);
    }

    #[test]
    fn a_floor_of_a_source_or_component_is_looser_when_lower_or_gone() {
        let mut before = crate::sample::rules();
        before.sources[0].fail_under = Some(9_000);
        before.components[0].fail_under = Some(8_000);
        assert_eq!(loosened_floors(&before, &before), []);
        let mut after = before.clone();
        after.sources[0].fail_under = Some(8_950);
        after.components[0].fail_under = None;
        let found: Vec<String> = loosened_floors(&before, &after)
            .into_iter()
            .map(|it| format!("{}: {} -> {}", it.what, it.before, it.after))
            .collect();
        assert_eq!(
            found,
            ["`fail-under` of component `websocket`: 80.00 -> none", "`fail-under` of source `redis`: 90.00 -> 89.50"]
        );
        assert_eq!(loosened_floors(&after, &before), []);
    }
}
