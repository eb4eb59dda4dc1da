//! A Parzen estimator: one kernel for every trial, and one for the whole space.

use super::super::super::space::Domain;
use super::normal::{log_density, log_mass, quantile};

/// Trials that count fully; older ones count less.
const FULL_WEIGHT: usize = 25;

/// A mixture of products: kernel `i` is the product over the settings of their `i`-th factors.
#[derive(Debug)]
pub(super) struct Mixture {
    weights: Vec<f64>,
    factors: Vec<Factor>,
}

/// The factors of all kernels for one setting.
#[derive(Debug)]
enum Factor {
    /// For every kernel the probability of every choice.
    Choice(Vec<Vec<f64>>),
    Number(Numbers),
}

/// Normal kernels, cut to the bounds, on the scale of the domain.
#[derive(Debug)]
struct Numbers {
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// log of the part of each kernel that is inside the bounds.
    log_inside: Vec<f64>,
    /// The smallest and largest value; half a step more on each side is in the bounds.
    low: f64,
    high: f64,
    log: bool,
    /// 0: any number.
    step: f64,
}

impl Mixture {
    /// `observations`: for every trial, by number, its coordinates.
    pub(super) fn new(domains: &[&Domain], observations: &[Vec<f64>]) -> Self {
        let mut weights = weights(observations.len());
        weights.push(1.0);
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let factor = |(place, domain): (usize, &&Domain)| {
            let values: Vec<f64> = observations.iter().map(|observation| observation[place]).collect();
            match *domain {
                Domain::Choice { values: choices } => choice(&values, choices.len()),
                Domain::Float { low, high, log, step } => {
                    Factor::Number(Numbers::new(&values, [*low, *high], *log, step.unwrap_or(0.0)))
                }
                Domain::Int { low, high, log, step } => {
                    let bounds = [*low as f64, *high as f64];
                    Factor::Number(Numbers::new(&values, bounds, *log, *step as f64))
                }
            }
        };
        Self { weights, factors: domains.iter().enumerate().map(factor).collect() }
    }

    /// Draws `count` points. First the kernels are drawn, then the choices, setting by setting, then the numbers:
    /// Optuna's order.
    pub(super) fn sample(&self, count: usize, mut draws: impl FnMut() -> f64) -> Vec<Vec<f64>> {
        let kernels: Vec<usize> = (0..count).map(|_| pick(&self.weights, draws())).collect();
        let mut points = vec![vec![0.0; self.factors.len()]; count];
        for (place, factor) in self.factors.iter().enumerate() {
            let Factor::Choice(probabilities) = factor else { continue };
            for (point, kernel) in points.iter_mut().zip(&kernels) {
                point[place] = pick(&probabilities[*kernel], draws()) as f64;
            }
        }
        for (place, factor) in self.factors.iter().enumerate() {
            let Factor::Number(numbers) = factor else { continue };
            for (point, kernel) in points.iter_mut().zip(&kernels) {
                point[place] = numbers.sample(*kernel, draws());
            }
        }
        points
    }

