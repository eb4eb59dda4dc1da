//! Cross-entropy of logits.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use kiln_core::Range;

use crate::{CrossEntropyConfig, ObjectiveError};

/// `torch.nn.CrossEntropyLoss`: with `p = softmax(x)`, class weights `w` (1 without) and smoothing `ε`,
/// `[(1 − ε) Σᵢ −w_yᵢ log pᵢ_yᵢ + ε/K Σᵢ Σ_c −w_c log pᵢ_c] / Σᵢ w_yᵢ`.
///
/// For probabilities `q` as targets, `mean over i of −Σ_c w_c q'ᵢ_c log pᵢ_c` with `q' = (1 − ε) q + ε/K`.
#[derive(Debug, Clone)]
pub(super) struct CrossEntropy {
    smoothing: f64,
    /// Empty without weights.
    weights: Vec<f64>,
    classes: usize,
}

impl CrossEntropy {
    pub(super) fn new(config: &CrossEntropyConfig, classes: usize) -> Result<Self, ObjectiveError> {
        let found = config.class_weights.len();
        if found != 0 && found != classes {
            return Err(ObjectiveError::ClassWeights { found, classes });
        }
        for (class, weight) in config.class_weights.iter().enumerate() {
            Range::POSITIVE.check(&format!("loss.class_weights[{class}]"), *weight)?;
        }
        Ok(Self {
            smoothing: Range::UNIT.check("loss.label_smoothing", config.label_smoothing)?,
            weights: config.class_weights.clone(),
            classes,
        })
    }

    /// The weights as a row, in the place and data type of `like`.
    fn row(&self, like: &Tensor<2>) -> Option<Tensor<2>> {
        let options = (&like.device(), like.dtype());
        (!self.weights.is_empty())
            .then(|| Tensor::<1>::from_data(self.weights.as_slice(), options).unsqueeze())
    }

    /// `logits`: `[N, K]`, `classes`: `[N]`.
    pub(super) fn classes(&self, logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
        let log_p = log_softmax(logits, 1);
        let index: Tensor<2, Int> = classes.clone().unsqueeze_dim(1);
        let Some(row) = self.row(&log_p) else {
            let hard = log_p.clone().gather(1, index).mean().mul_scalar(-(1.0 - self.smoothing));
            // The mean over all elements has the 1/K in it.
            return if self.smoothing == 0.0 {
                hard
            } else {
                hard.sub(log_p.mean().mul_scalar(self.smoothing))
            };
        };
        let total = row.clone().select(1, classes).sum();
        let weighted = log_p.mul(row);
        let hard = weighted.clone().gather(1, index).sum().mul_scalar(-(1.0 - self.smoothing));
        let sum = if self.smoothing == 0.0 {
            hard
        } else {
            hard.sub(weighted.sum().mul_scalar(self.smoothing / self.classes as f64))
        };
        sum.div(total)
    }

    /// `logits`, `shares`: `[N, K]`.
    pub(super) fn shares(&self, logits: Tensor<2>, shares: Tensor<2>) -> Tensor<1> {
        let items = shares.dims()[0] as f64;
        let log_p = log_softmax(logits, 1);
        let log_p = match self.row(&log_p) {
            Some(row) => log_p.mul(row),
            None => log_p,
        };
        let shares = if self.smoothing == 0.0 {
            shares
        } else {
            shares.mul_scalar(1.0 - self.smoothing).add_scalar(self.smoothing / self.classes as f64)
        };
        log_p.mul(shares).sum().mul_scalar(-1.0 / items)
    }
}
