//! Which parameters of a module are trained, and which of its layers behave as in training.

use burn::module::{Flag, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::{ModulePath, ParamInfo, ParamKind};

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
pub fn set_trainable<M: Module>(module: M, wanted: impl FnMut(&ParamInfo) -> Option<bool>) -> M {
    module.map(&mut SetTrainable { at: ModulePath::default(), wanted })
}

/// Sets which layers behave as in training where they make a difference: batch norm then goes by the statistics of the batch
/// and moves its running ones, Burn's dropout drops. `wanted` gets the path of the layer; `None` leaves it as it is.
pub fn set_training<M: Module>(module: M, wanted: impl FnMut(&str) -> Option<bool>) -> M {
    module.map(&mut SetTraining { at: ModulePath::default(), wanted })
}

/// The layers that make a difference between training and evaluation, by path, and whether each behaves as in training.
pub fn training<M: Module>(module: &M) -> Vec<(String, bool)> {
    let mut flags = Flags::default();
    module.visit(&mut flags);
    flags.found
}

struct SetTrainable<F> {
    at: ModulePath,
    wanted: F,
}

impl<F: FnMut(&ParamInfo) -> Option<bool>> ModuleMapper for SetTrainable<F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let info = self.at.info(&param);
        match (self.wanted)(&info).filter(|_| info.kind != ParamKind::Running) {
            Some(wanted) => param.set_require_grad(wanted),
            None => param,
        }
    }
}

struct SetTraining<F> {
    at: ModulePath,
    wanted: F,
}

impl<F: FnMut(&str) -> Option<bool>> ModuleMapper for SetTraining<F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        match (self.wanted)(&self.at.layer()) {
            Some(wanted) => flag.with_value(wanted),
            None => flag,
        }
    }
}

#[derive(Default)]
struct Flags {
    at: ModulePath,
    found: Vec<(String, bool)>,
}

impl ModuleVisitor for Flags {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.found.push((self.at.layer(), flag.is_enabled()));
    }
}
