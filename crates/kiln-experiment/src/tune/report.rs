//! The progress of a search.

use std::path::PathBuf;

use kiln_validate::search::{State, Study};

use crate::error::TuneError;

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
