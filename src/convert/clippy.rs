//! clippy: `disallowed-methods`, `disallowed-types` and `disallowed-macros`.

use super::draft::{DraftRule, RulesDraft};
use super::table::Document;
use crate::resolve::is_class_like;

const TOOL: &str = "clippy";

/// Converts a `clippy.toml`.
pub(super) fn convert(document: &Document<'_>, draft: &mut RulesDraft<'_>) {
    for key in ["disallowed-methods", "disallowed-types", "disallowed-macros"] {
        for entry in document.get(&[key]).map(|item| item.items()).unwrap_or_default() {
            let Some(path) = entry.text().or_else(|| entry.text_of("path")) else {
                draft.left(TOOL, entry.line, key, "it has no path");
                continue;
            };
            let of_type = path.rsplit("::").nth(1).is_some_and(is_class_like);
            let partly = (key == "disallowed-methods" && of_type)
                .then(|| "where the path is written; a call as a method of a value (`x.f()`) has no path".to_owned());
            let rule = DraftRule {
                kind: "reference",
                ban: path.trim_end_matches('!').to_owned(),
                use_instead: entry.text_of("replacement").filter(|it| is_path(it)).map(str::to_owned),
                reason: entry.text_of("reason").or_else(|| entry.text_of("replacement")).map(str::to_owned),
                language: super::of_crates().filter(|_| !path.contains("::")),
                ..DraftRule::default()
            };
            draft.add(TOOL, entry.line, rule, partly);
        }
    }
    if let Some(item) = document.get(&["disallowed-names"]) {
        draft.left(TOOL, item.line, "disallowed-names", "it is about names that are chosen, not about what is used");
    }
}

/// Returns true if a replacement is a path rather than a sentence.
fn is_path(text: &str) -> bool {
    text.contains("::") && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
}
