//! Navigation: what stands at a place, where its canonical symbol is, and where rules are written.
//!
//! In: a project after its analysis, a place. Out: hovers, locations, symbols. A hover speaks where rules or sources do, so
//! that it is silent over all other code.

use std::path::Path;

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::addresses;
use super::positions::{PositionEncoding, TextPositions};
use super::project::{AnalysedProject, AskedPlace};
use crate::analysis::{self, InquiredPlace};
use crate::explain::{Explained, MeaningReport};
use crate::facts::{FileFacts, ScopeId};
use crate::impact;
use crate::render::{self, RenderOptions};
use crate::rule::{Rule, RuleSet};
use crate::source::{FileId, Span};

/// Explains a place, as `ssot explain` does; null where no rule speaks.
pub(super) fn hover(view: &AnalysedProject<'_>, place: &AskedPlace<'_>) -> Value {
    let at = place.positions.place(place.position);
    let findings = &view.analysis.findings;
    let reported = findings
        .violations
        .iter()
        .any(|it| it.file == place.file && it.start.line <= at.line && at.line <= it.end.line);
    if !reported && !findings.relevant.contains(&place.file) {
        return Value::Null;
    }
    let (tree, rules) = (&view.analysis.tree, &view.loaded.rules);
    let inquired = InquiredPlace { line: at.line, column: Some(at.column) };
    let inquiry = analysis::inquire(tree, view.texts, rules, place.file, inquired);
    let fixes = if reported { view.planned(place.file) } else { Vec::new() };
    let explained = Explained { tree, rules, findings, fixes: &fixes };
    let report = explained.place(place.file, inquired, &inquiry);
    let matters = |it: &MeaningReport| !it.rules.is_empty() || !it.canonical.is_empty();
    let Some(innermost) = inquiry.names.iter().map(|name| name.span).min_by_key(|span| span.end - span.start) else {
        return Value::Null;
    };
    if report.violations.is_empty() && !report.names.iter().flat_map(|name| &name.meanings).any(matters) {
        return Value::Null;
    }
    let mut text = Vec::new();
    if render::place_text(&report, &RenderOptions::default(), &mut text).is_err() {
        return Value::Null;
    }
    let fenced = format!("```text\n{}```\n", String::from_utf8_lossy(&text));
    json!({ "contents": { "kind": "markdown", "value": fenced }, "range": place.positions.range(innermost) })
}

/// Leads from what is banned to the definition of what to write instead; null where nothing is banned, or the replacement is
/// not in the project.
pub(super) fn definition(view: &AnalysedProject<'_>, place: &AskedPlace<'_>) -> Value {
    let offset = place.positions.offset(place.position);
    let here = view.analysis.findings.violations.iter().filter(|it| {
        it.file == place.file && it.span.start <= offset && offset <= it.span.end && it.use_instead.is_some()
    });
    let Some(symbol) = here.min_by_key(|it| it.span.end - it.span.start).and_then(|it| it.use_instead.as_deref())
    else {
        return Value::Null;
    };
    let tree = &view.analysis.tree;
    let layouts = analysis::layouts(tree, view.texts, &view.loaded.rules);
    let Some(file) = impact::defining_file(&layouts, tree, symbol) else { return Value::Null };
    let Ok(text) = view.texts.read(&tree.file(file).path) else { return Value::Null };
    let facts = layouts.extract(tree.file(file), &text);
    let span = name_span(&facts, symbol, file, view).unwrap_or_default();
    let range = TextPositions::new(&text, place.positions.encoding()).range(span);
    json!({ "uri": view.uri_of(&tree.file(file).path), "range": range })
}

/// Returns where a file defines the last name of a symbol: an item of any depth, else a name of the module.
fn name_span(facts: &FileFacts, symbol: &str, file: FileId, view: &AnalysedProject<'_>) -> Option<Span> {
    let separator = view.analysis.tree.file(file).language.separator();
    let last = symbol.rsplit(separator).next()?;
    let defined = facts.definitions.iter().find(|it| it.name == last).map(|it| it.name_span);
    let bound = facts.bindings.iter().find(|it| it.name == last && it.scope == ScopeId::MODULE).map(|it| it.span);
    defined.or(bound)
}

/// Returns the rules whose ids hold the letters of a query in their order, with their places; those of packs have none.
pub(super) fn rules(rules: &RuleSet, query: &str, root: &Path, encoding: PositionEncoding) -> Vec<Value> {
    let listed = rules.rules.iter().filter(|rule| !rule.origin.pack && holds(&rule.id, query));
    let symbol = |rule: &Rule| {
        let origin = &rule.origin;
        let range = TextPositions::new(&origin.text, encoding).range(origin.span);
        let uri = addresses::uri_of(&root.join(&*origin.file));
        json!({
            "name": &*rule.id,
            "kind": lsp::SymbolKind::Constant,
            "containerName": &*rules.sources[rule.source.0].id,
            "location": { "uri": uri, "range": range },
        })
    };
    listed.map(symbol).collect()
}

fn holds(id: &str, query: &str) -> bool {
    let mut letters = id.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_found_by_its_letters_in_order() {
        for query in ["", "redis", "RDC", "redis-direct"] {
            assert!(holds("redis-direct-construction", query), "{query}");
        }
        for query in ["x", "construction-redis"] {
            assert!(!holds("redis-direct-construction", query), "{query}");
        }
    }
}
