//! What cannot be calibrated.

use kiln_core::{ErrorKind, Explain, NumberError, Range};

/// Why there is no interval or set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformalError {
    /// The level is no share.
    #[error(transparent)]
    Level(#[from] NumberError),
    /// Nothing to calibrate with.
    #[error("there are no items to calibrate with")]
    NoItems,
    /// Lists of different lengths.
    #[error("{name} has {found} items where {expected} are expected")]
    Length {
        /// The list.
        name: &'static str,
        /// As many as the other lists have.
        expected: usize,
        /// As many as it has.
        found: usize,
    },
    /// A number that is NaN or infinite.
    #[error("{name} has a number that is not finite, of item {item}")]
    NotFinite {
        /// The list.
        name: &'static str,
        /// The item, from 0.
        item: usize,
    },
    /// A class that no probability is of.
    #[error("item {item} is of class {label}, but there are {classes} classes")]
    Class {
        /// The item, from 0.
        item: usize,
        /// Its class, from 0.
        label: u32,
        /// How many there are.
        classes: usize,
    },
}

impl Explain for ConformalError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Level(error) => error.kind(),
            _ => ErrorKind::Data,
        }
    }
}

/// The level, if it is one: above 0 and below 1.
pub(super) fn level(level: f64) -> Result<f64, ConformalError> {
    Range::BELOW_ONE.check("level", level)?;
    Ok(Range::POSITIVE.check("level", level)?)
}

/// Lists of one length of finite numbers.
pub(super) fn same(lists: &[(&'static str, &[f64])]) -> Result<usize, ConformalError> {
    let expected = lists.first().map_or(0, |(_, list)| list.len());
    if expected == 0 {
        return Err(ConformalError::NoItems);
    }
    for (name, list) in lists {
        if list.len() != expected {
            return Err(ConformalError::Length { name, expected, found: list.len() });
        }
        if let Some(item) = list.iter().position(|number| !number.is_finite()) {
            return Err(ConformalError::NotFinite { name, item });
        }
    }
    Ok(expected)
}
