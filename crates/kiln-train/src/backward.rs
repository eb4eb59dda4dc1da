//! Forward and backward over one batch: its loss and its gradients.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_optim::{Gradients, Sam};

use crate::batch_seed::BatchSeed;
use crate::mixed::Mixed;
use crate::{BatchMetrics, PartError, Task};

/// How a gradient is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How<'a> {
    /// The device whose generator is seeded first, if any is.
    pub(crate) generator: Option<&'a Device>,
    /// With it gradients are those at the point above the model.
    pub(crate) sam: Option<&'a Sam>,
    pub(crate) mixed: &'a Mixed,
}

/// Mean loss of a batch (without autodiff) and the gradients of all parameters: those at the model, or with
/// [`How::sam`] those at the point above it. What the task says of the batch beside its loss goes to `seen`.
pub(crate) fn gradients<T: Task>(
    task: &T,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    how: How<'_>,
    seen: &mut BatchMetrics,
) -> (Tensor<1>, Gradients) {
    let Some(sam) = how.sam else { return pass(task, model, batch, seed, how, seen) };
    let (loss, gradients) = pass(task, model, batch.clone(), seed, how, seen);
    let above = sam.ascend(model, &gradients);
    (loss, pass(task, &above, batch, seed, how, &mut BatchMetrics::default()).1)
}

/// What the mean loss of a shard is multiplied by, so that those of all shards add up to that of their batch.
pub(crate) struct Part {
    /// What its items count together; `None`: their number.
    pub(crate) weight: Option<Tensor<1>>,
    pub(crate) items: usize,
    /// Items of the batch.
    pub(crate) of: usize,
}

/// As [`gradients`], of the mean loss times its part of the batch. [`How::sam`] is passed over.
pub(crate) fn gradients_of_part<T: Task>(
    task: &T,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    mixed: &Mixed,
    part: Part,
    seen: &mut BatchMetrics,
) -> (Tensor<1>, Gradients) {
    let lowered = mixed.lowered(model);
    let mean = task.loss_observed(lowered.as_ref().unwrap_or(model), batch, seed.masks(), seen);
    let share = mean.clone().mul_scalar(1.0 / part.of as f64);
    let share = match part.weight {
        Some(weight) => share.mul(weight),
        None => share.mul_scalar(part.items as f64),
    };
    (mean.inner(), differentiate(share, model, mixed).1)
}

/// One pass forward and back.
fn pass<T: Task>(
    task: &T,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    how: How<'_>,
    seen: &mut BatchMetrics,
) -> (Tensor<1>, Gradients) {
    // Modules that draw from Burn's generator become a function of the batch, too.
    if let Some(device) = how.generator {
        device.seed(seed.backend());
    }
    let lowered = how.mixed.lowered(model);
    let loss = task.loss_observed(lowered.as_ref().unwrap_or(model), batch, seed.masks(), seen);
    differentiate(loss, model, how.mixed)
}

/// What [`gradients`] does after the first pass forward, whose loss this is.
#[cfg(feature = "wgpu")]
pub(crate) fn after_loss<T: Task>(
    task: &T,
    model: &T::Model,
    loss: Tensor<1>,
    batch: T::Batch,
    seed: BatchSeed,
    how: How<'_>,
) -> (Tensor<1>, Gradients) {
    let (loss, gradients) = differentiate(loss, model, how.mixed);
    let Some(sam) = how.sam else { return (loss, gradients) };
    let above = sam.ascend(model, &gradients);
    (loss, pass(task, &above, batch, seed, how, &mut BatchMetrics::default()).1)
}

fn differentiate<M: Module>(loss: Tensor<1>, model: &M, mixed: &Mixed) -> (Tensor<1>, Gradients) {
    let gradients = match mixed.factor() {
        None => Gradients::of(loss.backward(), model),
        Some(factor) => {
            let scaled = loss.clone().mul_scalar(factor);
            Gradients::of(scaled.backward(), model).scale(1.0 / factor)
        }
    };
    (loss.inner(), gradients)
}

/// As [`gradients`] for one of several optimisers: `model` as it sees it, in which all else is constant. `None` where it is
/// to make no step on this batch.
pub(crate) fn gradients_for<T: Task>(
    task: &T,
    optimizer: &str,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    generator: Option<&Device>,
    sam: Option<&Sam>,
) -> Result<Option<(Tensor<1>, Gradients)>, PartError> {
    let pass = |model: &T::Model, batch| {
        if let Some(device) = generator {
            device.seed(seed.backend());
        }
        let Some(loss) = task.loss_for(optimizer, model, batch, seed.masks()) else { return Ok(None) };
        if loss.is_tracked() {
            // Several optimisers train in f32.
            Ok(Some(differentiate(loss, model, &Mixed::default())))
        } else {
            Err(PartError::Constant { name: optimizer.to_owned() })
        }
    };
    let Some(sam) = sam else { return pass(model, batch) };
    let Some((loss, gradients)) = pass(model, batch.clone())? else { return Ok(None) };
    let above = sam.ascend(model, &gradients);
    Ok(pass(&above, batch)?.map(|(_, gradients)| (loss, gradients)))
}
