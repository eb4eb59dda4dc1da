//! The fit of a curve that target numbers go through before they are standardised.

use kiln_cell::power::{Power, PowerCurve, yeo_johnson};

use crate::TargetTransform;

/// Predictions may lie outside the training numbers by so many times their range; what is further out is drawn in, because the inverse of a
/// curve grows without bound, or ends.
const BEYOND: f64 = 10.0;

/// Of numbers with their weights, all of them finite and with a logarithm above 0, and at least one.
pub(crate) fn fit(kind: TargetTransform, numbers: &[(f64, f64)]) -> Power {
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
    Power { curve, ends: [low, high + room] }
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
    fn what_lies_beyond_the_numbers_is_drawn_in() {
        let numbers: Vec<(f64, f64)> = (0..50).map(|i| (f64::from(i).exp2().ln_1p().exp(), 1.0)).collect();
        let log = fit(TargetTransform::Log, &numbers);
        assert!(log.undo(1e6).is_finite() && log.undo(-1e6) == 0.0);
    }
}
