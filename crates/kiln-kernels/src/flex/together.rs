//! Batch normalisation by the items of all parts of a batch.
//!
//! Means and squares of all parts are put together in f64, in the order of the parts, so that what comes out does not depend on who has
//! which. The backward pass is that of PyTorch's SyncBatchNorm: with g the gradient behind the activation and x̂ the normalised input,
//! dx = γ/√(σ² + ε) · (g − Σg/n − x̂ · Σ(g·x̂)/n), where sums and n go over all parts.

use burn::backend::flex::FlexTensor;
use rayon::prelude::*;

use super::batch_norm::rows;
use super::{contiguous, garbage, like, tensor};
use crate::Together;
use crate::cpu::{self, Norm, NormAct, Statistics};

/// What a batch was normalised by.
#[derive(Debug, Clone)]
pub(crate) struct Normalised {
    pub(crate) mean: FlexTensor,
    /// Biased.
    pub(crate) variance: FlexTensor,
    /// Values of a channel, over all parts.
    pub(crate) values: f64,
    epsilon: f64,
}

/// The output, and what it was normalised by.
pub(crate) fn batch_norm_together(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    epsilon: f64,
    act: NormAct,
    with: &dyn Together,
) -> (FlexTensor, Normalised) {
    let ((x, c), gamma, beta) = (rows(x), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut mean, mut variance, mut y) = (garbage(c), garbage(c), garbage(values.len()));
    cpu::batch_norm_stats(values, &mut mean, &mut variance);
    let own = (values.len() / c) as f64;
    let all = with.gather(said(own, &mean, &variance));
    let count = all.map_or(own, |all| put_together(&all, &mut mean, &mut variance));
    let (gamma, beta) = (gamma.storage(), beta.storage());
    cpu::batch_norm(values, Norm { mean: &mean, var: &variance, eps: epsilon, gamma, beta }, act, &mut y);
    let by = Normalised { mean: tensor(mean, [c]), variance: tensor(variance, [c]), values: count, epsilon };
    (like(&x, y), by)
}

/// How many values, their mean, and the sum of their squared distances from it.
fn said(count: f64, mean: &[f32], variance: &[f32]) -> Vec<f64> {
    let squares = variance.iter().map(|variance| f64::from(*variance) * count);
    [count].into_iter().chain(mean.iter().map(|mean| f64::from(*mean))).chain(squares).collect()
}

/// Mean and variance of all parts (Chan, Golub and LeVeque, Updating formulae, 1979). Gives the number of values.
fn put_together(all: &[Vec<f64>], mean: &mut [f32], variance: &mut [f32]) -> f64 {
    let (c, count) = (mean.len(), all.iter().map(|part| part[0]).sum::<f64>());
    for channel in 0..c {
        let whole = all.iter().map(|part| part[0] * part[1 + channel]).sum::<f64>() / count;
        let squares = all.iter().map(|part| {
            let away = part[1 + channel] - whole;
            part[1 + c + channel] + part[0] * away * away
        });
        variance[channel] = (squares.sum::<f64>() / count) as f32;
        mean[channel] = whole as f32;
    }
    count
}

/// Gradients of input, scale and shift; the latter two of this part alone.
pub(crate) fn batch_norm_together_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    by: &Normalised,
    act: NormAct,
    gradient: FlexTensor,
    with: &dyn Together,
) -> [FlexTensor; 3] {
    let ((x, c), (gradient, _)) = (rows(x), rows(&gradient));
    let (gamma, beta, mean, variance) =
        (contiguous(gamma), contiguous(beta), contiguous(&by.mean), contiguous(&by.variance));
    let (gamma, beta): (&[f32], &[f32]) = (gamma.storage(), beta.storage());
    let (mean, variance): (&[f32], &[f32]) = (mean.storage(), variance.storage());
    let (values, g): (&[f32], &[f32]) = (x.storage(), gradient.storage());
    let norm = Norm { mean, var: variance, eps: by.epsilon, gamma, beta };
    let (mut dx, mut dgamma, mut dbeta) = (garbage(values.len()), garbage(c), garbage(c));
    // As if the statistics were constant; what flows through them comes after it.
    cpu::batch_norm_grad(values, g, norm, act, Statistics::Fixed, &mut dx, &mut dgamma, &mut dbeta);
    let own = dbeta.iter().chain(&dgamma).map(|sum| f64::from(*sum)).collect();
    if let Some(all) = with.gather(own) {
        let sum = |place: usize| all.iter().map(|part| part[place]).sum::<f64>();
        let lines: Vec<[f32; 3]> = (0..c)
            .map(|channel| {
                let inverse = 1.0 / (f64::from(variance[channel]) + by.epsilon).sqrt();
                let scale = f64::from(gamma[channel]) * inverse / by.values;
                [mean[channel], (scale * sum(channel)) as f32, (scale * inverse * sum(c + channel)) as f32]
            })
            .collect();
        through_statistics(values, &lines, &mut dx);
    }
    [like(&x, dx), tensor(dgamma, [c]), tensor(dbeta, [c])]
}

/// Takes off what flows through mean and variance. `lines`: of each channel its mean, a constant, and a slope.
fn through_statistics(x: &[f32], lines: &[[f32; 3]], dx: &mut [f32]) {
    let rows = |dx: &mut [f32], x: &[f32]| {
        for (dx, x) in dx.chunks_mut(lines.len()).zip(x.chunks(lines.len())) {
            for ((dx, x), [mean, constant, slope]) in dx.iter_mut().zip(x).zip(lines) {
                *dx -= constant + slope * (x - mean);
            }
        }
    };
    // Whole rows, worth a thread.
    let piece = lines.len() * (16_384 / lines.len()).max(1);
    if dx.len() <= piece || rayon::current_num_threads() == 1 {
        return rows(dx, x);
    }
    dx.par_chunks_mut(piece).zip(x.par_chunks(piece)).for_each(|(dx, x)| rows(dx, x));
}
