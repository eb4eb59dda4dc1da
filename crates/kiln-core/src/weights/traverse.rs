//! Walks over a module: one takes its tensors out, one puts tensors in.

use std::collections::BTreeMap;

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
    let mut apply = Apply { tensors, at: ModulePath::default(), seen: Vec::new(), error: None };
    let module = module.map(&mut apply);
    if let Some(error) = apply.error {
        return Err(error);
    }
    let unknown: Vec<_> = tensors.keys().filter(|name| !apply.seen.contains(name)).cloned().collect();
    if unknown.is_empty() { Ok(module) } else { Err(WeightsError::Unknown { names: unknown }) }
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
    seen: Vec<String>,
    error: Option<WeightsError>,
}

impl Apply<'_> {
    /// The data for the tensor at the current path, or `None` after noting what is wrong.
    fn take(&mut self, expected: Vec<usize>) -> Option<TensorData> {
        let name = self.at.path();
        let result = match self.tensors.get(&name) {
            None => Err(WeightsError::Missing { name: name.clone() }),
            Some(data) if data.shape().to_vec() != expected => {
                Err(WeightsError::Shape { name: name.clone(), found: data.shape().to_vec(), expected })
            }
            Some(data) => Ok(data.clone()),
        };
        self.seen.push(name);
        match result {
            Ok(data) => Some(data),
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
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
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
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