    /// log of the density (of the probability, where values can be counted) at a point.
    pub(super) fn log_pdf(&self, point: &[f64]) -> f64 {
        let mut terms: Vec<f64> = self.weights.iter().map(|weight| weight.ln()).collect();
        for (factor, x) in self.factors.iter().zip(point) {
            match factor {
                Factor::Choice(probabilities) => {
                    let choice = *x as usize;
                    for (term, probabilities) in terms.iter_mut().zip(probabilities) {
                        *term += probabilities[choice].ln();
                    }
                }
                Factor::Number(numbers) => numbers.add_log_pdf(*x, &mut terms),
            }
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln() + largest
    }
}

/// The newest 25 trials count 1, those before them less and less, down to 1/n.
fn weights(n: usize) -> Vec<f64> {
    let ramp = n.saturating_sub(FULL_WEIGHT);
    let first = 1.0 / n.max(1) as f64;
    let step = if ramp > 1 { (1.0 - first) / (ramp - 1) as f64 } else { 0.0 };
    (0..n).map(|i| if i < ramp { first + i as f64 * step } else { 1.0 }).collect()
}

/// Every kernel prefers what its trial chose; the last one has no preference.
fn choice(observations: &[f64], choices: usize) -> Factor {
    let kernels = observations.len() + 1;
    let prior = 1.0 / kernels as f64;
    let mut probabilities = vec![vec![prior; choices]; kernels];
    for (kernel, choice) in observations.iter().enumerate() {
        probabilities[kernel][*choice as usize] += 1.0;
    }
    for kernel in &mut probabilities {
        let sum: f64 = kernel.iter().sum();
        kernel.iter_mut().for_each(|p| *p /= sum);
    }
    Factor::Choice(probabilities)
}

/// The place in which the cumulative sum of `probabilities` passes `u`.
fn pick(probabilities: &[f64], u: f64) -> usize {
    let total: f64 = probabilities.iter().sum();
    let mut sum = 0.0;
    for (place, p) in probabilities.iter().enumerate() {
        sum += p;
        if u < sum / total {
            return place;
        }
    }
    probabilities.len() - 1
}

impl Numbers {
    fn new(observations: &[f64], [low, high]: [f64; 2], log: bool, step: f64) -> Self {
        let scale = |x: f64| if log { x.ln() } else { x };
        let (from, to) = (scale(low - step / 2.0), scale(high + step / 2.0));
        let mut means: Vec<f64> = observations.iter().map(|x| scale(*x)).collect();
        let mut deviations = deviations(&means, from, to);
        // The kernel of the whole space.
        means.push(0.5 * (from + to));
        deviations.push(to - from);
        let log_inside = means
            .iter()
            .zip(&deviations)
            .map(|(mean, deviation)| log_mass((from - mean) / deviation, (to - mean) / deviation))
            .collect();
        Self { means, deviations, log_inside, low, high, log, step }
    }

    fn bounds(&self) -> [f64; 2] {
        let (from, to) = (self.low - self.step / 2.0, self.high + self.step / 2.0);
        if self.log { [from.ln(), to.ln()] } else { [from, to] }
    }

    fn sample(&self, kernel: usize, u: f64) -> f64 {
        let ([from, to], mean, deviation) = (self.bounds(), self.means[kernel], self.deviations[kernel]);
        let x = quantile(u, (from - mean) / deviation, (to - mean) / deviation) * deviation + mean;
        let x = if self.log { x.exp() } else { x };
        let x = if self.step > 0.0 {
            self.low + ((x - self.low) / self.step).round_ties_even() * self.step
        } else {
            x
        };
        x.clamp(self.low, self.high)
    }

    fn add_log_pdf(&self, x: f64, terms: &mut [f64]) {
        let scale = |x: f64| if self.log { x.ln() } else { x };
        let kernels = self.means.iter().zip(&self.deviations).zip(&self.log_inside);
        if self.step > 0.0 {
            let (left, right) = (scale(x - self.step / 2.0), scale(x + self.step / 2.0));
            for (term, ((mean, deviation), log_inside)) in terms.iter_mut().zip(kernels) {
                *term += log_mass((left - mean) / deviation, (right - mean) / deviation) - log_inside;
            }
        } else {
            let x = scale(x);
            for (term, ((mean, deviation), log_inside)) in terms.iter_mut().zip(kernels) {
                *term += log_density((x - mean) / deviation) - log_inside - deviation.ln();
            }
        }
    }
}

/// The width of every kernel: the distance to the further neighbour; the bounds are no neighbours where there are
/// others. At least a hundredth of the range, or more while there are few trials.
fn deviations(means: &[f64], low: f64, high: f64) -> Vec<f64> {
    let count = means.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| means[*a].total_cmp(&means[*b]));
    let at = |place: usize| match place {
        0 => low,
        place if place > count => high,
        place => means[order[place - 1]],
    };
    let smallest = (high - low) / (2.0 + count as f64).min(100.0);
    let mut deviations = vec![0.0; count];
    for place in 1..=count {
        let (left, right) = (at(place) - at(place - 1), at(place + 1) - at(place));
        let width = match place {
            1 if count >= 2 => right,
            last if last == count && count >= 2 => left,
            _ => left.max(right),
        };
        deviations[order[place - 1]] = width.clamp(smallest, high - low);
    }
    deviations
}
