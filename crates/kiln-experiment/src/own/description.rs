//! What makes a cross-validation the one that is in a folder already.

use std::path::Path;

use kiln_core::{Seed, file};
use kiln_validate::split::Fold;
use serde::{Deserialize, Serialize};

use crate::error::{CvError, ExperimentError, RunError};
use crate::run::RunFolder;

/// The name of the file that makes a folder a cross-validation of one's own.
const FILE: &str = "folds.json";

/// What makes two cross-validations the same: their folds, their seed and the label that the caller gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Description {
    /// The version of the format: 1.
    v: u32,
    label: String,
    seed: u64,
    folds: usize,
    /// A digest of the items of all folds.
    items: String,
}

impl Description {
    pub(super) fn new(label: &str, seed: u64, folds: &[Fold]) -> Self {
        let mut digest = Seed::new(folds.len() as u64);
        for fold in folds {
            for part in [fold.train(), fold.test()] {
                digest = digest.at(part.len() as u64);
                digest = part.iter().fold(digest, |digest, item| digest.at(*item as u64));
            }
        }
        Self {
            v: 1,
            label: label.to_owned(),
            seed,
            folds: folds.len(),
            items: format!("{:016x}", digest.value()),
        }
    }

    /// Makes the folder, or makes sure that it holds this cross-validation.
    pub(super) fn claim(&self, folder: &Path) -> Result<(), ExperimentError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        if RunFolder::create_at(folder, FILE, &[(FILE, &bytes)])? {
            return Ok(());
        }
        let path = folder.join(FILE);
        let there = file::read(&path).map_err(RunError::read(&path))?;
        let there: Self = serde_json::from_slice(&there)
            .map_err(|error| RunError::Record { path, reason: error.to_string() })?;
        if there == *self { Ok(()) } else { Err(CvError::OtherCv { run: folder.to_owned() }.into()) }
    }
}
