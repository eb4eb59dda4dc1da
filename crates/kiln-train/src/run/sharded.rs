//! Steps over batches that are cut into shards: forward and backward over each, and sums in a fixed tree over them.
//!
//! Each shard is seen by itself: with a seed of its own, and from the running statistics that the step began with. What comes of
//! the shards does not depend on who computes which.

use std::ops::Range;

use burn::tensor::Tensor;
use kiln_data::Minibatch;
use kiln_ranks::{Pile, complete};

use super::Run;
use crate::accumulate::Accumulator;
use crate::backward::{How, gradients};
use crate::batch_seed::BatchSeed;
use crate::shards::{Found, Leaf, Seen, Shards, running, set_running};
use crate::{BatchMetrics, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// As [`Run::steps`], of batches that are cut.
    pub(super) fn sharded_steps(&mut self, lr: &mut f64) -> Result<Option<Stop>, TrainError> {
        let Some(shards) = self.shards.clone() else { return Ok(None) };
        let (local, batches) = (self.trainer.config.local_steps, self.train.batches());
        let accumulate = self.trainer.config.accumulate.saturating_mul(local);
        let own = self.train.clone().sharded(shards.count, shards.own.clone());
        let mut pieces = own.epoch_from(self.state.epoch, self.state.batch, &self.device);
        while self.state.batch < batches {
            let window = self.state.batch..batches.min(self.state.batch.saturating_add(accumulate));
            let sizes: Vec<usize> = window.clone().map(|batch| self.train.items_of(batch)).collect();
            let count = sizes.iter().map(|items| shards.of_batch(*items)).sum();
            let own = pieces.by_ref().take(count).collect::<Result<Vec<_>, _>>()?;
            // In a small batch the last shards are empty.
            let leaves = shards.count.min(sizes.iter().copied().max().unwrap_or(1));
            let before = self.state.step;
            let made = match local {
                1 => self.sharded_step(&shards, own, window.clone(), leaves),
                _ => self.local_round(own, &window, leaves),
            };
            match made {
                Ok(rate) => *lr = rate,
                Err(error) => return self.lose(error).map(Some),
            }
            self.state.batch = window.end;
            if let Some(stop) = self.after_step(*lr, sizes.iter().sum(), before)? {
                return Ok(Some(stop));
            }
            if self.steps_done() {
                self.keep_before_cut()?;
                break;
            }
        }
        Ok(None)
    }

    /// One step with a window of batches, of which `pieces` are this rank's. Gives the learning rate that it was made with. After an
    /// error the model is as it was before.
    fn sharded_step(
        &mut self,
        shards: &Shards,
        pieces: Vec<Minibatch<T::Batch>>,
        window: Range<usize>,
        leaves: usize,
    ) -> Result<f64, TrainError> {
        let (epoch, step) = (self.state.epoch, self.state.step);
        self.shares.tell(&mut self.trainer.task, step)?;
        self.thaw(epoch, step);
        let compression = self.trainer.config.compression.clone();
        let mut found = Found::new(leaves, compression.is_some());
        let items = window.clone().map(|batch| self.train.items_of(batch)).sum();
        match shards.sync {
            true => self.passes_at_once(shards, pieces, window, &mut found)?,
            false => self.passes(shards, pieces, &mut found),
        }
        let (gradients, running) = match compression {
            Some(config) => self.compressed(&config, found, (leaves, items), shards.sync)?,
            None => self.reduced(found.pile, found.seen, leaves)?.mean(shards.sync),
        };
        self.rewind(&running);
        self.update(Some(gradients))
    }

    /// Forward and backward over each shard by itself.
    fn passes(&mut self, shards: &Shards, mut pieces: Vec<Minibatch<T::Batch>>, found: &mut Found) {
        let before = if shards.run { running(self.model()) } else { Vec::new() };
        // All of a shard before the next: what waits is a sum for each level of the tree.
        pieces.sort_by_key(|piece| (piece.shard, piece.index));
        for of_shard in by_shard(pieces) {
            self.rewind(&before);
            let (shard, mut sum, mut items) = (of_shard[0].shard, Accumulator::default(), 0);
            for piece in of_shard {
                items += piece.items;
                found.seen.push(self.pass(piece, &mut sum));
            }
            if let Some(sum) = sum.take_sum() {
                let after = if shards.run { running(self.model()) } else { Vec::new() };
                found.push(shard, Leaf::new(sum, after, items));
            }
        }
        self.rewind(&before);
    }

    /// The sum over all shards, of this rank and of others. The losses are added to those of the epoch.
    pub(super) fn reduced(
        &mut self,
        pile: Pile<Leaf>,
        seen: Vec<Seen>,
        leaves: usize,
    ) -> Result<Leaf, TrainError> {
        if self.trainer.ranks.is_some() {
            return self.sum(pile.into_nodes(), seen, leaves);
        }
        let (epoch, step) = (self.state.epoch, self.state.step);
        for Seen { mean, items, weight, metrics } in seen {
            let losses = &mut self.parts[0].losses;
            losses.wait(mean, items, weight, step + 1);
            if losses.are_many() {
                losses.read(epoch)?;
            }
            self.observed.push(metrics, items)?;
        }
        let sum = complete(pile.into_nodes(), leaves, Leaf::add);
        // Every shard of one rank is its own.
        Ok(sum.unwrap_or_else(|| unreachable!("a tree without a leaf")))
    }

    /// Forward and backward over a shard of one batch.
    pub(super) fn pass(&self, piece: Minibatch<T::Batch>, sum: &mut Accumulator) -> Seen {
        let number = self.state.epoch * self.train.batches() as u64 + piece.index as u64;
        let seed = BatchSeed { run: self.trainer.seed, batch: number, shard: Some(piece.shard as u64) };
        let (task, sam) = (&self.trainer.task, self.parts[0].stepper.sam.as_ref());
        let how = How { generator: self.generator(), sam, mixed: &self.mixed };
        let (weight, items) = (task.weight(&piece.data), piece.items);
        let mut metrics = BatchMetrics::default();
        let (mean, gradients) = gradients(task, self.model(), piece.data, seed, how, &mut metrics);
        sum.add(gradients, items, weight.clone());
        Seen { mean, items, weight, metrics }
    }

    /// Gives the model these running statistics, if it has any.
    pub(super) fn rewind(&mut self, running: &[Tensor<1>]) {
        if !running.is_empty() {
            self.model = self.model.take().map(|model| set_running(model, running));
        }
    }
}

/// Pieces that are in the order of their shards, those of each shard together.
pub(super) fn by_shard<B>(pieces: Vec<Minibatch<B>>) -> Vec<Vec<Minibatch<B>>> {
    let mut all: Vec<Vec<Minibatch<B>>> = Vec::new();
    for piece in pieces {
        match all.last_mut().filter(|of_shard| of_shard[0].shard == piece.shard) {
            Some(of_shard) => of_shard.push(piece),
            None => all.push(vec![piece]),
        }
    }
    all
}
