//! Running statistics of batch norm for weights that were never trained as they are: an average.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamKind, Seed, params};
use kiln_data::Loader;

use crate::batch_seed::BatchSeed;
use crate::{Task, TrainError};

/// A value beside which what one batch adds is nothing.
const FAR: f64 = (1_u64 << 40) as f64;

/// A pass over the training items.
pub(crate) struct Pass<'a, B> {
    pub(crate) train: &'a Loader<B>,
    pub(crate) device: &'a Device,
    /// The device whose generator is seeded before every batch, if any is.
    pub(crate) generator: Option<&'a Device>,
    /// The seed of the run.
    pub(crate) run: Seed,
}

/// Gives `model`, which is in evaluation mode, the mean of the batch statistics over one pass of the training items, all
/// batches counting the same: PyTorch's `update_bn`, which sets `momentum=None`. Dropout stays on, as there.
///
/// A layer moves its running statistic by its momentum m towards that of the batch, and m is its own affair: moved once
/// from far away it shows m, moved once from 0 it shows m times the statistic of the batch. `None` when somebody asked to
/// stop; a model without running statistics comes back as it is. `losses` are the optimisers with a loss of their own, none where
/// there is one optimiser.
pub(crate) fn recompute<T: Task>(
    task: &T,
    model: T::Model,
    losses: &[&str],
    pass: Pass<'_, T::Batch>,
    stop: &AtomicBool,
) -> Result<Option<T::Model>, TrainError> {
    if !params::list(&model).iter().any(|info| info.kind == ParamKind::Running) {
        return Ok(Some(model));
    }
    let mut moved: BTreeMap<String, Tensor<1>> = BTreeMap::new();
    let mut sums: BTreeMap<String, Tensor<1>> = BTreeMap::new();
    let mut batches = 0;
    for batch in pass.train.pass(pass.device) {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let batch = batch?.data;
        if batches == 0 {
            // The same batch once more, to learn the momenta from.
            let mut first = pass.train.pass(pass.device);
            let again = first.next().expect("this epoch has a first batch")?.data;
            moved = after(task, &model, losses, FAR, again, 0, &pass);
        }
        for (path, value) in after(task, &model, losses, 0.0, batch, batches, &pass) {
            let sum = match sums.remove(&path) {
                Some(sum) => sum.add(value),
                None => value,
            };
            sums.insert(path, sum);
        }
        batches += 1;
    }
    Ok(Some(params::replace(model, |info, old| match (sums.remove(&info.path), moved.remove(&info.path)) {
        (Some(sum), Some(moved)) => {
            let momentum = moved.mul_scalar(-1.0 / FAR).add_scalar(1.0);
            // A layer that did not move keeps what it has.
            let still = momentum.clone().lower_equal_elem(1e-6);
            let mean = sum.div(momentum.mul_scalar(batches as f64));
            mean.mask_where(still, old)
        }
        _ => old,
    })))
}

/// Paths of the layers of `model` that do not behave as in training, even there.
fn standing<M: Module>(model: &M) -> BTreeSet<String> {
    let layers = params::training(&model.valid().train());
    layers.into_iter().filter_map(|(layer, trains)| (!trains).then_some(layer)).collect()
}

/// `norm` of `norm.running_mean`.
pub(crate) fn layer(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(layer, _)| layer)
}

/// The running statistics of `model` by path, behind one batch in training from `start`.
pub(crate) fn after<T: Task>(
    task: &T,
    model: &T::Model,
    losses: &[&str],
    start: f64,
    data: T::Batch,
    batch: u64,
    pass: &Pass<'_, T::Batch>,
) -> BTreeMap<String, Tensor<1>> {
    let still = standing(model);
    let from = params::replace(model.valid(), |info, value| match info.kind {
        // A layer that goes by its running statistics needs them.
        ParamKind::Running if !still.contains(layer(&info.path)) => value.zeros_like().add_scalar(start),
        _ => value,
    });
    let seed = BatchSeed { run: pass.run, batch, shard: None };
    if let Some(device) = pass.generator {
        device.seed(seed.backend());
    }
    let model = from.train();
    // The loss is not wanted, only what computing it leaves behind.
    if losses.is_empty() {
        let _ = task.loss(&model, data, seed.masks());
    } else {
        for optimizer in losses {
            let _ = task.loss_for(optimizer, &model, data.clone(), seed.masks());
        }
    }
    let mut found = BTreeMap::new();
    params::for_each(&model.valid(), |info, value| {
        if info.kind == ParamKind::Running {
            found.insert(info.path.clone(), value);
        }
    });
    found
}
