//! A data set in memory: inputs as they were read, and what the model predicts.

use crate::{Arrangement, Features, Fingerprint, Precision, Target};

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
    pub weights: Option<Vec<f64>>,
    /// Rows of the test part that the source fixes, in rising order; empty when it fixes none.
    pub fixed_test: Vec<usize>,
    /// That of the contents, by [`Fingerprint::of`].
    pub fingerprint: Fingerprint,
    /// What is known of the rows besides: groups, times, where they come from.
    pub arrangement: Arrangement,
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
        weights: Option<Vec<f64>>,
    ) -> Self {
        let fingerprint = Fingerprint::of(&features, &target, &fixed_test, weights.as_deref());
        let arrangement = Arrangement::default();
        Self { name, features, target, weights, fixed_test, fingerprint, arrangement }
    }

    /// With what is known of the rows. What a split depends on becomes a part of the fingerprint.
    pub(crate) fn arranged(self, arrangement: Arrangement) -> Self {
        let digest = arrangement.digest();
        let fingerprint = if digest.is_empty() {
            self.fingerprint
        } else {
            Fingerprint::of_parts([self.fingerprint.as_str().as_bytes(), &digest])
        };
        Self { fingerprint, arrangement, ..self }
    }

    /// How exactly a run took the numbers that was begun on data with the fingerprint `recorded`; `None` where it was begun
    /// on other data than these. Data without numbers have one fingerprint, and count as [`Precision::Double`].
    ///
    /// ```
    /// use kiln_data::{Column, Dataset, Features, Fingerprint, Precision, Target, Values};
    ///
    /// let x = Column { name: "x".into(), values: Values::Numeric(vec![1.0, 2.0]) };
    /// let y = Target::Classes { labels: vec![0, 1], names: vec!["a".into(), "b".into()] };
    /// let data = Dataset::new("made", Features::Table(vec![x]), y);
    /// assert_eq!(data.precision_of(&data.fingerprint), Some(Precision::Double));
    /// assert_eq!(data.precision_of(&Fingerprint::from(String::new())), None);
    /// ```
    pub fn precision_of(&self, recorded: &Fingerprint) -> Option<Precision> {
        if *recorded == self.fingerprint {
            return Some(Precision::Double);
        }
        (*recorded == self.fingerprint_in(Precision::Single)).then_some(Precision::Single)
    }

    /// The fingerprint of a run that takes numbers as exactly as that. A run that an older kiln began goes on with data whose
    /// [`fingerprint`](Self::fingerprint) is that in [`Precision::Single`], and with
    /// [`Preprocess::precision`](crate::Preprocess::precision).
    pub fn fingerprint_in(&self, precision: Precision) -> Fingerprint {
        let Self { features, target, fixed_test, weights, .. } = self;
        Fingerprint::taken_in(precision, features, target, fixed_test, weights.as_deref())
    }
}
