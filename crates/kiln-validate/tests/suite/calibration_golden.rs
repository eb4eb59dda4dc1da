//! Calibration against scikit-learn and scipy: `tests/golden/calibration.py`.

use std::path::Path;

use kiln_metrics::{Binning, brier_score_loss, calibration_curve, log_loss};
use kiln_validate::calibration::{CalibrationError, temperature};
use serde_json::Value;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/calibration.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn list<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-10 * wanted.abs().max(1e-3), "{found} {wanted}");
}

#[test]
fn curves_brier_and_log_loss_are_scikit_learns() {
    for case in golden()["curves"].as_array().unwrap() {
        let (p, y): (Vec<f64>, Vec<bool>) = (list(&case["p"]), list(&case["y"]));
        let labels: Vec<u32> = y.iter().map(|&y| u32::from(y)).collect();
        let bins = case["bins"].as_u64().unwrap() as usize;
        let curve = calibration_curve(&labels, &p, bins, Binning::Uniform, None).unwrap();
        let (frequency, confidence): (Vec<f64>, Vec<f64>) =
            (list(&case["frequency"]), list(&case["confidence"]));
        assert_eq!(curve.bins.len(), frequency.len());
        for (bin, (frequency, confidence)) in curve.bins.iter().zip(frequency.into_iter().zip(confidence)) {
            close(bin.frequency, frequency);
            close(bin.confidence, confidence);
        }
        // By its definition, from the golden curve and the counts.
        let all = p.len() as f64;
        let gaps = curve.bins.iter().map(|bin| bin.weight / all * (bin.frequency - bin.confidence).abs());
        close(curve.ece(), gaps.sum());
        assert!(curve.mce() >= curve.ece() && curve.bins.iter().map(|bin| bin.weight).sum::<f64>() == all);
        let rows: Vec<f64> = p.iter().flat_map(|&p| [1.0 - p, p]).collect();
        // Of two classes half the sum over both.
        close(2.0 * brier_score_loss(&labels, &rows, None).unwrap(), case["brier"].as_f64().unwrap());
        close(log_loss(&labels, &rows, None).unwrap(), case["log_loss"].as_f64().unwrap());
    }
}

#[test]
fn the_best_temperature() {
    for case in golden()["classes"].as_array().unwrap() {
        let (logits, labels): (Vec<f64>, Vec<u32>) = (list(&case["logits"]), list(&case["labels"]));
        close(temperature(&logits, &labels).unwrap(), case["temperature"].as_f64().unwrap());
        let probabilities: Vec<f64> = list(&case["probabilities"]);
        let both = if probabilities.len() == 2 * labels.len() { 2.0 } else { 1.0 };
        close(
            both * brier_score_loss(&labels, &probabilities, None).unwrap(),
            case["brier"].as_f64().unwrap(),
        );
        close(log_loss(&labels, &probabilities, None).unwrap(), case["log_loss"].as_f64().unwrap());
    }
    // Always right: the surer the better, without end.
    assert_eq!(temperature(&[2.0, 1.0, 0.0, 3.0], &[0, 1]), Err(CalibrationError::NoOptimum));
    assert_eq!(temperature(&[], &[]), Err(CalibrationError::NoItems));
    assert_eq!(temperature(&[1.0, f64::NAN], &[0]), Err(CalibrationError::NotFinite { index: 1 }));
    assert_eq!(temperature(&[1.0, 2.0], &[2]), Err(CalibrationError::Shape { logits: 2, labels: 1 }));
}
