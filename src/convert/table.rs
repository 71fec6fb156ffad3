//! Tables of TOML with the lines of their entries.
//!
//! In: a text. Out: a [`Document`] from which converters take strings, lists and tables with their lines.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A document of TOML.
pub(super) struct Document<'t> {
    text: &'t str,
    root: DeTable<'t>,
}

/// A value with its line.
#[derive(Clone, Copy)]
pub(super) struct TomlItem<'d, 't> {
    document: &'d Document<'t>,
    value: &'d DeValue<'t>,
    /// 1-based line of the value, or of its key.
    pub line: u32,
}

impl<'t> Document<'t> {
    /// Parses a text; the error has its line.
    pub fn parse(text: &'t str) -> Result<Self, (u32, String)> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { text, root: root.into_inner() }),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                Err((line(text, at), error.message().to_owned()))
            }
        }
    }

    /// Returns the value at a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<TomlItem<'_, 't>> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.member(&self.root, first)?, |item, key| item.get(key))
    }

    fn member<'d>(&'d self, table: &'d DeTable<'t>, key: &str) -> Option<TomlItem<'d, 't>> {
        self.entries(table).find(|(name, _)| *name == key).map(|(_, item)| item)
    }

    fn entries<'d>(&'d self, table: &'d DeTable<'t>) -> impl Iterator<Item = (&'d str, TomlItem<'d, 't>)> {
        table.iter().map(|(key, value)| {
            let item = TomlItem { document: self, value: value.get_ref(), line: line(self.text, key.span().start) };
            (&**key.get_ref(), item)
        })
    }
}

impl<'d, 't> TomlItem<'d, 't> {
    /// Returns a member of a table.
    pub fn get(&self, key: &str) -> Option<Self> {
        match self.value {
            DeValue::Table(table) => self.document.member(table, key),
            _ => None,
        }
    }

    /// Returns the text of a string.
    pub fn text(&self) -> Option<&'d str> {
        match self.value {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text of a member.
    pub fn text_of(&self, key: &str) -> Option<&'d str> {
        self.get(key)?.text()
    }

    /// Returns the items of a list; a single value is a list of one.
    pub fn items(&self) -> Vec<Self> {
        let item = |value: &'d Spanned<DeValue<'t>>| Self {
            document: self.document,
            value: value.get_ref(),
            line: line(self.document.text, value.span().start),
        };
        match self.value {
            DeValue::Array(items) => items.iter().map(item).collect(),
            DeValue::Table(_) => Vec::new(),
            _ => vec![*self],
        }
    }

    /// Returns the texts of a list of strings, each with its line.
    pub fn texts(&self) -> Vec<(u32, &'d str)> {
        self.items().iter().filter_map(|item| Some((item.line, item.text()?))).collect()
    }

    /// Returns the texts of a member that is a list of strings.
    pub fn texts_of(&self, key: &str) -> Vec<&'d str> {
        self.get(key).map(|item| item.texts().into_iter().map(|(_, text)| text).collect()).unwrap_or_default()
    }

    /// Returns the entries of a table in the order of their lines.
    pub fn entries(&self) -> Vec<(&'d str, Self)> {
        let mut entries: Vec<(&str, Self)> = match self.value {
            DeValue::Table(table) => self.document.entries(table).collect(),
            _ => Vec::new(),
        };
        entries.sort_by_key(|(_, item)| item.line);
        entries
    }

    /// Returns true if it is a table.
    pub fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }
}

/// The 1-based line of a byte.
fn line(text: &str, at: usize) -> u32 {
    let before = text.get(..at).unwrap_or(text);
    u32::try_from(before.bytes().filter(|&byte| byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}
