//! A study: its settings, its trials, and the workers that run them.

mod config;
mod journal;
mod plan;
mod progress;
mod run;

use std::path::Path;

pub use config::StudyConfig;
pub use plan::{Ending, StudyError, StudyPlan};
pub use progress::TrialRun;

use super::error::SearchError;
use super::trial::{State, Trial};
use journal::Journal;

/// A study: its settings, and the trials that have ended.
#[derive(Debug)]
pub struct Study {
    config: StudyConfig,
    /// By number; there are gaps where trials were running when the study was killed.
    trials: Vec<Trial>,
    journal: Option<Journal>,
}

impl Study {
    /// A study that is kept nowhere.
    ///
    /// # Errors
    /// Settings that are out of their range or do not fit the space.
    pub fn in_memory(config: StudyConfig) -> Result<Self, SearchError> {
        config.check()?;
        Ok(Self { config, trials: Vec::new(), journal: None })
    }

    /// The first line of the journal of a new study. A file that begins with it can be opened.
    ///
    /// # Errors
    /// As [`Study::in_memory`].
    pub fn header(config: &StudyConfig) -> Result<Vec<u8>, SearchError> {
        config.check()?;
        Ok(journal::header(config))
    }

    /// Takes hold of the study whose journal is `path`. A last line without its end, which a killed process left, is
    /// cut off.
    ///
    /// # Errors
    /// [`SearchError::Busy`] when another process has it, [`SearchError::Damaged`], [`SearchError::Io`].
    pub fn open(path: &Path) -> Result<Self, SearchError> {
        let (journal, config, trials) = Journal::open(path)?;
        config.check()?;
        Ok(Self { config, trials, journal: Some(journal) })
    }

    /// Reads a study without taking hold of it: another process may be at work on it.
    ///
    /// # Errors
    /// [`SearchError::Damaged`], [`SearchError::Io`].
    pub fn read(path: &Path) -> Result<Self, SearchError> {
        let (config, trials) = journal::read(path)?;
        Ok(Self { config, trials, journal: None })
    }

    /// The settings.
    pub fn config(&self) -> &StudyConfig {
        &self.config
    }

    /// The trials that have ended, by number.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The best trial of those that ran to their end; of equal ones the first.
    pub fn best(&self) -> Option<&Trial> {
        self.ranking().into_iter().find(|trial| trial.state == State::Done)
    }

    /// The trials, the best first: those that ran to their end, then those that were given up, then those that
    /// failed.
    pub fn ranking(&self) -> Vec<&Trial> {
        let mut trials: Vec<&Trial> = self.trials.iter().collect();
        let rank = |trial: &Trial| match trial.state {
            State::Done => 0,
            State::Pruned => 1,
            State::Failed => 2,
        };
        let loss = |trial: &Trial| trial.value.map_or(f64::INFINITY, |v| self.config.direction.loss(v));
        trials.sort_by(|a, b| rank(a).cmp(&rank(b)).then(loss(a).total_cmp(&loss(b))));
        trials
    }
}

#[cfg(test)]
mod tests;
