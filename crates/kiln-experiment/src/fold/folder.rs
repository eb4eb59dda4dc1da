//! The folder of a fold. A fold with `fold.json`, which is written last, is done and never trained again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use kiln_core::file::{is_folder, make_below, write_durably};

use super::names::{FOLD, fold_folder};
use super::record::FoldRecord;
use super::result::FoldResult;
use crate::error::{ExperimentError, RunError};
use crate::interrupt::Interrupt;
use crate::run::{CHECKPOINTS, HOLDOUT, RunFolder};

/// How the completion of a fold is carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Completion<'a> {
    /// The folder of the cross-validation.
    pub(crate) run: &'a Path,
    pub(crate) interrupt: &'a Interrupt,
    /// How long a fold is waited for that another process holds.
    pub(crate) patience: Duration,
    /// Whether the checkpoints of a fold stay when it is done.
    pub(crate) keep_checkpoints: bool,
}

/// A fold that is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Completed {
    pub(crate) record: FoldRecord,
    /// Whether an earlier process, or another, had done it already.
    pub(crate) earlier: bool,
}

impl Completion<'_> {
    /// Trains a fold in its folder to its end, unless it is done. `None` when it was asked to stop.
    pub(crate) fn complete<E: From<ExperimentError>>(
        &self,
        fold: usize,
        train: impl FnOnce(&Path) -> Result<Option<FoldResult>, E>,
    ) -> Result<Option<Completed>, E> {
        let path = fold_folder(self.run, fold);
        if let Some(completed) = self.earlier(fold, &path)? {
            return Ok(Some(completed));
        }
        if self.interrupt.is_set() {
            return Ok(None);
        }
        let _lock = self.hold(fold, &path)?;
        // Whoever held it may have come to the end.
        if let Some(completed) = self.earlier(fold, &path)? {
            return Ok(Some(completed));
        }
        let Some(result) = train(&path)? else { return Ok(None) };
        self.write(&path, &result)?;
        // What was written and what is read back later are the same numbers.
        let record = FoldRecord::read(self.run, fold).map_err(ExperimentError::from)?;
        Ok(record.map(|record| Completed { record, earlier: false }))
    }

    fn hold(&self, fold: usize, path: &Path) -> Result<RunFolder, ExperimentError> {
        // Not the folder of the whole: where it is gone, somebody has deleted it.
        make_below(self.run, &fold_folder(Path::new(""), fold)).map_err(RunError::io("make", path))?;
        Ok(RunFolder::open_within(path, self.patience)?)
    }

    /// The record of a fold that was done before.
    fn earlier(&self, fold: usize, path: &Path) -> Result<Option<Completed>, ExperimentError> {
        let Some(record) = FoldRecord::read(self.run, fold)? else { return Ok(None) };
        self.clean(path)?;
        Ok(Some(Completed { record, earlier: true }))
    }

    /// Predictions first, then the record, which makes the fold done.
    fn write(&self, path: &Path, result: &FoldResult) -> Result<(), ExperimentError> {
        if let Some(predictions) = &result.predictions {
            predictions.write(path)?;
        }
        let mut bytes = serde_json::to_vec_pretty(&result.record).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        let done = path.join(FOLD);
        write_durably(&done, &bytes).map_err(RunError::io("write", &done))?;
        self.clean(path)
    }

    /// Removes the checkpoints of a fold that is done, unless they are to be kept.
    fn clean(&self, path: &Path) -> Result<(), ExperimentError> {
        // What the first training of two leaves behind has done its work.
        let held_out = path.join(HOLDOUT).join(CHECKPOINTS);
        let checkpoints = Some(path.join(CHECKPOINTS)).filter(|_| !self.keep_checkpoints);
        for folder in checkpoints.into_iter().chain([held_out]) {
            if is_folder(&folder).map_err(RunError::io("look at", &folder))? {
                fs::remove_dir_all(&folder).map_err(RunError::io("remove", &folder))?;
            }
        }
        Ok(())
    }
}
