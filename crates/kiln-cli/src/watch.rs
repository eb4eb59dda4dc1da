//! Shows training as it goes: progress for people, events for programs.

use std::ops::ControlFlow;

use kiln_report::event::{Epoch, Event};
use kiln_report::{EpochRecord, EventWriter, Metrics, Mode, Plan, Progress};
use kiln_train::{Callback, EpochView, StepView, Stop, TrainError};

/// The callback that shows training.
#[derive(Debug)]
pub(crate) struct Watch {
    progress: Progress,
    steps_per_epoch: u64,
    events: bool,
}

impl Watch {
    pub(crate) fn new(mode: Mode, plan: Plan, events: bool) -> Self {
        Self { progress: Progress::new(mode, plan), steps_per_epoch: plan.steps_per_epoch.max(1), events }
    }
}

/// Metrics of a record, as the reports take them.
pub(crate) fn metrics(metrics: &kiln_train::Metrics) -> Metrics {
    metrics.iter().collect()
}

impl Callback for Watch {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        // Accumulation makes several batches one step.
        let step = view.step.saturating_sub(1) % self.steps_per_epoch + 1;
        self.progress.tick(step, view.items as u64, view.loss);
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let record = view.record;
        let validation = record.validation.as_ref().map(metrics).unwrap_or_default();
        if self.events {
            // A reader that has gone is no reason to stop training.
            let _ = EventWriter::stdout().write(&Event::Epoch(Epoch {
                epoch: record.epoch,
                step: record.step,
                lr: record.lr,
                train: metrics(&record.train),
                validation: validation.clone(),
                seconds: record.seconds,
            }));
        }
        self.progress.epoch(&EpochRecord {
            epoch: record.epoch,
            epochs: view.epochs,
            step: record.step,
            lr: record.lr,
            train: metrics(&record.train),
            validation,
            seconds: record.seconds,
            best: record.best && record.validation.is_some(),
        });
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &kiln_train::History, _: &Stop) -> Result<(), TrainError> {
        self.progress.finish();
        Ok(())
    }
}
