//! Normal, Student's t, F and chi-squared: probabilities and quantiles.

use super::special::{incomplete_beta, upper_gamma};

/// Probability that a standard normal number is below `x`.
pub fn normal_cdf(x: f64) -> f64 {
    // Q(1/2, x²/2) is the probability of both tails.
    let tails = upper_gamma(0.5, 0.5 * x * x);
    if x < 0.0 { 0.5 * tails } else { 1.0 - 0.5 * tails }
}

/// The number below which a standard normal one lies with probability `p`, `(0, 1)`; infinite at its ends.
pub fn normal_quantile(p: f64) -> f64 {
    kiln_core::normal_quantile(p)
}

/// Probability that Student's t with `df` degrees of freedom is above `t`.
pub fn t_above(t: f64, df: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(0.5 * df, 0.5, df / (df + t * t));
    if t < 0.0 { 1.0 - tail } else { tail }
}

/// The number below which Student's t with `df` degrees of freedom lies with probability `p`, `(0, 1)`.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if p < 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    // Twice as far until the tail is thin enough; with one degree of freedom that can be far.
    let mut far = 1.0;
    while t_above(far, df) > 1.0 - p && far < 1e300 {
        far *= 2.0;
    }
    solve(far, |t| t_above(t, df) - (1.0 - p))
}

/// Probability that F with (`d1`, `d2`) degrees of freedom is above `f`.
pub fn f_above(f: f64, d1: f64, d2: f64) -> f64 {
    if f <= 0.0 { 1.0 } else { incomplete_beta(0.5 * d2, 0.5 * d1, d2 / (d2 + d1 * f)) }
}

/// Probability that chi-squared with `df` degrees of freedom is above `x`.
pub fn chi_squared_above(x: f64, df: f64) -> f64 {
    upper_gamma(0.5 * df, 0.5 * x)
}

/// Probability of `hits` or fewer in `trials` fair ones.
pub(super) fn binomial_half_at_most(hits: u64, trials: u64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    incomplete_beta((trials - hits) as f64, hits as f64 + 1.0, 0.5)
}

/// The zero in `[0, far]` of a function that falls: halving until the ends meet.
fn solve(far: f64, falling: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, far);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if falling(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
