//! Squeeze and excitation.

use kiln_kernels::cpu::{Act, Order, PackedLinear, Scratch, global_mean_pool, scale, scale_in_place};

use super::activation::apply;
use super::step::Step;
use crate::error::InferError;
use crate::file::Tensors;
use crate::plan::Activation;

/// `x · gate(W₂ a(W₁ m + b₁) + b₂)`, where m is the mean of each channel.
#[derive(Debug)]
pub(super) struct Excite {
    channels: usize,
    pixels: usize,
    order: Order,
    layers: [(PackedLinear, Activation); 2],
}

impl Excite {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        [channels, h, w]: [usize; 3],
        order: Order,
        [activation, gate]: [Activation; 2],
    ) -> Result<Self, InferError> {
        let squeezed = tensors.get::<4>(&format!("{layer}.fc1"), "weight")?.0[0];
        let packed = |name: &str, [inputs, outputs]: [usize; 2]| {
            let layer = format!("{layer}.{name}");
            let weight = tensors.of(&layer, "weight", [outputs, inputs, 1, 1])?;
            let turned: Vec<f32> =
                (0..inputs * outputs).map(|at| weight[at % outputs * inputs + at / outputs]).collect();
            let bias = tensors.of(&layer, "bias", [outputs])?;
            Ok::<_, InferError>(PackedLinear::new([inputs, outputs], &turned, Some(bias)))
        };
        let (fc1, fc2) = (packed("fc1", [channels, squeezed])?, packed("fc2", [squeezed, channels])?);
        Ok(Self { channels, pixels: h * w, order, layers: [(fc1, activation), (fc2, gate)] })
    }
}

impl Excite {
    /// One gate for each channel of each image.
    fn gates(&self, n: usize, x: &[f32]) -> Scratch {
        let mut gates = Scratch::take(n * self.channels);
        global_mean_pool([n, self.channels, self.pixels], x, self.order, &mut gates);
        for (layer, activation) in &self.layers {
            let mut y = Scratch::take(n * layer.outputs());
            layer.apply(n, &gates, Act::None, &mut y);
            gates = apply(*activation, &y);
        }
        gates
    }
}

impl Step for Excite {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut y = Scratch::take(x.len());
        scale([n, self.channels, self.pixels], x, &self.gates(n, x), self.order, &mut y);
        y
    }

    fn in_place(&self, x: &mut [f32]) -> bool {
        let n = x.len() / (self.channels * self.pixels).max(1);
        let gates = self.gates(n, x);
        scale_in_place([n, self.channels, self.pixels], &gates, self.order, x);
        true
    }
}
