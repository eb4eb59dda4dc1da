//! An average as named tensors, and back.

use burn::tensor::{Device, Tensor};
use kiln_core::{ParamInfo, Weights};

use super::Average;
use crate::OptimError;

/// Prefix of the averages, where the model holds the weights that are trained.
const AVERAGE: &str = "average";
/// Prefix of the weights that are trained, where the model holds their average.
const TRAINED: &str = "trained";

impl Average {
    /// What has to be saved beside the weights that count: those that are trained, `trained/<path>`, where the average
    /// counts, and else the average, `average/<path>`. `trained` are the weights of the model.
    pub fn state(&self, trained: &Weights) -> Weights {
        let mut state = Weights::default();
        if self.counts() {
            for (path, data) in trained.iter() {
                state.insert(format!("{TRAINED}/{path}"), data.clone());
            }
        } else {
            for (path, tensor) in &self.tensors {
                state.insert_tensor(format!("{AVERAGE}/{path}"), tensor.clone());
            }
        }
        state
    }

    /// Takes up what [`Average::state`] gave behind `updates` updates, with the weights `counting` that were saved beside
    /// it, and gives back the weights that are trained.
    ///
    /// `params` are the parameters of the model, `device` the one it is on.
    ///
    /// # Errors
    /// [`OptimError::StateMissing`] and [`OptimError::StateShape`] for a state that does not fit.
    pub fn load(
        &mut self,
        state: &Weights,
        updates: u64,
        counting: &Weights,
        params: &[ParamInfo],
        device: &Device,
    ) -> Result<Weights, OptimError> {
        self.updates = updates;
        self.tensors.clear();
        if updates == 0 {
            return Ok(counting.clone());
        }
        let device = device.clone().inner();
        for info in params {
            let name = if self.counts() { info.path.clone() } else { format!("{AVERAGE}/{}", info.path) };
            let from = if self.counts() { counting } else { state };
            let data = from.get(&name).ok_or_else(|| OptimError::StateMissing { name: name.clone() })?;
            let expected = info.dims.iter().product();
            if data.num_elements() != expected {
                return Err(OptimError::StateShape { name, found: data.shape().to_vec(), expected });
            }
            let tensor = Tensor::<1>::from_data(flat(data), (&device, data.dtype()));
            self.tensors.insert(info.path.clone(), tensor);
        }
        if !self.counts() {
            return Ok(counting.clone());
        }
        let mut trained = Weights::default();
        for (path, _) in counting.iter() {
            let name = format!("{TRAINED}/{path}");
            let data = state.get(&name).ok_or(OptimError::StateMissing { name })?;
            trained.insert(path, data.clone());
        }
        Ok(trained)
    }
}

fn flat(data: &burn::tensor::TensorData) -> burn::tensor::TensorData {
    let bytes = data.as_bytes().to_vec();
    burn::tensor::TensorData::from_bytes_vec(bytes, [data.num_elements()], data.dtype())
}
