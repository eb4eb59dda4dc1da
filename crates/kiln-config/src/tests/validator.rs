//! A validator of the part of JSON Schema that `kiln config schema` uses. `tests/schema/validate.py` checks the same files with
//! Python's jsonschema.

use serde_json::Value;

/// What is wrong with `value`, `None` if nothing is. Panics at a keyword that it does not know.
pub(super) fn complaint(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    schema.as_object().unwrap().iter().find_map(|(keyword, wanted)| {
        let sub = |schema: &Value| complaint(root, schema, value);
        let fits = |schema: &&Value| sub(schema).is_none();
        let fine = match keyword.as_str() {
            "$ref" => return sub(root.pointer(wanted.as_str().unwrap().strip_prefix('#').unwrap()).unwrap()),
            "anyOf" => wanted.as_array().unwrap().iter().any(|one| fits(&one)),
            "oneOf" => wanted.as_array().unwrap().iter().filter(fits).count() == 1,
            "type" => match wanted {
                Value::Array(names) => names.iter().any(|name| is(value, name.as_str().unwrap())),
                name => is(value, name.as_str().unwrap()),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "required" => {
                let missing = |name: &&Value| value.get(name.as_str().unwrap()).is_none();
                !value.is_object() || !wanted.as_array().unwrap().iter().any(|name| missing(&name))
            }
            "properties" => {
                let wrong = |(name, schema): (&String, &Value)| {
                    value
                        .get(name)
                        .and_then(|value| complaint(root, schema, value))
                        .map(|why| format!("{name}: {why}"))
                };
                return wanted.as_object().unwrap().iter().find_map(wrong);
            }
            "additionalProperties" if wanted == false => {
                let known = schema["properties"].as_object().unwrap();
                value.as_object().is_none_or(|value| value.keys().all(|name| known.contains_key(name)))
            }
            "additionalProperties" => {
                let own = value.as_object().into_iter().flatten();
                return own.into_iter().find_map(|(_, own)| complaint(root, wanted, own));
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                return items.into_iter().find_map(|item| complaint(root, wanted, item));
            }
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().unwrap()),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > wanted.as_f64().unwrap()),
            "exclusiveMaximum" => value.as_f64().is_none_or(|number| number < wanted.as_f64().unwrap()),
            "$schema" | "$defs" | "title" | "description" | "default" | "examples" | "format"
            | "x-commas" | "x-sections" | "x-takes" => true,
            other => panic!("the validator does not know {other}"),
        };
        (!fine).then(|| format!("{value} breaks {keyword} {wanted}"))
    })
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("there is no type {other}"),
    }
}
