//! Files that `torch.save` wrote, read as data: nothing in them is run.

use std::path::Path;

use burn::tensor::{DType, TensorData};
use pytorch_reader::{DType as Saved, PytorchReader};

use crate::weights::{Layout, Weights, WeightsError};

/// The tensors of the state dictionary in `path`.
pub(in crate::weights) fn read(path: &Path) -> Result<Weights, WeightsError> {
    let reader = PytorchReader::new(path).map_err(|error| format(&error))?;
    let mut weights = Weights::new(Layout::PyTorch);
    for (name, tensor) in reader.into_tensors() {
        let dtype = loaded(tensor.dtype()).ok_or_else(|| WeightsError::DataType {
            name: name.clone(),
            dtype: format!("{:?}", tensor.dtype()),
        })?;
        let bytes = tensor.read().map_err(|error| format(&error))?;
        let data = TensorData::try_from_bytes_vec(bytes, tensor.shape().to_vec(), dtype);
        weights.insert(name, data.map_err(|error| format(&error))?);
    }
    Ok(weights)
}

fn format(error: &impl ToString) -> WeightsError {
    WeightsError::Saved { reason: error.to_string() }
}

fn loaded(dtype: Saved) -> Option<DType> {
    Some(match dtype {
        Saved::F64 => DType::F64,
        Saved::F32 => DType::F32,
        Saved::F16 => DType::F16,
        Saved::BF16 => DType::BF16,
        Saved::I64 => DType::I64,
        Saved::I32 => DType::I32,
        Saved::U8 => DType::U8,
        _ => return None,
    })
}
