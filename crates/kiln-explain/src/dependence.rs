//! Where a model is asked to see how it depends on a column.

/// The places of a grid over the cells of a column of numbers: each value, where there are fewer than `resolution`; else as many places of one
/// distance between the 5 % and the 95 % quantile. Those of scikit-learn's `partial_dependence`. Cells that are NaN do not count.
/// Empty without any.
///
/// ```
/// let cells: Vec<f64> = (0..=100).map(f64::from).collect();
/// let grid = kiln_explain::grid(&cells, 5);
/// assert!(grid.windows(2).all(|pair| (pair[1] - pair[0] - 22.77).abs() < 0.01));
/// assert_eq!(kiln_explain::grid(&[2.0, 1.0, 2.0], 5), [1.0, 2.0]);
/// ```
pub fn grid(cells: &[f64], resolution: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = cells.iter().copied().filter(|cell| !cell.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut values = sorted.clone();
    values.dedup();
    if values.len() < resolution.max(2) {
        return values;
    }
    let (low, high) = (quantile(&sorted, 0.05), quantile(&sorted, 0.95));
    let last = (resolution.max(2) - 1) as f64;
    (0..resolution.max(2)).map(|place| low + (high - low) * place as f64 / last).collect()
}

/// SciPy's `mquantiles`: the plotting position with both parameters 0.4.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let items = sorted.len();
    if items < 2 {
        return sorted.first().copied().unwrap_or(f64::NAN);
    }
    let place = items as f64 * share + 0.4 + share * 0.2;
    let below = place.clamp(1.0, (items - 1) as f64).floor();
    let between = (place - below).clamp(0.0, 1.0);
    (1.0 - between) * sorted[below as usize - 1] + between * sorted[below as usize]
}
