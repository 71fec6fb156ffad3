//! The gauge of the score and the bars of violations.
//!
//! In: scores, and the violations that are listed. Out: HTML with inline SVG.

use std::collections::BTreeMap;

use crate::debt::Counts;
use crate::rule::RuleSet;
use crate::score::Scorecard;
use crate::violation::Violation;

use super::super::text::{count, hundredths, thousandths};
use super::markup::{encoded, escaped};

/// The directory of files that are in none.
const ROOT: &str = "./";

/// Bars of a chart.
const ROWS: usize = 8;

/// A half circle filled as far as the score goes.
pub(in crate::render) fn gauge(card: &Scorecard) -> String {
    let score = card.overall;
    // The length of a half circle with radius 80.
    const LENGTH: f64 = 251.327;
    let value = score.hundredths();
    let (shown, grade, fill) = if score.measured() {
        let name = score.grade().name();
        let fill = match name {
            "compliant" => "good",
            "fair" => "fair",
            "poor" => "careful",
            _ => "bad",
        };
        (hundredths(value), name, fill)
    } else {
        ("–".to_owned(), card.unmeasured(), "good")
    };
    let filled = LENGTH * f64::from(if score.measured() { value } else { 0 }) / 10_000.0;
    let arc = "d=\"M 20 104 A 80 80 0 0 1 180 104\" fill=\"none\" stroke-width=\"15\"";
    let part = match filled {
        0.0 => String::new(),
        filled => format!("<path {arc} stroke=\"var(--{fill}-fill)\" stroke-dasharray=\"{filled:.1} {LENGTH}\"/>"),
    };
    let terms = if score.measured() {
        let points = thousandths(u128::from(score.debt));
        format!("<p class=\"soft terms\">{}, {points} points of debt</p>", count(score.adopters, "adopter"))
    } else {
        String::new()
    };
    format!(
        "<svg class=\"gauge\" viewBox=\"0 0 200 126\" role=\"img\" aria-label=\"Score {shown} of 100, {grade}\">\
         <path class=\"track\" {arc}/>{part}<text class=\"value\" x=\"100\" y=\"98\">{shown}</text>\
         <text class=\"grade\" x=\"100\" y=\"118\">{grade}</text><text class=\"tick\" x=\"20\" y=\"122\">0</text>\
         <text class=\"tick\" x=\"180\" y=\"122\">100</text></svg>{terms}"
    )
}

/// Bars whose length is the number of violations, the most first, production code before tests.
fn bars(heading: &str, mut rows: Vec<(String, Counts)>) -> String {
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.violations));
    let most = rows.iter().map(|(_, counts)| counts.violations).max().unwrap_or(0).max(1);
    // Counts are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let width = |number: u64| format!("{:.2}%", 100.0 * number as f64 / most as f64);
    let items: String = rows
        .iter()
        .take(ROWS)
        .map(|(name, counts)| {
            format!(
                "<li><div class=\"label\">{name}<span>{}</span></div><div class=\"track\"><div class=\"fill\" style=\"width:{}\">\
                 </div><div class=\"fill tests\" style=\"width:{}\"></div></div></li>\n",
                counts.violations,
                width(counts.production),
                width(counts.in_tests),
            )
        })
        .collect();
    let left = rows.len().saturating_sub(ROWS);
    let rest = if left == 0 { String::new() } else { format!("<p class=\"soft\">{left} more</p>") };
    format!("<div><h3>{heading}</h3><ul class=\"bars\">{items}</ul>{rest}</div>\n")
}

/// Bars by rule, component and directory; nothing where nothing is listed.
pub(in crate::render) fn breakdown(rules: &RuleSet, violations: &[&Violation]) -> String {
    if violations.is_empty() {
        return String::new();
    }
    let link = |name: &str, key: &str, value: &str| {
        format!("<a href=\"#{key}={}\">{}</a>", escaped(&encoded(value)), escaped(name))
    };
    let place_of = |id: &str| rules.rules.iter().position(|rule| &*rule.id == id).unwrap_or(usize::MAX);
    let mut by_rule = groups(violations, |it| it.rule.to_string());
    by_rule.sort_by_key(|(id, _)| place_of(id));
    let by_rule = by_rule.into_iter().map(|(id, counts)| (link(&id, "rule", &id), counts)).collect();
    let components = rules.components.iter().map(|component| {
        let covered = violations.iter().filter(|it| component.paths.iter().any(|glob| glob.matches(&it.path)));
        (format!("<span>{}</span>", escaped(&component.id)), Counts::of(covered.copied()))
    });
    let components = components.filter(|(_, counts)| counts.violations > 0).collect::<Vec<_>>();
    let directories = groups(violations, |it| directory(&it.path));
    let directories = directories.into_iter().map(|(path, counts)| match path.as_str() {
        ROOT => (format!("<span>{path}</span>"), counts),
        // Where the path begins: the same names occur deeper down as well.
        _ => (link(&path, "filter", &format!("^{path}")), counts),
    });
    let directories = directories.collect();
    let mut text = "<div class=\"columns\">\n".to_owned();
    text += &bars("Violations by rule", by_rule);
    if !components.is_empty() {
        text += &bars("By component", components);
    }
    text += &bars("By directory", directories);
    text + "</div>\n<p class=\"key\"><i></i>production code <i class=\"tests\"></i>test code</p>\n"
}

/// Counts by a name, in its order.
fn groups(violations: &[&Violation], name: impl Fn(&Violation) -> String) -> Vec<(String, Counts)> {
    let mut groups: BTreeMap<String, Vec<&Violation>> = BTreeMap::new();
    for violation in violations {
        groups.entry(name(violation)).or_default().push(violation);
    }
    groups.into_iter().map(|(name, violations)| (name, Counts::of(violations))).collect()
}

/// The first two levels of the directories of a file.
fn directory(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.len() {
        1 => ROOT.to_owned(),
        length => parts[..(length - 1).min(2)].join("/") + "/",
    }
}
