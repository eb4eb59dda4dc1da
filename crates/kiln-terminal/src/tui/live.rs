//! What is known of a training in progress.

use std::time::Instant;

use kiln_core::Metrics;
use kiln_report::{EpochRecord, Pace, RunPlan, human};
use kiln_train::{History, StepView};

use super::thinned::Thinned;

/// What is known of a training in progress.
#[derive(Debug, Clone)]
pub(super) struct Live {
    /// What the run is called.
    pub(super) title: String,
    pub(super) plan: RunPlan,
    /// What is drawn of them does not grow with their number.
    pub(super) epochs: Thinned<EpochRecord>,
    best: Option<EpochRecord>,
    /// The training loss as it was read, by the epoch with its fraction.
    pub(super) losses: Thinned<(f64, f64)>,
    /// The learning rate, by the same.
    pub(super) rates: Thinned<(f64, f64)>,
    pace: Pace,
    loss: Option<f64>,
    rate: Option<f64>,
    items: u64,
    steps: u64,
    reported: Instant,
}

impl Live {
    pub(super) fn new(title: &str, plan: RunPlan, history: &History, now: Instant) -> Self {
        let mut live = Self {
            title: title.to_owned(),
            plan,
            epochs: Thinned::default(),
            best: None,
            losses: Thinned::default(),
            rates: Thinned::default(),
            pace: Pace::new(plan),
            loss: None,
            rate: None,
            items: 0,
            steps: 0,
            reported: now,
        };
        for epoch in &history.epochs {
            live.rates.push((epoch.epoch as f64, epoch.lr));
            live.ended(epoch);
        }
        live
    }

    /// A step is done.
    pub(super) fn stepped(&mut self, view: &StepView, now: Instant) {
        let per_epoch = self.plan.steps_per_epoch.max(1);
        self.pace.stepped(view.step.saturating_sub(1) % per_epoch + 1, now.duration_since(self.reported));
        self.reported = now;
        self.items += view.items as u64;
        self.steps += 1;
        let x = view.step as f64 / per_epoch as f64;
        // A loss that was read is shown until the next one is.
        if let Some(loss) = view.loss.filter(|loss| self.loss != Some(*loss)) {
            self.losses.push((x, loss));
            self.loss = Some(loss);
        }
        self.rates.push((x, view.lr));
        self.rate = Some(view.lr);
    }

    /// An epoch is done and validated.
    pub(super) fn epoch(&mut self, record: &EpochRecord, now: Instant) {
        self.pace.epoch_ended(record.epoch, now.duration_since(self.reported));
        self.reported = now;
        self.ended(record);
    }

    fn ended(&mut self, record: &EpochRecord) {
        if record.best && record.validation.is_some() {
            self.best = Some(record.clone());
        }
        self.epochs.push(record.clone());
    }

    /// Steps of the whole run that are done.
    pub(super) fn step(&self) -> u64 {
        self.pace.step()
    }

    /// The share of the run that is done, from 0 to 1.
    pub(super) fn share(&self) -> f64 {
        (self.step() as f64 / self.plan.total_steps().max(1) as f64).min(1.0)
    }

    /// `epoch 3/30  step 120/938`.
    pub(super) fn place(&self) -> String {
        let RunPlan { epochs, steps_per_epoch, .. } = self.plan;
        let done = self.pace.epoch().saturating_mul(steps_per_epoch);
        let shown = (self.pace.epoch() + 1).min(epochs);
        let step = self.step().saturating_sub(done);
        format!("epoch {shown}/{epochs}  step {step}/{steps_per_epoch}")
    }

    /// `ETA 3 min 05 s`, once a step has been done.
    pub(super) fn left(&self) -> Option<String> {
        self.pace.remaining().map(|left| format!("ETA {}", human::duration(left)))
    }

    /// The epoch with the best weights so far, where there is a validation part to judge by.
    pub(super) fn best(&self) -> Option<&EpochRecord> {
        self.best.as_ref()
    }

    /// The numbers of now, each with its name.
    pub(super) fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        if let Some(loss) = self.loss {
            facts.push(format!("loss {}", human::metric(loss)));
        }
        let newest = self.epochs.points().next_back().and_then(|epoch| epoch.validation.as_ref());
        if let Some((name, value)) = newest.and_then(Metrics::headline) {
            facts.push(format!("validation {name} {}", human::metric(value)));
        }
        if let Some(best) = self.best() {
            let score = best.validation.as_ref().and_then(Metrics::headline);
            let score = score.map(|(_, value)| format!(" ({})", human::metric(value))).unwrap_or_default();
            facts.push(format!("best epoch {}{score}", best.epoch));
        }
        if let Some(rate) = self.rate {
            facts.push(format!("learning rate {}", human::metric(rate)));
        }
        if let Some(seconds) = self.pace.seconds_per_step().filter(|_| self.steps > 0) {
            facts.push(format!("{} steps/s", human::rate(1.0 / seconds)));
            facts.push(format!("{} items/s", human::rate(self.items as f64 / self.steps as f64 / seconds)));
        }
        facts
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;

    pub(in crate::tui) fn plan() -> RunPlan {
        RunPlan {
            epochs: 8,
            steps_per_epoch: 10,
            train_items: 320,
            validation_items: 32,
            ..RunPlan::default()
        }
    }

    fn step(step: u64, loss: Option<f64>) -> StepView {
        // Not built by a literal: the type may grow.
        let mut view = StepView::default();
        (view.step, view.items, view.lr, view.loss) = (step, 32, 0.01, loss);
        view
    }

    fn record(epoch: u64) -> EpochRecord {
        let loss = 1.0 / epoch as f64;
        EpochRecord {
            seq: epoch - 1,
            epoch,
            step: 10 * epoch,
            lr: 0.01,
            train: Metrics::from_iter([("loss", loss)]),
            validation: Some(Metrics::from_iter([("loss", loss + 0.25), ("accuracy", 1.0 - loss / 2.0)])),
            best: epoch != 4,
            seconds: 1.0,
        }
    }

    /// Four epochs and three steps of ten seconds each.
    pub(in crate::tui) fn live() -> Live {
        let start = Instant::now();
        let mut live = Live::new("20260102-030405-digits-1a2b", plan(), &History::default(), start);
        for at in 1..=43 {
            live.stepped(&step(at, Some(2.0 / at as f64)), start + Duration::from_millis(100 * at));
            if at % 10 == 0 {
                live.epoch(&record(at / 10), start + Duration::from_millis(100 * at));
            }
        }
        live
    }

    #[test]
    fn the_numbers_of_now() {
        let live = live();
        assert_eq!(live.place(), "epoch 5/8  step 3/10");
        assert!((live.share() - 43.0 / 80.0).abs() < 1e-12);
        assert_eq!(live.left().as_deref(), Some("ETA 3.7 s"));
        assert_eq!(
            live.facts(),
            [
                "loss 0.0465",
                "validation accuracy 0.8750",
                "best epoch 3 (0.8333)",
                "learning rate 0.0100",
                "10.0 steps/s",
                "320 items/s"
            ]
        );
    }

    #[test]
    fn nothing_is_known_before_the_first_step() {
        let live = Live::new("a", plan(), &History::default(), Instant::now());
        assert_eq!((live.place().as_str(), live.left()), ("epoch 1/8  step 0/10", None));
        assert!(live.facts().is_empty() && live.best().is_none());
    }
}
