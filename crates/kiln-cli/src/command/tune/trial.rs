//! One trial: a run whose best validation metric is the objective.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime};

use kiln_config::{Resolved, annotated};
use kiln_core::{ErrorKind, Explain, Weights};
use kiln_models::Network;
use kiln_report::memory;
use kiln_train::{Callback, EpochView, History, Outcome, StepView, Stop, TrainError};
use kiln_validate::search::{Ending, TrialRun};

use super::super::train::{PREPROCESS, new_record};
use crate::error::CliError;
use crate::job::Job;
use crate::run_dir::{CONFIG, RECORD, RunDir, RunRecord, Status, rfc3339};

/// What all trials of a process share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) monitor: String,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) deadline: Option<Instant>,
}

/// Runs a trial in the folder `path`, or goes on with it.
///
/// # Errors
/// What is not the trial's own fault: the disk, the data, damaged checkpoints. A trial that diverges, or whose
/// settings do not fit together, has failed.
pub(super) fn run(
    shared: &Shared,
    resolved: Result<Resolved, CliError>,
    path: &Path,
    trial: &TrialRun,
) -> Result<Ending, CliError> {
    match resolved.and_then(|resolved| attempt(shared, &resolved, path, trial)) {
        Err(error) if matches!(error.kind(), ErrorKind::Diverged | ErrorKind::Usage) => {
            Ok(Ending::Failed(error.to_string()))
        }
        result => result,
    }
}

fn attempt(shared: &Shared, resolved: &Resolved, path: &Path, trial: &TrialRun) -> Result<Ending, CliError> {
    let job = Job::new(resolved)?;
    job.check()?;
    let mut record = new_record(&job);
    let config = annotated(resolved);
    let run = RunDir::open_or_create(path, &[(CONFIG, config.as_bytes()), (RECORD, &record.to_bytes())])?;
    let result = train(shared, &job, path, trial);
    record.finished = Some(rfc3339(SystemTime::now()));
    record.peak_rss_bytes = memory::peak_rss();
    match &result {
        Ok((_, outcome)) => write_down(&mut record, outcome),
        Err(error) => {
            record.status = Status::Failed;
            record.exit_code = Some(error.kind().exit_code());
            record.error = Some(error.to_string());
        }
    }
    record.write(run.path())?;
    result.map(|(ending, _)| ending)
}

fn train(
    shared: &Shared,
    job: &Job<'_>,
    path: &Path,
    trial: &TrialRun,
) -> Result<(Ending, Outcome<Network>), CliError> {
    let fitted = serde_json::to_vec(&*job.shape.fitted).map_err(CliError::internal)?;
    let trainer = job
        .trainer()
        .run_dir(path, job.config().checkpoint.clone())
        .attach(PREPROCESS, fitted)
        .stop_flag(Arc::clone(&shared.stop))
        .callback(Judge { trial: trial.clone(), monitor: shared.monitor.clone(), deadline: shared.deadline });
    // A run that has ended gives its outcome back; one that was killed goes on.
    let outcome = job.fit(trainer, true)?.outcome;
    let ending = match &outcome.stop {
        Stop::Interrupted => Ending::Interrupted,
        Stop::Callback { .. } => Ending::Pruned,
        _ => {
            let best = outcome.history.best().and_then(|epoch| epoch.validation.as_ref());
            Ending::Done(best.and_then(|best| best.get(&shared.monitor)).unwrap_or(f64::NAN))
        }
    };
    Ok((ending, outcome))
}

/// What `run.json` says at the end. The test part is not looked at: it is for the one model that is kept.
fn write_down(record: &mut RunRecord, outcome: &Outcome<Network>) {
    let best = outcome.history.best();
    record.status = if outcome.stop.can_go_on() { Status::Stopped } else { Status::Done };
    record.stop = Some(outcome.stop.reason().to_owned());
    record.best_epoch = best.map(|best| best.epoch);
    record.validation = best.and_then(|best| best.validation.clone()).unwrap_or_default();
    record.seconds = Some(outcome.seconds);
    record.weights_blake3 = Some(Weights::of(&outcome.model).blake3());
    record.exit_code = Some(0);
}

/// Reports the objective after every epoch, and ends what the pruner gives up.
#[derive(Debug)]
struct Judge {
    trial: TrialRun,
    monitor: String,
    deadline: Option<Instant>,
}

impl Callback for Judge {
    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        for epoch in &history.epochs {
            if let Some(value) = epoch.validation.as_ref().and_then(|metrics| metrics.get(&self.monitor)) {
                // Whether to go on was answered when the epoch ended.
                self.trial.report(epoch.epoch, value);
            }
        }
        Ok(())
    }

    fn on_step_end(&mut self, _: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        Ok(if late { ControlFlow::Break(Stop::Interrupted) } else { ControlFlow::Continue(()) })
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let value = view.record.validation.as_ref().and_then(|metrics| metrics.get(&self.monitor));
        let given_up = value.is_some_and(|value| self.trial.report(view.record.epoch, value));
        Ok(if given_up {
            ControlFlow::Break(Stop::Callback { why: "given up by the pruner".to_owned() })
        } else {
            ControlFlow::Continue(())
        })
    }
}
