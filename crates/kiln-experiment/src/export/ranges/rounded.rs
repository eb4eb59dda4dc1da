//! A network whose numbers are rounded as those of a file in eight bits.

use burn::tensor::{Device, Tensor};
use kiln_core::Weights;
use kiln_data::Inputs;
use kiln_models::Operation;

use super::Walk;
use super::signal::Signal;
use crate::export::steps::Layers;

/// The network of a file in eight bits: the same whole numbers, computed in floating point (fake quantisation).
#[derive(Debug)]
pub(in crate::export) struct Rounded {
    operations: Vec<Operation>,
    weights: Weights,
    layers: Layers,
    device: Device,
}

impl Rounded {
    /// With the weights that the whole numbers stand for.
    pub(in crate::export) fn new(
        operations: Vec<Operation>,
        mut weights: Weights,
        layers: Layers,
        device: Device,
    ) -> Self {
        for (path, data) in &layers.constants {
            weights.insert(path.clone(), data.clone());
        }
        Self { operations, weights, layers, device }
    }

    /// Raw outputs, `[N, outputs]`. `None` for a network that is not followed, or other inputs than its own.
    pub(in crate::export) fn forward(&self, inputs: Inputs) -> Option<Tensor<2>> {
        let mut x = match inputs {
            Inputs::Images(images) => Signal::Map(images),
            other => Signal::Row(other.flat()),
        };
        if let Some(steps) = self.layers.input {
            x = x.rounded(steps);
        }
        let (weights, device) = (&self.weights, &self.device);
        let mut walk = Walk { weights, device, rounds: Some(&self.layers), outputs: Vec::new() };
        match walk.all(&self.operations, Some(x))? {
            Signal::Row(y) => Some(y),
            Signal::Map(_) => None,
        }
    }
}
