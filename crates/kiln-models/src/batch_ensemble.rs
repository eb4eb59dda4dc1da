//! Layers of many heads (Wen, Tran and Ba: BatchEnsemble, 2020). Heads come first: `[heads, N, features]`.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Act, linear};

use crate::init::Init;

/// What the scales of the inputs are at the start. With columns, features of one column have one scale in a head.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scaling<'a> {
    Ones,
    /// 1 or -1.
    Signs(&'a [u64]),
    /// Normal.
    Normal(&'a [u64]),
}

impl Scaling<'_> {
    fn at(self, head: u64, feature: u64, seed: Seed) -> f64 {
        match self {
            Self::Ones => 1.0,
            Self::Signs(columns) => {
                let seed = seed.at(head);
                if seed.uniform(columns[feature as usize]) < 0.5 { -1.0 } else { 1.0 }
            }
            Self::Normal(columns) => seed.at(head).normal(columns[feature as usize]),
        }
    }
}

/// `s ∘ ((r ∘ x) W) + b`: the heads share W. The package tabm's `LinearBatchEnsemble`.
#[derive(Module, Debug)]
pub(crate) struct BatchEnsemble {
    /// `[inputs, outputs]`.
    weight: Param<Tensor<2>>,
    /// `[heads, inputs]`.
    scale_in: Param<Tensor<2>>,
    /// `[heads, outputs]`.
    scale_out: Param<Tensor<2>>,
    /// `[heads, outputs]`.
    bias: Param<Tensor<2>>,
}

impl BatchEnsemble {
    /// The biases of all heads are the same at first.
    pub(crate) fn new(
        init: &mut Init<'_>,
        [inputs, outputs]: [usize; 2],
        heads: usize,
        scaling: Scaling<'_>,
    ) -> Self {
        let seed = init.next_layer();
        let bound = 1.0 / (inputs as f64).sqrt();
        let (bias, scale) = (seed.at(1), seed.at(2));
        let place = |i: u64, width: usize| (i / width as u64, i % width as u64);
        Self {
            weight: init.uniform([inputs, outputs], inputs, seed.at(0)),
            scale_in: init.drawn([heads, inputs], |i| {
                let (head, feature) = place(i, inputs);
                scaling.at(head, feature, scale)
            }),
            scale_out: init.drawn([heads, outputs], |_| 1.0),
            bias: init.drawn([heads, outputs], |i| (2.0 * bias.uniform(place(i, outputs).1) - 1.0) * bound),
        }
    }

    /// Of what [`BatchEnsemble::forward`] makes of `x`.
    pub(crate) fn dims(&self, x: &Tensor<3>) -> [usize; 3] {
        let [heads, outputs] = self.bias.dims();
        [heads, x.dims()[1], outputs]
    }

    /// `[heads, N, inputs]`, or `[1, N, inputs]` where all heads get the same, to `[heads, N, outputs]`.
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let dims = self.dims(&x);
        let scaled = x.mul(self.scale_in.val().unsqueeze_dim(1)).flatten(0, 1);
        let y = linear(scaled, self.weight.val(), None, Act::None).reshape(dims);
        y.mul(self.scale_out.val().unsqueeze_dim(1)).add(self.bias.val().unsqueeze_dim(1))
    }
}

/// `x W + b` of every head on its own: the package tabm's `LinearEnsemble`.
#[derive(Module, Debug)]
pub(crate) struct Heads {
    /// `[heads, inputs, outputs]`.
    weight: Param<Tensor<3>>,
    /// `[heads, outputs]`.
    bias: Param<Tensor<2>>,
}

impl Heads {
    pub(crate) fn new(init: &mut Init<'_>, [inputs, outputs]: [usize; 2], heads: usize) -> Self {
        let seed = init.next_layer();
        Self {
            weight: init.uniform([heads, inputs, outputs], inputs, seed.at(0)),
            bias: init.uniform([heads, outputs], inputs, seed.at(1)),
        }
    }

    /// `[heads, N, inputs]` to `[heads, N, outputs]`.
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.matmul(self.weight.val()).add(self.bias.val().unsqueeze_dim(1))
    }
}
