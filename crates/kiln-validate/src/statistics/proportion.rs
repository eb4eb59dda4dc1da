//! The interval of a share.

use kiln_core::Range;

use super::distribution::normal_quantile;
use super::error::StatisticsError;

/// Wilson's interval for a share, such as an accuracy, of which `hits` of `items` independent items were met
/// (Wilson: Probable inference, the law of succession, and statistical inference, 1927). It lies within `[0, 1]`,
/// and does not shrink to a point where all items, or none, are met. `confidence` is 0.95 as a rule, `(0, 1)`.
///
/// ```
/// use kiln_validate::statistics::wilson_interval;
///
/// let [low, high] = wilson_interval(30, 30, 0.95)?;
/// assert!((low - 0.8865).abs() < 1e-4 && high == 1.0);
/// # Ok::<(), kiln_validate::statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// [`StatisticsError`]: no items, a confidence out of its range. More hits than items count as all.
pub fn wilson_interval(hits: u64, items: u64, confidence: f64) -> Result<[f64; 2], StatisticsError> {
    if items == 0 {
        return Err(StatisticsError::TooFew { what: "items", found: 0, least: 1 });
    }
    let confidence = Range::BELOW_ONE.check("confidence", confidence)?;
    let (hits, n) = (hits.min(items) as f64, items as f64);
    let z = normal_quantile(0.5 + 0.5 * confidence);
    let (share, square) = (hits / n, z * z);
    let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
    let half = z / (1.0 + square / n) * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    // The ends are 0 and 1 where no item is met, or all: rounding must not move them.
    let low = if hits == 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits == n { 1.0 } else { (middle + half).min(1.0) };
    Ok([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")`.
    #[test]
    fn the_interval_is_scipys() {
        for (hits, items, low, high) in [
            (9, 10, 0.595_849_973_204_761_5, 0.982_123_786_904_927_1),
            (50, 100, 0.403_831_530_365_995_6, 0.596_168_469_634_004_4),
            (0, 20, 0.0, 0.161_125_158_052_819_38),
        ] {
            let [found_low, found_high] = wilson_interval(hits, items, 0.95).unwrap();
            assert!((found_low - low).abs() < 1e-9 && (found_high - high).abs() < 1e-9, "{hits} of {items}");
        }
    }

    #[test]
    fn it_stays_within_zero_and_one() {
        for items in 1..40 {
            for hits in 0..=items {
                let [low, high] = wilson_interval(hits, items, 0.99).unwrap();
                let share = hits as f64 / items as f64;
                assert!(0.0 <= low && low <= share && share <= high && high <= 1.0, "{hits} of {items}");
            }
        }
        assert!(wilson_interval(0, 0, 0.95).is_err() && wilson_interval(1, 2, 1.0).is_err());
    }
}
