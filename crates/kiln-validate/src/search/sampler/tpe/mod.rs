//! The tree-structured Parzen estimator: values that are likely among the best trials and unlikely among the others.
//!
//! Bergstra, Bardenet, Bengio, Kégl: Algorithms for hyper-parameter optimization (2011). What it does is what Optuna 5
//! does by default, to the last digit where the draws are the same: one mixture over all settings jointly (Falkner,
//! Klein, Hutter: BOHB, 2018), the others one by one; running trials count as bad ones. Only, by default four times as
//! many draws compete: that finds better values on smooth objectives, for a fraction of a millisecond.

mod mixture;
mod normal;

use kiln_core::{Direction, Seed, check};
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::super::space::{Assignment, Space};
use super::super::trial::{State, Trial};
use super::View;
use super::random::random;
use mixture::Mixture;

/// Settings of the tree-structured Parzen estimator.
///
/// | setting | default | range |
/// |---|---|---|
/// | `startup` | 10 | ≥ 1 |
/// | `candidates` | 96 (Optuna: 24) | ≥ 1 |
/// | `multivariate` | true | |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tpe {
    /// Random trials before the first estimate.
    pub startup: usize,
    /// Draws among which the best is taken.
    pub candidates: usize,
    /// One estimate for the settings that every trial has, jointly; else one for each setting.
    pub multivariate: bool,
}

impl Default for Tpe {
    fn default() -> Self {
        Self { startup: 10, candidates: 96, multivariate: true }
    }
}

impl Tpe {
    pub(super) fn check(&self) -> Result<(), SearchError> {
        check::at_least("startup", self.startup, 1)?;
        check::at_least("candidates", self.candidates, 1)?;
        Ok(())
    }

    pub(super) fn suggest(&self, view: &View<'_>, seed: Seed) -> Assignment {
        let seen: Vec<&Trial> =
            view.seen.iter().copied().filter(|trial| trial.state != State::Failed).collect();
        if seen.len() < self.startup {
            return random(view.space, seed);
        }
        let (below, above) = split(&seen, view.direction);
        let below: Vec<&Assignment> = below.into_iter().map(|trial| &trial.params).collect();
        let above: Vec<&Assignment> =
            above.into_iter().map(|trial| &trial.params).chain(view.running).collect();
        let estimate = |places: &[usize], seed: Seed| {
            let mut index = 0;
            let draws = || {
                index += 1;
                seed.uniform(index - 1)
            };
            estimate(view.space, places, &below, &above, self.candidates, draws)
        };

        let joint = if self.multivariate { in_every_trial(view.space, &seen) } else { Vec::new() };
        let mut chosen: Vec<Option<f64>> = vec![None; view.space.parameters().len()];
        // Place 0 of the seed is the joint estimate's, the others those of the settings.
        if !joint.is_empty() {
            for (place, value) in joint.iter().zip(estimate(&joint, seed.at(0))) {
                chosen[*place] = Some(value);
            }
        }
        view.space.assign(|place, parameter| {
            if parameter.domain.is_single() {
                return parameter.domain.at(0.0);
            }
            let value = chosen[place].unwrap_or_else(|| estimate(&[place], seed.at(1 + place as u64))[0]);
            parameter.domain.value_of(value)
        })
    }
}

/// Places of the settings that vary and that all trials have.
fn in_every_trial(space: &Space, seen: &[&Trial]) -> Vec<usize> {
    let everywhere = |name: &str| seen.iter().all(|trial| trial.params.get(name).is_some());
    let parameters = space.parameters().iter().enumerate();
    parameters.filter(|(_, p)| !p.domain.is_single() && everywhere(&p.name)).map(|(place, _)| place).collect()
}

/// The best tenth of the trials, at most 25 of them, and the others; both by number. Pruned trials are worse than
/// finished ones; among them those that came further are better.
fn split<'a>(seen: &[&'a Trial], direction: Direction) -> (Vec<&'a Trial>, Vec<&'a Trial>) {
    let count = ((0.1 * seen.len() as f64).ceil() as usize).min(25);
    let key = |trial: &Trial| match (trial.state, trial.reports.last()) {
        (State::Done, _) => (0, direction.loss(trial.value.unwrap_or(f64::INFINITY)), 0.0),
        (_, Some((step, value))) => (1, -(*step as f64), direction.loss(*value)),
        (_, None) => (2, 0.0, 0.0),
    };
    let mut sorted = seen.to_vec();
    sorted.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2))
    });
    let mut above = sorted.split_off(count.min(sorted.len()));
    sorted.sort_by_key(|trial| trial.number);
    above.sort_by_key(|trial| trial.number);
    (sorted, above)
}

/// The coordinates of the best of some draws for the settings at `places`.
fn estimate(
    space: &Space,
    places: &[usize],
    below: &[&Assignment],
    above: &[&Assignment],
    candidates: usize,
    draws: impl FnMut() -> f64,
) -> Vec<f64> {
    let domains: Vec<_> = places.iter().map(|place| &space.parameters()[*place].domain).collect();
    let observations = |trials: &[&Assignment]| -> Vec<Vec<f64>> {
        let coordinates = |params: &&Assignment| {
            let parameters = places.iter().map(|place| &space.parameters()[*place]);
            parameters.map(|p| p.domain.coordinate(params.get(&p.name)?)).collect::<Option<Vec<f64>>>()
        };
        trials.iter().filter_map(coordinates).collect()
    };
    let (good, bad) =
        (Mixture::new(&domains, &observations(below)), Mixture::new(&domains, &observations(above)));
    let samples = good.sample(candidates, draws);
    let ratio = |sample: &Vec<f64>| good.log_pdf(sample) - bad.log_pdf(sample);
    let mut best = (f64::NEG_INFINITY, 0);
    for (place, sample) in samples.iter().enumerate() {
        let ratio = ratio(sample);
        if ratio > best.0 {
            best = (ratio, place);
        }
    }
    samples.into_iter().nth(best.1).unwrap_or_default()
}

#[cfg(test)]
mod tests;
