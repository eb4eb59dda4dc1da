//! The path of logistic regression.

use kiln_convex::{Design, Loss, Problem, Solver, Stopping};
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{PathError, grid};

/// The path of logistic regression with L1 or an elastic net, by FISTA: two classes with one logit, more with a softmax.
/// As scikit-learn's `LogisticRegression` with `C = 1/(n λ)`.
///
/// It minimises `1/n Σ ℓ + λ (α Σ |W| + (1 − α)/2 Σ W²) + l2/2 Σ W²`, `ℓ` the cross-entropy, with intercepts that are
/// not penalised.
///
/// | setting | default | range |
/// |---|---|---|
/// | `lambdas` | 100 | ≥ 2 |
/// | `ratio` | 1e-3 | (0, 1) |
/// | `l1_ratio` | 1 (all L1) | (0, 1] |
/// | `l2` | 0 | ≥ 0 |
/// | `tolerance` | 1e-6 | > 0 |
///
/// ```
/// use kiln_convex::Design;
/// use kiln_validate::path::LogisticPath;
///
/// let x = Design::new(&[0.1, 1.0, 0.3, -1.0, 0.2, 2.0, 1.1, 0.5, 1.3, -0.5, 1.2, -1.5], 6, 2)?;
/// let labels = [0, 0, 0, 1, 1, 1];
/// let path = LogisticPath { lambdas: 10, ratio: 0.1, ..LogisticPath::default() };
/// let lambdas = path.grid(&x, &labels, 2)?;
/// let points = path.fit(&x, &labels, 2, &lambdas)?;
/// assert_eq!((points[0].nonzero(), points[0].intercept.len()), (0, 1));
/// assert!(points[9].coef[0] > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticPath {
    /// Strengths on the path.
    pub lambdas: usize,
    /// The smallest strength, as a part of the largest.
    pub ratio: f64,
    /// α, the share of L1 in the penalty.
    pub l1_ratio: f64,
    /// An L2 term that is the same at every strength.
    pub l2: f64,
    /// The duality gap at which a point is solved, as a part of the loss of the model without features.
    pub tolerance: f64,
}

impl Default for LogisticPath {
    fn default() -> Self {
        Self { lambdas: 100, ratio: 1e-3, l1_ratio: 1.0, l2: 0.0, tolerance: 1e-6 }
    }
}

/// The classifier at one strength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticPoint {
    /// λ.
    pub lambda: f64,
    /// `[logits, features]`, row-major, with exact zeros; one logit (of class 1) for two classes, else one a class.
    pub coef: Vec<f64>,
    /// `[logits]`, not penalised.
    pub intercept: Vec<f64>,
    /// The objective is no further than this from its minimum.
    pub gap: f64,
    /// Steps of the solver.
    pub iterations: usize,
}

impl LogisticPoint {
    /// Coefficients that are not zero.
    pub fn nonzero(&self) -> usize {
        self.coef.iter().filter(|coef| **coef != 0.0).count()
    }

    /// Features with a coefficient that is not zero.
    pub fn features(&self) -> usize {
        let width = self.coef.len() / self.intercept.len().max(1);
        let used = |feature: &usize| self.coef.iter().skip(*feature).step_by(width).any(|coef| *coef != 0.0);
        (0..width).filter(used).count()
    }

    /// The logits of some rows, `[rows, logits]`, row-major.
    pub fn logits(&self, x: &Design) -> Vec<f64> {
        let (outputs, width) = (self.intercept.len(), x.columns());
        let mut logits: Vec<f64> = (0..x.rows()).flat_map(|_| self.intercept.iter().copied()).collect();
        for (place, coef) in self.coef.iter().enumerate().filter(|(_, coef)| **coef != 0.0) {
            let (output, feature) = (place / width, place % width);
            for (logit, x) in logits.iter_mut().skip(output).step_by(outputs).zip(x.column(feature)) {
                *logit += coef * x;
            }
        }
        logits
    }
}

