//! A prediction as a JSON object.

use serde_json::{Map, Value};

use super::layout::{Carried, Columns, PredictedItem, class};

/// The version of the events that `--json` prints.
const EVENTS: u32 = 1;

/// The object of an item; with `event`, as `--json` prints it.
pub(super) fn object(
    columns: &Columns<'_>,
    carried: &Carried,
    item: &PredictedItem<'_>,
    event: bool,
) -> Value {
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
    if event {
        set("v", EVENTS.into());
        set("event", "prediction".into());
    }
    set("row", item.row.into());
    if let Some(file) = item.file {
        set("file", file.into());
    }
    if !carried.kept.is_empty() {
        let kept = carried.kept.iter().cloned().zip(item.kept.iter().map(|text| Value::from(*text)));
        set("kept", Value::Object(kept.collect()));
    }
    match *columns {
        Columns::Classes { names, proba, spread, bounds } => {
            set("prediction", class(names, item.class).into());
            if proba {
                set("probabilities", by_name(names, item.numbers));
            }
            if spread {
                let of_class = || item.deviations.get(item.class).map_or(Value::Null, |sd| number(*sd));
                set("sd", if proba { by_name(names, item.deviations) } else { of_class() });
            }
            if bounds {
                set("set", item.bound.set.iter().map(|place| class(names, *place)).collect());
            }
        }
        Columns::Values { names, spread, bounds } => {
            set("prediction", by_name(names, item.numbers));
            if spread {
                set("sd", by_name(names, item.deviations));
            }
            if bounds {
                let ends = item.bound.lower.iter().zip(&item.bound.upper);
                let ends = ends.map(|(low, high)| Value::from(vec![number(*low), number(*high)]));
                set("interval", Value::Object(names.iter().cloned().zip(ends).collect()));
            }
        }
    }
    Value::Object(object)
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn by_name(names: &[String], numbers: &[f64]) -> Value {
    Value::Object(names.iter().cloned().zip(numbers.iter().map(|value| number(*value))).collect())
}
