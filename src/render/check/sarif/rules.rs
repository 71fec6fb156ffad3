//! The rules as SARIF descriptors.
//!
//! In: the rules of the report and the ids that results name. Out: one descriptor for each, in a fixed order.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::report::Report;
use crate::rule::explain::BUILT_INS;
use crate::rule::kind::Precision;
use crate::rule::{Rule, RuleSet, Severity};

use super::level;

/// A `reportingDescriptor`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) id: String,
    short_description: SarifText,
    full_description: SarifText,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Value,
    properties: Value,
}

#[derive(Serialize)]
struct SarifText {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

/// Every rule that applied, then those that a result names besides.
pub(super) fn descriptors<'r>(report: &'r Report, named: impl Iterator<Item = &'r str>) -> Vec<Descriptor> {
    let set = &report.rules;
    // A rule that has other forms in some directories is described as it is declared first.
    let mut ids = BTreeSet::new();
    let first = set.rules.iter().filter(|rule| ids.insert(&rule.id));
    let mut all: Vec<Descriptor> = first.map(|rule| of_rule(rule, set)).collect();
    all.extend(BUILT_INS.iter().map(|rule| built_in(rule.id, rule.what, rule.remedy)));
    let known = |id: &str, all: &[Descriptor]| all.iter().any(|rule| rule.id == id);
    for id in named {
        if !known(id, &all) {
            all.push(built_in(id, id, ""));
        }
    }
    all
}

fn of_rule(rule: &Rule, set: &RuleSet) -> Descriptor {
    let source = set.sources.get(rule.source.0);
    let title = source.map_or("", |source| &source.title);
    let what = rule.kind.meta().violation;
    let reason = rule.reason.as_deref().or_else(|| source?.reason.as_deref());
    let short = if title.is_empty() { what.to_owned() } else { format!("{title}: {what}") };
    let full = reason.map_or_else(|| short.clone(), |reason| format!("{short}; {reason}"));
    let mut help = vec![format!("{}.", capital(what))];
    help.extend(reason.map(|reason| format!("Why: {reason}.")));
    help.extend(rule.use_instead.all().map(|(language, it)| format!("Use `{it}` instead ({language}).")));
    let docs = rule.docs.as_deref().or_else(|| source?.docs.as_deref());
    help.extend(docs.map(|docs| format!("More: {docs}")));
    let text = help.join("\n");
    let mut markdown = help;
    markdown.extend(rule.examples_bad.iter().map(|code| format!("A violation:\n\n{}", fenced(&code.value))));
    markdown.extend(rule.examples_good.iter().map(|code| format!("No violation:\n\n{}", fenced(&code.value))));
    Descriptor {
        id: rule.id.to_string(),
        short_description: SarifText { text: short },
        full_description: SarifText { text: full },
        help: Help { text, markdown: markdown.join("\n\n") },
        help_uri: docs.filter(|docs| docs.starts_with("https://") || docs.starts_with("http://")).map(str::to_owned),
        default_configuration: json!({ "level": level(rule.severity) }),
        properties: properties(rule.severity, rule.kind.meta().precision, source.map(|source| &*source.id)),
    }
}

fn built_in(id: &str, what: &str, remedy: &str) -> Descriptor {
    let help = if remedy.is_empty() {
        format!("{}.", capital(what))
    } else {
        format!("{}.\n\n{}.", capital(what), capital(remedy))
    };
    Descriptor {
        id: id.to_owned(),
        short_description: SarifText { text: what.to_owned() },
        full_description: SarifText { text: what.to_owned() },
        help: Help { text: help.clone(), markdown: help },
        help_uri: None,
        default_configuration: json!({ "level": "warning" }),
        properties: properties(Severity::Warning, Precision::VeryHigh, None),
    }
}

/// `problem.severity` and `precision` are how GitHub sorts alerts.
fn properties(severity: Severity, precision: Precision, source: Option<&str>) -> Value {
    let problem = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Off => "recommendation",
    };
    let tags: Vec<&str> = ["maintainability", "architecture"].into_iter().chain(source).collect();
    json!({ "precision": precision.name(), "problem.severity": problem, "tags": tags })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Code between fences that are longer than any run of backticks in it.
fn fenced(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", code.trim_matches('\n'))
}
