//! Which settings of a search matter: PED-ANOVA.

use super::space::{Domain, Parameter};
use super::study::Study;
use super::trial::{State, Trial};
use crate::statistics::normal_cdf;

/// Trials that must have run to their end before anything is said.
const LEAST: usize = 10;
/// The best tenth counts.
const TOP: f64 = 0.1;
/// Trials that must have a setting with a condition before it is judged.
const LEAST_WITH: usize = 2;
/// Places on the range of a number.
const PLACES: usize = 50;
/// What the even distribution counts beside the trials.
const PRIOR: f64 = 1.0;
/// The least deviation of a kernel, in places: its place then holds 90 % of it.
const LEAST_DEVIATION: f64 = 0.5 / 1.64;
/// So that no density is 0.
const TINY: f64 = 1e-12;

/// Which settings of a search matter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Importance {
    /// The settings with their shares, the largest first. The shares sum to 1, unless all are 0.
    pub shares: Vec<(String, f64)>,
    /// Trials that ran to their end.
    pub trials: usize,
    /// How many of them are the best that the others are compared with.
    pub top: usize,
}

/// How differently the values of the best tenth of the trials lie from those of all: the Pearson divergence of the two densities, one
/// setting at a time, as shares (PED-ANOVA: Watanabe, Bansal and Hutter, IJCAI 2023; as Optuna's `get_param_importances`).
///
/// Trials that ran to their end count. A setting with a condition is judged by the trials that have it, and by how much more often the best
/// have it (the conditional variant, 2026). `None` for fewer than ten trials, and where all are among the best.
///
/// ```
/// use kiln_validate::search::{Direction, Ending, Sampler, Space, Study, StudyConfig, StudyPlan, importance};
///
/// let space = Space::parse(["x=uniform(-5, 5)", "y=uniform(-5, 5)"])?;
/// let config = StudyConfig { sampler: Sampler::Random, ..StudyConfig::new(space, Direction::Minimise) };
/// let mut study = Study::in_memory(config)?;
/// let objective = |trial: &kiln_validate::search::TrialRun| {
///     let at = |name| trial.params().number(name).unwrap_or(f64::NAN);
///     Ok::<_, std::convert::Infallible>(Ending::Done(at("x").powi(2) + 0.01 * at("y").powi(2)))
/// };
/// study.run(&StudyPlan { trials: 60, ..StudyPlan::default() }, objective, |_| {})?;
/// let found = importance(&study).expect("sixty trials are enough");
/// assert_eq!(found.shares[0].0, "x");
/// assert!(found.shares[0].1 > 0.8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn importance(study: &Study) -> Option<Importance> {
    let loss = |trial: &Trial| trial.value.map(|value| study.config().direction.loss(value));
    let done: Vec<(f64, &Trial)> = study
        .trials()
        .iter()
        .filter(|trial| trial.state == State::Done)
        .filter_map(|trial| Some((loss(trial).filter(|loss| loss.is_finite())?, trial)))
        .collect();
    let cut = best(&done)?;
    let top = done.iter().filter(|(loss, _)| *loss <= cut).count();
    let matters = |parameter: &Parameter| {
        let is_set = |(_, trial): &&(f64, &Trial)| trial.params.get(&parameter.name).is_some();
        let with: Vec<(f64, &Trial)> = done.iter().filter(is_set).copied().collect();
        let top_with = with.iter().filter(|(loss, _)| *loss <= cut).count();
        let found = if with.len() < LEAST_WITH || top_with == 0 {
            0.0
        } else {
            // A setting counts as far as the best trials have it more often than all.
            let (best, all) = (top_with as f64 / top as f64, with.len() as f64 / done.len() as f64);
            best.powi(2) / all * divergence(parameter, &with, cut)
        };
        (parameter.name.clone(), found)
    };
    let mut shares: Vec<(String, f64)> = study.config().space.parameters().iter().map(matters).collect();
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    if sum > 0.0 {
        shares.iter_mut().for_each(|(_, share)| *share /= sum);
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(Importance { shares, trials: done.len(), top })
}

/// The loss of the worst of the best trials. `None` where there are too few, or all are among them.
fn best(trials: &[(f64, &Trial)]) -> Option<f64> {
    if trials.len() < LEAST {
        return None;
    }
    let mut losses: Vec<f64> = trials.iter().map(|(loss, _)| *loss).collect();
    losses.sort_by(f64::total_cmp);
    let count = (TOP * losses.len() as f64).ceil() as usize;
    let cut = losses[count - 1];
    (cut < losses[losses.len() - 1]).then_some(cut)
}

