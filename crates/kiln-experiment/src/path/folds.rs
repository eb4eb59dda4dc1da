//! The folds that judge a path.

use kiln_core::Seed;
use kiln_data::Dataset;
use kiln_validate::split::{Items, KFold, SplitError, Splitter, StratifiedKFold};

/// Training and test rows of each fold: of `rows`, which rise, at random, with the same share of each class.
pub(super) fn folds(
    dataset: &Dataset,
    rows: &[usize],
    folds: usize,
    seed: Seed,
) -> Result<Vec<[Vec<usize>; 2]>, SplitError> {
    let shuffle = Some(seed.at(folds as u64));
    let split = match dataset.target.labels() {
        Some(labels) => {
            let labels: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
            StratifiedKFold { folds, shuffle }.split(&Items::new(rows.len()).labels(&labels))?
        }
        None => KFold { folds, shuffle }.split(&Items::new(rows.len()))?,
    };
    let at = |places: &[usize]| places.iter().map(|place| rows[*place]).collect();
    Ok(split.iter().map(|fold| [at(fold.train()), at(fold.test())]).collect())
}
