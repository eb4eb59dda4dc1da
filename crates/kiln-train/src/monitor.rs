//! Which weights are the best, and when there is no point in going on.

use kiln_core::{Direction, Metric};
use serde::{Deserialize, Serialize};

use crate::{EarlyStoppingConfig, Metrics, TrainError};

/// The value of the metric called `name`, and in which direction it gets better.
///
/// # Errors
/// [`TrainError::Monitor`] where it is not among the metrics, [`TrainError::NoDirection`] where neither the metric says its
/// direction nor its name tells it.
///
/// ```
/// use kiln_core::{Direction, Metrics};
/// use kiln_train::monitored;
///
/// let metrics = Metrics::from_iter([("loss", 0.5), ("perplexity", 1.6)]);
/// assert_eq!(monitored(&metrics, "perplexity")?, (1.6, Direction::Minimise));
/// assert!(monitored(&metrics, "accuracy").is_err());
/// # Ok::<(), kiln_train::TrainError>(())
/// ```
pub fn monitored(metrics: &Metrics, name: &str) -> Result<(f64, Direction), TrainError> {
    let value = metrics.get(name).ok_or_else(|| TrainError::Monitor {
        name: name.to_owned(),
        known: metrics.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
    })?;
    Ok((value, metrics.directed(name)?))
}

/// Follows one validation metric from epoch to epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Monitor {
    name: String,
    /// The best value so far.
    pub(crate) best: Option<f64>,
    /// The value that the next improvement is measured against: it moves only by more than `min_delta`.
    reference: Option<f64>,
    /// Epochs since the reference moved.
    stale: u64,
    /// In which direction the metric gets better, where its name does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
}

impl Monitor {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), best: None, reference: None, stale: 0, direction: None }
    }

    /// Whether it is the metric called `name` that is followed.
    pub(crate) fn follows(&self, name: &str) -> bool {
        self.name == name
    }

    /// The monitored value among `metrics`, and in which direction it gets better.
    pub(crate) fn read(&mut self, metrics: &Metrics) -> Result<(f64, Direction), TrainError> {
        let (value, direction) = monitored(metrics, &self.name)?;
        // Values of earlier epochs were compared in the direction that was said then, else in that of the name.
        let then = self.direction.or(self.best.and(Direction::of_known(&self.name)));
        if let Some(then) = then.filter(|then| *then != direction) {
            return Err(TrainError::OtherDirection { name: self.name.clone(), then });
        }
        self.direction = metrics.metric(&self.name).and_then(Metric::own_direction);
        Ok((value, direction))
    }

    /// Takes the value of the epoch (from 1); says whether its weights are the best so far.
    pub(crate) fn observe(
        &mut self,
        value: f64,
        direction: Direction,
        epoch: u64,
        early: Option<&EarlyStoppingConfig>,
    ) -> bool {
        let gain = |over: Option<f64>| over.map_or(f64::INFINITY, |over| direction.gain(value, over));
        let best = gain(self.best) > 0.0;
        if best {
            self.best = Some(value);
        }
        let (min_delta, warmup) = early.map_or((0.0, 0), |early| (early.min_delta, early.warmup));
        if gain(self.reference) > min_delta {
            self.reference = Some(value);
            self.stale = 0;
        } else if epoch > warmup {
            self.stale += 1;
        }
        best
    }

    /// Whether patience has run out.
    pub(crate) fn exhausted(&self, early: &EarlyStoppingConfig) -> bool {
        self.stale >= early.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, early: EarlyStoppingConfig, values: &[f64]) -> (Vec<bool>, Option<usize>) {
        let mut monitor = Monitor::new(name);
        let mut best = Vec::new();
        for (i, &value) in values.iter().enumerate() {
            let (value, direction) = monitor.read(&Metrics::from_iter([(name, value)])).unwrap();
            best.push(monitor.observe(value, direction, i as u64 + 1, Some(&early)));
            if monitor.exhausted(&early) {
                return (best, Some(i + 1));
            }
        }
        (best, None)
    }

    #[test]
    fn stops_after_patience_epochs_without_improvement() {
        let early = EarlyStoppingConfig { patience: 2, ..Default::default() };
        assert_eq!(
            run("loss", early.clone(), &[1.0, 0.5, 0.6, 0.5]),
            (vec![true, true, false, false], Some(4))
        );
        assert_eq!(run("accuracy", early, &[0.5, 0.6, 0.5, 0.55]).1, Some(4));
    }

    #[test]
    fn small_gains_pick_the_best_weights_but_do_not_buy_time() {
        let early = EarlyStoppingConfig { patience: 2, min_delta: 0.1, ..Default::default() };
        // 0.95 and 0.91 are better than 1.0, yet by less than min_delta.
        assert_eq!(run("loss", early.clone(), &[1.0, 0.95, 0.91, 0.9]), (vec![true, true, true], Some(3)));
        // Their sum passes min_delta at the third epoch.
        assert_eq!(run("loss", early, &[1.0, 0.95, 0.89, 0.88]).1, None);
    }

    #[test]
    fn nothing_is_counted_in_the_warm_up() {
        let early = EarlyStoppingConfig { patience: 1, warmup: 3, ..Default::default() };
        assert_eq!(run("loss", early, &[1.0, 2.0, 2.0, 2.0, 2.0]).1, Some(4));
    }

    #[test]
    fn small_values_of_a_perplexity_are_better() {
        let early = EarlyStoppingConfig { patience: 2, ..Default::default() };
        assert_eq!(run("perplexity", early, &[1.2223, 1.0098, 1.1]).0, [true, true, false]);
    }

    #[test]
    fn the_direction_of_ones_own_metric_is_kept_and_cannot_change() {
        let metrics = |metric| Metrics::from_iter([(metric, 1.0)]);
        let mut monitor = Monitor::new("stalls");
        let (value, direction) = monitor.read(&metrics(Metric::minimise("stalls"))).unwrap();
        monitor.observe(value, direction, 1, None);
        let text = serde_json::to_string(&monitor).unwrap();
        assert!(text.ends_with(r#""stale":0,"direction":"minimise"}"#), "{text}");
        let mut back: Monitor = serde_json::from_str(&text).unwrap();
        assert!(back.read(&metrics(Metric::minimise("stalls"))).is_ok());
        let error = back.read(&metrics(Metric::maximise("stalls"))).unwrap_err();
        let message =
            "the run began with a metric \"stalls\" whose small values are better, now its large ones are";
        assert_eq!(error.to_string(), message);
        let error = Monitor::new("stalls").read(&metrics("stalls".into())).unwrap_err();
        assert!(matches!(error, TrainError::NoDirection(_)), "{error}");
    }

    #[test]
    fn what_is_written_of_a_known_metric_is_what_it_was() {
        let mut monitor = Monitor::new("loss");
        let (value, direction) = monitor.read(&Metrics::from_iter([("loss", 0.5)])).unwrap();
        monitor.observe(value, direction, 1, None);
        let text = serde_json::to_string(&monitor).unwrap();
        assert_eq!(text, r#"{"name":"loss","best":0.5,"reference":0.5,"stale":0}"#);
    }
}
