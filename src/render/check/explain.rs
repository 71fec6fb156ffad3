//! `ssot score --explain`: every term of every score, as text or JSON, so that the sums can be redone by hand.
//!
//! In: an [`Explanation`]. Out: text, or one JSON document.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::rule::{RuleKind, Severity};
use crate::score::{AdopterTerm, Explanation, PartScore, Score, SourceExplanation, UNUSED, ViolationTerm};
use crate::violation::State;

use super::json::{self, Hundredths, Thousandths};
use crate::render::style::RenderOptions;
use crate::render::style::text::{self, Paint, clean, thousandths};

/// Writes the terms as text.
///
/// # Errors
/// Those of the writer.
pub fn explain_text(explanation: &Explanation, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options);
    for source in &explanation.sources {
        writeln!(out, "{} {}", paint.bold("source"), clean(&source.score.name()))?;
        adopters(&source.adopters, out)?;
        violations(&source.violations, out)?;
        formula("  score", source.score.total, source.score.unmeasured(), paint, out)?;
        parts("  by kind (all adopters, debt of that kind)", by_kind(source), source.score.unmeasured(), paint, out)?;
        parts(
            "  by component (adopters and debt in its files)",
            by_component(source),
            source.score.unmeasured(),
            paint,
            out,
        )?;
        writeln!(out)?;
    }
    if explanation.sources.len() != 1 {
        let each = |term: fn(&Score) -> String| {
            let terms: Vec<String> = explanation.sources.iter().map(|source| term(&source.score.total)).collect();
            if terms.is_empty() { "0".to_owned() } else { terms.join(" + ") }
        };
        let overall = explanation.overall;
        writeln!(out, "{} (adopters and debt of all sources)", paint.bold("overall"))?;
        writeln!(out, "  A = {} = {}", each(|score| score.adopters.to_string()), overall.adopters)?;
        writeln!(out, "  D = {} = {}", each(|score| points(score.debt)), points(overall.debt))?;
    }
    let unowned = explanation.sources.iter().find(|source| source.score.ownerless);
    let why = unowned.map_or(UNUSED, |source| source.score.unmeasured());
    formula("overall score", explanation.overall, why, paint, out)
}

fn adopters(adopters: &[AdopterTerm], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  adopters: files with a run-time use of a canonical symbol, 2 points each")?;
    for it in adopters {
        writeln!(out, "    {}:{} {}{}", clean(&it.path), it.line, clean(&it.symbol), tags(&it.components))?;
    }
    let number = adopters.len();
    writeln!(out, "    A = {number}, a = 2 x {number} = {}", 2 * number)
}

fn violations(violations: &[ViolationTerm], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  violations: points of the severity x weight of the rule")?;
    for it in violations {
        let (path, tags) = (clean(&it.path), tags(&it.components));
        writeln!(out, "    {path}:{}:{} {} {}{tags}", it.line, it.column, clean(&it.rule), product(it))?;
    }
    let sum = violations.iter().fold(0u64, |sum, it| sum.saturating_add(it.points));
    let costly: Vec<u64> = violations.iter().map(|it| it.points).filter(|&points| points > 0).collect();
    writeln!(
        out,
        "    D = {}",
        grouped(&costly).map_or_else(|| points(sum), |terms| format!("{terms} = {}", points(sum)))
    )
}

/// `error 2 x 1.5 = 3 (suppressed)`.
fn product(it: &ViolationTerm) -> String {
    let mut text = format!(
        "{} {} x {} = {}",
        it.severity.name(),
        it.severity.points(),
        thousandths(u128::from(it.weight)),
        points(it.points)
    );
    if it.severity.points().saturating_mul(u64::from(it.weight)) != it.points {
        text.push_str(" (its form is outside the score)");
    }
    if it.state != State::New {
        // Writing to a string cannot fail.
        let _ = write!(text, " ({}, still debt)", it.state.name());
    }
    text
}

/// `3 x 2 + 1 x 1.5`, for a sum that can be checked at a glance; none for an empty sum.
fn grouped(terms: &[u64]) -> Option<String> {
    let mut sorted = terms.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let groups: Vec<String> = sorted
        .chunk_by(|a, b| a == b)
        .filter_map(|group| Some(format!("{} x {}", group.len(), points(*group.first()?))))
        .collect();
    (!groups.is_empty()).then(|| groups.join(" + "))
}

fn tags(components: &[Arc<str>]) -> String {
    if components.is_empty() { String::new() } else { format!(" [{}]", components.join(", ")) }
}

fn points(debt: u64) -> String {
    thousandths(u128::from(debt))
}

fn by_kind(source: &SourceExplanation) -> Vec<(&str, PartScore)> {
    source.score.by_kind.iter().map(|(kind, part)| (kind.name(), *part)).collect()
}

fn by_component(source: &SourceExplanation) -> Vec<(&str, PartScore)> {
    source.score.components.iter().map(|(id, part)| (&**id, *part)).collect()
}

