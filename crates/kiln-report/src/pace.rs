//! How long a run still takes, from how long its parts have taken so far.

use std::collections::VecDeque;
use std::time::Duration;

use crate::RunPlan;

/// Steps and the time that they took.
#[derive(Debug, Clone, Copy, Default)]
struct Timed {
    steps: u64,
    seconds: f64,
}

/// The pace of a run: the rate of its recent steps and the time between the last step and the end of an epoch.
#[derive(Debug, Clone)]
pub struct Pace {
    plan: RunPlan,
    /// Steps of the whole run that are done.
    step: u64,
    /// Epochs of the whole run that are done.
    epoch: u64,
    /// All steps of this process.
    steps: Timed,
    /// What `steps` was at moments of the past. The first is where the rate is measured from: about half of the time
    /// ago, so that a slow start is forgotten and noise is still averaged.
    marks: VecDeque<Timed>,
    /// Ends of epochs (validation, checkpoint).
    ends: Timed,
    elapsed: f64,
}

/// How much later than the one before it the next mark is.
const MARK_GROWTH: f64 = 1.05;

/// A forward pass costs about a third of a training step.
const FORWARD_SHARE: f64 = 1.0 / 3.0;

impl Pace {
    /// Before the first step of this process.
    pub fn new(plan: RunPlan) -> Self {
        Self {
            plan,
            step: plan.done,
            epoch: plan.done / plan.steps_per_epoch.max(1),
            steps: Timed::default(),
            marks: VecDeque::new(),
            ends: Timed::default(),
            elapsed: 0.0,
        }
    }

    /// Steps of the whole run that are done.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Epochs of the whole run that are done.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// `in_epoch` steps of the current epoch are done; it took `took` since the last call.
    pub fn stepped(&mut self, in_epoch: u64, took: Duration) {
        let step = self.epoch.saturating_mul(self.plan.steps_per_epoch).saturating_add(in_epoch);
        self.steps.steps += step.saturating_sub(self.step);
        self.steps.seconds += took.as_secs_f64();
        self.elapsed += took.as_secs_f64();
        self.step = step;
        if self.marks.back().is_none_or(|mark| self.steps.seconds >= mark.seconds * MARK_GROWTH) {
            self.marks.push_back(self.steps);
        }
        while self.marks.get(1).is_some_and(|mark| mark.seconds <= self.steps.seconds / 2.0) {
            self.marks.pop_front();
        }
    }

    /// `epoch` epochs are done; it took `took` since the last step.
    pub fn epoch_ended(&mut self, epoch: u64, took: Duration) {
        self.epoch = epoch;
        self.step = epoch.saturating_mul(self.plan.steps_per_epoch).min(self.plan.total_steps());
        self.ends.steps += 1;
        self.ends.seconds += took.as_secs_f64();
        self.elapsed += took.as_secs_f64();
    }

    /// Seconds that a step takes, once one has been done.
    pub fn seconds_per_step(&self) -> Option<f64> {
        // Without the very first step, in which buffers and kernels are made, unless there is no other.
        let start = self.marks.front().copied().filter(|start| start.steps < self.steps.steps);
        let Timed { steps, seconds } = start.unwrap_or_default();
        let steps = self.steps.steps - steps;
        (steps > 0).then(|| (self.steps.seconds - seconds) / steps as f64)
    }

