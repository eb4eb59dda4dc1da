//! A module's parameters, one at a time, by path and without their rank.
//!
//! Burn's visitors have generic methods; penalties, optimisers and checkpoints want one flat tensor after
//! another with its name. This is the one place that translates.

mod cast;
mod info;
mod mapper;
mod trained;
mod visitor;

use burn::module::Module;
use burn::tensor::Tensor;

pub use cast::cast_weights;
pub(crate) use info::ModulePath;
pub use info::{ParamInfo, ParamKind};
use mapper::{Change, Mapper};
pub use trained::{set_trainable, set_training, training};
use visitor::{Look, Visitor};

/// The parameters of `module` in the order of its fields.
pub fn list<M: Module>(module: &M) -> Vec<ParamInfo> {
    let mut infos = Vec::new();
    for_each(module, |info, _| infos.push(info.clone()));
    infos
}

/// Calls `each` with every float parameter of `module`, flattened to one dimension.
///
/// The tensor is on the device of the module, with its autodiff context.
pub fn for_each<M: Module>(module: &M, mut each: impl FnMut(&ParamInfo, Tensor<1>)) {
    module.visit(&mut Visitor::new(Look::Floats(&mut each)));
}

/// Replaces every *trainable* parameter by what `update` makes of it.
///
/// `update` gets the flat value without autodiff and gives back a tensor of the same length. Running statistics
/// and frozen parameters are left alone, and so is everything on a device without autodiff.
pub fn update<M: Module>(module: M, mut update: impl FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>) -> M {
    module.map(&mut Mapper::new(Change::Update(&mut update)))
}

/// Replaces every running statistic of `module` by what `replace` makes of it: the flat value, on the device of the module, to a tensor of
/// the same length. Nothing else is touched.
///
/// Burn shares running statistics between clones, and they change in all of them.
pub fn set_running<M: Module>(module: M, mut replace: impl FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>) -> M {
    module.map(&mut Mapper::new(Change::Running(&mut replace)))
}

/// Replaces every float tensor of `module`, running statistics and frozen parameters included, by what `replace` makes
/// of it.
///
/// `replace` gets the flat value, with the autodiff context of the module, and gives back a tensor of the same length.
/// Burn shares running statistics between clones: give a module that nothing else was cloned from (`valid()` gives one).
pub fn replace<M: Module>(module: M, mut replace: impl FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>) -> M {
    module.map(&mut Mapper::new(Change::Replace(&mut replace)))
}
