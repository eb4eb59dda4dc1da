//! Update rules on flat tensors. Formulas, order of operations and defaults are PyTorch's.

mod adam;
mod host;
mod rmsprop;
mod sgd;

use std::fmt::Debug;

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range};

use crate::{OptimConfig, OptimError};

/// How one parameter is updated.
///
/// Tensors are flat, without autodiff, and moved in, so that a backend can reuse their memory.
pub trait Rule: Debug + Send + Sync {
    /// Names of the values that are kept between updates of a parameter, as PyTorch's `state_dict` has them.
    fn slots(&self) -> &'static [&'static str];

    /// The new weight and the kept values in the order of [`Rule::slots`]. `slots` is empty at the first update.
    fn update(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>);
}

/// Where in the training an update happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    /// The learning rate.
    pub lr: f64,
    /// Which update of this parameter it is, from 1.
    pub step: u64,
    /// Whether the rule's weight decay acts on this parameter.
    pub decay: bool,
}

/// The rule for a configuration, and whether its decay acts on biases and norms too.
pub(crate) fn build(config: &OptimConfig) -> Result<(Box<dyn Rule>, bool), OptimError> {
    check("lr", config.lr(), Range::at_least(0.0))?;
    Ok(match config {
        OptimConfig::Sgd(config) => (Box::new(sgd::Sgd::new(config)?), config.decay_all),
        OptimConfig::Adam(config) => (Box::new(adam::Adam::coupled(config)?), config.decay_all),
        OptimConfig::Adamw(config) => (Box::new(adam::Adam::decoupled(config)?), config.decay_all),
        OptimConfig::Rmsprop(config) => (Box::new(rmsprop::Rmsprop::new(config)?), config.decay_all),
    })
}

/// Checks the setting `optim.<key>`.
fn check(key: &str, value: f64, range: Range) -> Result<f64, NumberError> {
    range.check(&format!("optim.{key}"), value)
}

/// Weight and gradient after weight decay: coupled, `g + decay · w`, or decoupled, `(1 − lr · decay) w`.
fn decay(
    weight: Tensor<1>,
    gradient: Tensor<1>,
    decay: f64,
    decoupled: bool,
    at: At,
) -> (Tensor<1>, Tensor<1>) {
    if !at.decay || decay == 0.0 {
        (weight, gradient)
    } else if decoupled {
        (weight.mul_scalar(1.0 - at.lr * decay), gradient)
    } else {
        let gradient = weight.clone().mul_scalar(decay).add(gradient);
        (weight, gradient)
    }
}

/// What [`decay`] multiplies the weight by, for the gradient and for itself.
fn decay_factors(decay: f64, decoupled: bool, at: At) -> (f32, f32) {
    match (at.decay, decoupled) {
        (false, _) => (0.0, 1.0),
        (true, true) => (0.0, (1.0 - at.lr * decay) as f32),
        (true, false) => (decay as f32, 1.0),
    }
}
