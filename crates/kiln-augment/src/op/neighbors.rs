//! Nearest neighbours among a few rows, and what lies between two of them.

use rayon::prelude::*;

/// For each of the rows, `width` numbers each, the `count` others that are nearest, the nearest first: Euclid's distance, the
/// earlier row first where two are as near. All the others where there are fewer.
///
/// Compares every pair, in parallel in rayon's current pool: n² · width operations.
///
/// ```
/// use kiln_augment::op::nearest_neighbors;
///
/// assert_eq!(nearest_neighbors(&[0.0, 1.0, 5.0], 1, 2), [[1, 2], [0, 2], [1, 0]]);
/// ```
pub fn nearest_neighbors(rows: &[f32], width: usize, count: usize) -> Vec<Vec<usize>> {
    let row = |index: usize| &rows[index * width..(index + 1) * width];
    let len = rows.len().checked_div(width).unwrap_or(0);
    let of = |index: usize| {
        let distance = |other: usize| -> f64 {
            let pairs = row(index).iter().zip(row(other));
            pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
        };
        let mut others: Vec<(f64, usize)> =
            (0..len).filter(|other| *other != index).map(|other| (distance(other), other)).collect();
        let nearer = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if count < others.len() {
            others.select_nth_unstable_by(count, nearer);
            others.truncate(count);
        }
        others.sort_unstable_by(nearer);
        others.into_iter().map(|(_, other)| other).collect()
    };
    (0..len).into_par_iter().map(of).collect()
}

/// Writes `from + step · (to − from)`.
pub fn between(from: &[f32], to: &[f32], step: f32, target: &mut [f32]) {
    for (target, (from, to)) in target.iter_mut().zip(from.iter().zip(to)) {
        *target = from + step * (to - from);
    }
}
