//! What is known of the shards of a step beside their gradients, and how ranks tell each other of it.

use burn::tensor::{Device, Tensor};
use kiln_core::{Direction, Metric};
use kiln_ranks::Node;
use serde::{Deserialize, Serialize};

use super::Leaf;
use crate::accumulate::Count;
use crate::losses::read_all;
use crate::observed::KnownMetric;
use crate::{BatchMetrics, TrainError};

/// What was seen of a shard of one batch.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The mean loss.
    pub(crate) mean: Tensor<1>,
    pub(crate) items: usize,
    /// What the items count together; `None`: their number.
    pub(crate) weight: Option<Tensor<1>>,
    /// What the task says besides.
    pub(crate) metrics: BatchMetrics,
}

/// What a rank tells of its shards.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Which parameters have a gradient; empty where it has no shard with items.
    pub(crate) present: Vec<bool>,
    counts: Vec<ToldCount>,
    pub(crate) shards: Vec<ToldShard>,
}

/// What the items below a node count.
#[derive(Debug, Serialize, Deserialize)]
struct ToldCount {
    node: Node,
    items: usize,
    /// The bits of an f32.
    weight: Option<u32>,
}

/// A shard of one batch, as it was seen. Numbers are the bits of f64: JSON has no word for all of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ToldShard {
    mean: u64,
    pub(crate) items: usize,
    weight: Option<u64>,
    metrics: Vec<ToldMetric>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldMetric {
    name: String,
    direction: Option<Direction>,
    sum: u64,
    weight: Option<u64>,
}

impl Told {
    pub(crate) fn new(
        present: Vec<bool>,
        nodes: &[(Node, Leaf)],
        shards: Vec<Seen>,
    ) -> Result<Self, TrainError> {
        let count = |(node, leaf): &(Node, Leaf)| -> Result<ToldCount, TrainError> {
            let weight = match &leaf.count {
                Count::Items(_) => None,
                Count::Weight(weight) => Some((number(weight)? as f32).to_bits()),
            };
            Ok(ToldCount { node: *node, items: leaf.items, weight })
        };
        let counts = nodes.iter().map(count).collect::<Result<Vec<_>, _>>()?;
        let shards = shards.into_iter().map(ToldShard::new).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { present, counts, shards })
    }

    /// The nodes of the rank, with what the items below each count, and their number.
    pub(crate) fn counts(&self, device: &Device) -> impl Iterator<Item = (Node, (Count, usize))> {
        self.counts.iter().map(|ToldCount { node, items, weight }| {
            let count = match weight {
                None => Count::Items(*items),
                Some(bits) => Count::Weight(Tensor::from_floats([f32::from_bits(*bits)], device)),
            };
            (*node, (count, *items))
        })
    }
}

impl ToldShard {
    fn new(seen: Seen) -> Result<Self, TrainError> {
        let metric = |KnownMetric { metric, sum, weight }: KnownMetric| ToldMetric {
            name: metric.name().to_owned(),
            direction: metric.own_direction(),
            sum: sum.to_bits(),
            weight: weight.map(f64::to_bits),
        };
        Ok(Self {
            mean: number(&seen.mean)?.to_bits(),
            items: seen.items,
            weight: seen.weight.as_ref().map(number).transpose()?.map(f64::to_bits),
            metrics: seen.metrics.read()?.into_iter().map(metric).collect(),
        })
    }

    /// Its mean loss.
    pub(crate) fn mean(&self) -> f64 {
        f64::from_bits(self.mean)
    }

    /// What its items count together; `None`: their number.
    pub(crate) fn weight(&self) -> Option<f64> {
        self.weight.map(f64::from_bits)
    }

    /// What the task said besides.
    pub(crate) fn metrics(self) -> Vec<KnownMetric> {
        let known = |ToldMetric { name, direction, sum, weight }| KnownMetric {
            metric: match direction {
                Some(direction) => Metric::with(name, direction),
                None => name.into(),
            },
            sum: f64::from_bits(sum),
            weight: weight.map(f64::from_bits),
        };
        self.metrics.into_iter().map(known).collect()
    }
}

/// The number in a tensor, `[1]`.
fn number(tensor: &Tensor<1>) -> Result<f64, TrainError> {
    let data = read_all(vec![tensor.clone().inner()])?;
    Ok(data.iter::<f64>().next().unwrap_or(f64::NAN))
}
