//! The inner split of a fold: what picks the best weights and stops early is part of the fold's training items.

use kiln_core::{Range, Seed};
use kiln_data::{Dataset, Split};

use crate::split::{Fold, GroupShuffleSplit, Items, Size, SplitError, Splitter};

/// How the validation items are taken from a fold's training items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inner<'a> {
    /// At random; with `stratify` and classes, the same share of each.
    Random {
        /// Whether each class gives its share.
        stratify: bool,
    },
    /// Whole groups; one number a row of the data.
    Groups(&'a [u32]),
    /// The last of them, in the order of time.
    Last,
}

/// The parts of a fold: the training items, of which `share` (`[0, 1)`, 0 for none) are held out for validation, and the
/// items that judge. The validation items are never among those.
///
/// # Errors
/// [`SplitError`]: a share out of its range, or groups of which none would be left.
pub fn fold_split(
    fold: &Fold,
    dataset: &Dataset,
    share: f64,
    inner: Inner<'_>,
    seed: Seed,
) -> Result<Split, SplitError> {
    let share = Range::BELOW_ONE.check("data.validation", share)?;
    let test = fold.test().to_vec();
    if share == 0.0 {
        let split = Split { train: fold.train().to_vec(), test, ..Split::default() };
        return Ok(split.without_overlap(&dataset.arrangement));
    }
    let (train, validation) = match inner {
        Inner::Random { stratify } => {
            let classes = dataset.target.strata().filter(|_| stratify);
            Split::hold_out(fold.train().to_vec(), classes, share, seed)
        }
        Inner::Groups(groups) => {
            let of_train: Vec<u32> = fold.train().iter().map(|&row| groups[row]).collect();
            let splitter = GroupShuffleSplit { splits: 1, test: Size::Share(share), train: None, seed };
            let inner = splitter.split(&Items::new(of_train.len()).groups(&of_train))?;
            let rows = |places: &[usize]| places.iter().map(|&place| fold.train()[place]).collect();
            (rows(inner[0].train()), rows(inner[0].test()))
        }
        Inner::Last => {
            let held = (share * fold.train().len() as f64).round() as usize;
            let (train, validation) = fold.train().split_at(fold.train().len() - held);
            (train.to_vec(), validation.to_vec())
        }
    };
    let split = Split { train, validation, test, ..Split::default() }.without_overlap(&dataset.arrangement);
    if split.train.is_empty() {
        let items = fold.train().len();
        return Err(SplitError::Sizes { what: "items", items, test: items, train: 0 });
    }
    Ok(split)
}
