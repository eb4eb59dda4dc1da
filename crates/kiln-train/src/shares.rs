//! What a task does in training by shares that change from step to step: its dropout and its label smoothing.

use kiln_core::Range;
use kiln_optim::{AnySchedule, OptimError, Schedule};

use crate::shared::{ShareSchedules, Shared};
use crate::{Task, TrainError, Trainer};

/// Steps of a schedule that are looked at before a run, at most.
const LOOKED_AT: u64 = 1 << 16;

/// The shares of every step of a run.
#[derive(Debug, Default)]
pub(crate) struct Shares(Vec<(Shared, Box<dyn Schedule>)>);

impl Shares {
    /// Those of a run of `steps` steps.
    ///
    /// # Errors
    /// [`OptimError`] for a schedule that is impossible, and for a share below 0 or above 1.
    pub(crate) fn of(
        schedules: &ShareSchedules,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Self, OptimError> {
        let both =
            [(Shared::Dropout, &schedules.dropout), (Shared::LabelSmoothing, &schedules.label_smoothing)];
        let mut shares = Vec::new();
        for (of, schedule) in both {
            let curve: Box<dyn Schedule> = match schedule {
                None => continue,
                Some(AnySchedule::Own(own)) => Box::new(own.clone()),
                Some(AnySchedule::Config(config)) => {
                    config.build_for(of.section(), 1.0, steps_per_epoch, steps)?
                }
            };
            let stride = usize::try_from(steps.div_ceil(LOOKED_AT)).unwrap_or(usize::MAX).max(1);
            for step in (0..steps).step_by(stride) {
                Range::UNIT.check(of.section(), curve.at(step))?;
            }
            shares.push((of, curve));
        }
        Ok(Self(shares))
    }

    /// The shares at a step, counted from 0.
    pub(crate) fn at(&self, step: u64) -> impl Iterator<Item = (Shared, f64)> {
        self.0.iter().map(move |(of, curve)| (*of, curve.at(step).clamp(0.0, 1.0)))
    }

    /// Tells a task which step comes, and its shares.
    ///
    /// # Errors
    /// What the task has none of.
    pub(crate) fn tell<T: Task>(&self, task: &mut T, step: u64) -> Result<(), TrainError> {
        task.set_step(step);
        self.at(step).try_for_each(|(of, share)| task.set_share(of, share))
    }
}

impl<T: Task> Trainer<T> {
    /// Which share of its dropout a model has in each step: settings around 1, or a schedule of one's own, which is the share, `[0, 1]`. The task has to
    /// know how ([`Supervised::dropout`](crate::Supervised::dropout)). Default: all of it.
    ///
    /// ```
    /// use kiln_optim::LinearShape;
    /// # use kiln_train::{Task, TrainConfig, Trainer};
    /// # fn growing<T: Task>(task: T) -> Trainer<T> {
    /// // No dropout in the first step, the whole of it at the end.
    /// Trainer::new(task, TrainConfig::default()).dropout_schedule(LinearShape { start: 0.0, end: 1.0 })
    /// # }
    /// ```
    pub fn dropout_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.shares.dropout = Some(schedule.into());
        self
    }

    /// Which share of its label smoothing the loss has in each step, as [`Trainer::dropout_schedule`]. Validation and test have the whole of it, so that
    /// their losses can be compared from epoch to epoch.
    pub fn label_smoothing_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.shares.label_smoothing = Some(schedule.into());
        self
    }
}
