//! The learning rate of a run: a pure schedule, times what a plateau made of it.

use super::Schedule;
use crate::{Plateau, PlateauState};

/// The learning rate of every step. Made by [`ScheduleConfig::build`](crate::ScheduleConfig::build).
///
/// Only a plateau schedule has state; everything else is a function of the step.
#[derive(Debug)]
pub struct LearningRate {
    pub(super) schedule: Box<dyn Schedule>,
    pub(super) momentum: Option<Box<dyn Schedule>>,
    pub(super) plateau: Option<Plateau>,
}

impl LearningRate {
    /// A schedule of one's own, such as a [`ScheduleFn`](crate::ScheduleFn).
    ///
    /// ```
    /// use kiln_optim::{LearningRate, ScheduleFn};
    ///
    /// let rate = LearningRate::new(ScheduleFn::new(|step| 0.1 / (1.0 + step as f64)));
    /// assert_eq!(rate.at(1), 0.05);
    /// ```
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        Self { schedule: Box::new(schedule), momentum: None, plateau: None }
    }

    /// The momentum (or first beta) of update number `step`, where the schedule moves it: `cycle_momentum`.
    pub fn momentum_at(&self, step: u64) -> Option<f64> {
        self.momentum.as_ref().map(|momentum| momentum.at(step))
    }

    /// The learning rate of update number `step`, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        self.schedule.at(step) * self.plateau.as_ref().map_or(1.0, Plateau::scale)
    }

    /// Whether the rate depends on a metric, so that [`LearningRate::observe`] must be called once an epoch.
    pub fn needs_metric(&self) -> bool {
        self.plateau.is_some()
    }

    /// Tells a plateau schedule the metric of the epoch that just ended, and whether more is better. Gives back
    /// whether the rate was reduced. Other schedules take no notice.
    pub fn observe(&mut self, metric: f64, maximise: bool) -> bool {
        self.plateau.as_mut().is_some_and(|plateau| plateau.observe(metric, maximise))
    }

    /// What a plateau schedule remembers; `None` for every other schedule.
    pub fn state(&self) -> Option<PlateauState> {
        self.plateau.as_ref().map(|plateau| plateau.state())
    }

    /// Takes up what [`LearningRate::state`] gave. Other schedules take no notice.
    pub fn restore(&mut self, state: PlateauState) {
        if let Some(plateau) = &mut self.plateau {
            plateau.restore(state);
        }
    }
}
