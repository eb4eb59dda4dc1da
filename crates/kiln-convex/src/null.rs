//! The model without weights: where a regularisation path begins.

use crate::{Loss, Problem};

impl Problem {
    /// The smallest `l1` at which all weights are zero at the optimum: the largest entry of the gradient of `1/n Σ ℓ` at
    /// zero weights and the best intercepts for them. The penalties of the problem itself do not matter: an L2 term
    /// has no gradient at zero.
    ///
    /// For two classes and no intercept scikit-learn's `1 / (n · l1_min_c(x, y, loss="log"))`.
    ///
    /// ```
    /// use kiln_convex::{Design, Loss, Problem, Solver, Stopping};
    ///
    /// let x = Design::new(&[0.0, 1.0, 2.0, 4.0], 4, 1)?;
    /// let loss = || Loss::Binary { y: vec![0.0, 0.0, 1.0, 1.0] };
    /// let most = Problem::new(x.clone(), loss(), 0.0, 0.0, true)?.l1_max();
    /// let at = Problem::new(x, loss(), most, 0.0, true)?;
    /// assert_eq!(at.solve(Solver::Fista, &Stopping::default(), None)?.point[0], 0.0);
    /// # Ok::<(), kiln_convex::ConvexError>(())
    /// ```
    pub fn l1_max(&self) -> f64 {
        let mut gradient = vec![0.0; self.len()];
        if self.intercept {
            // A constant column has no correlation with what sums to zero, whatever rounding leaves of one.
            let centred = Self { design: self.design.centred().0, ..self.clone() };
            centred.pull_back(&self.null_gradient(), &mut gradient);
        } else {
            self.pull_back(&self.null_gradient(), &mut gradient);
        }
        gradient[..self.weights()].iter().fold(0.0, |most: f64, g| most.max(g.abs()))
    }

    /// `1/n Σ ℓ` at zero weights and the best intercepts for them: glmnet's null deviance, in the unit of the objective.
    pub fn null_loss(&self) -> f64 {
        let n = self.rows();
        let predicted = self.null_predictions();
        // p log p, 0 at 0: a class without rows has no part in the loss.
        let cross = |target: f64, p: f64| if target > 0.0 { -target * p.ln() } else { 0.0 };
        let of_row = |i: usize| -> f64 {
            match &self.loss {
                Loss::Squared { y, outputs } => {
                    (0..*outputs).map(|k| (y[i * outputs + k] - predicted[k]).powi(2) / 2.0).sum()
                }
                Loss::Binary { y } => cross(y[i], predicted[0]) + cross(1.0 - y[i], 1.0 - predicted[0]),
                Loss::Softmax { y, .. } => cross(1.0, predicted[y[i]]),
            }
        };
        (0..n).map(of_row).sum::<f64>() / n as f64
    }

    /// The gradient in the outputs, `[outputs][rows]`.
    fn null_gradient(&self) -> Vec<f64> {
        let target = |i: usize, k: usize| match &self.loss {
            Loss::Squared { y, outputs } => y[i * outputs + k],
            loss => loss.target(i, k),
        };
        let each = |(k, p): (usize, f64)| (0..self.rows()).map(move |i| (i, k, p));
        let all = self.null_predictions().into_iter().enumerate().flat_map(each);
        all.map(|(i, k, p)| p - target(i, k)).collect()
    }

    /// What is predicted for every row, `[outputs]`: the means of the targets, or without intercepts what 0 stands for.
    fn null_predictions(&self) -> Vec<f64> {
        let n = self.rows() as f64;
        match (&self.loss, self.intercept) {
            (Loss::Squared { y, outputs }, true) => {
                (0..*outputs).map(|k| y.iter().skip(k).step_by(*outputs).sum::<f64>() / n).collect()
            }
            (Loss::Squared { outputs, .. }, false) => vec![0.0; *outputs],
            (Loss::Binary { y }, true) => vec![y.iter().sum::<f64>() / n],
            (Loss::Binary { .. }, false) => vec![0.5],
            (Loss::Softmax { y, classes }, true) => {
                let mut shares = vec![0.0; *classes];
                y.iter().for_each(|&class| shares[class] += 1.0 / n);
                shares
            }
            (Loss::Softmax { classes, .. }, false) => vec![1.0 / *classes as f64; *classes],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Design, lambda_max};

    #[test]
    fn of_numbers_it_is_that_of_the_lasso() {
        let numbers = [0.3, 1.0, 1.7, 1.0, -0.4, 1.0, 2.2, 1.0];
        let (x, y) = (Design::new(&numbers, 4, 2).unwrap(), vec![1.0, 3.0, -2.0, 0.5]);
        for intercept in [true, false] {
            let loss = Loss::Squared { y: y.clone(), outputs: 1 };
            let problem = Problem::new(x.clone(), loss, 1.0, 1.0, intercept).unwrap();
            let expected = lambda_max(&x, &y, 1.0, intercept).unwrap();
            assert!((problem.l1_max() - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn the_loss_without_weights_is_the_entropy_of_the_classes() {
        let x = Design::new(&[1.0; 4], 4, 1).unwrap();
        let softmax = Loss::Softmax { y: vec![0, 0, 0, 2], classes: 3 };
        let binary = Loss::Binary { y: vec![0.0, 0.0, 0.0, 1.0] };
        let entropy = -(0.75 * 0.75f64.ln() + 0.25 * 0.25f64.ln());
        for loss in [softmax, binary] {
            let problem = Problem::new(x.clone(), loss, 0.0, 0.0, true).unwrap();
            assert!((problem.null_loss() - entropy).abs() < 1e-15);
            // A constant says nothing.
            assert_eq!(problem.l1_max(), 0.0);
        }
        let plain = Problem::new(x, Loss::Softmax { y: vec![0; 4], classes: 3 }, 0.0, 0.0, false).unwrap();
        assert!((plain.null_loss() - 3f64.ln()).abs() < 1e-15 && plain.l1_max() > 0.0);
    }
}
