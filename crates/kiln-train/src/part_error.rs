//! What can be wrong with several optimisers in one training.

use kiln_core::{ErrorKind, Explain};
use kiln_optim::OptimError;

/// Why several optimisers cannot share a training.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// A trainable parameter is nobody's.
    #[error("no optimiser is for the parameter {path}; there are {}", optimizers.join(", "))]
    Unowned {
        /// The parameter.
        path: String,
        /// The names of the optimisers.
        optimizers: Vec<String>,
    },
    /// A parameter would be moved by two optimisers.
    #[error("the optimisers {first} and {second} are both for the parameter {path}")]
    OwnedTwice {
        /// The parameter.
        path: String,
        /// The name of an optimiser.
        first: String,
        /// The name of the other one.
        second: String,
    },
    /// An optimiser, or a part of its selection, has no parameter.
    #[error("the optimiser {name} is for {wanted}, which is no trainable parameter")]
    Empty {
        /// The name of the optimiser.
        name: String,
        /// What was selected, in words.
        wanted: String,
        /// The paths of the trainable parameters.
        known: Vec<String>,
    },
    /// A name that cannot be one.
    #[error("{name:?} cannot name an optimiser: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// [`PartOptimizer::loss_of`](crate::PartOptimizer::loss_of) names no optimiser that was added before and has a loss.
    #[error(
        "the optimiser {name} takes its gradients from {other:?}, which has no loss of its own or was not added before"
    )]
    LossOf {
        /// The name of the optimiser.
        name: String,
        /// What it names.
        other: String,
    },
    /// An optimiser without a pass of its own asks for two of them.
    #[error(
        "the optimiser {name} takes its gradients from {other}, so sharpness-aware minimisation is not its own"
    )]
    Sam {
        /// The name of the optimiser.
        name: String,
        /// Whose gradients it takes.
        other: String,
    },
    /// A loss does not depend on what it is to move.
    #[error("the loss of {name} depends on none of its parameters")]
    Constant {
        /// The name of the optimiser.
        name: String,
    },
    /// The settings of an optimiser do not fit.
    #[error("{source} (the optimiser {name})")]
    Settings {
        /// The name of the optimiser.
        name: String,
        /// What is wrong.
        source: OptimError,
    },
    /// Something that knows one optimiser only.
    #[error("{what} is for trainings with one optimiser, and this one has several")]
    OnlyOne {
        /// What was called.
        what: &'static str,
    },
}

impl Explain for PartError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unowned { .. } => Some(
                "give it to one with PartOptimizer::params, or freeze it with Trainer::freeze".to_owned(),
            ),
            Self::OwnedTwice { .. } => {
                Some("leave it out of one of them with PartOptimizer::params".to_owned())
            }
            Self::Empty { known, .. } => {
                Some(format!("name parameters with PartOptimizer::params; they are {}", known.join(", ")))
            }
            Self::Name { .. } => Some("choose another name".to_owned()),
            Self::LossOf { .. } => Some("add the optimiser with the loss first".to_owned()),
            Self::Sam { other, .. } => Some(format!("set it for {other}, whose pass it is")),
            Self::Constant { .. } => Some(
                "look for detach() on the way; give None from Task::loss_for where it is to make no step"
                    .to_owned(),
            ),
            Self::Settings { source, .. } => source.help(),
            Self::OnlyOne { .. } => {
                Some("use Trainer::optimizer instead of Trainer::optimizer_for".to_owned())
            }
        }
    }
}
