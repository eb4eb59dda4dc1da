//! A model as the bytes of a file.

use safetensors::tensor::{Dtype, TensorView};

use super::KEY;
use crate::error::InferError;
use crate::plan::Plan;

/// A tensor to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Its path: `layers.0.linear.weight`.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Its numbers, row-major.
    pub numbers: Vec<f32>,
}

/// The bytes of a file that [`Model::load`](crate::Model::load) reads. The same model gives the same bytes.
///
/// # Errors
/// [`InferError::Tensor`] where sizes and numbers do not fit, [`InferError::Format`] for what JSON cannot hold.
pub fn write(plan: &Plan, tensors: &[Tensor]) -> Result<Vec<u8>, InferError> {
    let format = |reason: String| InferError::Format { reason };
    let json = serde_json::to_string(plan).map_err(|error| format(error.to_string()))?;
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|tensor| tensor.numbers.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let mut views = Vec::with_capacity(tensors.len());
    for (tensor, bytes) in tensors.iter().zip(&bytes) {
        let wrong = |error: safetensors::SafeTensorError| {
            let reason = format!("cannot be written: {error}");
            InferError::Tensor { name: tensor.name.clone(), reason }
        };
        views.push((
            tensor.name.as_str(),
            TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map_err(wrong)?,
        ));
    }
    // Its map is another type where safetensors is built without the standard library.
    let metadata = [(KEY.to_owned(), json)].into_iter().collect();
    safetensors::serialize(views, Some(metadata)).map_err(|error| format(error.to_string()))
}
