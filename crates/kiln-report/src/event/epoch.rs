//! The form that the record of an epoch has as an event.

use kiln_core::{EpochRecord, Metrics};
use serde::{Deserialize, Serialize};

/// An epoch as an event: neither the number of its line nor whether it was the best is told, and without a validation
/// part `validation` is `{}`.
#[derive(Serialize, Deserialize)]
#[serde(remote = "EpochRecord")]
pub(super) struct EpochEvent {
    #[serde(skip)]
    seq: u64,
    epoch: u64,
    step: u64,
    lr: f64,
    train: Metrics,
    #[serde(with = "none_is_empty")]
    validation: Option<Metrics>,
    #[serde(skip)]
    best: bool,
    seconds: f64,
}

/// Metrics that were not measured are `{}`.
mod none_is_empty {
    use kiln_core::Metrics;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        metrics: &Option<Metrics>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match metrics {
            Some(metrics) => metrics.serialize(serializer),
            None => Metrics::new().serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Metrics>, D::Error> {
        Ok(Some(Metrics::deserialize(deserializer)?).filter(|metrics| !metrics.is_empty()))
    }
}
