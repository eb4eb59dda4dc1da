//! Ranks, with equal numbers sharing the mean of theirs.

/// Ranks from 1, rising; equal numbers share the mean of the ranks that they take up.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let shared = first as f64 + (run.len() as f64 + 1.0) / 2.0;
        run.iter().for_each(|&index| ranks[index] = shared);
        first += run.len();
    }
    ranks
}

/// Σ (t³ − t) over the runs of equal numbers.
pub(super) fn ties(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| run.len() as f64);
    runs.map(|t| t * t * t - t).sum()
}

/// Spearman's rank correlation of numbers that belong together in pairs, from −1 to 1: Pearson's of their ranks, where equal numbers share
/// theirs. `None` for fewer than two pairs, for lists of different lengths, and where one list has a single value.
///
/// ```
/// use kiln_validate::statistics::rank_correlation;
///
/// assert_eq!(rank_correlation(&[1.0, 2.0, 30.0], &[0.1, 0.2, 0.3]), Some(1.0));
/// assert_eq!(rank_correlation(&[1.0, 1.0], &[0.1, 0.2]), None);
/// ```
pub fn rank_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let (a, b) = (ranks(a), ranks(b));
    // The mean of all ranks, shared or not.
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    (size > 0.0).then(|| product(&a, &b) / size)
}

#[cfg(test)]
mod tests {
    use super::rank_correlation;

    #[test]
    fn the_rank_correlation_is_scipys() {
        // scipy 1.17: scipy.stats.spearmanr(a, b).statistic
        let a = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let b = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0];
        let found = rank_correlation(&a, &b).unwrap();
        assert!((found - SCIPY).abs() < 1e-12, "{found}");
        assert_eq!(rank_correlation(&a, &a[..3]), None);
        assert_eq!(rank_correlation(&[1.0], &[1.0]), None);
    }

    const SCIPY: f64 = 0.198_853_681_209_924_67;
}
