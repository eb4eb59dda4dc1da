//! The settings of an elastic net, and what a fit gives.

use crate::Stopping;

/// Settings of an elastic net, `1/(2n) ‖y − X w − b‖² + λ (α ‖w‖₁ + (1 − α)/2 ‖w‖²)`, as in scikit-learn and glmnet.
///
/// | setting | default | range |
/// |---|---|---|
/// | `lambda` | 1 | at least 0 |
/// | `l1_ratio` | 1 (a lasso) | [0, 1] |
/// | `intercept` | true | |
/// | `stopping` | gap 1e-8, 100,000 iterations | |
#[derive(Debug, Clone)]
pub struct ElasticNet {
    /// λ, scikit-learn's `alpha`.
    pub lambda: f64,
    /// α, scikit-learn's `l1_ratio`: 1 is the lasso.
    pub l1_ratio: f64,
    /// Whether there is an intercept, which is not penalised.
    pub intercept: bool,
    /// When to stop.
    pub stopping: Stopping,
}

impl Default for ElasticNet {
    fn default() -> Self {
        Self { lambda: 1.0, l1_ratio: 1.0, intercept: true, stopping: Stopping::default() }
    }
}

/// A fitted linear model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fit {
    /// `[features]`, with exact zeros.
    pub coef: Vec<f64>,
    /// 0 without an intercept.
    pub intercept: f64,
    /// Duality gap: the objective is no further than this from its minimum. Infinite where λ is 0.
    pub gap: f64,
    /// Sweeps over the coordinates.
    pub iterations: usize,
    /// Whether the gap (the KKT residual where λ is 0) is within the tolerance.
    pub converged: bool,
}
