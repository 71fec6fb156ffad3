//! The JSON schema of rules files.
//!
//! In: the raw type. Out: its schema as text; the file `ssot.schema.json` of the repository is this text.

use serde_json::{Map, Value};

use super::raw::RawRules;

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
    schema
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
