//! Checks `[[rule]]` entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang;
use crate::rule::choice::{Choice, words_of};
use crate::rule::complaint::help;
use crate::rule::kind::Required;
use crate::rule::shape::{FACTOR, RULE, quoted};
use crate::rule::tree::{Node, Value};
use crate::rule::{
    BUILT_IN_RULES, Exemption, InlineIgnore, Origin, Policy, Rule, RuleKind, Severity, Source, SourceIndex, Subtree,
    SymbolPattern, UseInstead, WithOrigin,
};
use crate::source::Language;

use super::{Checker, Ids, owned};

impl Checker<'_> {
    /// Reads a rule and whether it is switched on; gives none if it cannot be used.
    pub(super) fn rule(&mut self, entry: &Node, ids: &Ids<'_>, sources: &[Source]) -> Option<(Rule, bool)> {
        let (id, origin) = self.rule_id(entry, ids)?;
        let name = format!("rule `{id}`");
        let source = self.source_of(entry, &name, &ids.sources, sources);
        let kinds = format!("one of {}", quoted(&words_of::<RuleKind>()));
        let kind = self.required(entry, "kind", &name, &kinds).and_then(word_of::<RuleKind>);
        let language = word_at::<Language>(entry, "language");
        let bare = language.unwrap_or_else(lang::of_bare_names);
        let ban = self.symbols(entry.list_at("ban"), bare);
        let severity = word_at(entry, "severity").unwrap_or(Severity::Error);
        let enabled = !matches!(entry.get("enabled").map(|node| &node.value), Some(Value::Flag(false)));
        let weight = entry.get("weight").map_or(Some(1000), |node| self.decimal(node, FACTOR));
        let use_instead = self.use_instead(entry, bare);
        let allow_in = self.allow_in(entry);
        let rename = self.rename(entry, bare);
        let fixes = self.fix_settings(entry, bare);
        let parameters = self.parameters(entry, bare);
        if let Some(kind) = kind {
            self.ban_is_there(entry, kind, &name);
            self.parameters_fit(entry, kind);
        }
        self.language_fits(language, &ban);
        let rule = Rule {
            id,
            source: source?,
            kind: kind?,
            ban,
            use_instead,
            rename,
            fixes,
            severity,
            severity_in_tests: word_at(entry, "severity-in-tests"),
            weight: weight?,
            allow_in,
            reason: owned(entry, "reason"),
            docs: owned(entry, "docs"),
            language,
            inline_ignore: word_at::<InlineIgnore>(entry, "inline-ignore").unwrap_or_default(),
            policy: word_at::<Policy>(entry, "policy").unwrap_or_default(),
            examples_bad: texts(entry.get("examples"), "bad"),
            examples_good: texts(entry.get("examples"), "good"),
            parameters,
            origin,
            within: Subtree::default(),
            changed_by: None,
        };
        Some((rule, enabled && severity != Severity::Off))
    }

    /// Reads the id of a rule that can be declared in a rules file and is declared somewhere.
    fn rule_id(&mut self, entry: &Node, ids: &Ids<'_>) -> Option<(Arc<str>, Origin)> {
        let (id, origin) = self.id(entry, "a rule")?;
        if BUILT_IN_RULES.contains(&&*id) {
            self.error(&origin, format!("`{id}` is a rule of the program itself"), "give the rule another id");
            return None;
        }
        if entry.get("source").is_none() && entry.get("kind").is_none() {
            if self.incomplete {
                return None;
            }
            let others: Vec<&str> = ids.rules.iter().copied().filter(|other| **other != *id).collect();
            let otherwise = "a new rule needs both";
            let message = format!("rule `{id}` has neither `source` nor `kind`, and no extended file declares it");
            self.error(&origin, message, help(&id, &others, otherwise));
            return None;
        }
        Some((id, origin))
    }

    fn source_of(&mut self, entry: &Node, name: &str, declared: &[&str], sources: &[Source]) -> Option<SourceIndex> {
        let node = self.required(entry, "source", name, "the id of a source")?;
        let id = node.text()?;
        if !declared.contains(&id) && !self.incomplete {
            let otherwise = match declared {
                [] => "no source is declared: write `[[source]]` or extend a pack".to_owned(),
                _ => format!("declared sources are {}", quoted(declared)),
            };
            self.error(&node.origin, format!("there is no source `{id}`"), help(id, declared, &otherwise));
        }
        sources.iter().position(|source| &*source.id == id).map(SourceIndex)
    }

    fn ban_is_there(&mut self, entry: &Node, kind: RuleKind, name: &str) {
        if kind.meta().required != Required::Ban {
            return;
        }
        match entry.get("ban") {
            None => {
                self.required(entry, "ban", name, "a list of paths that may not be used");
            }
            Some(ban) if matches!(&ban.value, Value::List(list) if list.is_empty()) => {
                self.error(&ban.origin, format!("`ban` of {name} is empty"), "expected at least one path");
            }
            Some(_) => {}
        }
    }

    fn parameters_fit(&mut self, entry: &Node, kind: RuleKind) {
        for key in RULE.names().into_iter().filter(|key| !kind.reads(key)) {
            let names: Vec<&str> = RuleKind::reading(key).map(RuleKind::name).collect();
            if let Some(node) = entry.get(key).filter(|_| !names.is_empty()) {
                let message = format!("`{key}` has no effect in a rule of kind `{}`", kind.name());
                self.warning(&node.origin, message, format!("it belongs to {}", quoted(&names)));
            }
        }
        let Required::AnyOf(keys) = kind.meta().required else { return };
        if keys.iter().all(|key| entry.list_at(key).is_empty() && !is_invalid(entry.get(key))) {
            let origin = entry.get("kind").map_or(&entry.origin, |kind| &kind.origin);
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let help = format!("write {}", keys.join(" or "));
            self.warning(origin, format!("this rule of kind `{}` looks for nothing", kind.name()), help);
        }
    }

    fn language_fits(&mut self, language: Option<Language>, ban: &[SymbolPattern]) {
        let Some(language) = language else { return };
        for pattern in ban.iter().filter(|pattern| pattern.language != language) {
            let message = format!("`{}` has no effect in a rule with `language = \"{language}\"`", pattern.text);
            let help = format!("the separator in paths of {language} is `{}`", language.separator());
            self.warning(&pattern.origin, message, help);
        }
    }

    fn use_instead(&mut self, entry: &Node, bare: Language) -> UseInstead {
        let mut found = UseInstead::default();
        let Some(node) = entry.get("use-instead") else { return found };
        if node.text().is_some() {
            found.0.extend(self.literal(node, bare).map(|path| (path.language, path.text)));
            return found;
        }
        for language in lang::languages() {
            let Some(node) = node.get(language.name()) else { continue };
            let Some(path) = self.literal(node, language) else { continue };
            if path.language != language {
                let help = format!("the separator in paths of {language} is `{}`", language.separator());
                self.error(&node.origin, format!("`{}` is no path of {language}", path.text), help);
                continue;
            }
            found.0.insert(language, path.text);
        }
        found
    }

    fn allow_in(&mut self, entry: &Node) -> Vec<Exemption> {
        let mut exemptions = Vec::new();
        for allowed in entry.tables_at("allow-in") {
            let path = self.required(allowed, "path", "an `allow-in` entry", "a file pattern");
            let reason = self.required(allowed, "reason", "an `allow-in` entry", "why the rule does not apply there");
            let path = path.and_then(|path| self.glob(path));
            if let (Some(path), Some(reason)) = (path, reason.and_then(Node::text)) {
                exemptions.push(Exemption { path, reason: reason.to_owned() });
            }
        }
        exemptions
    }

    fn rename(&mut self, entry: &Node, bare: Language) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (old, new) in entry.get("rename").and_then(Node::table).into_iter().flatten() {
            let key = Node { value: Value::Text(old.clone()), origin: new.origin.clone() };
            let valid = self.literal(&key, bare).is_some();
            if let (true, Some(path)) = (valid, self.literal(new, bare)) {
                names.insert(old.clone(), path.text);
            }
        }
        names
    }
}

fn is_invalid(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.value, Value::Invalid) || !node.list().is_empty())
}

fn word_of<C: Choice>(node: &Node) -> Option<C> {
    node.text().and_then(C::of_word)
}

fn word_at<C: Choice>(entry: &Node, key: &str) -> Option<C> {
    entry.get(key).and_then(word_of)
}

fn texts(table: Option<&Node>, key: &str) -> Vec<WithOrigin<String>> {
    let items = table.map_or(&[][..], |table| table.list_at(key));
    let texts = items.iter().filter_map(|node| Some((node.text()?.to_owned(), node.origin.clone())));
    texts.map(|(value, origin)| WithOrigin { value, origin }).collect()
}
