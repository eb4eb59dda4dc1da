//! The JSON Schema of a configuration file, for editors.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::lookup::{default_kinds, is_list, is_optional, is_switch, sections};
use super::root::root;

/// The JSON Schema (draft 2020-12) of a configuration file: sections, kinds, settings, types, ranges, defaults and
/// descriptions. Unknown keys are refused. `kiln config schema` prints it.
///
/// ```
/// let schema = kiln_config::schema();
/// assert_eq!(schema["properties"]["seed"]["default"], 0);
/// assert_eq!(schema["additionalProperties"], false);
/// ```
pub fn schema() -> Value {
    let mut schema = root().clone();
    let mut properties = match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    for section in sections().filter(|section| !is_list(section)) {
        if let Some(own) = properties.get_mut(section) {
            inline(own);
            inner_switches(section, own);
            switch(section, own);
        }
    }
    for (section, kind) in default_kinds() {
        if let Some(own) = properties.get_mut(section) {
            leave_out_kind(own, kind);
        }
    }
    for path in FOLLOW_DATA {
        if let Some((section, name)) = path.split_once('.')
            && let Some(own) = properties.get_mut(section)
        {
            drop_default(own, name);
        }
    }
    properties.insert("tune".to_owned(), tune());
    schema["properties"] = Value::Object(properties);
    schema["title"] = json!("Configuration of kiln");
    drop_unused(&mut schema);
    schema
}

/// Settings whose default follows from the data: an editor that fills in a number would fix it.
const FOLLOW_DATA: [&str; 3] = ["train.epochs", "train.batch_size", "early_stopping.patience"];

/// Drops the default of a setting of a section, which may be one of several things.
fn drop_default(section: &mut Value, name: &str) {
    if let Some(Value::Object(setting)) = section.pointer_mut(&format!("/properties/{name}")) {
        setting.remove("default");
    }
    if let Some(Value::Object(whole)) = section.get_mut("default") {
        whole.remove(name);
    }
    for one in section.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        drop_default(one, name);
    }
}

/// The section `[tune]`, which only `kiln tune` and `kiln cv` read: dotted keys or sections, with spaces as texts.
fn tune() -> Value {
    json!({
        "description": "What `kiln tune` varies, each setting with its space: \
                        optim.lr = \"log(1e-4, 1e-1)\", model.hidden = \"choice([32], [64])\".",
        "type": "object",
    })
}

/// Puts what `own` refers to in its place; what stands beside the reference counts.
fn inline(own: &mut Value) {
    let target = own.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    let Some(Value::Object(target)) = target.and_then(|path| root().pointer(path)) else { return };
    if let Value::Object(map) = own {
        map.remove("$ref");
        for (key, value) in target {
            map.entry(key).or_insert_with(|| value.clone());
        }
    }
}

/// Lets the sections inside a section be `false`, which takes them out, and `true` where all has defaults.
fn inner_switches(section: &str, own: &mut Value) {
    let kinds = match own.get_mut("oneOf") {
        Some(Value::Array(kinds)) => kinds.iter_mut().collect(),
        _ => vec![own],
    };
    for kind in kinds {
        for (name, setting) in kind.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
        {
            switch(&format!("{section}.{name}"), setting);
        }
    }
}

fn switch(key: &str, own: &mut Value) {
    if !is_optional(key) {
        return;
    }
    let mut whole = own.take();
    let description = whole.as_object_mut().and_then(|map| map.remove("description"));
    let switch = if is_switch(key) { json!({ "type": "boolean" }) } else { json!({ "const": false }) };
    *own = json!({ "anyOf": [whole, switch] });
    if let Some(description) = description {
        own["description"] = description;
    }
}

/// Lets a section leave out `kind`, which then is `default`.
fn leave_out_kind(own: &mut Value, default: &str) {
    let kinds = own.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    for kind in kinds.filter(|kind| kind.pointer("/properties/kind/const") == Some(&json!(default))) {
        if let Some(Value::Array(required)) = kind.get_mut("required") {
            required.retain(|name| name != "kind");
        }
        kind["properties"]["kind"]["default"] = json!(default);
    }
}

/// Drops definitions that nothing refers to any more.
fn drop_unused(schema: &mut Value) {
    let Some(Value::Object(mut definitions)) = schema.as_object_mut().and_then(|map| map.remove("$defs"))
    else {
        return;
    };
    let mut used = BTreeSet::new();
    references(schema, &mut used);
    loop {
        let before = used.len();
        for name in used.clone() {
            if let Some(definition) = definitions.get(&name) {
                references(definition, &mut used);
            }
        }
        if used.len() == before {
            break;
        }
    }
    definitions.retain(|name, _| used.contains(name));
    schema["$defs"] = Value::Object(definitions);
}

fn references(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            used.extend(name.map(str::to_owned));
            map.values().for_each(|value| references(value, used));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, used)),
        _ => {}
    }
}
