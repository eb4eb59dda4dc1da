//! SMOTE: items between neighbours of a class that has too few.

use kiln_core::{Range, Seed};
use kiln_data::{Rows, Target};
use serde::{Deserialize, Serialize};

use super::kind::RowKind;
use crate::schema::JsonSchema;
use crate::table::{Between, TableStatistics};
use crate::{AugmentError, draw, op};

/// More items for classes that have few; comes first: Chawla and others, SMOTE: synthetic minority over-sampling technique, 2002.
///
/// Every class gets as many items as the largest has, in every epoch. An added item lies between an item of its class and one of
/// that item's nearest neighbours in the class, both drawn anew in every epoch, in the features that the model sees:
/// `x + step · (neighbour − x)` with a uniform step. Columns of categories are those of the nearer of the two (imbalanced-learn's
/// `SMOTENC` takes the most frequent among the neighbours). A class with fewer items than neighbours asked for has fewer
/// neighbours; one item alone is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SmoteConfig::default())]
pub struct SmoteConfig {
    /// How many neighbours of an item are candidates, at least 1. Default 5.
    #[serde(default = "five")]
    #[schemars(range(min = 1))]
    pub neighbors: usize,
}

fn five() -> usize {
    5
}

impl Default for SmoteConfig {
    fn default() -> Self {
        Self { neighbors: five() }
    }
}

impl RowKind for SmoteConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::at_least(1.0).check(&format!("{place}.neighbors"), self.neighbors as f64)?;
        Ok(())
    }

    fn added_by_neighbors(&self) -> Option<usize> {
        Some(self.neighbors)
    }
}

/// A class that gets items.
#[derive(Debug, Clone)]
struct Minority {
    /// The first added item and the one after the last.
    added: std::ops::Range<usize>,
    /// Its items.
    items: Vec<usize>,
    /// For each of them, its neighbours as places in `items`.
    neighbors: Vec<Vec<usize>>,
}

/// The classes that get items, and how many in all.
#[derive(Debug, Clone)]
pub(crate) struct Smote {
    classes: Vec<Minority>,
    end: usize,
}

impl Smote {
    pub(crate) fn new(
        neighbors: usize,
        rows: &Rows,
        statistics: &TableStatistics,
    ) -> Result<Self, AugmentError> {
        let Target::Classes { labels, names } = &rows.dataset().target else {
            return Err(AugmentError::Kind { name: "smote".to_owned(), needs: "classes" });
        };
        let mut of_class = vec![Vec::new(); names.len()];
        for (item, row) in rows.numbers().iter().enumerate() {
            if let Some(items) = labels.get(*row).and_then(|label| of_class.get_mut(*label as usize)) {
                items.push(item);
            }
        }
        let most = of_class.iter().map(Vec::len).max().unwrap_or(0);
        let mut end = rows.numbers().len();
        let mut classes = Vec::new();
        for items in of_class {
            if items.is_empty() || items.len() == most {
                continue;
            }
            let added = end..end + most - items.len();
            end = added.end;
            let features: Vec<f32> = items.iter().flat_map(|item| statistics.row(*item)).copied().collect();
            let nearest = op::nearest_neighbors(&features, statistics.width(), neighbors);
            classes.push(Minority { added, items, neighbors: nearest });
        }
        Ok(Self { classes, end })
    }

    /// How many items there are with those that were added.
    pub(crate) fn len(&self) -> usize {
        self.end
    }

    /// What an added item is made of in an epoch; `None` for an item that is there anyway.
    pub(crate) fn between(&self, item: usize, seed: Seed) -> Option<Between> {
        let class = self.classes.iter().find(|class| class.added.contains(&item))?;
        let at = draw::below(seed, 0, class.items.len());
        let neighbors = &class.neighbors[at];
        let neighbor = match neighbors.len() {
            0 => at,
            count => neighbors[draw::below(seed, 1, count)],
        };
        let (item, neighbor) = (class.items[at], class.items[neighbor]);
        Some(Between { item, neighbor, step: seed.uniform(2) as f32 })
    }
}
