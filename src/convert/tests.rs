//! Tests of conversions: one configuration of each tool, entry by entry.

use super::*;
use crate::rule::{RulesText, load};

const PATHS: [&str; 5] =
    ["app/core/db.py", "app/core/__init__.py", "app/web.py", "app/api/x.py", "crates/tls/src/lib.rs"];

/// Each entry as `LINE ENTRY: OUTCOME`, and the text, which must load.
fn converted(name: &str, text: &str) -> (Vec<String>, String) {
    let conversion = convert(name, text, &PATHS).unwrap();
    let file = RulesText { name: "ssot.toml".into(), text: conversion.text.as_str().into(), pack: false };
    let problems = load(file, &|_, path| Err(path.to_owned())).1;
    assert!(problems.is_empty(), "{problems:?}\n{}", conversion.text);
    let shown = conversion.entries.iter().map(|it| {
        let outcome = match &it.outcome {
            EntryOutcome::Converted(rule) => rule.clone(),
            EntryOutcome::Partly(rule, _) => format!("{rule} in part"),
            EntryOutcome::Left(_) => "left".to_owned(),
        };
        format!("{} {}: {outcome}", it.line, it.entry)
    });
    (shown.collect(), conversion.text)
}

#[test]
fn ruff_bans_names() {
    let text = "[tool.ruff.lint.flake8-tidy-imports]\nban-relative-imports = \"all\"\n\
                banned-module-level-imports = [\"torch\"]\n\
                [tool.ruff.lint.flake8-tidy-imports.banned-api]\n\"os.getcwd\".msg = \"Use \\\"Path\\\"\"\n\
                cgi = { msg = \"gone\" }\n\
                [tool.ruff.lint.per-file-ignores]\n\"tests/*\" = [\"TID251\"]\n\"x.py\" = [\"TID\"]\n\"y.py\" = [\"E501\"]\n";
    let (entries, rules) = converted("pyproject.toml", text);
    assert_eq!(
        entries,
        [
            "2 ban-relative-imports: left",
            "3 banned-module-level-imports: torch: left",
            "5 os.getcwd: ruff-os-getcwd",
            "6 cgi: ruff-cgi"
        ]
    );
    for line in ["kind = \"reference\"", "kind = \"import\"", "path = \"tests/*\"", "path = \"**/x.py\""] {
        assert!(rules.contains(line), "{line} in {rules}");
    }
    assert!(!rules.contains("y.py"), "{rules}");
    let (entries, _) = converted("ruff.toml", "[lint.flake8-tidy-imports.banned-api]\n\"a.b\" = { msg = \"no\" }\n");
    assert_eq!(entries, ["2 a.b: ruff-a-b"]);
}

#[test]
fn pylint_prefers_modules() {
    let text = "[MASTER]\njobs=1\n[IMPORTS]\ndeprecated-modules=optparse,\n    tkinter.tix\npreferred-modules=cgi:app.web,bad\n";
    let (entries, rules) = converted(".pylintrc", text);
    assert_eq!(
        entries,
        ["4 optparse: pylint-optparse", "5 tkinter.tix: pylint-tkinter-tix", "6 bad: left", "6 cgi: pylint-cgi"]
    );
    assert!(rules.contains("use-instead = \"app.web\""), "{rules}");
    let (entries, _) = converted("pyproject.toml", "[tool.pylint.imports]\ndeprecated-modules = [\"optparse\"]\n");
    assert_eq!(entries, ["2 optparse: pylint-optparse"]);
}

