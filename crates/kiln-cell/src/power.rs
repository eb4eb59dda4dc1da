//! Curves that target numbers go through before they are standardised, and the way back. All in f64.

use serde::{Deserialize, Serialize};

use crate::scale::{original, standard};
use crate::{f32_step, shortest_decimal};

/// A curve, and how far what it gives back may lie outside the numbers that it was fitted to: the inverse of a curve grows without bound, or
/// ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// The curve.
    pub curve: PowerCurve,
    /// The least and the greatest number that it gives back.
    pub ends: [f64; 2],
}

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PowerCurve {
    /// The natural logarithm.
    Log,
    /// `((x + 1)^λ − 1) / λ`, for numbers below 0 `−((1 − x)^(2 − λ) − 1) / (2 − λ)` (Yeo and Johnson 2000).
    YeoJohnson {
        /// λ.
        lambda: f64,
    },
}

impl Power {
    /// The number on the curve.
    pub fn apply(&self, x: f64) -> f64 {
        match self.curve {
            PowerCurve::Log => x.ln(),
            PowerCurve::YeoJohnson { lambda } => yeo_johnson(x, lambda),
        }
    }

    /// The number that is [there](Self::apply) on the curve, between the ends. NaN stays.
    pub fn undo(&self, z: f64) -> f64 {
        let [low, high] = self.ends;
        let x = match self.curve {
            PowerCurve::Log => z.exp(),
            PowerCurve::YeoJohnson { lambda } => undo_yeo_johnson(z, lambda),
        };
        x.clamp(low, high)
    }

    /// The same as `x` with fewer digits: the shortest decimal of which the curve and [`standard`] make the same f32.
    pub fn shorten(&self, x: f64, scale: [f64; 2]) -> f64 {
        let scaled = |x: f64| standard(self.apply(x), scale) as f32;
        let number = scaled(x);
        let next = self.undo(original(f64::from(number) + f32_step(number), scale));
        shortest_decimal(x, (next - x).abs(), |short| scaled(short) == number)
    }

    /// Whether a fit can have made this.
    pub fn is_sound(&self) -> bool {
        let [low, high] = self.ends;
        let lambda = match self.curve {
            PowerCurve::Log => 0.0,
            PowerCurve::YeoJohnson { lambda } => lambda,
        };
        low < high && low.is_finite() && high.is_finite() && lambda.is_finite()
    }
}

/// `((x + 1)^λ − 1) / λ`, for numbers below 0 `−((1 − x)^(2 − λ) − 1) / (2 − λ)`.
pub fn yeo_johnson(x: f64, lambda: f64) -> f64 {
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
        let power = Power { curve: PowerCurve::YeoJohnson { lambda: -0.5 }, ends: [0.0, 1e6] };
        // The curve ends at 2.
        assert_eq!(power.undo(2.5), 1e6);
        assert!(power.undo(f64::NAN).is_nan());
        let log = Power { curve: PowerCurve::Log, ends: [0.0, 1e6] };
        assert_eq!([log.undo(1e6), log.undo(-1e6)], [1e6, 0.0]);
    }
}
