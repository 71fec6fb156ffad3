//! From the text of one rules file to a tree in the shape of rules files.
//!
//! In: text. Out: a [`Node`] that has only known keys with values of the right type, and every problem of syntax,
//! key and type at its place. What the values mean together is for [`check`](super::check).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::lang::{self, RulesManifest};
use crate::problem::Problem;
use crate::source::{LineIndex, Span};

use super::Origin;
use super::complaint::{error, help};
use super::load::RulesText;
use super::shape::{FILE, Shape, Table, quoted};
use super::tree::{Node, Value};

/// One rules file, decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Its tree.
    pub root: Node,
    /// The TOML itself is broken: values may be missing that the user has written.
    pub broken: bool,
}

/// Decodes one file, whose file patterns are relative to the directory `base`; a manifest is decoded from its table of
/// rules.
pub(super) fn decode(file: &RulesText, base: &Arc<str>, problems: &mut Vec<Problem>) -> Decoded {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    let mut decoder = Decoder { file, base, problems: Vec::new() };
    let whole = Label { head: String::new(), top: true };
    let root = match manifest(&file.name) {
        Some(manifest) => decoder.manifest_table(document.get_ref(), manifest, &whole),
        None => decoder.table(document.get_ref(), 0..0, FILE, &whole),
    };
    let broken_lines = syntax_problems(file, base, &errors, problems);
    let broken = !broken_lines.is_empty();
    problems.extend(decoder.problems.into_iter().filter(|problem| !broken_lines.contains(&problem.line)));
    Decoded { root, broken }
}

/// Returns the manifest that a file is, if rules stand in a table of it, beside the settings of other tools.
fn manifest(name: &str) -> Option<&'static RulesManifest> {
    let last = name.rsplit(['/', '\\']).next()?;
    lang::rules_manifests().find(|it| it.name == last)
}

/// Tells whether a file is a manifest with rules in it.
pub(super) fn has_section(file: &RulesText) -> bool {
    let (document, _) = DeTable::parse_recoverable(&file.text);
    let has = |table: &&[&str]| section(document.get_ref(), table).is_some();
    manifest(&file.name).is_some_and(|manifest| manifest.tables.iter().any(has))
}

/// Returns what stands at a path of keys.
fn section<'d, 't>(document: &'d DeTable<'t>, keys: &[&str]) -> Option<&'d Spanned<DeValue<'t>>> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(document.get(*first)?, |at, key| at.get_ref().get(*key))
}

/// Reports one problem for each line with a syntax error; gives the lines.
fn syntax_problems(
    file: &RulesText,
    base: &Arc<str>,
    errors: &[toml::de::Error],
    problems: &mut Vec<Problem>,
) -> BTreeSet<u32> {
    let index = LineIndex::default();
    let mut lines = BTreeSet::new();
    for syntax in errors {
        let origin = origin(file, base, visible(&file.text, syntax.span().unwrap_or(0..0)));
        let line = index.position(&file.text, origin.span.start).line;
        if lines.insert(line) {
            let message = syntax.message().trim_end();
            let (message, expected) = message.split_once(", expected ").unwrap_or((message, "valid TOML"));
            let problem = error(&origin, format!("not valid TOML: {message}"));
            problems.push(problem.with_help(format!("expected {expected}")));
        }
    }
    lines
}

/// Makes an empty range longer, so that a caret has something to stand below.
fn visible(text: &str, range: Range<usize>) -> Range<usize> {
    let next = text.get(range.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    range.start..range.end.max(range.start + next)
}

fn origin(file: &RulesText, base: &Arc<str>, range: Range<usize>) -> Origin {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Origin {
        file: Arc::clone(&file.name),
        text: Arc::clone(&file.text),
        span: Span::new(offset(range.start), offset(range.end)),
        pack: file.pack,
        base: Arc::clone(base),
    }
}

/// The name of a table in messages.
struct Label {
    /// `[[rule]]`, `allow-in`; empty for the whole file.
    head: String,
    /// Its keys are those of the whole file, so that tables below are called by their headers.
    top: bool,
}

impl Label {
    fn of(&self, name: &str, list: bool) -> Self {
        let head = match (self.top, list) {
            (true, true) => format!("[[{name}]]"),
            (true, false) => format!("[{name}]"),
            (false, _) if self.head.starts_with("[gate") && name != "max-violations" => {
                format!("{}.{name}]", self.head.trim_end_matches(']'))
            }
            (false, _) => name.to_owned(),
        };
        Self { head, top: false }
    }

    fn place(&self) -> String {
        if self.head.is_empty() { String::new() } else { format!(" in `{}`", self.head) }
    }
}

/// The key that a value belongs to.
#[derive(Clone, Copy)]
struct Slot<'a> {
    name: &'a str,
    /// The value is an element of the key's list.
    element: bool,
}

