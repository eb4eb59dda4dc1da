//! How the settings of each fold are searched for, as it stands in `cv.json`.

use kiln_config::Resolved;
use kiln_core::Direction;
use kiln_validate::search::{Sampler, Space, Study, StudyConfig};
use serde::{Deserialize, Serialize};

use super::settings::NestedSettings;
use crate::error::{ExperimentError, TuneError};
use crate::spaces::collect_spaces;
use crate::start::{NewStart, Start};

/// How the settings of each fold are searched for, as `cv.json` has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchInFolds {
    /// What varies.
    pub space: Space,
    /// How values are chosen.
    pub sampler: Sampler,
    /// Trials of each fold.
    pub trials: u64,
    /// Folds that judge a trial. 1: the validation part of the fold.
    pub inner: usize,
    /// Whether the folds that judge a trial are drawn at random however the folds themselves are cut, as they were when this was
    /// not written down.
    #[serde(default = "always")]
    pub always_shuffled: bool,
    /// What every trial's configuration starts from.
    #[serde(flatten)]
    pub start: Start,
}

fn always() -> bool {
    true
}

impl SearchInFolds {
    /// What the settings ask for, checked as far as it can be without the data.
    pub(super) fn new(
        settings: &NestedSettings,
        resolved: &Resolved,
        start: &NewStart,
    ) -> Result<Self, ExperimentError> {
        let space = collect_spaces(resolved, &settings.spaces)?;
        for probe in space.probes() {
            start.resolve(&probe)?.check()?;
        }
        let nested = Self {
            space,
            sampler: settings.sampler.clone(),
            trials: settings.trials,
            inner: settings.inner,
            always_shuffled: false,
            start: start.start.clone(),
        };
        // The space and the sampler are right or wrong in either direction. Whether there is a metric to monitor, the data say.
        Study::in_memory(nested.study(Direction::Minimise, 0))?;
        if nested.inner == 1 && resolved.config.data.validation == 0.0 {
            return Err(TuneError::NoValidation.into());
        }
        Ok(nested)
    }

    /// Trials one after the other: each knows all before it, and folds run side by side instead.
    pub(super) fn study(&self, direction: Direction, seed: u64) -> StudyConfig {
        let sampler = self.sampler.clone();
        StudyConfig { seed, sampler, lag: 1, ..StudyConfig::new(self.space.clone(), direction) }
    }

    /// Whether both search for the same in the same way.
    pub(super) fn same_search(&self, other: &Self) -> bool {
        let key = |nested: &Self| (nested.space.clone(), nested.sampler.clone(), nested.trials, nested.inner);
        key(self) == key(other)
    }
}
