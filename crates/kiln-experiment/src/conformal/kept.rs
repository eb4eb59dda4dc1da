//! `intervals.json`: how far the predictions of a run are off on its calibration part.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use kiln_core::file::write_durably;
use serde::{Deserialize, Serialize};

use crate::error::RunError;
use crate::run::INTERVALS;

/// `intervals.json`: how far the predictions of a run are off on its calibration part. It is kept, so that later predictions need no
/// data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptScores {
    /// The version of the format: 1.
    v: u32,
    /// BLAKE3 of the weights that they are of.
    pub(super) weights_blake3: String,
    /// What the logits of classes were divided by.
    pub(super) temperature: f64,
    /// The scores of the items, rising: of classes 1 less the probability of the true one; of numbers how far each is off, a list for
    /// each target column.
    pub(super) scores: Vec<Vec<f64>>,
}

impl KeptScores {
    pub(super) fn new(weights_blake3: String, temperature: f64, mut scores: Vec<Vec<f64>>) -> Self {
        scores.iter_mut().for_each(|scores| scores.sort_by(f64::total_cmp));
        Self { v: 1, weights_blake3, temperature, scores }
    }

    /// Those of the run in `folder`; `None` where there are none.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, RunError> {
        let path = folder.join(INTERVALS);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::io("read", &path)(error)),
        };
        let damaged = |reason: String| RunError::Record { path: path.clone(), reason };
        let kept: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match kept.scores.iter().flatten().find(|score| !(score.is_finite() && **score >= 0.0)) {
            Some(score) => Err(damaged(format!("a score is {score}"))),
            None => Ok(Some(kept)),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(INTERVALS);
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        write_durably(&path, &bytes).map_err(RunError::io("write", &path))
    }
}
