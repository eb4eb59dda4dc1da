//! The JSON Schema of [`RunConfig`] in the form that the rest of this module reads.
//!
//! TOML has no null, so that what may be null may be left out. Settings that stand beside a kind (`flatten`) are written
//! into each kind. So every section, and every kind of one, is one object with all its keys.

use kiln_optim::ScheduleConfig;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::run::RunConfig;

/// The schema, tidied up.
pub(super) fn normal() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut root = generator.into_root_schema_for::<RunConfig>().to_value();
    tidy(&mut root);
    keep_whole_schedules_apart(&mut root);
    root
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(tidy);
            drop_null(map);
            spread(map);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Takes null out of what a setting may be.
fn drop_null(map: &mut Map<String, Value>) {
    if map.get("default") == Some(&Value::Null) {
        map.remove("default");
    }
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            map.remove("anyOf");
            for (key, value) in only {
                map.entry(key).or_insert(value);
            }
        }
    }
}

/// Writes the properties beside the kinds into each kind.
fn spread(map: &mut Map<String, Value>) {
    let is_tagged = |kinds: &Value| {
        let kinds = kinds.as_array().map(Vec::as_slice).unwrap_or_default();
        kinds.first().is_some_and(|kind| kind.pointer("/properties/kind/const").is_some())
    };
    if !map.get("oneOf").is_some_and(is_tagged) {
        return;
    }
    let Some(Value::Object(beside)) = map.remove("properties") else { return };
    for key in ["required", "type", "additionalProperties", "unevaluatedProperties"] {
        map.remove(key);
    }
    for kind in map.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(Value::Object(own)) = kind.get_mut("properties") {
            own.extend(beside.clone());
        }
        // schemars leaves this open, as the kind alone does not know what stands beside it.
        kind["additionalProperties"] = Value::Bool(false);
    }
}

/// Lets only the section `[schedule]` have the kinds that follow a metric: those of anything else, and the parts of a
/// schedule, are functions of the step.
fn keep_whole_schedules_apart(root: &mut Value) {
    const WHOLE: &str = "#/$defs/ScheduleConfig";
    const BY_STEP: &str = "#/$defs/ScheduleByStep";
    repoint(root, WHOLE, BY_STEP);
    let Some(own) = root.pointer_mut("/properties/schedule") else { return };
    repoint(own, BY_STEP, WHOLE);
    let Some(mut by_step) = root.pointer("/$defs/ScheduleConfig").cloned() else { return };
    if let Some(Value::Array(kinds)) = by_step.get_mut("oneOf") {
        kinds.retain(|kind| {
            let example =
                kind.pointer("/examples/0").and_then(|example| ScheduleConfig::deserialize(example).ok());
            !example.is_some_and(|example| example.needs_metric())
        });
    }
    if let Some(Value::Object(definitions)) = root.get_mut("$defs") {
        definitions.insert("ScheduleByStep".to_owned(), by_step);
    }
}

fn repoint(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref")
                && target == from
            {
                to.clone_into(target);
            }
            map.values_mut().for_each(|value| repoint(value, from, to));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| repoint(item, from, to)),
        _ => {}
    }
}
