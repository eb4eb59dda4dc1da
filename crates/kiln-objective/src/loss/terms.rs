//! From the losses of the items to one number.

use burn::tensor::Tensor;
use kiln_kernels::mean;

/// The losses of a batch before their mean.
#[derive(Debug, Clone)]
pub struct LossTerms {
    /// `[N, columns]`, one column where an item has one loss.
    pub losses: Tensor<2>,
    /// What an item counts in the mean, `[N, 1]`; `None`: 1. It is in `losses` already.
    pub counts: Option<Tensor<2>>,
}

impl LossTerms {
    /// Losses `[N, columns]` of items that count 1 each.
    pub fn of(losses: Tensor<2>) -> Self {
        Self { losses, counts: None }
    }

    /// The mean over items and columns; the items count as much as their `weights`, `[N]`.
    pub(super) fn mean(self, weights: Option<&Tensor<1>>) -> Tensor<1> {
        if self.counts.is_none() && weights.is_none() {
            return mean(self.losses);
        }
        let (sum, weight) = self.totals(weights);
        // Where nothing counts, the sum is 0, and so is the mean. Not divided by something tiny: on the way back the quotient is
        // multiplied by the weights of items before the 0 of their class.
        let nothing = weight.clone().lower_elem(f64::from(f32::MIN_POSITIVE));
        sum.div(weight.mask_fill(nothing, 1.0))
    }

    /// The numerator and the denominator of the mean.
    pub(super) fn totals(self, weights: Option<&Tensor<1>>) -> (Tensor<1>, Tensor<1>) {
        let Self { losses, counts } = self;
        let [items, columns] = losses.dims();
        let options = (&losses.device(), losses.dtype());
        let weights = weights.map(|weights| {
            let weights: Tensor<2> = weights.clone().unsqueeze_dim(1);
            if weights.dtype() == losses.dtype() { weights } else { weights.cast(losses.dtype()) }
        });
        let losses = match &weights {
            Some(weights) => losses.mul(weights.clone()),
            None => losses,
        };
        let total = match (counts, weights) {
            (Some(counts), Some(weights)) => counts.mul(weights).sum(),
            (Some(only), None) | (None, Some(only)) => only.sum(),
            (None, None) => Tensor::from_data([items as f64], options),
        };
        (losses.sum().mul_scalar(1.0 / columns as f64), total)
    }
}
