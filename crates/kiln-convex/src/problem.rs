//! The problem: data, loss and penalties.

use kiln_core::Range;

use crate::design::{Design, dot};
use crate::{ConvexError, Loss};

/// `P(W, b) = 1/n Σ ℓ + l1 Σ |W| + l2/2 Σ W²`, with intercepts that are not penalised.
///
/// A point is one vector: the weights `[outputs, features]` in row-major order, then the intercepts `[outputs]` (zeros
/// without an intercept).
///
/// ```
/// use kiln_convex::{Design, Loss, Problem, Solver, Stopping};
///
/// let x = Design::new(&[0.0, 1.0, 2.0, 3.0], 4, 1)?;
/// let loss = Loss::Binary { y: vec![0.0, 1.0, 0.0, 1.0] };
/// let problem = Problem::new(x, loss, 0.0, 0.1, true)?;
/// let solution = problem.solve(Solver::Lbfgs, &Stopping::default(), None)?;
/// assert!(solution.certificate.gap.unwrap() <= 1e-8);
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Problem {
    pub(crate) design: Design,
    pub(crate) loss: Loss,
    pub(crate) l1: f64,
    pub(crate) l2: f64,
    pub(crate) intercept: bool,
}

impl Problem {
    /// Poses a problem. `l1` and `l2` are at least 0.
    ///
    /// # Errors
    /// [`ConvexError::Number`] for a strength out of its range; an error of the targets: their number, NaN, a
    /// class or a probability out of its range.
    pub fn new(design: Design, loss: Loss, l1: f64, l2: f64, intercept: bool) -> Result<Self, ConvexError> {
        Range::at_least(0.0).check("l1", l1)?;
        Range::at_least(0.0).check("l2", l2)?;
        loss.check(design.rows())?;
        Ok(Self { design, loss, l1, l2, intercept })
    }

    /// Length of a point: `outputs · (features + 1)`.
    pub fn len(&self) -> usize {
        self.outputs() * (self.features() + 1)
    }

    /// Never: a problem has a feature and an output at least.
    pub fn is_empty(&self) -> bool {
        false
    }

    pub(crate) fn outputs(&self) -> usize {
        self.loss.outputs()
    }

    pub(crate) fn features(&self) -> usize {
        self.design.columns()
    }

    pub(crate) fn rows(&self) -> usize {
        self.design.rows()
    }

    /// How many of the numbers of a point are penalised weights; the rest are intercepts.
    pub(crate) fn weights(&self) -> usize {
        self.outputs() * self.features()
    }

    /// `P` at a point, penalties included.
    ///
    /// # Errors
    /// [`ConvexError::Length`] when the point has another length than [`Problem::len`].
    pub fn objective(&self, point: &[f64]) -> Result<f64, ConvexError> {
        self.check_point(point)?;
        let mut z = self.outputs_at(point);
        Ok(self.loss.value_and_gradient(&mut z, self.rows()) / self.rows() as f64 + self.penalty(point))
    }

    pub(crate) fn check_point(&self, point: &[f64]) -> Result<(), ConvexError> {
        if point.len() == self.len() {
            Ok(())
        } else {
            Err(ConvexError::Length { what: "the point", found: point.len(), expected: self.len() })
        }
    }

    /// `l1 Σ |W| + l2/2 Σ W²` at a point, which has the length [`Problem::len`].
    pub fn penalty(&self, point: &[f64]) -> f64 {
        let weights = &point[..self.weights()];
        self.l1 * weights.iter().map(|w| w.abs()).sum::<f64>() + self.l2 / 2.0 * dot(weights, weights)
    }

    /// The model's outputs, `[outputs][rows]`.
    pub(crate) fn outputs_at(&self, point: &[f64]) -> Vec<f64> {
        let (n, d) = (self.rows(), self.features());
        let (weights, intercepts) = point.split_at(self.weights());
        let mut z = vec![0.0; self.outputs() * n];
        for ((z, w), b) in z.chunks_exact_mut(n).zip(weights.chunks_exact(d)).zip(intercepts) {
            z.fill(*b);
            self.design.add_product(w, z);
        }
        z
    }

    /// `1/n Xᵀ g` for each output, and `1/n Σ g` for the intercepts, from the gradient in the outputs.
    pub(crate) fn pull_back(&self, in_outputs: &[f64], gradient: &mut [f64]) {
        let (n, d) = (self.rows(), self.features());
        let (weights, intercepts) = gradient.split_at_mut(self.weights());
        let rows = in_outputs.chunks_exact(n);
        for ((g, w), b) in rows.zip(weights.chunks_exact_mut(d)).zip(intercepts) {
            self.design.transposed_product(g, w);
            w.iter_mut().for_each(|w| *w /= n as f64);
            *b = if self.intercept { g.iter().sum::<f64>() / n as f64 } else { 0.0 };
        }
    }

    /// `1/n Σ ℓ` (no penalty) and its gradient.
    pub(crate) fn smooth(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let mut z = self.outputs_at(point);
        let value = self.loss.value_and_gradient(&mut z, self.rows()) / self.rows() as f64;
        self.pull_back(&z, gradient);
        value
    }
}
