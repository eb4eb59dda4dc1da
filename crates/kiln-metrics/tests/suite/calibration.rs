//! Calibration.

use kiln_metrics::{
    Binning, CalibrationBins, calibration_curve, expected_calibration_error, maximum_calibration_error,
    perplexity, top_label,
};

use crate::golden::{batches, cases, one};

#[test]
fn curves_are_scikit_learns_and_errors_follow_their_definition() {
    for case in cases("calibration") {
        let (y, p, w): (Vec<u32>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let bins: usize = case.get("bins");
        let w = w.as_deref();
        let losses: Vec<f64> = p.iter().map(|p| 3.0 * p).collect();
        let curve = |name: &str| {
            let binning = if name == "uniform" { Binning::Uniform } else { Binning::Quantile };
            calibration_curve(&y, &p, bins, binning, None)
        };
        let mut sums = CalibrationBins::new(bins).unwrap();
        for batch in batches(y.len()) {
            let mut part = CalibrationBins::new(bins).unwrap();
            let weights = w.map(|w| &w[batch.clone()]);
            part.add(&y[batch.clone()], &p[batch.clone()], weights).unwrap();
            sums.merge(&part).unwrap();
        }
        case.check(|name| match name {
            ["ece"] => one(expected_calibration_error(&y, &p, bins, w)),
            ["mce"] => one(maximum_calibration_error(&y, &p, bins, w)),
            ["perplexity"] => one(perplexity(&losses, w)),
            ["true", binning] => curve(binning).map(|curve| curve.prob_true()),
            ["pred", binning] => curve(binning).map(|curve| curve.prob_pred()),
            _ => panic!("{name:?} is not tested"),
        });
        let curve = sums.finish().unwrap();
        assert!((curve.ece() - expected_calibration_error(&y, &p, bins, w).unwrap()).abs() < 1e-12);
        assert!((curve.mce() - maximum_calibration_error(&y, &p, bins, w).unwrap()).abs() < 1e-12);
    }
}

#[test]
fn of_several_classes_the_predicted_one_counts() {
    let p = [0.6, 0.3, 0.1, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8];
    let (right, confidence) = top_label(&[0, 1, 2], &p).unwrap();
    assert_eq!((right, confidence), (vec![1, 0, 1], vec![0.6, 0.4, 0.8]));
    // |1 − 0.6|, |0 − 0.4|, |1 − 0.8|, each in a bin of its own.
    let ece = expected_calibration_error(&[0, 1, 2], &p, 10, None).unwrap();
    assert!((ece - 1.0 / 3.0).abs() < 1e-15);
    assert!((maximum_calibration_error(&[0, 1, 2], &p, 10, None).unwrap() - 0.4).abs() < 1e-15);
}
