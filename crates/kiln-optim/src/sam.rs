//! Sharpness-aware minimisation.

use std::collections::HashMap;

use burn::module::{Module, ParamId};
use burn::tensor::Tensor;
use kiln_core::params;

use crate::{Gradients, SamConfig};

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
