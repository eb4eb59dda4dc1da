//! Metrics equal scikit-learn's: `tests/golden/metrics.py`, which makes the same data by the same formula.

use kiln_train::Scores;
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/metrics.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(i: usize) -> f64 {
    let x = (i as f64 * 12.9898 + 4.1414).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

const N: usize = 137;

fn check(scores: &Scores, expected: &Value, names: &[&str]) {
    let metrics = scores.metrics();
    for name in names {
        let (found, expected) = (metrics.get(name).unwrap(), expected[name].as_f64().unwrap());
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{name}: {found} for {expected}"
        );
    }
}

/// Adds in uneven batches: the result must not depend on them.
fn in_batches(mut add: impl FnMut(std::ops::Range<usize>)) {
    for (start, end) in [(0, 50), (50, 51), (51, 120), (120, N)] {
        add(start..end);
    }
}

#[test]
fn classes() {
    const K: usize = 7;
    let logits: Vec<f32> = (0..N * K).map(|i| (3.0 * number(i)) as f32).collect();
    let labels: Vec<u32> = (0..N)
        .map(|r| ((number(10_000 + r) + 1.0) / 2.0 * K as f64) as u32)
        .enumerate()
        .map(|(r, label)| if r % 3 == 0 && label == 6 { 0 } else { label })
        .collect();
    let mut scores = Scores::new();
    in_batches(|rows| scores.add_classes(&logits[rows.start * K..rows.end * K], &labels[rows], K));
    let expected = &golden()["classes"];
    check(&scores, expected, &["accuracy", "top5_accuracy", "macro_f1", "log_loss"]);
    let confusion = scores.confusion().unwrap();
    for (row, expected) in confusion.rows().zip(expected["confusion"].as_array().unwrap()) {
        let expected: Vec<u64> = expected.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
        assert_eq!(row, expected);
    }
}

#[test]
fn two_classes_from_one_logit() {
    let logits: Vec<f32> = (0..N).map(|r| (2.0 * number(20_000 + r)) as f32).collect();
    let labels: Vec<u32> = (0..N).map(|r| u32::from(number(30_000 + r) > 0.2)).collect();
    let mut scores = Scores::new();
    in_batches(|rows| scores.add_classes(&logits[rows.clone()], &labels[rows], 2));
    check(&scores, &golden()["binary"], &["accuracy", "macro_f1", "log_loss"]);
}

#[test]
fn values() {
    const M: usize = 2;
    let actual: Vec<f32> = (0..N * M).map(|i| (1000.0 + 5.0 * number(40_000 + i)) as f32).collect();
    let guess: Vec<f32> =
        actual.iter().enumerate().map(|(i, y)| (f64::from(*y) + number(50_000 + i)) as f32).collect();
    let mut scores = Scores::new();
    in_batches(|rows| {
        let cells = rows.start * M..rows.end * M;
        scores.add_values(&guess[cells.clone()], &actual[cells], M);
    });
    check(&scores, &golden()["values"], &["mse", "mae", "r2"]);
}

#[test]
fn means_weigh_batches_by_their_items() {
    let mut scores = Scores::new();
    scores.add_mean("loss", 1.0, 3);
    scores.add_mean("loss", 5.0, 1);
    assert_eq!(scores.metrics().get("loss"), Some(2.0));
}

/// Weights of the items, some of them 0.
fn weights() -> Vec<f32> {
    (0..N).map(|r| if r % 5 == 0 { 0.0 } else { number(60_000 + r).abs() as f32 }).collect()
}

#[test]
fn weights_of_items_are_scikit_learns_sample_weight() {
    const K: usize = 7;
    const M: usize = 2;
    let weights = weights();
    let expected = &golden()["weighted"];
    let logits: Vec<f32> = (0..N * K).map(|i| (3.0 * number(i)) as f32).collect();
    let labels: Vec<u32> = (0..N)
        .map(|r| ((number(10_000 + r) + 1.0) / 2.0 * K as f64) as u32)
        .enumerate()
        .map(|(r, label)| if r % 3 == 0 && label == 6 { 0 } else { label })
        .collect();
    let mut scores = Scores::new();
    in_batches(|rows| {
        let part = &logits[rows.start * K..rows.end * K];
        scores.add_weighted_classes(part, &labels[rows.clone()], Some(&weights[rows]), K);
    });
    check(&scores, &expected["classes"], &["accuracy", "top5_accuracy", "macro_f1", "log_loss"]);

    let logits: Vec<f32> = (0..N).map(|r| (2.0 * number(20_000 + r)) as f32).collect();
    let labels: Vec<u32> = (0..N).map(|r| u32::from(number(30_000 + r) > 0.2)).collect();
    let mut scores = Scores::new();
    in_batches(|rows| {
        scores.add_weighted_classes(&logits[rows.clone()], &labels[rows.clone()], Some(&weights[rows]), 2);
    });
    check(&scores, &expected["binary"], &["accuracy", "macro_f1", "log_loss"]);

    let actual: Vec<f32> = (0..N * M).map(|i| (1000.0 + 5.0 * number(40_000 + i)) as f32).collect();
    let guess: Vec<f32> = (0..N * M).map(|i| (f64::from(actual[i]) + number(50_000 + i)) as f32).collect();
    let mut scores = Scores::new();
    in_batches(|rows| {
        let part = rows.start * M..rows.end * M;
        scores.add_weighted_values(&guess[part.clone()], &actual[part], Some(&weights[rows]), M);
    });
    check(&scores, &expected["values"], &["mse", "mae", "r2"]);
}
