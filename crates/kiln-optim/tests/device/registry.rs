//! What every registered kind keeps: its example, its documented defaults and its ranges are those of its settings.

use kiln_core::{Explain, kinds};
use kiln_optim::{
    Average, AverageConfig, OptimConfig, OptimError, OptimizerConfig, ScheduleConfig, ShapeConfig,
};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A section with kinds, and what checks its settings.
struct Section<T> {
    name: &'static str,
    check: fn(&T) -> Result<(), OptimError>,
}

fn optim() -> Section<OptimizerConfig> {
    Section { name: "optim", check: OptimizerConfig::check }
}

fn schedule() -> Section<ScheduleConfig> {
    Section { name: "schedule", check: |config| config.build(0.1, 10, 100).map(|_| ()) }
}

fn average() -> Section<AverageConfig> {
    Section { name: "average", check: |config| Ok(Average::new(config, 10, 100).map(|_| ())?) }
}

impl<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug> Section<T> {
    fn key(&self, table: &Value) -> Option<String> {
        let settings: T = serde_json::from_value(table.clone()).unwrap_or_else(|e| panic!("{table}: {e}"));
        (self.check)(&settings).err().map(|error| {
            let key = error.key().unwrap_or_else(|| panic!("{error} has no key"));
            assert!(error.to_string().starts_with(self.name), "{error}");
            key.into_owned()
        })
    }

    /// Every kind, with its schema.
    fn keeps_its_word(&self, names: &[&str], schema: &Schema) {
        let kinds: Vec<(&str, &Value)> = kinds::alternatives(schema).collect();
        assert_eq!(kinds.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        for (kind, settings) in kinds {
            let example = &settings["examples"][0];
            assert_eq!(example["kind"], kind, "{kind} has no example");
            assert_eq!(self.key(example), None, "the example of {kind} is refused");
            self.round_trip(example);
            let description = settings["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.') && !description.contains("```"), "{kind}: {description:?}");
            let required: Vec<&str> =
                settings["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for (name, property) in properties(settings) {
                let place = format!("{}.{name} of {kind}", self.name);
                defaults_are_documented(&place, property, required.contains(&name.as_str()));
                self.range_is_checked(&place, example, name, property);
            }
            let mut unknown = example.clone();
            unknown["unheard_of"] = json!(1);
            let error = serde_json::from_value::<T>(unknown).unwrap_err().to_string();
            assert!(error.contains("unheard_of"), "{kind}: {error}");
        }
    }

    fn round_trip(&self, example: &Value) {
        let settings: T = serde_json::from_value(example.clone()).unwrap();
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<T>(&text).unwrap(), settings, "{text}");
    }

    /// What the schema says is out of range is refused with its key, and what it says is an end of the range is not.
    fn range_is_checked(&self, place: &str, example: &Value, name: &str, property: &Value) {
        let list = property.get("items");
        let number = list.unwrap_or(property);
        let types = number["type"].to_string();
        let with = |value: f64| {
            let value = if types.contains("integer") { json!(value as u64) } else { json!(value) };
            let mut table = example.clone();
            table[name] = match (list, &example[name]) {
                (None, _) => value,
                (Some(_), Value::Array(items)) => {
                    let rest = items.iter().skip(1).cloned();
                    std::iter::once(value).chain(rest).collect()
                }
                (Some(_), other) => panic!("{place} is a list, the example has {other}"),
            };
            self.key(&table)
        };
        let key = format!("{}.{name}", self.name);
        let refused = |value: f64| {
            let found = with(value).unwrap_or_else(|| panic!("{place} = {value} is not refused"));
            assert!(found == key || found == format!("{key}[0]"), "{place} = {value}: refused as {found}");
        };
        let accepted = |value: f64| {
            let found = with(value).unwrap_or_default();
            assert!(!found.starts_with(&key), "{place} = {value} is refused");
        };
        let end = |key: &str| number[key].as_f64();
        let integer = types.contains("integer");
        if integer || types.contains("number") {
            for (closed, open, outwards) in
                [("minimum", "exclusiveMinimum", -0.125), ("maximum", "exclusiveMaximum", 0.125)]
            {
                let step = if integer { 8.0 * outwards } else { outwards };
                // Whole numbers below 0 are refused as they are read.
                if let Some(end) = end(closed).filter(|end| !integer || end + step >= 0.0) {
                    accepted(end);
                    refused(end + step);
                }
                if let Some(end) = end(open) {
                    refused(end);
                    accepted(end - outwards);
                }
            }
        }
    }
}

fn properties(settings: &Value) -> impl Iterator<Item = (&String, &Value)> {
    settings["properties"].as_object().into_iter().flat_map(Map::iter).filter(|(name, _)| *name != "kind")
}

/// A default is what the description says: `Default 0.1.`, or in words behind a colon where it is not one value.
fn defaults_are_documented(place: &str, property: &Value, required: bool) {
    let description = property["description"].as_str().unwrap_or_else(|| panic!("{place} is not described"));
    let (before, default) = match description.split_once("Default") {
        Some((before, default)) => (before, Some(default)),
        None => (description, None),
    };
    assert!(!before.is_empty(), "{place} has a default and nothing else: {description}");
    match (&property["default"], default) {
        (_, default) if required => assert_eq!(default, None, "{place} has no default"),
        (Value::Null, Some(words)) => assert!(words.starts_with(": "), "{place}: {description}"),
        (value, Some(text)) => {
            let text = text.trim_start();
            let text = match text.strip_prefix('`') {
                Some(code) => code.split('`').next().unwrap(),
                None => text.split([' ', '\n']).next().unwrap().trim_end_matches(['.', ',', ':', ';']),
            };
            assert_eq!(documented(text), *value, "{place}: {description}");
        }
        (_, None) => panic!("the default of {place} is not described: {description}"),
    }
}

/// A value as a description has it.
fn documented(text: &str) -> Value {
    let text = text.replace('−', "-");
    if let Some((above, below)) = text.split_once('/') {
        return json!(above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap());
    }
    match serde_json::from_str(&text) {
        Ok(value) => floats(value),
        Err(_) => Value::String(text),
    }
}

fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(floats).collect(),
        other => other,
    }
}

