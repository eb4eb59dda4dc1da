//! Layer norm over the features of a row.

use kiln_kernels::cpu::{Scratch, layer_norm};

use super::shape::wrong;
use super::step::Step;
use crate::error::InferError;
use crate::file::Tensors;

/// `(x − mean) / √(variance + ε) · γ + β`, with mean and variance of the row.
#[derive(Debug)]
pub(super) struct LayerNorm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    epsilon: f64,
}

impl LayerNorm {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        epsilon: f64,
        features: usize,
    ) -> Result<Self, InferError> {
        if epsilon <= 0.0 {
            return Err(wrong(layer, "its epsilon is not positive".to_owned()));
        }
        let get = |name| tensors.of(layer, name, [features]).map(<[f32]>::to_vec);
        Ok(Self { gamma: get("gamma")?, beta: get("beta")?, epsilon })
    }
}

impl Step for LayerNorm {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut y = Scratch::take(x.len());
        let mut moments = Scratch::take(2 * n);
        let (mean, inverse) = moments.split_at_mut(n);
        layer_norm(x, &self.gamma, &self.beta, self.epsilon, &mut y, mean, inverse);
        y
    }
}
