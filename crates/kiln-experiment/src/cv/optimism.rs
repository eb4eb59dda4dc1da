//! By how much the best trial of a search flatters.

use serde::Serialize;

use crate::fold::FoldRecord;

/// The score that chose the settings, beside the score of the chosen settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Optimism {
    /// The metric that judged.
    pub monitor: String,
    /// The mean over the folds of the best trial's score, on the items that chose it.
    pub inner: f64,
    /// The mean score on the test items of the folds.
    pub outer: f64,
    /// By how much the first is better, in the direction that is better.
    pub optimism: f64,
}

impl Optimism {
    /// Of folds that all had a search. `None` where a search had nothing to choose from: the score of its one trial flatters
    /// nothing.
    pub(super) fn of(records: &[FoldRecord]) -> Option<Self> {
        let chose = |record: &FoldRecord| {
            record.search.as_ref().is_some_and(|search| search.trials[0] - search.trials[1] > 1)
        };
        if !records.iter().all(chose) {
            return None;
        }
        let monitor = &records.first()?.search.as_ref()?.monitor;
        let count = records.len() as f64;
        let (mut inner, mut outer) = (0.0, 0.0);
        for record in records {
            inner += record.search.as_ref()?.inner / count;
            outer += record.test.get(monitor)? / count;
        }
        let direction = records.first()?.test.direction(monitor)?;
        Some(Self { monitor: monitor.clone(), inner, outer, optimism: direction.gain(inner, outer) })
    }
}

#[cfg(test)]
mod tests {
    use kiln_core::Metrics;

    use super::*;
    use crate::fold::Chosen;

    fn fold(trials: [usize; 2], inner: f64, outer: f64) -> FoldRecord {
        let chosen =
            Chosen { params: Default::default(), monitor: "loss".to_owned(), inner, trial: 0, trials };
        let test = Metrics::from_iter([("loss", outer)]);
        FoldRecord { search: Some(chosen), test, ..FoldRecord::default() }
    }

    #[test]
    fn what_had_a_choice_is_compared() {
        let found = Optimism::of(&[fold([2, 0], 0.5, 0.75), fold([3, 1], 0.25, 0.5)]).unwrap();
        assert_eq!((found.inner, found.outer, found.optimism), (0.375, 0.625, 0.25));
    }

    #[test]
    fn one_trial_says_nothing_of_choosing() {
        for trials in [[1, 0], [5, 4], [4, 4]] {
            assert_eq!(Optimism::of(&[fold(trials, 0.5, 0.75)]), None);
            assert_eq!(Optimism::of(&[fold([9, 0], 0.5, 0.75), fold(trials, 0.5, 0.75)]), None);
        }
        assert_eq!(Optimism::of(&[FoldRecord::default()]), None);
    }
}
