//! Categories by the target against scikit-learn (`tests/golden/target_encoding.py`), in f64.

use serde_json::Value;

use super::super::fit_rows::FitRows;
use super::super::inner_folds::{assign, count};
use super::*;
use crate::{Precision, Target};

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

fn words(value: &Value) -> Vec<Option<String>> {
    serde_json::from_value(value.clone()).unwrap()
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
fn encodings_are_those_of_scikit_learn() {
    let text = include_str!("../../../../../tests/golden/target_encoding.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let cases = golden["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 5);
    for (name, case) in cases {
        let y = numbers(&case["y"]);
        let rows: Vec<usize> = (0..y.len()).collect();
        let target = match case["classes"].as_u64().unwrap() {
            0 => Target::Values { values: y.clone(), names: vec!["y".to_owned()] },
            classes => Target::Classes {
                labels: y.iter().map(|y| *y as u32).collect(),
                names: (0..classes).map(|class| class.to_string()).collect(),
            },
        };
        // Not shuffled, as scikit-learn's are here.
        let folds = assign(&target, &rows, None);
        assert_near(
            name,
            &folds.iter().map(|fold| f64::from(*fold)).collect::<Vec<_>>(),
            &numbers(&case["folds"]),
        );
        let responses =
            Responses::new(&TrainTargets::new(&target, FitRows::new(&rows, None, Precision::Double)));
        let width = responses.numbers.width;
        let (mut cross_fitted, mut transformed) = (vec![Vec::new(); y.len()], vec![Vec::new(); y.len() + 4]);
        for (at, column) in ["colour", "size"].into_iter().enumerate() {
            let categories = words(&case["categories"][at]);
            let place = |word: &Option<String>| categories.iter().position(|known| known == word);
            let cells = words(&case[column]);
            let places: Vec<usize> = cells.iter().map(|word| place(word).unwrap()).collect();
            let folds_of = (folds.as_slice(), count(y.len()));
            let means = TargetMeans::fit(&places, categories.len(), false, &responses, folds_of, false);
            assert!(means.is_sound(categories.len()) && !means.is_sound(categories.len() + 1));
            assert_near(&format!("{name} mean"), &means.whole.all, &numbers(&case["target_mean"]));
            for feature in 0..width {
                let ours: Vec<f64> = means.whole.categories.iter().map(|means| means[feature]).collect();
                assert_near(name, &ours, &numbers(&case["encodings"][at * width + feature]));
            }
            let mut to = vec![0.0; width];
            for (row, word) in cells.iter().enumerate() {
                means.write(place(word), Some(usize::from(folds[row])), &mut to);
                cross_fitted[row].extend_from_slice(&to);
            }
            for (row, word) in cells.iter().chain(&words(&case["new"][column])).enumerate() {
                means.write(place(word), None, &mut to);
                transformed[row].extend_from_slice(&to);
            }
        }
        assert_near(
            &format!("{name} training rows"),
            &cross_fitted.concat(),
            &numbers(&case["cross_fitted"]),
        );
        assert_near(&format!("{name} new rows"), &transformed.concat(), &numbers(&case["transformed"]));
    }
}

#[test]
fn shuffled_folds_are_as_large_and_as_stratified() {
    let labels: Vec<u32> = (0..100).map(|row| u32::from(row >= 60)).collect();
    let target = Target::Classes { labels: labels.clone(), names: vec!["a".to_owned(), "b".to_owned()] };
    let rows: Vec<usize> = (0..100).collect();
    let seed = kiln_core::Seed::new(3);
    let folds = assign(&target, &rows, Some(seed));
    for fold in 0..5 {
        let of_class = |class| labels.iter().zip(&folds).filter(|(l, f)| (**l, **f) == (class, fold)).count();
        assert_eq!((of_class(0), of_class(1)), (12, 8));
    }
    assert_ne!(folds, assign(&target, &rows, None));
    assert_eq!(folds, assign(&target, &rows, Some(seed)));
    let values = Target::Values { values: vec![0.0; 100], names: vec!["y".to_owned()] };
    let folds = assign(&values, &rows[..13], Some(seed));
    let sizes: Vec<usize> = (0..5).map(|fold| folds.iter().filter(|of| **of == fold).count()).collect();
    assert_eq!(sizes, [3, 3, 3, 2, 2]);
    assert_eq!((count(2), assign(&values, &rows[..2], None)), (2, vec![0, 1]));
}

#[test]
fn a_row_of_weight_two_counts_as_two_rows_and_one_of_zero_as_none() {
    let y = [1.0, 4.0, 2.0, 8.0, 3.0, 900.0];
    let places = [0, 1, 0, 1, 1, 0];
    let weights = [2.0, 1.0, 1.0, 1.0, 2.0, 0.0];
    let target = Target::Values { values: y.to_vec(), names: vec!["y".to_owned()] };
    let of = |rows: &[usize], weights: Option<&[f64]>| {
        let train = TrainTargets::new(&target, FitRows::new(rows, weights, Precision::Double));
        let places: Vec<usize> = rows.iter().map(|row| places[*row]).collect();
        let all: Vec<usize> = (0..rows.len()).collect();
        Means::fit(&places, 3, &Responses::new(&train), &all)
    };
    let (weighted, repeated) = (of(&[0, 1, 2, 3, 4, 5], Some(&weights)), of(&[0, 0, 1, 2, 3, 4, 4], None));
    assert_near("all", &weighted.all, &repeated.all);
    // A category that nothing counts in has the mean of all.
    assert_near("categories", &weighted.categories.concat(), &repeated.categories.concat());
    assert_eq!(weighted.categories[2], weighted.all);
}
