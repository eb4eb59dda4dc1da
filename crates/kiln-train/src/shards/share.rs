//! How batches are cut, and which shards are this rank's.

use std::ops::Range;

use kiln_core::{ParamInfo, ParamKind};
use kiln_ranks::{RanksError, own};

use crate::{ShardError, Task, TrainError, Trainer};

/// How batches are cut, and which shards are this rank's.
#[derive(Debug, Clone)]
pub(crate) struct Shards {
    pub(crate) count: usize,
    pub(crate) own: Range<usize>,
    /// Whether the model has running statistics, which each shard moves by itself.
    pub(crate) run: bool,
}

impl Shards {
    /// Those of a run of `trainer`, of a model with these parameters; `None` where batches are whole.
    pub(crate) fn of<T: Task>(
        trainer: &Trainer<T>,
        params: &[ParamInfo],
    ) -> Result<Option<Self>, TrainError> {
        let count = trainer.config.shards;
        let (rank, ranks) = trainer.ranks.as_ref().map_or((0, 1), |ranks| (ranks.rank(), ranks.count()));
        if ranks == 1 && count == 1 {
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
        Ok(Some(Self { count, own: own(rank, ranks, count), run }))
    }

    /// How many of its own shards have an item in a batch of so many.
    pub(crate) fn of_batch(&self, items: usize) -> usize {
        self.own.end.min(items).saturating_sub(self.own.start)
    }
}
