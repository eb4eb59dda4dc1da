//! k folds of whole groups with about the same share of every class.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::error::check_folds;
use super::fold::from_assignment;
use super::{Fold, Items, SplitError, Splitter};

/// k folds of whole groups with about the same share of every class.
///
/// The groups whose classes are most uneven go first, each to the fold where the shares of the classes then vary least
/// over the folds; of equals to the smallest. That is scikit-learn's rule. How even the folds are depends on the groups:
/// one that holds all of a class cannot be divided. Each item is tested exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratifiedGroupKFold {
    /// How many folds, 2 to the number of groups and of items of the largest class.
    pub folds: usize,
    /// A random order among groups that are equally uneven, drawn from this seed. `None`: rising.
    pub shuffle: Option<Seed>,
}

impl Splitter for StratifiedGroupKFold {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let classes = items.classes()?;
        let groups = items.group_codes()?;
        let class_sizes = classes.sizes();
        let largest = class_sizes.iter().copied().max().unwrap_or(0);
        check_folds(self.folds, "items of the largest class", largest)?;
        check_folds(self.folds, "groups", groups.count)?;

        let mut counts = vec![vec![0.0; classes.count]; groups.count];
        for (&class, &group) in classes.codes.iter().zip(&groups.codes) {
            counts[group][class] += 1.0;
        }
        let mut order = match self.shuffle {
            Some(seed) => seed.permutation(groups.count),
            None => (0..groups.count).collect(),
        };
        let spread: Vec<f64> = counts.iter().map(|counts| deviation(counts)).collect();
        order.sort_by(|&a, &b| spread[b].total_cmp(&spread[a]));

        let mut filled = vec![vec![0.0; classes.count]; self.folds];
        let mut fold_of_group = vec![0; groups.count];
        for group in order {
            let fold = best_fold(&mut filled, &counts[group], &class_sizes);
            add(&mut filled[fold], &counts[group], 1.0);
            fold_of_group[group] = fold;
        }
        let fold_of: Vec<usize> = groups.codes.iter().map(|&group| fold_of_group[group]).collect();
        Ok(from_assignment(self.folds, &fold_of))
    }
}

/// The fold where a group with these `counts` leaves the shares of the classes most even.
fn best_fold(filled: &mut [Vec<f64>], counts: &[f64], class_sizes: &[usize]) -> usize {
    let (mut best, mut least, mut fewest) = (0, f64::INFINITY, f64::INFINITY);
    for fold in 0..filled.len() {
        add(&mut filled[fold], counts, 1.0);
        let per_class = class_sizes.iter().enumerate().map(|(class, &size)| {
            let shares: Vec<f64> = filled.iter().map(|fold| fold[class] / size as f64).collect();
            deviation(&shares)
        });
        let uneven = per_class.sum::<f64>() / class_sizes.len() as f64;
        add(&mut filled[fold], counts, -1.0);
        let items: f64 = filled[fold].iter().sum();
        // numpy's isclose: without it, rounding would decide between equals.
        let close = (uneven - least).abs() <= 1e-8 + 1e-5 * least;
        if uneven < least || (close && items < fewest) {
            (best, least, fewest) = (fold, uneven, items);
        }
    }
    best
}

fn add(to: &mut [f64], counts: &[f64], sign: f64) {
    for (to, count) in to.iter_mut().zip(counts) {
        *to += sign * count;
    }
}

/// Standard deviation of the population.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()
}
