//! One process at work on folds.

use std::path::Path;
use std::time::Duration;

use kiln_config::Resolved;

use super::folds::Folds;
use super::nested::Searcher;
use super::runner::FoldRunner;
use super::search::SearchInFolds;
use super::settings::WorkerProgram;
use crate::error::ExperimentError;
use crate::job::open_device;
use crate::observer::Observer;
use crate::session::Session;

/// How long a fold is waited for that an earlier process still holds: one that was killed leaves its workers a moment.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// One process at work on folds.
pub(super) struct Whole<'a> {
    pub(super) path: &'a Path,
    pub(super) resolved: &'a Resolved,
    pub(super) folds: &'a Folds,
    pub(super) session: &'a Session,
    pub(super) worker: Option<&'a WorkerProgram>,
    pub(super) observer: &'a dyn Observer,
}

impl Whole<'_> {
    /// What trains a fold in this process. `patience`: how long a fold is waited for that another process holds.
    pub(super) fn runner<'b>(
        &'b self,
        nested: Option<&'b SearchInFolds>,
        patience: Duration,
    ) -> Result<FoldRunner<'b>, ExperimentError> {
        let device = open_device(self.resolved)?;
        let search = nested.map(|nested| Searcher {
            run: self.path,
            nested,
            monitor: &self.resolved.config.train.monitor,
            folds: self.folds,
            flags: self.session.place(),
            device: device.clone(),
            interrupt: &self.session.interrupt,
            observer: self.observer,
        });
        Ok(FoldRunner {
            path: self.path,
            resolved: self.resolved,
            folds: self.folds,
            device,
            search,
            interrupt: &self.session.interrupt,
            patience,
            observer: self.observer,
        })
    }
}
