//! Perplexity.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Perplexity of a model of sequences: exp of the mean negative log-likelihood of the tokens, at least 1. Smaller is better.
///
/// `losses` holds −ln p of each token that occurred, in nats, each at least 0: cross-entropy without reduction. A weight of 0 leaves out
/// padding. [`Mean`](crate::Mean) adds them up batch by batch.
///
/// # Errors
/// No tokens, a loss that is NaN or below 0, a weight below 0 or not finite, weights that are all 0.
///
/// ```
/// // One in four, each time.
/// let perplexity = kiln_metrics::perplexity(&[4f64.ln(), 4f64.ln(), 0.0], Some(&[1.0, 1.0, 0.0]))?;
/// assert!((perplexity - 4.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn perplexity(losses: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    if losses.is_empty() {
        return Err(MetricError::Empty);
    }
    check::values("losses", losses, "at least 0", |loss| loss >= 0.0)?;
    Ok(Weights::of(weights, losses.len())?.mean(|token| losses[token]).exp())
}
