//! The learning-rate finder: which rate to begin with. Its method is called the learning-rate range test, too.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::check::{NumberError, at_least};
use kiln_core::{Range, Weights, params};
use serde::{Deserialize, Serialize};

use crate::accumulate::Accumulator;
use crate::backward::{How, gradients};
use crate::batch_seed::BatchSeed;
use crate::data::loaders;
use crate::first_weights::{device_of, draw_lazy};
use crate::freeze::Freezing;
use crate::mixed::Mixed;
use crate::step::{Objective, Stepper};
use crate::{BatchMetrics, Data, Task, TrainError, Trainer};

/// How the finder goes through the rates: see [`Trainer::lr_find`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LrFinderConfig {
    /// First learning rate, positive. Default 1e-7.
    pub start: f64,
    /// Last learning rate, greater than the first. Default 10.
    pub end: f64,
    /// Steps, at least 20. Default 100.
    pub steps: u64,
    /// Weight of what came before in the smoothed loss, `[0, 1)`. Default 0.9 (fastai and Lightning: 0.98, which lags
    /// behind by half of the way).
    pub smoothing: f64,
    /// The way through the rates ends early when the smoothed loss is this many times the smallest so far, above 1. Default 4.
    pub diverged: f64,
}

impl Default for LrFinderConfig {
    fn default() -> Self {
        Self { start: 1e-7, end: 10.0, steps: 100, smoothing: 0.9, diverged: 4.0 }
    }
}

impl LrFinderConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        Range::POSITIVE.check("start", self.start)?;
        Range::at_least(self.start * (1.0 + 1e-9)).check("end", self.end)?;
        at_least("steps", usize::try_from(self.steps).unwrap_or(usize::MAX), FEWEST)?;
        Range::BELOW_ONE.check("smoothing", self.smoothing)?;
        Range::at_least(1.0).check("diverged", self.diverged).map(|_| ())
    }

    /// The learning rate of a step: equal factors from the first to the last.
    fn rate(&self, step: u64) -> f64 {
        let share = step as f64 / (self.steps - 1) as f64;
        self.start * (self.end / self.start).powf(share)
    }
}

/// Fewer steps say nothing.
const FEWEST: usize = 20;

/// One step of the learning-rate finder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LrPoint {
    /// Learning rate of the step.
    pub lr: f64,
    /// Training loss before it.
    pub loss: f64,
    /// Exponentially smoothed loss, corrected for its start.
    pub smoothed: f64,
}

/// What the learning-rate finder found: the loss at every rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LrCurve {
    /// Every step, up to where the loss diverged.
    pub points: Vec<LrPoint>,
    /// The rate at which the smoothed loss falls fastest (for equal factors of the rate).
    pub steepest: Option<f64>,
    /// A tenth of the rate at which the smoothed loss is smallest (Smith 2017; fastai's `minimum`).
    pub minimum_tenth: Option<f64>,
    /// Whether it ended early because the loss ran away.
    pub diverged: bool,
}

impl LrCurve {
    fn of(points: Vec<LrPoint>, diverged: bool) -> Self {
        // The first tenth is noise around the first loss.
        let skipped = points.len() / 10;
        let lowest =
            (skipped..points.len()).min_by(|a, b| points[*a].smoothed.total_cmp(&points[*b].smoothed));
        let slope = |i: usize| points[i + 1].smoothed - points[i - 1].smoothed;
        let steepest = lowest.and_then(|lowest| {
            let falls = (skipped.max(1)..lowest).filter(|i| slope(*i) < 0.0);
            falls.min_by(|a, b| slope(*a).total_cmp(&slope(*b)))
        });
        // A loss that never falls has no smallest place that means anything.
        let lowest = steepest.and(lowest);
        Self {
            steepest: steepest.map(|i| points[i].lr),
            minimum_tenth: lowest.map(|i| points[i].lr / 10.0),
            points,
            diverged,
        }
    }
}

