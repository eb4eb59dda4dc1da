//! What keeps a model from being written in another format.

use kiln_core::{ErrorKind, Explain};

/// What keeps a model from being written in another format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The format has nothing for an operation.
    #[error("{operation} cannot be written as ONNX")]
    Operation {
        /// What it is.
        operation: String,
    },
    /// A setting of ONNX for another format.
    #[error("{setting} is for ONNX")]
    OnnxAlone {
        /// The setting.
        setting: &'static str,
    },
    /// The crate kiln-infer has nothing for it.
    #[error("kiln-infer does not run it: {what}")]
    NotRun {
        /// What it is.
        what: String,
    },
    /// Not every operation can be followed through rounding, so that nobody could tell what it costs.
    #[error(
        "{operation} is not computed in eight bits: networks of linear layers and convolutions over rows and images are"
    )]
    NotRounded {
        /// The operation, as [`Operation`](kiln_models::Operation) calls it, or the form of the inputs.
        operation: String,
    },
    /// No layer of the network can be computed in eight bits.
    #[error("no layer of the network can be written in eight bits")]
    NoLayer,
    /// A column is called as an output or a weight.
    #[error("the column {column:?} has a name that something else in the graph has")]
    Name {
        /// The column.
        column: String,
    },
}

impl Explain for ExportError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotRun { .. } => {
                "export it as ONNX, or the weights alone with --format safetensors".to_owned()
            }
            Self::NoLayer => "leave --int8 out".to_owned(),
            Self::NotRounded { .. } => {
                "leave --int8 out; a table without a setting has a network for it with --preset fast"
                    .to_owned()
            }
            Self::Operation { .. } => "export the weights alone with --format safetensors".to_owned(),
            Self::OnnxAlone { setting } => format!("leave {setting} out, or write a file that ends in .onnx"),
            Self::Name { column } => format!("train with another name for {column:?}"),
        })
    }
}
