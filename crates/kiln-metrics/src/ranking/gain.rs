//! Discounted cumulative gain.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Mean discounted cumulative gain of rankings, as scikit-learn's `dcg_score`: Σ relevance / log2(1 + rank) over the `k` best
/// (`None`: all). Larger is better.
///
/// `y_true` holds relevances, `y_score` what the items are ranked by, both row-major, `[rankings, items]`. Items of equal score
/// share the mean of their gains. `weights`: one a ranking, `None`: all count 1.
///
/// # Errors
/// No rankings, tables that are not whole rows or differ in size, `items` or `k` below 1, a number that is not finite, a weight
/// below 0 or not finite, weights that are all 0.
///
/// ```
/// let dcg = kiln_metrics::dcg_score(&[10.0, 0.0, 0.0, 1.0, 5.0], &[0.1, 0.2, 0.3, 4.0, 70.0], 5, None, None)?;
/// assert!((dcg - 9.499457825916874).abs() < 1e-14);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn dcg_score(
    y_true: &[f64],
    y_score: &[f64],
    items: usize,
    k: Option<usize>,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let (weights, discounts) = checked(y_true, y_score, items, k, weights)?;
    let row = |ranking: usize| ranking * items..(ranking + 1) * items;
    Ok(weights.mean(|ranking| gain(&y_true[row(ranking)], &y_score[row(ranking)], &discounts)))
}

/// Mean normalised discounted cumulative gain, as scikit-learn's `ndcg_score`: the gain by that of the best ranking; 0 for a
/// ranking without a relevant item. Larger is better. Arguments as [`dcg_score`].
///
/// # Errors
/// As [`dcg_score`]; a relevance below 0, fewer than two items a ranking.
///
/// ```
/// let ndcg = kiln_metrics::ndcg_score(&[10.0, 0.0, 0.0, 1.0, 5.0], &[0.1, 0.2, 0.3, 4.0, 70.0], 5, None, None)?;
/// assert!((ndcg - 0.6956940443813076).abs() < 1e-14);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn ndcg_score(
    y_true: &[f64],
    y_score: &[f64],
    items: usize,
    k: Option<usize>,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let (weights, discounts) = checked(y_true, y_score, items, k, weights)?;
    check::values("y_true", y_true, "at least 0", |relevance| relevance >= 0.0)?;
    if items < 2 {
        return Err(MetricError::TooFew { metric: "NDCG", found: items, least: 2 });
    }
    let normalised = |ranking: usize| {
        let row = ranking * items..(ranking + 1) * items;
        let (relevances, scores) = (&y_true[row.clone()], &y_score[row]);
        let best = gain(relevances, relevances, &discounts);
        if best == 0.0 { 0.0 } else { gain(relevances, scores, &discounts) / best }
    };
    Ok(weights.mean(normalised))
}

/// The weights, and the discount of each rank.
fn checked<'a>(
    y_true: &[f64],
    y_score: &[f64],
    items: usize,
    k: Option<usize>,
    weights: Option<&'a [f64]>,
) -> Result<(Weights<'a>, Vec<f64>), MetricError> {
    let rankings = check::rows(y_true, "y_score", y_score, items)?;
    check::finite("y_true", y_true)?;
    check::finite("y_score", y_score)?;
    let k = k.map_or(Ok(items), |k| kiln_core::check::at_least("k", k, 1))?;
    let discount = |rank: usize| if rank < k { 1.0 / (rank as f64 + 2.0).log2() } else { 0.0 };
    Ok((Weights::of(weights, rankings)?, (0..items).map(discount).collect()))
}

/// The gain of one ranking; items of equal score each gain the mean over their ranks.
fn gain(relevances: &[f64], scores: &[f64], discounts: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut rank = 0;
    let mut sum = 0.0;
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let relevance = tied.iter().map(|&item| relevances[item]).sum::<f64>() / tied.len() as f64;
        sum += relevance * discounts[rank..rank + tied.len()].iter().sum::<f64>();
        rank += tied.len();
    }
    sum
}
