//! The mean cross-entropy of a linear layer's outputs, which are made and used in parts.

use pulp::Simd;

use super::arch::arch;
use super::curve::exp;
use super::parallel::{Shared, Task, cut, for_each, piece};
use super::product::{Factor, Product};
use super::scratch::Scratch;

/// Logits that are there at once, and rows of a part at least.
const LOGITS: usize = cut(1 << 20, 64);
const PART: usize = cut(96, 2);

/// Rows of a task.
const ROWS: usize = cut(16, 2);

/// Operations that one logit costs: an exponential.
const COST: usize = 40;

/// Rows, and the table of what a class is compared with.
#[derive(Clone, Copy, Debug)]
pub struct LinearCrossEntropy<'a> {
    /// Columns of a row.
    pub width: usize,
    /// `[rows, width]`.
    pub x: &'a [f32],
    /// `[classes, width]`: an embedding, where the weights are tied.
    pub weight: &'a [f32],
    /// The class of each row, `[rows]`; [`u32::MAX`] for a row that does not count.
    pub labels: &'a [u32],
    /// ε in `[0, 1]`, the share of the probability that is spread over all classes.
    pub smoothing: f64,
}

/// Where the gradients of [`linear_cross_entropy`] go.
#[derive(Debug)]
pub struct LinearCrossEntropyGrad<'a> {
    /// `[rows, width]`.
    pub dx: &'a mut [f32],
    /// `[classes, width]`.
    pub dweight: &'a mut [f32],
}

/// The mean over the rows that count of the cross-entropy of `softmax(x · weightᵀ)` against the labels, and its gradients: PyTorch's
/// `cross_entropy(x @ weight.T, labels, label_smoothing=…)`. 0 where no row counts.
///
/// A part of the logits is there at a time; with gradients, they are made in the same pass.
///
/// # Panics
/// If a slice's length does not fit, a label is no class, or `smoothing` is not in `[0, 1]`.
pub fn linear_cross_entropy(of: LinearCrossEntropy<'_>, mut grad: Option<LinearCrossEntropyGrad<'_>>) -> f64 {
    let LinearCrossEntropy { width, x, weight, labels, smoothing } = of;
    assert!(width > 0 && weight.len().is_multiple_of(width), "linear_cross_entropy: weight");
    let (rows, classes) = (labels.len(), weight.len() / width);
    assert_eq!(x.len(), rows * width, "linear_cross_entropy: x");
    assert!((0.0..=1.0).contains(&smoothing), "linear_cross_entropy: smoothing is not in [0, 1]");
    let is_class = |&label: &u32| label == u32::MAX || (label as usize) < classes;
    assert!(labels.iter().all(is_class), "linear_cross_entropy: label beyond the classes");
    if let Some(grad) = &mut grad {
        assert_eq!(grad.dx.len(), x.len(), "linear_cross_entropy: dx");
        assert_eq!(grad.dweight.len(), weight.len(), "linear_cross_entropy: dweight");
        grad.dweight.fill(0.0);
    }
    let counted = labels.iter().filter(|&&label| label != u32::MAX).count();
    let share = if counted == 0 { 0.0 } else { 1.0 / counted as f64 };
    let part = (LOGITS / classes.max(1)).max(PART).min(rows.max(1));
    let mut logits = Scratch::take(part * classes);
    let mut losses = Scratch::take(part);
    let mut sum = 0.0;
    for first in (0..rows).step_by(part) {
        let count = part.min(rows - first);
        let (x, labels) = (&x[first * width..][..count * width], &labels[first..first + count]);
        let (logits, losses) = (&mut logits[..count * classes], &mut losses[..count]);
        let b = Factor::Columns(weight);
        Product { rows: count, depth: width, cols: classes, a: x, a_row: width, a_step: 1, b, bias: None }
            .compute(arch(), false, logits);
        let task = Rows {
            classes,
            labels,
            smoothing,
            share: grad.is_some().then_some(share),
            logits: Shared::new(logits),
            losses: Shared::new(losses),
        };
        for_each(arch(), count.div_ceil(ROWS), count * classes * COST, &task);
        sum += losses.iter().map(|&loss| f64::from(loss)).sum::<f64>();
        let Some(grad) = &mut grad else { continue };
        let a = &*logits;
        let b = Factor::Rows(weight);
        Product { rows: count, depth: classes, cols: width, a, a_row: classes, a_step: 1, b, bias: None }
            .compute(arch(), false, &mut grad.dx[first * width..][..count * width]);
        let b = Factor::Rows(x);
        Product { rows: classes, depth: count, cols: width, a, a_row: 1, a_step: classes, b, bias: None }
            .add_to(arch(), grad.dweight);
    }
    sum * share
}

