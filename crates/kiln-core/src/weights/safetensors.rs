//! Weights as a safetensors file.

use burn::tensor::{DType, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{Weights, WeightsError};

impl Weights {
    /// The tensors as a safetensors file.
    ///
    /// # Errors
    /// [`WeightsError::DataType`] for a data type that safetensors lacks (quantised tensors).
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let mut views = Vec::with_capacity(self.len());
        for (name, data) in self.iter() {
            let unknown =
                || WeightsError::DataType { name: name.to_owned(), dtype: format!("{:?}", data.dtype()) };
            let dtype = stored(data.dtype()).ok_or_else(unknown)?;
            let view =
                TensorView::new(dtype, data.shape().to_vec(), data.as_bytes()).map_err(|_| unknown())?;
            views.push((name, view));
        }
        safetensors::serialize(views, None).map_err(|e| WeightsError::Format { reason: e.to_string() })
    }

    /// Reads what [`Weights::to_safetensors`] (or PyTorch's `safetensors`) wrote.
    ///
    /// # Errors
    /// [`WeightsError::Format`] for anything but a whole safetensors file, [`WeightsError::DataType`] for a data
    /// type that kiln does not use.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file =
            SafeTensors::deserialize(bytes).map_err(|e| WeightsError::Format { reason: e.to_string() })?;
        let mut weights = Self::default();
        for (name, view) in file.iter() {
            let dtype = loaded(view.dtype()).ok_or_else(|| WeightsError::DataType {
                name: name.to_owned(),
                dtype: format!("{:?}", view.dtype()),
            })?;
            let data = TensorData::try_from_bytes_vec(view.data().to_vec(), view.shape().to_vec(), dtype)
                .map_err(|e| WeightsError::Format { reason: e.to_string() })?;
            weights.insert(name, data);
        }
        Ok(weights)
    }
}

fn stored(dtype: DType) -> Option<Dtype> {
    Some(match dtype {
        DType::F64 => Dtype::F64,
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::BF16 => Dtype::BF16,
        DType::I64 => Dtype::I64,
        DType::I32 => Dtype::I32,
        DType::U8 => Dtype::U8,
        _ => return None,
    })
}

fn loaded(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::I64 => DType::I64,
        Dtype::I32 => DType::I32,
        Dtype::U8 => DType::U8,
        _ => return None,
    })
}
