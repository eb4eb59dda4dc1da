//! The rule of the median.

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::super::trial::State;
use super::Progress;

/// Gives up a trial whose best value so far is worse than the median of what the finished trials had at the same
/// step. Golovin et al.: Google Vizier (2017). As Optuna's `MedianPruner`.
///
/// | setting | default | range |
/// |---|---|---|
/// | `startup` | 5 | ≥ 1 |
/// | `warmup` | 0 | |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Median {
    /// Finished trials before any is given up.
    pub startup: usize,
    /// Steps of a trial before it can be given up.
    pub warmup: u64,
}

impl Default for Median {
    fn default() -> Self {
        Self { startup: 5, warmup: 0 }
    }
}

impl Median {
    pub(super) fn check(&self) -> Result<(), SearchError> {
        check::at_least("startup", self.startup, 1)?;
        Ok(())
    }

    pub(super) fn prunes(&self, progress: &Progress<'_>) -> bool {
        let Some((step, _)) = progress.reports.last() else { return false };
        let done = || progress.seen.iter().filter(|trial| trial.state == State::Done);
        if done().count() < self.startup || *step < self.warmup {
            return false;
        }
        let loss = |value: &f64| progress.direction.loss(*value);
        let best = progress.reports.iter().map(|(_, value)| loss(value)).fold(f64::INFINITY, f64::min);
        let mut others: Vec<f64> = done()
            .filter_map(|trial| trial.reports.iter().find(|(at, _)| at == step))
            .map(|(_, value)| loss(value))
            .collect();
        others.sort_by(f64::total_cmp);
        let middle = others.len() / 2;
        match others.len() {
            0 => false,
            odd if odd % 2 == 1 => best > others[middle],
            _ => best > f64::midpoint(others[middle - 1], others[middle]),
        }
    }
}
