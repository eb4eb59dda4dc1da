//! How batches are cut, and which shards are this rank's.

use std::ops::Range;

use burn::tensor::Device;
use kiln_core::{ParamInfo, ParamKind};
use kiln_ranks::{RanksError, own};

use crate::{PrecisionConfig, ShardError, Task, TrainError, Trainer};

/// How batches are cut, and which shards are this rank's.
#[derive(Debug, Clone)]
pub(crate) struct Shards {
    pub(crate) count: usize,
    pub(crate) own: Range<usize>,
    /// Whether the model has running statistics, which each shard moves by itself.
    pub(crate) run: bool,
    /// Whether batch norm goes by all shards of a batch.
    pub(crate) sync: bool,
}

impl Shards {
    /// Those of a run of `trainer`, of a model with these parameters; `None` where batches are whole.
    pub(crate) fn of<T: Task>(
        trainer: &Trainer<T>,
        params: &[ParamInfo],
        device: &Device,
    ) -> Result<Option<Self>, TrainError> {
        let count = trainer.config.shards;
        let (rank, ranks) = trainer.ranks.as_ref().map_or((0, 1), |ranks| (ranks.rank(), ranks.count()));
        if ranks == 1 && count == 1 && trainer.config.compression.is_none() {
            return Ok(None);
        }
        if trainer.config.solver.is_some() {
            return Err(ShardError::Solver.into());
        }
        if !trainer.parts.is_empty() {
            return Err(ShardError::SeveralOptimizers.into());
        }
        if ranks > count {
            return Err(RanksError::TooFewShards { ranks, shards: count }.into());
        }
        if ranks > 1 && trainer.task.save().is_some() {
            return Err(ShardError::KeepsState.into());
        }
        let run = params.iter().any(|info| info.kind == ParamKind::Running);
        if trainer.config.compression.is_some() && trainer.config.precision == PrecisionConfig::F16 {
            return Err(ShardError::CompressedF16.into());
        }
        if trainer.config.local_steps > 1 {
            local(trainer)?;
        }
        let sync = run && trainer.config.sync_batch_norm;
        if sync {
            synchronised(trainer, device)?;
        }
        Ok(Some(Self { count, own: own(rank, ranks, count), run, sync }))
    }

    /// How many of its own shards have an item in a batch of so many.
    pub(crate) fn of_batch(&self, items: usize) -> usize {
        self.own.end.min(items).saturating_sub(self.own.start)
    }
}

/// Refuses what cannot have batch norm over all shards.
fn synchronised<T: Task>(trainer: &Trainer<T>, device: &Device) -> Result<(), ShardError> {
    if trainer.passes_at_once.is_none() {
        return Err(ShardError::OneThread);
    }
    let name = format!("{device:?}");
    if !name.contains("Flex") {
        return Err(ShardError::SyncDevice { device: name });
    }
    if trainer.settings().optim.sam.is_some() {
        return Err(ShardError::SyncSam);
    }
    Ok(())
}

/// Refuses what has no place in rounds of local steps.
fn local<T: Task>(trainer: &Trainer<T>) -> Result<(), ShardError> {
    let (config, local_steps) = (&trainer.config, trainer.config.local_steps);
    let checkpoints = trainer.checkpoint.every_steps;
    let with = [
        (config.steps.is_some(), "train.steps"),
        (config.sync_batch_norm, "train.sync_batch_norm"),
        (config.precision == PrecisionConfig::F16, "train.precision = \"f16\""),
        (config.compression.is_some(), "train.compression"),
        (trainer.average.is_some(), "average"),
        // Averages of weights that meet one need not.
        (!trainer.constraints.is_empty(), "constraint"),
        (!trainer.freezes.is_empty(), "freeze"),
        (
            checkpoints.is_some_and(|every| !every.is_multiple_of(local_steps as u64)),
            "checkpoint.every_steps",
        ),
    ];
    match with.into_iter().find(|(is_set, _)| *is_set) {
        Some((_, setting)) => Err(ShardError::NotLocal { setting, local_steps }),
        None => Ok(()),
    }
}