struct Rows<'a> {
    classes: usize,
    labels: &'a [u32],
    smoothing: f64,
    /// What a row's gradient is multiplied by; without it none is wanted.
    share: Option<f64>,
    /// Becomes the gradient.
    logits: Shared<'a, f32>,
    losses: Shared<'a, f32>,
}

impl Task for Rows<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let classes = self.classes;
        for row in piece(index, ROWS, self.labels.len()) {
            // SAFETY: each task has its own rows.
            let (logits, loss) = unsafe {
                (self.logits.slice(row * classes..(row + 1) * classes), self.losses.slice(row..row + 1))
            };
            let label = self.labels[row];
            if label == u32::MAX {
                loss[0] = 0.0;
                logits.fill(0.0);
                continue;
            }
            let label = label as usize;
            let at_label = logits[label];
            let most = maximum(logits);
            let sum_of_logits: f64 = match self.smoothing {
                0.0 => 0.0,
                _ => logits.iter().map(|&x| f64::from(x)).sum(),
            };
            let sum = exponentials(logits, most);
            let log_sum = f64::from(most) + sum.ln();
            let mut found = (1.0 - self.smoothing) * (log_sum - f64::from(at_label));
            if self.smoothing > 0.0 {
                found += self.smoothing * (log_sum - sum_of_logits / classes as f64);
            }
            loss[0] = found as f32;
            let Some(share) = self.share else { continue };
            let (factor, each) = ((share / sum) as f32, (share * self.smoothing / classes as f64) as f32);
            logits.iter_mut().for_each(|x| *x = *x * factor - each);
            logits[label] -= (share * (1.0 - self.smoothing)) as f32;
        }
    }
}

/// Numbers that are looked at side by side.
const LANES: usize = 16;

/// The largest number; NaN is none, but reaches the sum of exponentials and so everything.
#[inline(always)]
fn maximum(x: &[f32]) -> f32 {
    let (parts, rest) = x.as_chunks::<LANES>();
    let mut most = [f32::NEG_INFINITY; LANES];
    for part in parts {
        for lane in 0..LANES {
            most[lane] = if part[lane] > most[lane] { part[lane] } else { most[lane] };
        }
    }
    most.iter().chain(rest).fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a })
}

/// `e^(x − most)` in the place of every `x`; gives their sum.
#[inline(always)]
fn exponentials(x: &mut [f32], most: f32) -> f64 {
    /// Numbers that are added up in f32: more would lose digits.
    const RUN: usize = 4096;
    let mut sum = 0.0;
    for run in x.chunks_mut(RUN) {
        let (parts, rest) = run.as_chunks_mut::<LANES>();
        let mut sums = [0.0f32; LANES];
        for part in parts {
            for lane in 0..LANES {
                part[lane] = exp(part[lane] - most);
                sums[lane] += part[lane];
            }
        }
        sum += sums.iter().map(|&sum| f64::from(sum)).sum::<f64>();
        for x in rest {
            *x = exp(*x - most);
            sum += f64::from(*x);
        }
    }
    sum
}
