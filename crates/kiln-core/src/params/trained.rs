//! Which parameters of a module are trained, and which of its layers behave as in training.

use burn::module::Module;

use super::info::ParamInfo;
use super::mapper::{Change, Mapper};
use super::visitor::{Look, Visitor};

/// Sets which parameters require a gradient: `wanted` says it for each, `None` leaves it as it is. Running statistics never
/// do.
///
/// What requires none is a constant to autodiff, which computes nothing for it.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::params;
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let frozen = params::set_trainable(model, |info| (info.path == "bias").then_some(false));
/// let trainable: Vec<_> = params::list(&frozen).into_iter().filter(|info| info.trainable).collect();
/// assert_eq!((trainable.len(), trainable[0].path.as_str()), (1, "weight"));
/// ```
pub fn set_trainable<M: Module>(module: M, mut wanted: impl FnMut(&ParamInfo) -> Option<bool>) -> M {
    module.map(&mut Mapper::new(Change::Trainable(&mut wanted)))
}

/// Sets which layers behave as in training where they make a difference: batch norm then goes by the statistics of the batch
/// and moves its running ones, Burn's dropout drops. `wanted` gets the path of the layer; `None` leaves it as it is.
pub fn set_training<M: Module>(module: M, mut wanted: impl FnMut(&str) -> Option<bool>) -> M {
    module.map(&mut Mapper::new(Change::Training(&mut wanted)))
}

/// The layers that make a difference between training and evaluation, by path, and whether each behaves as in training.
pub fn training<M: Module>(module: &M) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    module.visit(&mut Visitor::new(Look::Flags(&mut |layer, trains| found.push((layer, trains)))));
    found
}
