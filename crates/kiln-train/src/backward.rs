//! Forward and backward over one batch: its loss and its gradients.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_optim::{Gradients, Sam};

use crate::batch_seed::BatchSeed;
use crate::{BatchMetrics, PartError, Task};

/// Mean loss of a batch (without autodiff) and the gradients of all parameters: those at the model, or with `sam` those
/// at the point above it. What the task says of the batch beside its loss goes to `seen`. `generator` is the device whose
/// generator is seeded first, if any is.
pub(crate) fn gradients<T: Task>(
    task: &T,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    generator: Option<&Device>,
    sam: Option<&Sam>,
    seen: &mut BatchMetrics,
) -> (Tensor<1>, Gradients) {
    let Some(sam) = sam else { return pass(task, model, batch, seed, generator, seen) };
    let (loss, gradients) = pass(task, model, batch.clone(), seed, generator, seen);
    let above = sam.ascend(model, &gradients);
    (loss, pass(task, &above, batch, seed, generator, &mut BatchMetrics::default()).1)
}

/// One pass forward and back.
fn pass<T: Task>(
    task: &T,
    model: &T::Model,
    batch: T::Batch,
    seed: BatchSeed,
    generator: Option<&Device>,
    seen: &mut BatchMetrics,
) -> (Tensor<1>, Gradients) {
    // Modules that draw from Burn's generator become a function of the batch, too.
    if let Some(device) = generator {
        device.seed(seed.backend());
    }
    differentiate(task.loss_observed(model, batch, seed.masks(), seen), model)
}

/// What [`gradients`] does after the first pass forward, whose loss this is.
#[cfg(feature = "wgpu")]
pub(crate) fn after_loss<T: Task>(
    task: &T,
    model: &T::Model,
    loss: Tensor<1>,
    batch: T::Batch,
    seed: BatchSeed,
    sam: Option<&Sam>,
) -> (Tensor<1>, Gradients) {
    let (loss, gradients) = differentiate(loss, model);
    let Some(sam) = sam else { return (loss, gradients) };
    let above = sam.ascend(model, &gradients);
    (loss, pass(task, &above, batch, seed, None, &mut BatchMetrics::default()).1)
}

fn differentiate<M: Module>(loss: Tensor<1>, model: &M) -> (Tensor<1>, Gradients) {
    let gradients = Gradients::of(loss.backward(), model);
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
            Ok(Some(differentiate(loss, model)))
        } else {
            Err(PartError::Constant { name: optimizer.to_owned() })
        }
    };
    let Some(sam) = sam else { return pass(model, batch) };
    let Some((loss, gradients)) = pass(model, batch.clone())? else { return Ok(None) };
    let above = sam.ascend(model, &gradients);
    Ok(pass(&above, batch)?.map(|(_, gradients)| (loss, gradients)))
}
