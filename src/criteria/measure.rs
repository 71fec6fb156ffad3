//! Values that the run itself measures.
//!
//! In: findings, rules, the import graph, and the part that a value is of. Out: the value with the words that explain it, or
//! why it could not be measured.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::findings::{ImplementationRole, SourceFindings};
use crate::impact;
use crate::rule::{ExposurePart, MeasureScope, Severity};
use crate::score::Score;
use crate::source::FileId;
use crate::violation::Violation;

use super::{Basis, MeasuredValue, Measurement, component_files};

/// The score of a part, by the same formula as every score: adopters of its sources and debt, both restricted.
pub(super) fn score(basis: &Basis<'_>, scope: &MeasureScope) -> Measurement {
    let covered = component_files(basis, scope);
    let inside = |file: FileId| covered.as_ref().is_none_or(|files| files.contains(&file));
    active_rule(basis, scope)?;
    let has_rule =
        |source: usize, id: &Arc<str>| basis.rules.rules.iter().any(|rule| rule.id == *id && rule.source.0 == source);
    let mut total = Score::default();
    let mut ownerless: Vec<&str> = Vec::new();
    for (index, source) in basis.rules.sources.iter().enumerate() {
        let asked = scope.source.as_ref().is_none_or(|id| *id == source.id)
            && scope.rule.as_ref().is_none_or(|id| has_rule(index, id));
        if let (true, Some(SourceFindings { adopters, candidates, .. })) = (asked, basis.findings.sources.get(index)) {
            // Nothing tells what goes around an owner that nobody knows.
            if candidates.is_some() {
                ownerless.push(&*source.id);
                continue;
            }
            let files: BTreeSet<FileId> = adopters.iter().map(|it| it.file).filter(|file| inside(*file)).collect();
            total.adopters += files.len() as u64;
        }
    }
    let measured = |it: &&Violation| it.source.as_deref().is_none_or(|id| !ownerless.contains(&id));
    let points = of_scope(basis, scope).filter(measured).map(|violation| violation.points);
    total.debt = points.fold(0, u64::saturating_add);
    if !total.measured() {
        return Err(match ownerless.first() {
            Some(id) => format!("source `{id}` has no owner, declared or inferred"),
            None => "nothing uses it".to_owned(),
        });
    }
    let points = match total.debt % 1_000 {
        0 => (total.debt / 1_000).to_string(),
        _ => format!("{}.{:03}", total.debt / 1_000, total.debt % 1_000).trim_end_matches('0').to_owned(),
    };
    let detail = format!("{} adopters, {points} points of debt", total.adopters);
    Ok((MeasuredValue::Score(total.hundredths()), detail))
}

/// Violations of severity warning or error, whatever accepts them.
pub(super) fn violations(basis: &Basis<'_>, scope: &MeasureScope) -> Measurement {
    active_rule(basis, scope)?;
    let counted: Vec<&Violation> =
        of_scope(basis, scope).filter(|violation| violation.severity >= Severity::Warning).collect();
    let files: BTreeSet<FileId> = counted.iter().map(|violation| violation.file).collect();
    let word = if files.len() == 1 { "file" } else { "files" };
    let detail = format!("{} in {} {word}", counted.len(), files.len());
    Ok((MeasuredValue::Count(counted.len() as u64), detail))
}

/// Rivals; neither shims nor test doubles.
pub(super) fn implementations(basis: &Basis<'_>, scope: &MeasureScope) -> Measurement {
    let looks = basis.rules.rules.iter().any(|rule| {
        rule.kind == crate::rule::RuleKind::Implement
            && scope.source.as_ref().is_none_or(|id| basis.rules.sources[rule.source.0].id == *id)
    });
    if !looks {
        return Err("no rule of kind `implement` looks for rivals".to_owned());
    }
    let covered = component_files(basis, scope);
    let rivals: Vec<&str> = basis
        .findings
        .rivals
        .iter()
        .filter(|it| it.role == ImplementationRole::Rival && scope.source.as_ref().is_none_or(|id| *id == it.source))
        .filter(|it| covered.as_ref().is_none_or(|files| files.contains(&it.file)))
        .map(|it| it.symbol.as_str())
        .collect();
    let detail = if rivals.is_empty() { "none found".to_owned() } else { format!("`{}`", rivals.join("`, `")) };
    Ok((MeasuredValue::Count(rivals.len() as u64), detail))
}

/// The share of the modules of a part, outside test code, that reach a violation or a rival, or only of those that load one.
pub(super) fn exposure(basis: &Basis<'_>, scope: &MeasureScope, part: ExposurePart) -> Measurement {
    active_rule(basis, scope)?;
    let Some(graph) = basis.graph else { return Err("the import graph was not read".to_owned()) };
    let within = |it: &Violation| in_scope(it, &MeasureScope { component: None, ..scope.clone() });
    let mut targets = impact::violating(&basis.findings.violations, within);
    if scope.rule.is_none() {
        targets.extend(impact::rivals(&basis.findings.rivals, |it| {
            scope.source.as_ref().is_none_or(|id| *id == it.source)
        }));
    }
    let impact = impact::impact(graph, basis.tree, &basis.rules.components, &targets);
    let exposure = match &scope.component {
        None => Some(impact.whole),
        Some(id) => impact.components.iter().find(|(component, _)| component == id).map(|(_, exposure)| *exposure),
    };
    match exposure {
        Some(it) if it.modules > 0 => {
            let part = match part {
                ExposurePart::Loading => it.exposed.loading,
                ExposurePart::Reaching => it.exposed.reaching,
            };
            Ok((MeasuredValue::Share { part, whole: it.modules }, format!("{part} of {} modules", it.modules)))
        }
        _ => Err("it has no modules".to_owned()),
    }
}

/// Gives an error if the rule that a part names is switched off, since nothing was looked for.
fn active_rule(basis: &Basis<'_>, scope: &MeasureScope) -> Result<(), String> {
    let is_on = |id: &Arc<str>| basis.rules.rules.iter().any(|rule| rule.id == *id);
    scope.rule.as_ref().is_none_or(is_on).then_some(()).ok_or_else(|| "the rule is switched off".to_owned())
}

/// The violations of a part, in any state; those of built-in rules belong to no source and count nowhere.
fn of_scope<'b>(basis: &'b Basis<'_>, scope: &'b MeasureScope) -> impl Iterator<Item = &'b Violation> {
    let covered = component_files(basis, scope);
    basis
        .findings
        .violations
        .iter()
        .filter(move |it| in_scope(it, scope) && covered.as_ref().is_none_or(|files| files.contains(&it.file)))
}

fn in_scope(violation: &Violation, scope: &MeasureScope) -> bool {
    violation.source.is_some()
        && scope.source.as_ref().is_none_or(|id| violation.source.as_ref() == Some(id))
        && scope.rule.as_ref().is_none_or(|id| violation.rule == *id)
}
