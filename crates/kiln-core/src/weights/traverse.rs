//! Walks over a module: one takes its tensors out, one puts tensors in.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Bool, Int, Tensor, TensorData};

use super::WeightsError;
use crate::params::ModulePath;

/// Every tensor of `module` by path.
pub(super) fn collect<M: Module>(module: &M) -> BTreeMap<String, TensorData> {
    let mut collect = Collect::default();
    module.visit(&mut collect);
    collect.tensors
}

/// `module` with other tensors by path, which must be exactly its own.
pub(super) fn apply<M: Module>(tensors: &BTreeMap<String, TensorData>, module: M) -> Result<M, WeightsError> {
    let (filled, unused) = fill(tensors, module);
    match filled.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None if unused.is_empty() => Ok(filled.module),
        None => Err(WeightsError::Unknown { names: unused }),
    }
}

/// A module with the tensors that it had a place for.
pub(super) struct Filled<M> {
    pub(super) module: M,
    /// Paths that were set, in the order of the module's fields.
    pub(super) loaded: Vec<String>,
    /// A tensor that is missing or of another shape each, in the same order. Those paths are as they were.
    pub(super) problems: Vec<WeightsError>,
}

/// `module` with those of `tensors` that fit, and the names that it has no place for.
pub(super) fn fill<M: Module>(tensors: &BTreeMap<String, TensorData>, module: M) -> (Filled<M>, Vec<String>) {
    let mut apply = Apply { tensors, at: ModulePath::default(), loaded: Vec::new(), problems: Vec::new() };
    let module = module.map(&mut apply);
    let Apply { loaded, problems, .. } = apply;
    let mismatched = problems.iter().filter_map(|problem| match problem {
        WeightsError::Shape { name, .. } => Some(name),
        _ => None,
    });
    let seen: BTreeSet<&String> = loaded.iter().chain(mismatched).collect();
    let unused = tensors.keys().filter(|name| !seen.contains(name)).cloned().collect();
    (Filled { module, loaded, problems }, unused)
}

/// Data that nothing else can change.
///
/// Where the GPU's memory is the host's (integrated ones, software adapters), wgpu gives out the very memory of the
/// tensor, and the next operation in place changes what was read before.
pub(super) fn own(data: TensorData) -> TensorData {
    TensorData::from_bytes_vec(data.as_bytes().to_vec(), data.shape().clone(), data.dtype())
}

#[derive(Default)]
struct Collect {
    at: ModulePath,
    tensors: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors.insert(self.at.path(), own(param.base().into_data()));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.tensors.insert(self.at.path(), own(param.base().into_data()));
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.tensors.insert(self.at.path(), own(param.base().int().into_data()));
    }
}

struct Apply<'a> {
    tensors: &'a BTreeMap<String, TensorData>,
    at: ModulePath,
    loaded: Vec<String>,
    problems: Vec<WeightsError>,
}

impl Apply<'_> {
    /// The data for the tensor at the current path, or `None` after noting what is wrong.
    fn take(&mut self, expected: Vec<usize>) -> Option<TensorData> {
        let name = self.at.path();
        match self.tensors.get(&name) {
            None => self.problems.push(WeightsError::Missing { name }),
            Some(data) if data.shape().to_vec() != expected => {
                let found = data.shape().to_vec();
                self.problems.push(WeightsError::Shape { name, found, expected });
            }
            Some(data) => {
                self.loaded.push(name);
                return Some(data.clone());
            }
        }
        None
    }

    /// The shape of a parameter, without drawing its first values where that can be.
    fn shape<const D: usize>(&self, param: &Param<Tensor<D>>) -> Vec<usize> {
        let lazy = param.lazy_shape().to_vec();
        let found = self.tensors.get(&self.at.path()).map(|data| data.shape().to_vec());
        // A linear layer with Burn's column layout says the turned shape until its values are drawn.
        let turned = D == 2 && found.is_some_and(|found| found != lazy && found.iter().rev().eq(&lazy));
        if turned { param.shape().to_vec() } else { lazy }
    }
}

impl ModuleMapper for Apply<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(data) = self.take(self.shape(&param)) else { return param };
        let require_grad = param.is_require_grad();
        param.map(|old| {
            Tensor::from_data(data.convert_dtype(old.dtype()), &old.device()).set_require_grad(require_grad)
        })
    }

    fn map_int<const D: usize>(&mut self, param: Param<Tensor<D, Int>>) -> Param<Tensor<D, Int>> {
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
        param.map(|old| Tensor::from_data(data.convert_dtype(old.dtype()), &old.device()))
    }

    fn map_bool<const D: usize>(&mut self, param: Param<Tensor<D, Bool>>) -> Param<Tensor<D, Bool>> {
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
        param.map(|old| Tensor::<D, Int>::from_data(data, &old.device()).not_equal_elem(0))
    }
}
