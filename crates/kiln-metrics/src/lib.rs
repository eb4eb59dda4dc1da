//! Metrics under scikit-learn's names, equal to its values to 1e-12, with weights of items.
//!
//! Everything works on plain slices, so that it is of use with any model and in any loop: labels are `&[u32]`, counted
//! from 0; numbers, scores and probabilities are `&[f64]`, tables of them row-major; weights are `Option<&[f64]>`, one an
//! item. What a model gives as f32 is converted first: `logits.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>()`.
//!
//! ```
//! use kiln_metrics::{Average, f1_score, log_loss, roc_auc_score};
//!
//! let y = [0, 1, 1, 0, 1];
//! let p = [0.2, 0.7, 0.4, 0.1, 0.9];
//! let y_hat: Vec<u32> = p.iter().map(|&p| u32::from(p > 0.5)).collect();
//! assert_eq!(f1_score(&y, &y_hat, Average::Binary, None)?, 0.8);
//! assert_eq!(roc_auc_score(&y, &p, None)?, 1.0);
//! // The third item counts twice.
//! assert!(log_loss(&y, &p, Some(&[1.0, 1.0, 2.0, 1.0, 1.0]))? > log_loss(&y, &p, None)?);
//! # Ok::<(), kiln_metrics::MetricError>(())
//! ```
//!
//! | of | larger is better | smaller is better |
//! |---|---|---|
//! | labels | [`accuracy_score`], [`balanced_accuracy_score`], [`precision_score`], [`recall_score`], [`f1_score`], [`fbeta_score`], [`jaccard_score`], [`matthews_corrcoef`], [`cohen_kappa_score`] | [`zero_one_loss`], [`hamming_loss`] |
//! | scores of classes | [`roc_auc_score`], [`roc_auc_score_ovr`], [`roc_auc_score_ovo`], [`roc_auc_score_multilabel`], [`average_precision_score`], [`average_precision_score_ovr`], [`average_precision_score_multilabel`], [`top_k_accuracy_score`] | [`hinge_loss`] |
//! | probabilities | [`d2_log_loss_score`] | [`log_loss`], [`brier_score_loss`], [`expected_calibration_error`], [`maximum_calibration_error`], [`perplexity`] |
//! | numbers | [`r2_score`], [`explained_variance_score`], [`d2_tweedie_score`], [`d2_pinball_score`], [`d2_absolute_error_score`] | [`mean_squared_error`], [`root_mean_squared_error`], [`mean_absolute_error`], [`median_absolute_error`], [`max_error`], [`mean_absolute_percentage_error`], [`mean_squared_log_error`], [`root_mean_squared_log_error`], [`mean_pinball_loss`], [`mean_poisson_deviance`], [`mean_gamma_deviance`], [`mean_tweedie_deviance`] |
//! | rankings | [`ndcg_score`], [`dcg_score`], [`mean_reciprocal_rank`], [`label_ranking_average_precision_score`], [`concordance_index`] | [`coverage_error`], [`label_ranking_loss`] |
//!
//! A training that monitors one of them under its name knows in which direction it gets better
//! ([`kiln_core::Direction::of_known`]). Curves: [`roc_curve`], [`precision_recall_curve`], [`calibration_curve`]. Tables:
//! [`confusion_matrix`], [`precision_recall_fscore_support`].
//!
//! What can be added up batch by batch is: [`ClassCounts`] and [`ConfusionMatrix`] for labels, one or several an item, [`RegressionSums`] for numbers,
//! [`CalibrationBins`] for calibration, [`Mean`] for every metric that is a mean over items. Each has `add`, and `merge` for
//! parts that were counted apart. Areas, ranks and medians need the whole set.
//!
//! Where scikit-learn warns or gives NaN (one class in an ROC AUC, one item in R²) the value is a [`MetricError`] that says
//! why; where it has a rule (`zero_division`, R² of what does not vary) the rule is the same and in the metric's text. Lists
//! that do not fit, NaN, labels that name no class and negative weights are errors.

mod average;
mod calibration;
mod check;
mod classification;
mod error;
mod mean;
mod quantile;
mod ranking;
mod regression;
mod weights;

pub use average::{Average, ZeroDivision};
pub use calibration::*;
pub use classification::*;
pub use error::MetricError;
pub use mean::Mean;
pub use ranking::*;
pub use regression::*;
