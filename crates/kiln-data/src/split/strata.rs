//! Rows held out at random, with a share of every class.

use kiln_core::Seed;

/// The classes that are to have the same share in all parts; one for everything when there are no labels.
pub(super) struct Strata<'a> {
    labels: Option<&'a [u32]>,
    count: usize,
}

impl<'a> Strata<'a> {
    /// One class a row of the data set, and the number of classes.
    pub(super) fn new(classes: Option<(&'a [u32], usize)>) -> Self {
        Self { labels: classes.map(|(labels, _)| labels), count: classes.map_or(1, |(_, count)| count) }
    }

    fn of(&self, row: usize) -> usize {
        self.labels.map_or(0, |labels| labels[row] as usize)
    }

    /// Takes about `share` of `rows`, which rise: what stays, and what is taken, both rising.
    pub(super) fn hold_out(&self, rows: Vec<usize>, share: f64, seed: Seed) -> (Vec<usize>, Vec<usize>) {
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
