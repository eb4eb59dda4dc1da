//! The same training on several devices at once: what differs, and how fast each one is.
//!
//! Every device starts from the same weights and sees the same batches and dropout masks, because all of them are
//! drawn on the host. What differs is the arithmetic.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamInfo, Weights, params};
use kiln_data::Loader;
use kiln_optim::Gradients;

use crate::backward::{How, gradients};
use crate::batch_seed::BatchSeed;
use crate::data::loaders;
use crate::evaluate::evaluate;
use crate::freeze::Freezing;
use crate::mixed::Mixed;
use crate::schedules::Schedules;
use crate::step::{Objective, Stepper};
use crate::{BatchMetrics, Data, Metrics, Task, TrainError, Trainer};

/// How far one device is from the first, over all steps.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Largest absolute difference of the training loss of a step.
    pub max_loss_diff: f64,
    /// Largest difference of a gradient: of each parameter the largest absolute difference, relative to the largest
    /// absolute value of that gradient on the first device.
    pub max_grad_diff: f64,
    /// The first step and parameter beyond the tolerance.
    pub first: Option<FirstDifference>,
    /// The training loss of each step, which [`StepTimes::losses`] has once more.
    pub losses: Vec<f64>,
    /// Metrics after the last step: over the validation part, or without one over the training part.
    pub metrics: Metrics,
}

/// Where a device first left the tolerance.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct FirstDifference {
    /// Step, from 1.
    pub step: u64,
    /// Path of the parameter whose gradient differs (the first in the order of the model), or `loss`.
    pub parameter: String,
    /// The difference, as in [`Difference`].
    pub difference: f64,
}

/// Wall-clock milliseconds of each timed step, in order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepTimes {
    /// One entry a step.
    pub milliseconds: Vec<f64>,
    /// Items trained on in these steps.
    pub items: usize,
    /// The training loss of every step, those of the warm-up included.
    pub losses: Vec<f64>,
}

/// Gradients on the host, one entry for each parameter of the model; `None` for one that the loss does not depend on.
type HostGradients = Vec<(ParamInfo, Option<Vec<f32>>)>;

/// One device with its own copy of the model.
pub(crate) struct Lane<M> {
    pub(crate) device: Device,
    pub(crate) model: Option<M>,
    pub(crate) stepper: Stepper,
    pub(crate) freezing: Freezing,
    pub(crate) mixed: Mixed,
}

impl<T: Task> Trainer<T> {
    /// Trains for `steps` steps on every device in lock-step and tells how far each is from the first.
    ///
    /// `weights` are the first weights on all of them; `init` builds the model on a device. A difference counts when
    /// it is larger than `tolerance` or not a number. Penalties have their whole strength, whatever their schedules say.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn compare(
        &self,
        devices: &[Device],
        init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
        weights: &Weights,
        data: &Data<T::Batch>,
        steps: u64,
        tolerance: f64,
    ) -> Result<Vec<Difference>, TrainError> {
        let (train, validation) = loaders(self, data)?;
        let schedules = self.comparison_schedules(&train)?;
        let mut lanes = Vec::new();
        for device in devices {
            lanes.push(self.lane(device, init, weights)?);
        }
        let mut differences = vec![Difference::none(); lanes.len()];
        for step in 0..steps {
            let mut reference: Option<(f64, HostGradients)> = None;
            for (lane, difference) in lanes.iter_mut().zip(&mut differences) {
                let (loss, gradients, _) = self.advance(lane, &train, step, &schedules)?;
                let loss: f64 = loss.into_data().iter::<f64>().sum();
                difference.losses.push(loss);
                let gradients = to_host(&params::list(lane.model()), &gradients);
                match &reference {
                    None => reference = Some((loss, gradients)),
                    Some((first_loss, first_gradients)) => {
                        difference.take_loss(step + 1, (loss - first_loss).abs(), tolerance);
                        for ((info, own), (_, first)) in gradients.iter().zip(first_gradients) {
                            let of_both = relative(own.as_deref(), first.as_deref());
                            difference.take_gradient(step + 1, &info.path, of_both, tolerance);
                        }
                    }
                }
            }
        }
        for (lane, difference) in lanes.iter().zip(&mut differences) {
            let judged = match &validation {
                Some(loader) => loader.clone(),
                None => Loader::new(data.train.clone(), data.train.at_once())?,
            };
            let averaged = lane.stepper.optimizer.averaged(lane.model());
            let model = averaged.as_ref().unwrap_or(lane.model()).valid();
            difference.metrics = evaluate(&self.task, &model, &judged, &lane.device)?.metrics();
        }
        Ok(differences)
    }

    /// Times `steps` steps on one device, after `warmup` steps that are not counted. A step ends when its loss is on
    /// the host.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn time_steps(
        &self,
        device: &Device,
        init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
        weights: &Weights,
        data: &Data<T::Batch>,
        warmup: u64,
        steps: u64,
    ) -> Result<StepTimes, TrainError> {
        let (train, _) = loaders(self, data)?;
        let schedules = self.comparison_schedules(&train)?;
        let mut lane = self.lane(device, init, weights)?;
        let mut times = StepTimes { milliseconds: Vec::new(), items: 0, losses: Vec::new() };
        for step in 0..warmup + steps {
            let began = Instant::now();
            let (loss, _, items) = self.advance(&mut lane, &train, step, &schedules)?;
            times.losses.push(loss.into_data().iter::<f64>().sum());
            if step >= warmup {
                times.milliseconds.push(began.elapsed().as_secs_f64() * 1e3);
                times.items += items;
            }
        }
        Ok(times)
    }

    pub(crate) fn comparison_schedules(&self, train: &Loader<T::Batch>) -> Result<Schedules, TrainError> {
        let per_epoch = train.batches() as u64;
        let total = self.config.epochs.saturating_mul(per_epoch);
        Ok(Schedules::of(&self.settings(), per_epoch, total)?)
    }

    pub(crate) fn lane(
        &self,
        device: &Device,
        init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
        weights: &Weights,
    ) -> Result<Lane<T::Model>, TrainError> {
        self.only_one("a comparison of devices")?;
        self.check_precision(device)?;
        let model = weights.apply(init(device)?.valid())?.train();
        let (settings, params) = (self.settings(), params::list(&model));
        let objective = Objective::of(self, &settings, &params, &params)?;
        let optimizer = settings.build(&params)?;
        let mut stepper = Stepper::new(&settings, optimizer, objective);
        stepper.penalties.start_from(&model, &self.fresh);
        let freezing = Freezing::new(&self.freezes, &model)?;
        let mixed = Mixed::of(self.config.precision);
        Ok(Lane { device: device.clone(), model: Some(model), stepper, freezing, mixed })
    }

    pub(crate) fn advance(
        &self,
        lane: &mut Lane<T::Model>,
        train: &Loader<T::Batch>,
        step: u64,
        schedules: &Schedules,
    ) -> Result<(Tensor<1>, Gradients, usize), TrainError> {
        let batches = train.batches() as u64;
        let device = lane.device.clone().autodiff();
        let mut epoch = train.epoch_from(step / batches, (step % batches) as usize, &device);
        let batch = epoch.next().expect("an epoch holds as many batches as it says")?;
        let seed = BatchSeed { run: self.seed, batch: step, shard: None };
        lane.model = lane.model.take().map(|model| lane.freezing.at(model, step / batches, step));
        let mut seen = BatchMetrics::default();
        let how = How { generator: Some(&device), sam: lane.stepper.sam.as_ref(), mixed: &lane.mixed };
        let (loss, found) = gradients(&self.task, lane.model(), batch.data, seed, how, &mut seen);
        let kept = found.clone();
        let lr = schedules.apply(step, &mut lane.stepper.optimizer)?;
        if lane.mixed.accepts(&found, step / batches + 1, step + 1)? {
            lane.model = lane.model.take().map(|model| lane.stepper.update(model, found, lr));
        }
        Ok((loss, kept, batch.items))
    }
}

