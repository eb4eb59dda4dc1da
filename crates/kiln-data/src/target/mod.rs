//! What there can be to predict.
//!
//! A kind of target is a file with a [`TargetKind`] and its [`TargetEncoding`], and a line in the list below. What
//! is asked of one kind alone is in `views.rs`. What a model and a loss see of it is one of two: [`Targets`].

mod classes;
mod dispatch;
mod kind;
mod labels;
mod targets;
#[cfg(test)]
mod tests;
mod values;
mod views;

pub use targets::{TargetNumbers, Targets};

use classes::{ClassEncoder, Classes};
use kind::{TargetEncoding, TargetKind};
use labels::{LabelEncoder, LabelSets};
use values::{NumberValues, ValueEncoder};

dispatch::targets! {
    /// One class an item.
    "classes" => Classes(Classes, ClassEncoder) {
        /// Indices into `names`, one an item.
        labels: Vec<u32>,
        /// Names of the classes.
        names: Vec<String>,
    };
    /// Any number of labels an item.
    "labels" => Labels(LabelSets, LabelEncoder) {
        /// Indices into `names`, rising, a list for each item.
        sets: Vec<Vec<u32>>,
        /// Names of the labels.
        names: Vec<String>,
    };
    /// One or more numbers an item.
    "values" => Values(NumberValues, ValueEncoder) {
        /// Row-major, `n · names.len()`.
        values: Vec<f64>,
        /// Names of the target columns.
        names: Vec<String>,
    };
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
    pub fn numbers(&self, row: usize) -> Vec<f64> {
        self.columns(&[row]).1.numbers
    }
}
