//! What differs between the settings of a run then and now, by name.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// A setting that is not what it was when the run was trained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The name of the setting, from its section on: `penalty.0.strength`.
    pub name: String,
    /// What it was.
    pub was: String,
    /// What it is now.
    pub is: String,
}

impl Change {
    /// A change from one value to another, as they are shown.
    pub fn new(name: impl Into<String>, was: impl ToString, is: impl ToString) -> Self {
        Self { name: name.into(), was: was.to_string(), is: is.to_string() }
    }

    /// Whether `name` is that of the setting or of a section around it.
    pub(crate) fn is_within(&self, name: &str) -> bool {
        self.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was {}, is {}", self.name, self.was, self.is)
    }
}

/// Every setting of `is` that `was` has otherwise. Sections that `was` lacks are of a later program: nothing is known of
/// them.
pub(crate) fn differences(was: &Value, is: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    for name in keys(was, is) {
        if was.get(name).is_some() {
            walk(name, was.get(name), is.get(name), &mut found);
        }
    }
    found
}

/// The keys of both, each once: those of `is` in their order, then the others.
fn keys<'a>(was: &'a Value, is: &'a Value) -> impl Iterator<Item = &'a str> {
    let mut seen = BTreeSet::new();
    let both = [is, was].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys());
    both.map(String::as_str).filter(move |key| seen.insert(*key))
}

fn walk(name: &str, was: Option<&Value>, is: Option<&Value>, found: &mut Vec<Change>) {
    match (was, is) {
        (Some(was @ Value::Object(_)), Some(is @ Value::Object(_))) => {
            let kind = |of: &Value| of.get("kind").cloned();
            // Settings of two kinds have nothing to do with each other.
            let other = kind(was) != kind(is);
            for key in keys(was, is).filter(|key| !other || *key == "kind") {
                walk(&format!("{name}.{key}"), was.get(key), is.get(key), found);
            }
        }
        (Some(Value::Array(was)), Some(Value::Array(is))) => {
            for place in 0..was.len().max(is.len()) {
                walk(&format!("{name}.{place}"), was.get(place), is.get(place), found);
            }
        }
        _ if was.unwrap_or(&Value::Null) != is.unwrap_or(&Value::Null) => {
            found.push(Change::new(name, shown(was), shown(is)));
        }
        _ => {}
    }
}

/// A value as JSON, not too long; `none` where there is none.
fn shown(value: Option<&Value>) -> String {
    const LONGEST: usize = 120;
    let text = value.filter(|value| !value.is_null()).map_or_else(|| "none".to_owned(), Value::to_string);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn between(was: Value, is: Value) -> Vec<String> {
        differences(&was, &is).iter().map(Change::to_string).collect()
    }

    #[test]
    fn a_change_is_told_by_its_name() {
        let penalty = |strength: f64| json!({ "kind": "l2", "strength": strength });
        let was = json!({ "penalty": [penalty(0.1)], "train": { "steps": null, "batch_size": 10 } });
        assert_eq!(between(was.clone(), was.clone()), Vec::<String>::new());
        let is = json!({ "penalty": [penalty(0.2)], "train": { "batch_size": 10 } });
        assert_eq!(between(was.clone(), is), ["penalty.0.strength was 0.1, is 0.2"]);
        let is = json!({ "penalty": [], "train": { "steps": 7, "batch_size": 10 } });
        assert_eq!(
            between(was, is),
            [r#"penalty.0 was {"kind":"l2","strength":0.1}, is none"#, "train.steps was none, is 7"]
        );
    }

    #[test]
    fn of_another_kind_the_kind_alone_is_told() {
        let was = json!({ "schedule": { "kind": "constant", "warmup": 0.0 } });
        let is = json!({ "schedule": { "kind": "cosine", "warmup": 1.0, "end": 0.0 } });
        assert_eq!(between(was, is), [r#"schedule.kind was "constant", is "cosine""#]);
    }

    #[test]
    fn what_an_older_program_did_not_write_is_not_compared() {
        assert_eq!(between(json!({ "seed": 1 }), json!({ "seed": 1, "later": 2 })), Vec::<String>::new());
        assert_eq!(between(json!({ "seed": 1, "later": 2 }), json!({ "seed": 1 })), ["later was 2, is none"]);
    }

    #[test]
    fn a_name_covers_what_is_below_it() {
        let change = Change::new("penalty.1.strength", 1, 2);
        assert!(["penalty", "penalty.1", "penalty.1.strength"].iter().all(|name| change.is_within(name)));
        assert!(!["pen", "penalty.1.str", "penalty.1.strength.x"].iter().any(|name| change.is_within(name)));
    }
}
