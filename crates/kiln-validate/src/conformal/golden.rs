//! Against MAPIE, by `tests/golden/conformal.py`, and the coverage over many draws.

use kiln_core::Seed;
use serde::Deserialize;
use serde_json::Value;

use super::*;

fn cases(name: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/conformal.json");
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    all[name].as_array().unwrap().clone()
}

fn list<T: for<'a> Deserialize<'a>>(case: &Value, name: &str) -> T {
    serde_json::from_value(case[name].clone()).unwrap()
}

#[track_caller]
fn assert_close(found: [f64; 2], wanted: [f64; 2]) {
    let close = found.iter().zip(&wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12);
    assert!(close, "{found:?}, not {wanted:?}");
}

#[test]
fn intervals_are_mapies() {
    for case in cases("split") {
        let (predicted, actual): (Vec<f64>, Vec<f64>) = (list(&case, "predicted"), list(&case, "actual"));
        let interval = Interval::calibrate(&predicted, &actual, list(&case, "level")).unwrap();
        let new: Vec<f64> = list(&case, "new");
        for (new, wanted) in new.iter().zip(list::<Vec<[f64; 2]>>(&case, "intervals")) {
            assert_close(interval.around(*new), wanted);
        }
    }
}

#[test]
fn intervals_between_quantiles_are_mapies() {
    for case in cases("quantile") {
        let of = |name: &str| list::<Vec<f64>>(&case, name);
        let interval =
            QuantileInterval::calibrate(&of("lower"), &of("upper"), &of("actual"), list(&case, "level"))
                .unwrap();
        let new: Vec<[f64; 2]> = list(&case, "new");
        for ([lower, upper], wanted) in new.into_iter().zip(list::<Vec<[f64; 2]>>(&case, "intervals")) {
            assert_close(interval.between(lower, upper), wanted);
        }
    }
}

#[test]
fn intervals_of_folds_are_mapies() {
    for case in cases("cross") {
        let folds: Vec<usize> = list(&case, "folds");
        let (held_out, actual): (Vec<f64>, Vec<f64>) = (list(&case, "held_out"), list(&case, "actual"));
        let new: Vec<Vec<f64>> = list(&case, "new");
        for (new, wanted) in new.iter().zip(list::<Vec<[f64; 2]>>(&case, "intervals")) {
            let found = cross_interval(&held_out, &actual, &folds, new, list(&case, "level")).unwrap();
            assert_close(found, wanted);
        }
    }
}

#[test]
fn sets_are_mapies() {
    for case in cases("sets") {
        let (calibration, labels): (Vec<f64>, Vec<u32>) = (list(&case, "calibration"), list(&case, "labels"));
        let set = ClassSet::calibrate(&calibration, &labels, list(&case, "level")).unwrap();
        let classes: usize = list(&case, "classes");
        let new: Vec<f64> = list(&case, "new");
        for (row, wanted) in new.chunks(classes).zip(list::<Vec<Vec<usize>>>(&case, "sets")) {
            let wanted: Vec<usize> = (0..classes).filter(|class| wanted[*class] == 1).collect();
            assert_eq!(set.of(row).collect::<Vec<_>>(), wanted);
        }
    }
}

/// One model for all folds: then it is split conformal, which MAPIE says.
#[test]
fn sets_of_one_fold_are_mapies() {
    for case in cases("sets") {
        let (calibration, labels): (Vec<f64>, Vec<u32>) = (list(&case, "calibration"), list(&case, "labels"));
        let classes: usize = list(&case, "classes");
        let score = |(row, label): (&[f64], &u32)| 1.0 - row[*label as usize];
        let scores: Vec<f64> = calibration.chunks(classes).zip(&labels).map(score).collect();
        let level = list(&case, "level");
        let alone = CrossSet::calibrate(&scores, &vec![0; scores.len()], level).unwrap();
        // The same items in three folds whose models agree.
        let folds: Vec<usize> = (0..scores.len()).map(|item| item % 3).collect();
        let three = CrossSet::calibrate(&scores, &folds, level).unwrap();
        let new: Vec<f64> = list(&case, "new");
        for (row, wanted) in new.chunks(classes).zip(list::<Vec<Vec<usize>>>(&case, "sets")) {
            let wanted: Vec<usize> = (0..classes).filter(|class| wanted[*class] == 1).collect();
            assert_eq!(alone.of(&[row]).unwrap(), wanted);
            assert_eq!(three.of(&[row, row, row]).unwrap(), wanted);
        }
    }
}

