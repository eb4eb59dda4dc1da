//! Layers of several heads: `[heads, n, features]`.

use kiln_kernels::cpu::{Act, PackedLinear, Scratch, vectorized};

use super::affine::Pass;
use super::shape::{Shape, wrong};
use super::step::Step;
use crate::error::InferError;
use crate::file::Tensors;

/// `s ∘ ((r ∘ x) W) + b`: the heads share W.
#[derive(Debug)]
pub(super) struct Ensemble {
    layer: PackedLinear,
    heads: usize,
    /// Whether all heads get the same rows.
    is_first: bool,
    scale_in: Vec<f32>,
    /// Zeros, as long as `scale_in` of a head.
    no_shift: Vec<f32>,
    scale_out: Vec<f32>,
    bias: Vec<f32>,
}

impl Ensemble {
    pub(super) fn new(tensors: &Tensors, layer: &str, input: Shape) -> Result<Self, InferError> {
        let ([heads, _], _) = tensors.get::<2>(layer, "bias")?;
        let (inputs, is_first) = features(input, heads, layer)?;
        let ([_, outputs], _) = tensors.get::<2>(layer, "weight")?;
        let weight = tensors.of(layer, "weight", [inputs, outputs])?;
        let scale_in = tensors.of(layer, "scale_in", [heads, inputs])?.to_vec();
        let scale_out = tensors.of(layer, "scale_out", [heads, outputs])?.to_vec();
        let bias = tensors.of(layer, "bias", [heads, outputs])?.to_vec();
        let packed = PackedLinear::new([inputs, outputs], weight, None);
        let no_shift = vec![0.0; inputs];
        Ok(Self { layer: packed, heads, is_first, scale_in, no_shift, scale_out, bias })
    }

    /// What an item becomes.
    pub(super) fn result(&self) -> Shape {
        Shape::Heads { heads: self.heads, features: self.layer.outputs() }
    }
}

/// Features of a row, and whether it is the same for all heads.
fn features(input: Shape, heads: usize, layer: &str) -> Result<(usize, bool), InferError> {
    match input {
        Shape::Row(features) => Ok((features, true)),
        Shape::Heads { heads: found, features } if found == heads => Ok((features, false)),
        other => Err(wrong(layer, format!("it has {heads} heads and takes rows, not {}", other.words()))),
    }
}

impl Step for Ensemble {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let (inputs, outputs) = (self.layer.inputs(), self.layer.outputs());
        let mut scaled = Scratch::take(self.heads * n * inputs);
        for (head, to) in scaled.chunks_exact_mut((n * inputs).max(1)).enumerate() {
            let from = if self.is_first { 0 } else { head * n * inputs };
            to.copy_from_slice(&x[from..from + n * inputs]);
            let scale = &self.scale_in[head * inputs..][..inputs];
            vectorized(Pass { scale, shift: &self.no_shift, x: to });
        }
        let mut y = Scratch::take(self.heads * n * outputs);
        self.layer.apply(self.heads * n, &scaled, Act::None, &mut y);
        let scales = self.scale_out.chunks_exact(outputs).zip(self.bias.chunks_exact(outputs));
        for (x, (scale, shift)) in y.chunks_exact_mut((n * outputs).max(1)).zip(scales) {
            vectorized(Pass { scale, shift, x });
        }
        y
    }
}

/// `x W + b` of every head on its own.
#[derive(Debug)]
pub(super) struct Heads {
    layers: Vec<PackedLinear>,
    is_first: bool,
}

impl Heads {
    pub(super) fn new(tensors: &Tensors, layer: &str, input: Shape) -> Result<Self, InferError> {
        let ([heads, _, outputs], _) = tensors.get::<3>(layer, "weight")?;
        let (inputs, is_first) = features(input, heads, layer)?;
        let weight = tensors.of(layer, "weight", [heads, inputs, outputs])?;
        let bias = tensors.of(layer, "bias", [heads, outputs])?;
        if outputs == 0 {
            return Err(wrong(layer, "it has no outputs".to_owned()));
        }
        let parts = weight.chunks_exact((inputs * outputs).max(1)).zip(bias.chunks_exact(outputs));
        let layers = parts.map(|(w, bias)| PackedLinear::new([inputs, outputs], w, Some(bias))).collect();
        Ok(Self { layers, is_first })
    }

    /// What an item becomes.
    pub(super) fn result(&self) -> Shape {
        let features = self.layers.first().map_or(0, PackedLinear::outputs);
        Shape::Heads { heads: self.layers.len(), features }
    }
}

impl Step for Heads {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let [inputs, outputs] = self.layers.first().map_or([0, 0], |layer| [layer.inputs(), layer.outputs()]);
        let mut y = Scratch::take(self.layers.len() * n * outputs);
        for ((head, layer), y) in self.layers.iter().enumerate().zip(y.chunks_exact_mut((n * outputs).max(1)))
        {
            let from = if self.is_first { 0 } else { head * n * inputs };
            layer.apply(n, &x[from..from + n * inputs], Act::None, y);
        }
        y
    }
}
