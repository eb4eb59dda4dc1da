//! Rankings of labels, of which some are relevant.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Mean over the relevant labels of the share of relevant labels among those ranked as high or higher, as scikit-learn's
/// `label_ranking_average_precision_score`. Larger is better, up to 1.
///
/// `y_true` holds 1 for a relevant label and 0 for another, `y_score` what labels are ranked by, both row-major,
/// `[items, labels]`. An item whose labels are all relevant, or none, counts 1. `weights`: one an item, `None`: all count 1.
///
/// # Errors
/// No items, tables that are not whole rows or differ in size, a number in `y_true` other than 0 and 1, a score that is not
/// finite, a weight below 0 or not finite, weights that are all 0.
///
/// ```
/// let (y, scores) = ([1, 0, 0, 0, 0, 1], [0.75, 0.5, 1.0, 1.0, 0.2, 0.1]);
/// let lrap = kiln_metrics::label_ranking_average_precision_score(&y, &scores, 3, None)?;
/// assert!((lrap - 5.0 / 12.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn label_ranking_average_precision_score(
    y_true: &[u32],
    y_score: &[f64],
    labels: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean(y_true, y_score, labels, weights, |row| {
        if row.relevant.is_empty() || row.others.is_empty() {
            return 1.0;
        }
        let precision = |&score: &f64| {
            let relevant = at_or_above(&row.relevant, score) as f64;
            relevant / (relevant + at_or_above(&row.others, score) as f64)
        };
        row.relevant.iter().map(precision).sum::<f64>() / row.relevant.len() as f64
    })
}

/// How many of the best labels it takes to have all relevant ones, as scikit-learn's `coverage_error`. Smaller is better;
/// an item without a relevant label takes 0. Arguments as [`label_ranking_average_precision_score`].
///
/// # Errors
/// As [`label_ranking_average_precision_score`].
///
/// ```
/// let error = kiln_metrics::coverage_error(&[1, 0, 0, 0, 1, 1], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.5], 3, None)?;
/// assert_eq!(error, 1.5);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn coverage_error(
    y_true: &[u32],
    y_score: &[f64],
    labels: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean(y_true, y_score, labels, weights, |row| match row.relevant.first() {
        Some(&lowest) => (row.relevant.len() + at_or_above(&row.others, lowest)) as f64,
        None => 0.0,
    })
}

/// Share of the pairs of a relevant label and another that are ranked wrongly, ties included, as scikit-learn's
/// `label_ranking_loss`. Smaller is better; an item without such pairs counts 0. Arguments as
/// [`label_ranking_average_precision_score`].
///
/// # Errors
/// As [`label_ranking_average_precision_score`].
///
/// ```
/// let loss = kiln_metrics::label_ranking_loss(&[1, 0, 0, 0, 0, 1], &[0.75, 0.5, 1.0, 1.0, 0.2, 0.1], 3, None)?;
/// assert_eq!(loss, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn label_ranking_loss(
    y_true: &[u32],
    y_score: &[f64],
    labels: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean(y_true, y_score, labels, weights, |row| {
        let pairs = row.relevant.len() * row.others.len();
        let wrong: usize = row.relevant.iter().map(|&score| at_or_above(&row.others, score)).sum();
        if pairs == 0 { 0.0 } else { wrong as f64 / pairs as f64 }
    })
}

/// Mean of 1 / rank of the first relevant item. Larger is better, up to 1; a ranking without a relevant item counts 0.
///
/// Of items with one score the relevant ones rank last, so that a constant score gains nothing. Arguments as
/// [`label_ranking_average_precision_score`], with `[rankings, items]`.
///
/// # Errors
/// As [`label_ranking_average_precision_score`].
///
/// ```
/// // The first relevant item is the second, then the first.
/// let mrr = kiln_metrics::mean_reciprocal_rank(&[0, 1, 0, 1, 0, 1], &[0.9, 0.8, 0.1, 0.7, 0.2, 0.3], 3, None)?;
/// assert_eq!(mrr, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_reciprocal_rank(
    y_true: &[u32],
    y_score: &[f64],
    items: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean(y_true, y_score, items, weights, |row| match row.relevant.last() {
        Some(&highest) => 1.0 / (1 + at_or_above(&row.others, highest)) as f64,
        None => 0.0,
    })
}

/// The scores of one row, rising.
struct Row {
    relevant: Vec<f64>,
    others: Vec<f64>,
}

/// How many of scores that rise are `score` or more.
fn at_or_above(rising: &[f64], score: f64) -> usize {
    rising.len() - rising.partition_point(|&other| other < score)
}

fn mean(
    y_true: &[u32],
    y_score: &[f64],
    columns: usize,
    weights: Option<&[f64]>,
    value: impl Fn(&Row) -> f64,
) -> Result<f64, MetricError> {
    let rows = check::rows(y_true, "y_score", y_score, columns)?;
    check::labels("y_true", y_true, 2)?;
    check::finite("y_score", y_score)?;
    let row = |row: usize| {
        let cells = row * columns..(row + 1) * columns;
        let of = |relevant: u32| -> Vec<f64> {
            let cells = cells.clone().filter(|&cell| y_true[cell] == relevant);
            let mut scores: Vec<f64> = cells.map(|cell| y_score[cell]).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        value(&Row { relevant: of(1), others: of(0) })
    };
    Ok(Weights::of(weights, rows)?.mean(row))
}
