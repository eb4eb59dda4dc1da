//! Checks of the settings of an optimiser, by key.

use kiln_core::{NumberError, Range};

/// Checks the setting `optim.<key>`.
pub(crate) fn check(key: &str, value: f64, range: Range) -> Result<f64, NumberError> {
    range.check(&format!("optim.{key}"), value)
}

/// Checks decay rates, each `[0, 1)`.
pub(crate) fn betas<const N: usize>(betas: [f64; N]) -> Result<[f64; N], NumberError> {
    for (index, beta) in betas.into_iter().enumerate() {
        check(&format!("betas[{index}]"), beta, Range::BELOW_ONE)?;
    }
    Ok(betas)
}
