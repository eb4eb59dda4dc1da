//! Leave one item, p items, or one group out.

use serde::{Deserialize, Serialize};

use super::error::check_folds;
use super::fold::from_assignment;
use super::{Fold, Items, SplitError, Splitter};

/// Each item is tested by itself: as many folds as items. Nearly unbiased, slow, and the folds are nearly the same model,
/// so that their spread says little; k folds are the better choice for all but the smallest data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveOneOut;

impl Splitter for LeaveOneOut {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        LeavePOut { p: 1 }.split(items)
    }
}

/// Every set of `p` items is tested once, in lexicographic order: n! / (p! (n − p)!) folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavePOut {
    /// How many items are tested at once, 1 to one less than there are.
    pub p: usize,
}

/// The most indices that the folds may hold together: 2 GiB of them.
const MOST_INDICES: usize = 1 << 28;

impl Splitter for LeavePOut {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let (p, n) = (self.p, items.len());
        if p == 0 {
            return Err(SplitError::None { what: "p" });
        }
        if p >= n {
            return Err(SplitError::Sizes { what: "items", items: n, test: p, train: n.saturating_sub(p) });
        }
        let folds =
            binomial(n, p).filter(|folds| folds.checked_mul(n).is_some_and(|all| all <= MOST_INDICES));
        let Some(folds) = folds else { return Err(SplitError::TooMany { p, items: n }) };
        let mut all = Vec::with_capacity(folds);
        let mut test: Vec<usize> = (0..p).collect();
        loop {
            all.push(Fold::complement(n, test.iter().copied()));
            // The last place that can still move on does, and those behind it follow closely.
            let Some(place) = (0..p).rev().find(|&place| test[place] < n - p + place) else { break };
            test[place] += 1;
            for next in place + 1..p {
                test[next] = test[next - 1] + 1;
            }
        }
        Ok(all)
    }
}

/// Number of ways to pick `p` of `n`, where it fits.
fn binomial(n: usize, p: usize) -> Option<usize> {
    let mut ways = 1_usize;
    for i in 0..p.min(n - p) {
        // Exact at each step: `ways` counts the ways to pick i + 1 of n.
        ways = ways.checked_mul(n - i)? / (i + 1);
    }
    Some(ways)
}

/// Each group is tested by itself, in rising order of the groups.
///
/// Each item is tested exactly once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveOneGroupOut;

impl Splitter for LeaveOneGroupOut {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let groups = items.group_codes()?;
        check_folds(groups.count.max(2), "groups", groups.count)?;
        Ok(from_assignment(groups.count, &groups.codes))
    }
}
