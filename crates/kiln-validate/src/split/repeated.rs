//! k folds, again and again.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::{Fold, GroupKFold, Items, KFold, SplitError, Splitter, StratifiedGroupKFold, StratifiedKFold};

/// A splitter whose order can be drawn anew.
pub trait Reshuffle: Splitter {
    /// The same splitter with another order.
    #[must_use]
    fn reshuffled(&self, seed: Seed) -> Self;
}

macro_rules! reshuffle {
    ($($splitter:ident)*) => {
        $(impl Reshuffle for $splitter {
            fn reshuffled(&self, seed: Seed) -> Self {
                Self { shuffle: Some(seed), ..*self }
            }
        })*
    };
}

reshuffle!(KFold StratifiedKFold GroupKFold StratifiedGroupKFold);

/// A splitter's folds, `repeats` times, each time in another random order: scikit-learn's `RepeatedKFold` and
/// `RepeatedStratifiedKFold`, and the same for groups.
///
/// Each item is tested exactly `repeats` times. The folds of a repeat stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated<S> {
    /// What is repeated; its own order does not matter.
    pub splitter: S,
    /// How often, 1 or more.
    pub repeats: usize,
    /// Repeat `r` shuffles with `seed.at(r)`.
    pub seed: Seed,
}

impl<S: Reshuffle> Splitter for Repeated<S> {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        if self.repeats == 0 {
            return Err(SplitError::None { what: "repeats" });
        }
        let mut folds = Vec::new();
        for repeat in 0..self.repeats {
            folds.extend(self.splitter.reshuffled(self.seed.at(repeat as u64)).split(items)?);
        }
        Ok(folds)
    }
}
