//! Compression of gradients: of each shard the largest numbers are added up, and what is left waits for the next step.

use std::collections::BTreeMap;
use std::ops::Range as Places;

use burn::tensor::{Tensor, TensorData};
use kiln_core::check::NumberError;
use kiln_core::{ParamInfo, Range, Weights};
use kiln_ranks::Sparse;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// `train.compression`: of the gradient of each shard the largest numbers alone are added up, and what is left is added to that of the next step: top-k with error
/// feedback (Stich, Cordonnier and Jaggi, Sparsified SGD with memory, 2018; Karimireddy and others, Error feedback fixes SignSGD, 2019).
///
/// With g the part of a shard in the mean gradient, e what is left of it, and C what keeps the k largest numbers of the whole vector: p = g + e, e ← p − C(p), and the step is
/// made with the sum of C(p) over all shards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { top_k: 0.001 })]
pub struct CompressionConfig {
    /// k as a share of all numbers, `(0, 1]`; at least one number. Default 0.01.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub top_k: f64,
}

impl Default for CompressionConfig {
    fn default() -> Self {
        Self { top_k: 0.01 }
    }
}

impl CompressionConfig {
    pub(crate) fn check(&self) -> Result<(), NumberError> {
        Range::POSITIVE.check("train.compression.top_k", self.top_k)?;
        Range::UNIT.check("train.compression.top_k", self.top_k).map(|_| ())
    }
}

/// What the names of left numbers begin with in a checkpoint.
const PREFIX: &str = "left/";

/// What is left of the gradients of this rank's shards.
#[derive(Debug, Default)]
pub(crate) struct Compressor {
    /// The paths and lengths of the parameters, in their order.
    layout: Vec<(String, usize)>,
    left: BTreeMap<usize, Vec<f32>>,
}

impl Compressor {
    /// Says which parameters are trained now. What is left of one that no longer is gets lost with it.
    pub(crate) fn fit(&mut self, params: &[ParamInfo]) {
        let layout: Vec<(String, usize)> =
            params.iter().map(|info| (info.path.clone(), info.dims.iter().product())).collect();
        if layout != self.layout {
            let kept = self.weights();
            self.layout = layout;
            let shards: Vec<usize> = self.left.keys().copied().collect();
            self.left.clear();
            self.take(&kept, &shards);
        }
    }

    /// All numbers of a gradient.
    pub(crate) fn length(&self) -> usize {
        self.layout.iter().map(|(_, length)| length).sum()
    }

    /// What of the `vector` of a shard is sent.
    pub(crate) fn compress(
        &mut self,
        config: &CompressionConfig,
        shard: usize,
        mut vector: Vec<f32>,
    ) -> Sparse {
        let count = (config.top_k * vector.len() as f64).ceil() as usize;
        if let Some(left) = self.left.remove(&shard) {
            vector.iter_mut().zip(&left).for_each(|(value, left)| *value += left);
        }
        let sent = Sparse::take_largest(&mut vector, count);
        self.left.insert(shard, vector);
        sent
    }

    /// What is left, as tensors: `left/SHARD/PATH`.
    pub(crate) fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        for (shard, left) in &self.left {
            for (path, places) in self.places() {
                if let Some(values) = left.get(places) {
                    let data = TensorData::new(values.to_vec(), [values.len()]);
                    weights.insert(format!("{PREFIX}{shard}/{path}"), data);
                }
            }
        }
        weights
    }

    /// Takes up what [`Compressor::weights`] gave, for these shards.
    pub(crate) fn take(&mut self, weights: &Weights, shards: &[usize]) {
        for shard in shards {
            let (mut left, mut known) = (vec![0.0; self.length()], false);
            for (path, places) in self.places() {
                let Some(data) = weights.get(&format!("{PREFIX}{shard}/{path}")) else { continue };
                known = true;
                left[places].iter_mut().zip(data.iter::<f32>()).for_each(|(left, value)| *left = value);
            }
            if known {
                self.left.insert(*shard, left);
            }
        }
    }

    fn places(&self) -> Vec<(&str, Places<usize>)> {
        let mut from = 0;
        let place = |(_, length): &(String, usize)| {
            let places = from..from + length;
            from = places.end;
            places
        };
        let places: Vec<Places<usize>> = self.layout.iter().map(place).collect();
        self.layout.iter().map(|(path, _)| path.as_str()).zip(places).collect()
    }
}

/// Takes what a [`Compressor`] keeps out of what optimisers keep: the rest, and what it keeps.
pub(crate) fn split(all: &Weights) -> (Weights, Weights) {
    let (mut rest, mut left) = (Weights::default(), Weights::default());
    for (name, data) in all.iter() {
        let part = if name.starts_with(PREFIX) { &mut left } else { &mut rest };
        part.insert(name, data.clone());
    }
    (rest, left)
}

/// A part of a vector, as a tensor.
pub(crate) fn tensor(values: &[f32], device: &burn::tensor::Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}