/// By the definition, item by item.
#[test]
fn sets_of_folds_leave_out_what_most_items_would_not_have() {
    let seed = Seed::new(3);
    let scores: Vec<f64> = (0..40).map(|item| seed.uniform(item)).collect();
    let folds: Vec<usize> = (0..40).map(|item| item * 7 / 3 % 4).collect();
    let set = CrossSet::calibrate(&scores, &folds, 0.8).unwrap();
    for new in 0..50u64 {
        let row = |fold: u64| [0, 1, 2].map(|class| seed.uniform(1000 + 12 * new + 3 * fold + class));
        let rows: Vec<[f64; 3]> = (0..2).map(row).collect();
        let of = |fold: usize| rows[fold / 2];
        let lower = |class: usize| {
            scores.iter().zip(&folds).filter(|(score, fold)| **score < 1.0 - of(**fold)[class]).count()
        };
        let wanted: Vec<usize> = (0..3).filter(|class| (lower(*class) as f64) < 0.8 * 41.0).collect();
        assert_eq!(set.of(&[0, 1, 2, 3].map(of)).unwrap(), wanted);
    }
    assert!(set.of(&[[0.5, 0.5]]).is_err() && CrossSet::calibrate(&[0.5], &[], 0.9).is_err());
}

#[test]
fn the_truth_is_inside_as_often_as_it_is_said() {
    let (seed, mut drawn) = (Seed::new(7), 0);
    let mut draw = |count: u64| -> Vec<f64> {
        drawn += count;
        (drawn - count..drawn).map(|index| seed.uniform(index).powi(3)).collect()
    };
    let (mut inside, trials) = (0, 4000);
    for _ in 0..trials {
        let (actual, new) = (draw(29), draw(1));
        let interval = Interval::calibrate(&vec![0.2; 29], &actual, 0.9).unwrap();
        let [low, high] = interval.around(0.2);
        inside += usize::from(low <= new[0] && new[0] <= high);
    }
    // 27 of 30 places: exactly 0.9. Four standard errors are 0.019.
    let share = inside as f64 / f64::from(trials);
    assert!((share - 0.9).abs() < 0.019, "{share}");
}

#[test]
fn what_cannot_be_calibrated_is_named() {
    let said = |found: Result<Interval, ConformalError>| found.unwrap_err().to_string();
    assert_eq!(said(Interval::calibrate(&[], &[], 0.9)), "there are no items to calibrate with");
    let of = Interval::calibrate;
    assert_eq!(said(of(&[1.0, 2.0], &[1.0], 0.9)), "actual has 1 items where 2 are expected");
    assert!(
        said(of(&[1.0, f64::NAN], &[1.0, 2.0], 0.9))
            .contains("predicted has a number that is not finite, of item 1")
    );
    for level in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(said(of(&[1.0], &[1.0], level)).contains("level is"), "{level}");
    }
    let set = ClassSet::calibrate(&[0.5, 0.5], &[2], 0.9).unwrap_err();
    assert_eq!(set.to_string(), "item 0 is of class 2, but there are 2 classes");
    let few = of(&[1.0; 8], &[2.0; 8], 0.9).unwrap();
    assert_eq!(few.around(1.0), [f64::NEG_INFINITY, f64::INFINITY]);
}
