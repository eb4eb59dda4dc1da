//! How much of its strength a penalty has at a step.

use std::sync::Arc;

use kiln_optim::{OptimError, Schedule, ScheduleConfig};

/// 1, or what a schedule says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Share {
    config: Option<ScheduleConfig>,
    curve: Option<Arc<dyn Schedule>>,
    step: u64,
}

impl Share {
    pub(crate) fn new(config: Option<ScheduleConfig>) -> Self {
        Self { config, ..Self::default() }
    }

    /// Fits the schedule to a run of `steps` steps. `key` is the name of the penalty, `penalty.0`.
    pub(crate) fn plan(&mut self, key: &str, steps_per_epoch: u64, steps: u64) -> Result<(), OptimError> {
        let build = |config: &ScheduleConfig| {
            config.build_for(&format!("{key}.schedule"), 1.0, steps_per_epoch, steps)
        };
        self.curve = self.config.as_ref().map(build).transpose()?.map(Arc::from);
        Ok(())
    }

    pub(crate) fn set_step(&mut self, step: u64) {
        self.step = step;
    }

    /// The share at the step that was set.
    pub(crate) fn now(&self) -> f64 {
        self.curve.as_ref().map_or(1.0, |curve| curve.at(self.step))
    }

    /// The schedule, once it is planned.
    pub(crate) fn curve(&self) -> Option<&dyn Schedule> {
        self.curve.as_deref()
    }

    pub(crate) fn is_scheduled(&self) -> bool {
        self.config.is_some()
    }
}
