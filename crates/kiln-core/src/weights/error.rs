//! What can be wrong with weights.

use std::path::PathBuf;

use super::unlike::Unlike;
use crate::{ErrorKind, Explain};

/// Why weights cannot be put into a module, stored or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The module has a tensor that the weights lack.
    #[error("the weights hold no tensor {name:?}, which the model needs")]
    Missing {
        /// Path of the tensor in the module, or the name that it has in PyTorch.
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
        /// Shape in the weights, in Burn's layout.
        found: Vec<usize>,
        /// Shape in the module.
        expected: Vec<usize>,
    },
    /// No tensor of the weights has a place in the module.
    #[error("no tensor of the weights fits the model; they hold {found:?}, the model has {expected:?}")]
    NothingFits {
        /// The first names in the weights.
        found: Vec<String>,
        /// The first paths of the module.
        expected: Vec<String>,
    },
    /// No tensor has a name that begins so.
    #[error("the weights hold no tensor at or below {prefix:?}; they hold {found:?}")]
    NoTensor {
        /// What was asked for.
        prefix: String,
        /// The first names in the weights.
        found: Vec<String>,
    },
    /// Renaming would give two tensors one name.
    #[error("two tensors would be called {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
    /// A regular expression that does not parse.
    #[error("{pattern:?} is no regular expression: {reason}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// Where it goes wrong.
        reason: String,
    },
    /// No tensor has a name that a regular expression matches.
    #[error("{pattern:?} matches no tensor of the weights; they hold {found:?}")]
    NoMatch {
        /// The expression.
        pattern: String,
        /// The first names in the weights.
        found: Vec<String>,
    },
    /// Weights that are not those of the model.
    #[error("the weights are not those of the model: {0}")]
    Unlike(Box<Unlike>),
    /// PyTorch has no tensor that is this one and nothing else.
    #[error("PyTorch has no tensor of its own for {path:?}")]
    NoName {
        /// Path of the tensor in the module.
        path: String,
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
    /// A file that `torch.save` wrote.
    #[error("not a safetensors file, but one that torch.save wrote")]
    Pickle,
    /// A file of `torch.save` that cannot be read as data.
    #[error("not a file of tensors that torch.save wrote: {reason}")]
    Saved {
        /// What the reader says.
        reason: String,
    },
    /// A safetensors file that does not say that it is in kiln's layout.
    #[error("the file does not say how its tensors lie: it has no mark format=kiln{}", mark(found))]
    Unmarked {
        /// The mark that it has.
        found: Option<String>,
    },
    /// A file that is in another layout than the one asked for.
    #[error("the file is marked format=kiln: its tensors do not lie as PyTorch's")]
    OtherLayout,
    /// A file that cannot be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// What is wrong with the contents of a file.
    #[error("{}: {source}", path.display())]
    In {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<WeightsError>,
    },
}

fn mark(found: &Option<String>) -> String {
    found.as_ref().map(|mark| format!(" but format={mark}")).unwrap_or_default()
}

impl Explain for WeightsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { .. } => ErrorKind::Io,
            Self::In { source, .. } => source.kind(),
            Self::NoTensor { .. } | Self::Twice { .. } | Self::Pattern { .. } | Self::NoMatch { .. } => {
                ErrorKind::Usage
            }
            _ => ErrorKind::Checkpoint,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } | Self::Unknown { .. } | Self::Shape { .. } => {
                "build the model from the configuration that the weights were trained with, or load what fits with \
                 Weights::apply_partial"
                    .to_owned()
            }
            Self::NothingFits { .. } => "give the tensors the names of the model with Weights::rename".to_owned(),
            Self::Unmarked { .. } => {
                "read a file of PyTorch's with Weights::read_as(path, Layout::PyTorch), and one of Burn's or of an old \
                 run with Weights::read_as(path, Layout::Kiln)"
                    .to_owned()
            }
            Self::OtherLayout => "read it with Weights::read".to_owned(),
            Self::Unlike(_) => "give the tensors the names of the model, leave some out, or say which of the model's are to \
                                keep their first values"
                .to_owned(),
            Self::Saved { .. } => "save the state dictionary alone: torch.save(model.state_dict(), 'a.pt')".to_owned(),
            Self::Pickle => "build kiln with the feature `pytorch`, or convert it: python -c \"import torch, safetensors.torch as s; \
                             s.save_file(torch.load('a.pt', map_location='cpu'), 'a.safetensors')\""
                .to_owned(),
            Self::In { source, .. } => return source.help(),
            _ => return None,
        })
    }
}