impl<M> Lane<M> {
    pub(crate) fn model(&self) -> &M {
        self.model.as_ref().expect("the model is only away while it is updated")
    }
}

impl Difference {
    fn none() -> Self {
        let (first, losses, metrics) = (None, Vec::new(), Metrics::default());
        Self { max_loss_diff: 0.0, max_grad_diff: 0.0, first, losses, metrics }
    }

    fn take_loss(&mut self, step: u64, difference: f64, tolerance: f64) {
        self.max_loss_diff = larger(self.max_loss_diff, difference);
        self.note(step, "loss", difference, tolerance);
    }

    fn take_gradient(&mut self, step: u64, path: &str, difference: f64, tolerance: f64) {
        self.max_grad_diff = larger(self.max_grad_diff, difference);
        self.note(step, path, difference, tolerance);
    }

    fn note(&mut self, step: u64, parameter: &str, difference: f64, tolerance: f64) {
        let beyond = difference > tolerance || difference.is_nan();
        if beyond && self.first.is_none() {
            self.first = Some(FirstDifference { step, parameter: parameter.to_owned(), difference });
        }
    }
}

/// The larger of two differences, where NaN is the largest.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn to_host(infos: &[ParamInfo], gradients: &Gradients) -> HostGradients {
    let numbers = |info: &ParamInfo| gradients.get(info.id).map(|found| found.to_data().iter().collect());
    infos.iter().map(|info| (info.clone(), numbers(info))).collect()
}

/// Largest absolute difference relative to the largest absolute value of `first`; 0 when both are zero. No gradient is one of zeros.
fn relative(own: Option<&[f32]>, first: Option<&[f32]>) -> f64 {
    let mut scale = 0.0;
    let mut difference = 0.0;
    let len = own.or(first).map_or(0, <[f32]>::len);
    let at = |gradient: Option<&[f32]>, i: usize| gradient.map_or(0.0, |gradient| f64::from(gradient[i]));
    for i in 0..len {
        scale = larger(scale, at(first, i).abs());
        difference = larger(difference, (at(own, i) - at(first, i)).abs());
    }
    if difference == 0.0 { 0.0 } else { difference / scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradient_that_is_missing_on_one_side_is_one_of_zeros() {
        let (some, zeros): (&[f32], &[f32]) = (&[0.5, -2.0], &[0.0, 0.0]);
        assert_eq!(relative(Some(some), Some(some)), 0.0);
        assert_eq!(relative(Some(&[0.5, -1.0]), Some(some)), 0.5);
        assert_eq!(relative(None, Some(some)), 1.0);
        assert_eq!(relative(Some(some), None), f64::INFINITY);
        assert_eq!((relative(None, None), relative(Some(zeros), None)), (0.0, 0.0));
        assert!(relative(Some(&[f32::NAN, 0.0]), Some(some)).is_nan());
    }
}
