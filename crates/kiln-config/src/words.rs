//! What a setting takes, in words.

use serde_json::Value as Json;
use toml::Value;

use crate::schema::{self, Node};

/// What the setting `key` must be, for somebody who gave it `value`.
pub(crate) fn takes(key: &str, node: Node, value: &Value) -> String {
    if schema::is_list(key) {
        return "a list of sections".to_owned();
    }
    if !key.contains('.') && node.is_section() {
        return "a section".to_owned();
    }
    // The type says it best where it does.
    if let Some(words) = node.get("x-takes").and_then(Json::as_str) {
        return words.to_owned();
    }
    let words = node.words();
    if !words.is_empty() {
        return format!("one of {}", words.join(", "));
    }
    if matches!(value, Value::Integer(number) if *number < 0) && node.is_unsigned() {
        return "at least 0".to_owned();
    }
    let plain = |name| match name {
        "object" => "a section",
        "array" => "a list",
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "true or false",
    };
    let names = ["object", "array", "string", "number", "integer", "boolean"];
    match (node.items(), node.length()) {
        (Some(items), length) => entries(items, length),
        (None, _) => names.into_iter().find(|name| node.may_be(name)).map_or("a value", plain).to_owned(),
    }
}

fn entries(items: Node, length: Option<u64>) -> String {
    let what = match () {
        () if items.may_be("number") => "numbers",
        () if items.may_be("integer") => "whole numbers",
        () if items.may_be("object") => "sections",
        () => "texts",
    };
    match length {
        Some(length) => format!("a list of {length} {what}"),
        None if items.is_unsigned() => format!("a list of {what}, none negative"),
        None => format!("a list of {what}"),
    }
}
