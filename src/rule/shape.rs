//! The shape of a rules file: which keys each table has and what each key takes.
//!
//! In: nothing. Out: constants that drive decoding, merging and showing a rules file, so that a key is named once.
//! A test holds that the raw type, of which the JSON schema is made, has the same keys and words.

use crate::source::Language;

use super::words::words_of;
use super::{InlineIgnore, MeasureKind, Policy, RuleKind, Severity};

/// A key of a table.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// What holds when it is absent, as TOML; none when that cannot be said in one value.
    pub default: Option<&'static str>,
}

impl Key {
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

/// What a key takes.
#[derive(Debug)]
pub(super) enum Shape {
    /// A string that is not empty.
    Text,
    /// A list of such strings.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number, not negative.
    Count,
    /// A number with a fraction, not negative.
    Decimal,
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A string or a table with these keys.
    TextOrTable(&'static [Key]),
    /// A table from names of the user's choice to strings.
    TextMap,
    /// A table from names of the user's choice to tables with these keys.
    NamedTables(&'static [Key]),
    /// A list of tables with these keys; merged by `id` where they have one.
    Tables(&'static [Key]),
}

impl Shape {
    /// What was expected, for a message: "a string".
    pub fn expected(&self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::Texts => "a list of strings".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count => "a whole number, 0 or more".to_owned(),
            Self::Decimal => "a number, 0 or more".to_owned(),
            Self::Word(words) => format!("one of {}", quoted(&words())),
            Self::Table(_) => "a table".to_owned(),
            Self::TextOrTable(keys) => format!("a string, or a table with the keys {}", quoted_keys(keys)),
            Self::TextMap => "a table of strings".to_owned(),
            Self::NamedTables(_) => "a table of tables".to_owned(),
            Self::Tables(keys) => format!("a list of tables with the keys {}", quoted_keys(keys)),
        }
    }
}

/// Names in back quotes, separated by commas.
pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The names of keys in back quotes, separated by commas.
pub(super) fn quoted_keys(keys: &[Key]) -> String {
    quoted(&keys.iter().map(|key| key.name).collect::<Vec<_>>())
}

const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, default: None }
}

/// The whole file.
pub(super) const FILE: &[Key] = &[
    key("extends", Shape::Texts).or("[]"),
    key("exclude", Shape::Texts).or("[]"),
    key("tests", Shape::Texts).or("[]"),
    key("python", Shape::Table(&[key("roots", Shape::Texts)])),
    key("gate", Shape::Table(GATE)),
    key("source", Shape::Tables(SOURCE)),
    key("rule", Shape::Tables(RULE)),
    key("alias", Shape::Tables(ALIAS)),
    key("component", Shape::Tables(COMPONENT)),
    key("criterion", Shape::Tables(CRITERION)),
    key("phase", Shape::Tables(PHASE)),
];

const CONDITIONS: [Key; 5] = [
    key("fail-under", Shape::Decimal),
    key("no-new", Shape::Flag),
    key("score-drop", Shape::Flag),
    key("max-violations", Shape::Table(MAX_VIOLATIONS)),
    key("unanalysed", Shape::Count),
];

/// `[gate]`.
const GATE: &[Key] = &{
    let [fail_under, no_new, score_drop, max_violations, unanalysed] = CONDITIONS;
    [fail_under, no_new, score_drop, max_violations, unanalysed, key("profile", Shape::NamedTables(&CONDITIONS))]
};

/// `max-violations` of a gate.
const MAX_VIOLATIONS: &[Key] = &[key("error", Shape::Count), key("warning", Shape::Count), key("note", Shape::Count)];

/// `[[source]]`.
const SOURCE: &[Key] = &[
    key("id", Shape::Text),
    key("title", Shape::Text),
    key("reason", Shape::Text),
    key("docs", Shape::Text),
    key("canonical", Shape::Texts),
    key("owners", Shape::Texts),
];

/// `[[rule]]`.
const RULE: &[Key] = &[
    key("id", Shape::Text),
    key("source", Shape::Text),
    key("kind", Shape::Word(words_of::<RuleKind>)),
    key("ban", Shape::Texts),
    key("use-instead", Shape::TextOrTable(&[key("python", Shape::Text), key("rust", Shape::Text)])),
    key("rename", Shape::TextMap),
    key("reason", Shape::Text),
    key("docs", Shape::Text),
    key("severity", Shape::Word(words_of::<Severity>)).or("\"error\""),
    key("severity-in-tests", Shape::Word(words_of::<Severity>)),
    key("weight", Shape::Decimal).or("1"),
    key("allow-in", Shape::Tables(&[key("path", Shape::Text), key("reason", Shape::Text)])),
    key("enabled", Shape::Flag).or("true"),
    key("language", Shape::Word(words_of::<Language>)),
    key("inline-ignore", Shape::Word(words_of::<InlineIgnore>)).or("\"reason\""),
    key("policy", Shape::Word(words_of::<Policy>)).or("\"ratchet\""),
    key("examples", Shape::Table(&[key("bad", Shape::Texts), key("good", Shape::Texts)])),
    key("names", Shape::Texts),
    key("wraps", Shape::Texts),
    key("limit", Shape::Count),
    key("env", Shape::Texts),
    key("schemes", Shape::Texts),
    key("only-in", Shape::Texts),
    key("must-exist", Shape::Texts),
    key("must-not-exist", Shape::Texts),
];

/// `[[alias]]`.
const ALIAS: &[Key] = &[key("path", Shape::Text), key("is", Shape::Text)];

/// `[[component]]`.
const COMPONENT: &[Key] = &[key("id", Shape::Text), key("paths", Shape::Texts)];

/// `[[criterion]]`.
const CRITERION: &[Key] = &[
    key("id", Shape::Text),
    key("title", Shape::Text),
    key("measure", Shape::Word(words_of::<MeasureKind>)),
    key("source", Shape::Text),
    key("rule", Shape::Text),
    key("component", Shape::Text),
    key("file", Shape::Text),
    key("name", Shape::Text),
    key("pointer", Shape::Text),
    key("among", Shape::Text),
    key("matching", Shape::Text),
    key("at-least", Shape::Decimal),
    key("at-most", Shape::Decimal),
    key("above", Shape::Decimal),
    key("below", Shape::Decimal),
];

/// `[[phase]]`.
const PHASE: &[Key] = &[key("id", Shape::Text), key("title", Shape::Text), key("paths", Shape::Texts)];
