//! Fixes: what a rule says of those of its violations.
//!
//! In: [`check`](super::check) makes them. Out: plain data for `crate::fix`, and all of it in a form that can be shown.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::check::Checker;
use super::choice::{Choice, ChoiceMeta, ChoiceWord};
use super::shape::{Key, Shape, Table, key};
use super::tree::Node;
use crate::source::Language;

/// Members that end the life of an object unless a rule names others.
const ENDS_LIFE: [&str; 5] = ["close", "aclose", "shutdown", "disconnect", "quit"];

/// The keys, in the order in which they are listed.
pub(super) const KEYS: &[Key] = &[
    key("fix", Shape::Word(ChoiceMeta::of::<FixPolicy>()), "Whether `ssot fix` may fix its violations.").or("\"safe\""),
    key("arguments", Shape::Table(ARGUMENTS), "Arguments of a construction that the replacement takes otherwise."),
    key("members", Shape::TextMap, "Members of the old object to those of the replacement."),
    key(
        "ends-life",
        Shape::Texts,
        "Members that end the life of an object: code that calls one on what it built is not given a shared instance.",
    )
    .or("[\"close\", \"aclose\", \"shutdown\", \"disconnect\", \"quit\"]"),
    key("equivalent", Shape::Tables(EQUIVALENT), "Pairs of names that are as good as one object, each with a reason."),
    key(
        "shim-effects",
        Shape::Word(ChoiceMeta::of::<ShimEffects>()),
        "Whether what a banned module does when it is imported must go on happening.",
    )
    .or("\"keep\""),
];

const ARGUMENTS: &Table = &Table {
    name: "FixArguments",
    about: "Arguments of a construction that the replacement takes otherwise.",
    keys: &[
        key("drop", Shape::Texts, "Keyword arguments that may be left out.").or("[]"),
        key("map", Shape::TextMap, "Keyword arguments to those of the replacement."),
    ],
};

const EQUIVALENT: &Table = &Table {
    name: "Equivalent",
    about: "Two names that are as good as one object.",
    keys: &[
        key("old", Shape::Text, "The full old name.").required(),
        key("new", Shape::Text, "The full new name.").required(),
        key("reason", Shape::Text, "Why.").required(),
    ],
};

/// The fixes that may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FixPolicy {
    /// Those that are safe, without being asked.
    #[default]
    Safe,
    /// None without being asked.
    Unsafe,
    /// None.
    Off,
}

/// The weight of effects of banned modules at import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShimEffects {
    /// They must go on happening.
    #[default]
    Keep,
    /// They are wanted gone.
    Ignore,
}

impl Choice for FixPolicy {
    const NAME: &'static str = "Fix";
    const ABOUT: &'static str = "Whether `ssot fix` may fix the violations of a rule.";

    fn values() -> Vec<Self> {
        vec![Self::Safe, Self::Unsafe, Self::Off]
    }

    fn entry(self) -> ChoiceWord {
        let (word, meaning) = match self {
            Self::Safe => ("safe", "Safe fixes are applied; others with `--unsafe-fixes`."),
            Self::Unsafe => ("unsafe", "None is applied without `--unsafe-fixes`."),
            Self::Off => ("off", "None is applied."),
        };
        ChoiceWord { word, meaning: meaning.into() }
    }
}

impl Choice for ShimEffects {
    const NAME: &'static str = "ShimEffects";
    const ABOUT: &'static str = "Whether effects of banned modules at import count.";

    fn values() -> Vec<Self> {
        vec![Self::Keep, Self::Ignore]
    }

    fn entry(self) -> ChoiceWord {
        let (word, meaning) = match self {
            Self::Keep => ("keep", "A fix that loses one is not safe."),
            Self::Ignore => ("ignore", "They are wanted gone, a warning of deprecation for one."),
        };
        ChoiceWord { word, meaning: meaning.into() }
    }
}

/// All that a rule says of fixes besides `use-instead` and `rename`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFixes {
    /// The fixes that may be applied.
    pub policy: FixPolicy,
    /// Keyword arguments that may be left out.
    pub dropped: Vec<String>,
    /// Keyword arguments under their new names.
    pub mapped: BTreeMap<String, String>,
    /// Members under their new names.
    pub members: BTreeMap<String, String>,
    /// Members that end the life of an object.
    pub ends_life: Vec<String>,
    /// Pairs of names that are as good as one object.
    pub equivalent: Vec<Equivalence>,
    /// The weight of effects at import.
    pub shim_effects: ShimEffects,
}

/// Two names that are as good as one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equivalence {
    /// The full old name.
    pub old: String,
    /// The full new name.
    pub new: String,
    /// Why.
    pub reason: String,
}

