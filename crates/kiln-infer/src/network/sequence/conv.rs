//! Filters over steps and over tokens.

use kiln_kernels::cpu::{Act, ConvShape, Order, conv2d};

use super::grid::{Grid, Part};
use crate::error::InferError;
use crate::file::Tensors;
use crate::network::shape::wrong;

/// Filters over steps, `[inputs, steps]` to `[outputs, steps]`.
#[derive(Debug)]
pub(super) struct Conv {
    weight: Vec<f32>,
    bias: Option<Vec<f32>>,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    dilation: usize,
    causal: bool,
}

/// How far what a filter sees may be apart.
const FAR: usize = 1 << 30;

impl Conv {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        inputs: usize,
        bias: bool,
        (dilation, causal): (usize, bool),
    ) -> Result<Self, InferError> {
        let ([outputs, _, kernel], _) = tensors.get::<3>(layer, "weight")?;
        let weight = tensors.of(layer, "weight", [outputs, inputs, kernel])?.to_vec();
        let bias = bias.then(|| tensors.of(layer, "bias", [outputs])).transpose()?.map(<[f32]>::to_vec);
        let is_middle = kernel % 2 == 1 && dilation == 1;
        if outputs == 0 || kernel == 0 || !(1..=FAR).contains(&dilation) || !(causal || is_middle) {
            return Err(wrong(layer, format!("filters of {kernel} steps, {dilation} apart, are none")));
        }
        Ok(Self { weight, bias, inputs, outputs, kernel, dilation, causal })
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `weight`, whose last `seen` steps alone are looked at.
    fn last(&self, seen: usize) -> Vec<f32> {
        self.weight.chunks_exact(self.kernel).flat_map(|own| own[self.kernel - seen..].to_vec()).collect()
    }
}

impl Part for Conv {
    fn run(&self, x: Grid) -> Grid {
        let steps = x.columns;
        // What sees nothing but what is before the first step is left out.
        let seen = self.kernel.min((steps - 1) / self.dilation + 1);
        let (weight, kernel) = match self.causal && seen < self.kernel {
            true => (self.last(seen), seen),
            false => (self.weight.clone(), self.kernel),
        };
        let far = (kernel - 1) * self.dilation;
        let padding = if self.causal { far } else { far / 2 };
        let shape = ConvShape {
            n: 1,
            c: self.inputs,
            h: 1,
            w: steps,
            k: self.outputs,
            r: 1,
            s: kernel,
            stride: [1; 2],
            padding: [0, padding],
            dilation: [1, self.dilation],
            groups: 1,
        };
        let wide = steps + 2 * padding - far;
        let mut y = vec![0.0; self.outputs * wide];
        let bias = self.bias.as_deref();
        conv2d(&shape, &x.numbers, Order::Nchw, &weight, bias, Act::None, &mut y, Order::Nchw);
        if wide > steps {
            y = y.chunks_exact(wide).flat_map(|row| row[..steps].to_vec()).collect();
        }
        x.with(steps, y)
    }
}

/// The largest answer of filters over tokens.
#[derive(Debug)]
pub(super) struct Phrases {
    width: usize,
    layers: Vec<Conv>,
}

impl Phrases {
    pub(super) fn new(tensors: &Tensors, layers: &[String], width: usize) -> Result<Self, InferError> {
        let conv = |layer: &String| Conv::new(tensors, layer, width, true, (1, true));
        let layers = layers.iter().map(conv).collect::<Result<Vec<_>, _>>()?;
        if layers.is_empty() {
            return Err(wrong("filters over tokens", "there are none".to_owned()));
        }
        Ok(Self { width, layers })
    }

    pub(super) fn outputs(&self) -> usize {
        self.layers.iter().map(Conv::outputs).sum()
    }
}

impl Part for Phrases {
    fn run(&self, x: Grid) -> Grid {
        let mut answers = Vec::with_capacity(self.outputs());
        for layer in &self.layers {
            // No fewer tokens than a filter sees.
            let mut numbers = if x.is_empty { vec![0.0; self.width] } else { x.numbers.clone() };
            let least = layer.kernel * self.width;
            if numbers.len() < least {
                numbers.resize(least, 0.0);
            }
            let found = layer.run(x.with(self.width, numbers).turned());
            // Those that end at a token, behind a filter's length: causal answers stand at the last token that they see.
            let largest = |row: &[f32]| row[layer.kernel - 1..].iter().fold(0.0f32, |most, x| most.max(*x));
            answers.extend(found.numbers.chunks_exact(found.columns).map(largest));
        }
        Grid::row(answers)
    }
}
