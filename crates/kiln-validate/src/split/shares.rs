//! Sizes of test and training parts, as a share or as a number.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::SplitError;

/// How large a part is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// A share of all, `(0, 1)`: rounded up for a test part, down for a training part, as scikit-learn does.
    Share(f64),
    /// So many.
    Count(usize),
}

/// Sizes of the training and the test part of `len` items or groups. Without a training size: all that is not tested.
pub(super) fn sizes(
    what: &'static str,
    len: usize,
    test: Size,
    train: Option<Size>,
) -> Result<(usize, usize), SplitError> {
    let n_test = match test {
        Size::Share(share) => (open_unit("test", share)? * len as f64).ceil() as usize,
        Size::Count(count) => count,
    };
    let n_train = match train {
        Some(Size::Share(share)) => (open_unit("train", share)? * len as f64).floor() as usize,
        Some(Size::Count(count)) => count,
        None => len.saturating_sub(n_test),
    };
    let fits = n_test.checked_add(n_train).is_some_and(|both| both <= len);
    if n_test == 0 || n_train == 0 || !fits {
        return Err(SplitError::Sizes { what, items: len, test: n_test, train: n_train });
    }
    Ok((n_train, n_test))
}

fn open_unit(name: &str, share: f64) -> Result<f64, SplitError> {
    let share = Range::BELOW_ONE.check(name, share)?;
    Ok(Range::POSITIVE.check(name, share)?)
}

/// How many of each class make a part of `size` items: to each its share, then one more to the largest remainders, equal
/// remainders in the order that `tie` gives. At most as many as there are.
pub(super) fn proportional(counts: &[usize], size: usize, tie: &[usize]) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let quota = |class: usize| counts[class] as f64 / total as f64 * size as f64;
    let mut take: Vec<usize> = (0..counts.len()).map(|class| quota(class).floor() as usize).collect();
    let mut missing = size.saturating_sub(take.iter().sum());
    let mut by_remainder: Vec<usize> = tie.to_vec();
    by_remainder.sort_by(|&a, &b| quota(b).fract().total_cmp(&quota(a).fract()));
    for class in by_remainder {
        if missing > 0 && take[class] < counts[class] {
            take[class] += 1;
            missing -= 1;
        }
    }
    take
}
