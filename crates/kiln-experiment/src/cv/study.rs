//! `cv.json`: how the folds are cut.

use std::path::Path;

use kiln_config::RunConfig;
use kiln_core::file;
use kiln_validate::cross::{CvPlan, Scheme};
use serde::{Deserialize, Serialize};

use super::search::SearchInFolds;
use super::settings::{Cuts, CvSettings};
use crate::error::{CvError, ExperimentError, RunError};
use crate::run::{CV, is_cross_validation};

fn is_off(switch: &bool) -> bool {
    !switch
}

/// How the folds are cut, and how they are trained: `cv.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CvStudy {
    /// The version of the format: 1.
    pub v: u32,
    /// How the folds are cut.
    pub plan: CvPlan,
    /// The column whose values keep rows together.
    pub group: Option<String>,
    /// Folds at once.
    pub jobs: usize,
    /// Whether the checkpoints of a fold stay when it is done.
    pub keep_models: bool,
    /// Whether the folds are a bag, cut of all but the test part.
    #[serde(default, skip_serializing_if = "is_off")]
    pub bag: bool,
    /// The search in each fold, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<SearchInFolds>,
}

impl CvStudy {
    /// What the settings ask for. Whether the target is classes decides the default.
    pub(crate) fn of_cuts(
        cuts: &Cuts,
        jobs: usize,
        config: &RunConfig,
        classes: bool,
    ) -> Result<Self, CvError> {
        let asked = cuts.stratified == Some(true);
        if asked && !classes {
            return Err(CvError::StratifiedNumbers);
        }
        let group = cuts.group.clone().or_else(|| config.data.group.clone());
        // Of series the time is that of steps, but for windows.
        let data = &config.data;
        let time = cuts.time || data.horizon.is_some() || (data.time.is_some() && data.series.is_none());
        if group.is_some() && time {
            return Err(CvError::GroupAndTime);
        }
        let stratify = classes && cuts.stratified != Some(false) && (asked || config.data.stratify);
        let scheme = match (group.is_some(), stratify) {
            _ if time => Scheme::Time,
            _ if cuts.leave_one_out => Scheme::LeaveOneOut,
            (true, true) => Scheme::StratifiedGroup,
            (true, false) => Scheme::Group,
            (false, true) => Scheme::Stratified,
            (false, false) => Scheme::KFold,
        };
        let plan = CvPlan { scheme, folds: cuts.folds, repeats: cuts.repeats, shuffle: cuts.shuffle };
        Ok(Self { v: 1, plan, group, jobs, keep_models: false, bag: false, nested: None })
    }

    /// What the settings ask for, with the search in each fold.
    pub(super) fn new(
        settings: &CvSettings,
        nested: Option<SearchInFolds>,
        config: &RunConfig,
        classes: bool,
    ) -> Result<Self, CvError> {
        let cut = Self::of_cuts(&settings.cuts, settings.jobs, config, classes)?;
        if settings.bag && cut.plan.scheme == Scheme::Time {
            return Err(CvError::BagOfTime);
        }
        let (bag, keep_models) = (settings.bag, settings.keep_models || settings.bag);
        Ok(Self { nested, keep_models, bag, ..cut })
    }

    /// Reads the file in `folder`.
    ///
    /// # Errors
    /// [`CvError::NotACv`] if there is none, and an error for a damaged file.
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        let path = folder.join(CV);
        if !is_cross_validation(folder)? {
            return Err(CvError::NotACv { run: folder.to_owned() }.into());
        }
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path, reason: error.to_string() }.into())
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, ExperimentError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether both make the same folds of the same data.
    pub(super) fn same_folds(&self, other: &Self) -> bool {
        (self.plan, &self.group, self.bag) == (other.plan, &other.group, other.bag)
    }

    /// Whether both train the same folds in the same way.
    pub(super) fn same_training(&self, other: &Self) -> bool {
        self.same_folds(other)
            && self.keep_models == other.keep_models
            && match (&self.nested, &other.nested) {
                (Some(own), Some(other)) => own.same_search(other),
                (None, None) => true,
                _ => false,
            }
    }
}
