//! Principal components against scikit-learn (`tests/golden/pca.py`), in f64.

use serde_json::Value;

use super::*;

fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Matrix { width: rows[0].len(), numbers: rows.concat() }
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Of rows that all count the same.
fn fit(matrix: &Matrix, wanted: Components, whiten: bool) -> Result<Pca, DataError> {
    Pca::fit(matrix, &vec![1.0; matrix.len()], wanted, whiten)
}

#[track_caller]
fn assert_near(what: &str, ours: &[f64], oracle: &[f64]) {
    assert_eq!(ours.len(), oracle.len(), "{what}");
    for (i, (ours, oracle)) in ours.iter().zip(oracle).enumerate() {
        let error = (ours - oracle).abs();
        assert!(error <= 1e-10 * oracle.abs().max(1.0), "{what} {i}: {ours}, scikit-learn {oracle}");
    }
}

#[test]
fn components_are_those_of_scikit_learn() {
    let golden: Value = serde_json::from_str(include_str!("../../../../../tests/golden/pca.json")).unwrap();
    let cases = golden["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 11);
    for (name, case) in cases {
        let wanted = serde_json::from_value(case["wanted"].clone()).unwrap();
        let (train, new) = (matrix(&case["train"]), matrix(&case["new"]));
        let all = Matrix { numbers: [train.numbers.clone(), new.numbers].concat(), width: train.width };
        let pca = fit(&train, wanted, false).unwrap();
        let near =
            |key: &str, ours: &[f64], oracle: &[f64]| assert_near(&format!("{name} {key}"), ours, oracle);
        near("mean", pca.mean(), &numbers(&case["mean"]));
        near("components", &pca.components().concat(), &matrix(&case["components"]).numbers);
        near("variance", pca.explained_variance(), &numbers(&case["explained_variance"]));
        near("ratio", pca.explained_variance_ratio(), &numbers(&case["explained_variance_ratio"]));
        near("transformed", &pca.apply(&all).numbers, &matrix(&case["transformed"]).numbers);
        let white = fit(&train, wanted, true).unwrap();
        near("whitened", &white.apply(&all).numbers, &matrix(&case["whitened"]).numbers);
        assert!(pca.is_sound(train.width) && !pca.is_sound(train.width + 1), "{name}");
    }
}

#[test]
fn whitened_components_of_the_training_rows_have_variance_1_and_no_correlation() {
    let random = |i: usize| kiln_core::Seed::new(4).normal(i as u64);
    let train =
        Matrix { numbers: (0..60 * 5).map(|i| random(i) * (1.0 + (i % 5) as f64)).collect(), width: 5 };
    let white = fit(&train, Components::Share(1.0), true).unwrap();
    assert_eq!(white.width(), 5);
    let z = white.apply(&train);
    for i in 0..5 {
        for j in 0..5 {
            let covariance: f64 = z.column(i).zip(z.column(j)).map(|(a, b)| a * b).sum::<f64>() / 59.0;
            assert!((covariance - f64::from(i == j)).abs() < 1e-12, "{i}, {j}: {covariance}");
        }
    }
    assert!((white.explained_variance_ratio().iter().sum::<f64>() - 1.0).abs() < 1e-14);
}

#[test]
fn directions_without_variance_are_left_out_and_constant_tables_refused() {
    // The second column is twice the first, the third is constant.
    let numbers = vec![1.0, 2.0, 0.1, 4.0, 8.0, 0.1, 2.0, 4.0, 0.1, 9.0, 18.0, 0.1];
    let pca = fit(&Matrix { numbers, width: 3 }, Components::Count(3), true).unwrap();
    assert_eq!(pca.width(), 1);
    assert_eq!(pca.components()[0][2], 0.0);
    for rows in [1, 7] {
        let constant = Matrix { numbers: vec![0.1; 3 * rows], width: 3 };
        let error = fit(&constant, Components::Count(1), false).unwrap_err();
        assert!(matches!(error, DataError::NoVariance), "{error}");
    }
}

#[test]
fn settings_out_of_range_name_the_key() {
    let train = Matrix { numbers: (0..12).map(|i| f64::from(i * i)).collect(), width: 3 };
    let refused = |wanted| fit(&train, wanted, false).unwrap_err().to_string();
    assert_eq!(refused(Components::Count(0)), "data.pca is 0, it must be at least 1 and at most 3");
    assert_eq!(refused(Components::Count(4)), "data.pca is 4, it must be at least 1 and at most 3");
    for share in [0.0, -0.5, 1.5, 5.0, f64::NAN, f64::INFINITY] {
        assert!(refused(Components::Share(share)).starts_with("data.pca is "), "{share}");
    }
    assert_eq!(fit(&train, Components::Share(1e-9), false).unwrap().width(), 1);
}

#[test]
fn a_row_of_weight_two_draws_as_two_rows_do() {
    let random = |i: usize| kiln_core::Seed::new(8).normal(i as u64) * (1.0 + (i % 3) as f64);
    let rows: Vec<[f64; 3]> = (0..20).map(|row| [3 * row, 3 * row + 1, 3 * row + 2].map(random)).collect();
    let counts: Vec<usize> = (0..20).map(|row| 1 + row % 3).collect();
    let mean = counts.iter().sum::<usize>() as f64 / 20.0;
    let weights: Vec<f64> = counts.iter().map(|count| *count as f64 / mean).collect();
    let repeated = rows.iter().zip(&counts).flat_map(|(row, count)| row.repeat(*count)).collect();
    let weighted = Matrix { numbers: rows.concat(), width: 3 };
    let ours = Pca::fit(&weighted, &weights, Components::Count(3), false).unwrap();
    let same = fit(&Matrix { numbers: repeated, width: 3 }, Components::Count(3), false).unwrap();
    assert_near("mean", ours.mean(), same.mean());
    assert_near("components", &ours.components().concat(), &same.components().concat());
    assert_near("ratio", ours.explained_variance_ratio(), same.explained_variance_ratio());
}
