//! L-BFGS with a line search for the strong Wolfe conditions.

mod line_search;

use std::collections::VecDeque;

use kiln_core::Range;

use crate::ConvexError;
use crate::design::{axpy, dot};
use line_search::{Ray, strong_wolfe};

/// Settings of L-BFGS.
///
/// | setting | default | range | PyTorch's |
/// |---|---|---|---|
/// | `history` | 10 | at least 1 | 100 |
/// | `tolerance` | 1e-9 | at least 0 | `tolerance_grad` 1e-7 |
/// | `max_iterations` | 10,000 | | 20 a call of `step` |
#[derive(Debug, Clone, PartialEq)]
pub struct Lbfgs {
    /// Pairs of steps and changes of the gradient that are remembered.
    pub history: usize,
    /// Stops when no entry of the gradient is larger.
    pub tolerance: f64,
    /// Stops after as many iterations.
    pub max_iterations: usize,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { history: 10, tolerance: 1e-9, max_iterations: 10_000 }
    }
}

/// Where a minimisation ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Minimum {
    /// The point.
    pub point: Vec<f64>,
    /// The function there.
    pub value: f64,
    /// The largest entry of the gradient there.
    pub gradient: f64,
    /// Iterations; each evaluates the function once or a few times.
    pub iterations: usize,
    /// Whether the gradient is within the tolerance. If not, either the iterations were used up or no step along the
    /// direction made the function smaller, which is where rounding ends a descent.
    pub converged: bool,
}

/// Minimises a smooth function from `start` by L-BFGS (Nocedal and Wright 2006, algorithms 7.4, 7.5 and 3.5).
///
/// `function` gives its value at a point and writes its gradient.
///
/// ```
/// use kiln_convex::{Lbfgs, lbfgs};
///
/// let rosenbrock = |x: &[f64], g: &mut [f64]| {
///     let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
///     g[0] = -2.0 * a - 400.0 * x[0] * b;
///     g[1] = 200.0 * b;
///     a * a + 100.0 * b * b
/// };
/// let minimum = lbfgs(rosenbrock, &[-1.2, 1.0], &Lbfgs::default())?;
/// assert!(minimum.converged && (minimum.point[0] - 1.0).abs() < 1e-8);
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
///
/// # Errors
/// [`ConvexError::Number`] for a setting out of its range.
pub fn lbfgs(
    function: impl FnMut(&[f64], &mut [f64]) -> f64,
    start: &[f64],
    settings: &Lbfgs,
) -> Result<Minimum, ConvexError> {
    Range::at_least(0.0).check("tolerance", settings.tolerance)?;
    kiln_core::check::at_least("history", settings.history, 1)?;
    Ok(minimise(function, start, settings, |_, _| false))
}

/// [`lbfgs`], which also stops where `done` says so of a point and its iteration.
pub(crate) fn minimise(
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
    start: &[f64],
    settings: &Lbfgs,
    mut done: impl FnMut(&[f64], usize) -> bool,
) -> Minimum {
    let mut point = start.to_vec();
    let mut gradient = vec![0.0; point.len()];
    let mut value = function(&point, &mut gradient);
    let mut memory: VecDeque<Pair> = VecDeque::new();
    let mut iterations = 0;
    while iterations < settings.max_iterations && largest(&gradient) > settings.tolerance {
        let mut direction = two_loops(&memory, &gradient);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            memory.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        // The first direction is the bare gradient, which says nothing about the length of a step.
        let sum: f64 = gradient.iter().map(|g| g.abs()).sum();
        let first = if memory.is_empty() { (1.0 / sum).min(1.0) } else { 1.0 };
        let mut ray = Ray { function: &mut function, from: &point, direction: &direction };
        let Some(found) = strong_wolfe(&mut ray, first, value, slope) else {
            if memory.is_empty() {
                break;
            }
            // A stale memory can point where rounding hides every descent; the gradient has the last word.
            memory.clear();
            continue;
        };
        iterations += 1;
        let step: Vec<f64> = direction.iter().map(|d| found.step * d).collect();
        let change: Vec<f64> = found.gradient.iter().zip(&gradient).map(|(new, old)| new - old).collect();
        axpy(1.0, &step, &mut point);
        (value, gradient) = (found.value, found.gradient);
        let product = dot(&step, &change);
        if product > f64::EPSILON * dot(&change, &change) {
            if memory.len() == settings.history {
                memory.pop_front();
            }
            memory.push_back(Pair { step, change, product });
        }
        if done(&point, iterations) {
            break;
        }
    }
    let gradient = largest(&gradient);
    let converged = gradient <= settings.tolerance;
    Minimum { point, value, gradient, iterations, converged }
}

#[derive(Debug)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

/// `−H g`, with the inverse Hessian that the memory describes.
fn two_loops(memory: &VecDeque<Pair>, gradient: &[f64]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut factors = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let factor = dot(&pair.step, &q) / pair.product;
        axpy(-factor, &pair.change, &mut q);
        factors.push(factor);
    }
    if let Some(pair) = memory.back() {
        let scale = pair.product / dot(&pair.change, &pair.change);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for (pair, factor) in memory.iter().zip(factors.into_iter().rev()) {
        let correction = dot(&pair.change, &q) / pair.product;
        axpy(factor - correction, &pair.step, &mut q);
    }
    q
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |most, g| if g.abs() > most || g.is_nan() { g.abs() } else { most })
}
