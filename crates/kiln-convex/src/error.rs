//! What can be wrong with a convex problem.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::Solver;

/// Why a problem cannot be posed or solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvexError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A slice has another length than its shape says.
    #[error("{what} has {found} numbers, {expected} are needed")]
    Length {
        /// Which slice.
        what: &'static str,
        /// How many numbers it has.
        found: usize,
        /// How many its shape asks for.
        expected: usize,
    },
    /// There is nothing to fit.
    #[error("there are no {what} to fit")]
    Empty {
        /// `rows`, `columns` or `outputs`.
        what: &'static str,
    },
    /// A number is NaN or infinite.
    #[error("{what} at row {row} is {value}")]
    NotFinite {
        /// `a feature` or `a target`.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// The number.
        value: f64,
    },
    /// The target is outside the range of the loss.
    #[error("the target at row {row} is {value}, it must be {expected}")]
    Target {
        /// Row, from 0.
        row: usize,
        /// The target.
        value: f64,
        /// What the loss takes.
        expected: String,
    },
    /// The equations of a ridge regression have no single solution.
    #[error("the normal equations are singular: some features are combinations of others")]
    Singular,
    /// A solver for smooth problems was asked for one with an L1 term.
    #[error("{solver} needs a smooth problem, but there is an L1 term of {l1}")]
    NotSmooth {
        /// The solver.
        solver: Solver,
        /// The strength of the L1 term.
        l1: f64,
    },
    /// Coordinate descent was asked for a loss that it does not have.
    #[error("coordinate descent is for the squared error only")]
    NotSquared,
}

impl Explain for ConvexError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFinite { .. } | Self::Target { .. } | Self::Empty { .. } => ErrorKind::Data,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Singular => "give an L2 penalty a positive strength".to_owned(),
            Self::NotSmooth { .. } => "use fista, or cd for the squared error".to_owned(),
            Self::NotSquared => "use fista, or lbfgs without an L1 term".to_owned(),
            Self::NotFinite { .. } => "fill or drop missing values first".to_owned(),
            _ => return None,
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            _ => None,
        }
    }
}