#[test]
fn every_optimiser_is_as_its_documentation_says() {
    optim().keeps_its_word(OptimConfig::NAMES, &schema_for!(OptimConfig));
}

#[test]
fn every_schedule_is_as_its_documentation_says() {
    schedule().keeps_its_word(ShapeConfig::NAMES, &schema_for!(ShapeConfig));
}

#[test]
fn every_average_is_as_its_documentation_says() {
    average().keeps_its_word(AverageConfig::NAMES, &schema_for!(AverageConfig));
}

#[test]
fn every_optimiser_has_a_formula_that_ends_in_the_weights() {
    for kind in OptimConfig::NAMES {
        let config: OptimConfig = serde_json::from_value(json!({ "kind": kind })).unwrap();
        assert_eq!(config.name(), *kind);
        assert!(
            config.formula().iter().any(|line| line.contains("θ ← ") || line.starts_with("θ = ")),
            "{kind}"
        );
        assert!(config.lr() > 0.0 && config.weight_decay() >= 0.0, "{kind}");
    }
}

#[test]
fn a_scheduled_momentum_is_the_momentum_that_is_set() {
    for kind in OptimConfig::NAMES {
        let config: OptimConfig = serde_json::from_value(json!({ "kind": kind })).unwrap();
        let moved = config.as_kind().with_momentum(0.25);
        assert_eq!(moved.is_some(), config.momentum().is_some(), "{kind}");
        if let Some(moved) = moved {
            assert_eq!((moved.momentum(), moved.shared()), (Some(0.25), config.as_kind().shared()), "{kind}");
            let back = moved.with_momentum(config.momentum().unwrap()).unwrap();
            assert_eq!(back.formula(), config.formula(), "{kind}");
        }
    }
}

/// The keys that a section takes, for a kind: its own and those around it.
fn keys<T: JsonSchema>(kind: &str) -> Vec<String> {
    let schema = schema_for!(T);
    let own = kinds::alternatives(&schema).find(|(name, _)| *name == kind).unwrap().1;
    let around = schema.as_value();
    let mut keys: Vec<String> =
        properties(around).chain(properties(own)).map(|(name, _)| name.clone()).collect();
    keys.sort();
    keys
}

#[test]
fn the_schema_of_a_section_has_the_keys_around_its_kinds() {
    let around = ["group", "layer_decay", "lookahead", "sam"];
    let own = ["betas", "decay_all", "lr", "weight_decay"];
    let mut expected: Vec<&str> = around.into_iter().chain(own).collect();
    expected.sort_unstable();
    assert_eq!(keys::<OptimizerConfig>("lion"), expected);
    assert_eq!(keys::<ScheduleConfig>("cosine"), ["end", "scale", "warmup", "warmup_start"]);
    assert_eq!(keys::<ScheduleConfig>("constant"), ["scale", "warmup", "warmup_start"]);
}
