//! The JSON schema of rules files.
//!
//! In: the [shape](super::shape) of rules files. Out: its schema as text; the file `ssot.schema.json` of the repository is
//! this text.

use serde_json::{Map, Value, json};

use super::choice::ChoiceMeta;
use super::shape::{Decimal, FILE, Key, Shape, Table};

/// Returns the JSON schema of rules files as text, with a final newline.
#[must_use]
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// Returns the JSON schema of rules files.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let mut schema = definitions.table(FILE);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "ssot.toml".into();
    schema["$defs"] = Value::Object(definitions.found);
    schema
}

/// The tables and choices that the schema refers to, by name.
#[derive(Default)]
struct Definitions {
    found: Map<String, Value>,
}

impl Definitions {
    fn table(&mut self, table: &Table) -> Value {
        let properties: Map<String, Value> =
            table.keys.iter().map(|key| (key.name.to_owned(), self.property(key))).collect();
        let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut schema = json!({
            "type": "object", "description": table.about, "properties": properties, "additionalProperties": false,
        });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        schema
    }

    fn property(&mut self, key: &Key) -> Value {
        let mut schema = self.shape(&key.shape);
        schema["description"] = key.about.into();
        // Defaults are TOML values that are written as in JSON.
        if let Some(default) = key.default.and_then(|default| serde_json::from_str::<Value>(default).ok()) {
            schema["default"] = default;
        }
        schema
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string" }),
            Shape::Id => json!({ "type": "string", "minLength": 1 }),
            Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Count => json!({ "type": "integer", "minimum": 0, "format": "uint64" }),
            Shape::Decimal(Decimal { most, .. }) => {
                json!({ "type": "number", "minimum": 0, "maximum": most, "format": "double" })
            }
            Shape::Word(choice) => self.refer(choice.name, |_| one_of(choice)),
            Shape::Table(table) => self.refer(table.name, |this| this.table(table)),
            Shape::TextOrTable(text, table) => {
                let mut other = self.shape(&Shape::Table(table));
                other["description"] = table.about.into();
                json!({ "anyOf": [{ "type": "string", "description": text }, other] })
            }
            Shape::TextMap => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            Shape::NamedTables(table) => {
                json!({ "type": "object", "additionalProperties": self.shape(&Shape::Table(table)) })
            }
            Shape::Tables(table) => json!({ "type": "array", "items": self.shape(&Shape::Table(table)) }),
        }
    }

    /// Returns a reference to a definition, which is made where it is not there yet.
    fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.found.contains_key(name) {
            let definition = make(self);
            self.found.insert(name.to_owned(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

fn one_of(choice: &ChoiceMeta) -> Value {
    let words = (choice.entries)().into_iter();
    let words = words.map(|it| json!({ "type": "string", "const": it.word, "description": it.meaning }));
    json!({ "description": choice.about, "oneOf": words.collect::<Vec<_>>() })
}
