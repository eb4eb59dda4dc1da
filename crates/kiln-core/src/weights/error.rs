//! What can be wrong with weights.

use crate::{ErrorKind, Explain};

/// Why weights cannot be put into a module, stored or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The module has a tensor that the weights lack.
    #[error("the weights hold no tensor {name:?}, which the model needs")]
    Missing {
        /// Path of the tensor in the module.
        name: String,
    },
    /// The weights hold tensors that the module has no place for.
    #[error("the weights hold {names:?}, which the model has no place for")]
    Unknown {
        /// Names of the tensors.
        names: Vec<String>,
    },
    /// Shapes differ.
    #[error("tensor {name:?} has shape {found:?}, the model needs {expected:?}")]
    Shape {
        /// Path of the tensor.
        name: String,
        /// Shape in the weights.
        found: Vec<usize>,
        /// Shape in the module.
        expected: Vec<usize>,
    },
    /// A data type that safetensors or kiln does not know.
    #[error("tensor {name:?} has the data type {dtype}, which cannot be stored")]
    DataType {
        /// Path of the tensor.
        name: String,
        /// The data type.
        dtype: String,
    },
    /// Not a safetensors file.
    #[error("not a safetensors file: {reason}")]
    Format {
        /// What the reader says.
        reason: String,
    },
}

impl Explain for WeightsError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Checkpoint
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Missing { .. } | Self::Unknown { .. } | Self::Shape { .. } => {
                Some("build the model from the configuration that the weights were trained with".to_owned())
            }
            _ => None,
        }
    }
}
