//! The quantile that makes conformal prediction hold.

use super::error::{ConformalError, level as check_level};

/// The ⌈(n + 1) · level⌉-th smallest of n scores: a new score is at most that with a probability of at least `level`. It is infinite
/// where there are too few scores for the level (fewer than 9 for 0.9).
///
/// # Errors
/// A level that is not above 0 and below 1; no scores, a score that is not finite.
///
/// ```
/// use kiln_validate::conformal::conformal_quantile;
///
/// let scores = [0.5, 0.1, 0.4, 0.2, 0.3, 0.9, 0.8, 0.7, 0.6];
/// assert_eq!(conformal_quantile(&scores, 0.9)?, 0.9);
/// assert_eq!(conformal_quantile(&scores, 0.8)?, 0.8);
/// assert_eq!(conformal_quantile(&scores[..8], 0.9)?, f64::INFINITY);
/// # Ok::<(), kiln_validate::conformal::ConformalError>(())
/// ```
pub fn conformal_quantile(scores: &[f64], level: f64) -> Result<f64, ConformalError> {
    let level = check_level(level)?;
    if scores.is_empty() {
        return Err(ConformalError::NoItems);
    }
    if let Some(item) = scores.iter().position(|score| !score.is_finite()) {
        return Err(ConformalError::NotFinite { name: "scores", item });
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted.get(rank(sorted.len(), level) - 1).copied().unwrap_or(f64::INFINITY))
}

/// The fewest scores whose quantile is finite at this level: 9 for 0.9, 19 for 0.95.
///
/// # Errors
/// A level that is not above 0 and below 1.
///
/// ```
/// use kiln_validate::conformal::least_items;
///
/// assert_eq!([least_items(0.9)?, least_items(0.95)?, least_items(0.5)?], [9, 19, 1]);
/// # Ok::<(), kiln_validate::conformal::ConformalError>(())
/// ```
pub fn least_items(level: f64) -> Result<usize, ConformalError> {
    let level = check_level(level)?;
    // From a first guess that rounding may have made one too few or too many.
    let guess = (level / (1.0 - level)) as usize;
    Ok((guess.saturating_sub(1).max(1)..).find(|items| rank(*items, level) <= *items).unwrap_or(guess))
}

/// ⌈(n + 1) · level⌉, from 1. Products such as 10 · 0.9 are a little above the whole number that they stand for.
pub(super) fn rank(items: usize, level: f64) -> usize {
    (((items + 1) as f64 * level - 1e-9).ceil() as usize).max(1)
}
