//! A curve that target numbers go through before they are standardised.

use serde::{Deserialize, Serialize};

use crate::TargetTransform;

/// Predictions may lie outside the training numbers by so many times their range; what is further out is drawn in, because the inverse of a
/// curve grows without bound, or ends.
const BEYOND: f64 = 10.0;

/// A curve that was fitted to the target numbers of the training part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Power {
    curve: PowerCurve,
    /// The least and the greatest number that it gives back.
    ends: [f64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
enum PowerCurve {
    Log,
    YeoJohnson { lambda: f64 },
}

impl Power {
    /// Of numbers with their weights, all of them finite and with a logarithm above 0, and at least one.
    pub(crate) fn fit(kind: TargetTransform, numbers: &[(f64, f64)]) -> Self {
        let curve = match kind {
            TargetTransform::Log => PowerCurve::Log,
            TargetTransform::YeoJohnson => PowerCurve::YeoJohnson { lambda: likeliest(numbers) },
        };
        let over = |least: f64, (number, _): &(f64, f64)| least.min(*number);
        let under = |most: f64, (number, _): &(f64, f64)| most.max(*number);
        let (low, high) =
            (numbers.iter().fold(f64::INFINITY, over), numbers.iter().fold(f64::NEG_INFINITY, under));
        let room = BEYOND * (high - low).max(f64::MIN_POSITIVE);
        let low = if kind == TargetTransform::Log { 0.0 } else { low - room };
        Self { curve, ends: [low, high + room] }
    }

    /// Which one it is.
    pub(crate) fn kind(&self) -> TargetTransform {
        match self.curve {
            PowerCurve::Log => TargetTransform::Log,
            PowerCurve::YeoJohnson { .. } => TargetTransform::YeoJohnson,
        }
    }

    pub(crate) fn apply(&self, x: f64) -> f64 {
        match self.curve {
            PowerCurve::Log => x.ln(),
            PowerCurve::YeoJohnson { lambda } => yeo_johnson(x, lambda),
        }
    }

    pub(crate) fn undo(&self, z: f64) -> f64 {
        let [low, high] = self.ends;
        let x = match self.curve {
            PowerCurve::Log => z.exp(),
            PowerCurve::YeoJohnson { lambda } => undo_yeo_johnson(z, lambda),
        };
        // A NaN that came in goes out.
        x.clamp(low, high)
    }

    /// Whether a fit can have made this.
    pub(crate) fn is_sound(&self) -> bool {
        let [low, high] = self.ends;
        let lambda = match self.curve {
            PowerCurve::Log => 0.0,
            PowerCurve::YeoJohnson { lambda } => lambda,
        };
        low < high && low.is_finite() && high.is_finite() && lambda.is_finite()
    }
}

/// `((x + 1)^λ − 1) / λ`, for numbers below 0 `−((1 − x)^(2 − λ) − 1) / (2 − λ)`.
fn yeo_johnson(x: f64, lambda: f64) -> f64 {
    if x >= 0.0 { box_cox(x.ln_1p(), lambda) } else { -box_cox((-x).ln_1p(), 2.0 - lambda) }
}

fn box_cox(log: f64, lambda: f64) -> f64 {
    if lambda.abs() < f64::EPSILON { log } else { (lambda * log).exp_m1() / lambda }
}

/// Infinite where no number is transformed to `z`: beyond the end of the curve.
fn undo_yeo_johnson(z: f64, lambda: f64) -> f64 {
    if z >= 0.0 { undo_box_cox(z, lambda) } else { -undo_box_cox(-z, 2.0 - lambda) }
}

fn undo_box_cox(z: f64, lambda: f64) -> f64 {
    let log = match lambda {
        lambda if lambda.abs() < f64::EPSILON => z,
        lambda if z * lambda <= -1.0 => f64::INFINITY,
        lambda => (z * lambda).ln_1p() / lambda,
    };
    log.exp_m1()
}

/// The λ under which the numbers are likeliest to be normal: Brent's method, from the bracket that SciPy begins with.
fn likeliest(numbers: &[(f64, f64)]) -> f64 {
    let total: f64 = numbers.iter().map(|(_, weight)| weight).sum();
    let logs: f64 = numbers.iter().map(|(x, weight)| weight * x.signum() * x.abs().ln_1p()).sum();
    let cost = |lambda: f64| {
        let moved = || numbers.iter().map(|(x, weight)| (yeo_johnson(*x, lambda), *weight));
        let mean = moved().map(|(z, weight)| weight * z).sum::<f64>() / total;
        let variance = moved().map(|(z, weight)| weight * (z - mean).powi(2)).sum::<f64>() / total;
        if variance < f64::MIN_POSITIVE || !variance.is_finite() {
            return f64::INFINITY;
        }
        total / 2.0 * variance.ln() - (lambda - 1.0) * logs
    };
    let first = numbers.first().map_or(0.0, |(x, _)| *x);
    if numbers.iter().all(|(x, _)| *x == first) {
        // Nothing is likelier than anything else: the numbers stay.
        return 1.0;
    }
    let (low, high) = bracket(&cost);
    minimum(&cost, low, high)
}

/// Two places between which the cost is least: steps that grow, downhill.
fn bracket(cost: &impl Fn(f64) -> f64) -> (f64, f64) {
    const GROWTH: f64 = 1.6;
    let (mut a, mut b) = (-2.0, 2.0);
    if cost(a) < cost(b) {
        (a, b) = (b, a);
    }
    let mut c = b + GROWTH * (b - a);
    let mut steps = 0;
    while cost(c) < cost(b) && steps < 60 {
        (a, b) = (b, c);
        c = b + GROWTH * (b - a);
        steps += 1;
    }
    (a.min(c), a.max(c))
}

/// Golden section: the place between `low` and `high` where a cost with one valley is least.
fn minimum(cost: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const SHARE: f64 = 0.618_033_988_749_894_9;
    let mut left = high - SHARE * (high - low);
    let mut right = low + SHARE * (high - low);
    let (mut at_left, mut at_right) = (cost(left), cost(right));
    while high - low > 1e-9 * (1.0 + low.abs() + high.abs()) {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - SHARE * (high - low);
            at_left = cost(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + SHARE * (high - low);
            at_right = cost(right);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transformed_comes_back() {
        for lambda in [-1.5, -1e-17, 0.0, 0.5, 1.0, 2.0, 3.5] {
            for x in [-40.0, -1.0, -1e-9, 0.0, 1e-9, 0.3, 7.0, 1e4] {
                let back = undo_yeo_johnson(yeo_johnson(x, lambda), lambda);
                assert!((back - x).abs() <= 1e-9 * f64::abs(x).max(1e-6), "{lambda} {x}: {back}");
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_curve_is_its_end() {
        let numbers: Vec<(f64, f64)> = (0..50).map(|i| (f64::from(i).exp2().ln_1p().exp(), 1.0)).collect();
        let power = Power { curve: PowerCurve::YeoJohnson { lambda: -0.5 }, ends: [0.0, 1e6] };
        // The curve ends at 2.
        assert_eq!(power.undo(2.5), 1e6);
        assert!(power.undo(f64::NAN).is_nan());
        let log = Power::fit(TargetTransform::Log, &numbers);
        assert!(log.undo(1e6).is_finite() && log.undo(-1e6) == 0.0);
    }
}
