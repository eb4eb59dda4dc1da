//! FISTA: accelerated proximal gradient descent over all rows.

use crate::{ConvexError, Problem, Stopping};

/// Iterations between two looks at the certificate, which costs as much as an iteration or two.
const LOOK: usize = 10;

/// Beck and Teboulle's FISTA (2009), whose momentum starts over where it points uphill (O'Donoghue and Candès 2015).
/// Gives the number of iterations; `point` starts anywhere and ends at the solution.
pub(crate) fn descend(
    problem: &Problem,
    point: &mut Vec<f64>,
    stopping: &Stopping,
) -> Result<usize, ConvexError> {
    let curvature = problem.loss.curvature() / problem.rows() as f64;
    let mut lipschitz = curvature * problem.design.largest_eigenvalue(problem.intercept);
    if lipschitz == 0.0 {
        // Only zeros to learn from: any positive step does.
        lipschitz = 1.0;
    }
    let mut ahead = point.clone();
    let mut gradient = vec![0.0; point.len()];
    let mut momentum: f64 = 1.0;
    let mut last = f64::INFINITY;
    let mut before: Option<(Vec<f64>, Vec<f64>)> = None;
    for iteration in 1..=stopping.max_iterations {
        let value = problem.smooth(&ahead, &mut gradient);
        // Power iteration can stand still before it has found the largest eigenvalue; steps along what it missed show it.
        let seen = before.as_ref().map_or(0.0, |before| curvature_between(before, (&ahead, &gradient)));
        before = Some((ahead.clone(), gradient.clone()));
        if seen > lipschitz {
            lipschitz = 1.02 * seen;
            momentum = 1.0;
            ahead.clone_from(point);
            continue;
        }
        let next = proximal_step(problem, &ahead, &gradient, 1.0 / lipschitz);
        let uphill: f64 =
            ahead.iter().zip(&next).zip(point.iter()).map(|((a, x), old)| (a - x) * (x - old)).sum();
        let plain = momentum == 1.0;
        if uphill > 0.0 && !plain {
            momentum = 1.0;
            ahead.clone_from(point);
            continue;
        }
        if plain {
            // A plain proximal step must not rise: where it does, the estimate of the curvature was too low.
            let total = value + problem.penalty(&ahead);
            if total > last + 1e-12 * last.abs() {
                lipschitz *= 2.0;
            }
            last = total;
        }
        let grown = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
        let factor = (momentum - 1.0) / grown;
        for ((ahead, new), old) in ahead.iter_mut().zip(&next).zip(point.iter()) {
            *ahead = new + factor * (new - old);
        }
        momentum = grown;
        *point = next;
        if stopping.interrupted() {
            return Ok(iteration);
        }
        if iteration.is_multiple_of(LOOK) && problem.certificate(point)?.holds(stopping.tolerance) {
            return Ok(iteration);
        }
    }
    Ok(stopping.max_iterations)
}

/// How much the gradient changes along the way from one point to another, `⟨Δg, Δx⟩ / ⟨Δx, Δx⟩`, which is never above the largest
/// curvature; 0 where the points are too near to each other to tell.
fn curvature_between(from: &(Vec<f64>, Vec<f64>), to: (&[f64], &[f64])) -> f64 {
    let moves = || to.0.iter().zip(&from.0).map(|(new, old)| new - old);
    let changes = to.1.iter().zip(&from.1).map(|(new, old)| new - old);
    let length: f64 = moves().map(|x| x * x).sum();
    let size: f64 = to.0.iter().map(|x| x * x).sum();
    if length <= 1e-14 * (1.0 + size) {
        return 0.0;
    }
    moves().zip(changes).map(|(x, g)| x * g).sum::<f64>() / length
}

/// `prox(x − step · ∇)`: soft thresholding and shrinking for weights, a plain step for intercepts.
fn proximal_step(problem: &Problem, at: &[f64], gradient: &[f64], step: f64) -> Vec<f64> {
    let weights = problem.weights();
    let threshold = step * problem.l1;
    let shrink = 1.0 / (1.0 + step * problem.l2);
    let entry = |(i, (x, g)): (usize, (&f64, &f64))| {
        let moved = x - step * g;
        if i < weights { (moved - moved.clamp(-threshold, threshold)) * shrink } else { moved }
    };
    at.iter().zip(gradient).enumerate().map(entry).collect()
}
