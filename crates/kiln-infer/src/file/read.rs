//! The bytes of a file as a plan and tensors.

use std::collections::BTreeMap;

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::KEY;
use crate::error::{InferError, VERSION};
use crate::plan::Plan;

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) plan: Plan,
    pub(crate) tensors: Tensors,
}

/// Tensors by name, whose sizes fit their numbers, all of them finite.
#[derive(Debug)]
pub(crate) struct Tensors(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Tensors {
    /// The sizes and numbers of a tensor with so many dimensions.
    pub(crate) fn get<const D: usize>(
        &self,
        layer: &str,
        name: &str,
    ) -> Result<([usize; D], &[f32]), InferError> {
        let name = path(layer, name);
        let wrong = |reason: String| InferError::Tensor { name: name.clone(), reason };
        let (shape, numbers) = self.0.get(&name).ok_or_else(|| wrong("is not there".to_owned()))?;
        let dims: [usize; D] = shape
            .as_slice()
            .try_into()
            .map_err(|_| wrong(format!("is {shape:?}, expected {D} dimensions")))?;
        Ok((dims, numbers))
    }

    /// The numbers of a tensor of exactly these sizes.
    pub(crate) fn of<const D: usize>(
        &self,
        layer: &str,
        name: &str,
        shape: [usize; D],
    ) -> Result<&[f32], InferError> {
        let (found, numbers) = self.get::<D>(layer, name)?;
        if found == shape {
            return Ok(numbers);
        }
        let reason = format!("is {found:?}, expected {shape:?}");
        Err(InferError::Tensor { name: path(layer, name), reason })
    }
}

/// The path of a tensor of a layer, or of the network itself, which has no name.
fn path(layer: &str, name: &str) -> String {
    if layer.is_empty() { name.to_owned() } else { format!("{layer}.{name}") }
}

/// Reads a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts, InferError> {
    let format = |reason: String| InferError::Format { reason };
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| format(error.to_string()))?;
    let json = metadata.metadata().as_ref().and_then(|pairs| pairs.get(KEY));
    let json = json.ok_or_else(|| format(format!("its metadata have no {KEY}")))?;
    // Before the rest, which a newer version may have otherwise.
    let Version { version } = serde_json::from_str(json).map_err(|error| format(error.to_string()))?;
    if version == 0 || version > VERSION {
        return Err(InferError::Version { found: version });
    }
    let plan = serde_json::from_str(json).map_err(|error| format(error.to_string()))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| format(error.to_string()))?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        let wrong = |reason: &str| InferError::Tensor { name: name.to_owned(), reason: reason.to_owned() };
        if view.dtype() != Dtype::F32 {
            return Err(wrong("is not of 32-bit floats"));
        }
        let (chunks, _) = view.data().as_chunks::<4>();
        let numbers: Vec<f32> = chunks.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if !numbers.iter().all(|x| x.is_finite()) {
            return Err(wrong("has a number that is not finite"));
        }
        tensors.insert(name.to_owned(), (view.shape().to_vec(), numbers));
    }
    Ok(Parts { plan, tensors: Tensors(tensors) })
}

/// The part of a plan that every version has.
#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}
