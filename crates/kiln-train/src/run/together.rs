//! What the ranks of a training say to each other: where they go on, who they are, what came of their shards, whether they stop.

use std::ops::ControlFlow;

use burn::module::Module;
use kiln_core::{ParamKind, Weights, params};
use kiln_ranks::{Node, Ranks, RanksError, complete};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Run;
use crate::change::differences;
use crate::checkpoint::Checkpoint;
use crate::shards::{Leaf, Seen, Told};
use crate::{Metrics, ShardError, Stop, Task, TrainError};

/// Who a rank is. All are the same.
#[derive(Debug, Serialize, Deserialize)]
struct Identity {
    version: String,
    /// The kind of device.
    device: String,
    settings: Value,
    step: u64,
    weights_blake3: String,
}

/// What a rank says behind an epoch.
#[derive(Debug, Serialize, Deserialize)]
struct Standing {
    stop: Option<Stop>,
    weights_blake3: String,
}

impl<T: Task> Run<'_, T> {
    /// Whether this is the one rank, or the first of several: the one that validates and writes.
    pub(super) fn is_head(&self) -> bool {
        self.trainer.ranks.as_ref().is_none_or(Ranks::is_head)
    }

    /// The checkpoint of rank 0, on all of them.
    pub(super) fn share(&self, from: Option<Checkpoint>) -> Result<Option<Checkpoint>, TrainError> {
        let Some(ranks) = &self.trainer.ranks else { return Ok(from) };
        let said = match &from {
            Some(checkpoint) if ranks.is_head() => checkpoint.to_bytes()?,
            _ => Vec::new(),
        };
        let heard = ranks.hear_bytes(said)?;
        match (ranks.is_head(), heard.is_empty()) {
            (true, _) => Ok(from),
            (false, true) => Ok(None),
            (false, false) => {
                let what = || "a checkpoint that is not whole".to_owned();
                let garbled = || RanksError::Garbled { rank: 0, what: what() };
                Ok(Some(Checkpoint::from_bytes(&heard).ok_or_else(garbled)?))
            }
        }
    }

    /// Refuses ranks that are not alike, before their first step. All know the epochs so far.
    pub(super) fn meet(&mut self) -> Result<(), TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { return Ok(()) };
        let device: String = format!("{:?}", self.device);
        let identity = Identity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // Its number may be another one.
            device: device.chars().filter(|c| !c.is_ascii_digit()).collect(),
            settings: self.state.settings.clone(),
            step: self.state.step,
            weights_blake3: self.fingerprint(),
        };
        let all = ranks.gather(&identity)?;
        for (rank, other) in all.iter().enumerate().skip(1) {
            if let Some(difference) = difference(&all[0], other) {
                return Err(RanksError::Unlike { rank, difference }.into());
            }
        }
        let epochs = ranks.hear(&self.history.epochs)?;
        if !ranks.is_head() {
            self.history.epochs = epochs;
        }
        Ok(())
    }

    fn fingerprint(&self) -> String {
        Weights::of(&self.model().valid()).blake3()
    }

    /// What all ranks make of wishes to stop behind a step: an interrupt of any of them, else what the first of them wants.
    pub(super) fn agree(&mut self, stop: Option<Stop>) -> Result<Option<Stop>, TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { return Ok(stop) };
        match ranks.gather(&stop) {
            Ok(all) => Ok(agreed(all)),
            Err(error) => self.lose(error.into()).map(Some),
        }
    }

    /// As [`Run::agree`] behind an epoch. Refuses ranks whose weights are no longer the same.
    pub(super) fn agree_on_weights(&mut self, stop: Option<Stop>) -> Result<Option<Stop>, TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { return Ok(stop) };
        let all = match ranks.gather(&Standing { stop, weights_blake3: self.fingerprint() }) {
            Ok(all) => all,
            Err(error) => return self.lose(error.into()).map(Some),
        };
        for (rank, other) in all.iter().enumerate().skip(1) {
            if other.weights_blake3 != all[0].weights_blake3 {
                let difference = format!(
                    "its weights are others after step {}; do all ranks have the same kind of processor?",
                    self.state.step
                );
                return Err(RanksError::Unlike { rank, difference }.into());
            }
        }
        Ok(agreed(all.into_iter().map(|one| one.stop).collect()))
    }

    /// What rank 0 found in the validation, on all of them.
    pub(super) fn heard(
        &mut self,
        found: ControlFlow<Stop, Option<Metrics>>,
    ) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { return Ok(found) };
        let said = match &found {
            ControlFlow::Continue(metrics) => Ok(metrics.clone()),
            ControlFlow::Break(stop) => Err(stop.clone()),
        };
        match ranks.hear(&said) {
            Ok(_) if ranks.is_head() => Ok(found),
            Ok(Ok(metrics)) => Ok(ControlFlow::Continue(metrics)),
            Ok(Err(stop)) => Ok(ControlFlow::Break(stop)),
            Err(error) => self.lose(error.into()).map(ControlFlow::Break),
        }
    }

    /// What to do about an error: where a rank is lost, this one stops and stays as it stands behind the last whole step.
    pub(super) fn lose(&mut self, error: TrainError) -> Result<Stop, TrainError> {
        match error {
            TrainError::Ranks(error) if error.is_loss() => {
                self.lost = Some(error);
                // What the next step would have thawed is not saved as thawed.
                let (epoch, step) = self.state.last_step();
                self.thaw(epoch, step);
                Ok(Stop::Interrupted)
            }
            error => Err(error),
        }
    }

    /// The sum over the shards of all ranks, of which this one has these `nodes`. Adds the losses of all shards to those of the epoch.
    pub(super) fn sum(
        &mut self,
        nodes: Vec<(Node, Leaf)>,
        seen: Vec<Seen>,
        leaves: usize,
    ) -> Result<Leaf, TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { unreachable!("called where there are ranks") };
        let (mut weights, mut running) = (params::list(self.model()), Vec::new());
        running.extend(
            weights.extract_if(.., |info| info.kind == ParamKind::Running).map(|info| size(&info.dims)),
        );
        weights.retain(|info| info.trainable);
        let present = nodes.first().map(|(_, leaf)| leaf.present(&weights)).unwrap_or_default();
        let told = Told::new(present, &nodes, seen)?;
        let told = serde_json::to_vec(&told).map_err(|error| garbled(ranks.rank(), &error))?;
        let numbers = |(node, leaf): (Node, Leaf)| Ok((node, leaf.numbers(&weights)?));
        let nodes = nodes.into_iter().map(numbers).collect::<Result<Vec<_>, ShardError>>()?;
        let summed = ranks.sum(&told, &nodes, leaves)?;

        let heard = summed.said.iter().enumerate();
        let heard =
            heard.map(|(rank, told)| serde_json::from_slice(told).map_err(|error| garbled(rank, &error)));
        let heard = heard.collect::<Result<Vec<Told>, RanksError>>()?;
        let mut presents = heard.iter().map(|told| &told.present).filter(|present| !present.is_empty());
        let present = presents.next().cloned().unwrap_or_default();
        for other in presents {
            let uneven = weights.iter().zip(present.iter().zip(other)).find(|(_, (a, b))| a != b);
            if let Some((info, _)) = uneven {
                return Err(ShardError::Uneven { path: info.path.clone() }.into());
            }
        }
        let with = weights.iter().zip(&present).filter(|(_, present)| **present);
        let with: Vec<_> = with.map(|(info, _)| (info.id, size(&info.dims))).collect();
        let device = self.device.clone().inner();
        let counts = heard.iter().flat_map(|told| told.counts(&device));
        let count = complete(counts, leaves, |(a, items), (b, more)| (a.add(b), items + more));
        let leaf = count.and_then(|count| Leaf::of_numbers(&summed.values, &with, &running, count, &device));
        let what = || "sums that do not fit the model".to_owned();
        let leaf = leaf.ok_or_else(|| RanksError::Garbled { rank: ranks.rank(), what: what() })?;
        let at = [self.state.epoch + 1, self.state.step + 1];
        for shard in heard.into_iter().flat_map(|told| told.shards) {
            let items = shard.items;
            self.parts[0].losses.known(shard.mean(), items, shard.weight(), at)?;
            self.observed.known(shard.metrics(), items);
        }
        Ok(leaf)
    }
}

