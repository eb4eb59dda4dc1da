//! How much worse a model does without a column.

use kiln_core::Seed;

/// Permutation importance (Breiman: Random forests, 2001; Fisher, Rudin and Dominici 2019): how much the loss grows where the cells of a column, or of a group of
/// columns, come from other items, so that they say nothing of their own. scikit-learn's `permutation_importance`.
///
/// A column that another one stands in for seems to matter little: put both in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermutationImportance {
    /// How often each group is shuffled, at least 1. Default 10.
    pub repeats: usize,
    /// What the orders are drawn from.
    pub seed: Seed,
}

/// How much a group of columns matters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Importance {
    /// The mean over the repeats.
    pub mean: f64,
    /// The standard deviation over the repeats, divided by their number as in scikit-learn: how much the shuffling matters.
    pub deviation: f64,
    /// The standard error of the mean over the items: how much other items of the same kind would change it.
    pub error: f64,
    /// Of each repeat.
    pub repeats: Vec<f64>,
}

impl PermutationImportance {
    /// With the defaults.
    pub fn new(seed: Seed) -> Self {
        Self { repeats: 10, seed }
    }

    /// Shuffles so often.
    #[must_use]
    pub fn repeats(mut self, repeats: usize) -> Self {
        self.repeats = repeats.max(1);
        self
    }

    /// The importance of each of `groups` groups of columns. `losses` gives the loss of each item: with `None` as it is, with a group and an
    /// order where item `i` has the cells of item `order[i]` in the columns of the group. `weights`: what each item counts; without them all count the same.
    ///
    /// # Errors
    /// The first of `losses`.
    ///
    /// ```
    /// use kiln_core::Seed;
    /// use kiln_explain::PermutationImportance;
    ///
    /// // The truth is the first column, the model looks at nothing else.
    /// let columns = [[1.0, 2.0, 3.0, 4.0], [0.5, 0.5, 1.5, 1.5]];
    /// let losses = |changed: Option<(usize, &[usize])>| {
    ///     let predicted = |item: usize| match changed {
    ///         Some((0, order)) => columns[0][order[item]],
    ///         _ => columns[0][item],
    ///     };
    ///     Ok::<_, ()>((0..4).map(|item| f64::powi(predicted(item) - columns[0][item], 2)).collect())
    /// };
    /// let found = PermutationImportance::new(Seed::new(1)).explain(2, None, losses)?;
    /// assert!(found[0].mean > 1.0);
    /// assert_eq!((found[1].mean, found[1].error), (0.0, 0.0));
    /// # Ok::<(), ()>(())
    /// ```
    pub fn explain<E>(
        &self,
        groups: usize,
        weights: Option<&[f64]>,
        losses: impl FnMut(Option<(usize, &[usize])>) -> Result<Vec<f64>, E>,
    ) -> Result<Vec<Importance>, E> {
        let order = |group: usize, repeat: usize, items: usize| {
            self.seed.at(group as u64).at(repeat as u64).permutation(items)
        };
        by_orders(groups, self.repeats.max(1), weights, order, losses)
    }
}

/// As [`PermutationImportance::explain`], in the orders that `order` gives for a group, a repeat and a number of items.
pub(crate) fn by_orders<E>(
    groups: usize,
    repeats: usize,
    weights: Option<&[f64]>,
    order: impl Fn(usize, usize, usize) -> Vec<usize>,
    mut losses: impl FnMut(Option<(usize, &[usize])>) -> Result<Vec<f64>, E>,
) -> Result<Vec<Importance>, E> {
    let before = losses(None)?;
    let weight = |item: usize| weights.map_or(1.0, |weights| weights[item]);
    let total: f64 = (0..before.len()).map(weight).sum();
    let mean = |losses: &[f64]| {
        losses.iter().enumerate().map(|(item, loss)| weight(item) * loss).sum::<f64>() / total
    };
    let base = mean(&before);
    let mut found = Vec::with_capacity(groups);
    for group in 0..groups {
        let (mut of_repeats, mut of_items) = (Vec::with_capacity(repeats), vec![0.0; before.len()]);
        for repeat in 0..repeats {
            let order = order(group, repeat, before.len());
            let after = losses(Some((group, &order)))?;
            of_repeats.push(mean(&after) - base);
            let grown = after.iter().zip(&before).map(|(after, before)| after - before);
            of_items.iter_mut().zip(grown).for_each(|(sum, grown)| *sum += grown / repeats as f64);
        }
        let centre = of_repeats.iter().sum::<f64>() / repeats as f64;
        let spread = of_repeats.iter().map(|one| (one - centre).powi(2)).sum::<f64>() / repeats as f64;
        let off = |(item, grown): (usize, &f64)| (weight(item) * (grown - centre)).powi(2);
        let squares: f64 = of_items.iter().enumerate().map(off).sum();
        // A mean of n weighted items, with one degree of freedom less.
        let counted = (0..before.len()).filter(|item| weight(*item) > 0.0).count() as f64;
        let error = (squares * counted / (counted - 1.0).max(1.0)).sqrt() / total;
        found.push(Importance { mean: centre, deviation: spread.sqrt(), error, repeats: of_repeats });
    }
    Ok(found)
}
