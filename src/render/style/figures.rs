//! Words and numbers that the formats of `ssot report` share.
//!
//! In: values of the debt report. Out: plain strings, not escaped for any format.

use crate::criteria::{JudgedCriterion, MeasuredValue};
use crate::debt::{DebtChanges, DebtReport, PhasePlan, PlanStep, PlannedChange};
use crate::impact::{Exposure, Hop, Impact, ReachCount, Reaching};
use crate::lang::EntryPointKind;
use crate::rule::Limit;
use crate::score::Score;

use super::text::{count, hundredths, thousandths};

/// `97.5 %` of a share, two decimals, floored.
pub(in crate::render) fn percent(part: u64, whole: u64) -> String {
    let share = (u128::from(part) * 10_000).checked_div(u128::from(whole)).unwrap_or(0);
    format!("{} %", hundredths(u32::try_from(share).unwrap_or(u32::MAX)))
}

/// `20.00 % at load time, 60.00 % with deferred imports (1 and 3 of 5 modules)`, or a dash without modules.
pub(in crate::render) fn exposure(it: Exposure) -> String {
    let Exposure { modules, exposed: ReachCount { loading, reaching }, .. } = it;
    match modules {
        0 => "-".to_owned(),
        _ => format!(
            "{} at load time, {} with deferred imports ({loading} and {reaching} of {})",
            percent(loading, modules),
            percent(reaching, modules),
            count(modules, "module")
        ),
    }
}

/// `20.00 % at load time, 60.00 % in all`: the same for a cell of a table.
pub(in crate::render) fn shares(it: Exposure) -> String {
    match it.modules {
        0 => "-".to_owned(),
        modules => {
            let of = |part| percent(part, modules);
            format!("{} at load time, {} in all", of(it.exposed.loading), of(it.exposed.reaching))
        }
    }
}

/// `2 at load time, 5 in all`, or one number where they are equal.
pub(in crate::render) fn reach(it: ReachCount) -> String {
    match it {
        ReachCount { loading, reaching } if loading == reaching => reaching.to_string(),
        ReachCount { loading, reaching } => format!("{loading} at load time, {reaching} in all"),
    }
}

/// `a/b.py`, with a word where the import of the next file is deferred.
pub(in crate::render) fn hop(it: &Hop, path: String) -> String {
    if it.deferred { format!("{path} (when called)") } else { path }
}

/// The sentence that sums up an impact.
pub(in crate::render) fn impact(it: &Impact) -> String {
    let ReachCount { loading, reaching } = it.reaching();
    format!(
        "{loading} of {} outside test code load one of {} with a violation or a rival when they are loaded; {reaching} reach \
         one, over imports in functions too. Of all modules: {}.",
        count(it.entry_points, "entry point"),
        count(it.targets.len() as u64, "file"),
        exposure(it.whole),
    )
}

/// `at most 0`, `above 95 %`: the limit in the unit of the value.
pub(in crate::render) fn limit(judged: &JudgedCriterion) -> String {
    let Limit { bound, value } = judged.limit;
    let unit = if matches!(judged.value, Some(MeasuredValue::Share { .. })) { " %" } else { "" };
    format!("{bound} {}{unit}", thousandths(u128::from(value)))
}

/// The value of a criterion; a dash if it was not measured.
pub(in crate::render) fn value(judged: &JudgedCriterion) -> String {
    match judged.value {
        None => "-".to_owned(),
        Some(MeasuredValue::Count(count)) => count.to_string(),
        Some(MeasuredValue::Score(score)) => hundredths(score),
        Some(MeasuredValue::Share { part, whole }) => percent(part, whole),
        Some(MeasuredValue::Number(number)) => number.to_string(),
    }
}

/// Names the origin of a criterion's value.
pub(in crate::render) fn evidence(judged: &JudgedCriterion) -> String {
    match &judged.evidence {
        None => "this run".to_owned(),
        Some(file) => match &file.time {
            Some(time) => format!("{} of {time}", file.path),
            None => file.path.clone(),
        },
    }
}

/// `app FastAPI`, `route GET /users`.
pub(in crate::render) fn entry(it: &Reaching) -> String {
    format!("{} {}", it.entry.kind, it.entry.name)
}

/// The place of an entry point: `app/main.py:5`, or only the file where it is entered from its beginning.
pub(in crate::render) fn entry_place(it: &Reaching) -> String {
    if it.entry.line == 0 { it.path.to_string() } else { format!("{}:{}", it.path, it.entry.line) }
}

/// Entry points by file: what is served before what is run by hand, and what reaches most first.
pub(in crate::render) fn entered_files(debt: &DebtReport) -> Vec<Vec<&Reaching>> {
    let mut files: Vec<Vec<&Reaching>> =
        debt.impact.entries.chunk_by(|a, b| a.path == b.path).map(|it| it.iter().collect()).collect();
    files.sort_by_key(|entries| {
        let by_hand = entries.iter().all(|it| it.entry.kind == EntryPointKind::Script);
        let reaches = std::cmp::Reverse(entries.first().map_or((0, 0), |it| (it.reaches.loading, it.reaches.reaching)));
        (by_hand, reaches, entries.iter().map(|it| it.entry.kind).min())
    });
    files
}

