//! The records of an epoch and of a certificate: what training writes, what reports show.

use serde::{Deserialize, Serialize};

use crate::Metrics;

/// How one epoch went, as it is written to `metrics.jsonl`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Number of the line, from 0, without gaps.
    pub seq: u64,
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Optimiser steps since the start of training.
    pub step: u64,
    /// Learning rate of the last step; of several optimisers that of the first.
    pub lr: f64,
    /// Training loss over the epoch (mean over the items, as seen during the epoch), and the penalty at its end.
    pub train: Metrics,
    /// Metrics of the validation items. `None` when there is no validation part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Metrics>,
    /// Whether these are the best weights so far. Without a validation part the newest weights always are.
    pub best: bool,
    /// Wall-clock seconds of the epoch with its validation. The only field that differs between equal runs.
    pub seconds: f64,
}

/// How far from the optimum weights are at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// The objective: mean training loss and penalties.
    pub objective: f64,
    /// Upper bound of the distance to the smallest objective; none without a penalty.
    pub gap: Option<f64>,
    /// Largest entry of the smallest subgradient.
    pub kkt_residual: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_metrics_jsonl_keeps_its_form() {
        let record = EpochRecord {
            seq: 0,
            epoch: 1,
            step: 20,
            lr: 0.1,
            train: Metrics::from_iter([("loss", 0.5)]),
            validation: Some(Metrics::from_iter([("loss", 0.25), ("accuracy", 1.0)])),
            best: true,
            seconds: 1.5,
        };
        let line = concat!(
            r#"{"seq":0,"epoch":1,"step":20,"lr":0.1,"train":{"loss":0.5},"#,
            r#""validation":{"loss":0.25,"accuracy":1.0},"best":true,"seconds":1.5}"#,
        );
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
        assert_eq!(serde_json::from_str::<EpochRecord>(line).unwrap(), record);
    }

    #[test]
    fn without_a_validation_part_the_field_is_left_out() {
        let record = EpochRecord { epoch: 1, ..EpochRecord::default() };
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(line, r#"{"seq":0,"epoch":1,"step":0,"lr":0.0,"train":{},"best":false,"seconds":0.0}"#);
        assert_eq!(serde_json::from_str::<EpochRecord>(&line).unwrap(), record);
    }
}
