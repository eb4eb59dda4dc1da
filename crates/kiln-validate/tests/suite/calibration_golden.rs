//! Calibration against scikit-learn and scipy: `tests/golden/calibration.py`.

use std::path::Path;

use kiln_metrics::{Binning, brier_score_loss, calibration_curve, log_loss};
use kiln_validate::calibration::{CalibrationError, refinement, temperature};
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

#[test]
fn the_refinement_is_the_log_loss_at_the_best_temperature() {
    let log_loss_at = |logits: &[f64], labels: &[u32], temperature: f64| {
        let classes = logits.len() / labels.len();
        let losses = logits.chunks(classes).zip(labels).map(|(row, &label)| {
            let powers: f64 = row.iter().map(|logit| (logit / temperature).exp()).sum();
            powers.ln() - row[label as usize] / temperature
        });
        losses.sum::<f64>() / labels.len() as f64
    };
    for case in golden()["classes"].as_array().unwrap() {
        let (logits, labels): (Vec<f64>, Vec<u32>) = (list(&case["logits"]), list(&case["labels"]));
        let best = case["temperature"].as_f64().unwrap();
        let found = refinement(&logits, &labels, None).unwrap();
        close(found.temperature, best);
        close(found.loss, log_loss_at(&logits, &labels, best));
        // Surer or not, it stays the same.
        let surer: Vec<f64> = logits.iter().map(|logit| 1.5 * logit).collect();
        close(refinement(&surer, &labels, None).unwrap().loss, found.loss);
        // A weight of 2 is an item that is there twice, one of 0 is none.
        let weights: Vec<f64> = (0..labels.len()).map(|item| (item % 3) as f64).collect();
        let classes = logits.len() / labels.len();
        let (mut twice, mut labels_twice) = (Vec::new(), Vec::new());
        for (item, weight) in weights.iter().enumerate() {
            for _ in 0..*weight as usize {
                twice.extend_from_slice(&logits[item * classes..(item + 1) * classes]);
                labels_twice.push(labels[item]);
            }
        }
        let weighted = refinement(&logits, &labels, Some(&weights)).unwrap();
        close(weighted.loss, refinement(&twice, &labels_twice, None).unwrap().loss);
    }
    // Always right: there is no best temperature, and surer logits are better.
    let right = |scale: f64| refinement(&[2.0 * scale, scale, 0.0, 3.0 * scale], &[0, 1], None).unwrap();
    assert_eq!(right(1.0).temperature, 1.0);
    assert!(right(2.0).loss < right(1.0).loss);
    assert_eq!(refinement(&[2.0, 1.0], &[1], None).unwrap().temperature, 32.0);
    assert_eq!(refinement(&[], &[], None), Err(CalibrationError::NoItems));
}
