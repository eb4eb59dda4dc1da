//! Intervals of the models of a cross-validation.

use super::error::{ConformalError, level as check_level, same};
use super::quantile::rank;

/// The interval of one new item by the models of all folds: CV+ (Barber, Candès, Ramdas and Tibshirani: Predictive inference with
/// the jackknife+, 2021). It holds the truth with a probability of at least 2 · level − 1, and usually of about `level`.
///
/// `held_out` are the predictions of each item by the model that was not fitted on it, `folds` the fold of each item, and `new` what
/// the model of each fold predicts for the new item.
///
/// # Errors
/// A level that is not above 0 and below 1; lists of different lengths, a number that is not finite, a fold without a model.
///
/// ```
/// use kiln_validate::conformal::cross_interval;
///
/// let (held_out, actual, folds) = ([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 2.0, 4.5], [0, 0, 1, 1]);
/// let interval = cross_interval(&held_out, &actual, &folds, &[10.0, 11.0], 0.6)?;
/// assert_eq!(interval, [10.0, 11.5]);
/// # Ok::<(), kiln_validate::conformal::ConformalError>(())
/// ```
pub fn cross_interval(
    held_out: &[f64],
    actual: &[f64],
    folds: &[usize],
    new: &[f64],
    level: f64,
) -> Result<[f64; 2], ConformalError> {
    let level = check_level(level)?;
    let items = same(&[("held_out", held_out), ("actual", actual)])?;
    same(&[("new", new)])?;
    if folds.len() != items {
        return Err(ConformalError::Length { name: "folds", expected: items, found: folds.len() });
    }
    let (mut lower, mut upper) = (Vec::with_capacity(items), Vec::with_capacity(items));
    for ((held_out, actual), fold) in held_out.iter().zip(actual).zip(folds) {
        let expected = *fold + 1;
        let of = new.get(*fold).ok_or(ConformalError::Length { name: "new", expected, found: new.len() })?;
        let residual = (actual - held_out).abs();
        lower.push(of - residual);
        upper.push(of + residual);
    }
    lower.sort_by(f64::total_cmp);
    upper.sort_by(f64::total_cmp);
    let rank = rank(items, level);
    let low = items.checked_sub(rank).map_or(f64::NEG_INFINITY, |place| lower[place]);
    Ok([low, upper.get(rank - 1).copied().unwrap_or(f64::INFINITY)])
}
