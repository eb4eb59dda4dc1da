//! How an epoch went, in one line.

use kiln_core::{EpochRecord, Metrics};

use crate::human;

/// `epoch 3/30  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *`: the loss, the validation loss and the
/// first other validation metric. `*` marks the best epoch so far, where there is a validation part to judge by.
pub(crate) fn epoch_line(record: &EpochRecord, epochs: u64) -> String {
    let mut line = format!("epoch {}/{epochs}", record.epoch);
    if let Some(loss) = record.train.get("loss") {
        line += &format!("  loss {}", human::metric(loss));
    }
    let validation = record.validation.as_ref().filter(|metrics| !metrics.is_empty());
    if let Some(metrics) = validation {
        line += "  validation";
        let loss = metrics.get("loss").map(|loss| ("loss", loss));
        for (name, value) in loss.into_iter().chain(Metrics::other_than_loss(metrics)) {
            line += &format!(" {name} {}", human::metric(value));
        }
    }
    let star = if record.best && record.validation.is_some() { " *" } else { "" };
    line + &format!("  {}{star}", human::seconds(record.seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_epoch() {
        let validation = Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222), ("macro_f1", 0.9)]);
        let full = EpochRecord {
            epoch: 3,
            train: Metrics::from_iter([("loss", 0.123)]),
            validation: Some(validation),
            seconds: 1.23,
            best: true,
            ..EpochRecord::default()
        };
        assert_eq!(
            epoch_line(&full, 30),
            "epoch 3/30  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *"
        );
    }

    #[test]
    fn without_a_validation_part_no_epoch_is_the_best() {
        let bare = EpochRecord { epoch: 1, seconds: 0.01, best: true, ..EpochRecord::default() };
        assert_eq!(epoch_line(&bare, 9), "epoch 1/9  10 ms");
    }
}
