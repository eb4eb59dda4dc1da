//! The strengths of a path.

use kiln_core::{NumberError, Range, check};

/// `lambdas` strengths from `most` down to `ratio` of it, each the same part of the one before.
///
/// # Errors
/// [`NumberError`] for fewer than two strengths, or a ratio outside of (0, 1).
pub(super) fn falling(most: f64, lambdas: usize, ratio: f64) -> Result<Vec<f64>, NumberError> {
    let count = check::at_least("lambdas", lambdas, 2)?;
    Range::POSITIVE.check("ratio", ratio)?;
    Range::BELOW_ONE.check("ratio", ratio)?;
    let last = (count - 1) as f64;
    Ok((0..count).map(|place| most * (ratio.ln() * place as f64 / last).exp()).collect())
}
