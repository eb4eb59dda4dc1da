//! Selection against scikit-learn (`tests/golden/selection.py`), in f64.

use serde_json::Value;

use super::super::fit_rows::FitRows;
use super::*;
use crate::{Precision, Target};

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

/// Of rows that all count the same.
fn fit(matrix: &Matrix, target: &Target, rows: &[usize], count: usize) -> Result<Selection, DataError> {
    let train = TrainTargets::new(target, FitRows::new(rows, None, Precision::Double));
    Selection::fit(matrix, &train, rows, &vec![1.0; rows.len()], count)
}

fn scores_of(matrix: &Matrix, target: &Target, rows: &[usize]) -> Vec<f64> {
    let train = TrainTargets::new(target, FitRows::new(rows, None, Precision::Double));
    scores(matrix, &train, rows, &vec![1.0; rows.len()])
}

#[test]
fn scores_and_choices_are_those_of_scikit_learn() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../../../tests/golden/selection.json")).unwrap();
    let cases = golden["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 5);
    for (name, case) in cases {
        let y = numbers(&case["y"]);
        let x = Matrix { numbers: numbers(&case["x"]), width: numbers(&case["x"]).len() / y.len() };
        let rows: Vec<usize> = (0..y.len()).collect();
        let target = match case["classes"].as_u64().unwrap() {
            0 => Target::Values { values: y.clone(), names: vec!["y".to_owned()] },
            classes => Target::Classes {
                labels: y.iter().map(|y| *y as u32).collect(),
                names: (0..classes).map(|class| class.to_string()).collect(),
            },
        };
        let oracle = numbers(&case["scores"]);
        for (ours, oracle) in scores_of(&x, &target, &rows).iter().zip(&oracle) {
            let near = (ours - oracle).abs() <= 1e-10 * oracle.abs().max(1.0);
            assert!(near || (ours.is_nan() && oracle.is_nan()), "{name}: {ours}, scikit-learn {oracle}");
        }
        for (count, selected) in case["selected"].as_object().unwrap() {
            let selection = fit(&x, &target, &rows, count.parse().unwrap()).unwrap();
            let expected: Vec<usize> = numbers(selected).into_iter().map(|index| index as usize).collect();
            assert_eq!(selection.kept(), expected, "{name}, {count}");
            assert!(selection.is_sound(x.width) && !selection.is_sound(*expected.last().unwrap()));
        }
    }
}

fn classes(labels: &[u32]) -> Target {
    Target::Classes { labels: labels.to_vec(), names: vec!["a".to_owned(), "b".to_owned()] }
}

#[test]
fn of_equal_scores_the_first_column_is_kept_and_constant_ones_come_last() {
    // Constant; the same twice; one that tells the classes apart without fault.
    let rows = [[0.1, 1.0, 1.0, 0.0], [0.1, 2.0, 2.0, 0.0], [0.1, 2.0, 2.0, 1.0], [0.1, 4.0, 4.0, 1.0]];
    let matrix = Matrix { numbers: rows.concat(), width: 4 };
    let target = classes(&[0, 0, 1, 1]);
    let kept = |count| fit(&matrix, &target, &[0, 1, 2, 3], count).unwrap().kept;
    assert_eq!(scores_of(&matrix, &target, &[0, 1, 2, 3])[3], f64::INFINITY);
    assert_eq!((kept(1), kept(2), kept(3)), (vec![3], vec![1, 3], vec![1, 2, 3]));
    let refused = |count| fit(&matrix, &target, &[0, 1, 2, 3], count).unwrap_err().to_string();
    assert_eq!(refused(0), "data.select is 0, it must be at least 1 and at most 4");
    assert_eq!(refused(5), "data.select is 5, it must be at least 1 and at most 4");
    // One class alone tells nothing: all scores are NaN, and the first columns stay.
    let alone = fit(&matrix, &classes(&[0; 4]), &[0, 1, 2, 3], 2).unwrap();
    assert_eq!(alone.kept(), [0, 1]);
}

#[test]
fn the_same_up_to_scale_scores_highest_and_several_targets_count_by_the_best() {
    let matrix = Matrix { numbers: vec![1.0, 5.0, 2.0, 1.0, 3.0, 4.0, 4.0, 4.0], width: 2 };
    let target = Target::Values {
        values: vec![3.0, 2.0, 1.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        names: vec!["first".to_owned(), "second".to_owned()],
    };
    let rows = [0, 1, 2, 3];
    // The second target is twice the first column.
    assert!(scores_of(&matrix, &target, &rows)[0] > 1e15);
    assert_eq!(fit(&matrix, &target, &rows, 1).unwrap().kept(), [0]);
}

#[test]
fn an_offset_does_not_cancel_the_score() {
    let near = [1.0, 2.0, 4.0, 3.0, 6.0, 5.0];
    let labels = classes(&[0, 0, 0, 1, 1, 1]);
    let score = |offset: f64| {
        let numbers = near.iter().map(|x| x + offset).collect();
        scores_of(&Matrix { numbers, width: 1 }, &labels, &[0, 1, 2, 3, 4, 5])[0]
    };
    assert!((score(0.0) - score(1e9)).abs() < 1e-9);
}

#[test]
fn rows_of_weight_two_score_as_two_rows_do_up_to_their_number() {
    let x = [1.0, 2.5, 2.0, 4.0, 3.5, 6.0];
    let counts = [1, 2, 1, 3, 1, 2];
    let rows = [0, 1, 2, 3, 4, 5];
    let repeated: Vec<usize> = rows.iter().flat_map(|row| vec![*row; counts[*row]]).collect();
    let numbers = Target::Values { values: vec![2.0, 1.0, 4.0, 4.5, 5.0, 7.0], names: vec!["y".to_owned()] };
    for (target, degrees) in [(classes(&[0, 0, 1, 0, 1, 1]), 2.0), (numbers, 2.0)] {
        let train = TrainTargets::new(&target, FitRows::new(&rows, None, Precision::Double));
        let weights = counts.map(|count| count as f64);
        let weighted = scores(&Matrix { numbers: x.to_vec(), width: 1 }, &train, &rows, &weights)[0];
        let of_repeated = Matrix { numbers: repeated.iter().map(|row| x[*row]).collect(), width: 1 };
        let same = scores_of(&of_repeated, &target, &repeated)[0];
        let of_number = (rows.len() as f64 - degrees) / (repeated.len() as f64 - degrees);
        assert!((weighted - same * of_number).abs() < 1e-12 * same, "{weighted}, {same}");
    }
}
