//! How a cross-validation splits: what `kiln cv` writes down beside its folds.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use crate::split::{
    GroupKFold, KFold, LeaveOneOut, Repeated, SplitError, Splitter, StratifiedGroupKFold, StratifiedKFold,
    TimeSeriesSplit,
};

/// What the folds look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scheme {
    /// k folds.
    KFold,
    /// k folds with the same share of every class.
    Stratified,
    /// k folds of whole groups.
    Group,
    /// k folds of whole groups, with about the same share of every class.
    StratifiedGroup,
    /// Training on the past.
    Time,
    /// Each item by itself.
    LeaveOneOut,
}

/// How a cross-validation splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CvPlan {
    /// What the folds look like.
    pub scheme: Scheme,
    /// How many folds in a repeat.
    pub folds: usize,
    /// How often; more than once always shuffles.
    pub repeats: usize,
    /// Whether items are shuffled first.
    pub shuffle: bool,
}

impl CvPlan {
    /// The splitter; `seed` is used only where something is shuffled.
    ///
    /// # Errors
    /// [`SplitError::Ordered`] when something without an order of its own is to be shuffled or repeated.
    pub fn splitter(&self, seed: Seed) -> Result<Box<dyn Splitter>, SplitError> {
        let (folds, repeats) = (self.folds, self.repeats);
        let shuffle = (self.shuffle && repeats == 1).then_some(seed);
        if matches!(self.scheme, Scheme::Time | Scheme::LeaveOneOut) && (self.shuffle || repeats != 1) {
            return Err(SplitError::Ordered);
        }
        macro_rules! folds {
            ($splitter:ident) => {{
                let splitter = $splitter { folds, shuffle };
                if repeats == 1 { Box::new(splitter) } else { Box::new(Repeated { splitter, repeats, seed }) }
            }};
        }
        Ok(match self.scheme {
            Scheme::KFold => folds!(KFold),
            Scheme::Stratified => folds!(StratifiedKFold),
            Scheme::Group => folds!(GroupKFold),
            Scheme::StratifiedGroup => folds!(StratifiedGroupKFold),
            Scheme::Time => Box::new(TimeSeriesSplit { folds, ..TimeSeriesSplit::default() }),
            Scheme::LeaveOneOut => Box::new(LeaveOneOut),
        })
    }
}
