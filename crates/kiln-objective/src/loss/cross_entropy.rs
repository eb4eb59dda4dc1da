//! Cross-entropy of logits.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use kiln_core::Range;
use kiln_kernels::cross_entropy;

use super::terms::Terms;
use crate::{CrossEntropyConfig, ObjectiveError};

/// `torch.nn.CrossEntropyLoss`: with `p = softmax(x)`, class weights `w` (1 without) and smoothing `ε`,
/// `[(1 − ε) Σᵢ −w_yᵢ log pᵢ_yᵢ + ε/K Σᵢ Σ_c −w_c log pᵢ_c] / Σᵢ w_yᵢ`.
///
/// Items of the class `ignore_index` are left out of all sums. PyTorch's mean over nothing is NaN; here it is 0.
///
/// For probabilities `q` as targets, `mean over i of −Σ_c w_c q'ᵢ_c log pᵢ_c` with `q' = (1 − ε) q + ε/K`.
#[derive(Debug, Clone)]
pub(super) struct CrossEntropy {
    smoothing: f64,
    /// Empty without weights.
    weights: Vec<f64>,
    classes: usize,
    ignore_index: Option<i64>,
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
            ignore_index: config.ignore_index,
        })
    }

    /// The weights as a row, in the place and data type of `like`.
    fn row(&self, like: &Tensor<2>) -> Option<Tensor<2>> {
        let options = (&like.device(), like.dtype());
        (!self.weights.is_empty())
            .then(|| Tensor::<1>::from_data(self.weights.as_slice(), options).unsqueeze())
    }

    /// The classes, and which of them are not ignored, `[N, 1]`, 0 or 1; `None`: all.
    fn kept(&self, classes: Tensor<1, Int>, like: &Tensor<2>) -> (Tensor<1, Int>, Option<Tensor<2>>) {
        let Some(ignored) = self.ignore_index else { return (classes, None) };
        let ignored = classes.clone().equal_elem(ignored);
        let kept = ignored.clone().bool_not().float().cast(like.dtype()).unsqueeze_dim(1);
        // Its place must exist, and what is found there does not count.
        (classes.mask_fill(ignored, 0), Some(kept))
    }

    /// What the items count in the mean, `[N, 1]`; `None`: 1.
    pub(super) fn counts(&self, classes: Tensor<1, Int>) -> Option<Tensor<2>> {
        let like = Tensor::zeros([1, 1], &classes.device());
        let (classes, kept) = self.kept(classes, &like);
        own(self.row(&like), classes, kept)
    }

    /// `logits`: `[N, K]`, `classes`: `[N]`.
    pub(super) fn classes(&self, logits: Tensor<2>, classes: Tensor<1, Int>) -> Terms {
        let (classes, kept) = self.kept(classes, &logits);
        let counts = own(self.row(&logits), classes.clone(), kept.clone());
        let weights = (!self.weights.is_empty()).then_some(self.weights.as_slice());
        let losses = cross_entropy(logits, classes, weights, self.smoothing).unsqueeze_dim(1);
        let losses = match kept {
            Some(kept) => losses.mul(kept),
            None => losses,
        };
        Terms { losses, counts }
    }

    /// `logits`, `shares`: `[N, K]`.
    pub(super) fn shares(&self, logits: Tensor<2>, shares: Tensor<2>) -> Terms {
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
        Terms::of(log_p.mul(shares).sum_dim(1).neg())
    }
}

/// The weight of each item's class, of `row`, where it is `kept`: `[N, 1]`.
fn own(row: Option<Tensor<2>>, classes: Tensor<1, Int>, kept: Option<Tensor<2>>) -> Option<Tensor<2>> {
    let own = row.map(|row| row.select(1, classes).swap_dims(0, 1));
    [own, kept].into_iter().flatten().reduce(Tensor::mul)
}
