//! What a weight that is learned is to the weight that computes.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::init::Init;
use crate::schema::JsonSchema;

/// What a weight that is learned is to the weight that computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Parametrization {
    /// It computes itself. At the start uniform between ∓1/√inputs, PyTorch's default.
    #[default]
    Standard,
    /// It is divided by √inputs where it computes, so that one learning rate suits layers of all widths. At the start normal with standard deviation 1,
    /// and biases are 0: RealMLP's (Jacot, Gabriel and Hongler: Neural tangent kernel, 2018).
    Ntk,
}

impl Parametrization {
    /// What the weight of a layer with so many inputs is multiplied by.
    pub(crate) fn gain(self, inputs: usize) -> f64 {
        match self {
            Self::Standard => 1.0,
            Self::Ntk => 1.0 / (inputs.max(1) as f64).sqrt(),
        }
    }

    /// A layer with its first weights.
    pub(crate) fn linear(self, init: &mut Init<'_>, inputs: usize, outputs: usize, bias: bool) -> Linear {
        match self {
            Self::Standard => init.linear(inputs, outputs, bias),
            Self::Ntk => {
                let layer = init.linear_normal(inputs, outputs, 1.0);
                Linear { bias: layer.bias.filter(|_| bias), ..layer }
            }
        }
    }
}

/// `weight · gain`.
pub(crate) fn scaled(weight: Tensor<2>, gain: f64) -> Tensor<2> {
    if gain == 1.0 { weight } else { weight.mul_scalar(gain) }
}

/// Each feature times a factor.
pub(crate) fn times(x: Tensor<2>, factors: &Param<Tensor<1>>) -> Tensor<2> {
    x * factors.val().unsqueeze_dim(0)
}
