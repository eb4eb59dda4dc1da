//! Curves over folds: the numbers of training items, and parts that contain each other.

use std::convert::Infallible;

use kiln_core::{Explain, Seed};
use kiln_validate::cross::Parallel;
use kiln_validate::curve::{Draw, learning_curve, subsets, train_sizes, validation_curve};
use kiln_validate::split::Size::{Count, Share};
use kiln_validate::split::{Items, KFold, SplitError, Splitter, StratifiedKFold, TimeSeriesSplit};
use proptest::prelude::*;

#[test]
fn sizes_are_those_of_scikit_learn() {
    // learning_curve(..., train_sizes=np.linspace(0.1, 1.0, 5)), scikit-learn 1.9.1, 120 training items.
    let linspace = [0.1, 0.325, 0.55, 0.775, 1.0].map(Share);
    assert_eq!(train_sizes(&linspace, 120).unwrap(), [12, 39, 66, 93, 120]);
    // 0.29 · 100 is a little less than 29 in f64; numpy rounds down too.
    assert_eq!(train_sizes(&[Share(0.29), Share(0.7), Share(1e-9)], 100).unwrap(), [1, 28, 70]);
    assert_eq!(train_sizes(&[Count(7), Count(3), Count(7)], 10).unwrap(), [3, 7]);
    for wrong in [&[Share(0.0)][..], &[Share(1.1)], &[Share(f64::NAN)], &[Count(0)], &[]] {
        assert!(train_sizes(wrong, 10).is_err(), "{wrong:?}");
    }
    let error = train_sizes(&[Count(11)], 10).unwrap_err();
    assert_eq!(error.to_string(), "11 training items are wanted, but a fold has 10");
    assert!(error.help().unwrap().contains("10 at most"));
}

#[test]
fn the_fold_that_judges_stays_and_the_largest_part_is_the_whole() {
    let labels: Vec<u32> = (0..53).map(|row| u32::from(row % 5 == 0)).collect();
    let items = Items::new(53).labels(&labels);
    let folds = StratifiedKFold { folds: 4, shuffle: None }.split(&items).unwrap();
    let seen = |jobs| {
        let run = |number: usize, fold: &kiln_validate::split::Fold| {
            assert_eq!(fold.test(), folds[number].test());
            Ok::<_, SplitError>(fold.clone())
        };
        let sizes = [Share(1.0), Count(9), Share(0.5)];
        learning_curve(&folds, &items, &sizes, Draw::Random(Seed::new(3)), Parallel::new(jobs), run).unwrap()
    };
    let points = seen(1);
    assert_eq!(points.iter().map(|point| point.train[0]).collect::<Vec<_>>(), [9, 19, 39]);
    assert_eq!(points[2].results, folds);
    assert_eq!(points, seen(2));
    // 13 or 14 test items over the training items of the point.
    assert!((points[0].test_share() - 53.0 / 4.0 / 9.0).abs() < 1e-12);
    // Folds have orders of their own: what one leaves out, the other may keep.
    assert_ne!(points[1].results[0].train()[..9], points[1].results[1].train()[..9]);
}

#[test]
fn in_the_order_of_time_the_latest_are_kept() {
    let items = Items::new(30);
    let folds = TimeSeriesSplit { folds: 2, ..TimeSeriesSplit::default() }.split(&items).unwrap();
    let run = |_, fold: &kiln_validate::split::Fold| Ok::<_, SplitError>(fold.train().to_vec());
    let points = learning_curve(&folds, &items, &[Share(0.3)], Draw::Latest, Parallel::new(1), run).unwrap();
    assert_eq!(points[0].results, [vec![7, 8, 9], vec![14, 15, 16, 17, 18, 19]]);
}

#[test]
fn a_validation_curve_runs_every_value_on_every_fold() {
    let folds = KFold { folds: 3, shuffle: None }.split(&Items::new(9)).unwrap();
    let run = |value: &f64, number: usize, fold: &kiln_validate::split::Fold| {
        Ok::<_, Infallible>(value * (fold.train().len() + number) as f64)
    };
    let points = validation_curve(&folds, &[1.0, 10.0], Parallel::new(2), run).unwrap();
    assert_eq!(points[1].results, [60.0, 70.0, 80.0]);
    let summary = points[0].summary(|score| *score).unwrap();
    assert_eq!((summary.mean, summary.std), (7.0, 1.0));
    // 7 ± t(0.975, 2) · 1 · √(1/3 + 3/6).
    assert!((summary.interval[1] - 7.0 - 4.302_652_729_749_462 * (5.0_f64 / 6.0).sqrt()).abs() < 1e-9);
}

proptest! {
    #[test]
    fn parts_contain_each_other_and_keep_the_shares(
        labels in prop::collection::vec(0_u32..4, 12..200),
        seed in any::<u64>(),
    ) {
        let items = Items::new(labels.len()).labels(&labels);
        let fold = &KFold { folds: 3, shuffle: Some(Seed::new(seed)) }.split(&items).unwrap()[0];
        let all = fold.train().len();
        let sizes: Vec<usize> = (1..=all).collect();
        let parts = subsets(fold, &items, &sizes, Draw::Random(Seed::new(seed))).unwrap();
        let count = |rows: &[usize], class| rows.iter().filter(|&&row| labels[row] == class).count() as f64;
        for (part, size) in parts.iter().zip(&sizes) {
            prop_assert_eq!(part.train().len(), *size);
            prop_assert!(part.train().is_sorted());
            prop_assert_eq!(part.test(), fold.test());
            for class in 0..4 {
                let wanted = *size as f64 / all as f64 * count(fold.train(), class);
                prop_assert!((count(part.train(), class) - wanted).abs() < 2.0, "{} of class {class}", size);
            }
        }
        for pair in parts.windows(2) {
            prop_assert!(pair[0].train().iter().all(|row| pair[1].train().binary_search(row).is_ok()));
        }
        prop_assert_eq!(parts.last().unwrap(), fold);
        // Alone, a part is the same.
        let alone = subsets(fold, &items, &[all / 2], Draw::Random(Seed::new(seed))).unwrap();
        prop_assert_eq!(&alone[0], &parts[all / 2 - 1]);
    }
}
