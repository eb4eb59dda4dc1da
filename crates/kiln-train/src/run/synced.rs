//! Passes over all shards of a batch at once: batch norm goes by the whole of it.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use burn::module::Module;
use kiln_core::{ParamKind, params};
use kiln_data::Minibatch;
use kiln_optim::Gradients;
use kiln_ranks::Ranks;

use super::Run;
use crate::accumulate::Count;
use crate::backward::Part;
use crate::batch_seed::BatchSeed;
use crate::shards::{All, Found, Leaf, Passed, Piece, Seen, Shards, running};
use crate::{ShardError, Task, TrainError};

/// What has come of a shard so far.
struct Sum<M> {
    /// It sees the next batch of the window, too: its running statistics have moved.
    model: M,
    found: Option<(Gradients, Count)>,
    items: usize,
    seen: Vec<Seen>,
}

impl<T: Task> Run<'_, T> {
    /// Forward and backward over the shards of a window of batches, of which `pieces` are this rank's.
    pub(super) fn passes_at_once(
        &mut self,
        shards: &Shards,
        pieces: Vec<Minibatch<T::Batch>>,
        window: Range<usize>,
        all: &mut Found,
    ) -> Result<(), TrainError> {
        let mut sums: BTreeMap<usize, Sum<T::Model>> = BTreeMap::new();
        let mut of_batch: BTreeMap<usize, Vec<Minibatch<T::Batch>>> = BTreeMap::new();
        for piece in pieces {
            of_batch.entry(piece.index).or_default().push(piece);
        }
        for batch in window {
            // Ranks without a shard of it take part in what the others say of it.
            let pieces = of_batch.remove(&batch).unwrap_or_default();
            self.batch_at_once(shards.count, batch, pieces, &mut sums)?;
        }
        for (shard, sum) in sums {
            all.seen.extend(sum.seen);
            if let Some(found) = sum.found {
                let after = running(&sum.model);
                all.push(shard, Leaf::of_whole(found, after, sum.items, shard == 0));
            }
        }
        Ok(())
    }

    fn batch_at_once(
        &mut self,
        shards: usize,
        batch: usize,
        mut pieces: Vec<Minibatch<T::Batch>>,
        sums: &mut BTreeMap<usize, Sum<T::Model>>,
    ) -> Result<(), TrainError> {
        let Some(passes) = self.trainer.passes_at_once else { return Err(ShardError::OneThread.into()) };
        let items = self.train.items_of(batch);
        let count = shards.min(items);
        let number = self.state.epoch * self.train.batches() as u64 + batch as u64;
        pieces.sort_by_key(|piece| piece.shard);
        let (mut jobs, mut before) = (Vec::new(), Vec::new());
        for Minibatch { data, items: own, shard, .. } in pieces {
            let seed = BatchSeed { run: self.trainer.seed, batch: number, shard: Some(shard as u64) };
            let weight = self.trainer.task.weight(&data);
            let (model, found, items_before, seen) = match sums.remove(&shard) {
                Some(Sum { model, found, items, seen }) => (model, found, items, seen),
                // A graph of its own for each: Burn locks those that share a parameter while one of them is gone through.
                None => (self.model().valid().train(), None, 0, Vec::new()),
            };
            let part = Part { weight: weight.clone(), items: own, of: items };
            jobs.push((shard, Piece { model, data, seed, part }));
            before.push((shard, own, weight, found, items_before, seen));
        }
        let (idle, ranks) = (jobs.is_empty(), self.trainer.ranks.as_ref());
        let mut exchange = |said| said_by_all(ranks, said, idle, count);
        let passed = passes(&self.trainer.task, jobs, &self.mixed, &mut exchange)?;
        for (passed, before) in passed.into_iter().zip(before) {
            let Passed { model, mean, gradients, metrics } = passed;
            let (shard, own, weight, found, items_before, mut seen) = before;
            let sum = gradients.scale(items as f64);
            let count = weight.clone().map_or(Count::Items(own), |weight| Count::Weight(weight.inner()));
            let found = match found {
                Some((before, counted)) => (before.add(sum), Count::add(counted, count)),
                None => (sum, count),
            };
            seen.push(Seen { mean, items: own, weight, metrics });
            sums.insert(shard, Sum { model, found: Some(found), items: items_before + own, seen });
        }
        if mem::replace(&mut self.norms_checked, true) { Ok(()) } else { self.check_norms(sums, count) }
    }

    /// Refuses a layer whose running statistics went another way in one shard than in another.
    fn check_norms(&self, sums: &BTreeMap<usize, Sum<T::Model>>, count: usize) -> Result<(), TrainError> {
        let mut layers = params::list(self.model());
        layers.retain(|info| info.kind == ParamKind::Running);
        let own = sums.iter().map(|(shard, sum)| {
            let prints = running(&sum.model).into_iter().map(|value| {
                let bytes: Vec<u8> = value.into_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
                let print = blake3::hash(&bytes);
                // As much of it as an f64 holds.
                print.as_bytes()[..6].iter().fold(0.0, |number, byte| 256.0 * number + f64::from(*byte))
            });
            (*shard, prints.collect::<Vec<f64>>())
        });
        let all = said_by_all(self.trainer.ranks.as_ref(), own.collect(), sums.is_empty(), count)?;
        let Some(all) = all else { return Ok(()) };
        let is_odd = |place: usize| all.iter().any(|shard| shard.get(place) != all[0].get(place));
        match layers.iter().enumerate().find(|(place, _)| is_odd(*place)) {
            Some((_, info)) => {
                let layer = crate::statistics::layer(&info.path).to_owned();
                Err(ShardError::NotSynchronised { layer }.into())
            }
            None => Ok(()),
        }
    }
}

/// What the `count` shards of a batch say, those of this rank and of others; `None` where none says anything. `idle`: none is this rank's.
fn said_by_all(
    ranks: Option<&Ranks>,
    said: Vec<(usize, Vec<f64>)>,
    idle: bool,
    count: usize,
) -> Result<Option<All>, TrainError> {
    let silent = said.is_empty();
    let all = match ranks {
        Some(ranks) => ranks.gather_shards(&said)?,
        None => said,
    };
    if all.is_empty() {
        return Ok(None);
    }
    let whole = all.iter().map(|(shard, _)| *shard).eq(0..count);
    let alike = all.windows(2).all(|two| two[0].1.len() == two[1].1.len());
    if !whole || !alike || (silent && !idle) {
        return Err(ShardError::UnevenNorms.into());
    }
    Ok(Some(Arc::new(all.into_iter().map(|(_, numbers)| numbers).collect())))
}
