//! Drafts: the rules that come of a conversion, and what is said of each entry.
//!
//! In: rules as converters give them. Out: the text of a rules file.

use std::fmt::Write;

/// Says what came of a configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// The tools whose settings it has.
    pub tools: Vec<&'static str>,
    /// The text of the rules file.
    pub text: String,
    /// Every entry, in the order of lines.
    pub entries: Vec<ConvertedEntry>,
}

/// Says what came of one entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConvertedEntry {
    /// 1-based line.
    pub line: u32,
    /// The entry, in a few words.
    pub entry: String,
    /// Says what came of it.
    pub outcome: EntryOutcome,
}

/// Says what came of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryOutcome {
    /// It is this rule.
    Converted(String),
    /// It is this rule as far as that goes, which this sentence says.
    Partly(String, String),
    /// It is no rule, for this reason.
    Left(String),
}

/// A rule of a conversion.
#[derive(Debug, Clone, Default)]
pub(super) struct DraftRule {
    pub kind: &'static str,
    pub ban: String,
    pub use_instead: Option<String>,
    pub reason: Option<String>,
    pub language: Option<&'static str>,
    /// Globs of files in which it does not apply, and why.
    pub allow_in: Vec<(String, String)>,
}

/// The rules of a conversion while they are gathered.
pub(super) struct RulesDraft<'a> {
    name: &'a str,
    pub paths: &'a [&'a str],
    tools: Vec<&'static str>,
    rules: Vec<(String, &'static str, DraftRule)>,
    entries: Vec<ConvertedEntry>,
}

impl<'a> RulesDraft<'a> {
    pub fn new(name: &'a str, paths: &'a [&'a str]) -> Self {
        Self { name, paths, tools: Vec::new(), rules: Vec::new(), entries: Vec::new() }
    }

    /// Adds a rule of a tool; `partly` says what it lacks.
    pub fn add(&mut self, tool: &'static str, line: u32, rule: DraftRule, partly: Option<String>) {
        self.tool(tool);
        let words = rule.ban.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let plain = format!("{tool}-{}", words.collect::<Vec<_>>().join("-").to_lowercase());
        let taken = |id: &str| self.rules.iter().any(|(known, ..)| known == id);
        let mut id = plain.clone();
        let mut number = 2;
        while taken(&id) {
            id = format!("{plain}-{number}");
            number += 1;
        }
        let outcome = match partly {
            Some(why) => EntryOutcome::Partly(id.clone(), why),
            None => EntryOutcome::Converted(id.clone()),
        };
        self.entries.push(ConvertedEntry { line, entry: rule.ban.clone(), outcome });
        self.rules.push((id, tool, rule));
    }

    /// Notes an entry of a tool that is no rule.
    pub fn left(&mut self, tool: &'static str, line: u32, entry: &str, why: impl Into<String>) {
        self.tool(tool);
        self.entries.push(ConvertedEntry { line, entry: entry.to_owned(), outcome: EntryOutcome::Left(why.into()) });
    }

    fn tool(&mut self, tool: &'static str) {
        if !self.tools.contains(&tool) {
            self.tools.push(tool);
        }
    }

    /// Writes the rules file; none if there was no entry at all.
    pub fn finish(mut self) -> Option<Conversion> {
        if self.entries.is_empty() {
            return None;
        }
        self.entries.sort();
        let mut text = format!(
            "# Rules of ssot, converted from `{}`. `ssot rules` lists them, `ssot rule ID` explains one.\n",
            self.name
        );
        for tool in &self.tools {
            if !self.rules.iter().any(|(_, of, _)| of == tool) {
                continue;
            }
            let _infallible = write!(
                text,
                "\n# Nothing owns what is banned; `canonical = [...]` says what to use, so that a score can be measured.\n\
                 [[source]]\nid = \"{tool}\"\ntitle = \"What {tool} bans\"\nowners = []\n"
            );
            for (id, _, rule) in self.rules.iter().filter(|(_, of, _)| of == tool) {
                text += &written(id, tool, rule);
            }
        }
        Some(Conversion { tools: self.tools, text, entries: self.entries })
    }
}

fn written(id: &str, source: &str, rule: &DraftRule) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "\n[[rule]]\nid = \"{id}\"\nsource = \"{source}\"\nkind = \"{}\"\nban = [{}]\n",
        rule.kind,
        quoted(&rule.ban)
    );
    let optional =
        [("language", rule.language), ("use-instead", rule.use_instead.as_deref()), ("reason", rule.reason.as_deref())];
    for (key, value) in optional {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            text += &format!("{key} = {}\n", quoted(value.trim()));
        }
    }
    if !rule.allow_in.is_empty() {
        let entries = rule.allow_in.iter();
        let entries: String = entries
            .map(|(path, why)| format!("  {{ path = {}, reason = {} }},\n", quoted(path), quoted(why)))
            .collect();
        text += &format!("allow-in = [\n{entries}]\n");
    }
    text
}