/// Pearson's divergence of the density of the best trials from that of all.
fn divergence(parameter: &Parameter, trials: &[(f64, &Trial)], cut: f64) -> f64 {
    if parameter.domain.is_single() {
        return 0.0;
    }
    let counts = |top: bool| -> Vec<f64> {
        let mut counts = vec![0.0; places(&parameter.domain)];
        for (_, trial) in trials.iter().filter(|(loss, _)| !top || *loss <= cut) {
            let value = trial.params.get(&parameter.name);
            if let Some(place) =
                value.and_then(|value| place(&parameter.domain, parameter.domain.coordinate(value)?))
            {
                counts[place] += 1.0;
            }
        }
        counts
    };
    let density = |counts: Vec<f64>| match parameter.domain {
        Domain::Choice { .. } => of_choices(&counts),
        _ => of_numbers(&counts),
    };
    let (top, all) = (density(counts(true)), density(counts(false)));
    let both = top.iter().zip(&all).map(|(top, all)| (top + TINY, all + TINY));
    both.map(|(top, all)| all * (top / all - 1.0).powi(2)).sum()
}

/// Into how many places a domain is cut.
fn places(domain: &Domain) -> usize {
    match domain {
        Domain::Choice { values } => values.len(),
        Domain::Int { low, high, log: true, .. } => {
            (((high - low + 1) as f64).log2().ceil() as usize + 1).min(PLACES)
        }
        Domain::Float { step: None, .. } => PLACES,
        other => other.count().map_or(PLACES, |count| count.min(PLACES as u64) as usize),
    }
    .max(2)
}

/// The place of a number, the nearest one; of a choice its number.
fn place(domain: &Domain, coordinate: f64) -> Option<usize> {
    let last = places(domain) - 1;
    let (low, high, log) = match domain {
        Domain::Choice { .. } => return Some(coordinate as usize).filter(|place| *place <= last),
        Domain::Float { low, high, log, .. } => (*low, *high, *log),
        Domain::Int { low, high, log, .. } => (*low as f64, *high as f64, *log),
    };
    let scale = |value: f64| if log { value.ln() } else { value };
    let at = (scale(coordinate) - scale(low)) / (scale(high) - scale(low)) * last as f64;
    // A value halfway between two places belongs to the lower one.
    at.is_finite().then(|| ((at - 0.5).ceil().max(0.0) as usize).min(last))
}

/// Kernels of one width at the places that have trials, and an even one for none of them.
fn of_numbers(counts: &[f64]) -> Vec<f64> {
    let all: f64 = counts.iter().sum();
    let there: Vec<(f64, f64)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0.0)
        .map(|(at, count)| (at as f64, *count))
        .collect();
    let mut kernels: Vec<(f64, f64, f64)> = Vec::new();
    if !there.is_empty() {
        let deviation = deviation(&there, all);
        kernels.extend(there.iter().map(|(mean, count)| (*mean, deviation, *count)));
    }
    let places = counts.len() as f64;
    kernels.push((0.5 * (places - 1.0), places, PRIOR));
    let density = |at: usize| {
        let mass = |from: f64, to: f64, mean: f64, deviation: f64| {
            normal_cdf((to - mean) / deviation) - normal_cdf((from - mean) / deviation)
        };
        let of = |(mean, deviation, weight): &(f64, f64, f64)| {
            let here = mass(at as f64 - 0.5, at as f64 + 0.5, *mean, *deviation);
            weight / (all + PRIOR) * here / mass(-0.5, places - 0.5, *mean, *deviation)
        };
        kernels.iter().map(of).sum()
    };
    (0..counts.len()).map(density).collect()
}

/// The width of the kernels by Scott's rule (1992), from the smaller of the deviation and of the range of the middle half.
fn deviation(there: &[(f64, f64)], all: f64) -> f64 {
    let mean = there.iter().map(|(at, count)| at * count).sum::<f64>() / all;
    let squares: f64 = there.iter().map(|(at, count)| (at - mean).powi(2) * count).sum();
    let spread = (squares / (all - 1.0).max(1.0)).sqrt();
    let mut seen = 0.0;
    let sums: Vec<f64> = there
        .iter()
        .map(|(_, count)| {
            seen += count;
            seen
        })
        .collect();
    let (quarter, three) = ((all / 4.0).floor(), (all * 3.0 / 4.0).floor());
    let first = sums.partition_point(|sum| *sum < quarter).min(there.len() - 1);
    let last = sums.partition_point(|sum| *sum <= three).min(there.len() - 1);
    let range = there[last].0 - there[first].0;
    (1.059 * spread.min(range / 1.34) * all.powf(-0.2)).max(LEAST_DEVIATION)
}

/// A kernel for each choice that has trials, which gives the others a little, too, and an even one.
fn of_choices(counts: &[f64]) -> Vec<f64> {
    let all: f64 = counts.iter().sum();
    let kernels = counts.iter().filter(|count| **count > 0.0).count() as f64 + 1.0;
    let little = PRIOR / kernels;
    let whole = 1.0 + little * counts.len() as f64;
    let even = PRIOR / counts.len() as f64;
    let density = |choice: usize| {
        let of = |(other, count): (usize, &f64)| {
            let own = if other == choice { 1.0 } else { 0.0 };
            count * (own + little) / whole
        };
        (counts.iter().enumerate().map(of).sum::<f64>() + even) / (all + PRIOR)
    };
    (0..counts.len()).map(density).collect()
}

#[cfg(test)]
mod tests;
