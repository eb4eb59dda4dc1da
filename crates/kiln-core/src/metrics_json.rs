//! Metrics as JSON: an object of numbers, and the directions that their names do not tell.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Direction, Metric, Metrics};

/// The entry of the directions.
const DIRECTIONS: &str = "directions";

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let directions = Directions(self);
        let has_directions = directions.iter().next().is_some();
        let mut map = serializer.serialize_map(Some(self.len() + usize::from(has_directions)))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value.is_finite().then_some(value))?;
        }
        if has_directions {
            map.serialize_entry(DIRECTIONS, &directions)?;
        }
        map.end()
    }
}

/// The directions that the names do not tell.
struct Directions<'a>(&'a Metrics);

impl Directions<'_> {
    fn iter(&self) -> impl Iterator<Item = (&str, Direction)> {
        self.0.0.iter().filter_map(|(metric, _)| Some((metric.name(), metric.own?)))
    }
}

impl Serialize for Directions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// What stands under the name of the directions: them, or the value of a metric that is called so.
#[derive(Deserialize)]
#[serde(untagged)]
enum Last {
    Number(Option<f64>),
    Directions(BTreeMap<String, Direction>),
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Metrics;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metrics, A::Error> {
                let mut metrics = Metrics::new();
                let mut directions = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let last = match name.as_str() {
                        DIRECTIONS => map.next_value()?,
                        _ => Last::Number(map.next_value()?),
                    };
                    match last {
                        Last::Number(value) => metrics.set(name, value.unwrap_or(f64::NAN)),
                        Last::Directions(found) => directions = found,
                    }
                }
                for (metric, _) in &mut metrics.0 {
                    if let Some(direction) = directions.get(metric.name()) {
                        *metric = Metric::with(metric.name(), *direction);
                    }
                }
                Ok(metrics)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
