//! A schedule, whoever wrote it.

use std::sync::Arc;

use super::{LearningRate, Schedule, ScheduleConfig, ScheduleFn};
use crate::OptimError;

/// A schedule to train with: settings, or a schedule of one's own.
///
/// Made from a [`ScheduleConfig`], from a shape such as [`CosineShape`](crate::CosineShape), from a [`ScheduleFn`], or by
/// [`AnySchedule::own`].
///
/// ```
/// use kiln_optim::{AnySchedule, CosineShape, ScheduleFn};
///
/// // Settings move the learning rate of the optimiser; a schedule of one's own is the rate.
/// let cosine = AnySchedule::from(CosineShape { end: 0.0 });
/// assert_eq!(cosine.rate(0.1, 10, 100)?.at(50), 0.05);
/// let own = AnySchedule::from(ScheduleFn::new(|step| 1.0 / (10.0 + step as f64)));
/// assert_eq!(own.rate(0.1, 10, 100)?.at(10), 0.05);
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug, Clone)]
pub enum AnySchedule {
    /// Settings.
    Config(ScheduleConfig),
    /// A schedule of one's own: the value itself, whatever the optimiser's settings say.
    Own(Arc<dyn Schedule>),
}

impl AnySchedule {
    /// A schedule of one's own.
    pub fn own(schedule: impl Schedule + 'static) -> Self {
        Self::Own(Arc::new(schedule))
    }

    /// The learning rate of every step of a run. `lr` is that of the optimiser, which settings move.
    ///
    /// # Errors
    /// As [`ScheduleConfig::build`].
    pub fn rate(&self, lr: f64, steps_per_epoch: u64, steps: u64) -> Result<LearningRate, OptimError> {
        match self {
            Self::Config(config) => config.build(lr, steps_per_epoch, steps),
            Self::Own(own) => Ok(LearningRate::new(Arc::clone(own))),
        }
    }
}

impl Default for AnySchedule {
    /// The constant learning rate of the optimiser.
    fn default() -> Self {
        Self::Config(ScheduleConfig::default())
    }
}

impl<S: Into<ScheduleConfig>> From<S> for AnySchedule {
    fn from(config: S) -> Self {
        Self::Config(config.into())
    }
}

impl<F: Fn(u64) -> f64 + Send + Sync + 'static> From<ScheduleFn<F>> for AnySchedule {
    fn from(own: ScheduleFn<F>) -> Self {
        Self::own(own)
    }
}
