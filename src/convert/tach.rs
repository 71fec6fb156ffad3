//! tach: `visibility` of modules; what they may depend on is left.

use super::draft::{DraftRule, RulesDraft};
use super::module_globs;
use super::table::Document;

const TOOL: &str = "tach";

/// Converts a `tach.toml`.
pub(super) fn convert(document: &Document<'_>, draft: &mut RulesDraft<'_>) {
    convert_in(document, &[], draft);
}

/// Converts what stands below a table.
pub(super) fn convert_in(document: &Document<'_>, root: &[&str], draft: &mut RulesDraft<'_>) {
    let at = |key: &'static str| document.get(&root.iter().copied().chain([key]).collect::<Vec<_>>());
    for module in at("modules").map(|item| item.items()).unwrap_or_default() {
        let paths = [module.texts_of("path"), module.texts_of("paths")].concat();
        if let Some(visible) = module.get("visibility") {
            let to: Vec<&str> = visible.texts().into_iter().map(|(_, text)| text).collect();
            for path in paths.iter().filter(|_| !to.contains(&"*")) {
                let own = module_globs(path, draft.paths).into_iter().map(|glob| (glob, "the module itself"));
                let others =
                    to.iter().flat_map(|to| module_globs(to, draft.paths)).map(|glob| (glob, "it is visible here"));
                let allow_in = own.chain(others).map(|(glob, why)| (glob, why.to_owned())).collect();
                let rule = DraftRule {
                    kind: "import",
                    ban: (*path).to_owned(),
                    reason: Some("the module is not visible here".to_owned()),
                    allow_in,
                    ..DraftRule::default()
                };
                draft.add(TOOL, visible.line, rule, None);
            }
        }
        for key in ["depends_on", "cannot_depend_on", "depends_on_external", "cannot_depend_on_external"] {
            if let Some(item) = module.get(key) {
                let why = "it is for one module alone, and a rule holds in the whole project";
                draft.left(TOOL, item.line, &format!("{key} of {}", paths.join(", ")), why);
            }
        }
    }
    for (key, why) in [
        ("interfaces", "a rule bans names; all others of a module stay allowed"),
        ("layers", "a rule bans names, not an order of modules"),
    ] {
        if let Some(item) = at(key) {
            draft.left(TOOL, item.line, key, why);
        }
    }
}
