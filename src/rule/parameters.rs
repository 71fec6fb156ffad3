//! The parameters of rules: the keys that only some kinds read.
//!
//! In: [`check`](super::check) makes them. Out: plain data for the detectors, and all of it in a form that can be shown.

use serde_json::{Map, Value};

use crate::source::Language;

use super::check::Checker;
use super::shape::{Key, Shape, key};
use super::tree::Node;
use super::{FileGlob, SymbolPattern};

/// The keys that only some kinds read, in the order in which they are listed; [`KindMeta`](super::KindMeta) says which.
pub(super) const KEYS: &[Key] = &[
    key(
        "names",
        Shape::Texts,
        "Kind implement: patterns of class names. Kind define: the names that may be defined only in listed places.",
    ),
    key("wraps", Shape::Texts, "Kind implement: what a rival wraps."),
    key("limit", Shape::Count, "Kind implement: how many rivals are accepted."),
    key(
        "env",
        Shape::Texts,
        "Kind configure: environment variables; `*` may stand in them, and those with `!` before them do not count.",
    ),
    key("schemes", Shape::Texts, "Kind configure: URL schemes."),
    key("only-in", Shape::Texts, "Kind define: where the names may be defined."),
    key("must-exist", Shape::Texts, "Kind path: files that must exist."),
    key("must-not-exist", Shape::Texts, "Kind path: files that must not exist."),
];

/// Parameters of the kinds that take more than `ban`; empty lists where a kind has no use for them.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// Patterns of class names (`implement`) or of definitions (`define`); one of a single segment is a bare name in
    /// every language.
    pub names: Vec<SymbolPattern>,
    /// Symbols that a rival wraps (`implement`).
    pub wraps: Vec<SymbolPattern>,
    /// The number of rivals that are accepted (`implement`).
    pub limit: u32,
    /// Environment variables, `*` allowed (`configure`).
    pub env: Vec<String>,
    /// URL schemes (`configure`).
    pub schemes: Vec<String>,
    /// Files in which the definition is allowed (`define`).
    pub only_in: Vec<FileGlob>,
    /// Files that must exist (`path`).
    pub must_exist: Vec<FileGlob>,
    /// Files that must not exist (`path`).
    pub must_not_exist: Vec<FileGlob>,
}

/// The value of one parameter, to be shown.
pub(super) struct Shown {
    /// The key in JSON.
    key: &'static str,
    /// The heading in text.
    pub title: &'static str,
    /// The lines below it; none where the value is the default.
    pub items: Vec<String>,
    /// The value in JSON.
    value: Value,
}

impl Checker<'_> {
    /// Reads the parameters of a rule; paths of one segment are of the language `bare`.
    pub(super) fn parameters(&mut self, entry: &Node, bare: Language) -> Parameters {
        let limit = self.count(entry, "limit").unwrap_or(0);
        Parameters {
            names: self.symbols(entry.list_at("names"), bare),
            wraps: self.symbols(entry.list_at("wraps"), bare),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            env: self.plain(
                entry,
                "env",
                "_*",
                "the name of an environment variable; `*` may stand in it, and `!` before it",
            ),
            schemes: self.plain(entry, "schemes", "+-.", "a scheme without `://`, such as `redis`"),
            only_in: self.globs(entry.list_at("only-in")),
            must_exist: self.globs(entry.list_at("must-exist")),
            must_not_exist: self.globs(entry.list_at("must-not-exist")),
        }
    }

    /// Reads strings of ASCII letters, digits and the characters in `also`; in `env` with a `!` before them.
    fn plain(&mut self, entry: &Node, key: &str, also: &str, expected: &str) -> Vec<String> {
        let mut found = Vec::new();
        for node in entry.list_at(key) {
            let Some(text) = node.text() else { continue };
            let name = if key == "env" { text.strip_prefix('!').unwrap_or(text) } else { text };
            if name.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c)) {
                found.push(text.to_owned());
            } else {
                self.error(&node.origin, format!("`{text}` cannot stand in `{key}`"), format!("expected {expected}"));
            }
        }
        found
    }
}

impl Parameters {
    /// Lists every parameter, in the order of [`KEYS`].
    pub(super) fn shown(&self) -> Vec<Shown> {
        let symbols = |list: &[SymbolPattern]| list.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        let globs = |list: &[FileGlob]| list.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        let list = |key, title, items: Vec<String>| Shown { key, title, value: items.clone().into(), items };
        let limit = (self.limit > 0).then(|| self.limit.to_string()).into_iter().collect();
        vec![
            list("names", "Names", symbols(&self.names)),
            list("wraps", "Wrapped", symbols(&self.wraps)),
            Shown { value: self.limit.into(), ..list("limit", "Accepted rivals", limit) },
            list("env", "Environment variables", self.env.clone()),
            list("schemes", "URL schemes", self.schemes.clone()),
            list("only_in", "Only in", globs(&self.only_in)),
            list("must_exist", "Must exist", globs(&self.must_exist)),
            list("must_not_exist", "Must not exist", globs(&self.must_not_exist)),
        ]
    }

    /// Returns every parameter with its key, for `ssot rule --format json`.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        self.shown().into_iter().map(|it| (it.key.to_owned(), it.value)).collect()
    }
}
