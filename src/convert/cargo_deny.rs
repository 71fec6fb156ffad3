//! cargo-deny: `bans.deny`.

use super::draft::{DraftRule, RulesDraft};
use super::table::Document;

const TOOL: &str = "cargo-deny";

/// Converts a `deny.toml`.
pub(super) fn convert(document: &Document<'_>, draft: &mut RulesDraft<'_>) {
    for entry in document.get(&["bans", "deny"]).map(|item| item.items()).unwrap_or_default() {
        let spec = entry.text().or_else(|| entry.text_of("crate")).or_else(|| entry.text_of("name"));
        let Some(spec) = spec else {
            draft.left(TOOL, entry.line, "deny", "it names no crate");
            continue;
        };
        let (name, version) = match spec.split_once([':', '@']) {
            Some((name, version)) => (name, Some(version)),
            None => (spec, entry.text_of("version")),
        };
        if let Some(version) = version.filter(|version| *version != "*") {
            // A project that obeys such a ban uses another version, and would be reported everywhere.
            let why = format!("it bans {version} alone, and code does not show which version it uses");
            draft.left(TOOL, entry.line, name, &why);
            continue;
        }
        let mut lacks = vec!["the project's own code; cargo-deny looks at all dependencies".to_owned()];
        let mut allow_in = Vec::new();
        for wrapper in entry.texts_of("wrappers") {
            let directory = |path: &&&str| path.split('/').rev().skip(1).any(|part| part == wrapper);
            match draft.paths.iter().find(directory) {
                Some(_) => allow_in.push((format!("**/{wrapper}/**"), "a wrapper of the crate".to_owned())),
                None => lacks.push(format!("without the wrapper {wrapper}, of which no directory is there")),
            }
        }
        let rule = DraftRule {
            kind: "import",
            ban: name.replace('-', "_"),
            use_instead: entry.text_of("use-instead").map(|it| it.replace('-', "_")).filter(|it| it.contains("::")),
            reason: entry
                .text_of("reason")
                .map(str::to_owned)
                .or_else(|| entry.text_of("use-instead").map(|instead| format!("use {instead} instead"))),
            language: super::of_crates(),
            allow_in,
        };
        draft.add(TOOL, entry.line, rule, Some(lacks.join("; ")));
    }
    for key in
        ["allow", "skip", "skip-tree", "features", "multiple-versions", "wildcards", "workspace-dependencies", "build"]
    {
        if let Some(item) = document.get(&["bans", key]) {
            draft.left(
                TOOL,
                item.line,
                &format!("bans.{key}"),
                "it is about the graph of dependencies, not about code",
            );
        }
    }
}
