//! What a task keeps beside the model from step to step.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::Weights;
use serde_json::Value;

use crate::{ResumeError, TrainError};

/// What a task keeps beside the model from step to step: a queue, a teacher, a counter. See
/// [`Task::save`](crate::Task::save).
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use kiln_train::TaskState;
///
/// let device = Device::default();
/// let (queue, teacher) = (Tensor::<2>::ones([4, 2], &device), LinearConfig::new(3, 2).init(&device));
/// let state = TaskState::new().tensor("queue", queue.clone()).module("teacher", &teacher).json(7.into());
///
/// assert_eq!(state.get::<2>("queue", &device)?.into_data(), queue.into_data());
/// let teacher = state.apply("teacher", teacher)?;
/// assert_eq!(state.as_json(), &7);
/// # Ok::<(), kiln_train::TrainError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TaskState {
    tensors: Weights,
    json: Value,
}

impl TaskState {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tensor, which is copied to the host. The name has no `/` in it.
    #[must_use]
    pub fn tensor<const D: usize>(mut self, name: &str, tensor: Tensor<D>) -> Self {
        self.tensors.insert_tensor(name, tensor.inner());
        self
    }

    /// Adds all tensors of a module, which are copied to the host. The name has no `/` in it.
    #[must_use]
    pub fn module<M: Module>(mut self, name: &str, module: &M) -> Self {
        for (path, data) in Weights::of(module).iter() {
            self.tensors.insert(format!("{name}/{path}"), data.clone());
        }
        self
    }

    /// Sets what is no tensor.
    #[must_use]
    pub fn json(mut self, json: Value) -> Self {
        self.json = json;
        self
    }

    /// The tensor called `name`, on `device`.
    ///
    /// # Errors
    /// [`ResumeError::TaskState`] when it is not there or has another number of dimensions.
    pub fn get<const D: usize>(&self, name: &str, device: &Device) -> Result<Tensor<D>, TrainError> {
        let found = self.tensors.get(name).filter(|data| data.shape().iter().count() == D);
        let data = found.ok_or_else(|| ResumeError::TaskState {
            reason: format!("there is no tensor {name:?} of {D} dimensions"),
        })?;
        Ok(Tensor::from_data(data.clone(), (device, data.dtype())))
    }

    /// `module` with the tensors that were added under `name`.
    ///
    /// # Errors
    /// [`TrainError::Weights`] when they are not exactly those of the module.
    pub fn apply<M: Module>(&self, name: &str, module: M) -> Result<M, TrainError> {
        let mut weights = Weights::default();
        for (path, data) in self.tensors.iter() {
            if let Some(path) = path.strip_prefix(name).and_then(|rest| rest.strip_prefix('/')) {
                weights.insert(path, data.clone());
            }
        }
        Ok(weights.apply(module)?)
    }

    /// What is no tensor; `null` where nothing was set.
    pub fn as_json(&self) -> &Value {
        &self.json
    }

    pub(crate) fn of_parts(tensors: Weights, json: Value) -> Self {
        Self { tensors, json }
    }

    pub(crate) fn into_parts(self) -> (Weights, Value) {
        (self.tensors, self.json)
    }
}
