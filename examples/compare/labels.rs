//! Labels and results: what should be reported in a corpus, what was, and the difference.
//!
//! In: two JSON values, hand-checked labels and the output of `ssot check --format json`. Out: counts for each rule.
//! A place is a rule, a file and a line; columns are left out because labels of other tools have none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A rule, a file and a line.
pub type Place = (String, String, u64);

/// The rule that should report a label of this kind; other kinds count neither way.
const RULE_OF_LABEL: [(&str, &str); 5] = [
    ("K1", "redis-deprecated-import"),
    ("K2", "redis-deprecated-import"),
    ("K3", "redis-direct-construction"),
    ("K4", "redis-raw-client"),
    ("sdk-path", "redis-raw-client"),
];

/// Kinds of labels at whose lines a report is neither right nor wrong.
const NEITHER_WAY: [&str; 2] = ["method", "generic-pool"];

/// Which files count.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Only files whose path starts so.
    pub under: String,
    /// No files whose path starts so.
    pub without: Option<String>,
}

impl Scope {
    fn holds(&self, path: &str) -> bool {
        path.starts_with(&self.under) && !self.without.as_ref().is_some_and(|prefix| path.starts_with(prefix))
    }
}

/// How one rule did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Places that should be reported.
    pub labels: usize,
    /// Places that were.
    pub reported: usize,
    /// Reported and not labelled.
    pub wrong: Vec<Place>,
    /// Labelled and not reported.
    pub missed: Vec<Place>,
}

impl Tally {
    /// The share of the reported places that are right.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.reported - self.wrong.len(), self.reported)
    }

    /// The share of the labelled places that are reported.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.labels - self.missed.len(), self.labels)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Compares labels of one tree with a result, for each rule that has labels.
#[must_use]
pub fn compare(labels: &Value, result: &Value, scope: &Scope) -> BTreeMap<String, Tally> {
    let undecided = undecided(labels);
    let counts = |place: &Place| scope.holds(&place.1) && !undecided.contains(&(place.1.clone(), place.2));
    let wanted: BTreeSet<Place> = wanted(labels).into_iter().filter(counts).collect();
    let rules: BTreeSet<&str> = RULE_OF_LABEL.iter().map(|(_, rule)| *rule).collect();
    let reported: BTreeSet<Place> = reported(result).into_iter().filter(counts).collect();
    let broken: BTreeSet<&str> = list(labels, "unparsable").filter_map(|file| file["file"].as_str()).collect();
    let mut tallies = BTreeMap::new();
    for rule in rules {
        let of_rule =
            |places: &BTreeSet<Place>| places.iter().filter(|p| p.0 == rule).cloned().collect::<BTreeSet<_>>();
        let (want, have) = (of_rule(&wanted), of_rule(&reported));
        if want.is_empty() && have.is_empty() {
            continue;
        }
        let wrong = have.difference(&want).filter(|place| !broken.contains(place.1.as_str()));
        let tally = Tally {
            labels: want.len(),
            reported: have.len(),
            wrong: wrong.cloned().collect(),
            missed: want.difference(&have).cloned().collect(),
        };
        tallies.insert(rule.to_owned(), tally);
    }
    tallies
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn rule_of(label: &Value) -> Option<&'static str> {
    let kind = label["kind"].as_str()?;
    RULE_OF_LABEL.iter().find(|(name, _)| *name == kind).map(|(_, rule)| *rule)
}

fn wanted(labels: &Value) -> Vec<Place> {
    let plain = list(labels, "labels").map(|label| (label["file"].as_str(), label));
    let recovered = list(labels, "unparsable")
        .flat_map(|file| list(file, "expect").map(move |label| (file["file"].as_str(), label)));
    plain
        .chain(recovered)
        .filter_map(|(file, label)| Some((rule_of(label)?.to_owned(), file?.to_owned(), label["line"].as_u64()?)))
        .collect()
}

/// Lines that count neither way: ambiguous ones, and lines whose only label is of a kind that needs types.
fn undecided(labels: &Value) -> BTreeSet<(String, u64)> {
    let line_of = |value: &Value| Some((value["file"].as_str()?.to_owned(), value["line"].as_u64()?));
    let decided: BTreeSet<(String, u64)> =
        list(labels, "labels").filter(|label| rule_of(label).is_some()).filter_map(line_of).collect();
    let neither = list(labels, "labels")
        .filter(|label| label["kind"].as_str().is_some_and(|kind| NEITHER_WAY.contains(&kind)))
        .filter_map(line_of)
        .filter(|line| !decided.contains(line));
    let hints = list(labels, "unparsable").flat_map(|file| {
        let name = file["file"].as_str().unwrap_or_default();
        list(file, "text_hints")
            .filter_map(move |hint| Some((name.to_owned(), hint.as_u64().or_else(|| hint["line"].as_u64())?)))
    });
    list(labels, "ambiguous").filter_map(line_of).chain(neither).chain(hints).collect()
}

fn reported(result: &Value) -> Vec<Place> {
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    list(result, "violations")
        .filter(|violation| violation["form"] != "string")
        .filter_map(|v| Some((text(v, "rule")?, text(v, "path")?, v["line"].as_u64()?)))
        .collect()
}
