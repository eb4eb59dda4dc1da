//! The layers of `key=value` arguments, and what they share with environment variables.

use std::sync::Arc;

use toml::Value;

use crate::error::ConfigError;
use crate::origin::{Origin, Setter, Source};
use crate::settings::{Layer, Setting};
use crate::{file, schema};

/// One layer for each argument, so that a later one wins.
///
/// # Errors
/// When an argument is not `key=value`.
pub(crate) fn layers(arguments: &[String]) -> Result<Vec<Layer>, ConfigError> {
    arguments
        .iter()
        .map(|argument| match argument.split_once('=') {
            Some((key, value)) if is_key(key.trim()) => {
                let source = Source { name: "argument".to_owned(), text: argument.clone() };
                let start = key.len() + 1;
                assignment(key.trim(), value.trim(), source, start, Setter::Argument)
            }
            _ => Err(ConfigError::NotAnAssignment { argument: argument.clone() }),
        })
        .collect()
}

/// Whether an argument has the form `key=value`, so that it is no configuration file.
pub fn is_assignment(argument: &str) -> bool {
    argument.split_once('=').is_some_and(|(key, _)| is_key(key))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The layer of one key. The value is TOML, or else a string; text where a list is wanted is a list of one.
pub(crate) fn assignment(
    key: &str,
    text: &str,
    source: Source,
    start: usize,
    setter: Setter,
) -> Result<Layer, ConfigError> {
    let value = coerce(key, text, text.parse::<Value>().ok());
    let is_list = value.is_array() && schema::is_list(key);
    if is_list || value.is_table() {
        // Nested settings: read like a file, so that each of them is known by its own key.
        let source = Source { name: source.name, text: format!("{key} = {text}") };
        return file::parse(source, setter);
    }
    let end = source.text.len();
    let origin = Origin {
        setter,
        value: start.min(end)..end,
        key: 0..key.len().min(end),
        source: Some(Arc::new(source)),
    };
    Ok(vec![(key.to_owned(), Setting { value, origin })])
}

/// The value that a text stands for: TOML, unless the setting takes a text or a list and that is something else.
fn coerce(key: &str, text: &str, parsed: Option<Value>) -> Value {
    let string = || Value::String(text.to_owned());
    let nodes = schema::at(key);
    let may_be = |name| nodes.iter().any(|node| node.may_be(name));
    match parsed {
        Some(value @ Value::Array(_)) => value,
        Some(value @ Value::String(_)) if may_be("string") => value,
        Some(value @ Value::Table(_)) if may_be("object") => value,
        _ if may_be("string") => string(),
        // Names of columns are written down one after the other: `data.ignore=a,b`.
        _ if nodes.iter().any(|node| node.get("x-commas").is_some()) => {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            Value::Array(names.map(|name| Value::String(name.to_owned())).collect())
        }
        // One value stays as it is where it is a value of its own, as the side in `data.size=224`.
        Some(value @ Value::Integer(_)) if may_be("integer") => value,
        Some(value @ Value::Float(_)) if may_be("number") => value,
        Some(value @ Value::Boolean(_)) if may_be("boolean") => value,
        parsed if may_be("array") && !schema::is_list(key) => {
            Value::Array(vec![parsed.unwrap_or_else(string)])
        }
        parsed => parsed.unwrap_or_else(string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(argument: &str) -> Value {
        layers(&[argument.to_owned()]).unwrap()[0][0].1.value.clone()
    }

    #[test]
    fn values_are_toml_and_fall_back_to_text() {
        assert_eq!(value("train.epochs=5"), Value::Integer(5));
        assert_eq!(value("optim.lr=1e-3"), Value::Float(1e-3));
        assert_eq!(value("train.shuffle=false"), Value::Boolean(false));
        assert_eq!(value("model.kind=mlp"), Value::String("mlp".to_owned()));
        assert_eq!(value("train.monitor=\"a b\""), Value::String("a b".to_owned()));
        assert_eq!(value("data.path=a=b.csv"), Value::String("a=b.csv".to_owned()));
        // Where text is wanted, what looks like a number is text.
        assert_eq!(value("name=2024"), Value::String("2024".to_owned()));
    }

    #[test]
    fn one_value_for_a_list_is_a_list_of_one() {
        assert_eq!(value("model.hidden=64"), Value::Array(vec![Value::Integer(64)]));
        assert_eq!(value("data.size=224"), Value::Integer(224));
        assert_eq!(value("data.target=y"), Value::Array(vec![Value::String("y".to_owned())]));
        assert_eq!(value("data.target=[\"a\"]"), Value::Array(vec![Value::String("a".to_owned())]));
    }

    #[test]
    fn names_of_columns_may_stand_between_commas() {
        let names = |names: &[&str]| Value::Array(names.iter().map(|&name| name.into()).collect());
        assert_eq!(value("data.ignore=id, name,,zip code"), names(&["id", "name", "zip code"]));
        assert_eq!(value("data.categorical=zone,7"), names(&["zone", "7"]));
        assert_eq!(value("data.target=2024"), names(&["2024"]));
        assert_eq!(value("data.target=[\"a, b\"]"), names(&["a, b"]));
        // No list of names.
        assert_eq!(value("train.monitor=a,b"), Value::String("a,b".to_owned()));
    }

    #[test]
    fn a_table_is_taken_apart() {
        let layers = layers(&["penalty=[{kind=\"l1\",strength=0.5}]".to_owned()]).unwrap();
        let keys: Vec<_> = layers[0].iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["penalty", "penalty.0", "penalty.0.kind", "penalty.0.strength"]);
    }

    #[test]
    fn a_path_is_not_an_assignment() {
        assert!(is_assignment("train.epochs=5") && is_assignment("seed="));
        assert!(!is_assignment("digits") && !is_assignment("./a=b.toml") && !is_assignment("=3"));
    }
}
