//! Why no conclusion can be drawn.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain};

/// Why no conclusion can be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// Too few numbers.
    #[error("{found} {what} are too few: at least {least} are needed")]
    TooFew {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// Two lists that should belong together differ in length.
    #[error("the lists have {a} and {b} numbers, and cannot be compared one by one")]
    Lengths {
        /// Numbers of the first.
        a: usize,
        /// Numbers of the second.
        b: usize,
    },
    /// A number that is NaN or infinite.
    #[error("number {index}, counted from 0, is {value}")]
    NotFinite {
        /// Which.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A setting out of its range.
    #[error(transparent)]
    Number(#[from] kiln_core::NumberError),
}

impl Explain for StatisticsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(_) => ErrorKind::Usage,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::TooFew { .. } => "use more folds or repeats",
            Self::Lengths { .. } => "compare runs over the same folds",
            Self::NotFinite { .. } => "look at the fold that it comes from",
            Self::Number(_) => return None,
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            _ => None,
        }
    }
}

/// At least `least` numbers, all of them finite.
pub(super) fn check(what: &'static str, values: &[f64], least: usize) -> Result<(), StatisticsError> {
    if values.len() < least {
        return Err(StatisticsError::TooFew { what, found: values.len(), least });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatisticsError::NotFinite { index, value: values[index] }),
        None => Ok(()),
    }
}

/// Differences of two lists that belong together.
pub(super) fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    if a.len() != b.len() {
        return Err(StatisticsError::Lengths { a: a.len(), b: b.len() });
    }
    check("numbers", a, 1)?;
    check("numbers", b, 1)?;
    Ok(a.iter().zip(b).map(|(a, b)| a - b).collect())
}
