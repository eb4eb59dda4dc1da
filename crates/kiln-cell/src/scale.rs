//! How numbers are scaled. All in f64.

use crate::{f32_step, normal_quantile, shortest_decimal};

/// Beyond this share of the rows, and one less it, `F` is not followed: scikit-learn's `BOUNDS_THRESHOLD`.
const LEAST_SHARE: f64 = 1e-7;

/// `(x − mean) / std`.
#[inline]
pub fn standard(x: f64, [mean, std]: [f64; 2]) -> f64 {
    (x - mean) / std
}

/// Takes [`standard`] back: `z · std + mean`.
#[inline]
pub fn original(z: f64, [mean, std]: [f64; 2]) -> f64 {
    z * std + mean
}

/// The same as `x` with fewer digits: the shortest decimal that [`standard`] makes the same f32 of.
pub fn shorten(x: f64, scale: [f64; 2]) -> f64 {
    let z = standard(x, scale) as f32;
    shortest_decimal(x, scale[1] * f32_step(z), |short| standard(short, scale) as f32 == z)
}

/// `r / √(1 + (r/3)²)` with `r = factor · (x − median)`.
pub fn smooth_clip(x: f64, median: f64, factor: f64) -> f64 {
    let r = factor * (x - median);
    // As a hypotenuse, so that its square is a number, too.
    r / 1_f64.hypot(r / 3.0)
}

/// `Φ⁻¹(F(x))`: `F` is linear between `quantiles` at equal steps, which rise, and the middle of its jumps. 0 where all of them are equal,
/// and without any.
pub fn quantile_normal(x: f64, quantiles: &[f64]) -> f64 {
    let (Some(&first), Some(&last)) = (quantiles.first(), quantiles.last()) else { return 0.0 };
    if first == last {
        return 0.0;
    }
    let share = if x <= first {
        0.0
    } else if x >= last {
        1.0
    } else {
        share_below(quantiles, x)
    };
    normal_quantile(share.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE))
}

/// The share of the rows below `x`, which lies between the ends: of a number that many rows have, the middle of that before and that
/// after them.
fn share_below(quantiles: &[f64], x: f64) -> f64 {
    let steps = (quantiles.len() - 1) as f64;
    let first = quantiles.partition_point(|&quantile| quantile < x);
    let after = quantiles.partition_point(|&quantile| quantile <= x);
    if first < after {
        return 0.5 * (first + after - 1) as f64 / steps;
    }
    let (low, high) = (quantiles[first - 1], quantiles[first]);
    ((first - 1) as f64 + (x - low) / (high - low)) / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were_written() {
        let seconds = [1_700_000_299.5, 173.204_984_341_9];
        for written in [1_700_000_000.0, 1_700_000_300.0, 1_700_000_299.5, 1_700_000_512.25] {
            let z = standard(written, seconds) as f32;
            assert_eq!(shorten(original(f64::from(z), seconds), seconds), written);
        }
        assert_eq!(shorten(f64::from(0.1f32), [0.0, 1.0]), 0.1);
        assert!(shorten(f64::NAN, [0.0, 1.0]).is_nan());
        // A number between two that f32 tells apart keeps the digits that do.
        let z = 0.123_456_79_f32;
        let shown = shorten(original(f64::from(z), seconds), seconds);
        assert_eq!(standard(shown, seconds) as f32, z);
        assert!(shown.to_string().len() <= "1700000320.8825".len() + 2, "{shown}");
    }

    #[test]
    fn what_has_no_quantiles_is_zero() {
        assert_eq!(quantile_normal(3.0, &[]), 0.0);
        assert_eq!(quantile_normal(3.0, &[2.0]), 0.0);
        assert_eq!(quantile_normal(3.0, &[2.0, 2.0]), 0.0);
        assert_eq!(quantile_normal(3.0, &[2.0, 4.0]), 0.0);
        assert!(quantile_normal(9.0, &[2.0, 4.0]) > 5.0);
    }
}
