//! Expected gradients.

use burn::tensor::{Int, Tensor, TensorData};
use kiln_core::Seed;

use crate::gradient::gradient;

/// Expected gradients (Erion, Janizek, Sturmfels, Lundberg and Lee 2021): integrated gradients whose baseline is drawn from a background, and whose place on
/// the way is drawn, too. As shap's `GradientExplainer`. Attributions sum to the output less its mean over the background, but for
/// the error of sampling.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpectedGradients {
    /// How often a baseline and a place are drawn for each item, at least 2. Default 200.
    pub samples: usize,
    /// What they are drawn from.
    pub seed: Seed,
}

/// What expected gradients found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Expected<const D: usize> {
    /// The attributions, of the shape of the inputs.
    pub values: Tensor<D>,
    /// The standard error of each.
    pub errors: Tensor<D>,
}

impl ExpectedGradients {
    /// With the defaults.
    pub fn new(seed: Seed) -> Self {
        Self { samples: 200, seed }
    }

    /// Draws so often.
    #[must_use]
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = samples.max(2);
        self
    }

    /// Attributions to the inputs, against `background`: items of the same shape.
    ///
    /// # Panics
    /// As [`gradient`], and when the background is empty or of another shape.
    pub fn explain<const D: usize>(
        &self,
        model: impl Fn(Tensor<D>) -> Tensor<2>,
        inputs: Tensor<D>,
        background: &Tensor<D>,
        targets: &[usize],
    ) -> Expected<D> {
        let (items, device, dtype) = (inputs.dims()[0], inputs.device(), inputs.dtype());
        let count = background.dims()[0] as f64;
        let inner = inputs.clone().inner();
        let (mut sum, mut squares) = (inner.zeros_like(), inner.zeros_like());
        let mut along = [1; D];
        along[0] = items;
        for sample in 0..self.samples.max(2) as u64 {
            let seed = self.seed.at(sample);
            let drawn = |item: u64| (seed.at(0).uniform(item) * count) as i64;
            let which: Vec<i64> = (0..items as u64).map(drawn).collect();
            let places: Vec<f64> = (0..items as u64).map(|item| seed.at(1).uniform(item)).collect();
            let which = Tensor::<1, Int>::from_data(TensorData::new(which, [items]), &device);
            let places = TensorData::new(places, along).convert_dtype(dtype);
            let places = Tensor::<D>::from_data(places, (&device, dtype));
            let baseline = background.clone().select(0, which);
            let way = inputs.clone() - baseline.clone();
            let found = gradient(&model, baseline + way.clone() * places, targets) * way.inner();
            squares = squares + found.clone() * found.clone();
            sum = sum + found;
        }
        let drawn = self.samples.max(2) as f64;
        let values = sum.div_scalar(drawn);
        let spread = (squares.div_scalar(drawn) - values.clone() * values.clone()).clamp_min(0.0);
        Expected { values, errors: spread.div_scalar(drawn - 1.0).sqrt() }
    }
}
