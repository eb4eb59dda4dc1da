//! The folds within a fold: what a search of settings is judged by in nested cross-validation.

use crate::split::{Fold, Items, SplitError, Splitter, folds_of};

/// Splits the training items of `fold` as `splitter` splits items; the numbers are those of `items` again. The items
/// that judge the fold are in none of the folds, on neither side, and their classes and groups are not looked at.
///
/// A search of settings that is judged by these folds, followed by a training on all of the fold's training items, is
/// one step of nested cross-validation: the score on the fold's test items has had no say in anything. Cawley, Talbot:
/// On over-fitting in model selection and subsequent selection bias in performance evaluation. Journal of Machine
/// Learning Research 11 (2010).
///
/// ```
/// use kiln_validate::cross::inner_folds;
/// use kiln_validate::split::{Items, KFold, SplitError, Splitter};
///
/// let items = Items::new(6);
/// let outer = KFold { folds: 3, shuffle: None }.split(&items)?;
/// let inner = inner_folds(&outer[0], &items, &KFold { folds: 2, shuffle: None })?;
/// assert_eq!((outer[0].test(), outer[0].train()), (&[0, 1][..], &[2, 3, 4, 5][..]));
/// assert_eq!((inner[0].test(), inner[0].train()), (&[2, 3][..], &[4, 5][..]));
/// # Ok::<(), SplitError>(())
/// ```
///
/// # Errors
/// [`SplitError`] when the training items cannot be split so.
pub fn inner_folds(fold: &Fold, items: &Items<'_>, splitter: &dyn Splitter) -> Result<Vec<Fold>, SplitError> {
    let rows = fold.train();
    let [labels, groups] = items.pick(rows)?;
    let mut within = Items::new(rows.len());
    if let Some(labels) = &labels {
        within = within.labels(labels);
    }
    if let Some(groups) = &groups {
        within = within.groups(groups);
    }
    Ok(folds_of(splitter, &within)?.into_iter().map(|inner| inner.among(rows)).collect())
}
