//! Laws of splits: every row once, shares kept, nothing but the seed decides.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{Column, DataConfig, DataError, Dataset, Features, Inconsistency, Split, Target, Values};
use proptest::prelude::*;

fn dataset(labels: Vec<u32>, classes: usize, fixed_test: Vec<usize>) -> Dataset {
    let cells = (0..labels.len()).map(|row| row as f64).collect();
    let features = Features::Table(vec![Column { name: "x".to_owned(), values: Values::Numeric(cells) }]);
    let target = Target::Classes { labels, names: (0..classes).map(|class| class.to_string()).collect() };
    Dataset { fixed_test, ..Dataset::new("made", features, target) }
}

fn shares(validation: f64, test: f64, stratify: bool) -> DataConfig {
    DataConfig { validation, test, stratify, ..DataConfig::new("made") }
}

fn counts(rows: &[usize], labels: &[u32], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &row in rows {
        counts[labels[row] as usize] += 1;
    }
    counts
}

/// Each class of `from` has its share in `part`, less than one row off, and leaves one row behind.
fn assert_balanced(part: &[usize], from: &[usize], share: f64, labels: &[u32], classes: usize) {
    let (taken, all) = (counts(part, labels, classes), counts(from, labels, classes));
    for (taken, all) in taken.into_iter().zip(all) {
        assert!((taken as f64 - share * all as f64).abs() < 1.0, "{taken} of {all} at {share}");
        assert!(all == 0 || taken < all, "a class is taken whole: {taken} of {all}");
    }
}

fn union(parts: &[&[usize]]) -> Vec<usize> {
    let mut rows = parts.concat();
    rows.sort_unstable();
    rows
}

fn rises(rows: &[usize]) -> bool {
    rows.is_sorted_by(|a, b| a < b)
}

fn classes_and_labels() -> impl Strategy<Value = (usize, Vec<u32>)> {
    (1usize..7).prop_flat_map(|classes| (Just(classes), prop::collection::vec(0..classes as u32, 1..200)))
}

proptest! {
    #[test]
    fn every_row_is_in_one_part_and_classes_keep_their_share(
        (classes, labels) in classes_and_labels(),
        validation in 0.0..0.95,
        test in 0.0..0.95,
        stratify: bool,
        seed: u64,
    ) {
        let data = dataset(labels.clone(), classes, Vec::new());
        let split = Split::new(&data, &shares(validation, test, stratify), Seed::new(seed)).unwrap();
        let all: Vec<usize> = (0..labels.len()).collect();
        prop_assert_eq!(&union(&[&split.train, &split.validation, &split.test]), &all);
        prop_assert!(rises(&split.train) && rises(&split.validation) && rises(&split.test));
        prop_assert!(!split.train.is_empty());
        let rest = union(&[&split.train, &split.validation]);
        if stratify {
            assert_balanced(&split.test, &all, test, &labels, classes);
            assert_balanced(&split.validation, &rest, validation, &labels, classes);
        } else {
            let one = vec![0; labels.len()];
            assert_balanced(&split.test, &all, test, &one, 1);
            assert_balanced(&split.validation, &rest, validation, &one, 1);
        }
    }

    #[test]
    fn a_fixed_test_part_stays_whatever_the_seed(
        (classes, labels) in classes_and_labels(),
        picks in prop::collection::vec(any::<bool>(), 200),
        seed: u64,
    ) {
        let fixed: Vec<usize> = (1..labels.len()).filter(|&row| picks[row]).collect();
        prop_assume!(!fixed.is_empty());
        let data = dataset(labels.clone(), classes, fixed.clone());
        let split = Split::new(&data, &shares(0.25, 0.9, true), Seed::new(seed)).unwrap();
        let all: Vec<usize> = (0..labels.len()).collect();
        prop_assert_eq!(&split.test, &fixed);
        prop_assert_eq!(union(&[&split.train, &split.validation, &split.test]), all);
        assert_balanced(&split.validation, &union(&[&split.train, &split.validation]), 0.25, &labels, classes);
    }
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let data = dataset((0..300).map(|row| row % 3).collect(), 3, Vec::new());
    let split =
        |seed, validation| Split::new(&data, &shares(validation, 0.2, true), Seed::new(seed)).unwrap();
    assert_eq!(split(1, 0.1), split(1, 0.1));
    assert_ne!(split(1, 0.1).test, split(2, 0.1).test);
    assert_ne!(split(1, 0.1).validation, split(2, 0.1).validation);
    assert_eq!(split(1, 0.1).test, split(1, 0.5).test, "the test part depends on data.validation");
}

