//! Forward and backward over all shards of a batch at once.

use burn::tensor::Tensor;
use kiln_optim::Gradients;

use super::at_once::{Exchange, at_once};
use crate::backward::{Part, gradients_of_part};
use crate::batch_seed::BatchSeed;
use crate::mixed::Mixed;
use crate::{BatchMetrics, Task, TrainError};

/// A shard of one batch, and a model of its own that sees it.
pub(crate) struct Piece<T: Task> {
    pub(crate) model: T::Model,
    pub(crate) data: T::Batch,
    pub(crate) seed: BatchSeed,
    pub(crate) part: Part,
}

/// What comes of it.
pub(crate) struct Passed<M> {
    /// With the running statistics behind the batch.
    pub(crate) model: M,
    /// The mean loss.
    pub(crate) mean: Tensor<1>,
    /// Of the mean loss times its part of the batch.
    pub(crate) gradients: Gradients,
    pub(crate) metrics: BatchMetrics,
}

/// [`passes_at_once`] for a task that several threads may look at.
pub(crate) type PassesAtOnce<T> = fn(
    &T,
    Vec<(usize, Piece<T>)>,
    &Mixed,
    Exchange<'_>,
) -> Result<Vec<Passed<<T as Task>::Model>>, TrainError>;

/// Forward and backward over shards, by their numbers, in which batch norm goes by what `exchange` brings of all.
pub(crate) fn passes_at_once<T: Task + Sync>(
    task: &T,
    pieces: Vec<(usize, Piece<T>)>,
    mixed: &Mixed,
    exchange: Exchange<'_>,
) -> Result<Vec<Passed<T::Model>>, TrainError> {
    let pass = |Piece { model, data, seed, part }: Piece<T>| {
        let mut metrics = BatchMetrics::default();
        let (mean, gradients) = gradients_of_part(task, &model, data, seed, mixed, part, &mut metrics);
        Passed { model, mean, gradients, metrics }
    };
    at_once(pieces, pass, exchange)
}
