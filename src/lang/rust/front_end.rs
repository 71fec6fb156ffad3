//! The face that Rust shows to the rest of the program.
//!
//! In: what [`FrontEnd`] asks. Out: answers of the modules beside it.

use std::ops::Range;
use std::sync::Arc;

use super::layout::{RustLayout, includes};
use super::{import_scan, prelude};
use crate::facts::{FileFacts, Name};
use crate::lang::calling::Callee;
use crate::lang::disguise::{Disguise, DisguisedSymbol, DisguisedUse};
use crate::lang::fixing::Fixer;
use crate::lang::words::WordStyle;
use crate::lang::{
    EntryPoint, Environment, FrontEnd, ImportScan, Interfaces, Layout, LookupPolicy, Occurrence, RulesManifest, Unbound,
};
use crate::source::{Language, LanguageNames};
use crate::tree::{Texts, Tree};

/// The names of Rust, and the way in which its files and paths are written.
pub static NAMES: LanguageNames = LanguageNames { name: "rust", title: "Rust", extensions: &["rs"], separator: "::" };

/// The front end.
pub static FRONT_END: RustFrontEnd = RustFrontEnd;

/// Reads Rust.
#[derive(Debug)]
pub struct RustFrontEnd;

/// The rules by which Rust names are looked up.
const POLICY: LookupPolicy = LookupPolicy {
    unbound: Unbound::Package,
    is_builtin: |_| false,
    prelude: prelude::PRELUDE,
    same_packages: &[("alloc", "std"), ("core", "std")],
    importers: &[],
    partials: &[],
    values_construct: true,
    instances_construct: false,
    variants_construct: true,
    paths_import: true,
    member_imports_follow: true,
    environment: ENVIRONMENT,
    interfaces: Interfaces { bases: &[], decorators: &[] },
    constructors: &[],
};

/// The ways in which Rust programs read environment variables. The macros that do so when a program is built are no
/// paths.
const ENVIRONMENT: Environment = Environment {
    mappings: &[],
    lookups: &[],
    changes: &[],
    options: &[],
    readers: &[
        &["std", "env", "var"],
        &["std", "env", "var_os"],
        &["std", "env!"],
        &["std", "option_env!"],
        &["dotenvy", "var"],
        &["dotenv", "var"],
        &["clap", "env"],
    ],
    handles: &[],
    settings: &[],
    words: &["env", "option_env", "dotenv", "dotenvy"],
};

impl FrontEnd for RustFrontEnd {
    fn language(&self) -> Language {
        Language(&NAMES)
    }

    fn policy(&self) -> &'static LookupPolicy {
        &POLICY
    }

    fn extract(&self, path: &str, text: &Arc<str>) -> FileFacts {
        super::extract(path, text)
    }

    fn layout(&self, tree: &Tree, texts: &dyn Texts, _roots: Option<&[String]>) -> Box<dyn Layout> {
        Box::new(RustLayout::new(tree, texts))
    }

    fn scan_imports<'t>(&self, text: &'t str) -> ImportScan<'t> {
        import_scan::scan(text)
    }

    fn occurrence(&self, scan: &ImportScan<'_>, _text: &str, place: Range<usize>) -> Occurrence {
        import_scan::occurrence(scan, place)
    }

    fn call(&self, callee: &Callee<'_>) -> Option<String> {
        super::calling::call(callee)
    }

    fn rules_manifests(&self) -> &'static [RulesManifest] {
        &[RulesManifest {
            name: "Cargo.toml",
            tables: &[&["workspace", "metadata", "ssot"], &["package", "metadata", "ssot"]],
        }]
    }

    fn fixer(&self) -> Option<&'static dyn Fixer> {
        Some(&super::fix::FIXER)
    }

    fn disguises(&self, usage: DisguisedUse, symbol: &DisguisedSymbol, _shim: &str) -> Vec<Disguise> {
        super::disguise::disguises(usage, symbol)
    }

    fn is_standard(&self, root: &str) -> bool {
        matches!(root, "std" | "core" | "alloc" | "proc_macro")
    }

    fn comment_sign(&self) -> &'static str {
        "//"
    }

    fn same_code(&self, one: &str, other: &str) -> bool {
        let tokens = |text: &str| text.parse().map(|tokens: proc_macro2::TokenStream| tokens.to_string());
        matches!((tokens(one), tokens(other)), (Ok(one), Ok(other)) if one == other)
    }

    fn word_style(&self) -> WordStyle {
        WordStyle::Braces
    }

    fn plain_name<'n>(&self, name: &'n str) -> &'n str {
        let name = name.strip_prefix("r#").unwrap_or(name);
        // Only a macro that is called like a module needs its mark.
        if self.is_marked(name) { name } else { name.strip_suffix('!').unwrap_or(name) }
    }

    fn is_marked(&self, name: &str) -> bool {
        name.strip_suffix('!').is_some_and(|name| prelude::NAMED_LIKE_MODULES.contains(&name))
    }

    fn is_anchor(&self, name: &str) -> bool {
        matches!(name, "crate" | "self" | "super" | "Self")
    }

    fn needs_no_import(&self, path: &[Name]) -> bool {
        path.first().is_some_and(|root| root == "std" || path.len() <= 2 && prelude::has(root))
    }

    fn entry_points(&self, text: &str) -> Vec<EntryPoint> {
        super::entry_points::entry_points(text)
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["Cargo.toml"]
    }

    fn included(&self, tree: &Tree, texts: &dyn Texts, among: &[Arc<str>]) -> Vec<Arc<str>> {
        includes::included(tree, texts, among)
    }
}
