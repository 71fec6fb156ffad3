//! The violations in Markdown: counts by rule, then a box for each, as many as there is room for.
//!
//! In: the debt report, the room. Out: the text of a section; production code before tests, each folded, and the number of
//! those that are left out.

use std::fmt::Write as _;

use crate::debt::{Counts, RuleDebt};
use crate::render::style::markdown::{code, prose};
use crate::render::style::sentences::Ordinals;
use crate::render::style::text::{count, thousandths};
use crate::violation::{Context, Violation};

use super::items::{IDENTITY, words};
use super::markdown::{ALL, RULE, Sheet, fold, table};

/// Room for the lines around the lists.
const AROUND: usize = 600;

/// A violation with the place of its rule in the report and the line that is written for it.
struct ListedItem<'d> {
    rule: usize,
    violation: &'d Violation,
    noted: bool,
    line: String,
}

/// Writes the section; `gone` are lines of an earlier report for what is found no more.
pub(super) fn violations(sheet: &Sheet<'_>, room: usize, gone: &[String]) -> String {
    let debt = sheet.debt;
    let row = |name: String, counts: &Counts| {
        let Counts { violations, lines, files, production, in_tests, accepted, points, .. } = *counts;
        let numbers = [violations, lines, files, production, in_tests, accepted].map(|number| number.to_string());
        let points = thousandths(u128::from(points));
        [name].into_iter().chain(numbers).chain([points]).collect::<Vec<_>>()
    };
    let columns = ["Rule", "#Violations", "#Lines", "#Files", "#Production", "#In tests", "#Accepted", "#Points"];
    let rows = debt.rules.iter().map(|rule| row(code(&rule.id), &rule.counts));
    let mut text = table(&columns, rows.chain([row("**All**".to_owned(), &debt.counts)]));
    let gone: String = gone.concat();
    let taken = text.len() + AROUND + gone.len();
    let kept = kept(items(sheet), &debt.rules, room.saturating_sub(taken));
    for (name, test) in [("production code", false), ("test code", true)] {
        let all = if test { debt.counts.in_tests } else { debt.counts.production };
        let of_part: Vec<&ListedItem<'_>> =
            kept.iter().filter(|it| (it.violation.context == Context::Test) == test).collect();
        if all == 0 {
            continue;
        }
        let left = all.saturating_sub(of_part.len() as u64);
        text += "\n";
        if of_part.is_empty() {
            let _infallible =
                writeln!(text, "_{} in {name}, not listed for want of room; {ALL}._", count(all, "violation"));
            continue;
        }
        let mut list = String::new();
        for (at, rule) in debt.rules.iter().enumerate() {
            let mut of_rule = of_part.iter().filter(|it| it.rule == at).peekable();
            if of_rule.peek().is_some() {
                list += &heading(rule);
                list.extend(of_rule.map(|it| it.line.as_str()));
            }
        }
        if left > 0 {
            let are = if left == 1 { "is" } else { "are" };
            let _infallible = writeln!(list, "\n_{left} more {are} not listed, for want of room; {ALL}._");
        }
        text += &fold(&format!("{} in {name}", count(all, "violation")), &list);
    }
    if !gone.is_empty() {
        text += &format!("\n### No longer found\n\n{gone}");
    }
    text
}

/// The lines above the violations of a rule.
fn heading(rule: &RuleDebt) -> String {
    let reason = rule.reason.as_ref().map(|it| format!("{}\n\n", prose(it))).unwrap_or_default();
    format!("\n{RULE}{}`\n\n{reason}", rule.id)
}

/// All items: what somebody wrote to first, then production code, then errors, so that what matters least is left out.
fn items<'d>(sheet: &Sheet<'d>) -> Vec<ListedItem<'d>> {
    let debt = sheet.debt;
    let mut ordinals = Ordinals::default();
    let item = |violation: &'d Violation| {
        let identity = ordinals.unique(violation.fingerprint.get(..IDENTITY).unwrap_or(&violation.fingerprint));
        let rule = debt.rules.iter().position(|rule| rule.id == violation.rule)?;
        let line = sheet.notes.line(false, &words(debt, violation), "item", &identity);
        Some(ListedItem { rule, violation, noted: sheet.notes.has("item", &identity), line })
    };
    let mut items: Vec<ListedItem<'d>> = debt.report.violations.iter().filter_map(item).collect();
    items
        .sort_by_key(|it| (!it.noted, it.violation.context == Context::Test, std::cmp::Reverse(it.violation.severity)));
    items
}

/// Those that there is room for; one with a note is never left out.
fn kept<'d>(items: Vec<ListedItem<'d>>, rules: &[RuleDebt], room: usize) -> Vec<ListedItem<'d>> {
    let mut headed: Vec<(usize, bool)> = Vec::new();
    let (mut used, mut full) = (0usize, false);
    items
        .into_iter()
        .filter(|it| {
            let place = (it.rule, it.violation.context == Context::Test);
            let above = if headed.contains(&place) { 0 } else { heading(&rules[it.rule]).len() };
            let size = above + it.line.len();
            // The first that does not fit ends the list: it is cut at one place.
            full |= used.saturating_add(size) > room;
            let kept = it.noted || !full;
            if kept {
                used = used.saturating_add(size);
                if above > 0 {
                    headed.push(place);
                }
            }
            kept
        })
        .collect()
}
