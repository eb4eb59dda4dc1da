//! Parts of a fold's training items, each within the next larger one.

use std::collections::BTreeMap;

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use crate::split::{Fold, Items, SplitError};

/// Which training items a smaller part keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Draw {
    /// Those that come first in a random order; with labels, one in which every beginning has about the share of each
    /// class that the whole has. scikit-learn's `learning_curve` takes the first ones and knows no classes.
    Random(Seed),
    /// The last ones, where the items are in the order of time.
    Latest,
}

impl Draw {
    pub(super) fn at(self, fold: usize) -> Self {
        match self {
            Self::Random(seed) => Self::Random(seed.at(fold as u64)),
            Self::Latest => Self::Latest,
        }
    }
}

/// The same fold with `sizes` of its training items, each at most all of them. Of two parts the larger contains the
/// smaller, whatever the other sizes are; the test items stay.
///
/// With labels, what a part has of a class is within about an item of its share in the whole; a class may be missing from
/// a part that is too small for all of them.
///
/// # Errors
/// [`SplitError::TooFewToTrain`] for a size above the number of training items, [`SplitError::Length`] for labels that
/// are not one for each item.
pub fn subsets(fold: &Fold, items: &Items<'_>, sizes: &[usize], draw: Draw) -> Result<Vec<Fold>, SplitError> {
    let rows = fold.train();
    let order: Vec<usize> = match draw {
        Draw::Latest => (0..rows.len()).rev().collect(),
        Draw::Random(seed) => match items.pick(rows)? {
            [Some(labels), _] => stratified(&labels, seed),
            _ => seed.permutation(rows.len()),
        },
    };
    let part = |&size: &usize| {
        let first = order.get(..size).ok_or(SplitError::TooFewToTrain { size, items: rows.len() })?;
        let mut train: Vec<usize> = first.iter().map(|&place| rows[place]).collect();
        train.sort_unstable();
        Ok(fold.with_train(train))
    };
    sizes.iter().map(part).collect()
}

/// An order in which the members of each class are evenly spread: the j-th of m stands at (j + ½) / m of the way.
fn stratified(labels: &[u32], seed: Seed) -> Vec<usize> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, &label) in labels.iter().enumerate() {
        members.entry(label).or_default().push(place);
    }
    let mut order: Vec<(f64, usize, usize)> = Vec::with_capacity(labels.len());
    for (class, places) in members.values().enumerate() {
        let drawn = seed.at(class as u64).permutation(places.len());
        let spread = |(j, at): (usize, usize)| ((j as f64 + 0.5) / places.len() as f64, class, places[at]);
        order.extend(drawn.into_iter().enumerate().map(spread));
    }
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, _, place)| place).collect()
}
