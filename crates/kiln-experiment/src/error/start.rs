//! What keeps a training from starting from weights.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain, WeightsError};
use kiln_data::DataError;

/// What keeps a training from starting from weights.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The file cannot be read, or holds no weights.
    #[error(transparent)]
    Weights {
        /// What is wrong.
        source: Box<WeightsError>,
    },
    /// The weights are not those of the model.
    #[error("{}: {source}", path.display())]
    Unfit {
        /// The file, or the folder of the run.
        path: PathBuf,
        /// How they differ.
        source: Box<WeightsError>,
    },
    /// A tensor has values that no training can start from.
    #[error("{}: the tensor {tensor:?} holds NaN or infinite values", path.display())]
    NotFinite {
        /// The file, or the folder of the run.
        path: PathBuf,
        /// Its path in the model.
        tensor: String,
    },
    /// Nothing tells how the tensors lie.
    #[error("{} does not say how its tensors lie, and their shapes fit both ways", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
    },
    /// They are not the weights that the training began with.
    #[error("the weights in {} are not those that the training began with", path.display())]
    Changed {
        /// The file, or the folder of the run.
        path: PathBuf,
    },
    /// The data are not such as the run was trained on.
    #[error("{} was trained on other inputs: {source}", run.display())]
    Inputs {
        /// The folder of the run.
        run: PathBuf,
        /// How they differ.
        source: Box<DataError>,
    },
    /// A distance from start weights without start weights.
    #[error("{penalty} pulls weights towards those that the training starts from, and there are none")]
    NoStart {
        /// The penalty, as `penalty.0`.
        penalty: String,
    },
    /// Adapters of weights that nothing has trained.
    #[error("model.lora adapts the weights that the training starts from, and there are none")]
    NothingToAdapt,
}

impl Explain for StartError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Weights { source } | Self::Unfit { source, .. } => source.kind(),
            Self::Layout { .. } | Self::NoStart { .. } | Self::NothingToAdapt => ErrorKind::Usage,
            Self::Changed { .. } | Self::NotFinite { .. } => ErrorKind::Checkpoint,
            Self::Inputs { source, .. } => source.kind(),
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Unfit { source, .. }
                if matches!(**source, WeightsError::Pattern { .. } | WeightsError::NoMatch { .. }) =>
            {
                "model.weights_map".into()
            }
            Self::NoStart { penalty } => format!("{penalty}.kind").into(),
            Self::NothingToAdapt => "model.lora".into(),
            _ => "model.weights".into(),
        })
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unfit { source, .. } if matches!(**source, WeightsError::Unlike(_)) => {
                "rename tensors, or leave some out, with model.weights_map = [{ from = \"^net\\\\.\", to = \"\" }]; let parameters \
                 keep their first values with model.weights_fresh = \"^output\""
                    .to_owned()
            }
            Self::Weights { source } | Self::Unfit { source, .. } => return source.help(),
            Self::Layout { .. } => {
                "set model.weights_layout = \"pytorch\" for a file of PyTorch's, \"kiln\" for one of Burn's".to_owned()
            }
            Self::NotFinite { .. } => {
                "give weights of a training that did not diverge, or leave the tensor out with model.weights_fresh".to_owned()
            }
            Self::Changed { .. } => "bring the old ones back, or begin a new training".to_owned(),
            Self::Inputs { .. } => {
                "bring the data into the form of the run's, or start from its weights alone: give \
                 checkpoints/…/model.safetensors in place of the folder"
                    .to_owned()
            }
            Self::NoStart { .. } | Self::NothingToAdapt => "set model.weights, or give --from RUN".to_owned(),
        })
    }
}
