//! Checks `[[criterion]]` and `[[phase]]`.

use std::sync::Arc;

use regex::Regex;

use crate::rule::choice::{Choice, words_of};
use crate::rule::complaint::{MessageAndHelp, help};
use crate::rule::shape::{CRITERION, FACTOR, quoted};
use crate::rule::tree::Node;
use crate::rule::{Bound, Criterion, EvidenceFormat, ExposurePart, Limit, MeasureKind, MeasureScope, Phase, Subject};

use super::{Checker, unanchored};

impl Checker<'_> {
    /// Reads all criteria that can be used.
    pub(super) fn criteria(&mut self, root: &Node) -> Vec<Criterion> {
        root.tables_at("criterion").filter_map(|entry| self.criterion(root, entry)).collect()
    }

    fn criterion(&mut self, root: &Node, entry: &Node) -> Option<Criterion> {
        let (id, origin) = self.id(entry, "a criterion")?;
        let name = format!("criterion `{id}`");
        let words = format!("one of {}", quoted(&words_of::<MeasureKind>()));
        let measure = self.required(entry, "measure", &name, &words);
        let limit = self.limit(entry, &name);
        let measure = MeasureKind::of_word(measure?.text()?)?;
        self.keys_fit(entry, measure);
        let subject = self.subject(root, entry, measure, &name)?;
        let title = entry.text_at("title").unwrap_or(&id).to_owned();
        Some(Criterion { title, subject, limit: limit?, origin, id })
    }

    /// Reads the one limit of a criterion.
    fn limit(&mut self, entry: &Node, name: &str) -> Option<Limit> {
        let written: Vec<(Bound, &Node)> =
            Bound::KEYS.iter().filter_map(|(key, bound)| Some((*bound, entry.get(key)?))).collect();
        let keys = quoted(&Bound::KEYS.map(|(key, _)| key));
        match written.as_slice() {
            [(bound, node)] => Some(Limit { bound: *bound, value: self.decimal(node, FACTOR)? }),
            [] => {
                let origin = entry.get("id").map_or(&entry.origin, |id| &id.origin);
                if !self.incomplete {
                    self.error(origin, format!("{name} has no limit"), format!("write one of {keys}"));
                }
                None
            }
            [_, (_, second), ..] => {
                let message = format!("{name} has more than one limit");
                self.error(
                    &second.origin,
                    message,
                    format!("write only one of {keys}; another criterion takes the other"),
                );
                None
            }
        }
    }

    fn keys_fit(&mut self, entry: &Node, measure: MeasureKind) {
        for key in CRITERION.names().into_iter().filter(|key| !measure.meta().keys.contains(key)) {
            let names: Vec<&str> = MeasureKind::reading(key).map(MeasureKind::name).collect();
            if let Some(node) = entry.get(key).filter(|_| !names.is_empty()) {
                let message = format!("`{key}` has no effect with the measure `{}`", measure.name());
                self.warning(&node.origin, message, format!("it belongs to {}", quoted(&names)));
            }
        }
    }

    fn subject(&mut self, root: &Node, entry: &Node, measure: MeasureKind, name: &str) -> Option<Subject> {
        let evidence = match measure {
            MeasureKind::Junit => EvidenceFormat::Junit { name: self.pattern(entry, "name")? },
            MeasureKind::Json => EvidenceFormat::Json { pointer: self.pointer(entry, name)? },
            MeasureKind::Log => {
                self.required(entry, "matching", name, "a regular expression for the lines that are looked for");
                EvidenceFormat::Log {
                    among: self.pattern(entry, "among")?,
                    matching: self.pattern(entry, "matching")??,
                }
            }
            _ => {
                let scope = self.scope(root, entry)?;
                return Some(match measure {
                    MeasureKind::Score => Subject::Score(scope),
                    MeasureKind::Violations => Subject::Violations(scope),
                    MeasureKind::Implementations => Subject::Implementations(scope),
                    MeasureKind::LoadTimeExposure => Subject::Exposure(scope, ExposurePart::Loading),
                    _ => Subject::Exposure(scope, ExposurePart::Reaching),
                });
            }
        };
        let node = self.required(entry, "file", name, "the file of evidence, relative to the project root")?;
        let file = node.text()?;
        if let Some(MessageAndHelp { help, .. }) = unanchored(file) {
            self.error(&node.origin, format!("`{file}` cannot be a file of evidence"), help);
            return None;
        }
        Some(Subject::Evidence { file: file.to_owned(), evidence })
    }

    /// Reads a regular expression, if the key is there; gives none if it is not valid.
    fn pattern(&mut self, entry: &Node, key: &str) -> Option<Option<Regex>> {
        let Some(node) = entry.get(key) else { return Some(None) };
        match Regex::new(node.text()?) {
            Ok(pattern) => Some(Some(pattern)),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let help = "expected a regular expression of the Rust crate `regex`; in TOML, `'...'` needs no escapes";
                self.error(&node.origin, format!("`{key}` is no regular expression: {why}"), help);
                None
            }
        }
    }

    fn pointer(&mut self, entry: &Node, name: &str) -> Option<String> {
        let node = self.required(entry, "pointer", name, "a JSON pointer such as `/totals/rate`")?;
        let pointer = node.text()?;
        if !pointer.starts_with('/') {
            let help = format!("a JSON pointer begins with `/`: write `/{}`", pointer.replace('.', "/"));
            self.error(&node.origin, format!("`{pointer}` is no JSON pointer"), help);
            return None;
        }
        Some(pointer.to_owned())
    }

    /// Reads the part of the project that is measured; gives none if an id is not declared.
    fn scope(&mut self, root: &Node, entry: &Node) -> Option<MeasureScope> {
        let mut found = [None, None, None];
        let mut complete = true;
        for (slot, section) in found.iter_mut().zip(["source", "rule", "component"]) {
            let Some(node) = entry.get(section) else { continue };
            let Some(id) = node.text() else {
                complete = false;
                continue;
            };
            let declared: Vec<&str> = root.tables_at(section).filter_map(|it| it.text_at("id")).collect();
            if declared.contains(&id) {
                *slot = Some(Arc::from(id));
                continue;
            }
            complete = false;
            if !self.incomplete {
                let otherwise = match declared.as_slice() {
                    [] => format!("no {section} is declared"),
                    _ => format!("declared are {}", quoted(&declared)),
                };
                self.error(&node.origin, format!("there is no {section} `{id}`"), help(id, &declared, &otherwise));
            }
        }
        let [source, rule, component] = found;
        complete.then_some(MeasureScope { source, rule, component })
    }

    /// Reads the phases of the migration plan.
    pub(super) fn phases(&mut self, root: &Node) -> Vec<Phase> {
        let mut phases = Vec::new();
        for entry in root.tables_at("phase") {
            let Some((id, origin)) = self.id(entry, "a phase") else { continue };
            let name = format!("phase `{id}`");
            let Some(paths) = self.required(entry, "paths", &name, "a list of file patterns") else { continue };
            let paths = self.globs(paths.list());
            let title = entry.text_at("title").unwrap_or(&id).to_owned();
            phases.push(Phase { id, title, paths, origin });
        }
        phases
    }
}
