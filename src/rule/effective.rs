//! The effective configuration: what all rules files together say, with the place of each value.
//!
//! In: the merged tree. Out: text in the form of a rules file, with a comment behind each value that names its place.

use std::sync::Arc;

use super::shape::{FILE, Key, Shape, Table};
use super::tree::{Node, Value};

/// The configuration that all rules files make together.
#[derive(Debug, Clone, Default)]
pub struct Effective {
    root: Node,
    /// The directories with rules files of their own, and what these say.
    below: Vec<(Arc<str>, Node)>,
}

impl Effective {
    pub(super) fn new(root: Node) -> Self {
        Self { root, below: Vec::new() }
    }

    pub(super) fn add(&mut self, directory: Arc<str>, own: Node) {
        self.below.push((directory, own));
    }

    /// Writes the configuration as TOML, each value with the `file:line` where it is written.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = written(&self.root, true);
        for (directory, own) in &self.below {
            text += &format!("\n# below {directory}\n\n{}", written(own, false));
        }
        text
    }
}

/// Writes a tree as TOML; `whole` with the defaults of what it does not say.
fn written(root: &Node, whole: bool) -> String {
    let mut lines = Vec::new();
    keys(root, FILE, &mut lines);
    tables(root, FILE, "", &mut lines);
    if !whole {
        // What it does not say is as the files above have it.
        lines.retain(|line| !line.is_default());
    }
    aligned(&lines)
}

/// One line of output, with the place that it comes from.
struct Line {
    text: String,
    place: String,
}

impl Line {
    fn new(text: impl Into<String>, node: Option<&Node>) -> Self {
        Self { text: text.into(), place: node.map(|node| node.origin.place()).unwrap_or_default() }
    }
}

impl Line {
    fn by_default(text: String) -> Self {
        Self { text, place: DEFAULT.to_owned() }
    }

    fn is_default(&self) -> bool {
        self.place == DEFAULT
    }
}

/// The place of what nobody wrote.
const DEFAULT: &str = "default";

/// Writes the keys of a table that are no tables with a header of their own.
fn keys(table: &Node, shape: &Table, lines: &mut Vec<Line>) {
    for key in shape.keys {
        let Some(node) = table.get(key.name) else {
            lines.extend(key.default.map(|default| Line::by_default(format!("{} = {default}", key.name))));
            continue;
        };
        match &node.value {
            Value::List(items) if !matches!(key.shape, Shape::Tables(_)) => list(key.name, node, items, lines),
            Value::List(items) if is_inline(key) => list(key.name, node, items, lines),
            Value::Table(entries) if !has_header(key) => {
                for (name, entry) in entries {
                    let text = format!("{}.{} =", key.name, bare_or_quoted(name));
                    match &entry.value {
                        Value::List(items) => list(text.trim_end_matches(" ="), entry, items, lines),
                        _ => lines.push(Line::new(format!("{text} {}", scalar(entry)), Some(entry))),
                    }
                }
            }
            Value::List(_) | Value::Table(_) | Value::Invalid => {}
            _ => lines.push(Line::new(format!("{} = {}", key.name, scalar(node)), Some(node))),
        }
    }
}

/// Writes the tables that have a header.
fn tables(table: &Node, shape: &Table, prefix: &str, lines: &mut Vec<Line>) {
    for key in shape.keys.iter().filter(|key| has_header(key)) {
        let Some(node) = table.get(key.name) else { continue };
        let name = format!("{prefix}{}", key.name);
        match &key.shape {
            Shape::Tables(inner) => {
                for entry in node.list() {
                    lines.push(Line::new("", None));
                    lines.push(Line::new(format!("[[{name}]]"), None));
                    keys(entry, inner, lines);
                }
            }
            Shape::Table(inner) => headed(node, inner, &name, lines),
            Shape::NamedTables(inner) => {
                for (entry, node) in node.table().into_iter().flatten() {
                    headed(node, inner, &format!("{name}.{}", bare_or_quoted(entry)), lines);
                }
            }
            _ => {}
        }
    }
}

fn headed(node: &Node, shape: &Table, name: &str, lines: &mut Vec<Line>) {
    lines.push(Line::new("", None));
    lines.push(Line::new(format!("[{name}]"), None));
    keys(node, shape, lines);
    tables(node, shape, &format!("{name}."), lines);
}

/// Tells whether a list of tables is written as a value.
fn is_inline(key: &Key) -> bool {
    matches!(key.name, "allow-in" | "equivalent")
}

fn has_header(key: &Key) -> bool {
    match key.shape {
        Shape::Tables(_) => !is_inline(key),
        Shape::Table(_) => !matches!(key.name, "max-violations" | "examples" | "arguments"),
        Shape::NamedTables(_) => true,
        _ => false,
    }
}

fn list(name: &str, node: &Node, items: &[Node], lines: &mut Vec<Line>) {
    if items.is_empty() {
        lines.push(Line::new(format!("{name} = []"), Some(node)));
        return;
    }
    lines.push(Line::new(format!("{name} = ["), None));
    for item in items {
        lines.push(Line::new(format!("  {},", scalar(item)), Some(item)));
    }
    lines.push(Line::new("]", None));
}

/// Writes a value on one line.
fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Number(number) => number.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(scalar).collect::<Vec<_>>().join(", ")),
        Value::Table(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, node)| format!("{} = {}", bare_or_quoted(key), scalar(node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Invalid => "\"\"".to_owned(),
    }
}

fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { key.to_owned() } else { quoted(key) }
}

/// Quotes a string on one line; the escapes of JSON are escapes of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Joins the lines, with the places in one column as comments.
fn aligned(lines: &[Line]) -> String {
    const WIDEST: usize = 88;
    let lengths = lines.iter().filter(|line| !line.place.is_empty()).map(|line| line.text.chars().count());
    let width = lengths.filter(|length| *length <= WIDEST).max().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        if line.place.is_empty() {
            text.push_str(&line.text);
        } else {
            text.push_str(&format!("{:<width$}  # {}", line.text, line.place));
        }
        text.push('\n');
    }
    text.trim_start_matches('\n').to_owned()
}
