//! Weights as a safetensors file.

use burn::tensor::{DType, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::layout::KEY;
use super::{Layout, Weights, WeightsError};

impl Weights {
    /// The tensors as a safetensors file, whose metadata say in which layout they are.
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
        // Its map is another type where safetensors is built without the standard library.
        let mark = [(KEY.to_owned(), self.layout.mark().to_owned())].into_iter().collect();
        safetensors::serialize(views, Some(mark)).map_err(|e| WeightsError::Format { reason: e.to_string() })
    }

    /// Reads what [`Weights::to_safetensors`] wrote from weights in kiln's layout.
    ///
    /// # Errors
    /// [`WeightsError::Unmarked`] for a file that does not say that it is in kiln's layout, and as
    /// [`Weights::from_safetensors_as`].
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        match mark(bytes)? {
            Some(mark) if mark == Layout::Kiln.mark() => Self::from_safetensors_as(bytes, Layout::Kiln),
            found => Err(WeightsError::Unmarked { found }),
        }
    }

    /// Reads a safetensors file whose tensors lie as `layout` says.
    ///
    /// # Errors
    /// [`WeightsError::Pickle`] for a file of `torch.save`, [`WeightsError::Format`] for anything else but a whole
    /// safetensors file, [`WeightsError::DataType`] for a data type that kiln does not use, [`WeightsError::OtherLayout`]
    /// for a file of kiln's that is asked for as one of PyTorch's.
    pub fn from_safetensors_as(bytes: &[u8], layout: Layout) -> Result<Self, WeightsError> {
        if layout == Layout::PyTorch && mark(bytes)?.as_deref() == Some(Layout::Kiln.mark()) {
            return Err(WeightsError::OtherLayout);
        }
        let file = SafeTensors::deserialize(bytes).map_err(|e| no_safetensors(bytes, &e))?;
        let mut weights = Self::new(layout);
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

/// The mark of a file; `None` where it has none.
fn mark(bytes: &[u8]) -> Result<Option<String>, WeightsError> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| no_safetensors(bytes, &e))?;
    Ok(metadata.metadata().as_ref().and_then(|pairs| pairs.get(KEY)).cloned())
}

fn no_safetensors(bytes: &[u8], error: &safetensors::SafeTensorError) -> WeightsError {
    // A zip archive, or before PyTorch 1.6 a pickle of protocol 2.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0x80, 2]) {
        return WeightsError::Pickle;
    }
    WeightsError::Format { reason: error.to_string() }
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
