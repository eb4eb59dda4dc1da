//! The progress of a search.

use std::path::{Path, PathBuf};

use kiln_core::file::is_file;
use kiln_validate::search::{State, Study};

use super::folder::{BEST, RECORD, TuneRecord};
use crate::error::{ExperimentError, RunError, TuneError};
use crate::run::STUDY;

/// The progress of a search.
#[derive(Debug)]
#[non_exhaustive]
pub struct TuneReport {
    /// The folder of the study.
    pub folder: PathBuf,
    /// The validation metric that is the objective.
    pub monitor: String,
    /// The trials that have ended.
    pub study: Study,
    /// Whether all trials have ended. A search that is not finished can be resumed.
    pub finished: bool,
    /// The configuration of the best trial, if there is one.
    pub best_config: Option<PathBuf>,
}

impl TuneReport {
    /// The search in `folder` as far as it is. Another process may be at work on it. A grid that has ended before its last trial counts
    /// as not finished.
    ///
    /// # Errors
    /// A damaged file, one that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        // Of a search in code there is the journal alone.
        let name = folder.join(RECORD);
        let has_record = is_file(&name).map_err(RunError::io("look at", &name))?;
        let record = has_record.then(|| TuneRecord::read(folder)).transpose()?;
        let study = Study::read(&folder.join(STUDY))?;
        let trials = study.trials().len() as u64;
        let finished = record.as_ref().is_none_or(|record| trials >= record.trials);
        let monitor = record.map_or_else(|| "objective".to_owned(), |record| record.monitor);
        let best = folder.join(BEST);
        let best_config = is_file(&best).map_err(RunError::io("look at", &best))?.then_some(best);
        Ok(Self { folder: folder.to_owned(), monitor, study, finished, best_config })
    }

    /// How many trials ended so.
    pub fn count(&self, state: State) -> usize {
        self.study.trials().iter().filter(|trial| trial.state == state).count()
    }

    /// An error when the search is finished and no trial gave a model.
    ///
    /// # Errors
    /// [`TuneError::AllFailed`].
    pub fn must_have_a_model(&self) -> Result<(), TuneError> {
        match self.study.trials().iter().find(|trial| trial.state == State::Failed) {
            Some(failed) if self.study.best().is_none() && self.finished => Err(TuneError::AllFailed {
                trials: self.study.trials().len(),
                number: failed.number,
                reason: failed.error.clone().unwrap_or_default(),
            }),
            _ => Ok(()),
        }
    }
}
