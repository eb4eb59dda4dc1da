//! How many items the points of a learning curve train on.

use kiln_core::Range;

use super::{Draw, subsets};
use crate::split::{Fold, Items, Size, SplitError};

/// The numbers of training items that `sizes` come to, rising and each once: `train_sizes_abs` of scikit-learn's
/// `learning_curve`. A share is of `items`, `(0, 1]`, rounded down and 1 at least; a count is 1 to `items`.
///
/// ```
/// use kiln_validate::curve::train_sizes;
/// use kiln_validate::split::Size::{Count, Share};
///
/// let sizes = [Share(1.0), Share(0.1), Share(0.55), Share(0.325), Share(0.775)];
/// assert_eq!(train_sizes(&sizes, 120)?, [12, 39, 66, 93, 120]);
/// assert_eq!(train_sizes(&[Count(50), Share(0.001)], 120)?, [1, 50]);
/// # Ok::<(), kiln_validate::split::SplitError>(())
/// ```
///
/// # Errors
/// [`SplitError`] for a share or count out of its range, or no size at all.
pub fn train_sizes(sizes: &[Size], items: usize) -> Result<Vec<usize>, SplitError> {
    let mut numbers: Vec<usize> = sizes.iter().map(|size| number(*size, items)).collect::<Result<_, _>>()?;
    if numbers.is_empty() {
        return Err(SplitError::None { what: "the number of sizes" });
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

fn number(size: Size, items: usize) -> Result<usize, SplitError> {
    match size {
        Size::Share(share) => {
            let share = Range::POSITIVE.check("sizes", share)?;
            let share = if share == 1.0 { share } else { Range::BELOW_ONE.check("sizes", share)? };
            Ok(((share * items as f64) as usize).max(1))
        }
        Size::Count(0) => Err(SplitError::None { what: "a size" }),
        Size::Count(count) if count > items => Err(SplitError::TooFewToTrain { size: count, items }),
        Size::Count(count) => Ok(count),
    }
}

/// The folds of every point. What is one point is decided by the fold with the fewest training items.
pub(super) fn parts(
    folds: &[Fold],
    items: &Items<'_>,
    sizes: &[Size],
    draw: Draw,
) -> Result<Vec<Vec<Fold>>, SplitError> {
    let fewest = folds.iter().map(|fold| fold.train().len()).min().unwrap_or(0);
    // Of sizes that come to the same number there, the first.
    let of = |point: usize| sizes.iter().copied().find(|size| number(*size, fewest) == Ok(point));
    let kept: Vec<Size> = train_sizes(sizes, fewest)?.into_iter().filter_map(of).collect();
    let mut parts = vec![Vec::new(); kept.len()];
    for (place, fold) in folds.iter().enumerate() {
        let own: Vec<usize> =
            kept.iter().map(|size| number(*size, fold.train().len())).collect::<Result<_, _>>()?;
        // Each fold has an order of its own.
        for (part, subset) in parts.iter_mut().zip(subsets(fold, items, &own, draw.at(place))?) {
            part.push(subset);
        }
    }
    Ok(parts)
}
