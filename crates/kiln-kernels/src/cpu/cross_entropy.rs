//! Softmax cross-entropy from logits.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{Shared, Task, for_each, piece};

/// Rows of a task.
const ROWS: usize = 64;

/// Operations that one element costs: an exponential.
const COST: usize = 200;

/// Mean cross-entropy of `softmax(logits)` against labels, and its gradient for the logits: PyTorch's
/// `cross_entropy(logits, labels, weight, label_smoothing)`.
///
/// With `ε` = `smoothing`, `c` classes, weights `v` (1 if not given), label `y` of a row and
/// `t_j = (1 − ε) · v_y · [j = y] + ε/c · v_j`, a row's loss is `−Σ_j t_j · log softmax_j`, and the result is the sum over
/// rows divided by `Σ v_y`.
///
/// `logits` and `gradient`: `[labels.len(), classes]`; `weights`: `[classes]`.
///
/// # Panics
/// If a slice's length does not fit, a label is not below `classes`, or `smoothing` is not in `[0, 1]`.
pub fn cross_entropy(
    classes: usize,
    logits: &[f32],
    labels: &[u32],
    smoothing: f64,
    weights: Option<&[f32]>,
    gradient: &mut [f32],
) -> f64 {
    let rows = labels.len();
    assert_eq!(logits.len(), rows * classes, "cross_entropy: logits");
    assert_eq!(gradient.len(), logits.len(), "cross_entropy: gradient");
    assert!(weights.is_none_or(|weights| weights.len() == classes), "cross_entropy: weights");
    assert!((0.0..=1.0).contains(&smoothing), "cross_entropy: smoothing is not in [0, 1]");
    assert!(
        labels.iter().all(|&label| (label as usize) < classes),
        "cross_entropy: label beyond the classes"
    );
    let weight = |class: usize| weights.map_or(1.0, |weights| f64::from(weights[class]));
    let total: f64 = labels.iter().map(|&label| weight(label as usize)).sum();
    let mut losses = vec![0.0; rows.div_ceil(ROWS)];
    let task = CrossEntropy {
        classes,
        logits,
        labels,
        smoothing,
        weights,
        all_weights: weights.map_or(classes as f64, |weights| weights.iter().map(|&v| f64::from(v)).sum()),
        total,
        gradient: Shared::new(gradient),
        losses: Shared::new(&mut losses),
    };
    for_each(arch(), rows.div_ceil(ROWS), logits.len() * COST, &task);
    losses.iter().sum::<f64>() / total
}

struct CrossEntropy<'a> {
    classes: usize,
    logits: &'a [f32],
    labels: &'a [u32],
    smoothing: f64,
    weights: Option<&'a [f32]>,
    all_weights: f64,
    total: f64,
    gradient: Shared<'a, f32>,
    /// One sum a task.
    losses: Shared<'a, f64>,
}

impl Task for CrossEntropy<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let classes = self.classes;
        let mut loss = 0.0;
        for row in piece(index, ROWS, self.labels.len()) {
            let range = row * classes..(row + 1) * classes;
            let logits = &self.logits[range.clone()];
            // SAFETY: each task has its own rows.
            let gradient = unsafe { self.gradient.slice(range) };
            let label = self.labels[row] as usize;
            // A NaN among the logits is not the maximum, but reaches the sum and so everything.
            let max = logits.iter().fold(f32::NEG_INFINITY, |max, &x| max.max(x));
            let mut sum = 0.0;
            for (e, &x) in gradient.iter_mut().zip(logits) {
                *e = (x - max).exp();
                sum += f64::from(*e);
            }
            let log_sum = f64::from(max) + sum.ln();
            let of = |class: usize| self.weights.map_or(1.0, |weights| f64::from(weights[class]));
            let certain = (1.0 - self.smoothing) * of(label);
            let each = self.smoothing / classes as f64;
            loss += certain * (log_sum - f64::from(logits[label]));
            if self.smoothing > 0.0 {
                let spread = |(class, &x): (usize, &f32)| of(class) * (log_sum - f64::from(x));
                loss += each * logits.iter().enumerate().map(spread).sum::<f64>();
            }
            // Σ_j t_j, which softmax's part of the gradient is multiplied by.
            let share = ((certain + each * self.all_weights) / (sum * self.total)) as f32;
            let (certain, each) = ((certain / self.total) as f32, (each / self.total) as f32);
            match self.weights {
                None => gradient.iter_mut().for_each(|g| *g = *g * share - each),
                Some(weights) => {
                    gradient.iter_mut().zip(weights).for_each(|(g, &v)| *g = *g * share - each * v)
                }
            }
            gradient[label] -= certain;
        }
        // SAFETY: each task has its own sum.
        let losses = unsafe { self.losses.slice(index..index + 1) };
        losses[0] = loss;
    }
}
