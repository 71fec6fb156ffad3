//! Rules put into words, for `ssot rules`, `ssot rule`, `ssot config --show` and `ssot init`.
//!
//! In: the rule set. Out: text with a final newline, or JSON. Prints nothing and chooses no file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::lang;
use crate::problem::{Problem, ProblemKind, ProblemSeverity};

use super::choice::Choice;
use super::complaint::help;
use super::pack::{PACKS, Pack};
use super::{Rule, RuleSet};

mod init;
mod rule;

pub use init::init_text;
pub use rule::rule_text;

/// A rule that every run has, beside those of rules files.
#[derive(Debug)]
pub struct BuiltIn {
    /// Its id, one of [`BUILT_IN_RULES`](super::BUILT_IN_RULES).
    pub id: &'static str,
    /// Says what it reports.
    pub what: &'static str,
    /// Says what to do about it.
    pub remedy: &'static str,
}

/// The rules about suppressions.
pub const BUILT_INS: [BuiltIn; 2] = [
    BuiltIn {
        id: super::BUILT_IN_RULES[0],
        what: "a comment `ssot: ignore[...]` that gives no reason, names an unknown rule, or names a rule that \
               accepts no suppression",
        remedy: "write `# ssot: ignore[rule-id] reason`, or fix the place",
    },
    BuiltIn {
        id: super::BUILT_IN_RULES[1],
        what: "a comment `ssot: ignore[...]` that suppresses nothing",
        remedy: "remove the comment",
    },
];

/// Lists all rules, one a line, for `ssot rules`.
#[must_use]
pub fn rules_text(rules: &RuleSet) -> String {
    let mut rows = vec![["ID", "KIND", "SEVERITY", "SOURCE", "WHERE"].map(str::to_owned)];
    for (rule, on) in all(rules).filter(|(rule, _)| rule.has_own_words()) {
        let state = if on { severities(rule) } else { "off".to_owned() };
        let source = rules.sources.get(rule.source.0).map(|source| source.id.to_string()).unwrap_or_default();
        let place = format!("{}{}", rule.words_at().place(), rule.within.suffix());
        rows.push([rule.id.to_string(), rule.kind.name().to_owned(), state, source, place]);
    }
    for built_in in &BUILT_INS {
        rows.push([built_in.id, "", "warning", "", "built in"].map(str::to_owned));
    }
    columns(&rows)
}

/// Lists all rules with everything that is known of them, for `ssot rules --format json`.
#[must_use]
pub fn rules_json(rules: &RuleSet) -> Value {
    let sources: Vec<Value> = rules
        .sources
        .iter()
        .map(|source| {
            json!({
                "id": source.id, "below": source.within.directory(), "title": source.title, "reason": source.reason, "docs": source.docs,
                "canonical": source.canonical.iter().map(|symbol| &symbol.text).collect::<Vec<_>>(),
                "owners": source.owners.iter().map(|glob| &glob.text).collect::<Vec<_>>(),
                "fail_under": source.fail_under.map(|hundredths| f64::from(hundredths) / 100.0),
                "origin": origin(&source.origin),
            })
        })
        .collect();
    let listed: Vec<Value> = all(rules).map(|(rule, on)| rule_json(rules, rule, on)).collect();
    json!({ "schema": 1, "sources": sources, "rules": listed })
}

/// Lists the built-in packs, one a line, for `ssot rules --packs`.
#[must_use]
pub fn packs_text() -> String {
    let rows: Vec<[String; 2]> = PACKS.iter().map(|pack| [pack.name.to_owned(), pack.title.to_owned()]).collect();
    columns(&rows)
}

/// Lists the built-in packs, for `ssot rules --packs --format json`.
#[must_use]
pub fn packs_json() -> Value {
    let pack = |pack: &Pack| json!({ "name": pack.name, "title": pack.title });
    json!({ "schema": 1, "packs": PACKS.iter().map(pack).collect::<Vec<_>>() })
}

