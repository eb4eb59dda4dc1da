//! The search on objectives with known minima: one JSON line for every problem and sampler, with the best value after
//! 100 trials of each of 20 studies and the milliseconds that a suggestion takes. `bench/peers/tune.py` runs it
//! beside Optuna.

#![allow(clippy::unwrap_used, reason = "a program for developers")]

#[path = "../crates/kiln-validate/tests/suite/problems.rs"]
mod problems;

use std::convert::Infallible;
use std::time::Instant;

use kiln::validate::search::{
    Direction, Ending, Sampler, Space, Study, StudyConfig, StudyPlan, Tpe, TrialRun,
};
use problems::{PROBLEMS, Problem};

const TRIALS: u64 = 100;
const STUDIES: u64 = 20;

fn main() {
    let univariate = Sampler::Tpe(Tpe { multivariate: false, ..Tpe::default() });
    let samplers = [
        ("tpe", Sampler::Tpe(Tpe::default()), 1),
        ("tpe, lag 4", Sampler::Tpe(Tpe::default()), 4),
        ("univariate tpe", univariate, 1),
        ("sobol", Sampler::Sobol { scramble: true }, 1),
        ("random", Sampler::Random, 1),
    ];
    for problem in &PROBLEMS {
        for (name, sampler, lag) in &samplers {
            let began = Instant::now();
            let best: Vec<f64> = (0..STUDIES).map(|seed| best(problem, sampler, *lag, seed)).collect();
            let ms = began.elapsed().as_secs_f64() * 1e3 / (TRIALS * STUDIES) as f64;
            let line =
                serde_json::json!({ "problem": problem.name, "sampler": name, "best": best, "ms": ms });
            println!("{line}");
        }
    }
}

fn best(problem: &Problem, sampler: &Sampler, lag: usize, seed: u64) -> f64 {
    let space = Space::parse(problem.space).unwrap();
    let config =
        StudyConfig { seed, sampler: sampler.clone(), lag, ..StudyConfig::new(space, Direction::Minimise) };
    let mut study = Study::in_memory(config).unwrap();
    let objective = |run: &TrialRun| Ok::<_, Infallible>(Ending::Done((problem.value)(run.params())));
    study.run(&StudyPlan { trials: TRIALS, ..StudyPlan::default() }, objective, |_| {}).unwrap();
    study.best().unwrap().value.unwrap()
}