impl<'a> Slot<'a> {
    fn of(name: &'a str) -> Self {
        Self { name, element: false }
    }

    fn called(self) -> String {
        if self.element { format!("an element of `{}`", self.name) } else { format!("`{}`", self.name) }
    }
}

struct Decoder<'a> {
    file: &'a RulesText,
    base: &'a Arc<str>,
    problems: Vec<Problem>,
}

impl Decoder<'_> {
    /// Decodes the table of a manifest that holds rules.
    fn manifest_table(&mut self, document: &DeTable<'_>, manifest: &RulesManifest, whole: &Label) -> Node {
        let found = manifest.tables.iter().filter_map(|keys| Some((keys.join("."), section(document, keys)?)));
        let found: Vec<_> = found.collect();
        if let [(one, _), (other, second), ..] = found.as_slice() {
            let message = format!("`[{one}]` and `[{other}]` both have rules");
            self.complain(second.span(), message, "keep one of them".to_owned());
        }
        match found.first().map(|(name, section)| (name, section.get_ref(), section.span())) {
            Some((_, DeValue::Table(table), span)) => self.table(table, span, FILE, whole),
            Some((name, _, span)) => {
                self.complain(span, format!("`{name}` is not a table"), format!("write `[{name}]`"));
                Node::default()
            }
            None => {
                let tables: Vec<String> =
                    manifest.tables.iter().map(|keys| format!("`[{}]`", keys.join("."))).collect();
                let tables = tables.join(" or ");
                self.complain(0..0, format!("the file has no {tables}"), format!("write the rules below {tables}"));
                Node::default()
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, shape: &Table, label: &Label) -> Node {
        let mut entries = BTreeMap::new();
        for (name, value) in table {
            match shape.key(name.get_ref()) {
                Some(key) => {
                    let node = self.value(value, &key.shape, Slot::of(key.name), label);
                    entries.insert(key.name.to_owned(), node);
                }
                None => self.unknown_key(name, shape, label),
            }
        }
        Node { value: Value::Table(entries), origin: origin(self.file, self.base, span) }
    }

    fn unknown_key(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, shape: &Table, label: &Label) {
        let word = name.get_ref().as_ref();
        let help = if !label.head.is_empty() && FILE.key(word).is_some() {
            format!("`{word}` belongs to the whole file: write it above the first `[` or under a header of its own")
        } else {
            help(word, &shape.names(), &format!("expected one of {}", shape.quoted_keys()))
        };
        self.complain(name.span(), format!("unknown key `{word}`{}", label.place()), help);
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, shape: &Shape, slot: Slot<'_>, label: &Label) -> Node {
        let span = value.span();
        let decoded = match (shape, value.get_ref()) {
            (Shape::Text | Shape::Id | Shape::TextOrTable(..), DeValue::String(text)) => {
                self.text(text, span.clone(), slot, label)
            }
            (Shape::Texts, DeValue::Array(items)) => {
                let element = Slot { name: slot.name, element: true };
                Value::List(items.iter().map(|item| self.value(item, &Shape::Text, element, label)).collect())
            }
            (Shape::Flag, DeValue::Boolean(flag)) => Value::Flag(*flag),
            (Shape::Count | Shape::Decimal(_), DeValue::Integer(number)) => {
                self.integer(number, span.clone(), slot, shape)
            }
            (Shape::Decimal(_), DeValue::Float(number)) => self.number(number.as_str(), span.clone(), slot, shape),
            (Shape::Word(choice), DeValue::String(word)) => self.word(word, &choice.words(), span.clone(), slot),
            (Shape::Table(inner) | Shape::TextOrTable(_, inner), DeValue::Table(table)) => {
                return self.table(table, span, inner, &label.of(slot.name, false));
            }
            (Shape::TextMap, DeValue::Table(table)) => {
                let inner = label.of(slot.name, false);
                self.map(table, |this, value, key| this.value(value, &Shape::Text, Slot::of(key), &inner))
            }
            (Shape::NamedTables(shape), DeValue::Table(table)) => {
                let inner = label.of(slot.name, false);
                self.map(table, |this, value, key| this.value(value, &Shape::Table(shape), Slot::of(key), &inner))
            }
            (Shape::Tables(shape), DeValue::Array(items)) => {
                let inner = label.of(slot.name, true);
                Value::List(items.iter().map(|item| self.element(item, shape, slot, &inner)).collect())
            }
            (_, other) => self.wrong_type(other, span.clone(), shape, slot, label),
        };
        Node { value: decoded, origin: origin(self.file, self.base, span) }
    }

    fn map(
        &mut self,
        table: &DeTable<'_>,
        mut decode: impl FnMut(&mut Self, &Spanned<DeValue<'_>>, &str) -> Node,
    ) -> Value {
        let mut entries = BTreeMap::new();
        for (key, value) in table {
            entries.insert(key.get_ref().to_string(), decode(self, value, key.get_ref()));
        }
        Value::Table(entries)
    }

    fn element(&mut self, item: &Spanned<DeValue<'_>>, shape: &Table, slot: Slot<'_>, label: &Label) -> Node {
        match item.get_ref() {
            DeValue::Table(table) => self.table(table, item.span(), shape, label),
            other => {
                let found = type_name(other);
                let help = format!("expected a table with the keys {}", shape.quoted_keys());
                self.complain(item.span(), format!("an element of `{name}` is {found}", name = slot.name), help);
                Node { value: Value::Invalid, origin: origin(self.file, self.base, item.span()) }
            }
        }
    }

    fn text(&mut self, text: &str, span: Range<usize>, slot: Slot<'_>, label: &Label) -> Value {
        if text.trim().is_empty() {
            self.complain(
                span,
                format!("{} is empty{}", slot.called(), label.place()),
                "expected some text".to_owned(),
            );
            return Value::Invalid;
        }
        Value::Text(text.to_owned())
    }

    fn word(&mut self, word: &str, words: &[&str], span: Range<usize>, slot: Slot<'_>) -> Value {
        if words.contains(&word) {
            return Value::Text(word.to_owned());
        }
        let help = help(word, words, &format!("expected one of {}", quoted(words)));
        self.complain(span, format!("`{word}` is no {}", slot.name.replace('-', " ")), help);
        Value::Invalid
    }

    fn integer(&mut self, number: &DeInteger<'_>, span: Range<usize>, slot: Slot<'_>, shape: &Shape) -> Value {
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) => self.number(&value.to_string(), span, slot, shape),
            Err(_) => self.number("-", span, slot, shape),
        }
    }

    fn number(&mut self, written: &str, span: Range<usize>, slot: Slot<'_>, shape: &Shape) -> Value {
        let digits = written.trim_start_matches('+');
        if digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Value::Number(digits.to_owned());
        }
        let message = format!("{} is out of range", slot.called());
        self.complain(span, message, format!("expected {}, in decimal notation", shape.expected()));
        Value::Invalid
    }

    fn wrong_type(
        &mut self,
        found: &DeValue<'_>,
        span: Range<usize>,
        shape: &Shape,
        slot: Slot<'_>,
        label: &Label,
    ) -> Value {
        let mut help = format!("expected {}", shape.expected());
        match (shape, found) {
            (Shape::Texts, DeValue::String(text)) => help = format!("{help}: write `[\"{text}\"]`"),
            (Shape::Tables(_), DeValue::Table(_)) if label.top => help = format!("write `[[{}]]`", slot.name),
            _ => {}
        }
        self.complain(span, format!("{} is {}{}", slot.called(), type_name(found), label.place()), help);
        Value::Invalid
    }

    fn complain(&mut self, span: Range<usize>, message: String, help: String) {
        self.problems.push(error(&origin(self.file, self.base, span), message).with_help(help));
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