/// Returns one rule with everything that is known of it, for `ssot rule ID --format json`.
///
/// # Errors
/// A problem with a did-you-mean when there is no such rule.
pub fn rule_as_json(rules: &RuleSet, id: &str) -> Result<Value, Problem> {
    let mut forms = all(rules).filter(|(rule, _)| &*rule.id == id).map(|(rule, on)| rule_json(rules, rule, on));
    let mut first = forms.next().ok_or_else(|| unknown(rules, id))?;
    let others: Vec<Value> = forms.collect();
    if !others.is_empty() {
        first["elsewhere"] = others.into();
    }
    Ok(first)
}

/// Writes the effective configuration, each value with its place, for `ssot config --show`.
#[must_use]
pub fn config_text(rules: &RuleSet) -> String {
    let mut text = String::new();
    for file in &rules.files {
        let _ = writeln!(text, "# {} (sha256 {})", file.name, file.sha256);
    }
    format!("{text}\n{}", rules.effective.to_toml())
}

/// Lists every rule of the files, those that are on first, with whether it is on.
fn all(rules: &RuleSet) -> impl Iterator<Item = (&Rule, bool)> {
    let on = rules.rules.iter().map(|rule| (rule, true));
    on.chain(rules.disabled.iter().map(|rule| (rule, false)))
}

fn unknown(rules: &RuleSet, id: &str) -> Problem {
    let known: Vec<&str> = all(rules).map(|(rule, _)| &*rule.id).chain(BUILT_INS.iter().map(|rule| rule.id)).collect();
    let message = format!("there is no rule `{id}`");
    Problem::whole_file(ProblemSeverity::Error, ProblemKind::Config, "", message).with_help(help(
        id,
        &known,
        "`ssot rules` lists them",
    ))
}

fn codes(examples: &[super::WithOrigin<String>]) -> Vec<&str> {
    examples.iter().map(|code| code.value.as_str()).collect()
}

fn severities(rule: &Rule) -> String {
    match rule.severity_in_tests {
        Some(in_tests) if in_tests != rule.severity => {
            format!("{}, {} in tests", rule.severity.name(), in_tests.name())
        }
        _ => rule.severity.name().to_owned(),
    }
}

/// Writes thousandths as a decimal number without needless zeros.
fn decimal(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn origin(origin: &super::Origin) -> Value {
    json!({ "path": &*origin.file, "line": origin.line() })
}

fn rule_json(rules: &RuleSet, rule: &Rule, enabled: bool) -> Value {
    let source = rules.sources.get(rule.source.0).map(|source| &*source.id);
    let exemptions: Vec<Value> = rule
        .allow_in
        .iter()
        .map(|exemption| json!({ "path": exemption.path.text, "reason": exemption.reason }))
        .collect();
    let instead: BTreeMap<&str, Option<&str>> =
        lang::languages().map(|language| (language.name(), rule.use_instead.for_language(language))).collect();
    json!({
        "id": rule.id, "source": source, "kind": rule.kind, "enabled": enabled,
        "ban": rule.ban.iter().map(|pattern| &pattern.text).collect::<Vec<_>>(),
        "use_instead": instead,
        "rename": rule.rename, "fixes": rule.fixes.to_json(),
        "severity": rule.severity, "severity_in_tests": rule.severity_in(true),
        "weight": f64::from(rule.weight) / 1000.0,
        "allow_in": exemptions,
        "reason": rule.reason, "docs": rule.docs,
        "language": rule.language,
        "inline_ignore": rule.inline_ignore.word(), "policy": rule.policy.word(),
        "examples": { "bad": codes(&rule.examples_bad), "good": codes(&rule.examples_good) },
        "parameters": rule.parameters.to_json(),
        "origin": origin(&rule.origin),
        "below": rule.within.directory(), "not_below": rule.within.except,
        "changed_by": rule.changed_by.as_ref().map(origin),
    })
}

/// Writes rows in columns of equal width, two spaces apart.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
