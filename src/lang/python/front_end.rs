//! The face that Python shows to the rest of the program.
//!
//! In: what [`FrontEnd`] asks. Out: answers of the modules beside it.

use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;

use super::layout::PythonLayout;
use super::{POLICY, calling, encoding, import_scan, scripts};
use crate::facts::{FileFacts, Name};
use crate::lang::calling::Callee;
use crate::lang::disguise::{Disguise, DisguisedSymbol, DisguisedUse};
use crate::lang::fixing::Fixer;
use crate::lang::words::WordStyle;
use crate::lang::{EntryPoint, FileImports, FrontEnd, ImportScan, Layout, LookupPolicy, Occurrence, RulesManifest};
use crate::source::{FileId, Language, LanguageNames};
use crate::tree::{Texts, Tree, TwoTrees};

/// The names of Python, and the way in which its files and paths are written.
pub static NAMES: LanguageNames =
    LanguageNames { name: "python", title: "Python", extensions: &["py", "pyi"], separator: "." };

/// The front end.
pub static FRONT_END: PythonFrontEnd = PythonFrontEnd;

/// Reads Python.
#[derive(Debug)]
pub struct PythonFrontEnd;

impl FrontEnd for PythonFrontEnd {
    fn language(&self) -> Language {
        Language(&NAMES)
    }

    fn policy(&self) -> &'static LookupPolicy {
        &POLICY
    }

    fn extract(&self, path: &str, text: &Arc<str>) -> FileFacts {
        super::extract(path, text)
    }

    fn layout(&self, tree: &Tree, _texts: &dyn Texts, roots: Option<&[String]>) -> Box<dyn Layout> {
        Box::new(PythonLayout::new(tree, roots))
    }

    fn names_of_change(&self, trees: TwoTrees<'_>, manifests: &[Arc<str>]) -> Option<Vec<Name>> {
        PythonLayout::names_of_change(trees, manifests)
    }

    fn scan_imports<'t>(&self, text: &'t str) -> ImportScan<'t> {
        import_scan::scan(text)
    }

    fn occurrence(&self, scan: &ImportScan<'_>, text: &str, place: Range<usize>) -> Occurrence {
        import_scan::occurrence(scan, text, place)
    }

    fn is_standard(&self, root: &str) -> bool {
        super::names::is_standard(root)
    }

    fn comment_sign(&self) -> &'static str {
        "#"
    }

    fn comment_gap(&self) -> &'static str {
        "  "
    }

    fn same_code(&self, one: &str, other: &str) -> bool {
        super::same_code(one, other)
    }

    fn word_style(&self) -> WordStyle {
        WordStyle::Lines
    }

    fn other_spelling(&self, name: &Name) -> Option<Name> {
        super::unmangled(name)
    }

    fn needs_no_import(&self, path: &[Name]) -> bool {
        path.first().is_some_and(|root| root == "builtins")
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["pyproject.toml", "setup.py", "setup.cfg"]
    }

    fn reads_manifests(&self) -> bool {
        false
    }

    fn declared_encoding(&self, bytes: &[u8]) -> Option<String> {
        encoding::declared_encoding(bytes)
    }

    fn encoding(&self, label: &str) -> Option<&'static Encoding> {
        encoding::encoding(label)
    }

    fn extends_ascii(&self, label: &str) -> bool {
        encoding::extends_ascii(label)
    }

    fn encoding_help(&self) -> &'static str {
        "save it as UTF-8, or declare its encoding in the first line (PEP 263)"
    }

    fn compiled_directories(&self) -> &'static [&'static str] {
        &["__pycache__"]
    }

    fn import_pass(&self) -> Option<fn(&str, &str) -> FileImports> {
        Some(super::imports)
    }

    fn call(&self, callee: &Callee<'_>) -> Option<String> {
        calling::call(callee)
    }

    fn import(&self, module: &[Name], name: &Name) -> Option<String> {
        Some(format!("from {} import {name}", module.join(".")))
    }

    fn rules_manifests(&self) -> &'static [RulesManifest] {
        &[RulesManifest { name: "pyproject.toml", tables: &[&["tool", "ssot"]] }]
    }

    fn fixer(&self) -> Option<&'static dyn Fixer> {
        Some(&super::fix::FIXER)
    }

    fn disguises(&self, usage: DisguisedUse, symbol: &DisguisedSymbol, shim: &str) -> Vec<Disguise> {
        super::disguise::disguises(usage, symbol, shim)
    }

    fn installed_programs(&self, tree: &Tree, texts: &dyn Texts, layout: &dyn Layout) -> Vec<(FileId, EntryPoint)> {
        scripts::console_scripts(tree, texts, layout)
    }
}