fn size(dims: &[usize]) -> usize {
    dims.iter().product()
}

fn garbled(rank: usize, error: &serde_json::Error) -> RanksError {
    RanksError::Garbled { rank, what: error.to_string() }
}

/// An interrupt of any, else what the first wants that wants anything.
fn agreed(all: Vec<Option<Stop>>) -> Option<Stop> {
    let wishes: Vec<Stop> = all.into_iter().flatten().collect();
    let interrupt = wishes.iter().find(|stop| **stop == Stop::Interrupted);
    interrupt.or(wishes.first()).cloned()
}

/// What of a rank is not as of the first one, in words.
fn difference(first: &Identity, other: &Identity) -> Option<String> {
    if first.version != other.version {
        return Some(format!("it is kiln {}, and rank 0 is kiln {}", other.version, first.version));
    }
    if first.device != other.device {
        return Some(format!("it computes on {}, and rank 0 on {}", other.device, first.device));
    }
    let changes = differences(&first.settings, &other.settings);
    if !changes.is_empty() {
        let told = changes
            .iter()
            .map(|change| format!("{} is {} on rank 0 and {} there", change.name, change.was, change.is));
        return Some(told.collect::<Vec<_>>().join("; "));
    }
    if first.step != other.step {
        return Some(format!("it stands behind step {}, and rank 0 behind step {}", other.step, first.step));
    }
    (first.weights_blake3 != other.weights_blake3).then(|| "it has other weights".to_owned())
}
