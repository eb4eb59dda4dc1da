//! The file of a model: a safetensors file whose metadata hold the plan as JSON.

mod read;
mod write;

pub(crate) use read::{Parts, Tensors, read};
pub use write::{Tensor, write};

/// The one key of the metadata. With several, the bytes would depend on the order of a hash table.
const KEY: &str = "kiln.model";
