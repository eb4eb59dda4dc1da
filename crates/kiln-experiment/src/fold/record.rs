//! `fold.json`: how a fold went.

use std::path::Path;

use burn::module::Module;
use kiln_core::{Metrics, Weights, file};
use kiln_train::{Outcome, Scores};
use kiln_validate::search::Assignment;
use serde::{Deserialize, Serialize};

use super::names::{FOLD, fold_folder};
use crate::error::RunError;

/// How a fold went: `fold.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FoldRecord {
    /// The version of the format: 1.
    pub v: u32,
    /// The number of the fold, from 0.
    pub fold: usize,
    /// The seed of its weights and orders.
    pub seed: u64,
    /// Items that it was fitted to, that picked its best weights, and that judged it.
    pub items: [usize; 3],
    /// Metrics of the training items.
    pub train: Metrics,
    /// Metrics of the inner validation items.
    pub validation: Metrics,
    /// Metrics of the test items.
    pub test: Metrics,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: Option<u64>,
    /// Why training stopped.
    pub stop: String,
    /// Seconds of training.
    pub seconds: f64,
    /// BLAKE3 of the kept weights.
    pub weights_blake3: String,
    /// Counts of the test items, actual by predicted. `None` for numbers.
    pub confusion: Option<Vec<Vec<u64>>>,
    /// The settings that a search chose, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Chosen>,
}

/// What the search of a fold chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chosen {
    /// The values.
    pub params: Assignment,
    /// The metric that judged.
    pub monitor: String,
    /// What the best trial had, on items that chose it.
    pub inner: f64,
    /// The number of the best trial, from 0.
    pub trial: u64,
    /// Trials that ended, and those of them that failed.
    pub trials: [usize; 2],
}

impl FoldRecord {
    /// The record of a training that has ended: seed, sizes and the metrics of the test items are still to be filled in.
    pub fn of<M: Module>(fold: usize, outcome: &Outcome<M>) -> Self {
        let best = outcome.history.best();
        Self {
            v: 1,
            fold,
            validation: best.and_then(|best| best.validation.clone()).unwrap_or_default(),
            best_epoch: best.map(|best| best.epoch),
            stop: outcome.stop.reason().to_owned(),
            seconds: outcome.seconds,
            weights_blake3: Weights::of(&outcome.model).blake3(),
            ..Self::default()
        }
    }

    /// The same with the scores of the training and the test items.
    #[must_use]
    pub fn scored(self, train: &Scores, test: &Scores) -> Self {
        let confusion = test.confusion().map(|matrix| matrix.rows().map(<[u64]>::to_vec).collect());
        Self { train: train.metrics(), test: test.metrics(), confusion, ..self }
    }

    /// The record of fold `fold` of the cross-validation in `run`. `None` while the fold is not done.
    ///
    /// # Errors
    /// [`RunError::Record`] when it is damaged, [`RunError::Io`] when it cannot be read.
    pub fn read(run: &Path, fold: usize) -> Result<Option<Self>, RunError> {
        let path = fold_folder(run, fold).join(FOLD);
        let bytes = match file::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::read(&path)(error)),
        };
        let record = serde_json::from_slice(&bytes);
        record.map(Some).map_err(|error| RunError::Record { path, reason: error.to_string() })
    }

    /// A number of the test items that can be averaged over folds. R² of a single item cannot.
    pub fn metric(&self, name: &str) -> Option<f64> {
        if name == "r2" && self.items[2] < 2 { None } else { self.test.get(name) }
    }
}
