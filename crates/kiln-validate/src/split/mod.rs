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
//! | [`split_fn`], or any [`Splitter`] of your own | what a function says |
//!
//! Without shuffling the lists are those of scikit-learn's splitters of the same names. Order is random with a seed and
//! only then: `shuffle: Option<Seed>` has no way to say "a seed, but no shuffling".

mod error;
mod fold;
mod group;
mod items;
mod kfold;
mod leave_out;
mod own;
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
pub use own::{SplitFn, split_fn};
pub use predefined::PredefinedSplit;
pub use repeated::{Repeated, Reshuffle};
pub use shares::Size;
pub use shuffle_split::{GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit};
pub use stratified::StratifiedKFold;
pub use stratified_group::StratifiedGroupKFold;
pub use time_series::TimeSeriesSplit;

/// Cuts items into folds.
///
/// Write your own for any other way, with [`Fold::new`]; whatever takes a splitter takes it. A purged split leaves out
/// what lies too near to the test items:
///
/// ```
/// use kiln_validate::cross::{Parallel, cross_validate};
/// use kiln_validate::split::{Fold, Items, SplitError, Splitter};
///
/// /// Tests one day after the other, and trains on all days that are at least `gap` days away.
/// #[derive(Debug)]
/// struct Purged {
///     gap: usize,
/// }
///
/// impl Splitter for Purged {
///     fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
///         let far = |day: usize| (0..items.len()).filter(move |other| day.abs_diff(*other) >= self.gap);
///         (0..items.len()).map(|day| Fold::new(far(day), [day])).collect()
///     }
/// }
///
/// let sizes = |_, fold: &Fold| Ok::<_, SplitError>(fold.train().len());
/// let found = cross_validate(&Purged { gap: 2 }, &Items::new(5), Parallel::new(1), sizes)?;
/// assert_eq!(found, [3, 2, 2, 2, 3]);
/// # Ok::<(), SplitError>(())
/// ```
///
/// kiln's own are settings:
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

impl<S: Splitter + ?Sized> Splitter for &S {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        (**self).split(items)
    }
}

impl<S: Splitter + ?Sized> Splitter for Box<S> {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        (**self).split(items)
    }
}

/// The folds of a splitter, which may be one of a user's own: there is at least one, and each item is there.
///
/// # Errors
/// As [`Splitter::split`]; [`SplitError::NoFold`] and [`SplitError::NoItem`].
pub fn folds_of(splitter: &dyn Splitter, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
    let folds = splitter.split(items)?;
    if folds.is_empty() {
        return Err(SplitError::NoFold);
    }
    folds.iter().try_for_each(|fold| fold.check(items.len()))?;
    Ok(folds)
}
