//! Which weights are the best, and when there is no point in going on.

use kiln_core::larger_is_better;
use serde::{Deserialize, Serialize};

use crate::{EarlyStoppingConfig, Metrics, TrainError};

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
}

impl Monitor {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), best: None, reference: None, stale: 0 }
    }

    pub(crate) fn maximise(&self) -> bool {
        larger_is_better(&self.name)
    }

    /// The monitored value among `metrics`.
    pub(crate) fn value(&self, metrics: &Metrics) -> Result<f64, TrainError> {
        metrics.get(&self.name).ok_or_else(|| TrainError::Monitor {
            name: self.name.clone(),
            known: metrics.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
        })
    }

    fn gain(&self, value: f64, over: Option<f64>) -> f64 {
        match over {
            None => f64::INFINITY,
            Some(over) if self.maximise() => value - over,
            Some(over) => over - value,
        }
    }

    /// Takes the value of the epoch (from 1); says whether its weights are the best so far.
    pub(crate) fn observe(&mut self, value: f64, epoch: u64, early: Option<&EarlyStoppingConfig>) -> bool {
        let best = self.gain(value, self.best) > 0.0;
        if best {
            self.best = Some(value);
        }
        let (min_delta, warmup) = early.map_or((0.0, 0), |early| (early.min_delta, early.warmup));
        if self.gain(value, self.reference) > min_delta {
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
            best.push(monitor.observe(value, i as u64 + 1, Some(&early)));
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
}
