//! `fold.json`, and what all of them together say.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_report::Metrics;
use kiln_validate::statistics::{Summary, summary};
use serde::{Deserialize, Serialize};

use super::nested::Chosen;
use crate::error::CliError;
use crate::run_dir::RunError;

/// The name of the file that makes a fold done.
pub(super) const FOLD: &str = "fold.json";

/// How a fold went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::command) struct FoldRecord {
    /// The version of the format: 1.
    pub(super) v: u32,
    /// Which fold, from 0.
    pub(super) fold: usize,
    /// The seed of its weights and orders.
    pub(super) seed: u64,
    /// Items that it was fitted to, that picked its best weights, and that judged it.
    pub(super) items: [usize; 3],
    /// Metrics of the training items.
    pub(super) train: Metrics,
    /// Metrics of the inner validation items.
    pub(super) validation: Metrics,
    /// Metrics of the test items.
    pub(super) test: Metrics,
    pub(super) best_epoch: Option<u64>,
    pub(super) stop: String,
    pub(super) seconds: f64,
    pub(super) weights_blake3: String,
    /// Counts of the test items, actual by predicted.
    pub(super) confusion: Option<Vec<Vec<u64>>>,
    /// The settings that a search chose, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) search: Option<Chosen>,
}

/// The folder of a fold.
pub(super) fn folder(run: &Path, fold: usize) -> PathBuf {
    run.join("folds").join(fold.to_string())
}

impl FoldRecord {
    /// The record of a fold that is done.
    pub(in crate::command) fn read(run: &Path, fold: usize) -> Result<Option<Self>, CliError> {
        let path = folder(run, fold).join(FOLD);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::io("read", &path)(error).into()),
        };
        let record = serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path, reason: error.to_string() })?;
        Ok(Some(record))
    }

    /// A number of the test items that can be averaged over folds: R² of a single item is none.
    fn metric(&self, name: &str) -> Option<f64> {
        if name == "r2" && self.items[2] < 2 { None } else { self.test.get(name) }
    }
}

/// The scores of all folds by metric.
#[derive(Debug, Clone)]
pub(super) struct Summaries(pub(super) Vec<(String, Vec<f64>, Summary)>);

impl Summaries {
    /// Of the metrics that every fold has.
    pub(super) fn of(records: &[FoldRecord], test_share: f64) -> Result<Self, CliError> {
        let names = records.first().map(|record| record.test.clone()).unwrap_or_default();
        let mut all = Vec::new();
        for (name, _) in names.iter() {
            let values: Option<Vec<f64>> = records.iter().map(|record| record.metric(name)).collect();
            if let Some(values) = values
                && values.iter().all(|value| value.is_finite())
            {
                let summary = summary(&values, test_share, 0.95)?;
                all.push((name.to_owned(), values, summary));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn means(&self) -> Metrics {
        Metrics::from_iter(self.0.iter().map(|(name, _, summary)| (name.as_str(), summary.mean)))
    }
}
