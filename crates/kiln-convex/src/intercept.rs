//! The best intercepts for given weights, by Newton's method.

use crate::ridge::cholesky_solve;
use crate::{Loss, Problem};

/// Steps at most; near the optimum each one doubles the number of right digits.
const STEPS: usize = 8;

impl Problem {
    /// The gradient in the outputs, `[outputs][rows]`, at the best intercepts that a few Newton steps from `z` find.
    ///
    /// A dual point needs these gradients to sum to zero, which they do there.
    pub(crate) fn polished_gradient(&self, mut z: Vec<f64>) -> Vec<f64> {
        let n = self.rows();
        let mut gradient = z.clone();
        let mut value = self.loss.value_and_gradient(&mut gradient, n);
        if !self.intercept {
            return gradient;
        }
        for _ in 0..STEPS {
            let sums: Vec<f64> = gradient.chunks_exact(n).map(|g| g.iter().sum()).collect();
            let Some(step) = self.newton_step(&gradient, &sums) else { break };
            let mut moved = z.clone();
            for (z, step) in moved.chunks_exact_mut(n).zip(&step) {
                z.iter_mut().for_each(|z| *z -= step);
            }
            let mut next = moved.clone();
            let next_value = self.loss.value_and_gradient(&mut next, n);
            if next_value.is_nan() || next_value > value + 1e-9 * value.abs() {
                break;
            }
            let still = sums.iter().all(|sum| sum.abs() <= 1e-13 * n as f64);
            (z, gradient, value) = (moved, next, next_value);
            if still {
                break;
            }
        }
        gradient
    }

    /// `H⁻¹ Σ g`, with the Hessian in the intercepts.
    fn newton_step(&self, gradient: &[f64], sums: &[f64]) -> Option<Vec<f64>> {
        let n = self.rows();
        match &self.loss {
            Loss::Squared { .. } => Some(sums.iter().map(|sum| sum / n as f64).collect()),
            Loss::Binary { y } => {
                let probability = |(g, y): (&f64, &f64)| g + y;
                let curvature: f64 = gradient.iter().zip(y).map(probability).map(|p| p * (1.0 - p)).sum();
                (curvature > 0.0).then(|| vec![sums[0] / curvature])
            }
            Loss::Softmax { classes, .. } => {
                // Adding one number to all intercepts changes nothing: the last one stays where it is.
                let m = classes - 1;
                let mut hessian = vec![0.0; m * m];
                for i in 0..n {
                    let p = |k: usize| gradient[k * n + i] + self.loss.target(i, k);
                    for a in 0..m {
                        let pa = p(a);
                        for b in 0..=a {
                            hessian[a * m + b] += if a == b { pa * (1.0 - pa) } else { -pa * p(b) };
                        }
                    }
                }
                let mut step = sums[..m].to_vec();
                cholesky_solve(&mut hessian, &mut step, m, 1).ok()?;
                step.push(0.0);
                Some(step)
            }
        }
    }
}
