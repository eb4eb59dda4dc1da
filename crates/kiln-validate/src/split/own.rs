//! A function as a splitter.

use std::fmt;

use super::{Fold, Items, SplitError, Splitter};

/// A splitter that is a function of the items. It must give the same folds for the same items.
///
/// ```
/// use kiln_validate::split::{Fold, Items, SplitError, Splitter, split_fn};
///
/// // Trains on the even rows and tests the odd ones, and the other way round.
/// let halves = split_fn("halves", |items: &Items<'_>| {
///     let half = |rest: usize| (0..items.len()).filter(move |item| item % 2 == rest);
///     (0..2).map(|tested| Fold::new(half(1 - tested), half(tested))).collect()
/// });
/// assert_eq!(halves.split(&Items::new(5))?[1].test(), [1, 3]);
/// # Ok::<(), SplitError>(())
/// ```
pub fn split_fn<F>(name: &'static str, split: F) -> SplitFn<F>
where
    F: Fn(&Items<'_>) -> Result<Vec<Fold>, SplitError> + Send + Sync,
{
    SplitFn { name, split }
}

/// A splitter by [`split_fn`].
#[derive(Clone, Copy)]
pub struct SplitFn<F> {
    name: &'static str,
    split: F,
}

impl<F> fmt::Debug for SplitFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SplitFn").field(&self.name).finish()
    }
}

impl<F: Fn(&Items<'_>) -> Result<Vec<Fold>, SplitError> + Send + Sync> Splitter for SplitFn<F> {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        (self.split)(items)
    }
}
