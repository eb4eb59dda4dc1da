//! What is done to rows of tokens.

use std::ops::Range;
use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{contiguous, garbage, like, tensor};
use crate::Act;
use crate::cpu::{self, Angles, AttentionShape, LinearCrossEntropy, LinearCrossEntropyGrad, Mask};

/// What attention is of.
#[derive(Debug, Clone)]
pub(crate) struct Heads {
    pub(crate) shape: AttentionShape,
    /// The rows of each sequence.
    pub(crate) spans: Arc<[Range<usize>]>,
}

/// The result and the logarithms of the sums of exponentials.
pub(crate) fn attention(qkv: &FlexTensor, heads: &Heads) -> (FlexTensor, FlexTensor) {
    let qkv = contiguous(qkv);
    let [rows, columns] = qkv.shape().dims();
    let (mut y, mut log_sums) = (garbage(rows * columns / 3), garbage(rows * heads.shape.heads));
    cpu::attention(heads.shape, &heads.spans, qkv.storage(), &mut y, &mut log_sums);
    (tensor(y, [rows, columns / 3]), tensor(log_sums, [heads.shape.heads, rows]))
}

pub(crate) fn attention_backward(
    qkv: &FlexTensor,
    [y, log_sums]: [&FlexTensor; 2],
    heads: &Heads,
    gradient: &FlexTensor,
) -> FlexTensor {
    let (qkv, gradient) = (contiguous(qkv), contiguous(gradient));
    let mut dqkv = garbage(qkv.layout().num_elements());
    cpu::attention_grad(
        heads.shape,
        &heads.spans,
        qkv.storage(),
        y.storage(),
        log_sums.storage(),
        gradient.storage(),
        &mut dqkv,
    );
    like(&qkv, dqkv)
}

pub(crate) fn embedding(table: &FlexTensor, ids: &[u32]) -> FlexTensor {
    let table = contiguous(table);
    let [_, width] = table.shape().dims();
    let mut y = garbage(ids.len() * width);
    cpu::embedding(width, table.storage(), ids, &mut y);
    tensor(y, [ids.len(), width])
}

pub(crate) fn embedding_backward(dims: [usize; 2], ids: &[u32], gradient: &FlexTensor) -> FlexTensor {
    let mut dtable = garbage(dims[0] * dims[1]);
    cpu::embedding_grad(dims[1], ids, contiguous(gradient).storage(), &mut dtable);
    tensor(dtable, dims)
}

/// The classes of rows.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    /// [`u32::MAX`] for a row that does not count.
    pub(crate) labels: Arc<[u32]>,
    pub(crate) smoothing: f64,
}

/// The mean loss, and the gradients of rows and weight where they are wanted.
pub(crate) fn linear_cross_entropy(
    x: &FlexTensor,
    weight: &FlexTensor,
    Labels { labels, smoothing }: &Labels,
    wanted: bool,
) -> (FlexTensor, Option<[FlexTensor; 2]>) {
    let (x, weight) = (contiguous(x), contiguous(weight));
    let [rows, width] = x.shape().dims();
    let of =
        LinearCrossEntropy { width, x: x.storage(), weight: weight.storage(), labels, smoothing: *smoothing };
    let mut grads = wanted.then(|| (garbage(rows * width), garbage(weight.layout().num_elements())));
    let into = grads.as_mut().map(|(dx, dweight)| LinearCrossEntropyGrad { dx, dweight });
    let loss = cpu::linear_cross_entropy(of, into);
    let grads = grads.map(|(dx, dweight)| [like(&x, dx), like(&weight, dweight)]);
    (tensor(vec![loss as f32], [1]), grads)
}

/// `kept`, the gradients for a loss that is not multiplied, times the gradient of the loss.
pub(crate) fn linear_cross_entropy_backward(kept: [FlexTensor; 2], gradient: &FlexTensor) -> [FlexTensor; 2] {
    let factor = contiguous(gradient).storage::<f32>()[0];
    if factor == 1.0 {
        return kept;
    }
    kept.map(|kept| like(&kept, kept.storage::<f32>().iter().map(|x| x * factor).collect()))
}

/// The result, and `1 / √(mean(x²) + ε)` of each row.
pub(crate) fn rms_norm(x: &FlexTensor, gamma: &FlexTensor, epsilon: f64) -> (FlexTensor, FlexTensor) {
    let (x, gamma) = (contiguous(x), contiguous(gamma));
    let (values, gamma): (&[f32], &[f32]) = (x.storage(), gamma.storage());
    let rows = values.len() / gamma.len();
    let (mut y, mut inverse) = (garbage(values.len()), garbage(rows));
    cpu::rms_norm(values, gamma, epsilon, &mut y, &mut inverse);
    (like(&x, y), tensor(inverse, [rows]))
}

/// Gradients of input and scale.
pub(crate) fn rms_norm_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    inverse: &FlexTensor,
    gradient: &FlexTensor,
) -> [FlexTensor; 2] {
    let (x, gamma, gradient) = (contiguous(x), contiguous(gamma), contiguous(gradient));
    let (values, scale): (&[f32], &[f32]) = (x.storage(), gamma.storage());
    let (mut dx, mut dgamma) = (garbage(values.len()), garbage(scale.len()));
    cpu::rms_norm_grad(values, gradient.storage(), scale, inverse.storage(), &mut dx, &mut dgamma);
    [like(&x, dx), like(&gamma, dgamma)]
}

pub(crate) fn swiglu(x: &FlexTensor) -> FlexTensor {
    let x = contiguous(x);
    let [rows, columns] = x.shape().dims();
    let mut y = garbage(rows * columns / 2);
    cpu::swiglu(columns / 2, x.storage(), &mut y);
    tensor(y, [rows, columns / 2])
}

pub(crate) fn swiglu_backward(x: &FlexTensor, gradient: &FlexTensor) -> FlexTensor {
    let (x, gradient) = (contiguous(x), contiguous(gradient));
    let [_, columns] = x.shape().dims();
    let mut dx = garbage(x.layout().num_elements());
    cpu::swiglu_grad(columns / 2, x.storage(), gradient.storage(), &mut dx);
    like(&x, dx)
}

/// Without a mask it is the sum.
pub(crate) fn residual(x: &FlexTensor, branch: &FlexTensor, mask: Option<Mask>) -> FlexTensor {
    let (x, branch) = (contiguous(x), contiguous(branch));
    let mut y = garbage(x.layout().num_elements());
    match mask {
        Some(mask) => cpu::residual_dropout(x.storage(), branch.storage(), mask, &mut y),
        None => cpu::add(x.storage(), branch.storage(), Act::None, &mut y),
    }
    like(&x, y)
}

/// How rows are turned.
#[derive(Debug, Clone)]
pub(crate) struct Rotation {
    pub(crate) heads: usize,
    pub(crate) angles: Arc<Angles>,
    pub(crate) positions: Arc<[u32]>,
}

pub(crate) fn rotary(qkv: &FlexTensor, rotation: &Rotation, back: bool) -> FlexTensor {
    let qkv = contiguous(qkv);
    let mut y = garbage(qkv.layout().num_elements());
    let Rotation { heads, angles, positions } = rotation;
    cpu::rotary(*heads, angles, positions, qkv.storage(), back, &mut y);
    like(&qkv, y)
}
