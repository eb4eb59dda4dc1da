//! Random parts of a given size, drawn again and again.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::items::Coded;
use super::shares::{proportional, sizes};
use super::{Fold, Items, Size, SplitError, Splitter};

/// A random test part and a random training part, `splits` times. Unlike k folds, an item can be tested several times or
/// never.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShuffleSplit {
    /// How often, 1 or more.
    pub splits: usize,
    /// The size of the test part. scikit-learn's default is a share of 0.1.
    pub test: Size,
    /// The size of the training part. `None`: all that is not tested.
    pub train: Option<Size>,
    /// Split `i` draws from `seed.at(i)`.
    pub seed: Seed,
}

/// As [`ShuffleSplit`], with the same share of every class in both parts, each count less than one item off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StratifiedShuffleSplit {
    /// How often, 1 or more.
    pub splits: usize,
    /// The size of the test part, at least the number of classes. scikit-learn's default is a share of 0.1.
    pub test: Size,
    /// The size of the training part, at least the number of classes. `None`: all that is not tested.
    pub train: Option<Size>,
    /// Split `i` draws from `seed.at(i)`.
    pub seed: Seed,
}

/// As [`ShuffleSplit`], of whole groups: sizes count groups, not items.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GroupShuffleSplit {
    /// How often, 1 or more.
    pub splits: usize,
    /// How many groups are tested. scikit-learn's default is a share of 0.2.
    pub test: Size,
    /// How many groups are trained on. `None`: all that are not tested.
    pub train: Option<Size>,
    /// Split `i` draws from `seed.at(i)`.
    pub seed: Seed,
}

impl Splitter for ShuffleSplit {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let sizes = sizes("items", items.len(), self.test, self.train)?;
        repeat(self.splits, self.seed, |seed| {
            let (train, test) = draw(items.len(), sizes, seed);
            Ok(Fold::of(train, test))
        })
    }
}

impl Splitter for GroupShuffleSplit {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let groups = items.group_codes()?;
        let sizes = sizes("groups", groups.count, self.test, self.train)?;
        repeat(self.splits, self.seed, |seed| {
            let (train, test) = draw(groups.count, sizes, seed);
            Ok(Fold::of(of_groups(&groups, &train), of_groups(&groups, &test)))
        })
    }
}

impl Splitter for StratifiedShuffleSplit {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let classes = items.classes()?;
        let (n_train, n_test) = sizes("items", items.len(), self.test, self.train)?;
        let counts = classes.sizes();
        if counts.contains(&1) {
            return Err(SplitError::SingleMember);
        }
        for (part, size) in [("train", n_train), ("test", n_test)] {
            if size < classes.count {
                return Err(SplitError::TooFewForClasses { part, size, classes: classes.count });
            }
        }
        let members = classes.members();
        repeat(self.splits, self.seed, |seed| {
            // Ties are broken anew in each split, so that no class is always the one with an item more.
            let ties = |purpose| seed.at(purpose).permutation(classes.count);
            let in_train = proportional(&counts, n_train, &ties(0));
            let left: Vec<usize> = counts.iter().zip(&in_train).map(|(all, train)| all - train).collect();
            let in_test = proportional(&left, n_test, &ties(1));
            let (mut train, mut test) = (Vec::new(), Vec::new());
            for (class, members) in members.iter().enumerate() {
                let order = seed.at(2 + class as u64).permutation(members.len());
                let mut order = order.into_iter().map(|place| members[place]);
                train.extend(order.by_ref().take(in_train[class]));
                test.extend(order.take(in_test[class]));
            }
            train.sort_unstable();
            test.sort_unstable();
            Ok(Fold::of(train, test))
        })
    }
}

fn repeat(
    splits: usize,
    seed: Seed,
    fold: impl Fn(Seed) -> Result<Fold, SplitError>,
) -> Result<Vec<Fold>, SplitError> {
    if splits == 0 {
        return Err(SplitError::None { what: "splits" });
    }
    (0..splits as u64).map(|split| fold(seed.at(split))).collect()
}

/// The first of a random order are tested, the next are trained on; both rising.
fn draw(len: usize, (n_train, n_test): (usize, usize), seed: Seed) -> (Vec<usize>, Vec<usize>) {
    let order = seed.permutation(len);
    let mut test = order[..n_test].to_vec();
    let mut train = order[n_test..n_test + n_train].to_vec();
    test.sort_unstable();
    train.sort_unstable();
    (train, test)
}

fn of_groups(groups: &Coded, wanted: &[usize]) -> Vec<usize> {
    let belongs = |&item: &usize| wanted.binary_search(&groups.codes[item]).is_ok();
    (0..groups.codes.len()).filter(belongs).collect()
}
