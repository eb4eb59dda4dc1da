//! A scale and a shift for each channel: batch norm in evaluation, alone or in the weights of the layer before it.

use kiln_kernels::cpu::{Scratch, Vectorize, vectorized};

use super::shape::wrong;
use super::step::{Step, copy};
use crate::error::InferError;
use crate::file::Tensors;

/// `γ / √(variance + ε)` and `β − mean · that`, for each channel.
pub(super) fn constants(
    tensors: &Tensors,
    layer: &str,
    epsilon: f64,
    channels: usize,
) -> Result<Vec<[f64; 2]>, InferError> {
    let get = |name| tensors.of(layer, name, [channels]);
    let (gamma, beta) = (get("gamma")?, get("beta")?);
    let (mean, variance) = (get("running_mean")?, get("running_var")?);
    let of = |channel: usize| {
        let [gamma, beta, mean, variance] = [gamma, beta, mean, variance].map(|x| f64::from(x[channel]));
        let scale = gamma / (variance + epsilon).sqrt();
        [scale, beta - mean * scale]
    };
    let constants: Vec<[f64; 2]> = (0..channels).map(of).collect();
    if constants.iter().flatten().all(|x| x.is_finite()) {
        return Ok(constants);
    }
    Err(wrong(layer, "a variance is not positive".to_owned()))
}

/// Weights that a batch norm may be taken into.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Option<Vec<f32>>,
    outputs: usize,
    /// Whether the outputs are what changes slowest in the weight, as in a convolution.
    is_conv: bool,
}

impl Folded {
    /// Those of a linear layer.
    pub(super) fn linear(
        tensors: &Tensors,
        layer: &str,
        inputs: usize,
        bias: bool,
    ) -> Result<Self, InferError> {
        let ([_, outputs], _) = tensors.get::<2>(layer, "weight")?;
        let weight = tensors.of(layer, "weight", [inputs, outputs])?.to_vec();
        Ok(Self { weight, bias: own_bias(tensors, layer, outputs, bias)?, outputs, is_conv: false })
    }

    /// Those of a convolution over images of these sizes, and the side of its filters.
    pub(super) fn conv(
        tensors: &Tensors,
        layer: &str,
        [channels, ..]: [usize; 3],
        groups: usize,
        bias: bool,
    ) -> Result<(Self, usize), InferError> {
        let ([outputs, _, kernel, _], _) = tensors.get::<4>(layer, "weight")?;
        let divides = groups > 0 && channels.is_multiple_of(groups) && outputs.is_multiple_of(groups);
        if !divides || outputs == 0 || kernel == 0 {
            return Err(wrong(
                layer,
                format!("{groups} groups do not divide {channels} and {outputs} channels"),
            ));
        }
        let weight = tensors.of(layer, "weight", [outputs, channels / groups, kernel, kernel])?.to_vec();
        let bias = own_bias(tensors, layer, outputs, bias)?;
        Ok((Self { weight, bias, outputs, is_conv: true }, kernel))
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Takes a batch norm behind the layer into it.
    pub(super) fn norm(&mut self, tensors: &Tensors, layer: &str, epsilon: f64) -> Result<(), InferError> {
        let constants = constants(tensors, layer, epsilon, self.outputs)?;
        let each = if self.is_conv { self.weight.len() / self.outputs.max(1) } else { 1 };
        let scales = constants.iter().flat_map(|[scale, _]| std::iter::repeat_n(*scale, each)).cycle();
        for (weight, scale) in self.weight.iter_mut().zip(scales) {
            *weight = (f64::from(*weight) * scale) as f32;
        }
        let bias = |at: usize| self.bias.as_ref().map_or(0.0, |bias| f64::from(bias[at]));
        let shifted = |(at, [scale, shift]): (usize, &[f64; 2])| (bias(at) * scale + shift) as f32;
        self.bias = Some(constants.iter().enumerate().map(shifted).collect());
        Ok(())
    }
}

fn own_bias(
    tensors: &Tensors,
    layer: &str,
    outputs: usize,
    bias: bool,
) -> Result<Option<Vec<f32>>, InferError> {
    bias.then(|| tensors.of(layer, "bias", [outputs]).map(<[f32]>::to_vec)).transpose()
}

/// A batch norm by itself, over rows or over images with their channels last.
#[derive(Debug)]
pub(super) struct Affine {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Affine {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        epsilon: f64,
        channels: usize,
    ) -> Result<Self, InferError> {
        let constants = constants(tensors, layer, epsilon, channels)?;
        let (scale, shift) = constants.iter().map(|[scale, shift]| (*scale as f32, *shift as f32)).unzip();
        Ok(Self { scale, shift })
    }
}

impl Step for Affine {
    fn run(&self, _: usize, x: &[f32]) -> Scratch {
        let mut y = copy(x);
        self.in_place(&mut y);
        y
    }

    fn in_place(&self, x: &mut [f32]) -> bool {
        vectorized(Pass { scale: &self.scale, shift: &self.shift, x });
        true
    }
}

/// `x · scale + shift` for rows as long as the scales.
pub(super) struct Pass<'a> {
    pub(super) scale: &'a [f32],
    pub(super) shift: &'a [f32],
    pub(super) x: &'a mut [f32],
}

impl Vectorize for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for row in self.x.chunks_exact_mut(self.scale.len().max(1)) {
            for ((x, scale), shift) in row.iter_mut().zip(self.scale).zip(self.shift) {
                *x = *x * scale + shift;
            }
        }
    }
}
