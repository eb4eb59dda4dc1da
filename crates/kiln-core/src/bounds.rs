//! Which values a metric can have, as far as its name tells.

use crate::direction::bare;
use crate::known_metrics::is_in;

/// Metrics from 0 to 1.
const UNIT: &[&str] = &[
    "accuracy acc balanced_accuracy binary_accuracy categorical_accuracy subset_accuracy exact_match f1 f2 fbeta",
    "precision recall sensitivity specificity ppv npv tpr tnr fpr fnr jaccard iou miou mean_iou dice auc roc_auc",
    "auroc pr_auc auprc average_precision ece mce zero_one_loss hamming error_rate eer hit_rate ndcg mrr",
];

/// Metrics of 0 and more.
const NOT_NEGATIVE: &[&str] = &[
    "mse mae rmse msle rmsle mape smape wape medae brier brier_score brier_score_loss log_loss logloss hinge",
    "max_error perplexity ppl wer cer ter fid kl_div",
];

/// Metrics of 1 at most.
const AT_MOST_ONE: &[&str] = &["r2 adjusted_r2 explained_variance d2 d2_log_loss d2_brier"];

/// The least and the greatest value that a metric can have, by its name; infinite where there is no such end, or the name
/// does not tell. What may stand around a name is as in [`Direction::of_known`](crate::Direction::of_known).
///
/// ```
/// use kiln_core::bounds_of;
///
/// assert_eq!(bounds_of("top5_accuracy"), [0.0, 1.0]);
/// assert_eq!(bounds_of("r2"), [f64::NEG_INFINITY, 1.0]);
/// assert_eq!(bounds_of("wobble"), [f64::NEG_INFINITY, f64::INFINITY]);
/// ```
pub fn bounds_of(metric: &str) -> [f64; 2] {
    let name = metric.to_ascii_lowercase().replace(['-', ' '], "_");
    let bare = bare(&name);
    let bare = if bare.ends_with("_loss") { bare } else { bare.strip_suffix("_score").unwrap_or(bare) };
    let is = |list| is_in(list, &name) || is_in(list, bare);
    if is(UNIT) {
        [0.0, 1.0]
    } else if is(NOT_NEGATIVE) {
        [0.0, f64::INFINITY]
    } else if is(AT_MOST_ONE) {
        [f64::NEG_INFINITY, 1.0]
    } else {
        [f64::NEG_INFINITY, f64::INFINITY]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_something_around_them_have_bounds() {
        for name in ["accuracy", "val_accuracy", "macro_f1", "f1_score", "roc_auc_ovr", "recall/cat", "ECE"] {
            assert_eq!(bounds_of(name), [0.0, 1.0], "{name}");
        }
        assert_eq!(bounds_of("precision_at_5"), [0.0, 1.0]);
        assert_eq!(bounds_of("log_loss"), [0.0, f64::INFINITY]);
        // What is minimised may be negative: penalties, likelihoods.
        assert_eq!(bounds_of("loss"), [f64::NEG_INFINITY, f64::INFINITY]);
    }
}