impl LogisticPath {
    /// The strengths: from the smallest at which every coefficient is zero, which the gradient at zero weights and the
    /// best intercepts gives, down to `ratio` of it, each the same part of the one before.
    ///
    /// # Errors
    /// A setting out of its range, labels that do not fit or are all the same, [`PathError::Flat`].
    pub fn grid(&self, x: &Design, labels: &[usize], classes: usize) -> Result<Vec<f64>, PathError> {
        Range::POSITIVE.check("l1_ratio", self.l1_ratio)?;
        Range::UNIT.check("l1_ratio", self.l1_ratio)?;
        let problem = Problem::new(x.clone(), loss(labels, classes), 0.0, 0.0, true)?;
        let most = problem.l1_max() / self.l1_ratio;
        let lambdas = grid::falling(most, self.lambdas, self.ratio)?;
        if most > 0.0 { Ok(lambdas) } else { Err(PathError::Flat) }
    }

    /// The models at these strengths, which fall; each begins where the one before ended.
    ///
    /// # Errors
    /// A setting out of its range, labels that do not fit; [`PathError::Class`] when a class has no rows, because its
    /// intercept has no optimum.
    pub fn fit(
        &self,
        x: &Design,
        labels: &[usize],
        classes: usize,
        lambdas: &[f64],
    ) -> Result<Vec<LogisticPoint>, PathError> {
        let mut points: Vec<LogisticPoint> = Vec::new();
        for &lambda in lambdas {
            let point = self.point(x, labels, classes, lambda, points.last())?;
            points.push(point);
        }
        Ok(points)
    }

    /// The model at one strength, from another one where there is one.
    ///
    /// # Errors
    /// As [`LogisticPath::fit`].
    pub fn point(
        &self,
        x: &Design,
        labels: &[usize],
        classes: usize,
        lambda: f64,
        warm: Option<&LogisticPoint>,
    ) -> Result<LogisticPoint, PathError> {
        Range::POSITIVE.check("tolerance", self.tolerance)?;
        Range::at_least(0.0).check("lambda", lambda)?;
        Range::at_least(0.0).check("l2", self.l2)?;
        let l1_ratio = Range::UNIT.check("l1_ratio", self.l1_ratio)?;
        let loss = loss(labels, classes);
        if let Some(class) = (0..classes).find(|class| !labels.contains(class)) {
            return Err(PathError::Class { class });
        }
        let (l1, l2) = (lambda * l1_ratio, lambda * (1.0 - l1_ratio) + self.l2);
        let problem = Problem::new(x.clone(), loss, l1, l2, true)?;
        let none = none(labels, classes, x.columns());
        // Known without a solver, which rounding would leave a hair beside it.
        let (mut coef, certificate, iterations) = if l1 >= problem.l1_max() * (1.0 - 1e-12) {
            let certificate = problem.certificate(&none)?;
            (none, certificate, 0)
        } else {
            let tolerance = self.tolerance * problem.null_loss();
            let warm = warm.map_or(none, |point| [&point.coef[..], &point.intercept[..]].concat());
            let stopping = Stopping { tolerance, ..Stopping::default() };
            let solution = problem.solve(Solver::Fista, &stopping, Some(&warm))?;
            (solution.point, solution.certificate, solution.iterations)
        };
        let intercept = coef.split_off(coef.len() / (x.columns() + 1) * x.columns());
        let gap = certificate.gap.unwrap_or(f64::INFINITY);
        Ok(LogisticPoint { lambda, coef, intercept, gap, iterations })
    }
}

/// The cross-entropy: of one logit for two classes.
fn loss(labels: &[usize], classes: usize) -> Loss {
    if classes != 2 {
        return Loss::Softmax { y: labels.to_vec(), classes };
    }
    // A label above 1 is no probability, and the problem says so.
    Loss::Binary { y: labels.iter().map(|label| *label as f64).collect() }
}

/// No weights, and the intercepts that give each class its share: where the path begins.
fn none(labels: &[usize], classes: usize, features: usize) -> Vec<f64> {
    let count = |class: usize| labels.iter().filter(|label| **label == class).count() as f64;
    let mut intercept: Vec<f64> = (0..classes).map(|class| count(class).ln()).collect();
    if classes == 2 {
        intercept = vec![intercept[1] - intercept[0]];
    } else {
        // All intercepts may move together; a sum of 0 is what descent from zero would keep.
        let mean = intercept.iter().sum::<f64>() / classes as f64;
        intercept.iter_mut().for_each(|intercept| *intercept -= mean);
    }
    [vec![0.0; intercept.len() * features], intercept].concat()
}
