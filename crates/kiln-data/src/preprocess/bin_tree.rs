//! Where a tree of the target would cut a column.

use super::matrix::Matrix;

/// Rows that a leaf has at least.
const LEAST: usize = 64;
/// By how much a cut lowers the impurity at least, as a share of all rows.
const DECREASE: f64 = 1e-4;
/// How far apart numbers are between which a cut may lie.
const APART: f32 = 1e-7;

/// A number of each row, what the tree is to tell of it, and what it counts.
pub(super) struct Rows<'a> {
    pub(super) responses: &'a Matrix,
    pub(super) weights: &'a [f64],
    /// What the summed variance of the responses is multiplied by to be the impurity.
    pub(super) factor: f64,
}

/// Neighbours in rising order, and the best place to cut them.
struct Leaf {
    rows: std::ops::Range<usize>,
    cut: Option<(usize, f64)>,
}

/// The cuts of a tree of so many leaves, grown at the best leaf first: scikit-learn's `DecisionTreeRegressor`, or for classes
/// `DecisionTreeClassifier`, with `min_samples_leaf=64` and `min_impurity_decrease=1e-4`.
pub(super) fn cuts(column: &[f32], rows: &Rows<'_>, leaves: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
    let whole: f64 = rows.weights.iter().sum();
    let leaf = |range: std::ops::Range<usize>| Leaf {
        cut: best(column, rows, &order, range.clone()).map(|(at, gain)| (at, rows.factor * gain / whole)),
        rows: range,
    };
    let (mut open, mut found) = (vec![leaf(0..column.len())], Vec::new());
    while found.len() + 1 < leaves {
        let gain = |leaf: &Leaf| leaf.cut.map_or(f64::NEG_INFINITY, |(_, gain)| gain);
        let Some(next) = (0..open.len()).max_by(|a, b| gain(&open[*a]).total_cmp(&gain(&open[*b]))) else {
            break;
        };
        let Leaf { rows: range, cut: Some((at, gain)) } = open.swap_remove(next) else { break };
        if gain + f64::EPSILON < DECREASE {
            break;
        }
        let (below, above) = (f64::from(column[order[at - 1]]), f64::from(column[order[at]]));
        found.push(below / 2.0 + above / 2.0);
        open.extend([leaf(range.start..at), leaf(at..range.end)]);
    }
    found
}

/// The place in `order` before which a cut lowers the summed squares most, and by how much.
fn best(
    column: &[f32],
    rows: &Rows<'_>,
    order: &[usize],
    range: std::ops::Range<usize>,
) -> Option<(usize, f64)> {
    let width = rows.responses.width;
    let response = |row: usize| &rows.responses.numbers[row * width..(row + 1) * width];
    let (mut all, mut total) = (vec![0.0; width], 0.0);
    for &row in &order[range.clone()] {
        total += rows.weights[row];
        all.iter_mut().zip(response(row)).for_each(|(sum, y)| *sum += rows.weights[row] * y);
    }
    let before = all.iter().map(|sum| sum * sum).sum::<f64>() / total;
    let (mut left, mut weight, mut found) = (vec![0.0; width], 0.0, None);
    for at in range.start + 1..range.end {
        let row = order[at - 1];
        weight += rows.weights[row];
        left.iter_mut().zip(response(row)).for_each(|(sum, y)| *sum += rows.weights[row] * y);
        if at - range.start < LEAST || range.end - at < LEAST || column[order[at]] <= column[row] + APART {
            continue;
        }
        let sides = left
            .iter()
            .zip(&all)
            .map(|(left, all)| left * left / weight + (all - left) * (all - left) / (total - weight));
        let gain = sides.sum::<f64>() - before;
        if found.is_none_or(|(_, best)| gain > best) {
            found = Some((at, gain));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(column: &[f32], responses: Vec<f64>, leaves: usize) -> Vec<f64> {
        let responses = Matrix { numbers: responses, width: 1 };
        cuts(column, &Rows { responses: &responses, weights: &vec![1.0; column.len()], factor: 1.0 }, leaves)
    }

    #[test]
    fn a_step_is_cut_once() {
        let column: Vec<f32> = (0..200).map(|row| row as f32).collect();
        let step = |at: usize| (0..200).map(|row| f64::from(u8::from(row >= at))).collect::<Vec<_>>();
        assert_eq!(found(&column, step(100), 9), [99.5]);
        // A leaf has 64 rows, and one leaf has no cut.
        assert_eq!(found(&column, step(10), 9), [63.5]);
        assert!(found(&column, step(100), 1).is_empty() && found(&column[..127], step(60), 9).is_empty());
        // Nothing is told by numbers that are all the same, or about responses that are.
        assert!(found(&[1.0; 200], step(100), 9).is_empty() && found(&column, vec![3.0; 200], 9).is_empty());
    }
}
