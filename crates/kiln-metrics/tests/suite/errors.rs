//! What is not defined is an error that says where and what to do.

use kiln_core::{ErrorKind, Explain};
use kiln_metrics::*;

#[track_caller]
fn wrong<T: std::fmt::Debug>(found: Result<T, MetricError>, message: &str) {
    let error = found.unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(error.help().is_some() || error.key().is_some(), "{error}");
}

#[test]
fn lists_that_do_not_fit() {
    wrong(accuracy_score(&[0, 1, 1], &[0, 1], None), "y_pred has 2 numbers, 3 items need 3");
    wrong(accuracy_score(&[], &[], None), "there are no items to score");
    wrong(roc_auc_score(&[0, 1], &[0.5, 0.1, 0.2], None), "y_score has 3 numbers, 2 items need 2");
    wrong(
        log_loss(&[0, 1], &[0.5, 0.1, 0.2], None),
        "y_prob has 3 numbers, 2 items need a multiple of 2, at least 2",
    );
    wrong(ndcg_score(&[1.0; 5], &[1.0; 5], 2, None, None), "y_true has 5 numbers, 2 items need 2 each");
    wrong(r2_score(&[1.0, 2.0], &[1.0, 2.0], Some(&[1.0])), "weights has 1 numbers, 2 items need 2");
}

#[test]
fn numbers_that_are_none() {
    wrong(
        mean_squared_error(&[1.0, f64::NAN], &[1.0, 2.0], None),
        "y_true has NaN at 1, counted from 0; it must be finite",
    );
    wrong(
        roc_auc_score(&[0, 1], &[f64::INFINITY, 0.0], None),
        "y_score has inf at 0, counted from 0; it must be finite",
    );
    wrong(
        log_loss(&[0, 1], &[0.5, 1.5], None),
        "y_prob has 1.5 at 1, counted from 0; it must be from 0 to 1",
    );
    wrong(
        accuracy_score(&[0, 1], &[0, 1], Some(&[1.0, -0.5])),
        "weights has -0.5 at 1, counted from 0; it must be finite and at least 0",
    );
    wrong(accuracy_score(&[0, 1], &[0, 1], Some(&[0.0, 0.0])), "the weights of all items sum to 0");
    wrong(
        mean_gamma_deviance(&[0.0, 1.0], &[1.0, 1.0], None),
        "y_true has 0 at 0, counted from 0; it must be greater than 0",
    );
    wrong(
        confusion_matrix(&[0, 4], &[0, 1], 3, None),
        "y_true has class 4 at 1, counted from 0; there are 3 classes, counted from 0",
    );
    wrong(
        f1_score(&[0, 1], &[0, 2], Average::Binary, None),
        "y_pred has class 2 at 1, counted from 0; there are 2 classes, counted from 0",
    );
}

#[test]
fn values_that_are_not_defined() {
    wrong(
        roc_auc_score(&[1, 1], &[0.5, 0.1], None),
        "class 0 has no items with a weight: ROC AUC is not defined",
    );
    // The items of class 1 have no weight.
    wrong(
        roc_auc_score(&[0, 1], &[0.5, 0.1], Some(&[1.0, 0.0])),
        "class 1 has no items with a weight: ROC AUC is not defined",
    );
    let p = [0.2, 0.5, 0.3, 0.1, 0.1, 0.8];
    wrong(
        roc_auc_score_ovr(&[0, 1], &p, Average::Macro, None),
        "class 2 has no items with a weight: ROC AUC is not defined",
    );
    wrong(
        roc_auc_score_ovo(&[0, 2], &p, Average::Macro),
        "class 1 has no items with a weight: ROC AUC is not defined",
    );
    wrong(
        roc_auc_score_ovo(&[0, 1], &p, Average::Micro),
        "ROC AUC has no average Micro over pairs of classes",
    );
    wrong(r2_score(&[1.0], &[1.0], None), "R² is not defined for 1 items, it needs at least 2");
    wrong(
        cohen_kappa_score(&[1, 1], &[1, 1], KappaWeights::Unweighted, None),
        "Cohen's kappa is not defined: all items and all predictions are of one class",
    );
    wrong(
        concordance_index(&[1.0, 2.0], &[1.0, 2.0], Some(&[false, false])),
        "the concordance index is not defined: no two items are comparable",
    );
    wrong(Mean::new().finish(), "the weights of all items sum to 0");
}

#[test]
fn settings_out_of_their_range() {
    let error = mean_pinball_loss(&[1.0], &[1.0], 1.5, None).unwrap_err();
    assert_eq!((error.kind(), error.key().as_deref()), (ErrorKind::Usage, Some("alpha")));
    wrong(top_k_accuracy_score(&[0], &[0.1, 0.9], 0, None), "k is 0, it must be at least 1");
    wrong(CalibrationBins::new(0), "bins is 0, it must be at least 1");
    wrong(
        mean_tweedie_deviance(&[1.0], &[1.0], 0.5, None),
        "power is 0.5, it must be at most 0 or at least 1",
    );
    let mut counts = ClassCounts::new(2);
    wrong(counts.merge(&ClassCounts::new(3)), "2 and 3 classes cannot be merged");
}

/// A batch that is refused leaves no trace.
#[test]
fn nothing_is_added_of_a_wrong_batch() {
    let mut counts = ClassCounts::new(2);
    counts.add(&[0], &[0], None).unwrap();
    let before = counts.clone();
    counts.add(&[1, 2], &[1, 1], None).unwrap_err();
    assert_eq!(counts, before);
    let mut sums = RegressionSums::new();
    sums.add(&[1.0, 2.0], &[1.0, f64::NAN], None).unwrap_err();
    assert_eq!(sums, RegressionSums::new());
    let mut bins = CalibrationBins::new(3).unwrap();
    bins.add(&[0, 1], &[0.5, 2.0], None).unwrap_err();
    assert_eq!(bins, CalibrationBins::new(3).unwrap());
}

/// The number of an item with weight 0 does not count, but a class that occurs only so is still a class: as scikit-learn.
#[test]
fn weight_0_is_no_item() {
    let (y, p) = ([3.0, 1.0, 50.0], [2.5, 1.0, 0.0]);
    let with = median_absolute_error(&y, &p, Some(&[1.0, 1.0, 0.0])).unwrap();
    assert_eq!(with, median_absolute_error(&y[..2], &p[..2], None).unwrap());
    let weights = [1.0, 1.0, 0.0];
    assert_eq!(f1_score(&[0, 1, 2], &[0, 1, 2], Average::Macro, Some(&weights)).unwrap(), 2.0 / 3.0);
}
