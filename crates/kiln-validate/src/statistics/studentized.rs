//! The range of k independent standard normal numbers: Tukey's studentised range with infinitely many degrees of freedom.

use std::f64::consts::PI;

use super::distribution::normal_cdf;

/// Probability that the range of `k` standard normal numbers is at most `range`:
/// k ∫ φ(z) (Φ(z) − Φ(z − range))^(k − 1) dz, by the trapezoidal rule, which converges faster than any power here.
fn cdf(range: f64, k: f64) -> f64 {
    const STEP: f64 = 1.0 / 32.0;
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    let term = |i: i32| {
        let z = f64::from(i) * STEP;
        density(z) * (normal_cdf(z) - normal_cdf(z - range)).powf(k - 1.0)
    };
    k * STEP * (-288..=288).map(term).sum::<f64>()
}

/// The range that is not exceeded with probability `p`.
pub(super) fn quantile(p: f64, k: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if cdf(middle, k) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