#[test]
fn held_out_rows_are_spread_over_the_whole_set() {
    let data = dataset(vec![0; 10_000], 1, Vec::new());
    let test = Split::new(&data, &shares(0.0, 0.2, true), Seed::new(3)).unwrap().test;
    // Each tenth of the rows: 200 within 5 standard deviations of a hypergeometric draw.
    for tenth in 0..10 {
        let count = test.iter().filter(|&&row| row / 1000 == tenth).count() as f64;
        assert!((count - 200.0).abs() < 5.0 * (200.0 * 0.8 * 0.9_f64).sqrt(), "{count} in tenth {tenth}");
    }
}

#[test]
fn a_class_of_one_row_is_trained_on() {
    let mut labels = vec![0; 20];
    labels[7] = 1;
    let data = dataset(labels, 2, Vec::new());
    for seed in 0..50 {
        let split = Split::new(&data, &shares(0.4, 0.4, true), Seed::new(seed)).unwrap();
        assert!(split.train.contains(&7));
    }
}

#[test]
fn the_calibration_part_comes_out_of_the_training_part() {
    let data = dataset((0..300).map(|row| row % 3).collect(), 3, Vec::new());
    let of = |calibration| {
        let config = DataConfig { calibration, ..shares(0.1, 0.2, true) };
        Split::new(&data, &config, Seed::new(5)).unwrap()
    };
    let (without, with) = (of(None), of(Some(0.25)));
    assert_eq!((&with.validation, &with.test), (&without.validation, &without.test));
    assert!(without.calibration.is_empty());
    assert_eq!(with.calibration.len(), 54);
    assert_eq!(union(&[&with.train, &with.calibration]), without.train);
    let labels: Vec<u32> = (0..300).map(|row| row % 3).collect();
    assert_balanced(&with.calibration, &without.train, 0.25, &labels, 3);
    let wrong = DataConfig { calibration: Some(1.0), ..shares(0.1, 0.2, true) };
    let error = Split::new(&data, &wrong, Seed::new(5)).unwrap_err();
    assert_eq!(error.key().as_deref(), Some("data.calibration"));
}

#[test]
fn a_share_of_zero_holds_out_nothing() {
    let data = dataset(vec![0; 30], 1, Vec::new());
    let split = Split::new(&data, &shares(0.0, 0.0, true), Seed::new(0)).unwrap();
    assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (30, 0, 0));
}

#[test]
fn regression_takes_shares_of_all_rows() {
    let mut data = dataset(vec![0; 101], 1, Vec::new());
    data.target = Target::Values { values: vec![0.5; 202], names: vec!["a".to_owned(), "b".to_owned()] };
    let split = Split::new(&data, &shares(0.1, 0.2, true), Seed::new(0)).unwrap();
    // round(0.2 · 101) = 20, round(0.1 · 81) = 8.
    assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (73, 8, 20));
}

#[test]
fn what_cannot_be_split_is_an_error() {
    let split = |data: &Dataset, config: &DataConfig| Split::new(data, config, Seed::new(0)).unwrap_err();
    let data = dataset(vec![0; 10], 1, Vec::new());
    for bad in [1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(split(&data, &shares(bad, 0.2, true)).kind(), ErrorKind::Usage);
        assert!(split(&data, &shares(0.1, bad, true)).to_string().starts_with("data.test is "));
    }
    let config = shares(0.1, 0.2, true);
    let error = split(&dataset(vec![0; 3], 1, vec![0, 1, 2]), &config);
    assert_eq!(error.to_string(), "nothing is left to train on: all 3 rows are held out");
    assert!(matches!(split(&dataset(vec![], 1, vec![]), &config), DataError::NoTraining { rows: 0 }));
    assert!(matches!(
        split(&dataset(vec![0; 3], 1, vec![3]), &config),
        DataError::Inconsistent(Inconsistency::NoRow { row: 3, rows: 3 })
    ));
    assert!(matches!(
        split(&dataset(vec![0, 2], 2, vec![]), &config),
        DataError::Inconsistent(Inconsistency::NoClass { row: 1, label: 2, classes: 2 })
    ));
    let mut short = data;
    short.target = Target::Values { values: vec![1.0; 4], names: vec!["y".to_owned()] };
    assert!(matches!(
        split(&short, &config),
        DataError::Inconsistent(Inconsistency::TargetLength { inputs: 10, targets: 4 })
    ));
}