impl Default for RuleFixes {
    fn default() -> Self {
        Self {
            policy: FixPolicy::default(),
            dropped: Vec::new(),
            mapped: BTreeMap::new(),
            members: BTreeMap::new(),
            ends_life: ENDS_LIFE.map(str::to_owned).to_vec(),
            equivalent: Vec::new(),
            shim_effects: ShimEffects::default(),
        }
    }
}

impl Checker<'_> {
    /// Reads what a rule says of fixes; paths of one segment are of the language `bare`.
    pub(super) fn fix_settings(&mut self, entry: &Node, bare: Language) -> RuleFixes {
        let arguments = entry.get("arguments");
        let dropped = arguments.map(|it| self.identifiers(it.list_at("drop"))).unwrap_or_default();
        let mapped = arguments.and_then(|it| it.get("map")).map(|it| self.identifier_map(it)).unwrap_or_default();
        let members = entry.get("members").map(|it| self.identifier_map(it)).unwrap_or_default();
        let ends_life = match entry.get("ends-life") {
            Some(_) => self.identifiers(entry.list_at("ends-life")),
            None => ENDS_LIFE.map(str::to_owned).to_vec(),
        };
        let word = |key| entry.get(key).and_then(Node::text);
        RuleFixes {
            policy: word("fix").and_then(FixPolicy::of_word).unwrap_or_default(),
            dropped,
            mapped,
            members,
            ends_life,
            equivalent: self.equivalences(entry, bare),
            shim_effects: word("shim-effects").and_then(ShimEffects::of_word).unwrap_or_default(),
        }
    }

    fn equivalences(&mut self, entry: &Node, bare: Language) -> Vec<Equivalence> {
        let mut found = Vec::new();
        for pair in entry.tables_at("equivalent") {
            let name = "an `equivalent` entry";
            let old = self.required(pair, "old", name, "the full old name").and_then(|it| self.literal(it, bare));
            let new = self.required(pair, "new", name, "the full new name").and_then(|it| self.literal(it, bare));
            let reason = self.required(pair, "reason", name, "why the two are as good as one").and_then(Node::text);
            if let (Some(old), Some(new), Some(reason)) = (old, new, reason) {
                found.push(Equivalence { old: old.text, new: new.text, reason: reason.to_owned() });
            }
        }
        found
    }

    /// Reads names of one segment.
    fn identifiers(&mut self, nodes: &[Node]) -> Vec<String> {
        nodes.iter().filter_map(|node| self.identifier(node)).collect()
    }

    fn identifier_map(&mut self, node: &Node) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (old, new) in node.table().into_iter().flatten() {
            let key = Node { value: super::tree::Value::Text(old.clone()), origin: new.origin.clone() };
            if let (Some(old), Some(new)) = (self.identifier(&key), self.identifier(new)) {
                found.insert(old, new);
            }
        }
        found
    }

    fn identifier(&mut self, node: &Node) -> Option<String> {
        let text = node.text()?;
        let valid =
            text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_numeric());
        if !valid {
            self.error(&node.origin, format!("`{text}` is no name"), "expected one name, without a path".to_owned());
        }
        valid.then(|| text.to_owned())
    }
}

impl RuleFixes {
    /// Lists what differs from the defaults, in words.
    pub(super) fn shown(&self) -> Vec<String> {
        let default = Self::default();
        let mut lines = Vec::new();
        if self.policy != default.policy {
            lines.push(format!("fix {}", self.policy.word()));
        }
        let pairs = |what: &str, map: &BTreeMap<String, String>| {
            map.iter().map(|(old, new)| format!("{what} {old} becomes {new}")).collect::<Vec<_>>()
        };
        lines.extend(self.dropped.iter().map(|name| format!("argument {name} is left out")));
        lines.extend(pairs("argument", &self.mapped));
        lines.extend(pairs("member", &self.members));
        if self.ends_life != default.ends_life {
            lines.push(format!("ends a life: {}", self.ends_life.join(", ")));
        }
        lines.extend(self.equivalent.iter().map(|it| format!("{} is as good as {}: {}", it.old, it.new, it.reason)));
        if self.shim_effects != default.shim_effects {
            lines.push(format!("effects at import: {}", self.shim_effects.word()));
        }
        lines
    }

    /// Returns all of it, for `ssot rule --format json`.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let equivalent = self.equivalent.iter().map(|it| json!({ "old": it.old, "new": it.new, "reason": it.reason }));
        let value = json!({
            "fix": self.policy.word(),
            "arguments": { "drop": self.dropped, "map": self.mapped },
            "members": self.members,
            "ends_life": self.ends_life,
            "equivalent": equivalent.collect::<Vec<_>>(),
            "shim_effects": self.shim_effects.word(),
        });
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}
