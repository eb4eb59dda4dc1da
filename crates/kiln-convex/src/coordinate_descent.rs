//! Cyclic coordinate descent (Friedman, Hastie and Tibshirani 2010).

use crate::design::{axpy, dot};
use crate::gram::Gram;
use crate::{Certificate, ConvexError, Design, Loss, Problem, Stopping};

/// Sweeps over the coordinates that are not zero between two looks at all of them.
const INNER: usize = 200;
/// How little they may move, as a fraction of the last move over all of them.
const STILL: f64 = 1e-3;

/// Where a descent ended.
pub(crate) struct Found {
    pub(crate) sweeps: usize,
    pub(crate) certificate: Certificate,
}

/// Sweeps over the coordinates of one output of a problem without intercept until the gap is closed. `w` starts anywhere
/// and ends at the solution.
pub(crate) fn descend(
    problem: &Problem,
    gram: &mut Gram,
    w: &mut [f64],
    stopping: &Stopping,
) -> Result<Found, ConvexError> {
    let Loss::Squared { y, .. } = &problem.loss else { return Err(ConvexError::NotSquared) };
    let x = &problem.design;
    let all: Vec<usize> = (0..w.len()).filter(|j| gram.norms[*j] > 0.0).collect();
    // A column of zeros takes no part, and a weight on it costs.
    (0..w.len()).filter(|j| gram.norms[*j] == 0.0).for_each(|j| w[j] = 0.0);
    let mut sweeps = 0;
    while sweeps < stopping.max_iterations && !stopping.interrupted() {
        // Afresh each time: what thousands of updates add up to is not quite y − X w.
        let mut residual = y.clone();
        for &j in all.iter().filter(|j| w[**j] != 0.0) {
            axpy(-w[j], x.column(j), &mut residual);
        }
        let first = sweep(problem, &gram.norms, &all, w, &mut residual);
        sweeps += 1;
        // Most coordinates stay at zero: the others are brought to rest before all are looked at again.
        let active: Vec<usize> = all.iter().copied().filter(|j| w[*j] != 0.0).collect();
        let most = INNER.min(stopping.max_iterations.saturating_sub(sweeps));
        sweeps += if gram.cover(x, &active) {
            rest_by_products(problem, gram, w, &residual, first, most)
        } else {
            let mut still =
                |_: &usize| sweep(problem, &gram.norms, &active, w, &mut residual) <= STILL * first;
            (1..=most).find(&mut still).unwrap_or(most)
        };
        let certificate = problem.certificate(&[&*w, &[0.0]].concat())?;
        if first == 0.0 || certificate.holds(stopping.tolerance) {
            return Ok(Found { sweeps, certificate });
        }
    }
    Ok(Found { sweeps, certificate: problem.certificate(&[&*w, &[0.0]].concat())? })
}

/// The best weight of one coordinate, from `x · r / n` and the weight that it has.
fn best(problem: &Problem, correlation: f64, norm: f64, old: f64) -> f64 {
    let target = correlation + norm * old;
    (target - target.clamp(-problem.l1, problem.l1)) / (norm + problem.l2)
}

/// One sweep, which keeps the residual; gives the largest change, in the unit of the outputs.
fn sweep(
    problem: &Problem,
    norms: &[f64],
    coordinates: &[usize],
    w: &mut [f64],
    residual: &mut [f64],
) -> f64 {
    let (x, n): (&Design, f64) = (&problem.design, residual.len() as f64);
    let mut moved: f64 = 0.0;
    for &j in coordinates {
        let column = x.column(j);
        let old = w[j];
        let new = best(problem, dot(column, residual) / n, norms[j], old);
        if new != old {
            axpy(old - new, column, residual);
            w[j] = new;
            moved = moved.max((new - old).abs() * norms[j].sqrt());
        }
    }
    moved
}

/// Sweeps over the covered coordinates, by their products alone, until they are still; gives the number of sweeps.
fn rest_by_products(
    problem: &Problem,
    gram: &Gram,
    w: &mut [f64],
    residual: &[f64],
    first: f64,
    most: usize,
) -> usize {
    let n = residual.len() as f64;
    let covered = &gram.covered;
    let mut correlations: Vec<f64> =
        covered.iter().map(|j| dot(problem.design.column(*j), residual) / n).collect();
    for count in 1..=most {
        let mut moved: f64 = 0.0;
        for (place, &j) in covered.iter().enumerate() {
            let (old, norm) = (w[j], gram.norms[j]);
            let new = best(problem, correlations[place], norm, old);
            if new != old {
                axpy(old - new, gram.row(place), &mut correlations);
                w[j] = new;
                moved = moved.max((new - old).abs() * norm.sqrt());
            }
        }
        if moved <= STILL * first {
            return count;
        }
    }
    most
}
