//! A problem solved by the solver of one's choice.

use kiln_core::Range;

use crate::design::{axpy, centre, dot};
use crate::gram::Gram;
use crate::lbfgs::{Lbfgs, minimise};
use crate::{Certificate, ConvexError, Loss, Problem, Solver, Stopping, coordinate_descent, fista};

/// What a solver found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Solution {
    /// Weights `[outputs, features]` in row-major order, then intercepts `[outputs]`.
    pub point: Vec<f64>,
    /// How far from the optimum it is at most.
    pub certificate: Certificate,
    /// Iterations; sweeps over all coordinates for coordinate descent, the outputs together.
    pub iterations: usize,
    /// Whether the certificate is within the tolerance.
    pub converged: bool,
}

impl Problem {
    /// Whether `solver` is for this loss and these penalties.
    ///
    /// # Errors
    /// [`ConvexError::NotSmooth`] for L-BFGS with an L1 term, [`ConvexError::NotSquared`] for coordinate descent with a
    /// cross-entropy.
    pub fn check(&self, solver: Solver) -> Result<(), ConvexError> {
        if solver == Solver::Lbfgs && self.l1 > 0.0 {
            return Err(ConvexError::NotSmooth { solver, l1: self.l1 });
        }
        if solver == Solver::CoordinateDescent && !matches!(self.loss, Loss::Squared { .. }) {
            return Err(ConvexError::NotSquared);
        }
        Ok(())
    }

    /// Solves the problem, from `warm` (a point) where there is one and from zero otherwise.
    ///
    /// A solver that uses up its iterations, or that rounding stops, gives what it has, with
    /// [`converged`](Solution::converged) false.
    ///
    /// # Errors
    /// [`ConvexError::NotSmooth`] for L-BFGS with an L1 term, [`ConvexError::NotSquared`] for coordinate descent with a
    /// cross-entropy, [`ConvexError::Length`] for a warm start of another length, [`ConvexError::Number`] for a
    /// tolerance out of its range.
    pub fn solve(
        &self,
        solver: Solver,
        stopping: &Stopping,
        warm: Option<&[f64]>,
    ) -> Result<Solution, ConvexError> {
        Range::at_least(0.0).check("tolerance", stopping.tolerance)?;
        self.check(solver)?;
        let mut point = warm.map_or_else(|| vec![0.0; self.len()], <[f64]>::to_vec);
        self.check_point(&point)?;
        // Centred features do not change the weights, and make the intercept independent of them.
        let (centred, means) = if self.intercept {
            let (design, means) = self.design.centred();
            (Self { design, ..self.clone() }, means)
        } else {
            (self.clone(), vec![0.0; self.features()])
        };
        shift(&mut point, &means, 1.0);
        let iterations = match solver {
            Solver::Fista => fista::descend(&centred, &mut point, stopping)?,
            Solver::CoordinateDescent => centred.by_outputs(&mut point, stopping)?,
            Solver::Lbfgs => centred.by_lbfgs(&mut point, stopping),
        };
        shift(&mut point, &means, -1.0);
        let certificate = self.certificate(&point)?;
        Ok(Solution { converged: certificate.holds(stopping.tolerance), point, certificate, iterations })
    }

    /// Coordinate descent on centred data, one output after another: nothing ties them together.
    fn by_outputs(&self, point: &mut [f64], stopping: &Stopping) -> Result<usize, ConvexError> {
        let Loss::Squared { y, outputs } = &self.loss else { return Err(ConvexError::NotSquared) };
        let each = Stopping { tolerance: stopping.tolerance / *outputs as f64, ..stopping.clone() };
        let mut sweeps = 0;
        let (weights, intercepts) = point.split_at_mut(self.weights());
        for (k, w) in weights.chunks_exact_mut(self.features()).enumerate() {
            let mut y: Vec<f64> = y.iter().skip(k).step_by(*outputs).copied().collect();
            intercepts[k] = if self.intercept { centre(&mut y) } else { 0.0 };
            let loss = Loss::Squared { y, outputs: 1 };
            let one = Self { loss, intercept: false, ..self.clone() };
            sweeps += coordinate_descent::descend(&one, &mut Gram::new(&one.design), w, &each)?.sweeps;
        }
        Ok(sweeps)
    }

    fn by_lbfgs(&self, point: &mut Vec<f64>, stopping: &Stopping) -> usize {
        let weights = self.weights();
        let function = |at: &[f64], gradient: &mut [f64]| {
            let value = self.smooth(at, gradient);
            axpy(self.l2, &at[..weights], &mut gradient[..weights]);
            value + self.penalty(at)
        };
        let holds =
            |at: &[f64]| self.certificate(at).is_ok_and(|certificate| certificate.holds(stopping.tolerance));
        let settings = Lbfgs { history: 20, tolerance: 0.0, max_iterations: stopping.max_iterations };
        let found = minimise(function, point, &settings, |at, iteration| {
            stopping.interrupted() || (iteration.is_multiple_of(5) && holds(at))
        });
        *point = found.point;
        found.iterations
    }
}

/// Adds `sign · w · means` to the intercepts: the same model on features with other means.
fn shift(point: &mut [f64], means: &[f64], sign: f64) {
    let d = means.len();
    let outputs = point.len() / (d + 1);
    let (weights, intercepts) = point.split_at_mut(outputs * d);
    for (w, b) in weights.chunks_exact(d).zip(intercepts) {
        *b += sign * dot(w, means);
    }
}
