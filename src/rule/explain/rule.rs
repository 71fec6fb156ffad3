//! One rule explained: what it finds, why, what to write instead, where it does not apply, examples.

use std::fmt::Write as _;

use crate::problem::Problem;
use crate::rule::choice::Choice;
use crate::rule::{Rule, RuleSet};

use super::{BUILT_INS, BuiltIn, all, decimal, severities, unknown};

/// Explains the rule with this id, or all rules, for `ssot rule [ID]`.
///
/// # Errors
/// A problem with a did-you-mean when there is no such rule.
pub fn rule_text(rules: &RuleSet, id: Option<&str>) -> Result<String, Problem> {
    let wanted = |candidate: &str| id.is_none_or(|id| id == candidate);
    let mut texts: Vec<String> = all(rules)
        .filter(|(rule, _)| wanted(&rule.id) && rule.has_own_words())
        .map(|(rule, on)| explained(rules, rule, on))
        .collect();
    texts.extend(BUILT_INS.iter().filter(|rule| wanted(rule.id)).map(built_in));
    match id {
        Some(id) if texts.is_empty() => Err(unknown(rules, id)),
        _ => Ok(texts.join("\n\n")),
    }
}

fn built_in(rule: &BuiltIn) -> String {
    format!("{}\n\n  What      {}\n  Severity  warning, no points\n  Instead   {}\n", rule.id, rule.what, rule.remedy)
}

fn explained(rules: &RuleSet, rule: &Rule, on: bool) -> String {
    let mut facts: Vec<(&str, String)> =
        vec![("What", format!("{} (kind {})", rule.kind.meta().violations, rule.kind.name()))];
    if let Some(source) = rules.sources.get(rule.source.0) {
        let why = source.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        facts.push(("Source", format!("{} ({}){why}", source.title, source.id)));
    }
    facts.extend(rule.reason.iter().map(|reason| ("Why", reason.clone())));
    facts.extend(rule.use_instead.all().map(|(language, path)| ("Instead", format!("{path} ({language})"))));
    facts.extend(rule.rename.iter().map(|(old, new)| ("Rename", format!("{old} to {new}"))));
    let weight = if rule.weight == 1000 { String::new() } else { format!("; points times {}", decimal(rule.weight)) };
    facts.push(("Severity", format!("{}{weight}", if on { severities(rule) } else { "off".to_owned() })));
    facts.extend(rule.language.map(|language| ("Only in", format!("{language} files"))));
    facts.push(("Ignore", ignoring(rule)));
    facts.extend(rule.docs.iter().map(|docs| ("Docs", docs.clone())));
    facts.push(("Declared", rule.origin.place()));
    facts.extend(rule.changed_by.iter().map(|origin| ("Changed", origin.place())));
    facts.extend(rule.within.directory().map(|directory| ("Holds", format!("below {directory}"))));
    let others = rule.within.except.join(", ");
    facts.extend((!others.is_empty()).then(|| ("Not below", format!("{others}, which have a form of their own"))));

    let mut text = format!("{}{}\n\n", rule.id, rule.within.suffix());
    for (name, fact) in &facts {
        let _ = writeln!(text, "  {name:<9} {fact}");
    }
    let banned: Vec<String> = rule.ban.iter().map(|pattern| pattern.text.clone()).collect();
    section(&mut text, "Banned", &banned);
    let exemptions: Vec<String> =
        rule.allow_in.iter().map(|exempt| format!("{}: {}", exempt.path.text, exempt.reason)).collect();
    section(&mut text, "Does not apply in", &exemptions);
    section(&mut text, "Fixes", &rule.fixes.shown());
    rule.parameters.shown().iter().for_each(|it| section(&mut text, it.title, &it.items));
    rule.examples_bad.iter().for_each(|code| example(&mut text, "A violation", &code.value));
    rule.examples_good.iter().for_each(|code| example(&mut text, "No violation", &code.value));
    text
}

fn ignoring(rule: &Rule) -> String {
    use crate::rule::{InlineIgnore, Policy};
    let inline = match rule.inline_ignore {
        InlineIgnore::Allow => format!("`# ssot: ignore[{}]`", rule.id),
        InlineIgnore::Reason => format!("`# ssot: ignore[{}] reason`", rule.id),
        InlineIgnore::Deny => "not accepted".to_owned(),
    };
    let baseline = match rule.policy {
        Policy::Ratchet => "can be put into a baseline",
        Policy::Strict => "cannot be put into a baseline",
    };
    format!("{inline}; {baseline} (policy {})", rule.policy.word())
}

fn section(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n  {title}");
    for item in items {
        let _ = writeln!(text, "    {item}");
    }
}

fn example(text: &mut String, title: &str, code: &str) {
    let _ = writeln!(text, "\n  {title}\n");
    for line in code.trim_matches('\n').lines() {
        let _ = writeln!(text, "{}", format!("    {line}").trim_end());
    }
}
