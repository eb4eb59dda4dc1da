//! A dense layer: linear, norm, activation, dropout.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Act, linear, linear_relu_dropout};

use crate::dropout::{DenseDropout, DenseDropoutStyle};
use crate::first_values::fitted;
use crate::init::Init;
use crate::norm::Normalization;
use crate::observe::Observer;
use crate::parametrization::{Parametrization, scaled, times};
use crate::{Activation, Norm, Operation};

#[derive(Module, Debug)]
pub(crate) struct Dense {
    linear: Linear,
    norm: Option<Normalization>,
    #[module(skip)]
    activation: Activation,
    /// How much of the activation of each unit counts.
    alpha: Option<Param<Tensor<1>>>,
    /// What the weight is multiplied by.
    #[module(skip)]
    gain: f64,
    dropout: DenseDropout,
}

/// What all dense layers of a model have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenseStyle {
    pub(crate) norm: Norm,
    pub(crate) activation: Activation,
    pub(crate) dropout: DenseDropoutStyle,
    pub(crate) parametrization: Parametrization,
    /// Whether each unit learns how much of its activation counts.
    pub(crate) alpha: bool,
}

/// `x · weight + bias`.
pub(crate) fn affine(layer: &Linear, x: Tensor<2>) -> Tensor<2> {
    linear(x, layer.weight.val(), layer.bias.as_ref().map(|bias| bias.val()), Act::None)
}

/// What the linear layer at `path` does.
pub(crate) fn linear_operation(path: &str, layer: &Linear) -> Operation {
    Operation::Linear { layer: path.to_owned(), bias: layer.bias.is_some() }
}

/// The operation of a layer whose weight is multiplied by `gain`.
pub(crate) fn scaled_operation(path: &str, layer: &Linear, gain: f64) -> Operation {
    if gain == 1.0 {
        return linear_operation(path, layer);
    }
    Operation::ScaledLinear { layer: path.to_owned(), bias: layer.bias.is_some(), gain }
}

impl Dense {
    pub(crate) fn new(init: &mut Init<'_>, inputs: usize, outputs: usize, style: DenseStyle) -> Self {
        Self {
            linear: style.parametrization.linear(init, inputs, outputs, style.norm.keeps_bias()),
            norm: style.norm.init(outputs, init.device()),
            activation: style.activation,
            alpha: style.alpha.then(|| init.ones(outputs)),
            gain: style.parametrization.gain(inputs),
            dropout: style.dropout.init(),
        }
    }

    /// Layers of the given widths, one after another, and the width of the last (`inputs` without layers).
    pub(crate) fn stack(
        init: &mut Init<'_>,
        mut inputs: usize,
        widths: &[usize],
        style: DenseStyle,
    ) -> (Vec<Self>, usize) {
        let mut layers = Vec::with_capacity(widths.len());
        for &width in widths {
            layers.push(Self::new(init, inputs, width, style));
            inputs = width;
        }
        (layers, inputs)
    }

    /// Layers with [first values](crate::FirstValues::Data) for these inputs, of which the first draws from `seed.at(0)`, and what the last gives.
    pub(crate) fn fitted(layers: Vec<Self>, mut x: Tensor<2>, seed: Seed) -> (Vec<Self>, Tensor<2>) {
        let fit = |(l, layer): (usize, Self)| {
            let linear = fitted(layer.linear.clone(), layer.gain, x.clone(), seed.at(l as u64));
            let layer = Self { linear, ..layer };
            x = layer.features(x.clone());
            layer
        };
        let layers = layers.into_iter().enumerate().map(fit).collect();
        (layers, x)
    }

    /// Gives each dropout a share of its probability, and says whether any had one.
    pub(crate) fn scale_dropout(layers: &mut [Self], share: f64) -> bool {
        layers.iter_mut().fold(false, |any, layer| layer.dropout.scale(share) | any)
    }

    /// What `layers` do, one after another.
    pub(crate) fn operations(layers: &[Self]) -> Vec<Operation> {
        let of = |(l, layer): (usize, &Self)| {
            let norm = layer.norm.as_ref().map(|norm| norm.operation(format!("layers.{l}.norm")));
            let path = format!("layers.{l}");
            let linear = scaled_operation(&format!("{path}.linear"), &layer.linear, layer.gain);
            let activation = match layer.alpha {
                None => Operation::activation(layer.activation),
                Some(_) => {
                    Some(Operation::Blended { tensor: format!("{path}.alpha"), activation: layer.activation })
                }
            };
            let rest = [norm, activation];
            [linear].into_iter().chain(rest.into_iter().flatten())
        };
        layers.iter().enumerate().flat_map(of).collect()
    }

    /// `layers` one after another, the first of which draws from `seed(0)`.
    pub(crate) fn forward_stack(
        layers: &[Self],
        mut x: Tensor<2>,
        seed: impl Fn(usize) -> Option<Seed>,
        observer: &mut Observer<'_>,
    ) -> Tensor<2> {
        for (l, layer) in layers.iter().enumerate() {
            let mask = seed(l).filter(|_| !observer.is_somebody()).and_then(|seed| layer.fused(seed));
            if let Some((probability, seed)) = mask {
                let (weight, bias) = layer.weights();
                x = linear_relu_dropout(x, weight, bias, probability, seed);
                continue;
            }
            x = observer.see(|| format!("layers.{l}"), layer.features(x));
            x = layer.dropout.forward(x, seed(l));
        }
        x
    }

    fn weights(&self) -> (Tensor<2>, Option<Tensor<1>>) {
        let weight = scaled(self.linear.weight.val(), self.gain);
        (weight, self.linear.bias.as_ref().map(|bias| bias.val()))
    }

    /// Probability and seed of the dropout, where all the layer does is one operation.
    fn fused(&self, seed: Seed) -> Option<(f64, Seed)> {
        let is_relu = self.activation == Activation::Relu && self.alpha.is_none();
        self.dropout.of_elements().filter(|_| is_relu && self.norm.is_none()).map(|p| (p, seed))
    }

    /// All but the dropout.
    fn features(&self, x: Tensor<2>) -> Tensor<2> {
        let (weight, bias) = self.weights();
        if let Some(alpha) = &self.alpha {
            let x = linear(x, weight, bias, Act::None);
            let x = match &self.norm {
                None => x,
                Some(norm) => norm.forward(x, Act::None),
            };
            let curved = self.activation.forward(x.clone());
            return x.clone() + times(curved - x, alpha);
        }
        // What follows the matrix product is part of one operation as far as there is one.
        let (act, rest) = self.activation.split();
        let x = match &self.norm {
            None => linear(x, weight, bias, act),
            Some(norm) => norm.forward(linear(x, weight, bias, Act::None), act),
        };
        rest.forward(x)
    }
}
