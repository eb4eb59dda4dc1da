//! What there can be to predict.
//!
//! A kind of target is a file with a [`TargetKind`] and its [`TargetEncoding`], and a line in the list below. What a
//! model and a loss see of it is one of two: [`Targets`].

mod classes;
mod dispatch;
mod targets;
#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "what the list makes is not all asked for")]
mod tests;
mod values;

pub use targets::{TargetNumbers, Targets};

use crate::fingerprint::Hash;
use crate::preprocess::Matrix;
use crate::{DataError, Description, Inconsistency, Mismatch};
use classes::{ClassEncoder, Classes};
use values::{NumberValues, ValueEncoder};

dispatch::targets! {
    /// One class an item.
    "classes" => Classes(Classes, ClassEncoder) {
        /// Indices into `names`, one an item.
        labels: Vec<u32>,
        /// Names of the classes.
        names: Vec<String>,
    };
    /// One or more numbers an item.
    "values" => Values(NumberValues, ValueEncoder) {
        /// Row-major, `n · names.len()`.
        values: Vec<f32>,
        /// Names of the target columns.
        names: Vec<String>,
    };
}

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

    /// The target of a row as bytes, which tell the training part from others.
    fn digest(self, row: usize, hasher: &mut blake3::Hasher);

    /// The targets of `rows` as columns of numbers. The names of the columns; none where there is a single one.
    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix);

    /// Learns from `rows`, at least one.
    fn fit(self, rows: &[usize], standardize: bool) -> Result<Self::Encoder, DataError>;

    /// The targets of `rows` for a batch.
    fn encode(self, encoder: &Self::Encoder, rows: &[usize]) -> Result<TargetNumbers, DataError>;
}

/// What is learned from the targets of the training part.
pub(crate) trait TargetEncoding {
    /// The names of the outputs.
    fn names(&self) -> &[String];

    /// Takes predictions, row-major, back to the units of the data.
    fn unscale(&self, _predictions: &mut [f32]) {}

    /// Whether a fit can have made this.
    fn is_sound(&self) -> bool;
}

impl Target {
    /// The classes of all items and how many classes there are, where every item has one: what parts of the data are
    /// to have the same shares of.
    pub fn strata(&self) -> Option<(&[u32], usize)> {
        self.labels().map(|labels| (labels, self.names().len()))
    }

    /// The target of a row as numbers in the units of the data, of one class of three or more a 1 among 0s.
    ///
    /// # Panics
    /// When the row is not there.
    pub fn numbers(&self, row: usize) -> Vec<f32> {
        self.columns(&[row]).1.numbers.into_iter().map(|number| number as f32).collect()
    }
}

/// An error for other classes or columns than those of the training part.
fn same_names(expected: &[String], found: &[String]) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch::TargetNames { expected: expected.to_vec(), found: found.to_vec() })
}
