//! Fewer points, and the same curve.

use super::Axis;

/// Points within the unit square, at most some for each of `columns`: the first, the lowest, the highest and the last,
/// so that no peak is lost.
pub(super) fn thin(points: &[(f64, f64)], x: &Axis, y: &Axis, columns: usize) -> Vec<(f64, f64)> {
    thinned(points.iter().filter_map(|(px, py)| Some((x.place(*px)?, y.place(*py)?))), columns)
}

/// As [`thin`], of points that have their places already.
pub(super) fn thinned(points: impl Iterator<Item = (f64, f64)>, columns: usize) -> Vec<(f64, f64)> {
    let mut thin: Vec<(f64, f64)> = Vec::new();
    let mut column: Vec<(f64, f64)> = Vec::new();
    let mut at = 0;
    let mut flush = |column: &mut Vec<(f64, f64)>| {
        let of = |better: fn(f64, f64) -> bool| {
            (0..column.len()).reduce(|best, i| if better(column[i].1, column[best].1) { i } else { best })
        };
        let mut keep: Vec<usize> = [of(|a, b| a < b), of(|a, b| a > b)].into_iter().flatten().collect();
        if let Some(last) = column.len().checked_sub(1) {
            keep.extend([0, last]);
        }
        keep.sort_unstable();
        keep.dedup();
        thin.extend(keep.into_iter().map(|i| column[i]));
        column.clear();
    };
    for point in points {
        let here = (point.0 * columns as f64) as usize;
        if here != at {
            flush(&mut column);
            at = here;
        }
        column.push(point);
    }
    flush(&mut column);
    thin
}
