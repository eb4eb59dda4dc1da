//! How far from the optimum a point is at most.

use crate::design::dot;
use crate::{ConvexError, Loss, Problem};

/// What is known about a point without knowing the optimum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// `P` at the point.
    pub objective: f64,
    /// `P − D`: an upper bound of `P − min P`, in the unit of the objective, by Fenchel's duality. `None` without a
    /// penalty, where no dual point is at hand.
    pub gap: Option<f64>,
    /// The largest entry of the smallest subgradient: 0 at the optimum and only there.
    pub kkt_residual: f64,
}

impl Certificate {
    /// Whether the gap, or the KKT residual where there is no gap, is `tolerance` or less.
    pub fn holds(&self, tolerance: f64) -> bool {
        self.gap.unwrap_or(self.kkt_residual) <= tolerance
    }
}

impl Problem {
    /// The certificate of a point.
    ///
    /// The dual point is `θ = −∇ℓ` at the best intercepts for these weights, moved onto `Σ θ = 0` and scaled to where
    /// the penalty's conjugate is finite, so that the bound holds up to rounding at every point, not at the optimum
    /// alone (Bach et al., Optimization with Sparsity-Inducing Penalties, 2012, section 1.4).
    ///
    /// ```
    /// use kiln_convex::{Design, Loss, Problem};
    ///
    /// let x = Design::new(&[1.0, -1.0], 2, 1)?;
    /// let problem = Problem::new(x, Loss::Squared { y: vec![2.0, -2.0], outputs: 1 }, 0.5, 0.0, true)?;
    /// // The optimum is w = 1.5, P = 0.125 + 0.75.
    /// assert!(problem.certificate(&[1.5, 0.0])?.gap.unwrap() < 1e-12);
    /// assert!(problem.certificate(&[0.0, 0.0])?.gap.unwrap() >= 2.0 - 0.875);
    /// # Ok::<(), kiln_convex::ConvexError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConvexError::Length`] when the point has another length than [`Problem::len`].
    pub fn certificate(&self, point: &[f64]) -> Result<Certificate, ConvexError> {
        self.check_point(point)?;
        let n = self.rows();
        let z = self.outputs_at(point);
        let mut in_outputs = z.clone();
        let loss = self.loss.value_and_gradient(&mut in_outputs, n) / n as f64;
        let objective = loss + self.penalty(point);
        let mut gradient = vec![0.0; self.len()];
        self.pull_back(&in_outputs, &mut gradient);
        let kkt_residual = self.kkt_residual(point, &gradient);
        let gap = (self.l1 > 0.0 || self.l2 > 0.0).then(|| {
            let dual = if self.intercept {
                let polished = self.polished_gradient(z);
                self.balanced(polished.iter().map(|g| -g).collect())
                    .map(|(theta, correlation)| self.dual_value(point, &theta, &correlation))
            } else {
                let negative = |gradient: &[f64]| gradient.iter().map(|g| -g).collect::<Vec<_>>();
                let (theta, correlation) = (negative(&in_outputs), negative(&gradient[..self.weights()]));
                Some(self.dual_value(point, &theta, &correlation))
            };
            let dual = dual.unwrap_or(f64::NEG_INFINITY);
            // Rounding can put a dual value a hair above the primal one: a bound says how much a hair is.
            (objective - dual).max(0.0) + 4.0 * f64::EPSILON * objective.abs()
        });
        Ok(Certificate { objective, gap, kkt_residual })
    }

    /// The largest entry of the smallest subgradient, from the gradient of the loss.
    pub(crate) fn kkt_residual(&self, point: &[f64], gradient: &[f64]) -> f64 {
        let weights = self.weights();
        let entry = |i: usize| {
            if i >= weights {
                return gradient[i].abs();
            }
            let (w, g) = (point[i], gradient[i] + self.l2 * point[i]);
            if w == 0.0 { (g.abs() - self.l1).max(0.0) } else { (g + self.l1 * w.signum()).abs() }
        };
        (0..point.len())
            .map(entry)
            .fold(0.0, |most, entry| if entry > most || entry.is_nan() { entry } else { most })
    }

    /// The dual point moved onto `Σ θ = 0`, and its `1/n Xᵀ θ`; `None` where a small move does not do.
    fn balanced(&self, mut theta: Vec<f64>) -> Option<(Vec<f64>, Vec<f64>)> {
        self.balance(&mut theta).then(|| {
            let mut correlation = vec![0.0; self.len()];
            self.pull_back(&theta, &mut correlation);
            correlation.truncate(self.weights());
            (theta, correlation)
        })
    }

