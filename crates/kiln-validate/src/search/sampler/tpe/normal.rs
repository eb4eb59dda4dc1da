//! The normal distribution cut to an interval, in logarithms, so that far tails keep their digits.

use std::f64::consts::{PI, SQRT_2};

/// log √(2π).
const LOG_NORM: f64 = 0.918_938_533_204_672_8;

/// Φ(x).
fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// log Φ(x).
pub(super) fn log_cdf(x: f64) -> f64 {
    if x > 6.0 {
        return -cdf(-x);
    }
    if x > -20.0 {
        return cdf(x).ln();
    }
    // The asymptotic series of the tail: Abramowitz and Stegun 26.2.12.
    let log_first = -0.5 * x * x - (-x).ln() - LOG_NORM;
    let (mut sum, mut term) = (1.0, 1.0);
    for i in 1..50 {
        term *= -f64::from(2 * i - 1) / (x * x);
        let next = sum + term;
        if next == sum {
            break;
        }
        sum = next;
    }
    log_first + sum.ln()
}

/// log(eᵖ − e^q) for p ≥ q.
fn log_difference(p: f64, q: f64) -> f64 {
    p + (-(q - p).exp()).ln_1p()
}

/// log(eᵖ + e^q).
fn log_sum(p: f64, q: f64) -> f64 {
    let (high, low) = if p >= q { (p, q) } else { (q, p) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// log(Φ(b) − Φ(a)), a ≤ b.
pub(super) fn log_mass(a: f64, b: f64) -> f64 {
    if b <= 0.0 {
        log_difference(log_cdf(b), log_cdf(a))
    } else if a > 0.0 {
        log_difference(log_cdf(-a), log_cdf(-b))
    } else {
        (-cdf(a) - cdf(-b)).ln_1p()
    }
}

/// log of the density at x.
pub(super) fn log_density(x: f64) -> f64 {
    -0.5 * x * x - LOG_NORM
}

/// The x with log Φ(x) = y, by Newton's method.
fn inverse_log_cdf(y: f64) -> f64 {
    // Near zero the other tail has more digits.
    let flipped = y > -1e-2;
    let z = if flipped { (-y.exp_m1()).ln() } else { y };
    let mut x = if z < -5.0 {
        -(-2.0 * (z + LOG_NORM)).sqrt()
    } else {
        // The logistic distribution is close to the normal one.
        -(3f64.sqrt() / PI) * (-z).exp_m1().ln()
    };
    for _ in 0..100 {
        let log_cdf = log_cdf(x);
        let step = (log_cdf - z) * (log_cdf - log_density(x)).exp();
        x -= step;
        if step.abs() < 1e-8 * x.abs() {
            break;
        }
    }
    if flipped { -x } else { x }
}

/// The quantile `q` of the standard normal distribution cut to `[a, b]`.
pub(super) fn quantile(q: f64, a: f64, b: f64) -> f64 {
    if q <= 0.0 {
        return a;
    }
    if q >= 1.0 {
        return b;
    }
    let log_mass = log_mass(a, b);
    let x = if a < 0.0 {
        inverse_log_cdf(log_sum(log_cdf(a), q.ln() + log_mass))
    } else {
        -inverse_log_cdf(log_sum(log_cdf(-b), (-q).ln_1p() + log_mass))
    };
    x.clamp(a, b)
}