/// `app FastAPI, route GET /a and 12 more` of the entry points of one file.
pub(in crate::render) fn entries(list: &[&Reaching]) -> String {
    const SHOWN: usize = 3;
    let mut ranked: Vec<&&Reaching> = list.iter().collect();
    ranked.sort_by_key(|it| it.entry.kind);
    let mut names: Vec<String> = ranked.iter().map(|it| entry(it)).collect();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `37.50`, or a dash where there is nothing to score.
pub(in crate::render) fn score(it: Score) -> String {
    if it.measured() { hundredths(it.hundredths()) } else { "-".to_owned() }
}

/// `37.50 to 60.00 (+22.50)`.
pub(in crate::render) fn gain(phase: &PhasePlan) -> String {
    let (before, after) = (phase.before.hundredths(), phase.after.hundredths());
    format!("{} to {} (+{})", hundredths(before), hundredths(after), hundredths(after.saturating_sub(before)))
}

/// `40.00 to 75.00`: the score of production code.
pub(in crate::render) fn production_gain(phase: &PhasePlan) -> String {
    format!("{} to {}", score(phase.production_before), score(phase.production_after))
}

/// `2 places, safe`, with the reason where it is not.
pub(in crate::render) fn trust(change: &PlannedChange) -> String {
    let why = change.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}, {}{why}", count(change.places, "place"), change.applicability.name())
}

/// Says what there is to do in a file before its changes.
pub(in crate::render) fn step(step: &PlanStep) -> String {
    let work = match step.violations {
        0 => "holds a rival implementation".to_owned(),
        violations => count(violations, "violation"),
    };
    match step.unused {
        true => format!(
            "{work}; nothing outside test code imports it and no entry point is known in it: delete it if nothing else uses it"
        ),
        false => work,
    }
}

/// Counts the violations that the plan leaves out, if any: notes, and those of rules without a source.
pub(in crate::render) fn unplanned(debt: &DebtReport) -> Option<String> {
    let planned: u64 = debt.plan.iter().map(|phase| phase.counts.violations).sum();
    match debt.counts.violations.saturating_sub(planned) {
        0 => None,
        1 => Some("1 violation, which costs no points, is in no phase.".to_owned()),
        left => Some(format!("{left} violations, which cost no points, are in no phase.")),
    }
}

/// Counts the criteria that are met: `3 of 5 criteria met, 1 not measured`.
pub(in crate::render) fn criteria(debt: &DebtReport) -> String {
    use crate::criteria::Outcome;
    let of = |outcome| debt.criteria.iter().filter(|it| it.outcome == outcome).count();
    let words = if debt.criteria.len() == 1 { "criterion" } else { "criteria" };
    let unmeasured = match of(Outcome::NotMeasured) {
        0 => String::new(),
        number => format!(", {number} not measured"),
    };
    format!("{} of {} {words} met{unmeasured}", of(Outcome::Met), debt.criteria.len())
}

/// The commit with a word on changes; none outside a repository.
pub(in crate::render) fn commit(debt: &DebtReport) -> Option<String> {
    let checked_out = &debt.report.checked_out;
    let commit = checked_out.commit.as_ref()?;
    let changed = if checked_out.changed { " with changes that are not committed" } else { "" };
    Some(format!("{}{changed}", short(commit)))
}

/// The first digits of a commit.
pub(in crate::render) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// One number on both sides.
pub(in crate::render) struct Change {
    pub what: &'static str,
    pub before: String,
    pub after: String,
    /// The difference with its sign; empty where there is none.
    pub change: String,
}

/// The totals before and after.
pub(in crate::render) fn changes(it: &DebtChanges) -> Vec<Change> {
    let (before, after) = (&it.before, &it.after);
    let number = |what, old: u64, new: u64| {
        let change = if old == new { String::new() } else { signed(old > new, old.abs_diff(new).to_string()) };
        Change { what, before: old.to_string(), after: new.to_string(), change }
    };
    let points = |score: Score| thousandths(u128::from(score.debt));
    let scored = |what, old: Score, new: Score| {
        let (from, to) = (old.hundredths(), new.hundredths());
        let change = if from == to || !old.measured() || !new.measured() {
            String::new()
        } else {
            signed(from > to, hundredths(from.abs_diff(to)))
        };
        Change { what, before: score(old), after: score(new), change }
    };
    let (old, new) = (before.overall.debt, after.overall.debt);
    let debt = if old == new { String::new() } else { signed(old > new, thousandths(u128::from(old.abs_diff(new)))) };
    vec![
        scored("Production score", before.production, after.production),
        scored("Score", before.overall, after.overall),
        number("Violations in production code", before.counts.production, after.counts.production),
        number("Violations", before.counts.violations, after.counts.violations),
        Change { what: "Points of debt", before: points(before.overall), after: points(after.overall), change: debt },
        number("Rival implementations", before.rivals, after.rivals),
    ]
}

/// A difference with its sign, so that a minus is as wide as a plus.
fn signed(less: bool, difference: String) -> String {
    format!("{}{difference}", if less { '\u{2212}' } else { '+' })
}

/// Says what is new and gone, since which commit, and by which rules both sides were measured.
pub(in crate::render) fn change_sentence(it: &DebtChanges) -> String {
    let commit = short(&it.reference.commit);
    let since = match it.reference.merge_base {
        true => format!("commit `{commit}`, where `{}` and `HEAD` part", it.reference.name),
        false => format!("commit `{commit}`"),
    };
    let unseen = match it.unseen {
        0 => String::new(),
        number => format!(", and {} in files that are no longer looked at", count(number, "violation")),
    };
    let rules = if it.rules_differ {
        " The rules of that commit were others; both sides are measured with today's."
    } else {
        ""
    };
    format!("{} new and {} gone since {since}{unseen}.{rules}", it.new.len(), it.gone.len())
}
