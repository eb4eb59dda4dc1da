//! The estimator finds values no worse than Optuna's does: 100 trials, 20 seeds, six problems, one trial at a time or four. Optuna's are in
//! `tests/golden/tune.json`, which `bench/peers/tune.py` writes.

use std::convert::Infallible;

use kiln_validate::search::{Direction, Ending, Sampler, Space, Study, StudyConfig, StudyPlan};

use crate::problems::{PROBLEMS, Problem};

/// The best value of each of 20 studies.
fn best(problem: &Problem, sampler: &Sampler, lag: usize) -> Vec<f64> {
    let one = |seed| {
        let space = Space::parse(problem.space).unwrap();
        let config = StudyConfig {
            seed,
            sampler: sampler.clone(),
            lag,
            ..StudyConfig::new(space, Direction::Minimise)
        };
        let mut study = Study::in_memory(config).unwrap();
        let objective = |run: &kiln_validate::search::TrialRun| {
            Ok::<_, Infallible>(Ending::Done((problem.value)(run.params())))
        };
        study.run(&StudyPlan { trials: 100, ..StudyPlan::default() }, objective, |_| {}).unwrap();
        study.best().unwrap().value.unwrap()
    };
    (0..20).map(one).collect()
}

/// Mann–Whitney's test: the probability of ranks so high for `a` when both come from one distribution (normal
/// approximation with the corrections for ties and for continuity, as `scipy.stats.mannwhitneyu` has it).
fn worse(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let wins = |x: &f64| {
        b.iter().map(|y| f64::from(u8::from(x > y)) + 0.5 * f64::from(u8::from(x == y))).sum::<f64>()
    };
    let u: f64 = a.iter().map(wins).sum();
    let mut all: Vec<f64> = a.iter().chain(b).copied().collect();
    all.sort_by(f64::total_cmp);
    let ties: f64 =
        all.chunk_by(|x, y| x == y).map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64).sum();
    let total = n + m;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    0.5 * libm::erfc((u - n * m / 2.0 - 0.5) / variance.sqrt() / std::f64::consts::SQRT_2)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2])
}

#[test]
fn the_test_is_that_of_scipy() {
    // scipy.stats.mannwhitneyu(a, b, alternative="greater", method="asymptotic").pvalue
    let (a, b) = ([3.0, 1.0, 4.0, 1.0, 5.0, 9.0], [2.0, 6.0, 5.0, 3.0, 5.0]);
    assert!((worse(&a, &b) - 0.770_490_683_519_317_2).abs() < 1e-12, "{}", worse(&a, &b));
}

/// Studies of so many trials at once, whose best values the golden file has under this key.
fn no_worse(lag: usize, key: &str, studies: usize) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/tune.json");
    let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let tpe = Sampler::Tpe(kiln_validate::search::Tpe::default());
    for problem in &PROBLEMS {
        let random = best(problem, &Sampler::Random, 1);
        let theirs: Vec<f64> = serde_json::from_value(golden[key][problem.name].clone()).unwrap();
        assert_eq!(theirs.len(), studies);
        let ours = best(problem, &tpe, lag);
        let p = worse(&ours, &theirs);
        let (name, ours_median) = (problem.name, median(&ours));
        println!("{name}, lag {lag}: kiln {ours_median:.4}, Optuna {:.4}, p {p:.3}", median(&theirs));
        assert!(p > 0.05, "{name}, lag {lag}: p = {p}, {ours:?}");
        // The test can tell: random draws are worse.
        assert!(worse(&random, &ours) < 0.05, "{name}, lag {lag}: {random:?}");
    }
}

#[test]
fn no_worse_than_optuna() {
    no_worse(1, "best", 20);
}

/// Four at once on either side.
#[test]
fn no_worse_than_optuna_with_four_trials_at_once() {
    no_worse(4, "best_lag_4", 60);
}
