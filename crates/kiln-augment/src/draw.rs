//! What transforms draw: functions of a seed and a number, and the checks of their ranges.

use kiln_core::{Range, Seed};

use crate::AugmentError;

/// The `index`-th uniform number from `low` to `high`.
pub(crate) fn between(seed: Seed, index: u64, [low, high]: [f64; 2]) -> f64 {
    low + (high - low) * seed.uniform(index)
}

/// The `index`-th uniform whole number below `count`, which is at least 1.
pub(crate) fn below(seed: Seed, index: u64, count: usize) -> usize {
    ((seed.uniform(index) * count as f64) as usize).min(count.saturating_sub(1))
}

/// Checks both ends of a range that is drawn from, and their order.
pub(crate) fn check(name: &str, [low, high]: [f64; 2], allowed: Range) -> Result<(), AugmentError> {
    allowed.check(name, low)?;
    allowed.check(name, high)?;
    if low > high {
        return Err(AugmentError::Order { name: name.to_owned(), low, high });
    }
    Ok(())
}

/// The most pixels that a side can be asked to have.
const SIDE: usize = 1 << 16;

/// Checks a number of pixels, `low` or more.
pub(crate) fn side(name: &str, pixels: usize, low: usize) -> Result<(), AugmentError> {
    Range::between(low as f64, SIDE as f64).check(name, pixels as f64)?;
    Ok(())
}

/// A window inside an image, as torchvision draws it for `RandomResizedCrop` and `RandomErasing`: ten times an area
/// that is uniform in shares of the image's and a ratio of width to height whose logarithm is uniform, until both sides
/// fit; then a place, uniform too. `[top, left, height, width]`.
pub(crate) fn window(
    seed: Seed,
    size: [usize; 2],
    scale: [f64; 2],
    ratio: [f64; 2],
    fits: impl Fn([usize; 2]) -> bool,
) -> Option<[usize; 4]> {
    let area = (size[0] * size[1]) as f64;
    (0..10).find_map(|attempt| {
        let area = area * between(seed, 4 * attempt, scale);
        let ratio = between(seed, 4 * attempt + 1, ratio.map(f64::ln)).exp();
        let width = (area * ratio).sqrt().round_ties_even() as usize;
        let height = (area / ratio).sqrt().round_ties_even() as usize;
        fits([height, width]).then(|| {
            let top = below(seed, 4 * attempt + 2, size[0] - height + 1);
            let left = below(seed, 4 * attempt + 3, size[1] - width + 1);
            [top, left, height, width]
        })
    })
}

/// A gamma number of shape `alpha` and scale 1 (Marsaglia and Tsang: A simple method for generating gamma variables, 2000).
pub(crate) fn gamma(seed: Seed, alpha: f64) -> f64 {
    if alpha < 1.0 {
        // Gamma(α) = Gamma(α + 1) · U^(1/α)
        let power = (1.0 - seed.uniform(u64::MAX)).powf(1.0 / alpha);
        return gamma(seed, alpha + 1.0) * power;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    for attempt in 0.. {
        let seed = seed.at(attempt);
        let x = seed.normal(0);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - seed.uniform(2);
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
    d
}
