//! From the merged tree of all rules files to the checked rules.
//!
//! In: a [`Node`] in which keys and types are right. Out: a [`RuleSet`] in which every reference is resolved and every
//! pattern is valid; what is not is a problem at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang;
use crate::problem::Problem;
use crate::source::Language;

use super::complaint::{MessageAndHelp, error, warning};
use super::effective::Effective;
use super::tree::Node;
use super::{Alias, Component, FileGlob, Origin, RuleSet, Source, Subtree, SymbolPattern, WithOrigin};

mod criteria;
mod gate;
mod report;
mod rules;

/// Checks the merged tree; entries with a problem are left out. It is `incomplete` when an extended file is missing:
/// then what is not declared may be declared there, and is no problem of its own.
pub(super) fn check(root: Node, incomplete: bool, problems: &mut Vec<Problem>) -> RuleSet {
    let mut checker = Checker { problems, incomplete };
    let mut set = RuleSet {
        sources: checker.sources(&root),
        components: checker.components(&root),
        from_owners: root.get("components").filter(|it| it.text().is_some()).map(|it| it.origin.clone()),
        phases: checker.phases(&root),
        aliases: root.tables_at("alias").filter_map(|alias| checker.alias(alias)).collect(),
        exclude: checker.globs(root.list_at("exclude")),
        tests: checker.globs(root.list_at("tests")),
        roots: checker.roots(&root),
        ..RuleSet::default()
    };
    if let Some(gate) = root.get("gate") {
        set.gate = checker.gate(gate);
        let profiles = gate.get("profile").and_then(Node::table).into_iter().flatten();
        set.gate_profiles = profiles.map(|(name, profile)| (name.clone(), checker.gate(profile))).collect();
    }
    let ids_of = |section| root.tables_at(section).filter_map(|entry| entry.text_at("id")).collect();
    let ids = Ids { sources: ids_of("source"), rules: ids_of("rule") };
    for rule in root.tables_at("rule") {
        if let Some((rule, enabled)) = checker.rule(rule, &ids, &set.sources) {
            if enabled { set.rules.push(rule) } else { set.disabled.push(rule) }
        }
    }
    set.criteria = checker.criteria(&root);
    set.report = root.get("report").map(|report| checker.report(report)).unwrap_or_default();
    set.effective = Effective::new(root);
    set
}

/// The ids that are declared, also those of entries with a problem.
struct Ids<'a> {
    sources: Vec<&'a str>,
    rules: Vec<&'a str>,
}

pub(super) struct Checker<'a> {
    problems: &'a mut Vec<Problem>,
    incomplete: bool,
}

