//! One trial: a run whose best validation metric is the objective.

use std::path::Path;
use std::time::{Instant, SystemTime};

use kiln_config::{Resolved, annotated};
use kiln_core::{Explain, memory};
use kiln_models::Network;
use kiln_train::Outcome;
use kiln_validate::search::{Ending, TrialRun};

use super::folder::Folder;
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;
use crate::job::{Job, SharedData};
use crate::run::{CONFIG, DataRecord, PREPROCESS, RECORD, RunFolder, RunRecord, Status, rfc3339};
use crate::training::{ended, new_record};
use crate::trial::{TrialTraining, settle};

/// What all trials of a process share.
pub(super) struct Trials<'a> {
    pub(super) folder: &'a Folder,
    pub(super) arguments: &'a [String],
    pub(super) deadline: Option<Instant>,
    /// What the trials are trained on.
    pub(super) data: SharedData,
}

impl Trials<'_> {
    /// Runs a trial in its folder, or goes on with it.
    ///
    /// # Errors
    /// What is not the trial's own fault: the disk, the data, damaged checkpoints.
    pub(super) fn run(&self, trial: &TrialRun, interrupt: &Interrupt) -> Result<Ending, ExperimentError> {
        let resolved = self.folder.resolve(trial.params());
        settle(resolved.and_then(|resolved| self.attempt(&resolved, trial, interrupt)))
    }

    fn attempt(
        &self,
        resolved: &Resolved,
        trial: &TrialRun,
        interrupt: &Interrupt,
    ) -> Result<Ending, ExperimentError> {
        let job = Job::load_shared(resolved, &self.data)?;
        let job = match self.begun_with(trial.number()) {
            Some(data) => job.begun_on(&data.fingerprint)?,
            None => job,
        };
        job.check()?;
        let mut record = new_record(&job, self.arguments);
        let (config, place) = (annotated(&job.resolved), Folder::place(trial.number()));
        let files = [(CONFIG, config.as_bytes()), (RECORD, &record.to_bytes())];
        let run = RunFolder::open_or_create(&self.folder.path, &place, &files)?;
        let result = self.train(&job, run.path(), trial, interrupt);
        run.must_be_there()?;
        record.finished = Some(rfc3339(SystemTime::now()));
        record.peak_rss_bytes = memory::peak_rss();
        match &result {
            Ok((_, outcome)) => {
                // The test part is for the one model that is kept.
                ended(&mut record, outcome);
                record.exit_code = Some(0);
            }
            Err(error) => {
                record.status = Status::Failed;
                record.exit_code = Some(error.kind().exit_code());
                record.error = Some(error.to_string());
            }
        }
        record.write(run.path())?;
        result.map(|(ending, _)| ending)
    }

    /// The data of the trial, or else of the first one, where an earlier process has made it.
    fn begun_with(&self, number: u64) -> Option<DataRecord> {
        [number, 0].into_iter().find_map(|number| RunRecord::read(&self.folder.run(number)).ok()?.data)
    }

    fn train(
        &self,
        job: &Job<'_>,
        path: &Path,
        trial: &TrialRun,
        interrupt: &Interrupt,
    ) -> Result<(Ending, Outcome<Network>), ExperimentError> {
        let training = TrialTraining {
            trial,
            monitor: &self.folder.record.monitor,
            folder: Some(path),
            checkpoint: &job.config().checkpoint,
            interrupt,
            deadline: self.deadline,
            // kiln's own networks draw from seeds alone.
            side_by_side: false,
        };
        let trainer = training.prepare(job.quiet(job.trainer())).attach(PREPROCESS, job.fitted_bytes()?);
        // A run that has ended gives its outcome back; one that was killed goes on.
        let outcome = job.fit(trainer, true)?.outcome;
        Ok((training.ending(&outcome), outcome))
    }
}