impl<T: Task> Trainer<T> {
    /// Trains a copy of `model` for some steps with a learning rate that rises by equal factors, and says where the loss
    /// falls (Smith 2017, "Cyclical learning rates for training neural networks").
    ///
    /// `model` and this trainer are as before: a training afterwards gives the same bits as one without it.
    /// Everything else is as in training: optimiser, penalties (with their whole strength), clipping, order of the data.
    ///
    /// # Errors
    /// As [`Trainer::fit`], except that a loss that is not finite ends the search instead.
    pub fn lr_find(
        &self,
        model: &T::Model,
        data: &Data<T::Batch>,
        config: &LrFinderConfig,
    ) -> Result<LrCurve, TrainError> {
        self.only_one("Trainer::lr_find")?;
        config.check()?;
        self.config.check()?;
        let (train, _) = loaders(self, data)?;
        // As at the start of a training, so that lazy weights become what they would become there.
        draw_lazy(model, self.seed);
        // Evaluation mode makes running statistics of its own: a plain clone would share them.
        let mut copy = Weights::of(model).apply(model.valid())?.train();
        let device = device_of(&copy);
        self.check_precision(&device)?;
        let mut mixed = Mixed::of(self.config.precision);
        let (settings, params) = (self.settings(), params::list(&copy));
        let objective = Objective::of(self, &settings, &params, &params)?;
        let optimizer = settings.build(&params)?;
        let mut stepper = Stepper::new(&settings, optimizer, objective);
        stepper.penalties.start_from(&copy, &self.fresh);
        // As in the first step of a training.
        copy = Freezing::new(&self.freezes, &copy)?.at(copy, 0, 0);

        let batches = train.batches() as u64;
        let mut next = 0;
        let mut epoch = train.epoch(0, &device);
        let (mut points, mut average, mut smallest) = (Vec::new(), 0.0, f64::INFINITY);
        for step in 0..config.steps {
            let (mut gradient, mut sum, mut count) = (Accumulator::default(), 0.0, 0.0);
            for _ in 0..self.config.accumulate {
                if next > 0 && next % batches == 0 {
                    epoch = train.epoch(next / batches, &device);
                }
                let batch = epoch.next().expect("an epoch holds as many batches as it says")?;
                let seed = BatchSeed { run: self.seed, batch: next, shard: None };
                let weight = self.task.weight(&batch.data);
                let mut seen = BatchMetrics::default();
                let how = How { generator: Some(&device), sam: stepper.sam.as_ref(), mixed: &mixed };
                let (loss, found) = gradients(&self.task, &copy, batch.data, seed, how, &mut seen);
                let number = |tensor: Tensor<1>| tensor.into_data().iter::<f64>().sum::<f64>();
                let counts = weight.clone().map_or(batch.items as f64, number);
                sum += number(loss) * counts;
                count += counts;
                gradient.add(found, batch.items, weight);
                next += 1;
            }
            // Where nothing counts, the loss is 0.
            let (lr, loss) = (config.rate(step), if count > 0.0 { sum / count } else { 0.0 });
            average = config.smoothing * average + (1.0 - config.smoothing) * loss;
            let smoothed = average / (1.0 - config.smoothing.powf(step as f64 + 1.0));
            smallest = smoothed.min(smallest);
            if !smoothed.is_finite() || (step > 0 && smoothed > config.diverged * smallest) {
                return Ok(LrCurve::of(points, true));
            }
            points.push(LrPoint { lr, loss, smoothed });
            if let Some(mean) = gradient.take()
                && mixed.accepts(&mean, 1, step + 1)?
            {
                copy = stepper.update(copy, mean, lr);
            }
        }
        Ok(LrCurve::of(points, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(losses: &[f64]) -> LrCurve {
        let config = LrFinderConfig { steps: losses.len() as u64, ..LrFinderConfig::default() };
        let point = |(step, loss): (usize, &f64)| LrPoint {
            lr: config.rate(step as u64),
            loss: *loss,
            smoothed: *loss,
        };
        LrCurve::of(losses.iter().enumerate().map(point).collect(), false)
    }

    #[test]
    fn rates_rise_by_equal_factors_from_end_to_end() {
        let config = LrFinderConfig { start: 1e-4, end: 1.0, steps: 41, ..LrFinderConfig::default() };
        assert_eq!((config.rate(0), config.rate(40)), (1e-4, 1.0));
        assert!((config.rate(10) - 1e-3).abs() < 1e-15 && (config.rate(30) - 0.1).abs() < 1e-13);
    }

    #[test]
    fn the_steepest_fall_and_the_minimum_are_found() {
        // Flat, a fall that is steepest at 60, the minimum at 80, a rise.
        let losses: Vec<f64> = (0..100)
            .map(|i| match i {
                0..40 => 2.0,
                40..=80 => 2.0 - 1.0 / (1.0 + (-(f64::from(i) - 60.0) / 4.0).exp()),
                _ => 1.0 + 0.2 * f64::from(i - 80),
            })
            .collect();
        let test = found(&losses);
        let config = LrFinderConfig::default();
        assert_eq!(test.steepest, Some(config.rate(60)));
        assert_eq!(test.minimum_tenth, Some(config.rate(80) / 10.0));
    }

    #[test]
    fn a_loss_that_only_rises_gives_no_advice() {
        let rising: Vec<f64> = (0..50).map(f64::from).collect();
        let test = found(&rising);
        assert_eq!((test.steepest, test.minimum_tenth), (None, None));
        assert_eq!(LrCurve::of(Vec::new(), true).steepest, None);
    }

    #[test]
    fn settings_are_checked() {
        let default = LrFinderConfig::default;
        for (bad, name) in [
            (LrFinderConfig { start: 0.0, ..default() }, "start"),
            (LrFinderConfig { end: 1e-7, ..default() }, "end"),
            (LrFinderConfig { end: f64::NAN, ..default() }, "end"),
            (LrFinderConfig { steps: 19, ..default() }, "steps"),
            (LrFinderConfig { smoothing: 1.0, ..default() }, "smoothing"),
            (LrFinderConfig { diverged: 0.5, ..default() }, "diverged"),
        ] {
            assert!(bad.check().unwrap_err().to_string().starts_with(name), "{bad:?}");
        }
        assert!(default().check().is_ok());
    }
}
