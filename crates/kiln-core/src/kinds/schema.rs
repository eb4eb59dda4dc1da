//! The JSON Schema of settings that are one of several kinds.

use schemars::Schema;
use serde_json::{Value, json};

/// The schema of settings that are one of these kinds: each is an object with the constant `kind` and what its settings
/// have.
pub fn one_of<'a>(kinds: impl IntoIterator<Item = (&'a str, Schema)>) -> Schema {
    let alternatives: Vec<Schema> =
        kinds.into_iter().map(|(name, settings)| tagged(name, settings)).collect();
    let mut schema = Schema::default();
    schema.insert("oneOf".to_owned(), json!(alternatives));
    schema
}

/// The schema of one kind's settings with the constant `kind` in front, in its examples too.
fn tagged(name: &str, mut settings: Schema) -> Schema {
    let object = settings.ensure_object();
    object.insert("type".to_owned(), "object".into());
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    put_first(properties, json!({ "type": "string", "const": name }));
    if let Value::Array(required) = object.entry("required").or_insert_with(|| json!([])) {
        required.insert(0, "kind".into());
    }
    if let Some(Value::Array(examples)) = object.get_mut("examples") {
        examples.iter_mut().for_each(|example| put_first(example, name.into()));
    }
    settings
}

fn put_first(object: &mut Value, kind: Value) {
    if let Value::Object(entries) = object {
        entries.shift_insert(0, "kind".to_owned(), kind);
    }
}

/// The alternatives of a schema that [`one_of`] made: each kind with the schema of its settings, in order.
///
/// ```
/// # use kiln_core::kinds;
/// let schema = kinds::one_of([("plain", schemars::json_schema!({ "description": "Nothing to set." }))]);
/// let (kind, settings) = kinds::alternatives(&schema).next().expect("a kind");
/// assert_eq!((kind, settings["description"].as_str()), ("plain", Some("Nothing to set.")));
/// ```
pub fn alternatives(schema: &Schema) -> impl Iterator<Item = (&str, &Value)> {
    let all = schema.get("oneOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|settings| {
        let kind = settings.pointer("/properties/kind/const")?.as_str()?;
        Some((kind, settings))
    })
}
