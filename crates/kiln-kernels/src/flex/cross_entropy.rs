//! Softmax cross-entropy.

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{contiguous, garbage, tensor};
use crate::cpu;

/// What logits are compared with.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    /// A class for each row.
    pub(crate) labels: Arc<[u32]>,
    /// A weight for each class.
    pub(crate) weights: Option<Arc<[f32]>>,
    pub(crate) smoothing: f64,
}

/// The loss of each row, and the gradient of each for its logits.
pub(crate) fn cross_entropy(logits: &FlexTensor, targets: &Targets) -> (FlexTensor, FlexTensor) {
    let logits = contiguous(logits);
    let [rows, classes] = logits.shape().dims();
    let (mut losses, mut gradient) = (garbage(rows), garbage(rows * classes));
    let Targets { labels, weights, smoothing } = targets;
    let weights = weights.as_deref();
    cpu::cross_entropy(classes, logits.storage(), labels, *smoothing, weights, &mut losses, &mut gradient);
    (tensor(losses, [rows]), tensor(gradient, [rows, classes]))
}

/// The gradient for the logits: `kept` is that of each row's loss for them, `gradient` what those losses get.
pub(crate) fn cross_entropy_backward(kept: &FlexTensor, gradient: &FlexTensor) -> FlexTensor {
    let [rows, classes] = kept.shape().dims();
    let mut dx = garbage(rows * classes);
    cpu::cross_entropy_grad(classes, kept.storage(), contiguous(gradient).storage(), &mut dx);
    tensor(dx, [rows, classes])
}