    /// The time to the planned end of the run; early stopping can only make it shorter.
    pub fn remaining(&self) -> Option<Duration> {
        let per_step = self.seconds_per_step()?;
        let per_end = if self.ends.steps > 0 {
            self.ends.seconds / self.ends.steps as f64
        } else {
            let per_item = per_step * self.plan.steps_per_epoch as f64 / self.plan.train_items.max(1) as f64;
            per_item * FORWARD_SHARE * self.plan.validation_items as f64
        };
        let steps = self.plan.total_steps().saturating_sub(self.step) as f64;
        let ends = self.plan.epoch_ends().saturating_sub(self.epoch) as f64;
        let mut seconds = steps * per_step + ends * per_end;
        if let Some(limit) = self.plan.time_limit {
            seconds = seconds.min((limit.as_secs_f64() - self.elapsed).max(0.0));
        }
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Runs the plan and returns the largest relative error of the estimate after a tenth of the run's time.
    fn worst_error(plan: RunPlan, step: impl Fn(u64) -> f64, end: f64) -> f64 {
        let (mut pace, mut clock) = (Pace::new(plan), 0.0);
        let mut estimates = Vec::new();
        for global in plan.done..plan.total_steps() {
            clock += step(global);
            pace.stepped(global % plan.steps_per_epoch + 1, seconds(step(global)));
            estimates.push((clock, pace.remaining().unwrap().as_secs_f64()));
            if (global + 1) % plan.steps_per_epoch == 0 || global + 1 == plan.total_steps() {
                clock += end;
                pace.epoch_ended(global / plan.steps_per_epoch + 1, seconds(end));
                estimates.push((clock, pace.remaining().unwrap().as_secs_f64()));
            }
        }
        assert_eq!(pace.remaining(), Some(Duration::ZERO));
        assert_eq!(pace.step(), plan.total_steps());
        let late = estimates.iter().filter(|(at, _)| *at >= 0.1 * clock);
        late.map(|(at, left)| (at + left - clock).abs() / clock).fold(0.0, f64::max)
    }

    fn plan() -> RunPlan {
        RunPlan {
            epochs: 20,
            steps_per_epoch: 400,
            train_items: 50_000,
            validation_items: 10_000,
            ..RunPlan::default()
        }
    }

    #[test]
    fn after_a_tenth_of_the_run_the_estimate_is_within_15_percent() {
        // Steps of 5 ms that vary by half, after a slow start; the end of an epoch takes 5 % or 60 % of the epoch.
        let noisy = |step: u64| 0.005 * (0.5 + (step.wrapping_mul(2_654_435_761) % 1000) as f64 / 1000.0);
        let slow_start = |step: u64| if step < 10 { 0.2 } else { noisy(step) };
        let two_epochs = RunPlan { epochs: 2, steps_per_epoch: 4000, ..plan() };
        assert!(worst_error(plan(), noisy, 0.1) < 0.15);
        assert!(worst_error(plan(), slow_start, 0.1) < 0.15);
        assert!(worst_error(plan(), slow_start, 1.2) < 0.15);
        assert!(worst_error(two_epochs, slow_start, 1.3) < 0.15);
        assert!(worst_error(RunPlan { steps: Some(3_333), ..plan() }, noisy, 0.1) < 0.15);
        assert!(worst_error(RunPlan { done: 1_234, ..plan() }, slow_start, 0.1) < 0.15);
    }

    #[test]
    fn nothing_is_known_before_the_first_step() {
        let mut pace = Pace::new(plan());
        assert_eq!(pace.remaining(), None);
        pace.stepped(0, seconds(1.0));
        assert_eq!(pace.remaining(), None);
        pace.stepped(1, seconds(0.5));
        assert_eq!(pace.seconds_per_step(), Some(0.5));
    }

    #[test]
    fn a_time_limit_bounds_the_estimate() {
        let mut pace = Pace::new(RunPlan { time_limit: Some(seconds(10.0)), ..plan() });
        pace.stepped(1, seconds(4.0));
        assert_eq!(pace.remaining(), Some(seconds(6.0)));
        pace.stepped(2, seconds(7.0));
        assert_eq!(pace.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_resumed_run_counts_only_what_is_left() {
        let mut pace = Pace::new(RunPlan { epochs: 2, steps_per_epoch: 10, done: 15, ..RunPlan::default() });
        assert_eq!((pace.epoch(), pace.step()), (1, 15));
        pace.stepped(6, seconds(1.0));
        pace.stepped(7, seconds(1.0));
        assert_eq!(pace.remaining(), Some(seconds(3.0)));
    }

    #[test]
    fn empty_and_huge_plans_do_not_panic() {
        for plan in [
            RunPlan::default(),
            RunPlan { epochs: u64::MAX, steps_per_epoch: u64::MAX, done: u64::MAX, ..RunPlan::default() },
        ] {
            let mut pace = Pace::new(plan);
            pace.stepped(u64::MAX, Duration::MAX);
            pace.stepped(1, Duration::MAX);
            pace.epoch_ended(u64::MAX, Duration::MAX);
            let _ = pace.remaining();
        }
    }
}
