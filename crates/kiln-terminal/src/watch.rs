//! Shows training as it goes: progress for people, events for programs.

use std::ops::ControlFlow;
use std::time::Duration;

use kiln_experiment::TrainingStart;
use kiln_report::{Event, EventWriter, Mode, Progress, RunPlan};
use kiln_train::{Callback, EpochView, StepView, Stop, TrainError};

/// The callback that shows training.
#[derive(Debug)]
pub(crate) struct Watch {
    progress: Progress,
    steps_per_epoch: u64,
    events: bool,
}

impl Watch {
    pub(crate) fn new(mode: Mode, start: &TrainingStart<'_>, events: bool) -> Self {
        let [train, validation, _] = start.items.map(|items| items as u64);
        let plan = RunPlan {
            epochs: start.epochs,
            steps_per_epoch: start.steps_per_epoch,
            steps: start.steps,
            done: start.done,
            train_items: train,
            validation_items: validation,
            time_limit: start.time_limit.and_then(|limit| Duration::try_from_secs_f64(limit).ok()),
        };
        Self { progress: Progress::new(mode, plan), steps_per_epoch: plan.steps_per_epoch.max(1), events }
    }
}

impl Callback for Watch {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        // Accumulation makes several batches one step.
        let step = view.step.saturating_sub(1) % self.steps_per_epoch + 1;
        self.progress.tick(step, view.items as u64, view.loss);
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        if self.events {
            // A reader that has gone is no reason to stop training.
            let _ = EventWriter::stdout().write(&Event::Epoch(view.record.clone()));
        }
        self.progress.epoch(view.record);
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &kiln_train::History, _: &Stop) -> Result<(), TrainError> {
        self.progress.finish();
        Ok(())
    }
}
