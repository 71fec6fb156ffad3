//! ruff: `banned-api` (TID251) and its neighbours of `flake8-tidy-imports`.

use super::draft::{DraftRule, RulesDraft};
use super::table::{Document, TomlItem};

const TOOL: &str = "ruff";

/// Converts what ruff bans, in the tables below `root`.
pub(super) fn convert(document: &Document<'_>, root: &[&str], draft: &mut RulesDraft<'_>) {
    for below in [&["lint"][..], &[]] {
        let at = |last: &[&str]| {
            let path: Vec<&str> = root.iter().chain(below).chain(last).copied().collect();
            document.get(&path)
        };
        let ignored: Vec<(String, String)> = ["per-file-ignores", "extend-per-file-ignores"]
            .iter()
            .filter_map(|key| at(&[key]))
            .flat_map(|item| exemptions(&item))
            .collect();
        let Some(options) = at(&["flake8-tidy-imports"]) else { continue };
        for key in ["banned-api", "extend-banned-api"] {
            for (path, entry) in options.get(key).map(|item| item.entries()).unwrap_or_default() {
                let module = !path.contains('.');
                let rule = DraftRule {
                    // Of a module ruff reports the import, of what is in one every use.
                    kind: if module { "import" } else { "reference" },
                    ban: path.to_owned(),
                    reason: entry.text_of("msg").map(str::to_owned),
                    allow_in: ignored.clone(),
                    ..DraftRule::default()
                };
                draft.add(TOOL, entry.line, rule, None);
            }
        }
        if let Some(list) = options.get("banned-module-level-imports") {
            for (line, name) in list.texts() {
                let why = "a rule does not tell an import at the top of a module from one in a function";
                draft.left(TOOL, line, &format!("banned-module-level-imports: {name}"), why);
            }
        }
        if let Some(item) = options.get("ban-relative-imports") {
            let why = "a rule bans what an import names, however that is written";
            draft.left(TOOL, item.line, "ban-relative-imports", why);
        }
    }
}

/// The files in which ruff does not look for banned names.
fn exemptions(ignores: &TomlItem<'_, '_>) -> Vec<(String, String)> {
    let banned = |code: &str| matches!(code, "TID251" | "TID25" | "TID2" | "TID" | "ALL");
    let entries = ignores.entries().into_iter();
    entries
        .filter(|(_, codes)| codes.texts().iter().any(|(_, code)| banned(code)))
        .map(|(glob, _)| {
            // A pattern without a directory is that of a name anywhere.
            let anywhere = !glob.contains('/');
            let glob = if anywhere { format!("**/{glob}") } else { glob.trim_start_matches("./").to_owned() };
            (glob, "ruff ignores TID251 here".to_owned())
        })
        .collect()
}
