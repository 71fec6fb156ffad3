//! import-linter: contracts of type `forbidden` and `protected`.

use super::draft::{DraftRule, RulesDraft};
use super::ini::IniSection;
use super::module_globs;
use super::table::Document;

const TOOL: &str = "import-linter";

/// A contract.
struct Contract {
    line: u32,
    name: String,
    kind: String,
    sources: Vec<String>,
    forbidden: Vec<String>,
    protected: Vec<String>,
    importers: Vec<String>,
    ignores: Vec<String>,
}

/// Converts the contracts of an `.importlinter` or `setup.cfg`.
pub(super) fn convert_sections(sections: &[IniSection], draft: &mut RulesDraft<'_>) {
    let main = sections.iter().find(|section| section.name == "importlinter");
    let roots: Vec<String> = main
        .map(|it| it.list(&["root-package", "root-packages"]))
        .unwrap_or_default()
        .into_iter()
        .map(|it| it.1)
        .collect();
    for section in sections.iter().filter(|section| section.name.starts_with("importlinter:contract:")) {
        let list = |key: &str| section.list(&[key]).into_iter().map(|(_, text)| text).collect();
        let contract = Contract {
            line: section.line,
            name: section.text("name").unwrap_or(&section.name).to_owned(),
            kind: section.text("type").unwrap_or_default().to_owned(),
            sources: list("source-modules"),
            forbidden: list("forbidden-modules"),
            protected: list("protected-modules"),
            importers: list("allowed-importers"),
            ignores: list("ignore-imports"),
        };
        convert(&contract, &roots, draft);
    }
}

/// Converts the contracts of `[tool.importlinter]`.
pub(super) fn convert_table(document: &Document<'_>, draft: &mut RulesDraft<'_>) {
    let Some(tool) = document.get(&["tool", "importlinter"]) else { return };
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let roots = owned([tool.texts_of("root_package"), tool.texts_of("root_packages")].concat());
    for item in tool.get("contracts").map(|item| item.items()).unwrap_or_default() {
        let list = |key: &str| owned(item.texts_of(key));
        let contract = Contract {
            line: item.entries().first().map_or(item.line, |(_, first)| first.line),
            name: item.text_of("name").unwrap_or("contract").to_owned(),
            kind: item.text_of("type").unwrap_or_default().to_owned(),
            sources: list("source_modules"),
            forbidden: list("forbidden_modules"),
            protected: list("protected_modules"),
            importers: list("allowed_importers"),
            ignores: list("ignore_imports"),
        };
        convert(&contract, &roots, draft);
    }
}

fn convert(contract: &Contract, roots: &[String], draft: &mut RulesDraft<'_>) {
    let Contract { line, name, kind, sources, .. } = contract;
    match kind.as_str() {
        "protected" => protected(contract, draft),
        "forbidden" if roots.iter().all(|root| sources.contains(root)) && !roots.is_empty() => {
            let ignored = ignored(contract, draft.paths);
            for module in &contract.forbidden {
                let partly = "imports that a file makes itself; import-linter forbids indirect ones too".to_owned();
                let rule = DraftRule { reason: Some(name.clone()), allow_in: ignored.clone(), ..import(module) };
                draft.add(TOOL, *line, rule, Some(partly));
            }
        }
        "forbidden" => {
            let why =
                format!("it is for the modules {} alone, and a rule holds in the whole project", sources.join(", "));
            draft.left(TOOL, *line, &format!("forbidden: {name}"), why);
        }
        other => {
            let why = "a rule bans names, not an order or independence of modules";
            draft.left(TOOL, *line, &format!("{other}: {name}"), why);
        }
    }
}

fn protected(contract: &Contract, draft: &mut RulesDraft<'_>) {
    for module in &contract.protected {
        let own =
            module_globs(module, draft.paths).into_iter().map(|glob| (glob, "the protected module itself".to_owned()));
        let mut lost = Vec::new();
        let mut allowed: Vec<(String, String)> = own.collect();
        for importer in &contract.importers {
            let globs = module_globs(importer, draft.paths);
            if globs.is_empty() {
                lost.push(importer.as_str());
            }
            allowed.extend(globs.into_iter().map(|glob| (glob, "an allowed importer".to_owned())));
        }
        allowed.extend(ignored(contract, draft.paths));
        let partly = (!lost.is_empty()).then(|| format!("no file was found for the importers {}", lost.join(", ")));
        let rule = DraftRule { reason: Some(contract.name.clone()), allow_in: allowed, ..import(module) };
        draft.add(TOOL, contract.line, rule, partly);
    }
}

/// The importing side of ignored imports.
fn ignored(contract: &Contract, paths: &[&str]) -> Vec<(String, String)> {
    let importers = contract.ignores.iter().filter_map(|it| it.split_once("->")).map(|(importer, _)| importer.trim());
    let globs = importers.flat_map(|importer| module_globs(importer, paths));
    globs.map(|glob| (glob, "import-linter ignores an import of it".to_owned())).collect()
}

fn import(module: &str) -> DraftRule {
    DraftRule { kind: "import", ban: module.to_owned(), ..DraftRule::default() }
}
