//! Sharpness-aware minimisation.

use std::collections::HashMap;

use burn::module::{Module, ParamId};
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, params};
use serde::{Deserialize, Serialize};

use crate::Gradients;
use crate::rule::check;
use crate::schema::JsonSchema;

/// Sharpness-aware minimisation (Foret et al. 2021), adaptive as ASAM (Kwon et al. 2021): the gradient of every batch is
/// taken at `w + ρ g/‖g‖`, adaptive `w + ρ w² g/‖|w| g‖`, and the step is made from `w`. Two passes a batch.
///
/// `g` is the gradient of the loss, without penalties. Both passes drop the same units, and both move the running
/// statistics of batch norm. The training loss that is reported is that at `w`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { rho: 0.5, adaptive: true })]
pub struct SamConfig {
    /// ρ, how far the gradient is taken from the weights, at least 0. Default 0.05; ASAM wants some ten times more.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub rho: f64,
    /// Whether the distance is in proportion to each weight. Default false.
    pub adaptive: bool,
}

impl Default for SamConfig {
    fn default() -> Self {
        Self { rho: 0.05, adaptive: false }
    }
}

impl SamConfig {
    pub(crate) fn check(&self) -> Result<(), NumberError> {
        check("sam.rho", self.rho, Range::at_least(0.0)).map(|_| ())
    }

    /// Where the gradient is taken, in symbols.
    pub(crate) fn formula(&self) -> String {
        match self.adaptive {
            false => format!("g is taken at θ + {:?}·g/‖g‖", self.rho),
            true => format!("g is taken at θ + {:?}·θ²·g/‖|θ|·g‖", self.rho),
        }
    }
}

/// See [`SamConfig`]: gives the point at which the second gradient is taken.
#[derive(Debug, Clone)]
pub struct Sam {
    config: SamConfig,
}

impl Sam {
    /// `config` must have passed [`OptimizerConfig::check`](crate::OptimizerConfig::check).
    pub fn new(config: &SamConfig) -> Self {
        Self { config: config.clone() }
    }

    /// A copy of `model` at `w + ρ g/(‖g‖ + 1e-12)`, or adaptive `w + ρ w² g/(‖|w| g‖ + 1e-12)`. The norm is over all
    /// parameters; one without a gradient stays where it is. Nothing here waits for the device.
    pub fn ascend<M: Module>(&self, model: &M, gradients: &Gradients) -> M {
        let mut directions: HashMap<ParamId, Tensor<1>> = HashMap::new();
        let mut square: Option<Tensor<1>> = None;
        params::for_each(model, |info, weight| {
            let Some(gradient) = gradients.get(info.id) else { return };
            // What the norm is of, and the direction: g and g, or |w| g and w² g.
            let (scaled, direction) = if self.config.adaptive {
                let weight = weight.inner();
                let scaled = weight.clone().mul(gradient.clone());
                (scaled.clone(), weight.mul(scaled))
            } else {
                (gradient.clone(), gradient.clone())
            };
            let sum = scaled.square().sum();
            square = Some(match square.take() {
                Some(square) => square.add(sum),
                None => sum,
            });
            directions.insert(info.id, direction);
        });
        let Some(square) = square else { return model.clone() };
        let factor = square.sqrt().add_scalar(1e-12).recip().mul_scalar(self.config.rho);
        params::update(model.clone(), |info, weight| match directions.remove(&info.id) {
            Some(direction) => weight.add(direction.mul(factor.clone())),
            None => weight,
        })
    }
}
