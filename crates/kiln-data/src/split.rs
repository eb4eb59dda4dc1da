//! Training, validation and test parts.

use kiln_core::{Range, Seed};

use crate::{DataConfig, DataError, Dataset, TrainView, check};

/// Which rows train, which choose (early stopping, the best checkpoint) and which judge. Every row is in exactly
/// one part of a split that [`Split::new`] made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Split {
    /// Rows to train on, rising.
    pub train: Vec<usize>,
    /// Rows to validate on, rising; empty with `validation = 0`.
    pub validation: Vec<usize>,
    /// Rows to test on, rising; empty with `test = 0`.
    pub test: Vec<usize>,
}

impl Split {
    /// Draws the parts.
    ///
    /// The test part is the source's fixed one, or else the share `config.test` of all rows that are in no fixed part; the validation
    /// part is the source's fixed one, or else the share `config.validation` of what is left. Shares are rounded to the nearest number of rows.
    /// With `config.stratify` and classes, each class gives a part its own share, less than one row off (method of
    /// the largest remainder). Whatever is drawn, one row of each class stays behind, so a class of a single row
    /// is trained on.
    ///
    /// `seed` is already the one for [`Purpose::Split`](kiln_core::Purpose::Split). The test part does not depend
    /// on `config.validation`.
    ///
    /// # Errors
    /// [`DataError::Number`] for a share outside `[0, 1)`, [`DataError::NoTraining`] when no row is left,
    /// [`DataError::Inconsistent`] for a data set whose columns differ in length, or a fixed test row that is not
    /// there.
    pub fn new(dataset: &Dataset, config: &DataConfig, seed: Seed) -> Result<Self, DataError> {
        let test_share = Range::BELOW_ONE.check("data.test", config.test)?;
        let validation_share = Range::BELOW_ONE.check("data.validation", config.validation)?;
        let rows = check::dataset(dataset)?;
        let strata = Strata::new(dataset.target.strata().filter(|_| config.stratify));
        let (rest, fixed_validation) =
            fixed((0..rows).collect(), &dataset.arrangement.fixed_validation, rows)?;
        let (rest, test) = if dataset.fixed_test.is_empty() {
            strata.hold_out(rest, test_share, seed.at(0))
        } else {
            fixed(rest, &dataset.fixed_test, rows)?
        };
        let (train, validation) = if fixed_validation.is_empty() {
            strata.hold_out(rest, validation_share, seed.at(1))
        } else {
            (rest, fixed_validation)
        };
        if train.is_empty() {
            return Err(DataError::NoTraining { rows });
        }
        Ok(Self { train, validation, test })
    }

    /// Takes about `share`, `[0, 1)`, of `rows`, which rise: those that stay, and those held out, both rising.
    ///
    /// With `labels` (one class a row of the data set, and the number of classes) each class gives its own share, less
    /// than one row off, and keeps one row at least.
    pub fn hold_out(
        rows: Vec<usize>,
        labels: Option<(&[u32], usize)>,
        share: f64,
        seed: Seed,
    ) -> (Vec<usize>, Vec<usize>) {
        Strata::new(labels).hold_out(rows, share, seed)
    }

    /// The training part of `dataset`: all that [`Preprocess::fit`](crate::Preprocess::fit) gets to see.
    pub fn train_view<'a>(&'a self, dataset: &'a Dataset) -> TrainView<'a> {
        TrainView::new(dataset, &self.train)
    }
}

/// Those of `all`, which rise, that are not in `part`, and those that are. There are `rows` in the data set.
fn fixed(all: Vec<usize>, part: &[usize], rows: usize) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    check::rows(part, rows)?;
    let mut held = vec![false; rows];
    for &row in part {
        held[row] = true;
    }
    Ok(all.into_iter().partition(|&row| !held[row]))
}

/// The classes that are to have the same share in all parts; one for everything when there are no labels.
struct Strata<'a> {
    labels: Option<&'a [u32]>,
    count: usize,
}

impl<'a> Strata<'a> {
    /// One class a row of the data set, and the number of classes.
    fn new(classes: Option<(&'a [u32], usize)>) -> Self {
        Self { labels: classes.map(|(labels, _)| labels), count: classes.map_or(1, |(_, count)| count) }
    }

    fn of(&self, row: usize) -> usize {
        self.labels.map_or(0, |labels| labels[row] as usize)
    }

    /// Takes about `share` of `rows`, which rise: what stays, and what is taken, both rising.
    fn hold_out(&self, rows: Vec<usize>, share: f64, seed: Seed) -> (Vec<usize>, Vec<usize>) {
        let mut counts = vec![0; self.count];
        for &row in &rows {
            counts[self.of(row)] += 1;
        }
        let mut wanted = allocate(&counts, share);
        let mut taken = vec![false; rows.len()];
        for position in seed.permutation(rows.len()) {
            let left = &mut wanted[self.of(rows[position])];
            if *left > 0 {
                *left -= 1;
                taken[position] = true;
            }
        }
        let mut taken = taken.into_iter();
        rows.into_iter().partition(|_| !taken.next().unwrap_or(false))
    }
}

/// How many of each class to take so that about `share` of all are taken: the whole part of each class's share,
/// then one more for the largest remainders until the rounded total is reached, but never a whole class.
fn allocate(counts: &[usize], share: f64) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let quota = |class: usize| share * counts[class] as f64;
    let most = |class: usize| counts[class].saturating_sub(1);
    let mut take: Vec<usize> =
        (0..counts.len()).map(|class| (quota(class) as usize).min(most(class))).collect();
    let mut missing = ((share * total as f64).round() as usize).saturating_sub(take.iter().sum());
    let mut by_remainder: Vec<usize> =
        (0..counts.len()).filter(|&class| quota(class).fract() > 0.0).collect();
    // The sort is stable: equal remainders stay in the order of the classes.
    by_remainder.sort_by(|&a, &b| quota(b).fract().total_cmp(&quota(a).fract()));
    for class in by_remainder {
        if missing > 0 && take[class] < most(class) {
            take[class] += 1;
            missing -= 1;
        }
    }
    take
}

#[cfg(test)]
mod tests {
    use super::allocate;

    #[test]
    fn the_largest_remainders_get_the_rest() {
        // Shares 2.5, 1.75, 0.75, total 5: whole parts 2, 1, 0, and one more for the two with 0.75.
        assert_eq!(allocate(&[10, 7, 3], 0.25), [2, 2, 1]);
        // Equal remainders: the first classes.
        assert_eq!(allocate(&[5, 5, 5, 5], 0.1), [1, 1, 0, 0]);
        assert_eq!(allocate(&[30], 0.0), [0]);
        assert_eq!(allocate(&[30, 30], 0.1), [3, 3]);
    }

    #[test]
    fn a_class_is_never_taken_whole() {
        assert_eq!(allocate(&[1, 1, 1], 0.9), [0, 0, 0]);
        assert_eq!(allocate(&[2, 10], 0.9), [1, 9]);
        assert_eq!(allocate(&[0, 4], 0.5), [0, 2]);
    }
}
