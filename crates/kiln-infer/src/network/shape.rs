//! What an item is between two steps.

use kiln_kernels::cpu::Order;

use crate::error::InferError;

/// The most floats of an item, and so of what a step makes of it: half a GiB.
const LIMIT: usize = 1 << 27;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// So many features.
    Row(usize),
    /// As many for each head. A batch is `[heads, n, features]`.
    Heads { heads: usize, features: usize },
    /// `[channels, height, width]`, in some order in memory.
    Image { dims: [usize; 3], order: Order },
}

impl Shape {
    /// Images as they come in.
    pub(crate) fn image(dims: [usize; 3]) -> Self {
        Self::Image { dims, order: Order::Nchw }
    }

    /// Floats of an item, at least 1 and no more than can be computed with.
    pub(super) fn len(self, place: &str) -> Result<usize, InferError> {
        let sizes = match self {
            Self::Row(features) => [features, 1, 1],
            Self::Heads { heads, features } => [heads, features, 1],
            Self::Image { dims, .. } => dims,
        };
        let len = sizes.iter().try_fold(1usize, |len, &size| len.checked_mul(size));
        match len {
            Some(len) if (1..=LIMIT).contains(&len) => Ok(len),
            _ => {
                Err(wrong(place, format!("an item is {sizes:?} there, at most {LIMIT} numbers are possible")))
            }
        }
    }

    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Row(_) => "rows",
            Self::Heads { .. } => "rows of several heads",
            Self::Image { .. } => "images",
        }
    }
}

/// An operation that does not fit.
pub(super) fn wrong(place: &str, reason: String) -> InferError {
    InferError::Plan { place: place.to_owned(), reason }
}