fn parts(title: &str, parts: Vec<(&str, PartScore)>, why: &str, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}")?;
    for (name, part) in parts {
        let (adopters, debt) = (part.score.adopters, points(part.score.debt));
        writeln!(
            out,
            "    {}: {}, A = {adopters}, D = {debt}",
            clean(name),
            text::count(part.violations, "violation")
        )?;
        formula("      score", part.score, why, paint, out)?;
    }
    Ok(())
}

/// The formula with its numbers, in integers as it is computed.
fn formula(label: &str, score: Score, why: &str, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let result = text::score(score, why, paint);
    if !score.measured() {
        return writeln!(out, "{label}: {result}");
    }
    if score.debt == 0 {
        return writeln!(out, "{label} = {result}, since D = 0");
    }
    let (a, d) = (score.adopted(), u128::from(score.debt));
    let (a_points, d_points) = (thousandths(a), thousandths(d));
    writeln!(
        out,
        "{label} = 100 x a / (a + D) = 100 x {a_points} / ({a_points} + {d_points}) = {} / {} = {result}, floored",
        thousandths(a.saturating_mul(100)),
        thousandths(a + d),
    )
}

/// Writes the terms as one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn explain_json(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    json::write(&ExplanationDocument::of(explanation), out)
}

#[derive(Serialize)]
struct ExplanationDocument<'e> {
    schema: u32,
    overall: Formula,
    sources: Vec<SourceTermsJson<'e>>,
}

/// A score with both sides of its division: `100 * a` over `a + debt`, in points, floored to two decimals.
#[derive(Serialize)]
struct Formula {
    score: Hundredths,
    grade: &'static str,
    measured: bool,
    adopters: u64,
    debt: Thousandths,
    numerator: Thousandths,
    denominator: Thousandths,
}

impl Formula {
    fn of(score: Score) -> Self {
        let a = score.adopted();
        let term = |value| Thousandths(u64::try_from(value).unwrap_or(u64::MAX));
        Self {
            score: Hundredths(score.hundredths()),
            grade: score.grade().name(),
            measured: score.measured(),
            adopters: score.adopters,
            debt: Thousandths(score.debt),
            numerator: term(a.saturating_mul(100)),
            denominator: term(a + u128::from(score.debt)),
        }
    }
}

#[derive(Serialize)]
struct SourceTermsJson<'e> {
    id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<&'e str>,
    total: Formula,
    adopters: Vec<AdopterJson<'e>>,
    violations: Vec<ViolationTermJson<'e>>,
    by_kind: Vec<PartTermsJson<'e>>,
    components: Vec<PartTermsJson<'e>>,
}

#[derive(Serialize)]
struct AdopterJson<'e> {
    path: &'e str,
    line: u32,
    symbol: &'e str,
    components: &'e [Arc<str>],
}

#[derive(Serialize)]
struct ViolationTermJson<'e> {
    rule: &'e str,
    kind: Option<RuleKind>,
    path: &'e str,
    line: u32,
    column: u32,
    severity: Severity,
    severity_points: u64,
    weight: Thousandths,
    points: Thousandths,
    state: State,
    components: &'e [Arc<str>],
}

#[derive(Serialize)]
struct PartTermsJson<'e> {
    id: &'e str,
    violations: u64,
    #[serde(flatten)]
    formula: Formula,
}

impl<'e> ExplanationDocument<'e> {
    fn of(explanation: &'e Explanation) -> Self {
        Self {
            schema: 1,
            overall: Formula::of(explanation.overall),
            sources: explanation.sources.iter().map(SourceTermsJson::of).collect(),
        }
    }
}

impl<'e> SourceTermsJson<'e> {
    fn of(source: &'e SourceExplanation) -> Self {
        let parts = |parts: Vec<(&'e str, PartScore)>| {
            parts
                .into_iter()
                .map(|(id, part)| PartTermsJson { id, violations: part.violations, formula: Formula::of(part.score) })
                .collect()
        };
        Self {
            id: &source.score.id,
            below: (!source.score.below.is_empty()).then_some(&*source.score.below),
            total: Formula::of(source.score.total),
            adopters: source
                .adopters
                .iter()
                .map(|it| AdopterJson { path: &it.path, line: it.line, symbol: &it.symbol, components: &it.components })
                .collect(),
            violations: source.violations.iter().map(ViolationTermJson::of).collect(),
            by_kind: parts(by_kind(source)),
            components: parts(by_component(source)),
        }
    }
}

impl<'e> ViolationTermJson<'e> {
    fn of(it: &'e ViolationTerm) -> Self {
        Self {
            rule: &it.rule,
            kind: it.kind,
            path: &it.path,
            line: it.line,
            column: it.column,
            severity: it.severity,
            severity_points: it.severity.points(),
            weight: Thousandths(u64::from(it.weight)),
            points: Thousandths(it.points),
            state: it.state,
            components: &it.components,
        }
    }
}
