//! The one mapper behind all that this module changes in others.
//!
//! A mapper is compiled once more for every layer of every network, so it is one type, and what it does with a field is called through
//! a pointer.

use burn::module::{Flag, ModuleMapper, Param};
use burn::tensor::{DType, Tensor};

use super::info::{ModulePath, ParamInfo, ParamKind};

/// The layers whose weights only ever meet their input in a product.
const PRODUCTS: [&str; 3] = ["Linear", "Conv1d", "Conv2d"];

/// What is changed.
pub(super) enum Change<'a> {
    /// Every trainable parameter, flat and without autodiff.
    Update(&'a mut dyn FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>),
    /// Every float parameter, flat.
    Replace(&'a mut dyn FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>),
    /// Every running statistic, flat.
    Running(&'a mut dyn FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>),
    /// Whether parameters require a gradient.
    Trainable(&'a mut dyn FnMut(&ParamInfo) -> Option<bool>),
    /// Whether layers behave as in training.
    Training(&'a mut dyn FnMut(&str) -> Option<bool>),
    /// The type of the weights that are in products.
    Type(DType),
}

pub(super) struct Mapper<'a> {
    at: ModulePath,
    change: Change<'a>,
}

impl<'a> Mapper<'a> {
    pub(super) fn new(change: Change<'a>) -> Self {
        Self { at: ModulePath::default(), change }
    }
}

impl ModuleMapper for Mapper<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match &mut self.change {
            Change::Update(update) if param.is_require_grad() => {
                let info = self.at.info(&param);
                param.map(|tensor| {
                    let shape = tensor.shape();
                    let checkpointing = tensor.gradient_checkpointing_strategy();
                    // Moved, not cloned: with a single owner the backend can update in place.
                    let flat = update(&info, tensor.inner().reshape([-1]));
                    let mut updated = Tensor::from_inner(flat.reshape(shape));
                    if let Some(strategy) = checkpointing {
                        updated = updated.with_gradient_checkpointing_strategy(strategy);
                    }
                    updated.require_grad()
                })
            }
            Change::Replace(replace) => {
                let (info, require_grad) = (self.at.info(&param), param.is_require_grad());
                param.map(|tensor| {
                    let shape = tensor.shape();
                    let flat = replace(&info, tensor.reshape([-1]));
                    flat.reshape(shape).set_require_grad(require_grad)
                })
            }
            Change::Running(replace) => {
                let info = self.at.info(&param);
                if info.kind != ParamKind::Running {
                    return param;
                }
                param.map(|tensor| {
                    let shape = tensor.shape();
                    replace(&info, tensor.reshape([-1])).reshape(shape)
                })
            }
            Change::Trainable(wanted) => {
                let info = self.at.info(&param);
                match wanted(&info).filter(|_| info.kind != ParamKind::Running) {
                    Some(wanted) => param.set_require_grad(wanted),
                    None => param,
                }
            }
            Change::Type(dtype) if is_product(&self.at) => param.map(|tensor| tensor.cast(*dtype)),
            Change::Update(_) | Change::Training(_) | Change::Type(_) => param,
        }
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        match &mut self.change {
            Change::Training(wanted) => match wanted(&self.at.layer()) {
                Some(wanted) => flag.with_value(wanted),
                None => flag,
            },
            _ => flag,
        }
    }
}

/// Whether the current field is the weight of a layer that multiplies by it.
fn is_product(at: &ModulePath) -> bool {
    at.steps().last().is_some_and(|(name, container)| {
        let layer = container.rsplit(':').next().unwrap_or(container);
        name == "weight" && PRODUCTS.contains(&layer)
    })
}
