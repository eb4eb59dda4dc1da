//! How an epoch went, in one line.

use std::fmt;

use crate::{Metrics, human};

/// How an epoch went, as a person is told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EpochRecord {
    /// Epochs finished, from 1.
    pub epoch: u64,
    /// Epochs planned.
    pub epochs: u64,
    /// Optimiser steps since the start of training.
    pub step: u64,
    /// Learning rate of the last step.
    pub lr: f64,
    /// Metrics of the training items.
    pub train: Metrics,
    /// Metrics of the validation items; empty where there are none.
    pub validation: Metrics,
    /// Wall-clock seconds of the epoch.
    pub seconds: f64,
    /// Whether it is the best epoch so far.
    pub best: bool,
}

impl fmt::Display for EpochRecord {
    /// `epoch 3/30  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *`: the loss, the validation loss and
    /// the first other validation metric; `*` marks the best epoch so far.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}/{}", self.epoch, self.epochs)?;
        if let Some(loss) = self.train.get("loss") {
            write!(f, "  loss {}", human::metric(loss))?;
        }
        if !self.validation.is_empty() {
            write!(f, "  validation")?;
            let loss = self.validation.get("loss").map(|loss| ("loss", loss));
            for (name, value) in loss.into_iter().chain(other_than_loss(&self.validation)) {
                write!(f, " {name} {}", human::metric(value))?;
            }
        }
        write!(f, "  {}{}", human::seconds(self.seconds), if self.best { " *" } else { "" })
    }
}

/// The first metric that is not the loss.
pub(crate) fn other_than_loss(metrics: &Metrics) -> Option<(&str, f64)> {
    metrics.iter().find(|(name, _)| *name != "loss")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_epoch() {
        let full = EpochRecord {
            epoch: 3,
            epochs: 30,
            train: Metrics::from_iter([("loss", 0.123)]),
            validation: Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222), ("macro_f1", 0.9)]),
            seconds: 1.23,
            best: true,
            ..EpochRecord::default()
        };
        assert_eq!(
            full.to_string(),
            "epoch 3/30  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *"
        );
        let bare = EpochRecord { epoch: 1, epochs: 9, seconds: 0.01, ..EpochRecord::default() };
        assert_eq!(bare.to_string(), "epoch 1/9  10 ms");
    }
}
