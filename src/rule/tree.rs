//! The tree of a rules file: what its TOML says, in the shape that a rules file has, each value with its place.
//!
//! In: [`decode`](super::decode) makes it. Out: values for [`check`](super::check) and for showing the effective
//! configuration. Merging two trees is here too (docs/design.md section 2: lists appended, single values replaced, sources,
//! rules and components by id).

use std::collections::BTreeMap;

use super::Origin;

/// A value with the place where it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// The value.
    pub value: Value,
    /// The place where it is written; for a merged list or table that of its first part.
    pub origin: Origin,
}

/// The value of a key.
#[derive(Debug, Clone, Default)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A number in decimal notation.
    Number(String),
    /// `true` or `false`.
    Flag(bool),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(BTreeMap<String, Node>),
    /// Something of a wrong type; the problem has been recorded.
    #[default]
    Invalid,
}

impl Node {
    /// Returns the string, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the elements; none if it is no list.
    pub fn list(&self) -> &[Self] {
        match &self.value {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// Returns the entries, if it is a table.
    pub fn table(&self) -> Option<&BTreeMap<String, Self>> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Returns the value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.table()?.get(key)
    }

    /// Returns the string at a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Returns the elements of the list at a key; none if there is no list.
    pub fn list_at(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::list)
    }

    /// Lists the tables in the list at a key; what is no table there has been reported when it was decoded.
    pub fn tables_at(&self, key: &str) -> impl Iterator<Item = &Self> {
        self.list_at(key).iter().filter(|entry| entry.table().is_some())
    }

    /// Merges what a later file says into this.
    pub fn merge(&mut self, later: Self) {
        match (&mut self.value, later.value) {
            (Value::Table(table), Value::Table(more)) => {
                for (key, node) in more {
                    match table.get_mut(&key) {
                        Some(present) => present.merge(node),
                        None => {
                            table.insert(key, node);
                        }
                    }
                }
            }
            (Value::List(list), Value::List(more)) => more.into_iter().for_each(|node| merge_element(list, node)),
            (_, value) => *self = Self { value, origin: later.origin },
        }
    }
}

/// Adds an element to a list, or merges it into the one that has its `id`.
fn merge_element(list: &mut Vec<Node>, mut node: Node) {
    let same = node.text_at("id").and_then(|id| list.iter().position(|present| present.text_at("id") == Some(id)));
    match same {
        Some(at) => {
            if let Value::Table(table) = &mut node.value {
                // The first declaration stays the one that is shown as the entry's place.
                table.remove("id");
            }
            list[at].merge(node);
        }
        None => list.push(node),
    }
}
