//! What every registered kind keeps: its example, its documented defaults and its ranges are those of its settings.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a check of tests fails as tests do")]

use std::fmt::Debug;
use std::marker::PhantomData;

use kiln_core::{Explain, kinds};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Asserts that every kind of `Kinds`, a list that [`kinds!`](kiln_core::kinds!) made, is as its documentation says:
///
/// - it has a description, and an example that `check` takes and that comes back from TOML as it was;
/// - every setting is described; its default is what the description says (`Default 0.1.`, or words behind `Default:`);
/// - what its schema says is out of range is refused, with the key of the setting, and the ends of the range are not;
/// - a key that it does not have is refused.
///
/// `Section` is what is read from a configuration: `Kinds` itself, or a struct with it inside. `section` is its key, such
/// as `optim` or `penalty.0`.
///
/// # Panics
/// When a kind does not keep its word.
pub fn check_kinds<Section, Kinds>(
    section: &str,
    names: &[&str],
    check: impl Fn(&Section) -> Result<(), Box<dyn Explain>>,
) where
    Section: DeserializeOwned + Serialize + PartialEq + Debug,
    Kinds: JsonSchema,
{
    let schema = schema_for!(Kinds);
    let kinds: Vec<(&str, &Value)> = kinds::alternatives(&schema).collect();
    assert_eq!(kinds.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    let checked = Checked { section, check, settings: PhantomData };
    for (kind, settings) in kinds {
        let example = &settings["examples"][0];
        assert_eq!(example["kind"], kind, "{kind} has no example");
        assert_eq!(checked.refused(example), None, "the example of {kind} is refused");
        checked.round_trip(example);
        let description = settings["description"].as_str().unwrap_or_default();
        assert!(!description.is_empty() && !description.contains("```"), "{kind}: {description:?}");
        let required: Vec<&str> =
            settings["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for (name, property) in properties(settings) {
            let place = format!("{section}.{name} of {kind}");
            default_is_documented(&place, property, required.contains(&name.as_str()));
            checked.range(&place, example, name, property);
        }
        checked.unknown(example);
    }
}

/// The settings of a kind in its schema.
fn properties(settings: &Value) -> impl Iterator<Item = (&String, &Value)> {
    settings["properties"].as_object().into_iter().flat_map(Map::iter).filter(|(name, _)| *name != "kind")
}

struct Checked<'a, Section, F> {
    section: &'a str,
    check: F,
    settings: PhantomData<Section>,
}

impl<Section, F> Checked<'_, Section, F>
where
    Section: DeserializeOwned + Serialize + PartialEq + Debug,
    F: Fn(&Section) -> Result<(), Box<dyn Explain>>,
{
    /// The key of the setting that is refused, if one is.
    fn refused(&self, table: &Value) -> Option<String> {
        let settings =
            serde_json::from_value(table.clone()).unwrap_or_else(|error| panic!("{table}: {error}"));
        (self.check)(&settings).err().map(|error| {
            let key = error.key().unwrap_or_else(|| panic!("{error} has no key"));
            assert!(error.to_string().starts_with(&*key), "{error} does not begin with {key}");
            key.into_owned()
        })
    }

    fn round_trip(&self, example: &Value) {
        let settings: Section = serde_json::from_value(example.clone()).unwrap();
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<Section>(&text).unwrap(), settings, "{text}");
    }

    fn unknown(&self, example: &Value) {
        let mut unknown = example.clone();
        unknown["unheard_of"] = json!(1);
        let error = serde_json::from_value::<Section>(unknown).unwrap_err().to_string();
        assert!(error.contains("unheard_of"), "{example}: {error}");
    }

    /// What the schema says is out of range is refused with its key, and what it says is an end of the range is not.
    fn range(&self, place: &str, example: &Value, name: &str, property: &Value) {
        let list = property.get("items");
        let number = list.unwrap_or(property);
        let types = number["type"].to_string();
        let integer = types.contains("integer");
        if !integer && !types.contains("number") {
            return;
        }
        let with = |value: f64| {
            let value = if integer { json!(value as u64) } else { json!(value) };
            let mut table = example.clone();
            table[name] = match (list, &example[name]) {
                (None, _) => value,
                (Some(_), Value::Array(items)) => {
                    let rest = items.iter().skip(1).cloned();
                    std::iter::once(value).chain(rest).collect()
                }
                (Some(_), other) => panic!("{place} is a list, the example has {other}"),
            };
            self.refused(&table)
        };
        let key = format!("{}.{name}", self.section);
        let refused = |value: f64| {
            let found = with(value).unwrap_or_else(|| panic!("{place} = {value} is not refused"));
            assert!(found == key || found == format!("{key}[0]"), "{place} = {value}: refused as {found}");
        };
        let accepted = |value: f64| {
            let found = with(value).unwrap_or_default();
            assert!(!found.starts_with(&key), "{place} = {value} is refused");
        };
        let end = |key: &str| number[key].as_f64();
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

/// A default is what the description says: `Default 0.1.`, or in words behind a colon where it is not one value.
fn default_is_documented(place: &str, property: &Value, required: bool) {
    let description = property["description"].as_str().unwrap_or_else(|| panic!("{place} is not described"));
    let (before, default) = match description.split_once("Default") {
        Some((before, default)) => (before, Some(default)),
        None => (description, None),
    };
    assert!(!before.is_empty(), "{place} has a default and nothing else: {description}");
    match (&property["default"], default) {
        (_, default) if required => assert_eq!(default, None, "{place} has no default"),
        (_, None) => panic!("the default of {place} is not described: {description}"),
        (Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_), Some(words))
            if words.starts_with(':') => {}
        (value, Some(text)) => {
            let text = text.trim_start();
            let text = match text.strip_prefix('`') {
                Some(code) => code.split('`').next().unwrap(),
                None => text.split([' ', '\n']).next().unwrap().trim_end_matches(['.', ',', ':', ';']),
            };
            assert_eq!(documented(text), floats(value.clone()), "{place}: {description}");
        }
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

/// Whole numbers as others, so that 1 is 1.0.
fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(floats).collect(),
        other => other,
    }
}
