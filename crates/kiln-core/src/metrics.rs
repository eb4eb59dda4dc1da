//! Named numbers in the order in which they were measured.

use crate::{Direction, Metric, NoDirection};

/// Metrics of one epoch or evaluation, such as `loss` and `accuracy`, in the order in which they were added.
///
/// In JSON they are an object of numbers. A value that is NaN or infinite becomes `null`, and `null` is read as NaN. Where a
/// metric says its direction itself, an object `directions` is the last entry: `{"loss":0.5,"stalls":3.0,"directions":{"stalls":"minimise"}}`.
///
/// ```
/// use kiln_core::Metrics;
///
/// let metrics = Metrics::from_iter([("loss", 0.25), ("accuracy", 0.9)]);
/// assert_eq!(metrics.get("accuracy"), Some(0.9));
/// assert_eq!(metrics.iter().next(), Some(("loss", 0.25)));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics(pub(crate) Vec<(Metric, f64)>);

impl Metrics {
    /// No metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a metric to `value`. An old value under the same name is replaced and keeps its place.
    pub fn set(&mut self, metric: impl Into<Metric>, value: f64) {
        let metric = metric.into();
        match self.0.iter_mut().find(|(known, _)| known.name == metric.name) {
            Some((known, old)) => {
                known.own = metric.own.or(known.own);
                *old = value;
            }
            None => self.0.push((metric, value)),
        }
    }

    /// The value called `name`.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(metric, value)| (metric.name.as_str(), *value))
    }

    /// The metric called `name`, with its direction where it has one.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.0.iter().map(|(metric, _)| metric).find(|metric| metric.name == name)
    }

    /// In which direction the metric called `name` gets better. `None` where it is not there, or neither says so nor has
    /// a name that tells it.
    pub fn direction(&self, name: &str) -> Option<Direction> {
        self.metric(name).and_then(Metric::direction)
    }

    /// The same for a metric that is to be compared.
    ///
    /// # Errors
    /// [`NoDirection`] where there is none, with the metrics that have one.
    ///
    /// ```
    /// use kiln_core::{Explain, Metrics};
    ///
    /// let metrics = Metrics::from_iter([("loss", 0.25), ("wobble", 0.9)]);
    /// let error = metrics.directed("wobble").unwrap_err();
    /// assert!(error.help().is_some_and(|help| help.ends_with("take one whose direction is known: loss")));
    /// ```
    pub fn directed(&self, name: &str) -> Result<Direction, NoDirection> {
        let known = || {
            let known = self.0.iter().map(|(metric, _)| metric).filter(|metric| metric.direction().is_some());
            known.map(|metric| metric.name.clone()).collect()
        };
        self.direction(name).ok_or_else(|| NoDirection::new(name, known()))
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

impl<N: Into<Metric>> FromIterator<(N, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (N, f64)>>(items: I) -> Self {
        let mut metrics = Self::new();
        for (name, value) in items {
            metrics.set(name, value);
        }
        metrics
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
    fn directions_are_in_the_json_of_metrics_of_ones_own_alone() {
        let mut metrics = Metrics::from_iter([("loss", 1.0), ("perplexity", 2.5)]);
        assert_eq!(serde_json::to_string(&metrics).unwrap(), r#"{"loss":1.0,"perplexity":2.5}"#);
        metrics.set(Metric::maximise("wobble"), 0.5);
        metrics.set(Metric::minimise("stalls"), f64::NAN);
        let text = serde_json::to_string(&metrics).unwrap();
        let expected = concat!(
            r#"{"loss":1.0,"perplexity":2.5,"wobble":0.5,"stalls":null,"#,
            r#""directions":{"wobble":"maximise","stalls":"minimise"}}"#,
        );
        assert_eq!(text, expected);
        let back: Metrics = serde_json::from_str(&text).unwrap();
        assert_eq!(back.direction("stalls"), Some(Direction::Minimise));
        assert_eq!(back.direction("wobble"), Some(Direction::Maximise));
        assert_eq!((back.len(), back.direction("directions")), (4, None));
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        // A metric of that name is a number like any other.
        let odd: Metrics = serde_json::from_str(r#"{"directions":2}"#).unwrap();
        assert_eq!(odd.get("directions"), Some(2.0));
    }

    #[test]
    fn a_new_value_leaves_the_direction() {
        let mut metrics = Metrics::from_iter([(Metric::minimise("stalls"), 1.0)]);
        metrics.set("stalls", 2.0);
        assert_eq!(
            (metrics.get("stalls"), metrics.direction("stalls")),
            (Some(2.0), Some(Direction::Minimise))
        );
    }
}
