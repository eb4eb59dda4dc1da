//! Where the loss of a configuration ends.

use kiln_config::RunConfig;
use kiln_objective::LossConfig;

/// The least and the greatest mean loss that there can be. The name of the metric does not tell: some losses may be negative.
pub fn loss_ends(config: &RunConfig) -> [f64; 2] {
    // Where no loss is named it is the usual one of the target, of which none is negative.
    let from_zero = config.loss.as_ref().is_none_or(LossConfig::is_non_negative);
    [if from_zero { 0.0 } else { f64::NEG_INFINITY }, f64::INFINITY]
}
