//! A line search for the strong Wolfe conditions.

use crate::design::dot;

/// Required decrease, as a fraction of what the slope promises.
const C1: f64 = 1e-4;
/// Share of the slope that may be left.
const C2: f64 = 0.9;
/// Evaluations at most, as in PyTorch.
const EVALUATIONS: usize = 25;

/// A function along a direction.
pub(super) struct Ray<'a, F> {
    pub(super) function: &'a mut F,
    pub(super) from: &'a [f64],
    pub(super) direction: &'a [f64],
}

/// A point on a ray.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) step: f64,
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
    slope: f64,
}

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Ray<'_, F> {
    fn at(&mut self, step: f64) -> Found {
        let point: Vec<f64> = self.from.iter().zip(self.direction).map(|(x, d)| x + step * d).collect();
        let mut gradient = vec![0.0; point.len()];
        let value = (self.function)(&point, &mut gradient);
        let slope = dot(&gradient, self.direction);
        Found { step, value, gradient, slope }
    }
}

/// A step that meets the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6), or the best one
/// that is lower than the start, if there is one.
pub(super) fn strong_wolfe<F: FnMut(&[f64], &mut [f64]) -> f64>(
    ray: &mut Ray<'_, F>,
    first: f64,
    value: f64,
    slope: f64,
) -> Option<Found> {
    // Near the minimum, values differ by less than their rounding; the slope still tells (Hager and Zhang 2005).
    let rounding = 8.0 * f64::EPSILON * value.abs();
    let too_high = |found: &Found| {
        let promised = value + C1 * found.step * slope;
        let flat = found.value <= value + rounding && found.slope <= 0.0;
        found.value.is_nan() || (found.value > promised && !flat)
    };
    let flat_enough = |found: &Found| found.slope.abs() <= -C2 * slope;
    let mut low = Found { step: 0.0, value, gradient: Vec::new(), slope };
    let mut step = first;
    let mut evaluations = 0;
    let mut high = loop {
        let found = ray.at(step);
        evaluations += 1;
        if too_high(&found) || (low.step > 0.0 && found.value > low.value + rounding) {
            break found;
        }
        if flat_enough(&found) {
            return Some(found);
        }
        if found.slope >= 0.0 {
            break std::mem::replace(&mut low, found);
        }
        low = found;
        if evaluations >= EVALUATIONS {
            return Some(low);
        }
        step *= 4.0;
    };
    while evaluations < EVALUATIONS {
        let found = ray.at(between(&low, &high));
        evaluations += 1;
        if too_high(&found) || found.value > low.value + rounding {
            high = found;
        } else {
            if flat_enough(&found) {
                return Some(found);
            }
            if found.slope * (high.step - low.step) >= 0.0 {
                high = low;
            }
            low = found;
        }
        if (high.step - low.step).abs() <= 1e-12 * high.step.abs().max(low.step.abs()) {
            break;
        }
    }
    (low.step > 0.0 && low.value <= value).then_some(low)
}

/// The minimum of the cubic through both ends, kept a tenth away from them; the middle where there is no cubic.
fn between(low: &Found, high: &Found) -> f64 {
    let (left, right) = if low.step <= high.step { (low, high) } else { (high, low) };
    let width = right.step - left.step;
    let middle = left.step + width / 2.0;
    let d1 = left.slope + right.slope - 3.0 * (right.value - left.value) / width;
    let square = d1 * d1 - left.slope * right.slope;
    if square.is_nan() || square < 0.0 {
        return middle;
    }
    let d2 = square.sqrt();
    let cubic = right.step - width * ((right.slope + d2 - d1) / (right.slope - left.slope + 2.0 * d2));
    if cubic.is_finite() { cubic.clamp(left.step + 0.1 * width, right.step - 0.1 * width) } else { middle }
}
