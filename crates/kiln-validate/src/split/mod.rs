//! Splitters: which items train and which judge, fold by fold. Indices only, never data.
//!
//! | splitter | what a fold tests |
//! |---|---|
//! | [`KFold`] | one of k runs of neighbouring items |
//! | [`StratifiedKFold`] | the same share of every class |
//! | [`GroupKFold`] | whole groups, folds of about one size |
//! | [`StratifiedGroupKFold`] | whole groups, with about the same share of every class |
//! | [`Repeated`] | k folds, again and again, in another order each time |
//! | [`LeaveOneOut`], [`LeavePOut`], [`LeaveOneGroupOut`] | one item, p items, one group |
//! | [`ShuffleSplit`], [`StratifiedShuffleSplit`], [`GroupShuffleSplit`] | a random share |
//! | [`TimeSeriesSplit`] | what comes after the training items |
//! | [`PredefinedSplit`] | what you say |
//!
//! Without shuffling the lists are those of scikit-learn's splitters of the same names. Order is random with a seed and
//! only then: `shuffle: Option<Seed>` has no way to say "a seed, but no shuffling".

mod error;
mod fold;
mod group;
mod items;
mod kfold;
mod leave_out;
mod predefined;
mod repeated;
mod shares;
mod shuffle_split;
mod stratified;
mod stratified_group;
mod time_series;

pub use error::SplitError;
pub use fold::Fold;
pub use group::GroupKFold;
pub use items::Items;
pub use kfold::KFold;
pub use leave_out::{LeaveOneGroupOut, LeaveOneOut, LeavePOut};
pub use predefined::PredefinedSplit;
pub use repeated::{Repeated, Reshuffle};
pub use shares::Size;
pub use shuffle_split::{GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit};
pub use stratified::StratifiedKFold;
pub use stratified_group::StratifiedGroupKFold;
pub use time_series::TimeSeriesSplit;

/// Cuts items into folds.
///
/// ```
/// use kiln_core::Seed;
/// use kiln_validate::split::{Items, KFold, Splitter};
///
/// let folds = KFold { folds: 3, shuffle: None }.split(&Items::new(7))?;
/// let tests: Vec<&[usize]> = folds.iter().map(|fold| fold.test()).collect();
/// assert_eq!(tests, [&[0, 1, 2][..], &[3, 4], &[5, 6]]);
/// assert_eq!(folds[1].train(), [0, 1, 2, 5, 6]);
///
/// let shuffled = KFold { folds: 3, shuffle: Some(Seed::new(1)) };
/// assert_eq!(shuffled.split(&Items::new(7))?, shuffled.split(&Items::new(7))?);
/// # Ok::<(), kiln_validate::split::SplitError>(())
/// ```
pub trait Splitter: std::fmt::Debug + Send + Sync {
    /// The folds, in order. The same items always give the same folds.
    ///
    /// # Errors
    /// [`SplitError`]: too few items, groups or members of a class for what is asked, or labels or groups that are
    /// missing or of another length.
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError>;
}
