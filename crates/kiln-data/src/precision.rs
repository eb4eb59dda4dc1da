//! How exactly numbers are taken.

use serde::{Deserialize, Serialize};

/// How exactly the numbers of tables and targets are taken, from the file to what is standardised.
///
/// Batches are f32 either way: f32 cannot tell `1700000000` from `1700000060`, but it can tell them once their mean is taken
/// off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Precision {
    /// Rounded to f32 first, and without a look at the weights of rows, as an older kiln did. For runs that were begun so: they go on
    /// with the bits they would have had.
    #[serde(rename = "f32")]
    Single,
    /// In f64, and every row counts its weight.
    #[default]
    #[serde(rename = "f64")]
    Double,
}

impl Precision {
    /// A number as it is taken.
    #[inline]
    pub(crate) fn of(self, number: f64) -> f64 {
        match self {
            Self::Single => f64::from(number as f32),
            Self::Double => number,
        }
    }

    /// That of preprocessing that was stored without a word on it.
    pub(crate) fn of_old() -> Self {
        Self::Single
    }

    /// Whether it is stored without a word on it, so that what an older kiln wrote is written the same again.
    pub(crate) fn is_old(&self) -> bool {
        *self == Self::Single
    }
}
