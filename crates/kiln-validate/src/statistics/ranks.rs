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
