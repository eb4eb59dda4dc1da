//! Losses as functions on tensors, unreduced: PyTorch's `reduction="none"`. Reduce them with `mean()` or `sum()`, or with
//! [`weighted_mean`].
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use kiln_objective::functional;
//!
//! let device = Device::default();
//! let probabilities = Tensor::<2>::from_data([[1.0, 1.0, 0.0], [0.0, 0.5, 0.0]], &device);
//! let mask = Tensor::<2>::from_data([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], &device);
//! let losses = functional::dice(probabilities, mask, 1.0);
//! assert_eq!(losses.dims(), [2]);
//! let mean = functional::weighted_mean(losses, &Tensor::from_data([1.0, 0.0], &device));
//! assert_eq!(mean.into_scalar::<f32>(), 0.0); // The first mask is met, and the second does not count.
//! ```

use burn::tensor::Tensor;

pub use super::binary_cross_entropy::binary_cross_entropy;
pub use super::divergence::kl_divergence;
pub use super::embedding::{cosine_embedding, triplet_margin};
pub use super::focal::sigmoid_focal;
pub use super::gaussian_nll::{gaussian_nll, gaussian_nll_log_variance};
pub use super::hinge::hinge;
pub use super::huber::huber;
pub use super::log_cosh::log_cosh;
pub use super::mae::absolute_error;
pub use super::mse::squared_error;
pub use super::multi_margin::multi_margin;
pub use super::overlap::{dice, tversky};
pub use super::poisson_nll::poisson_nll;
pub use super::quantile::quantile;
use super::terms::LossTerms;

/// `Σ wᵢ lᵢ / Σ wᵢ` of the losses `[N]` and weights `[N]` of the items, `[1]`: as scikit-learn's `sample_weight`. 0 where
/// all weights are.
pub fn weighted_mean(losses: Tensor<1>, weights: &Tensor<1>) -> Tensor<1> {
    LossTerms::of(losses.unsqueeze_dim(1)).mean(Some(weights))
}
