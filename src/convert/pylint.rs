//! pylint: `deprecated-modules` and `preferred-modules`.

use super::draft::{DraftRule, RulesDraft};
use super::ini::IniSection;
use super::table::Document;

const TOOL: &str = "pylint";

/// Converts the sections of a `.pylintrc` or `setup.cfg`.
pub(super) fn convert_sections(sections: &[IniSection], draft: &mut RulesDraft<'_>) {
    for section in sections.iter().filter(|section| !section.name.starts_with("importlinter")) {
        section.list(&["deprecated-modules"]).into_iter().for_each(|(line, name)| deprecated(line, &name, draft));
        section.list(&["preferred-modules"]).into_iter().for_each(|(line, pair)| preferred(line, &pair, draft));
    }
}

/// Converts `[tool.pylint]`, in which sections have any name and case.
pub(super) fn convert_table(document: &Document<'_>, draft: &mut RulesDraft<'_>) {
    let Some(tool) = document.get(&["tool", "pylint"]) else { return };
    let sections = tool.entries().into_iter().map(|(_, item)| item).filter(|item| item.is_table());
    for section in sections.chain([tool]) {
        let of = |key: &str| {
            let item = section.get(key).or_else(|| section.get(&key.replace('-', "_")));
            let texts = item.map(|item| item.texts()).unwrap_or_default();
            let parts = texts.into_iter().flat_map(|(line, text)| text.split(',').map(move |part| (line, part.trim())));
            parts.filter(|(_, part)| !part.is_empty()).collect::<Vec<_>>()
        };
        of("deprecated-modules").into_iter().for_each(|(line, name)| deprecated(line, name, draft));
        of("preferred-modules").into_iter().for_each(|(line, pair)| preferred(line, pair, draft));
    }
}

fn deprecated(line: u32, name: &str, draft: &mut RulesDraft<'_>) {
    draft.add(TOOL, line, import(name), None);
}

fn preferred(line: u32, pair: &str, draft: &mut RulesDraft<'_>) {
    match pair.split_once(':') {
        Some((old, new)) if !old.trim().is_empty() => {
            let use_instead = Some(new.trim().to_owned()).filter(|new| !new.is_empty());
            draft.add(TOOL, line, DraftRule { use_instead, ..import(old.trim()) }, None);
        }
        _ => draft.left(TOOL, line, pair, "it is not of the form `old:new`"),
    }
}

fn import(name: &str) -> DraftRule {
    DraftRule { kind: "import", ban: name.to_owned(), ..DraftRule::default() }
}
