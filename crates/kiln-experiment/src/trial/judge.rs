//! The callback that reports a trial's objective.

use std::ops::ControlFlow;
use std::time::Instant;

use kiln_train::{Callback, EpochView, History, StepView, Stop, TrainError};
use kiln_validate::search::TrialRun;

/// Reports the objective after every epoch, and ends what the pruner gives up.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) trial: TrialRun,
    pub(crate) monitor: String,
    pub(crate) deadline: Option<Instant>,
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
        let Some(metrics) = view.record.validation.as_ref() else { return Ok(ControlFlow::Continue(())) };
        // A metric that is not scored would leave every trial without an objective.
        let value = metrics.get(&self.monitor).ok_or_else(|| TrainError::Monitor {
            name: self.monitor.clone(),
            known: metrics.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
        })?;
        Ok(if self.trial.report(view.record.epoch, value) {
            ControlFlow::Break(Stop::Callback { why: "given up by the pruner".to_owned() })
        } else {
            ControlFlow::Continue(())
        })
    }
}
