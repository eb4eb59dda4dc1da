//! What nothing in a file tells.

use crate::cell::Decimal;

/// What decimals begin with in a column whose cells do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assumed {
    /// Where cells have commas: `1,163`.
    pub(crate) of_commas: Decimal,
    /// Where they have points: `1.163`.
    pub(crate) of_points: Decimal,
    /// Whether a setting says so, and not the habit of most files.
    pub(crate) is_asked: bool,
}

impl Assumed {
    /// What a setting says.
    pub(crate) fn asked(decimal: Decimal) -> Self {
        Self { of_commas: decimal, of_points: decimal, is_asked: true }
    }

    /// The habit of most files: decimals have points, and where a comma may be one, it is what `commas` says.
    pub(crate) fn usual(commas: Decimal) -> Self {
        Self { of_commas: commas, of_points: Decimal::Point, is_asked: false }
    }
}
