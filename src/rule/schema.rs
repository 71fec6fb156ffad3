//! The JSON schema of rules files.
//!
//! In: the raw type. Out: its schema as text; the file `ssot.schema.json` of the repository is this text.

use serde_json::{Map, Value};

use super::raw::RawRules;
use super::shape::{FILE, Key, Shape};

/// The JSON schema of rules files, with a final newline.
#[must_use]
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// The JSON schema of rules files.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(RawRules).to_value();
    without_null(&mut schema);
    for key in FILE {
        if let Shape::Tables(keys) = key.shape
            && let Some(reference) = schema["properties"][key.name]["items"]["$ref"].as_str()
        {
            let table = reference.trim_start_matches('#').to_owned();
            if let Some(table) = schema.pointer_mut(&table) {
                with_defaults(table, keys);
            }
        }
    }
    schema
}

/// Says of each key of a table what holds when it is absent.
fn with_defaults(table: &mut Value, keys: &[Key]) {
    for key in keys {
        // Defaults are TOML values that are written as in JSON.
        let default = key.default.and_then(|default| serde_json::from_str::<Value>(default).ok());
        if let (Some(default), Some(Value::Object(property))) =
            (default, table.pointer_mut(&format!("/properties/{}", key.name)))
        {
            property.insert("default".to_owned(), default);
        }
    }
}

/// Takes out `null`, which TOML does not have: an optional key is absent or has its type.
fn without_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(object) => {
            object.values_mut().for_each(without_null);
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
            null_type(object);
            null_choice(object);
        }
        _ => {}
    }
}

/// `"type": ["string", "null"]` becomes `"type": "string"`.
fn null_type(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
}

/// `"anyOf": [{"$ref": x}, {"type": "null"}]` becomes `"$ref": x`.
fn null_choice(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get_mut("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        object.remove("anyOf");
        object.extend(only);
    }
}
