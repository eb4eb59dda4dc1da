//! Batch norm and batches of one item: a channel with a single value has no variance, so that the layer gives a constant.

use std::collections::BTreeSet;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{ParamKind, params};
use kiln_data::{Loader, Source};

use crate::data::loaders;
use crate::first_weights::{device_of, draw_alone};
use crate::freeze::Freezing;
use crate::statistics::{Pass, after, layer};
use crate::{Data, ShardError, Task, TrainError, Trainer};

/// Items that are looked at together, to see what a layer does with more than one.
const SEVERAL: usize = 32;

impl<T: Task> Trainer<T> {
    /// Refuses a training in which batch norm would see a single value a channel: a batch of one item, and a layer without
    /// positions beside the items. PyTorch refuses it at that batch. [`Trainer::fit`] calls this before the first step.
    ///
    /// `model` and this trainer are as before.
    ///
    /// # Errors
    /// [`TrainError::BatchOfOne`]; and what keeps the data from being read.
    pub fn check_batches(&self, model: &T::Model, data: &Data<T::Batch>) -> Result<(), TrainError> {
        self.only_one("Trainer::check_batches")?;
        let (train, _) = loaders(self, data)?;
        if of_one(&train, self.config.normalised_shards()).is_none() {
            return Ok(());
        }
        let model = draw_alone(model.clone(), self.seed).train();
        let model = Freezing::new(&self.freezes, &model)?.at(model, 0, 0);
        let device = device_of(&model);
        let pass = Pass { train: &train, device: &device, generator: None, run: self.seed };
        check(&self.task, &model, &[], &pass, (&data.train, self.config.normalised_shards()))
    }
}

/// The number, from 1, of the batch in every epoch that has one item, if there is one.
///
/// Of batches that are cut into so many shards, the number of one with a shard of one item.
fn of_one<B: Send + 'static>(train: &Loader<B>, shards: usize) -> Option<usize> {
    let batches = train.batches();
    let has_one = |batch: usize| {
        let items = train.items_of(batch);
        (1..2 * shards).contains(&items)
    };
    [0, batches - 1].into_iter().find(|batch| has_one(*batch)).map(|batch| batch + 1)
}

/// Refuses a layer of `model`, which is in training, that sees one value a channel in a batch of one item. Which layers do is
/// found by passes over single items of `source`, whose batches are cut into so many shards: their variance is 0, and that of several items is not. `losses` are
/// the optimisers with a loss of their own, none where there is one optimiser.
pub(crate) fn check<T: Task>(
    task: &T,
    model: &T::Model,
    losses: &[&str],
    pass: &Pass<'_, T::Batch>,
    (source, shards): (&Arc<dyn Source<T::Batch>>, usize),
) -> Result<(), TrainError> {
    let Some(batch) = of_one(pass.train, shards) else { return Ok(()) };
    if !params::list(model).iter().any(|info| info.kind == ParamKind::Running) {
        return Ok(());
    }
    let items = pass.train.items();
    let constant = |of: &[usize]| -> Result<BTreeSet<String>, TrainError> {
        let data = source.batch(of, pass.device)?;
        Ok(without_variance(after(task, model, losses, 0.0, data, 0, pass)))
    };
    // An item may be constant by itself, such as a black image: several have to agree.
    let mut found = constant(&[0])?;
    for item in [items / 2, items - 1] {
        let other = constant(&[item])?;
        found.retain(|layer| other.contains(layer));
    }
    if items > 1 {
        let all: Vec<usize> = (0..items.min(SEVERAL)).collect();
        let other = constant(&all)?;
        found.retain(|layer| !other.contains(layer));
    }
    match found.into_iter().next() {
        None => Ok(()),
        Some(layer) if shards > 1 => {
            let items = pass.train.items_of(batch - 1);
            Err(ShardError::OfOne { layer, items, shards }.into())
        }
        Some(layer) => {
            let (batches, batch_size) = (pass.train.batches(), pass.train.batch_size());
            let next_size = next_size(items, batch_size);
            Err(TrainError::BatchOfOne { layer, batch, batches, items, batch_size, next_size })
        }
    }
}

/// The layers whose running variance, moved from 0, is still 0, or no number.
fn without_variance(moved: impl IntoIterator<Item = (String, Tensor<1>)>) -> BTreeSet<String> {
    let variances = moved.into_iter().filter(|(path, _)| path.ends_with("running_var"));
    let constant = variances.filter(|(_, value)| {
        value.clone().into_data().iter::<f64>().all(|variance| variance == 0.0 || variance.is_nan())
    });
    constant.map(|(path, _)| layer(&path).to_owned()).collect()
}

/// A size of batches a little larger than `batch_size` that leaves no batch of one of `items`.
fn next_size(items: usize, batch_size: usize) -> usize {
    (batch_size + 1..items).find(|size| items % size != 1).unwrap_or(items)
}

#[cfg(test)]
mod tests {
    use super::next_size;

    #[test]
    fn the_next_size_leaves_no_item_alone() {
        // 113 = 7 · 16 + 1.
        assert_eq!(next_size(113, 16), 17);
        assert_eq!(113 % 17, 11);
        // 5 = 2 · 2 + 1, and 4 leaves one, too.
        assert_eq!((next_size(5, 2), next_size(5, 3), next_size(2, 1)), (3, 5, 2));
        for items in 2..200 {
            for size in 1..items {
                assert_ne!(items % next_size(items, size), 1, "{items} {size}");
            }
        }
    }
}
