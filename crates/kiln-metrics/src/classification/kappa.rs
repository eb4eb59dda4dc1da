//! Cohen's kappa.

use super::counts::Class;
use crate::MetricError;

/// How much a disagreement counts in Cohen's kappa, as scikit-learn's `weights`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KappaWeights {
    /// All disagreements count the same.
    #[default]
    Unweighted,
    /// By the distance of the classes.
    Linear,
    /// By the square of the distance.
    Quadratic,
}

/// 1 − Σ w·observed / Σ w·expected, over a matrix of cells and its sums.
pub(super) fn kappa(cells: &[f64], classes: &[Class], weights: KappaWeights) -> Result<f64, MetricError> {
    let total: f64 = classes.iter().map(|class| class.actual).sum();
    if total <= 0.0 {
        return Err(MetricError::NoWeight);
    }
    let (mut observed, mut expected) = (0.0, 0.0);
    for (actual, row) in classes.iter().enumerate() {
        for (predicted, column) in classes.iter().enumerate() {
            let distance = actual.abs_diff(predicted) as f64;
            let weight = match weights {
                KappaWeights::Unweighted => f64::from(u8::from(actual != predicted)),
                KappaWeights::Linear => distance,
                KappaWeights::Quadratic => distance * distance,
            };
            observed += weight * cells[actual * classes.len() + predicted];
            expected += weight * (row.actual * column.predicted / total);
        }
    }
    if expected == 0.0 {
        let why = "all items and all predictions are of one class";
        return Err(MetricError::Undefined { metric: "Cohen's kappa", why });
    }
    Ok(1.0 - observed / expected)
}
