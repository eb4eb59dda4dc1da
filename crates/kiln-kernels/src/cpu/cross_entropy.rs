//! Softmax cross-entropy from logits.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};

/// Rows of a task.
const ROWS: usize = cut(64, 8);

/// Operations that one element costs: an exponential.
const COST: usize = 200;

/// Cross-entropy of each row of `softmax(logits)` against its label, and its gradient for the logits: PyTorch's
/// `cross_entropy(logits, labels, weight, label_smoothing)` before its mean.
///
/// With `ε` = `smoothing`, `c` classes, weights `v` (1 if not given), label `y` of a row and
/// `t_j = (1 − ε) · v_y · [j = y] + ε/c · v_j`, a row's loss is `−Σ_j t_j · log softmax_j`.
///
/// `logits` and `gradient`: `[labels.len(), classes]`; `losses`: `[labels.len()]`; `weights`: `[classes]`. Each row of
/// `gradient` is that of the row's own loss; [`cross_entropy_grad`] carries it on.
///
/// # Panics
/// If a slice's length does not fit, a label is not below `classes`, or `smoothing` is not in `[0, 1]`.
pub fn cross_entropy(
    classes: usize,
    logits: &[f32],
    labels: &[u32],
    smoothing: f64,
    weights: Option<&[f32]>,
    losses: &mut [f32],
    gradient: &mut [f32],
) {
    let rows = labels.len();
    assert_eq!(logits.len(), rows * classes, "cross_entropy: logits");
    assert_eq!(losses.len(), rows, "cross_entropy: losses");
    assert_eq!(gradient.len(), logits.len(), "cross_entropy: gradient");
    assert!(weights.is_none_or(|weights| weights.len() == classes), "cross_entropy: weights");
    assert!((0.0..=1.0).contains(&smoothing), "cross_entropy: smoothing is not in [0, 1]");
    assert!(
        labels.iter().all(|&label| (label as usize) < classes),
        "cross_entropy: label beyond the classes"
    );
    let task = CrossEntropy {
        classes,
        logits,
        labels,
        smoothing,
        weights,
        all_weights: weights.map_or(classes as f64, |weights| weights.iter().map(|&v| f64::from(v)).sum()),
        losses: Shared::new(losses),
        gradient: Shared::new(gradient),
    };
    for_each(arch(), rows.div_ceil(ROWS), logits.len() * COST, &task);
}

struct CrossEntropy<'a> {
    classes: usize,
    logits: &'a [f32],
    labels: &'a [u32],
    smoothing: f64,
    weights: Option<&'a [f32]>,
    all_weights: f64,
    losses: Shared<'a, f32>,
    gradient: Shared<'a, f32>,
}

impl Task for CrossEntropy<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let classes = self.classes;
        for row in piece(index, ROWS, self.labels.len()) {
            let range = row * classes..(row + 1) * classes;
            let logits = &self.logits[range.clone()];
            // SAFETY: each task has its own rows.
            let (losses, gradient) = unsafe { (self.losses.slice(row..row + 1), self.gradient.slice(range)) };
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
            let mut loss = certain * (log_sum - f64::from(logits[label]));
            if self.smoothing > 0.0 {
                let spread = |(class, &x): (usize, &f32)| of(class) * (log_sum - f64::from(x));
                loss += each * logits.iter().enumerate().map(spread).sum::<f64>();
            }
            losses[0] = loss as f32;
            // Σ_j t_j, which softmax's part of the gradient is multiplied by.
            let share = ((certain + each * self.all_weights) / sum) as f32;
            let (certain, each) = (certain as f32, each as f32);
            match self.weights {
                None => gradient.iter_mut().for_each(|g| *g = *g * share - each),
                Some(weights) => {
                    gradient.iter_mut().zip(weights).for_each(|(g, &v)| *g = *g * share - each * v)
                }
            }
            gradient[label] -= certain;
        }
    }
}

/// The gradient for the logits, from `g`, that of each row's loss, and `gradient` of [`cross_entropy`]:
/// `dx = g · gradient`, row by row.
///
/// `gradient`, `dx`: `[g.len(), classes]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn cross_entropy_grad(classes: usize, gradient: &[f32], g: &[f32], dx: &mut [f32]) {
    assert_eq!(gradient.len(), g.len() * classes, "cross_entropy_grad: gradient");
    assert_eq!(dx.len(), gradient.len(), "cross_entropy_grad: dx");
    let task = Backward { classes, gradient, g, dx: Shared::new(dx) };
    for_each(arch(), g.len().div_ceil(ROWS), gradient.len() * MEMORY, &task);
}

struct Backward<'a> {
    classes: usize,
    gradient: &'a [f32],
    g: &'a [f32],
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let classes = self.classes;
        for row in piece(index, ROWS, self.g.len()) {
            let (range, g) = (row * classes..(row + 1) * classes, self.g[row]);
            // SAFETY: each task has its own rows.
            let dx = unsafe { self.dx.slice(range.clone()) };
            dx.iter_mut().zip(&self.gradient[range]).for_each(|(dx, &gradient)| *dx = g * gradient);
        }
    }
}