    /// The best dual value along the ray of `θ`, whose `1/n Xᵀ θ` is `correlation`.
    fn dual_value(&self, point: &[f64], theta: &[f64], correlation: &[f64]) -> f64 {
        let n = self.rows() as f64;
        let largest = correlation.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
        let l1_feasible = if largest > self.l1 { self.l1 / largest } else { 1.0 };
        let mut scales = vec![];
        if self.l2 == 0.0 {
            scales.push(l1_feasible);
            if matches!(self.loss, Loss::Squared { .. }) {
                // The dual is a parabola along the ray: its top, where it is allowed.
                let limit = if largest > 0.0 { self.l1 / largest } else { f64::INFINITY };
                let top = self.linear_part(theta) / dot(theta, theta).max(f64::MIN_POSITIVE);
                scales.push(top.clamp(-limit, limit));
            }
        } else {
            scales.push(1.0);
            // With next to no L2 the conjugate is steep: also where |c − l2 w| ≤ l1, as for a pure lasso.
            let shifted = correlation.iter().zip(point).map(|(c, w)| (c - self.l2 * w).abs());
            let largest = shifted.fold(0.0, f64::max);
            if largest > self.l1 && self.l1 > 0.0 {
                scales.push(self.l1 / largest);
            }
        }
        scales
            .into_iter()
            .map(|scale| {
                self.negative_conjugate(theta, scale) / n - self.penalty_conjugate(correlation, scale)
            })
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// `R*(scale · c)`.
    fn penalty_conjugate(&self, correlation: &[f64], scale: f64) -> f64 {
        if self.l2 == 0.0 {
            // The scale keeps every entry within l1, where the conjugate is zero.
            return 0.0;
        }
        let excess = |c: &f64| (scale * c).abs() - self.l1;
        let square: f64 = correlation.iter().map(excess).filter(|e| *e > 0.0).map(|e| e * e).sum();
        square / (2.0 * self.l2)
    }

    /// `Σ θ y` for the squared error.
    fn linear_part(&self, theta: &[f64]) -> f64 {
        let Loss::Squared { y, outputs } = &self.loss else { return 0.0 };
        let n = self.rows();
        let column = |(k, theta): (usize, &[f64])| -> f64 {
            theta.iter().zip(y.iter().skip(k).step_by(*outputs)).map(|(t, y)| t * y).sum()
        };
        theta.chunks_exact(n).enumerate().map(column).sum()
    }

    /// `−Σ ℓ*(−scale · θ)`.
    fn negative_conjugate(&self, theta: &[f64], scale: f64) -> f64 {
        let n = self.rows();
        // q log q, 0 at 0 (and at what rounding puts below).
        let entropy = |q: f64| if q > 0.0 { -q * q.ln() } else { 0.0 };
        let probability = |k: usize, i: usize| self.loss.target(i, k) - scale * theta[k * n + i];
        match &self.loss {
            Loss::Squared { .. } => scale * self.linear_part(theta) - scale * scale / 2.0 * dot(theta, theta),
            Loss::Binary { .. } => {
                (0..n).map(|i| probability(0, i)).map(|q| entropy(q) + entropy(1.0 - q)).sum()
            }
            Loss::Softmax { classes, .. } => (0..*classes)
                .flat_map(|k| (0..n).map(move |i| (k, i)))
                .map(|(k, i)| entropy(probability(k, i)))
                .sum(),
        }
    }

    /// Moves `θ` a little so that it sums to zero for each output and `y − θ` stays a probability; `false` where a
    /// little does not do.
    fn balance(&self, theta: &mut [f64]) -> bool {
        let n = self.rows();
        let sums: Vec<f64> = theta.chunks_exact(n).map(|t| t.iter().sum()).collect();
        // How much of the correction each row can bear.
        let room: Vec<f64> = match &self.loss {
            Loss::Squared { .. } => vec![1.0; n],
            Loss::Binary { y } => y.iter().zip(&*theta).map(|(y, t)| (y - t).min(1.0 - (y - t))).collect(),
            Loss::Softmax { classes, .. } => (0..n)
                .map(|i| (0..*classes).map(|k| self.loss.target(i, k) - theta[k * n + i]).fold(1.0, f64::min))
                .collect(),
        };
        let room: Vec<f64> = room.into_iter().map(|room| room.max(0.0)).collect();
        let total: f64 = room.iter().sum();
        let squared = matches!(self.loss, Loss::Squared { .. });
        if !squared && sums.iter().any(|sum| sum.abs() > total) {
            return false;
        }
        if total > 0.0 {
            for (theta, sum) in theta.chunks_exact_mut(n).zip(&sums) {
                for (theta, room) in theta.iter_mut().zip(&room) {
                    *theta -= sum * (room / total);
                }
            }
        }
        true
    }
}
