//! Named numbers in the order in which they were measured.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Metrics of one epoch or evaluation, such as `loss` and `accuracy`, in the order in which they were added.
///
/// In JSON they are an object. A value that is NaN or infinite becomes `null`, and `null` is read as NaN.
///
/// ```
/// use kiln_core::Metrics;
///
/// let metrics = Metrics::from_iter([("loss", 0.25), ("accuracy", 0.9)]);
/// assert_eq!(metrics.get("accuracy"), Some(0.9));
/// assert_eq!(metrics.iter().next(), Some(("loss", 0.25)));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics(Vec<(String, f64)>);

impl Metrics {
    /// No metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `name` to `value`. An old value under the same name is replaced and keeps its place.
    pub fn set(&mut self, name: impl Into<String>, value: f64) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value called `name`.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Whether there are no metrics.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many metrics there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The metric that tells most in one number: the first one that is not the loss, else the first one.
    pub fn headline(&self) -> Option<(&str, f64)> {
        self.other_than_loss().or_else(|| self.iter().next())
    }

    /// The first metric that is not the loss.
    pub fn other_than_loss(&self) -> Option<(&str, f64)> {
        self.iter().find(|(name, _)| *name != "loss")
    }
}

/// Whether a larger value of the metric called `name` is better.
///
/// Losses and errors (`mse`, `mae`, `rmse`, `penalty`, and every name that ends in `loss` or `error`) are better when
/// small, everything else when large.
///
/// ```
/// use kiln_core::larger_is_better;
///
/// assert!(larger_is_better("accuracy") && !larger_is_better("log_loss"));
/// ```
pub fn larger_is_better(name: &str) -> bool {
    !(name.ends_with("loss") || name.ends_with("error") || matches!(name, "mse" | "mae" | "rmse" | "penalty"))
}

impl<N: Into<String>> FromIterator<(N, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (N, f64)>>(items: I) -> Self {
        let mut metrics = Self::new();
        for (name, value) in items {
            metrics.set(name, value);
        }
        metrics
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value.is_finite().then_some(value))?;
        }
        map.end()
    }
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
                while let Some((name, value)) = map.next_entry::<String, Option<f64>>()? {
                    metrics.set(name, value.unwrap_or(f64::NAN));
                }
                Ok(metrics)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_the_order_and_has_null_for_what_is_not_a_number() {
        let metrics = Metrics::from_iter([("loss", f64::NAN), ("accuracy", 0.5), ("a", f64::NEG_INFINITY)]);
        let text = serde_json::to_string(&metrics).unwrap();
        assert_eq!(text, r#"{"loss":null,"accuracy":0.5,"a":null}"#);
        let back: Metrics = serde_json::from_str(&text).unwrap();
        assert!(back.get("loss").unwrap().is_nan());
        assert_eq!(back.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["loss", "accuracy", "a"]);
    }

    #[test]
    fn every_bit_survives_json() {
        for value in [0.1, 1.0 / 3.0, f64::MIN_POSITIVE, 5e-324, 1e300, 0.123_456_789_012_345_67] {
            let text = serde_json::to_string(&Metrics::from_iter([("m", value)])).unwrap();
            let back: Metrics = serde_json::from_str(&text).unwrap();
            assert_eq!(back.get("m").map(f64::to_bits), Some(value.to_bits()), "{text}");
        }
    }

    #[test]
    fn a_second_value_replaces_the_first_in_its_place() {
        let mut metrics = Metrics::from_iter([("loss", 1.0), ("accuracy", 0.5)]);
        metrics.set("loss", 2.0);
        assert_eq!(metrics.iter().collect::<Vec<_>>(), [("loss", 2.0), ("accuracy", 0.5)]);
        assert_eq!((metrics.len(), metrics.is_empty(), metrics.get("mse")), (2, false, None));
    }

    #[test]
    fn the_headline_is_the_first_metric_that_is_not_the_loss() {
        let metrics = Metrics::from_iter([("loss", 1.0), ("accuracy", 0.5), ("macro_f1", 0.4)]);
        assert_eq!(metrics.headline(), Some(("accuracy", 0.5)));
        assert_eq!(Metrics::from_iter([("loss", 1.0)]).headline(), Some(("loss", 1.0)));
        assert_eq!(Metrics::new().headline(), None);
    }

    #[test]
    fn losses_and_errors_are_better_when_small() {
        for name in ["loss", "log_loss", "max_error", "mse", "mae", "rmse", "penalty"] {
            assert!(!larger_is_better(name), "{name}");
        }
        for name in ["accuracy", "macro_f1", "r2", "top5_accuracy"] {
            assert!(larger_is_better(name), "{name}");
        }
    }
}
