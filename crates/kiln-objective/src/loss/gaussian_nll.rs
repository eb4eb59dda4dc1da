//! The likelihood under a normal distribution whose variance is predicted, too.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{LossKind, members};
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Negative log-likelihood under a normal distribution whose variance the model predicts, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = GaussianNllConfig::default())]
pub struct GaussianNllConfig {
    /// Whether ½ log 2π is added, which no output changes. Default false.
    #[serde(default)]
    pub full: bool,
    /// Least variance, positive. Default 1e-6.
    #[serde(default = "millionth")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
}

fn millionth() -> f64 {
    1e-6
}

impl Default for GaussianNllConfig {
    fn default() -> Self {
        Self { full: false, eps: millionth() }
    }
}

impl LossKind for GaussianNllConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        Some(2 * target.values()?)
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.eps", self.eps)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        let columns = self.predictions(outputs.dims()[1]);
        let means = outputs.clone().narrow(1, 0, columns);
        let log_variances = outputs.narrow(1, columns, columns);
        gaussian_nll_log_variance(means, values, log_variances, self.full, self.eps)
    }

    fn predictions(&self, outputs: usize) -> usize {
        outputs / 2
    }

    fn predict(&self, outputs: Tensor<2>) -> Tensor<2> {
        let columns = self.predictions(outputs.dims()[1]);
        outputs.narrow(1, 0, columns)
    }

    /// The variances become that of the mixture, `mean(σ² + μ²) − mean(μ)²` (Lakshminarayanan and others: Simple and scalable
    /// predictive uncertainty estimation using deep ensembles, 2017).
    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        let columns = self.predictions(members.dims()[2]);
        let means = members.clone().narrow(2, 0, columns);
        let variances = members.narrow(2, columns, columns).exp();
        let mean = members::mean(means.clone());
        // Differences from the mean, not of squares: nothing cancels.
        let spread = (means - mean.clone().unsqueeze_dim(0)).square();
        Tensor::cat(vec![mean, members::mean(variances + spread).log()], 1)
    }
}

/// Negative log-likelihood of `y` under a normal distribution of mean `x` and variance `v`:
/// `½ (log v + (x − y)² / v)`: `torch.nn.GaussianNLLLoss`. With `full`, `½ log 2π` is added.
///
/// A variance below `eps` counts as `eps`; the gradient goes to it all the same, as in PyTorch.
pub fn gaussian_nll<const D: usize>(
    means: Tensor<D>,
    targets: Tensor<D>,
    variances: Tensor<D>,
    full: bool,
    eps: f64,
) -> Tensor<D> {
    let raised = variances.clone().clamp_min(eps).sub(variances.clone()).detach();
    let variances = variances.add(raised);
    let loss = means.sub(targets).square().div(variances.clone()).add(variances.log()).mul_scalar(0.5);
    if full { loss.add_scalar(half_log_2_pi()) } else { loss }
}

/// The same with the logarithm `s` of the variance, which any number may be: `½ (s + (x − y)² e^−s)`, with `s` at least
/// `log eps`. This is what a model that predicts its own spread is trained with (Nix, Weigend, 1994).
pub fn gaussian_nll_log_variance<const D: usize>(
    means: Tensor<D>,
    targets: Tensor<D>,
    log_variances: Tensor<D>,
    full: bool,
    eps: f64,
) -> Tensor<D> {
    let raised = log_variances.clone().clamp_min(eps.ln()).sub(log_variances.clone()).detach();
    let s = log_variances.add(raised);
    let loss = means.sub(targets).square().mul(s.clone().neg().exp()).add(s).mul_scalar(0.5);
    if full { loss.add_scalar(half_log_2_pi()) } else { loss }
}

fn half_log_2_pi() -> f64 {
    0.5 * (2.0 * std::f64::consts::PI).ln()
}
