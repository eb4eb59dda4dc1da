//! Asynchronous successive halving.

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::super::trial::Trial;
use super::Progress;

/// Asynchronous successive halving: at the steps `resource·factorʳ` a trial goes on only when it is among the best
/// `1/factor` of those that came so far. Li et al.: A system for massively parallel hyperparameter tuning (2020). As
/// Optuna's `SuccessiveHalvingPruner`.
///
/// | setting | default | range |
/// |---|---|---|
/// | `resource` | 1 | ≥ 1 |
/// | `factor` | 4 | ≥ 2 |
/// | `late` | 0 | ≤ 30 |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Halving {
    /// The step of the first question.
    pub resource: u64,
    /// One in how many goes on.
    pub factor: u64,
    /// Questions that are left out at the beginning.
    pub late: u32,
}

impl Default for Halving {
    fn default() -> Self {
        Self { resource: 1, factor: 4, late: 0 }
    }
}

impl Halving {
    pub(super) fn check(&self) -> Result<(), SearchError> {
        check::at_least("resource", self.resource as usize, 1)?;
        check::at_least("factor", self.factor as usize, 2)?;
        kiln_core::Range::between(0.0, 30.0).check("late", f64::from(self.late))?;
        Ok(())
    }

    /// The step of question `rung`; none when no trial comes that far.
    fn step(&self, rung: u32) -> Option<u64> {
        self.resource.checked_mul(self.factor.checked_pow(self.late + rung)?)
    }

    /// What a trial answered at `rung`: its first report at that step or behind it.
    fn answer(&self, reports: &[(u64, f64)], rung: u32) -> Option<f64> {
        let wanted = self.step(rung)?;
        reports.iter().find(|(step, _)| *step >= wanted).map(|(_, value)| *value)
    }

    /// `competes`: whether the trial of a number is one of those compared with.
    pub(super) fn prunes(&self, progress: &Progress<'_>, competes: impl Fn(u64) -> bool) -> bool {
        let Some(((step, value), before)) = progress.reports.split_last() else { return false };
        let seen = || progress.seen.iter().filter(|trial: &&Trial| competes(trial.number));
        let own = progress.direction.loss(*value);
        // Those of the earlier reports were passed, or the trial would have ended.
        let mut rung = (0..).find(|rung| self.answer(before, *rung).is_none()).unwrap_or(0);
        while self.step(rung).is_some_and(|wanted| *step >= wanted) {
            let answers = seen().filter_map(|trial| self.answer(&trial.reports, rung));
            let mut losses: Vec<f64> = answers.map(|value| progress.direction.loss(value)).collect();
            losses.push(own);
            losses.sort_by(f64::total_cmp);
            // While there are fewer than `factor`, the best one goes on.
            let last = (losses.len() as u64 / self.factor).max(1) as usize - 1;
            if own > losses[last] {
                return true;
            }
            rung += 1;
        }
        false
    }
}
