//! `cv.json`: how the folds are cut.

use std::fs;
use std::path::Path;

use kiln_config::RunConfig;
use kiln_validate::cross::{CvPlan, Scheme};
use serde::{Deserialize, Serialize};

use super::nested::Nested;
use crate::args::{Cuts, Global};
use crate::error::CliError;
use crate::run_dir::RunError;

/// The name of the file that makes a run a cross-validation.
pub(in crate::command) const STUDY: &str = "cv.json";

/// How the folds are cut, and how they are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::command) struct Study {
    /// The version of the format: 1.
    pub(in crate::command) v: u32,
    pub(in crate::command) plan: CvPlan,
    /// The column whose values keep rows together.
    pub(in crate::command) group: Option<String>,
    /// Folds at once.
    pub(in crate::command) jobs: usize,
    /// Whether the checkpoints of a fold stay when it is done.
    pub(in crate::command) keep_models: bool,
    /// The search in each fold, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::command) nested: Option<Nested>,
}

impl Study {
    /// What the arguments ask for; whether the target is classes decides the default.
    pub(in crate::command) fn new(cuts: &Cuts, config: &RunConfig, classes: bool) -> Result<Self, CliError> {
        if cuts.stratified && !classes {
            return Err(CliError::StratifiedNumbers);
        }
        let stratify = classes && !cuts.no_stratified && (cuts.stratified || config.data.stratify);
        let scheme = match (cuts.group.is_some(), stratify) {
            _ if cuts.time => Scheme::Time,
            _ if cuts.loo => Scheme::LeaveOneOut,
            (true, true) => Scheme::StratifiedGroup,
            (true, false) => Scheme::Group,
            (false, true) => Scheme::Stratified,
            (false, false) => Scheme::KFold,
        };
        Ok(Self {
            v: 1,
            plan: CvPlan { scheme, folds: cuts.folds, repeats: cuts.repeats, shuffle: cuts.shuffle },
            group: cuts.group.clone(),
            jobs: cuts.jobs,
            keep_models: false,
            nested: None,
        })
    }

    /// Whether the run in `folder` is a cross-validation.
    pub(in crate::command) fn is_in(folder: &Path) -> bool {
        folder.join(STUDY).is_file()
    }

    /// Refuses a fold where a run with parts of its own is needed: the parts of a fold are known to the cross-validation.
    pub(in crate::command) fn refuse_fold(run: &Path) -> Result<(), CliError> {
        // The run may be given as `.`; without its real path the folder above it is unknown.
        let real = run.canonicalize().unwrap_or_else(|_| run.to_owned());
        match real.ancestors().nth(2) {
            Some(cv) if Self::is_in(cv) && real.parent().is_some_and(|folder| folder.ends_with("folds")) => {
                Err(CliError::IsFold { cv: run.ancestors().nth(2).unwrap_or(cv).to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Reads the file in `folder`.
    pub(in crate::command) fn read(folder: &Path) -> Result<Self, CliError> {
        let path = folder.join(STUDY);
        if !path.is_file() {
            return Err(CliError::NotACv { run: folder.to_owned() });
        }
        let bytes = fs::read(&path).map_err(RunError::io("read", &path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path, reason: error.to_string() }.into())
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, CliError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(CliError::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether both make the same folds of the same data.
    pub(super) fn same_folds(&self, other: &Self) -> bool {
        (self.plan, &self.group) == (other.plan, &other.group)
    }

    /// An error unless the cross-validation in `folder` is this one, with the same settings.
    pub(super) fn must_be_that_of(
        &self,
        folder: &Path,
        resolved: &kiln_config::Resolved,
        global: &Global,
    ) -> Result<(), CliError> {
        let there = Self::read(folder)?;
        // Neither the number of threads nor of jobs changes a result.
        let config = |config: &RunConfig| RunConfig { threads: None, ..config.clone() };
        let stored = super::train::stored(folder, &Global { threads: None, ..global.clone() })?;
        let same = self.same_folds(&there)
            && self.keep_models == there.keep_models
            && match (&self.nested, &there.nested) {
                (Some(own), Some(there)) => own.same_search(there),
                (None, None) => true,
                _ => false,
            }
            && config(&stored.config) == config(&resolved.config);
        if same { Ok(()) } else { Err(CliError::OtherCv { run: folder.to_owned() }) }
    }
}
