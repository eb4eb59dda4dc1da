//! What can be wrong with a path.

use std::borrow::Cow;

use kiln_convex::ConvexError;
use kiln_core::{ErrorKind, Explain, NumberError};

/// What can be wrong with a path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The problem cannot be posed or solved.
    #[error(transparent)]
    Convex(#[from] ConvexError),
    /// No feature says anything about the target.
    #[error("every coefficient is zero even without a penalty: no feature is correlated with the target")]
    Flat,
    /// A class that no row has.
    #[error("no row has class {class}, so the model of this class has no optimum")]
    Class {
        /// The class, from 0.
        class: usize,
    },
    /// No strength makes all weights zero.
    #[error("{left} of the weights are not zero even at a strength of {lambda:e}")]
    NeverZero {
        /// The strength.
        lambda: f64,
        /// Weights that are not zero.
        left: usize,
    },
    /// Folds with curves of different lengths, or no folds.
    #[error("a fold has {found} errors for {expected} strengths")]
    Length {
        /// Strengths.
        expected: usize,
        /// Errors of the fold.
        found: usize,
    },
    /// An error that is not a number.
    #[error("the error of fold {fold} at strength {place} is {value}")]
    NotFinite {
        /// The fold, from 0.
        fold: usize,
        /// The place on the path, from 0.
        place: usize,
        /// The value.
        value: f64,
    },
}

impl Explain for PathError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(_) | Self::Length { .. } => ErrorKind::Usage,
            Self::Convex(error) => error.kind(),
            Self::Flat | Self::Class { .. } => ErrorKind::Data,
            Self::NotFinite { .. } | Self::NeverZero { .. } => ErrorKind::Diverged,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Convex(error) => error.help(),
            Self::Class { .. } => {
                Some("take fewer folds, or leave classes out that have next to no items".to_owned())
            }
            Self::NeverZero { .. } => {
                Some("train longer at each strength, or with a larger learning rate".to_owned())
            }
            _ => None,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::Convex(error) => error.key(),
            _ => None,
        }
    }
}
