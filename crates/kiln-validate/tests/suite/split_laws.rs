//! Laws that hold for every splitter, whatever the items.

use kiln_core::Seed;
use kiln_validate::split::{
    Fold, GroupKFold, GroupShuffleSplit, Items, KFold, LeaveOneGroupOut, LeaveOneOut, LeavePOut,
    PredefinedSplit, Repeated, ShuffleSplit, Size, SplitError, Splitter, StratifiedGroupKFold,
    StratifiedKFold, StratifiedShuffleSplit, TimeSeriesSplit,
};
use proptest::prelude::*;

/// Sorted, in range, nothing on both sides, nothing empty; and the same folds when asked again.
fn check_valid(splitter: &dyn Splitter, items: &Items<'_>) -> Result<Vec<Fold>, TestCaseError> {
    let folds =
        splitter.split(items).map_err(|error| TestCaseError::fail(format!("{splitter:?}: {error}")))?;
    let again = splitter.split(items).ok();
    prop_assert_eq!(Some(&folds), again.as_ref());
    for fold in &folds {
        for part in [fold.train(), fold.test()] {
            prop_assert!(!part.is_empty());
            prop_assert!(part.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(part.iter().all(|&item| item < items.len()));
        }
        prop_assert!(fold.test().iter().all(|item| fold.train().binary_search(item).is_err()));
    }
    Ok(folds)
}

/// Each item is tested `times` times, and trained on whenever it is not tested.
fn check_coverage(folds: &[Fold], items: usize, times: usize) -> Result<(), TestCaseError> {
    let mut tested = vec![0; items];
    for fold in folds {
        prop_assert_eq!(fold.train().len() + fold.test().len(), items);
        fold.test().iter().for_each(|&item| tested[item] += 1);
    }
    prop_assert!(tested.iter().all(|&count| count == times), "{tested:?}");
    Ok(())
}

/// Counts of each class in the test part differ by at most one between folds.
fn check_balance(folds: &[Fold], labels: &[u32]) -> Result<(), TestCaseError> {
    for class in labels {
        let counts = folds.iter().map(|fold| fold.test().iter().filter(|&&i| labels[i] == *class).count());
        let (least, most) = counts.fold((usize::MAX, 0), |(least, most), n| (least.min(n), most.max(n)));
        prop_assert!(most - least <= 1, "class {class}: {least} to {most}");
    }
    Ok(())
}

fn check_whole_groups(folds: &[Fold], groups: &[u32]) -> Result<(), TestCaseError> {
    for fold in folds {
        let tested = |item: &usize| fold.test().iter().any(|&other| groups[other] == groups[*item]);
        prop_assert!(!fold.train().iter().any(tested), "a group is on both sides");
    }
    Ok(())
}

fn shuffles() -> impl Strategy<Value = Option<Seed>> {
    prop_oneof![Just(None), any::<u64>().prop_map(|seed| Some(Seed::new(seed)))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn k_fold(n in 2_usize..80, k in 2_usize..12, shuffle in shuffles()) {
        let (splitter, items) = (KFold { folds: k, shuffle }, Items::new(n));
        if k > n {
            let error = splitter.split(&items).unwrap_err();
            prop_assert!(matches!(error, SplitError::TooFew { .. }), "{error}");
            return Ok(());
        }
        let folds = check_valid(&splitter, &items)?;
        prop_assert_eq!(folds.len(), k);
        check_coverage(&folds, n, 1)?;
        check_balance(&folds, &vec![0; n])?;
    }

    #[test]
    fn stratified(labels in prop::collection::vec(0_u32..4, 8..90), k in 2_usize..7, shuffle in shuffles()) {
        let items = Items::new(labels.len()).labels(&labels);
        let splitter = StratifiedKFold { folds: k, shuffle };
        if let Err(error) = splitter.split(&items) {
            prop_assert!(matches!(error, SplitError::TooFew { .. }), "{error}");
            return Ok(());
        }
        let folds = check_valid(&splitter, &items)?;
        check_coverage(&folds, labels.len(), 1)?;
        check_balance(&folds, &labels)?;
        // Not only the classes: the folds too are of one size.
        check_balance(&folds, &vec![0; labels.len()])?;
    }

    #[test]
    fn groups(
        pairs in prop::collection::vec((0_u32..9, 0_u32..3), 10..60), k in 2_usize..5, shuffle in shuffles()
    ) {
        let (groups, labels): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
        let items = Items::new(groups.len()).groups(&groups).labels(&labels);
        let splitters: [Box<dyn Splitter>; 2] =
            [Box::new(GroupKFold { folds: k, shuffle }), Box::new(LeaveOneGroupOut)];
        for splitter in splitters {
            if splitter.split(&items).is_err() {
                continue;
            }
            let folds = check_valid(&*splitter, &items)?;
            check_coverage(&folds, groups.len(), 1)?;
            check_whole_groups(&folds, &groups)?;
        }
        // A fold of a stratified one may stay empty, as scikit-learn's may; the other laws hold.
        if let Ok(folds) = (StratifiedGroupKFold { folds: k, shuffle }).split(&items) {
            check_coverage(&folds, groups.len(), 1)?;
            check_whole_groups(&folds, &groups)?;
        }
    }

    #[test]
    fn repeated(labels in prop::collection::vec(0_u32..2, 12..60), repeats in 1_usize..5, seed: u64) {
        let items = Items::new(labels.len()).labels(&labels);
        let seed = Seed::new(seed);
        let plain = Repeated { splitter: KFold { folds: 4, shuffle: None }, repeats, seed };
        let folds = check_valid(&plain, &items)?;
        prop_assert_eq!(folds.len(), 4 * repeats);
        check_coverage(&folds, labels.len(), repeats)?;
        if repeats > 1 {
            prop_assert_ne!(&folds[..4], &folds[4..8], "each repeat has an order of its own");
        }
        let stratified = Repeated { splitter: StratifiedKFold { folds: 3, shuffle: None }, repeats, seed };
        let folds = check_valid(&stratified, &items)?;
        check_coverage(&folds, labels.len(), repeats)?;
        for repeat in folds.chunks(3) {
            check_balance(repeat, &labels)?;
        }
    }

    #[test]
    fn leave_out(n in 2_usize..9, p in 1_usize..9) {
        let items = Items::new(n);
        check_coverage(&check_valid(&LeaveOneOut, &items)?, n, 1)?;
        if p >= n {
            let refused = LeavePOut { p }.split(&items).is_err();
            prop_assert!(refused);
            return Ok(());
        }
        let folds = check_valid(&LeavePOut { p }, &items)?;
        let binomial = |n: usize, p: usize| (0..p).fold(1, |ways, i| ways * (n - i) / (i + 1));
        prop_assert_eq!(folds.len(), binomial(n, p));
        check_coverage(&folds, n, binomial(n - 1, p - 1))?;
    }

    #[test]
    fn shuffle_splits(
        pairs in prop::collection::vec((0_u32..6, 0_u32..3), 12..60),
        splits in 1_usize..4, test in 0.1_f64..0.6, train in 0.1_f64..0.4, seed: u64
    ) {
        let (groups, labels): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
        let items = Items::new(groups.len()).groups(&groups).labels(&labels);
        let (n, seed) = (groups.len() as f64, Seed::new(seed));
        let (test, train) = (Size::Share(test), Some(Size::Share(train)));
        let share = |size| match size { Size::Share(share) => share, Size::Count(_) => f64::NAN };

        let plain = ShuffleSplit { splits, test, train, seed };
        for fold in check_valid(&plain, &items)? {
            prop_assert_eq!(fold.test().len(), (share(test) * n).ceil() as usize);
            prop_assert_eq!(Some(fold.train().len()), train.map(|train| (share(train) * n).floor() as usize));
        }
        let whole = GroupShuffleSplit { splits, test, train: None, seed };
        if whole.split(&items).is_ok() {
            check_whole_groups(&check_valid(&whole, &items)?, &groups)?;
        }
        let stratified = StratifiedShuffleSplit { splits, test, train, seed };
        if stratified.split(&items).is_ok() {
            for fold in check_valid(&stratified, &items)? {
                for class in 0..3 {
                    let count = |part: &[usize]| part.iter().filter(|&&i| labels[i] == class).count() as f64;
                    let all = labels.iter().filter(|&&label| label == class).count() as f64;
                    let wanted = all / n * fold.train().len() as f64;
                    prop_assert!((count(fold.train()) - wanted).abs() < 1.0);
                }
            }
        }
    }

    #[test]
    fn time_series(
        n in 3_usize..60, folds in 2_usize..6, gap in 0_usize..4,
        max_train_size in prop::option::of(1_usize..9), test_size in prop::option::of(1_usize..5)
    ) {
        let splitter = TimeSeriesSplit { folds, max_train_size, test_size, gap };
        let Ok(list) = splitter.split(&Items::new(n)) else { return Ok(()) };
        check_valid(&splitter, &Items::new(n))?;
        prop_assert_eq!(list.len(), folds);
        for fold in &list {
            prop_assert_eq!(fold.train().last().unwrap() + 1 + gap, fold.test()[0], "the past, then the gap");
            prop_assert!(max_train_size.is_none_or(|most| fold.train().len() <= most));
        }
        prop_assert_eq!(list.last().unwrap().test().last(), Some(&(n - 1)));
        prop_assert!(list.windows(2).all(|pair| pair[0].test().last().unwrap() + 1 == pair[1].test()[0]));
    }
}

#[test]
fn what_cannot_be_split_says_why() {
    let labels = [0, 0, 0, 1];
    let seed = Seed::new(0);
    let message = |splitter: &dyn Splitter, items: &Items<'_>| splitter.split(items).unwrap_err().to_string();
    let four = Items::new(4);
    assert_eq!(message(&KFold { folds: 5, shuffle: None }, &four), "cannot make 5 folds from 4 items");
    assert_eq!(message(&KFold { folds: 1, shuffle: None }, &four), "1 folds leave nothing to train on");
    assert_eq!(
        message(&StratifiedKFold { folds: 2, shuffle: None }, &four),
        "the splitter needs labels, but has none"
    );
    assert_eq!(
        message(&StratifiedKFold { folds: 4, shuffle: None }, &four.labels(&labels)),
        "cannot make 4 folds from 3 items of the largest class"
    );
    assert_eq!(message(&LeaveOneGroupOut, &four.groups(&[7; 4])), "cannot make 2 folds from 1 groups");
    assert_eq!(message(&LeaveOneGroupOut, &four.groups(&[7; 3])), "there are 4 items, but 3 groups");
    assert_eq!(
        message(&LeavePOut { p: 30 }, &Items::new(60)),
        "leaving out 30 of 60 items makes more folds than can be held in memory"
    );
    let shuffle = |test| ShuffleSplit { splits: 1, test, train: None, seed };
    assert_eq!(
        message(&shuffle(Size::Share(f64::NAN)), &four),
        "test is NaN, it must be at least 0 and less than 1"
    );
    assert_eq!(
        message(&shuffle(Size::Count(4)), &four),
        "4 items to test and 0 to train on do not fit 4 items"
    );
    assert_eq!(
        message(
            &StratifiedShuffleSplit { splits: 1, test: Size::Count(2), train: None, seed },
            &four.labels(&labels)
        ),
        "a class has only one item, which cannot be both trained on and tested"
    );
    assert_eq!(
        message(&TimeSeriesSplit { folds: 3, gap: 2, ..TimeSeriesSplit::default() }, &Items::new(5)),
        "3 folds of 1 test items and a gap of 2 leave none of 5 items to train on"
    );
    assert_eq!(
        message(&PredefinedSplit { test_fold: vec![Some(0); 4] }, &four),
        "4 items to test and 0 to train on do not fit 4 items"
    );
}
