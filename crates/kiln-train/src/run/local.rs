//! Rounds of local steps: each shard trains by itself for a while, then all are averaged.
//!
//! Local SGD (Stich, Local SGD converges fast and communicates little, 2019), with what the optimiser keeps averaged beside the weights
//! (Yu, Jin and Yang, On the linear speedup analysis of communication efficient momentum SGD for distributed non-convex optimization, 2019). So
//! all shards begin a round alike, and nothing of a shard is kept between two. The workers of the papers are shards: what comes out
//! does not depend on the number of ranks.

use std::collections::BTreeMap;
use std::ops::Range;

use burn::module::Module;
use burn::tensor::{DType, TensorData};
use kiln_core::{ParamKind, Weights, params};
use kiln_data::Minibatch;
use kiln_optim::Gradients;
use kiln_ranks::{Node, Pile, RanksError, complete};
use serde::{Deserialize, Serialize};

use super::Run;
use super::sharded::by_shard;
use crate::accumulate::{Accumulator, Count};
use crate::shards::{Leaf, running};
use crate::{ShardError, Task, TrainError};

/// A tensor that the optimiser keeps.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    name: String,
    dims: Vec<usize>,
    /// Of whole numbers, which are counts: those of the first shard.
    counts: Option<Vec<i64>>,
}

