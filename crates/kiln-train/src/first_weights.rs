//! The first values of weights that are drawn late.

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::{Purpose, Seed, params};

/// The device that the first parameter of `model` is on.
pub(crate) fn device_of<M: Module>(model: &M) -> Device {
    model.devices().into_iter().next().unwrap_or_default()
}

/// Lets lazy parameters draw their first values, in order, from the seed of the run. They draw from Burn's generator when
/// they are first read, wherever that is.
pub(crate) fn draw_lazy<M: Module>(model: &M, run: Seed) {
    device_of(model).seed(run.purpose(Purpose::Backend).value());
    params::for_each(model, |_, _| {});
}