impl Checker<'_> {
    pub(super) fn error(&mut self, origin: &Origin, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(error(origin, message).with_help(help));
    }

    fn warning(&mut self, origin: &Origin, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(warning(origin, message).with_help(help));
    }

    /// Returns the value at a required key. One of a wrong type has been reported before.
    pub(super) fn required<'n>(&mut self, entry: &'n Node, key: &str, name: &str, expected: &str) -> Option<&'n Node> {
        let found = entry.get(key);
        let elsewhere = self.incomplete && entry.get("id").is_some();
        if found.is_none() && !elsewhere {
            let origin = entry.get("id").map_or(&entry.origin, |id| &id.origin);
            self.error(origin, format!("{name} has no `{key}`"), format!("expected `{key}`: {expected}"));
        }
        found
    }

    fn id(&mut self, entry: &Node, name: &str) -> Option<(Arc<str>, Origin)> {
        let id = self.required(entry, "id", name, "a name of its own")?;
        let text = id.text()?;
        if !text.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c)) {
            let help = "expected letters, digits and `-`, `_`, `.`, `/`, `:`";
            self.error(&id.origin, format!("`{text}` cannot be an id"), help);
            return None;
        }
        Some((text.into(), id.origin.clone()))
    }

    fn sources(&mut self, root: &Node) -> Vec<Source> {
        root.tables_at("source").filter_map(|source| self.source(source)).collect()
    }

    fn source(&mut self, entry: &Node) -> Option<Source> {
        let (id, origin) = self.id(entry, "a source")?;
        Some(Source {
            title: entry.text_at("title").unwrap_or(&id).to_owned(),
            reason: owned(entry, "reason"),
            docs: owned(entry, "docs"),
            canonical: self.symbols(entry.list_at("canonical"), lang::of_bare_names()),
            canonical_declared: entry.get("canonical").is_some(),
            owners: self.globs(entry.list_at("owners")),
            owners_declared: entry.get("owners").is_some(),
            fail_under: self.floor(entry, "fail-under"),
            within: Subtree::default(),
            origin,
            id,
        })
    }

    fn components(&mut self, root: &Node) -> Vec<Component> {
        let mut components = Vec::new();
        for entry in root.tables_at("component") {
            let Some((id, origin)) = self.id(entry, "a component") else { continue };
            let name = format!("component `{id}`");
            let Some(paths) = self.required(entry, "paths", &name, "a list of file patterns") else { continue };
            let paths = self.globs(paths.list());
            let fail_under = self.floor(entry, "fail-under");
            components.push(Component { id, paths, owned: None, fail_under, impact: owned(entry, "impact"), origin });
        }
        components
    }

    fn alias(&mut self, entry: &Node) -> Option<Alias> {
        let path = self.required(entry, "path", "an alias", "the path as code writes it");
        let is = self.required(entry, "is", "an alias", "the path it stands for");
        let (path, is) = (path?, is?);
        let (written, meaning) = (path.text()?, is.text()?);
        // A bare name beside a path is of the language of that.
        let bare = lang::of_symbol(written).chain(lang::of_symbol(meaning)).last().unwrap_or_else(lang::of_bare_names);
        let alias = Alias { path: self.literal(path, bare)?, is: self.literal(is, bare)? };
        if alias.path.language != alias.is.language {
            self.error(&is.origin, format!("`{meaning}` and `{written}` are of two languages"), "both are of one");
            return None;
        }
        if alias.path.segments == alias.is.segments {
            self.error(&is.origin, format!("`{meaning}` is an alias of itself"), "expected another path");
            return None;
        }
        Some(alias)
    }

    /// The import roots of each language that the file lists some for.
    fn roots(&mut self, root: &Node) -> BTreeMap<Language, Vec<WithOrigin<String>>> {
        let listed = lang::languages().filter_map(|it| Some((it, root.get(it.name())?.get("roots")?)));
        listed.map(|(language, roots)| (language, self.roots_of(roots))).collect()
    }

    fn roots_of(&mut self, roots: &Node) -> Vec<WithOrigin<String>> {
        let mut found = Vec::new();
        for node in roots.list() {
            let Some(written) = node.text() else { continue };
            let path = written.strip_prefix("./").unwrap_or(written).trim_end_matches('/');
            let path = if path.is_empty() && written.starts_with("./") { "." } else { path };
            let outside = path.is_empty() || path.contains('\\') || path.split('/').any(|part| part == "..");
            if outside || written.starts_with('/') || path.contains('*') {
                let help = "expected a directory relative to the project root, such as `.` or `services/auth`";
                self.error(&node.origin, format!("`{written}` cannot be an import root"), help);
            } else {
                found.push(WithOrigin { value: path.to_owned(), origin: node.origin.clone() });
            }
        }
        found
    }

    pub(super) fn globs(&mut self, nodes: &[Node]) -> Vec<FileGlob> {
        nodes.iter().filter_map(|node| self.glob(node)).collect()
    }

    fn glob(&mut self, node: &Node) -> Option<FileGlob> {
        let text = node.text()?;
        if let Some(MessageAndHelp { message, help }) = unanchored(text) {
            self.error(&node.origin, message, help);
            return None;
        }
        match FileGlob::below(&node.origin.base, text, node.origin.clone()) {
            Ok(glob) => Some(glob),
            Err(why) => {
                let help = "`*` stays within a segment, `**` crosses; `[`, `{` and `?` are special too";
                self.error(&node.origin, format!("`{text}` is no valid file pattern: {why}"), help);
                None
            }
        }
    }

    pub(super) fn symbols(&mut self, nodes: &[Node], bare: Language) -> Vec<SymbolPattern> {
        nodes.iter().filter_map(|node| self.symbol(node, bare)).collect()
    }

    fn symbol(&mut self, node: &Node, bare: Language) -> Option<SymbolPattern> {
        match SymbolPattern::parse(node.text()?, bare, node.origin.clone()) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.error(&node.origin, why.message, why.help);
                None
            }
        }
    }

    /// Reads a path without wildcards.
    pub(super) fn literal(&mut self, node: &Node, bare: Language) -> Option<SymbolPattern> {
        let pattern = self.symbol(node, bare)?;
        if pattern.literal().is_none() {
            self.error(&node.origin, format!("`{}` has a wildcard", pattern.text), "expected one full path");
            return None;
        }
        Some(pattern)
    }
}

fn owned(entry: &Node, key: &str) -> Option<String> {
    entry.text_at(key).map(str::to_owned)
}

/// Says why a file pattern can match no file of the project, and what to write.
pub(super) fn unanchored(text: &str) -> Option<MessageAndHelp> {
    let message = format!("`{text}` can match no file");
    if text.starts_with('/') {
        let help = format!("patterns are relative to the project root: write `{}`", text.trim_start_matches('/'));
        return Some(MessageAndHelp { message, help });
    }
    if let Some(rest) = text.strip_prefix("./") {
        let help = format!("write it without `./`: `{rest}`");
        return Some(MessageAndHelp { message, help });
    }
    if text.split('/').any(|part| part == "..") {
        let help = "patterns cannot leave the project root".to_owned();
        return Some(MessageAndHelp { message, help });
    }
    if text.ends_with('/') {
        let help = format!("for all files below a directory write `{text}**`");
        return Some(MessageAndHelp { message, help });
    }
    None
}