impl<T: Task> Run<'_, T> {
    /// A round over a window of batches, of which `pieces` are this rank's. Gives the learning rate of its last step. After an error the model is as it
    /// was before.
    pub(super) fn local_round(
        &mut self,
        mut pieces: Vec<Minibatch<T::Batch>>,
        window: &Range<usize>,
        leaves: usize,
    ) -> Result<f64, TrainError> {
        let (epoch, first, accumulate) = (self.state.epoch, self.state.step, self.trainer.config.accumulate);
        self.thaw(epoch, first);
        let start = self.model().valid().train();
        let kept = self.parts[0].stepper.checkpoint(self.model());
        let (mut pile, mut states, mut seen, mut own) =
            (Pile::new(leaves), Pile::new(leaves), Vec::new(), None);
        pieces.sort_by_key(|piece| (piece.shard, piece.index));
        for of_shard in by_shard(pieces) {
            let (shard, mut items) = (of_shard[0].shard, 0);
            self.begin_again(&start, &kept)?;
            let mut steps: BTreeMap<u64, Vec<Minibatch<T::Batch>>> = BTreeMap::new();
            for piece in of_shard {
                items += piece.items;
                steps.entry(((piece.index - window.start) / accumulate) as u64).or_default().push(piece);
            }
            for (step, pieces) in steps {
                self.state.step = first + step;
                self.shares.tell(&mut self.trainer.task, first + step)?;
                let mut sum = Accumulator::default();
                for piece in pieces {
                    let passed = self.pass(piece, &mut sum);
                    seen.push(passed);
                }
                self.local_update(sum.take())?;
            }
            let node = Node::leaf(shard);
            let state = self.parts[0].stepper.checkpoint(self.model());
            states.push(node, numbers(&state, items)?, added);
            own = own.or((shard == 0).then_some(state));
            pile.push(node, self.weights_as_leaf(items), Leaf::add);
        }
        self.begin_again(&start, &kept)?;
        self.state.step = first;
        let items = window.clone().map(|batch| self.train.items_of(batch)).sum();
        // First, because a rank that is lost here must not leave losses of a round that did not count.
        let state = self.mean_state(own.as_ref(), states, (leaves, items))?;
        let (weights, running) = self.reduced(pile, seen, leaves)?.mean(false);
        self.take_on(weights, &running, &state)?;
        self.state.step = first + window.len().div_ceil(accumulate) as u64;
        Ok(self.parts[0].schedules.rate.at(self.state.step - 1))
    }

    /// Brings model and optimiser to where a round began.
    fn begin_again(&mut self, start: &T::Model, kept: &Weights) -> Result<(), TrainError> {
        // Through evaluation mode, so that running statistics are its own.
        let model = start.valid().train();
        let device = self.device.clone().inner();
        self.parts[0].stepper.load(kept, &params::list(&model), &device)?;
        self.model = Some(model);
        Ok(())
    }

    /// One step of a shard by itself.
    fn local_update(&mut self, mean: Option<Gradients>) -> Result<(), TrainError> {
        let only = &mut self.parts[0];
        let lr = only.begin(self.state.step)?;
        if let (Some(mean), Some(model)) = (mean, self.model.take()) {
            self.model = Some(only.stepper.update(model, mean, lr));
            // Every shard has one in every step.
            only.stepper.norm = None;
        }
        Ok(())
    }

    /// The weights and running statistics that a shard came to, times its items.
    fn weights_as_leaf(&self, items: usize) -> Leaf {
        let mut weights = Gradients::default();
        params::for_each(self.model(), |info, value| {
            if info.trainable {
                weights.insert(info.id, value.inner().mul_scalar(items as f64));
            }
        });
        let has_running = params::list(self.model()).iter().any(|info| info.kind == ParamKind::Running);
        let running = if has_running { running(self.model()) } else { Vec::new() };
        Leaf::new((weights, Count::Items(items)), running, items)
    }

    /// What the optimiser keeps, averaged over all shards. `own`: that of the first shard, where it is this rank's.
    fn mean_state(
        &self,
        own: Option<&Weights>,
        states: Pile<Vec<f32>>,
        (leaves, items): (usize, usize),
    ) -> Result<Weights, TrainError> {
        let (rank, garbled) = (
            self.trainer.ranks.as_ref().map_or(0, |ranks| ranks.rank()),
            RanksError::Garbled { rank: 0, what: "what an optimiser keeps, which does not fit".to_owned() },
        );
        let kept = own.map(|state| state.iter().map(kept).collect::<Vec<Kept>>()).unwrap_or_default();
        let (kept, sum) = match &self.trainer.ranks {
            None => (kept, complete(states.into_nodes(), leaves, added)),
            Some(ranks) => {
                let wrong = |error: serde_json::Error| RanksError::Garbled { rank, what: error.to_string() };
                let said = serde_json::to_vec(&kept).map_err(wrong)?;
                let summed = ranks.sum(&said, &states.into_nodes(), leaves)?;
                (serde_json::from_slice(&summed.said[0]).map_err(wrong)?, Some(summed.values))
            }
        };
        let (mut state, sum) = (Weights::default(), sum.unwrap_or_default());
        let mut rest = &sum[..];
        for Kept { name, dims, counts } in kept {
            let data = match counts {
                Some(counts) => TensorData::new(counts, dims),
                None => {
                    let length = dims.iter().product();
                    let Some((values, behind)) = rest.split_at_checked(length) else {
                        return Err(garbled.into());
                    };
                    rest = behind;
                    let mean = values.iter().map(|sum| (f64::from(*sum) / items as f64) as f32);
                    TensorData::new(mean.collect::<Vec<_>>(), dims)
                }
            };
            state.insert(name, data);
        }
        if rest.is_empty() { Ok(state) } else { Err(garbled.into()) }
    }

    /// Goes on with averages.
    fn take_on(
        &mut self,
        mut weights: Gradients,
        running: &[burn::tensor::Tensor<1>],
        state: &Weights,
    ) -> Result<(), TrainError> {
        let model = self
            .model
            .take()
            .map(|model| params::update(model, |info, before| weights.remove(info.id).unwrap_or(before)));
        self.model = model;
        self.rewind(running);
        let (params, device) = (params::list(self.model()), self.device.clone().inner());
        self.parts[0].stepper.load(state, &params, &device)?;
        Ok(())
    }
}

fn kept((name, data): (&str, &TensorData)) -> Kept {
    let counts = (data.dtype() != DType::F32).then(|| data.iter::<i64>().collect());
    Kept { name: name.to_owned(), dims: data.shape().to_vec(), counts }
}

/// All that is f32 of what an optimiser keeps, times so many items.
fn numbers(state: &Weights, items: usize) -> Result<Vec<f32>, ShardError> {
    let mut numbers = Vec::new();
    for (name, data) in state.iter() {
        match data.dtype() {
            DType::F32 => numbers.extend(data.iter::<f32>().map(|value| value * items as f32)),
            DType::I64 => {}
            _ => return Err(ShardError::NotF32 { path: name.to_owned() }),
        }
    }
    Ok(numbers)
}

fn added(mut left: Vec<f32>, right: Vec<f32>) -> Vec<f32> {
    left.iter_mut().zip(&right).for_each(|(sum, value)| *sum += value);
    left
}
