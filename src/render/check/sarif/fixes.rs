//! `fix` objects: the edits of safe fixes, by lines and columns.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ArtifactLocation, Message, ROOT, Region, uri};
use crate::report::Report;
use crate::source::{FileId, LineIndex};
use crate::violation::Violation;

/// The edits that resolve a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifFix<'r> {
    description: Message,
    artifact_changes: [ArtifactChange<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'r> {
    artifact_location: ArtifactLocation,
    replacements: Vec<RegionChange<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionChange<'r> {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<InsertedContent<'r>>,
}

#[derive(Serialize)]
struct InsertedContent<'r> {
    text: &'r str,
}

/// Returns the safe fix for a violation, if there is one.
pub(super) fn of<'r>(
    report: &'r Report,
    violation: &Violation,
    lines: &mut BTreeMap<FileId, LineIndex>,
) -> Vec<SarifFix<'r>> {
    let fix = report.fixes.get(violation).zip(report.texts.get(&violation.file));
    let Some((fix, text)) = fix else { return Vec::new() };
    let index = lines.entry(violation.file).or_default();
    let replacements = fix.edits.iter().map(|edit| {
        let (start, end) = (index.position(text, edit.span.start), index.position(text, edit.span.end));
        RegionChange {
            deleted_region: Region {
                start_line: start.line,
                start_column: Some(start.column),
                end_line: Some(end.line),
                end_column: Some(end.column),
            },
            inserted_content: (!edit.text.is_empty()).then_some(InsertedContent { text: &edit.text }),
        }
    });
    let action = fix.action.map_or("fix", |action| action.name());
    let what = fix.suggestion.as_deref().map(|code| format!(": {code}")).unwrap_or_default();
    vec![SarifFix {
        description: Message { text: format!("{action}{what}") },
        artifact_changes: [ArtifactChange {
            artifact_location: ArtifactLocation { uri: uri(&violation.path), uri_base_id: ROOT },
            replacements: replacements.collect(),
        }],
    }]
}
