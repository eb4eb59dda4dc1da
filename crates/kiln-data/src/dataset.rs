//! A data set in memory: inputs as they were read, and what the model predicts.

use crate::{Features, Fingerprint, Target};

/// A data set in memory. 8-bit images stay 8-bit, columns stay columns: nothing is scaled or encoded here,
/// because whatever is fitted is fitted on the training part only (see [`crate::preprocess`]).
///
/// ```
/// use kiln_data::{Column, Dataset, Features, Target, Values};
///
/// let x = Column { name: "x".into(), values: Values::Numeric(vec![1.0, 2.0, 3.0]) };
/// let y = Target::Values { values: vec![2.0, 4.0, 6.0], names: vec!["y".into()] };
/// let doubled = Dataset::new("doubled", Features::Table(vec![x]), y);
/// assert_eq!(doubled.fingerprint.as_str().len(), 64);
/// ```
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What it is called in reports: `digits`, `train.csv`.
    pub name: String,
    /// What a prediction is made from, one row an item.
    pub features: Features,
    /// What the model predicts, one row an item.
    pub target: Target,
    /// What each item counts in losses and metrics, finite and not negative; `None`: all the same.
    pub weights: Option<Vec<f32>>,
    /// Rows of the test part that the source fixes, in rising order; empty when it fixes none.
    pub fixed_test: Vec<usize>,
    /// That of the contents, by [`Fingerprint::of`].
    pub fingerprint: Fingerprint,
}

impl Dataset {
    /// A data set without weights or a fixed test part.
    pub fn new(name: impl Into<String>, features: Features, target: Target) -> Self {
        Self::with(name.into(), features, target, Vec::new(), None)
    }

    /// A data set with everything that it may have.
    pub(crate) fn with(
        name: String,
        features: Features,
        target: Target,
        fixed_test: Vec<usize>,
        weights: Option<Vec<f32>>,
    ) -> Self {
        let fingerprint = Fingerprint::of(&features, &target, &fixed_test, weights.as_deref());
        Self { name, features, target, weights, fixed_test, fingerprint }
    }
}
