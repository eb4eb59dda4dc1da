//! What a kind of target is.

use super::targets::TargetNumbers;
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix};
use crate::{DataError, Description, Inconsistency, Mismatch, Preprocess, SettingError};

/// What the program asks of a kind of target.
pub(crate) trait TargetKind<'a>: Copy {
    /// What messages call it: `classes`.
    const NOUN: &'static str;
    /// What is learned from the training part.
    type Encoder: TargetEncoding;

    /// The number of items of a target whose parts fit together.
    fn rows(self) -> Result<usize, Inconsistency>;

    /// Whether every item is one that can be predicted.
    fn check(self) -> Result<(), Inconsistency> {
        Ok(())
    }

    /// The names of the outputs: of the classes, or of the target columns.
    fn names(self) -> &'a [String];

    /// Puts all of the contents into the fingerprint.
    fn fingerprint(self, hash: &mut Hash);

    /// What a user may want to know of it.
    fn describe(self) -> Description;

    /// One class for each item, where items have one: parts of the data keep the shares of the classes.
    fn labels(self) -> Option<&'a [u32]> {
        None
    }

    /// Puts the target of a row into what tells the training part from others.
    fn digest(self, row: usize, hash: &mut Hash);

    /// The targets of `rows` as columns of numbers. The names of the columns; none where there is a single one.
    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix);

    /// Learns from `rows`, of which one counts at least.
    fn fit(self, rows: FitRows<'_>, preprocess: &Preprocess) -> Result<Self::Encoder, DataError>;

    /// The targets of `rows` for a batch.
    fn encode(self, encoder: &Self::Encoder, rows: &[usize]) -> Result<TargetNumbers, DataError>;
}

/// What is learned from the targets of the training part.
pub(crate) trait TargetEncoding {
    /// The names of the outputs.
    fn names(&self) -> &[String];

    /// Predictions, row-major, in the units of the data.
    fn unscale(&self, outputs: &[f32]) -> Vec<f64> {
        outputs.iter().map(|output| f64::from(*output)).collect()
    }

    /// Gives numbers in the units of the data the digits that mean something.
    fn shorten(&self, _values: &mut [f64]) {}

    /// Whether a fit can have made this.
    fn is_sound(&self) -> bool;
}

/// An error where what are no numbers are to be transformed as numbers.
pub(super) fn must_stay(preprocess: &Preprocess, found: &'static str) -> Result<(), SettingError> {
    match preprocess.target_transform {
        None => Ok(()),
        Some(_) => Err(SettingError::TransformOfClasses { found }),
    }
}

/// An error for other classes or columns than those of the training part.
pub(super) fn same_names(expected: &[String], found: &[String]) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch::TargetNames { expected: expected.to_vec(), found: found.to_vec() })
}
