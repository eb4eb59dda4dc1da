//! Against the algorithm in numpy with scikit-learn's losses, by `tests/golden/ensemble.py`.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    kind: String,
    columns: usize,
    rounds: usize,
    candidates: Vec<Vec<f64>>,
    labels: Vec<u32>,
    actual: Vec<f64>,
    item_weights: Option<Vec<f64>>,
    weights: Vec<f64>,
    loss: f64,
    alone: Vec<f64>,
}

#[test]
fn weights_are_those_of_numpy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/ensemble.json");
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let weights = case.item_weights.as_deref();
        let loss = |predicted: &[f64]| match case.kind.as_str() {
            "classes" => log_loss(predicted, &case.labels, weights),
            _ => relative_squared_error(predicted, &case.actual, case.columns, weights),
        };
        let found = select(&case.candidates, case.rounds, loss).unwrap();
        let close =
            |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9 * (1.0 + b.abs()));
        assert!(close(&found.weights, &case.weights), "{:?}, not {:?}", found.weights, case.weights);
        assert!(close(&[found.loss], &[case.loss]) && close(&found.alone, &case.alone));
        // No model by itself is better on the items that chose.
        assert!(case.alone.iter().all(|alone| found.loss <= alone + 1e-12));
    }
}

#[test]
fn what_cannot_be_weighed_is_refused() {
    assert_eq!(select(&[], 3, |_| 0.0), Err(EnsembleError::NoModels));
    let uneven = EnsembleError::Length { model: 1, expected: 2, found: 1 };
    assert_eq!(select(&[vec![1.0, 2.0], vec![1.0]], 3, |_| 0.0), Err(uneven));
    assert_eq!(select(&[vec![f64::NAN]], 3, |numbers| numbers[0]), Err(EnsembleError::NoLoss));
    // A model that has diverged is left out.
    let found = select(&[vec![f64::NAN], vec![2.0]], 3, |numbers| numbers[0]).unwrap();
    assert_eq!(found.weights, [0.0, 1.0]);
}