#[test]
fn contracts_of_import_linter() {
    let text = "[importlinter]\nroot_package = app\n\
                [importlinter:contract:one]\nname = Core is protected\ntype = protected\nprotected_modules =\n    app.core\n\
                allowed_importers =\n    app.api\n    app.gone\n\
                [importlinter:contract:two]\nname = No boto\ntype = forbidden\nsource_modules = app\nforbidden_modules = boto3\n\
                [importlinter:contract:three]\nname = Web\ntype = forbidden\nsource_modules = app.web\nforbidden_modules = boto3\n\
                [importlinter:contract:four]\nname = L\ntype = layers\nlayers = a\n";
    let (entries, rules) = converted(".importlinter", text);
    assert_eq!(
        entries,
        [
            "3 app.core: import-linter-app-core in part",
            "11 boto3: import-linter-boto3 in part",
            "16 forbidden: Web: left",
            "21 layers: L: left"
        ]
    );
    for path in ["app/core/**", "app/api/**"] {
        assert!(rules.contains(&format!("path = \"{path}\"")), "{path} in {rules}");
    }
    let table = "[tool.importlinter]\nroot_package = \"app\"\n[[tool.importlinter.contracts]]\nname = \"p\"\n\
                 type = \"protected\"\nprotected_modules = [\"app.core\"]\nallowed_importers = [\"app.web\"]\n";
    assert_eq!(converted("pyproject.toml", table).0, ["4 app.core: import-linter-app-core"]);
}

#[test]
fn visibility_of_tach() {
    let text = "[[modules]]\npath = \"app.core\"\ndepends_on = []\nvisibility = [\"app.web\"]\n[[modules]]\npath = \"app.api\"\n\
                visibility = [\"*\"]\n";
    let (entries, rules) = converted("tach.toml", text);
    assert_eq!(entries, ["3 depends_on of app.core: left", "4 app.core: tach-app-core"]);
    assert!(rules.contains("path = \"app/web.py\"") && rules.contains("path = \"app/core/**\""), "{rules}");
}

#[test]
fn disallowed_paths_of_clippy() {
    let text = "disallowed-names = [\"foo\"]\ndisallowed-methods = [\n  \"std::env::var\",\n  { path = \"std::option::Option::unwrap\", \
                reason = \"panics\" },\n]\ndisallowed-types = [{ path = \"std::collections::HashMap\", replacement = \"fx::Map\" }]\n\
                disallowed-macros = [\"std::dbg\"]\n";
    let (entries, rules) = converted("clippy.toml", text);
    assert_eq!(
        entries,
        [
            "1 disallowed-names: left",
            "3 std::env::var: clippy-std-env-var",
            "4 std::option::Option::unwrap: clippy-std-option-option-unwrap in part",
            "6 std::collections::HashMap: clippy-std-collections-hashmap",
            "7 std::dbg: clippy-std-dbg"
        ]
    );
    assert!(rules.contains("use-instead = \"fx::Map\""), "{rules}");
}

#[test]
fn denied_crates_of_cargo_deny() {
    let text = "[bans]\nmultiple-versions = \"warn\"\ndeny = [\n  \"openssl-sys\",\n  { crate = \"ring\", version = \"*\", wrappers = [\"tls\"], \
                reason = \"old\" },\n  { crate = \"axum@<0.7\" },\n  { name = \"rand\", version = \"0.8\" },\n]\n";
    let (entries, rules) = converted("deny.toml", text);
    assert_eq!(
        entries,
        [
            "2 bans.multiple-versions: left",
            "4 openssl-sys: cargo-deny-openssl-sys in part".replace("openssl-sys:", "openssl_sys:").as_str(),
            "5 ring: cargo-deny-ring in part",
            "6 axum: left",
            "7 rand: left"
        ]
    );
    assert!(rules.contains("ban = [\"openssl_sys\"]") && rules.contains("path = \"**/tls/**\""), "{rules}");
}

#[test]
fn what_is_invalid_or_unknown_is_an_error_with_its_line() {
    let error = convert("ruff.toml", "a = 1\nb = \n", &[]).unwrap_err().to_string();
    assert!(error.starts_with("ruff.toml:2: "), "{error}");
    assert!(matches!(convert("ruff.toml", "line-length = 100\n", &[]), Err(ConvertError::Unknown(_))));
}
