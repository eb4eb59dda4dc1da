//! What can be wrong with an optimiser's settings or its saved state.

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why an optimiser or a schedule could not be built or restored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptimError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Two settings contradict each other.
    #[error(
        "optim.nesterov needs a momentum above 0 and no dampening, here momentum is {momentum} and dampening {dampening}"
    )]
    Nesterov {
        /// `optim.momentum`.
        momentum: f64,
        /// `optim.dampening`.
        dampening: f64,
    },
    /// The milestones of a multi-step schedule do not rise.
    #[error("schedule.milestones must rise, {value} comes after {before}")]
    Milestones {
        /// The milestone that is not greater than the one before it.
        value: f64,
        /// The one before it.
        before: f64,
    },
    /// A saved state lacks an entry.
    #[error("the saved optimiser state holds no {name:?}")]
    StateMissing {
        /// Name of the entry, `<slot>/<parameter path>`.
        name: String,
    },
    /// A saved state holds entries that neither the model nor the optimiser knows.
    #[error("the saved optimiser state holds {names:?}, which this optimiser has no place for")]
    StateUnknown {
        /// Names of the entries.
        names: Vec<String>,
    },
    /// A saved entry has another length than its parameter.
    #[error("{name:?} of the saved optimiser state has shape {found:?}, the model needs [{expected}]")]
    StateShape {
        /// Name of the entry.
        name: String,
        /// Shape in the saved state.
        found: Vec<usize>,
        /// Number of elements of the parameter.
        expected: usize,
    },
    /// A saved entry has a data type that cannot be right.
    #[error("{name:?} of the saved optimiser state has the data type {found}, expected {expected}")]
    StateType {
        /// Name of the entry.
        name: String,
        /// Data type in the saved state.
        found: String,
        /// Data type that is needed.
        expected: &'static str,
    },
}

impl Explain for OptimError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(_) | Self::Nesterov { .. } | Self::Milestones { .. } => ErrorKind::Usage,
            _ => ErrorKind::Checkpoint,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Number(_) => None,
            Self::Nesterov { .. } => Some("set optim.momentum = 0.9 and optim.dampening = 0".to_owned()),
            Self::Milestones { .. } => Some("sort the milestones and drop the ones that repeat".to_owned()),
            _ => Some("resume with the model and the optimiser that the state was saved with".to_owned()),
        }
    }
}
