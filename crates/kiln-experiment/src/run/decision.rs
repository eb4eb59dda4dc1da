//! `decision.json`: how a class follows from what the weights of a run say.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use kiln_core::Weights;
use kiln_core::file::write_durably;
use kiln_train::Decision;
use kiln_validate::calibration::{Threshold, ThresholdRule};
use serde::{Deserialize, Serialize};

use super::names::DECISION;
use crate::error::RunError;

/// `decision.json`: what was chosen on the validation part of a run, so that its probabilities are honest and its decisions
/// the best ones. Predictions and evaluations of the run use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeptDecision {
    /// The version of the format: 1.
    pub v: u32,
    /// BLAKE3 of the weights that it was chosen for. For others it does not count.
    pub weights_blake3: String,
    /// Items that it was chosen on.
    pub items: u64,
    /// What logits are divided by, where the run is calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The threshold between two classes, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<KeptThreshold>,
}

/// A threshold with how it was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeptThreshold {
    /// What it does best.
    pub rule: ThresholdRule,
    /// The threshold, and how good it is on the items that it was chosen on.
    #[serde(flatten)]
    pub chosen: Threshold,
    /// The class that is predicted where its probability is the threshold or more: the second of two.
    pub class: String,
}

impl KeptThreshold {
    pub(crate) fn new(rule: ThresholdRule, chosen: Threshold, class: &str) -> Self {
        Self { rule, chosen, class: class.to_owned() }
    }
}

impl KeptDecision {
    /// Nothing chosen yet, for these weights.
    pub(crate) fn new(weights: &Weights, items: usize) -> Self {
        let weights_blake3 = weights.blake3();
        Self { v: 1, weights_blake3, items: items as u64, temperature: None, threshold: None }
    }

    /// With a temperature.
    pub(crate) fn calibrated(self, temperature: f64) -> Self {
        Self { temperature: Some(temperature), ..self }
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.temperature.is_none() && self.threshold.is_none()
    }

    /// How a class follows from logits.
    pub fn decision(&self) -> Decision {
        Decision::default()
            .with_temperature(self.temperature.unwrap_or(1.0))
            .with_threshold(self.threshold.as_ref().map(|threshold| threshold.chosen.value))
    }

    /// Reads that of the run in `folder`; `None` where nothing was chosen.
    ///
    /// # Errors
    /// [`RunError::Record`] when it is damaged, [`RunError::Io`] when it cannot be read.
    pub fn read(folder: &Path) -> Result<Option<Self>, RunError> {
        let path = folder.join(DECISION);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::io("read", &path)(error)),
        };
        let damaged = |reason: String| RunError::Record { path: path.clone(), reason };
        let kept: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match kept.temperature {
            Some(temperature) if !(temperature.is_finite() && temperature > 0.0) => {
                Err(damaged(format!("the temperature is {temperature}")))
            }
            _ => Ok(Some(kept)),
        }
    }

    /// Writes it durably; takes the file away where nothing is chosen.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub(crate) fn write(&self, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(DECISION);
        if self.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(RunError::io("remove", &path)(error))
                }
                _ => Ok(()),
            };
        }
        // Texts and finite numbers: nothing that JSON refuses.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        write_durably(&path, &bytes).map_err(RunError::io("write", &path))
    }
}
