//! Integrated gradients.

use burn::tensor::Tensor;

use crate::gradient::{gradient, picked};
use crate::legendre::nodes;

/// Integrated gradients (Sundararajan, Taly and Yan: Axiomatic attribution for deep networks, 2017): (input − baseline) times the mean
/// gradient on the straight line between them. Attributions sum to the difference of the outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntegratedGradients {
    /// Places on the line, by Gauss and Legendre's rule, at least 1. Default 50, as in captum.
    pub steps: usize,
}

impl Default for IntegratedGradients {
    fn default() -> Self {
        Self { steps: 50 }
    }
}

/// What integrated gradients found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Integrated<const D: usize> {
    /// The attributions, of the shape of the inputs.
    pub values: Tensor<D>,
    /// The sum of the attributions of each item less the difference of its outputs: how far the steps are from enough.
    pub delta: Vec<f64>,
}

impl IntegratedGradients {
    /// With so many steps.
    #[must_use]
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps.max(1);
        self
    }

    /// Attributions to the inputs, against a `baseline` of the same shape that stands for nothing: black pixels, means of columns.
    ///
    /// # Panics
    /// As [`gradient`], and when the baseline has another shape.
    pub fn explain<const D: usize>(
        &self,
        model: impl Fn(Tensor<D>) -> Tensor<2>,
        inputs: Tensor<D>,
        baseline: Tensor<D>,
        targets: &[usize],
    ) -> Integrated<D> {
        let way = inputs.clone() - baseline.clone();
        let mut mean = inputs.clone().inner().zeros_like();
        for (place, weight) in nodes(self.steps.max(1)) {
            let at = baseline.clone() + way.clone().mul_scalar(place);
            mean = mean + gradient(&model, at, targets).mul_scalar(weight);
        }
        let values = way.inner() * mean;
        let sums = numbers(values.clone().flatten::<2>(1, D - 1).sum_dim(1));
        let outputs = |inputs: Tensor<D>| numbers(picked(model(inputs), targets).inner());
        let (high, low) = (outputs(inputs), outputs(baseline));
        let delta = sums.iter().zip(high.iter().zip(&low)).map(|(sum, (high, low))| sum - (high - low));
        Integrated { values, delta: delta.collect() }
    }
}

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}
